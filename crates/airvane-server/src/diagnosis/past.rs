//! What the runs before tell of a failure: whether it is new, what changed since the last good
//! run, and what came before the success when the same error went away the last time.

use std::fmt::Write as _;

use airvane_api::ApiVersion;
use airvane_api::models::DagRun;
use futures::FutureExt;

use super::cause::Cause;
use super::changes::{self, Changes, Depth};
use super::history::{self, History, Likeness};
use super::picture::Picture;
use super::unknown;
use crate::failure::Failure;
use crate::output::time;
use crate::tool::Call;

/// Lines of changes that are shown.
const SHOWN: usize = 6;

/// What is told of the past, line by line.
pub(super) async fn lines(
    call: &Call,
    picture: &Picture,
    history: Result<Option<History>, Failure>,
    cause: Option<&Cause>,
) -> Vec<String> {
    let history = match history {
        Ok(Some(history)) => history,
        Ok(None) => return Vec::new(),
        Err(failure) => {
            return vec![format!("[{}]", unknown("unknown: whether it is new", &failure))];
        }
    };
    let (likenesses, since, earlier) = tokio::join!(
        async {
            match cause {
                Some(cause) => history.likenesses(call, picture, cause).await,
                None => Vec::new(),
            }
        },
        since_last_good(call, picture, &history, cause).boxed(),
        last_time(call, picture, &history, cause).boxed(),
    );
    let mut lines = vec![history.told(&picture.run, &likenesses)];
    lines.extend(since);
    lines.extend(earlier);
    lines
}

async fn since_last_good(
    call: &Call,
    picture: &Picture,
    history: &History,
    cause: Option<&Cause>,
) -> Option<String> {
    let good = history.last_good()?;
    let error = cause.map(Cause::headline).unwrap_or_default();
    let changes = changes::between(call, picture, good, &picture.run, &error, Depth::All).await;
    let api = call.airflow.api().await.ok()?;
    Some(told_since(changes, api, changes::unknown_code(api, &picture.run)))
}

/// What is the same is not told, but that it was compared is.
fn told_since(changes: Changes, api: ApiVersion, code: Option<&'static str>) -> String {
    let Changes { mut found, mut unknown } = changes;
    let mut out = if found.is_empty() {
        let version = if api == ApiVersion::V2 { "DAG version, " } else { "" };
        unknown.extend(code.map(str::to_owned));
        format!("Not changed since that run: {version}run type, conf")
    } else {
        let left = found.len().saturating_sub(SHOWN);
        found.truncate(SHOWN);
        if left > 0 {
            found.push(format!("{left} more"));
        }
        format!("Changed since that run:\n  {}", found.join("\n  "))
    };
    if !unknown.is_empty() {
        let _ = write!(out, "\n  [unknown: {}]", unknown.join("; "));
    }
    out
}

/// The last time this error came and went: what changed from its last failure to the success.
async fn last_time(
    call: &Call,
    picture: &Picture,
    history: &History,
    cause: Option<&Cause>,
) -> Option<String> {
    let (failed, good) = history.earlier_series()?;
    let cause = cause?;
    if history::likeness(call, picture, cause, failed).await != Likeness::Same {
        return None;
    }
    let changes =
        changes::between(call, picture, failed, good, &cause.headline(), Depth::Runs).await;
    Some(told_last_time(failed, good, &changes))
}

fn told_last_time(failed: &DagRun, good: &DagRun, changes: &Changes) -> String {
    let when = time::short_some(failed.start_date.as_deref());
    let mut out = format!(
        "Same error before: {} ({when}); it was gone in the next run, {}",
        failed.dag_run_id, good.dag_run_id
    );
    match (changes.found.is_empty(), changes.unknown.is_empty()) {
        (false, _) => {
            let _ = write!(out, "\n  changed in between: {}", changes.found.join("; "));
        }
        (true, true) => out.push_str(", without a change that Airflow records"),
        (true, false) => {}
    }
    if !changes.unknown.is_empty() {
        let _ = write!(out, "\n  [unknown: {}]", changes.unknown.join("; "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(found: &[&str], unknown: &[&str]) -> Changes {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Changes { found: owned(found), unknown: owned(unknown) }
    }

    #[test]
    fn what_did_not_change_is_told_in_one_line_with_what_is_unknown() {
        assert_eq!(
            told_since(changes(&[], &["edits (403)"]), ApiVersion::V1, Some("code")),
            "Not changed since that run: run type, conf\n  [unknown: edits (403); code]"
        );
        assert_eq!(
            told_since(changes(&["conf: a 1 → 2"], &[]), ApiVersion::V2, Some("code")),
            "Changed since that run:\n  conf: a 1 → 2"
        );
        let many = ["x"; 9];
        assert!(told_since(changes(&many, &[]), ApiVersion::V2, None).ends_with("\n  3 more"));
    }

    #[test]
    fn what_came_before_the_success_is_told_or_that_nothing_did() {
        let run = |id: &str| DagRun { dag_run_id: id.to_owned(), ..DagRun::default() };
        let (failed, good) = (run("r3"), run("r4"));
        let told = |found: &[&str], unknown: &[&str]| {
            told_last_time(&failed, &good, &changes(found, unknown))
        };
        assert!(told(&["conf: a 1 → 2"], &[]).ends_with("changed in between: conf: a 1 → 2"));
        assert!(told(&[], &[]).ends_with("without a change that Airflow records"));
        assert!(told(&[], &["edits (403)"]).ends_with("[unknown: edits (403)]"));
    }
}
