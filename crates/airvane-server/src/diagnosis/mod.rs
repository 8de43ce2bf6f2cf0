//! Why a run failed, or what it waits for.
//!
//! [`picture`] fetches what the API tells of a run, [`cause`] reads the logs of what failed and
//! finds the errors, [`fate`] helps where there is none, [`chain`] follows them into other DAGs,
//! [`past`] compares with the runs before ([`history`], [`changes`], [`edits`]), [`elsewhere`]
//! tells what other DAGs miss, [`waiting`] explains what does not move ([`person`], [`backfill`]),
//! [`idle`] why no run starts, and this file puts the answer together: root causes first,
//! consequences after, and what could not be found out said plainly.

mod backfill;
mod cause;
mod chain;
mod changes;
mod edits;
mod elsewhere;
mod fate;
mod graph;
mod history;
mod idle;
mod past;
mod person;
mod picture;
mod waiting;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use airvane_api::catalog;
use airvane_api::ids::{DagId, DagRunId};
use airvane_api::models::Dag;
use futures::FutureExt;
use futures::future::join_all;

use crate::failure::Failure;
use crate::output::{Document, time};
use crate::suggest;
use crate::tool::{Call, ToolResult};
use crate::tools::list_import_errors::last_line;
use cause::Cause;
pub(crate) use cause::{LogAddress, Reading, headline_of, signature, write_failure};
use history::History;
use picture::Picture;

/// What an answer may cost a model; the promise is 1,500 tokens on a tokeniser that this estimate
/// follows within some per cent.
const BUDGET: usize = 1_350;

/// Explains a run: the given one, else the last that failed, else the last.
pub(crate) async fn diagnose(call: &Call, dag_id: &DagId, run_id: Option<&DagRunId>) -> ToolResult {
    call.progress.say(format!("looking at {dag_id}"));
    let Some(picture) = Picture::of(&call.airflow, dag_id, run_id).await? else {
        return Ok(no_runs(call, dag_id).await);
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
    headline(&mut document, &picture);
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
    for (index, (cause, more)) in causes.shown.iter().zip(more).enumerate() {
        let mut text = cause.text(index + 1, causes.shown.len());
        for line in more {
            let _ = writeln!(text, "  {line}");
        }
        document.text("cause", text);
    }
    if causes.left_out > 0 {
        document.line(format!("[{} more failed tasks, not looked into]", causes.left_out));
    }
    consequences(&mut document, &picture);
    for line in past.into_iter().chain(elsewhere) {
        document.line(line);
    }
    if !picture.run.state.is_finished() {
        waiting::explain(call, &picture, &mut document).await;
    } else if picture.chosen
        && !picture.run.state.is_failure()
        && let Some(dag) = &picture.dag
    {
        // Nobody asks of a good run without naming it, unless the next one does not come.
        for line in idle::lines(&call.airflow, dag_id, dag).await {
            document.line(line);
        }
    }
    let may_clear = call.policy.permits_name("clear_dag_run");
    proposals(&mut document, &picture, &causes.shown, may_clear);
    Ok(document)
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

/// A DAG without runs: its file may have stopped importing.
async fn no_runs(call: &Call, dag_id: &DagId) -> Document {
    let mut document = Document::new();
    document.line(format!("{dag_id} has never run"));
    if let Some(error) = suggest::broken_file(&call.airflow, dag_id).await {
        document.line(format!(
            "Its file {} fails to import: {}",
            error.filename,
            last_line(&error)
        ));
        document.next("list_import_errors shows the whole traceback");
    } else {
        idle(call, dag_id, &mut document).await;
        document.next("explore_dag shows its schedule and its tasks");
    }
    document
}

/// Why no run starts.
async fn idle(call: &Call, dag_id: &DagId, document: &mut Document) {
    let dag: Result<Dag, Failure> =
        call.airflow.ask(&catalog::GET_DAG_DETAILS, |request| request.path("dag_id", dag_id)).await;
    match dag {
        Ok(dag) => {
            for line in idle::lines(&call.airflow, dag_id, &dag).await {
                document.line(line);
            }
        }
        Err(failure) => {
            document.line(format!("[unknown: {}]", unknown("why it does not run", &failure)));
        }
    }
}

/// The first line: what, in which state, since when, and what of it failed.
fn headline(document: &mut Document, picture: &Picture) {
    let run = &picture.run;
    let took = time::elapsed(run.start_date.as_deref(), run.end_date.as_deref());
    let when = match run.start_date.as_deref() {
        Some(start) => format!("started {}, {took}", time::short(start)),
        None => "not started".to_owned(),
    };
    let chosen = if picture.chosen {
        ", the last failed run or else the last: no dag_run_id was given"
    } else {
        ""
    };
    document.line(format!(
        "Run {} of {} is {} ({when}{chosen})",
        run.dag_run_id, run.dag_id, run.state
    ));
    let timeout = timed_out(picture);
    if let Some(timeout) = timeout {
        document.line(format!(
            "It ran longer than its dagrun_timeout of {}, at which Airflow fails a run and stops its tasks",
            time::duration(timeout)
        ));
    }
    if timeout.is_none() || picture.failed.total > 0 {
        document.line(what_failed(picture));
    }
}

/// The longest time of a run, if this one failed after it: Airflow says so nowhere.
fn timed_out(picture: &Picture) -> Option<f64> {
    let run = &picture.run;
    let timeout = picture.dag.as_ref()?.run_timeout_seconds()?;
    let took = time::seconds_between(run.start_date.as_deref(), run.end_date.as_deref())?;
    (run.state.is_failure() && took >= timeout).then_some(timeout)
}

fn what_failed(picture: &Picture) -> String {
    let failed = picture.failed.total;
    let tasks = picture.failed_tasks().len();
    let instances = match (failed, tasks) {
        (0, _) => String::new(),
        (1, _) => "1 task failed".to_owned(),
        (n, tasks) if n == tasks as u64 => format!("{n} tasks failed"),
        (n, tasks) => format!("{n} task instances of {tasks} tasks failed"),
    };
    match (failed, picture.run.state.as_str()) {
        (0, "failed") => {
            "No task failed: the run itself was failed, by its dagrun_timeout, by hand, or because \
             nothing could run any more"
                .to_owned()
        }
        (0, "success") => "No task failed".to_owned(),
        (0, _) if picture.retrying.total > 0 => {
            format!("{} task instances failed and will be tried again", picture.retrying.total)
        }
        (0, _) => "Nothing has failed so far".to_owned(),
        (_, "success") => format!(
            "The run is green although {instances}: what follows them runs whatever their state \
             (trigger_rule), they are teardown tasks, or the run was marked by hand"
        ),
        _ => instances,
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
