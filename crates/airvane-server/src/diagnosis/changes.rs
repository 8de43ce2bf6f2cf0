//! What differs between two runs of a DAG: its version, how they were started, the assets that
//! started them, how long tasks took, and what people edited in between.
//!
//! What Airflow does not record, the code of a version above all, is said to be unknown.

use airvane_api::ApiVersion;
use airvane_api::catalog;
use airvane_api::ids::DagRunId;
use airvane_api::models::{AssetEvent, DagRun, DagVersion, Page};
use serde_json::Value;

use super::picture::Picture;
use super::{durations, edits, unknown};
use crate::failure::Failure;
use crate::output::time;
use crate::tool::Call;
use crate::tools::get_dag_source::source;

/// What differs, each in a line, and what could not be compared.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) found: Vec<String>,
    pub(super) unknown: Vec<String>,
}

/// How closely to look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Everything.
    All,
    /// Without what takes requests for each of the two runs.
    Runs,
}

/// Compares two runs; `error` is what the names of edited things are looked for in, besides the
/// DAG's source.
pub(super) async fn between(
    call: &Call,
    picture: &Picture,
    older: &DagRun,
    newer: &DagRun,
    error: &str,
    depth: Depth,
) -> Changes {
    let mut changes = Changes { found: of_runs(older, newer), ..Changes::default() };
    let (assets, durations, edits) = tokio::join!(
        async {
            if depth == Depth::All { assets(call, picture, older, newer).await } else { Ok(None) }
        },
        async {
            if depth == Depth::All {
                durations::between(call, picture, older, newer).await
            } else {
                Ok(Vec::new())
            }
        },
        edited(call, picture, older, newer, error),
    );
    match assets {
        Ok(line) => changes.found.extend(line),
        Err(failure) => changes.unknown.push(unknown("the asset events that started it", &failure)),
    }
    match durations {
        Ok(tasks) if tasks.is_empty() => {}
        Ok(tasks) => changes.found.push(format!("durations: {}", tasks.join(", "))),
        Err(failure) => changes.unknown.push(unknown("how long its tasks took", &failure)),
    }
    match edits {
        Ok(edits) => changes.found.extend(edits),
        Err(failure) => changes
            .unknown
            .push(unknown("edits of variables, connections, pools and pauses", &failure)),
    }
    changes
}

/// What is not recorded of a DAG's code: Airflow 2 keeps no version a run, and without a bundle's
/// version Airflow 3 makes a new one only when the structure changes.
pub(super) fn unknown_code(api: ApiVersion, run: &DagRun) -> Option<&'static str> {
    match api {
        ApiVersion::V1 => Some("code: Airflow 2 keeps no version of it for a run"),
        ApiVersion::V2 => {
            let bundled = run.dag_versions.last().is_some_and(|one| one.bundle_version.is_some());
            (!bundled).then_some("code that leaves the DAG's structure as it is")
        }
    }
}

/// What the two runs tell of themselves.
fn of_runs(older: &DagRun, newer: &DagRun) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(version(older.dag_versions.last(), newer.dag_versions.last()));
    found.extend(run_type(older, newer));
    let empty = Value::Null;
    let conf =
        differences(older.conf.as_ref().unwrap_or(&empty), newer.conf.as_ref().unwrap_or(&empty));
    if !conf.is_empty() {
        found.push(format!("conf: {}", conf.join(", ")));
    }
    found
}

fn version(older: Option<&DagVersion>, newer: Option<&DagVersion>) -> Option<String> {
    let (older, newer) = (older?, newer?);
    let number = |version: &DagVersion| {
        version.version_number.map_or_else(|| "?".to_owned(), |number| number.to_string())
    };
    let bundle = match (&older.bundle_version, &newer.bundle_version) {
        (Some(older), Some(newer)) if older != newer => {
            format!(" (bundle {} → {})", brief(older), brief(newer))
        }
        _ => String::new(),
    };
    if older.version_number == newer.version_number && bundle.is_empty() {
        return None;
    }
    let since = newer.created_at.as_deref().map(|at| format!(", new at {}", time::short(at)));
    Some(format!(
        "DAG version: {} → {}{bundle}{}",
        number(older),
        number(newer),
        since.unwrap_or_default()
    ))
}

fn run_type(older: &DagRun, newer: &DagRun) -> Option<String> {
    let (before, now) = (older.run_type.as_deref()?, newer.run_type.as_deref()?);
    let who = newer.triggering_user_name.as_deref().map(|who| format!(" by {who}"));
    (before != now).then(|| format!("run type: {before} → {now}{}", who.unwrap_or_default()))
}

/// Keys that are new, gone or have another value; masked values differ where their masks do.
fn differences(older: &Value, newer: &Value) -> Vec<String> {
    const SHOWN: usize = 4;
    let none = serde_json::Map::new();
    let older = older.as_object().unwrap_or(&none);
    let newer = newer.as_object().unwrap_or(&none);
    let mut found: Vec<String> = newer
        .iter()
        .filter_map(|(key, now)| match older.get(key) {
            None => Some(format!("{} {} (new)", brief(key), value(now))),
            Some(before) if before != now => {
                Some(format!("{} {} → {}", brief(key), value(before), value(now)))
            }
            Some(_) => None,
        })
        .collect();
    found.extend(
        older
            .iter()
            .filter(|(key, _)| !newer.contains_key(*key))
            .map(|(key, before)| format!("{} {} (gone)", brief(key), value(before))),
    );
    if found.len() > SHOWN {
        let more = found.len() - SHOWN;
        found.truncate(SHOWN);
        found.push(format!("{more} more"));
    }
    found
}

fn value(value: &Value) -> String {
    brief(&value.to_string())
}

fn brief(text: &str) -> String {
    const CHARS: usize = 40;
    let mut out: String = text.chars().take(CHARS).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

/// The asset events that started the two, where assets did.
async fn assets(
    call: &Call,
    picture: &Picture,
    older: &DagRun,
    newer: &DagRun,
) -> Result<Option<String>, Failure> {
    let by_assets = |run: &DagRun| {
        run.run_type.as_deref().is_some_and(|by| by.contains("asset") || by.contains("dataset"))
    };
    if !by_assets(older) || !by_assets(newer) {
        return Ok(None);
    }
    let (before, now) = tokio::join!(events(call, picture, older), events(call, picture, newer));
    Ok(of_events(&before?, &now?))
}

async fn events(call: &Call, picture: &Picture, run: &DagRun) -> Result<Vec<AssetEvent>, Failure> {
    let run_id = DagRunId::new(run.dag_run_id.as_str())?;
    let page: Page<AssetEvent> = call
        .airflow
        .ask(&catalog::LIST_UPSTREAM_ASSET_EVENTS, |request| {
            request.path("dag_id", &picture.dag_id).path("dag_run_id", &run_id)
        })
        .await?;
    Ok(page.items)
}

/// Which assets' events are other in kind: from elsewhere, or with other details.
fn of_events(older: &[AssetEvent], newer: &[AssetEvent]) -> Option<String> {
    const SHOWN: usize = 3;
    let mut found = Vec::new();
    for event in newer {
        let before = older.iter().find(|other| other.uri == event.uri);
        let from = |event: &AssetEvent| (event.source_dag_id.clone(), event.source_task_id.clone());
        let empty = Value::Null;
        let extra = |event: &AssetEvent| event.extra.clone().unwrap_or_default();
        let details = differences(&before.map_or(empty, extra), &extra(event));
        let is_new = before.is_none();
        let moved = before.is_some_and(|before| from(before) != from(event));
        if !is_new && !moved && details.is_empty() {
            continue;
        }
        let uri = brief(event.uri.as_deref().unwrap_or("an asset"));
        let details =
            if details.is_empty() { String::new() } else { format!(": {}", details.join(", ")) };
        found.push(format!("{uri}{}{details}", source_of(event)));
    }
    let gone = older.iter().filter(|event| !newer.iter().any(|other| other.uri == event.uri));
    found.extend(
        gone.map(|event| format!("none of {}", brief(event.uri.as_deref().unwrap_or("an asset")))),
    );
    found.truncate(SHOWN);
    (!found.is_empty()).then(|| format!("asset events: {}", found.join("; ")))
}

fn source_of(event: &AssetEvent) -> String {
    match (&event.source_dag_id, &event.source_run_id) {
        (Some(dag), Some(run)) => format!(" from {dag} {}", brief(run)),
        (Some(dag), None) => format!(" from {dag}"),
        (None, _) => " from outside".to_owned(),
    }
}

/// What people edited after the older run started and before the newer ended.
async fn edited(
    call: &Call,
    picture: &Picture,
    older: &DagRun,
    newer: &DagRun,
    error: &str,
) -> Result<Vec<String>, Failure> {
    let Some(after) = older.start_date.as_deref() else { return Ok(Vec::new()) };
    let edits =
        edits::between(&call.airflow, &picture.dag_id, after, newer.end_date.as_deref()).await?;
    if edits.is_empty() {
        return Ok(Vec::new());
    }
    // Without the file only the error tells which matter.
    let file = if edits.has_names() {
        source(&call.airflow, &picture.dag_id).await.ok()
    } else {
        Some(String::new())
    };
    let named = |name: &str| {
        is_named(error, name) || file.as_deref().is_some_and(|file| is_named(file, name))
    };
    let told = edits.told(named, file.is_some());
    Ok(if told.is_empty() { told } else { vec![format!("audit log: {}", told.join("; "))] })
}

/// Whether a text names a thing, not as part of a longer name.
fn is_named(text: &str, name: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (text.get(..at), text.get(at + name.len()..));
        !part(before.and_then(|text| text.chars().next_back()))
            && !part(after.and_then(|text| text.chars().next()))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(conf: Value, version: u32, run_type: &str) -> DagRun {
        DagRun {
            conf: Some(conf),
            run_type: Some(run_type.to_owned()),
            dag_versions: vec![DagVersion {
                version_number: Some(version),
                created_at: Some("2026-11-20T09:30:00Z".to_owned()),
                ..DagVersion::default()
            }],
            ..DagRun::default()
        }
    }

    #[test]
    fn runs_alike_differ_in_nothing() {
        let one = run(json!({"site": "lyon"}), 3, "scheduled");
        assert!(of_runs(&one, &one.clone()).is_empty());
        assert!(unknown_code(ApiVersion::V1, &one).is_some());
    }

    #[test]
    fn version_type_and_conf_are_compared() {
        let older = run(json!({"site": "lyon", "old": 1}), 3, "scheduled");
        let newer = run(json!({"site": "porto", "dry_run": true}), 4, "manual");
        assert_eq!(
            of_runs(&older, &newer),
            [
                "DAG version: 3 → 4, new at 2026-11-20 09:30:00Z",
                "run type: scheduled → manual",
                "conf: dry_run true (new), site \"lyon\" → \"porto\", old 1 (gone)",
            ]
        );
    }

    #[test]
    fn long_values_and_long_lists_are_cut() {
        let many: Value = (0..9).map(|n| (format!("k{n}"), json!("x".repeat(90)))).collect();
        let found = differences(&Value::Null, &many);
        assert_eq!(found.len(), 5);
        assert_eq!(found.last().map(String::as_str), Some("5 more"));
        assert!(found.iter().all(|one| one.chars().count() < 60));
    }

    fn event(uri: &str, dag: &str, extra: Value) -> AssetEvent {
        AssetEvent {
            uri: Some(uri.to_owned()),
            source_dag_id: Some(dag.to_owned()),
            source_run_id: Some("r7".to_owned()),
            extra: Some(extra),
            ..AssetEvent::default()
        }
    }

    #[test]
    fn asset_events_differ_by_details_and_source() {
        let older = [event("s3://orders", "load", json!({"rows": 4812}))];
        let newer = [event("s3://orders", "load", json!({"rows": 0}))];
        assert_eq!(
            of_events(&older, &newer).as_deref(),
            Some("asset events: s3://orders from load r7: rows 4812 → 0")
        );
        assert_eq!(of_events(&older, &older), None);
        assert!(of_events(&older, &[]).is_some_and(|line| line.contains("none of s3://orders")));
    }

    #[test]
    fn a_name_is_not_a_part_of_a_longer_one() {
        assert!(is_named("Variable.get('rate')", "rate"));
        assert!(!is_named("rate_limit = 3", "rate"));
    }
}
