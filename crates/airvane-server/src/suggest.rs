//! After a 404: what is missing, and what exists that is close.
//!
//! Airflow says "not found" without saying of what. The arguments say what was asked for; each is
//! looked up in turn, from the DAG down, until one is found to be missing.

use airvane_api::catalog;
use airvane_api::ids::{DagId, DagRunId};
use airvane_api::models::{Dag, DagRun, ImportError, Page, Task};
use serde_json::{Map, Value};

use crate::airflow::Airflow;
use crate::failure::Failure;
use crate::nearest::ranked;
use crate::tools::list_import_errors::last_line;

/// How many names are proposed.
const PROPOSALS: usize = 3;

/// Says what of the arguments does not exist, and what is close to it.
pub(crate) async fn explain(
    airflow: &Airflow,
    arguments: &Map<String, Value>,
    failure: Failure,
) -> Failure {
    if failure.hint.is_some() {
        return failure;
    }
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let Some(dag_id) = text("dag_id").and_then(|id| DagId::new(id).ok()) else { return failure };
    let found = async {
        if let Some(missing) = missing_dag(airflow, &dag_id).await? {
            return Some(missing);
        }
        if let Some(run_id) = text("dag_run_id").and_then(|id| DagRunId::new(id).ok())
            && let Some(missing) = missing_run(airflow, &dag_id, &run_id).await?
        {
            return Some(missing);
        }
        missing_task(airflow, &dag_id, text("task_id")?).await
    };
    // A look-up that fails must not replace the failure that is being explained.
    found.await.unwrap_or(failure)
}

/// What an empty list means: Airflow 2 answers an empty list also for a DAG or run that does not
/// exist. `None` if both exist, or if it can't be told.
pub(crate) async fn missing(
    airflow: &Airflow,
    dag_id: &DagId,
    run_id: Option<&DagRunId>,
) -> Option<Failure> {
    if dag_id.as_str() == "~" {
        return None;
    }
    if let Some(missing) = missing_dag(airflow, dag_id).await? {
        return Some(missing);
    }
    missing_run(airflow, dag_id, run_id.filter(|run_id| run_id.as_str() != "~")?).await?
}

/// `None` if it can't be told, `Some(None)` if the DAG is there.
async fn missing_dag(airflow: &Airflow, dag_id: &DagId) -> Option<Option<Failure>> {
    let dag: Result<Dag, Failure> =
        airflow.ask(&catalog::GET_DAG, |request| request.path("dag_id", dag_id)).await;
    match dag {
        Ok(_) => Some(None),
        Err(failure) if failure.is_not_found() => Some(Some(no_such_dag(airflow, dag_id).await)),
        Err(_) => None,
    }
}

/// A DAG may be missing because its file no longer imports: that is then the answer.
async fn no_such_dag(airflow: &Airflow, dag_id: &DagId) -> Failure {
    let (close, broken) = tokio::join!(close_dags(airflow, dag_id), broken_file(airflow, dag_id));
    let failure = Failure::not_found(format!("there is no DAG `{dag_id}`"));
    match broken {
        Some(error) => {
            let words = format!("{}: {}", error.filename, last_line(&error));
            let mut failure = failure.hint("list_import_errors shows the whole traceback");
            failure.message.push_str("; a file of that name fails to import");
            failure.detail = Some(airflow.redact(&words));
            failure
        }
        None => failure.close(close).hint("list_dags shows all that this user may see"),
    }
}

async fn close_dags(airflow: &Airflow, dag_id: &DagId) -> Vec<String> {
    let page: Result<Page<Dag>, Failure> =
        airflow.ask(&catalog::LIST_DAGS, |request| request.query("limit", 100)).await;
    let mut ids: Vec<String> =
        page.map(|page| page.items).unwrap_or_default().into_iter().map(|dag| dag.dag_id).collect();
    ids.extend(dags_like(airflow, dag_id.as_str()).await);
    ids.sort_unstable();
    ids.dedup();
    let close = ranked(dag_id.as_str(), ids.iter().map(String::as_str));
    close.into_iter().take(PROPOSALS).map(str::to_owned).collect()
}

/// In a large Airflow the first page says little: ask for ids that hold the longest word.
async fn dags_like(airflow: &Airflow, dag_id: &str) -> Vec<String> {
    const SHORTEST: usize = 3;
    let words = dag_id.split(|c: char| !c.is_alphanumeric());
    let Some(word) = words.max_by_key(|word| word.len()).filter(|word| word.len() >= SHORTEST)
    else {
        return Vec::new();
    };
    let page: Result<Page<Dag>, Failure> = airflow
        .ask(&catalog::LIST_DAGS, |request| {
            request.query("dag_id_pattern", word).query("limit", 100)
        })
        .await;
    page.map(|page| page.items).unwrap_or_default().into_iter().map(|dag| dag.dag_id).collect()
}

/// The import error of the file that is named like the DAG, if there is one.
pub(crate) async fn broken_file(airflow: &Airflow, dag_id: &DagId) -> Option<ImportError> {
    let page: Page<ImportError> = airflow
        .ask(&catalog::LIST_IMPORT_ERRORS, |request| request.query("limit", 100))
        .await
        .ok()?;
    let stem = |error: &ImportError| {
        let name = error.filename.rsplit('/').next().unwrap_or_default();
        name.strip_suffix(".py").unwrap_or(name).to_lowercase()
    };
    let wanted = dag_id.as_str().to_lowercase();
    page.items.into_iter().find(|error| stem(error) == wanted)
}

async fn missing_run(
    airflow: &Airflow,
    dag_id: &DagId,
    run_id: &DagRunId,
) -> Option<Option<Failure>> {
    let run: Result<DagRun, Failure> = airflow
        .ask(&catalog::GET_DAG_RUN, |request| {
            request.path("dag_id", dag_id).path("dag_run_id", run_id)
        })
        .await;
    match run {
        Ok(_) => return Some(None),
        Err(failure) if !failure.is_not_found() => return None,
        Err(_) => {}
    }
    let page: Page<DagRun> = airflow
        .ask(&catalog::LIST_DAG_RUNS, |request| {
            request.path("dag_id", dag_id).query("limit", 50).query("order_by", "-start_date")
        })
        .await
        .ok()?;
    let ids: Vec<&str> = page.items.iter().map(|run| run.dag_run_id.as_str()).collect();
    let mut close = ranked(run_id.as_str(), ids.iter().copied());
    if close.is_empty() {
        close = ids;
    }
    let close: Vec<String> = close.into_iter().take(PROPOSALS).map(str::to_owned).collect();
    let failure = Failure::not_found(format!("{dag_id} has no run `{run_id}`"));
    Some(Some(failure.close(close).hint("list_dag_runs shows its runs")))
}

async fn missing_task(airflow: &Airflow, dag_id: &DagId, task_id: &str) -> Option<Failure> {
    let page: Page<Task> =
        airflow.ask(&catalog::LIST_TASKS, |request| request.path("dag_id", dag_id)).await.ok()?;
    let ids: Vec<&str> = page.items.iter().map(|task| task.task_id.as_str()).collect();
    if ids.contains(&task_id) {
        return Some(
            Failure::not_found(format!(
                "`{task_id}` has no such instance in this run, or is not mapped"
            ))
            .hint(
                "list_task_instances without task_id shows all; a mapped task needs its map_index",
            ),
        );
    }
    let close: Vec<String> = ranked(task_id, ids.iter().copied())
        .into_iter()
        .take(PROPOSALS)
        .map(str::to_owned)
        .collect();
    let task_id = airflow.redact(task_id);
    let failure = Failure::not_found(format!("{dag_id} has no task `{}`", task_id.as_str()));
    Some(failure.close(close).hint("list_tasks shows its tasks"))
}
