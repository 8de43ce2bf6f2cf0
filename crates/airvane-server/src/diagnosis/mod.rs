//! Why a run failed, or what it waits for.
//!
//! [`picture`] fetches what the API tells of a run, [`cause`] reads the logs of what failed and
//! finds the errors, [`fate`] helps where there is none, [`chain`] follows them into other DAGs,
//! [`past`] compares with the runs before ([`history`], [`changes`], [`durations`], [`edits`]),
//! [`elsewhere`] tells what other DAGs miss, [`waiting`] explains what does not move ([`person`],
//! [`backfill`]), [`idle`] why no run starts, and [`share`] fits the causes into the budget. This
//! file puts the answer together: root causes first, consequences after, and what could not be
//! found out said plainly.

mod backfill;
mod cause;
mod chain;
mod changes;
mod durations;
mod edits;
mod elsewhere;
mod fate;
mod graph;
mod headline;
mod history;
mod idle;
mod instances;
mod past;
mod person;
mod picture;
mod share;
mod waiting;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use airvane_api::ids::{DagId, DagRunId};
use futures::FutureExt;
use futures::future::join_all;

use crate::failure::Failure;
use crate::output::{Document, estimate_tokens};
use crate::suggest;
use crate::tool::{Call, ToolResult};
use crate::tools::list_import_errors::last_line;
use cause::{Cause, Causes};
pub(crate) use cause::{LogAddress, Reading, headline_of, signature, write_failure};
use history::History;
use picture::Picture;

/// What an answer may cost a model; the promise is 1,500 tokens on a tokeniser that this estimate
/// follows within some per cent.
const BUDGET: usize = 1_350;

/// Tokens of the frame, the notes and the proposals around the body.
const FRAME: usize = 200;

/// Explains a run: the given one, else the last that failed, else the last.
pub(crate) async fn diagnose(call: &Call, dag_id: &DagId, run_id: Option<&DagRunId>) -> ToolResult {
    call.progress.say(format!("looking at {dag_id}"));
    let Some(picture) = Picture::of(&call.airflow, dag_id, run_id).await? else {
        return Ok(idle::no_runs(call, dag_id).await);
    };
    let mut document = Document::new();
    document.budget(BUDGET);
    let (causes, history) = tokio::join!(cause::find(call, &picture), history(call, &picture));
    let last_good = match &history {
        Some(Ok(Some(history))) => history.last_good().map(|run| run.dag_run_id.clone()),
        _ => None,
    };
    // Each on the heap: together they would make one large future of every caller.
    let (past, elsewhere, more) = tokio::join!(
        past(call, &picture, history, causes.shown.first()).boxed(),
        elsewhere::lines(call, &picture, last_good.as_deref()).boxed(),
        join_all(causes.shown.iter().map(|cause| more(call, &picture, cause))).boxed(),
    );
    headline::headline(&mut document, &picture, call.airflow.now());
    if picture.dag.as_ref().is_some_and(|dag| dag.has_import_errors)
        && let Some(error) = suggest::broken_file(&call.airflow, dag_id).await
    {
        document.line(format!(
            "Its file {} does not import any more: {}",
            error.filename,
            last_line(&error)
        ));
    }
    // Before the causes: a cut to the budget must not drop what is not known.
    for unknown in &picture.unknown {
        document.line(format!("[unknown: {unknown}]"));
    }
    let mut rest = Document::new();
    if causes.left_out > 0 {
        rest.line(format!("[{} more failed tasks, not looked into]", causes.left_out));
    }
    consequences(&mut rest, &picture);
    for line in past.into_iter().chain(elsewhere) {
        rest.line(line);
    }
    if !picture.run.state.is_finished() {
        waiting::explain(call, &picture, &mut rest).await;
    } else if picture.chosen
        && !picture.run.state.is_failure()
        && let Some(dag) = &picture.dag
    {
        // Nobody asks of a good run without naming it, unless the next one does not come.
        for line in idle::lines(&call.airflow, dag_id, dag).await {
            rest.line(line);
        }
    }
    let taken = estimate_tokens(&document.body()) + estimate_tokens(&rest.body());
    for text in share::share(texts(&causes, more), BUDGET.saturating_sub(FRAME + taken)) {
        document.text("cause", text);
    }
    document.append(rest);
    let may_clear = call.policy.permits_name("clear_dag_run");
    proposals(&mut document, &picture, &causes.shown, may_clear);
    Ok(document)
}

/// The causes as the answer shows them, each with what its own log does not say.
fn texts(causes: &Causes, more: Vec<Vec<String>>) -> Vec<String> {
    let text = |(index, (cause, more)): (usize, (&Cause, Vec<String>))| {
        let mut text = cause.text(index + 1, causes.shown.len());
        for line in more {
            let _ = writeln!(text, "  {line}");
        }
        text
    };
    causes.shown.iter().zip(more).enumerate().map(text).collect()
}

/// The runs before one that failed or is failing; of others the past is not asked.
async fn history(call: &Call, picture: &Picture) -> Option<Result<Option<History>, Failure>> {
    let failing = !picture.failed.items.is_empty() || !picture.retrying.items.is_empty();
    let asks = match picture.run.state.as_str() {
        "failed" => true,
        "success" => false,
        _ => failing,
    };
    if asks { Some(History::of(call, picture).await) } else { None }
}

async fn past(
    call: &Call,
    picture: &Picture,
    history: Option<Result<Option<History>, Failure>>,
    cause: Option<&Cause>,
) -> Vec<String> {
    match history {
        Some(history) => past::lines(call, picture, history, cause).await,
        None => Vec::new(),
    }
}

/// What a cause's own log does not say: where it leads to in another DAG, or what became of it.
async fn more(call: &Call, picture: &Picture, cause: &Cause) -> Vec<String> {
    match cause.lead() {
        Some(lead) => vec![chain::follow(&call.airflow, lead).await],
        None if cause.is_unexplained() => fate::lines(call, picture, cause.instance()).await,
        None => Vec::new(),
    }
}

/// What did not run because of the causes, by task.
fn consequences(document: &mut Document, picture: &Picture) {
    const SHOWN: usize = 8;
    let skipped = &picture.upstream_failed;
    if skipped.total == 0 {
        return;
    }
    let mut by_task: BTreeMap<&str, usize> = BTreeMap::new();
    for instance in &skipped.items {
        *by_task.entry(&instance.task_id).or_default() += 1;
    }
    let names: Vec<&str> = by_task.keys().copied().take(SHOWN).collect();
    let more = by_task.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    document
        .line(format!("Did not run because of that (upstream_failed): {}{more}", names.join(", ")));
}

fn proposals(document: &mut Document, picture: &Picture, causes: &[Cause], may_clear: bool) {
    let run = &picture.run;
    if let Some(first) = causes.first() {
        let map_index = first.key.map_index.to_string();
        let mut arguments = vec![
            ("dag_id", run.dag_id.as_str()),
            ("dag_run_id", run.dag_run_id.as_str()),
            ("task_id", first.key.task_id.as_str()),
        ];
        if first.key.map_index >= 0 {
            arguments.push(("map_index", map_index.as_str()));
        }
        document.next_call("get_task_logs", &arguments, "shows the log");
        if run.state.is_failure() && may_clear {
            document.next(
                "when mended: clear_dag_run with only_failed=true runs the failed tasks again",
            );
        }
    } else if run.state.as_str() == "success" {
        document.next("list_dag_runs(state=failed) finds runs that failed");
    }
}

/// A failure that must not end the diagnosis, as a note on what is therefore unknown.
fn unknown(what: &str, failure: &Failure) -> String {
    format!("{what} ({})", failure.message)
}
