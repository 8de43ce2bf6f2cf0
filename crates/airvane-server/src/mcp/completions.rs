//! Completions of DAG, run and task ids in prompts and resource templates.
//!
//! Asked for with every key press, so they are short, bounded in time, and silent: whatever goes
//! wrong gives an empty list. A tool that is off completes nothing either.

use std::time::Duration;

use airvane_api::catalog;
use airvane_api::ids::DagId;
use airvane_api::models::{Dag, DagRun, Page, Task};
use rmcp::model::{CompleteRequestParams, CompleteResult, CompletionInfo, ErrorData};

use crate::airflow::Airflow;
use crate::failure::Failure;
use crate::registry;
use crate::server::{CallerContext, Server};

const TIME: Duration = Duration::from_secs(5);

/// Most values that Airflow gives at once, and that the protocol takes.
const MOST: usize = 100;

/// Answers `completion/complete`.
pub(super) async fn complete(
    server: &Server,
    caller: &CallerContext,
    request: &CompleteRequestParams,
) -> Result<CompleteResult, ErrorData> {
    let dag_id = request.context.as_ref().and_then(|context| context.get_argument("dag_id"));
    let found = candidates(server, caller, request, dag_id.map(String::as_str)).await;
    let (values, total) = found.unwrap_or_default();
    let values = matching(values, &request.argument.value);
    let more = total > MOST;
    let info = CompletionInfo::with_pagination(values, None, more)
        .map_err(|error| ErrorData::internal_error(error, None))?;
    Ok(CompleteResult::new(info))
}

/// Ids and how many there are, or nothing if this argument has no completion.
async fn candidates(
    server: &Server,
    caller: &CallerContext,
    request: &CompleteRequestParams,
    dag_id: Option<&str>,
) -> Option<(Vec<String>, usize)> {
    let policy = server.policy(caller);
    let allowed = |tool| registry::find(tool).is_some_and(|tool| policy.permits(tool).is_ok());
    let dag_id = || dag_id.and_then(|id| DagId::new(id).ok());
    let airflow = server.airflow(caller, TIME);
    let found = match request.argument.name.as_str() {
        "dag_id" if allowed("list_dags") => dags(&airflow, &request.argument.value).await,
        "dag_run_id" if allowed("list_dag_runs") => runs(&airflow, &dag_id()?).await,
        "task_id" if allowed("list_tasks") => tasks(&airflow, &dag_id()?).await,
        _ => return None,
    };
    found.ok()
}

async fn dags(airflow: &Airflow, typed: &str) -> Result<(Vec<String>, usize), Failure> {
    let pattern = Some(typed.trim()).filter(|typed| !typed.is_empty());
    let page: Page<Dag> = airflow
        .ask(&catalog::LIST_DAGS, |request| {
            request.query("limit", MOST).query_some("dag_id_pattern", pattern)
        })
        .await?;
    let total = total(&page);
    Ok((page.items.into_iter().map(|dag| dag.dag_id).collect(), total))
}

async fn runs(airflow: &Airflow, dag_id: &DagId) -> Result<(Vec<String>, usize), Failure> {
    let page: Page<DagRun> = airflow
        .ask(&catalog::LIST_DAG_RUNS, |request| {
            request.path("dag_id", dag_id).query("limit", MOST).query("order_by", "-start_date")
        })
        .await?;
    let total = total(&page);
    Ok((page.items.into_iter().map(|run| run.dag_run_id).collect(), total))
}

async fn tasks(airflow: &Airflow, dag_id: &DagId) -> Result<(Vec<String>, usize), Failure> {
    let page: Page<Task> =
        airflow.ask(&catalog::LIST_TASKS, |request| request.path("dag_id", dag_id)).await?;
    let total = total(&page);
    Ok((page.items.into_iter().map(|task| task.task_id).collect(), total))
}

fn total<T>(page: &Page<T>) -> usize {
    page.total.and_then(|total| usize::try_from(total).ok()).unwrap_or(page.items.len())
}

/// What begins with the typed text first, then what contains it.
fn matching(values: Vec<String>, typed: &str) -> Vec<String> {
    let typed = typed.trim().to_lowercase();
    let (begins, rest): (Vec<_>, Vec<_>) =
        values.into_iter().partition(|value| value.to_lowercase().starts_with(&typed));
    let contains = rest.into_iter().filter(|value| value.to_lowercase().contains(&typed));
    begins.into_iter().chain(contains).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_the_typed_text_comes_first() {
        let values = ["a_orders", "orders_daily", "other"].map(str::to_owned).to_vec();
        assert_eq!(matching(values.clone(), "Orders"), ["orders_daily", "a_orders"]);
        assert_eq!(matching(values, "").len(), 3);
    }
}
