//! What the API tells of a run: its state, what failed, what did not run, how tasks follow.

use std::collections::HashSet;

use airvane_api::catalog;
use airvane_api::ids::{DagId, DagRunId};
use airvane_api::models::{Dag, DagRun, Page, Task, TaskInstance};

use super::{graph::Graph, unknown};
use crate::airflow::Airflow;
use crate::failure::Failure;

/// Rows of a page: what Airflow gives at most by default.
const PAGE: u32 = 100;

/// Pages of failed instances that are fetched; what is beyond is counted, not listed.
const PAGES: u32 = 5;

/// Everything but the logs.
pub(super) struct Picture {
    pub(super) dag_id: DagId,
    pub(super) run_id: DagRunId,
    pub(super) run: DagRun,
    /// Whether the caller named the run or we did.
    pub(super) chosen: bool,
    pub(super) dag: Option<Dag>,
    pub(super) graph: Graph,
    /// Tasks that start runs of other DAGs.
    pub(super) triggers: Vec<String>,
    pub(super) failed: Instances,
    pub(super) upstream_failed: Instances,
    pub(super) retrying: Instances,
    /// What could not be found out.
    pub(super) unknown: Vec<String>,
}

/// Task instances of one state: those listed, and how many there are.
#[derive(Default)]
pub(super) struct Instances {
    pub(super) items: Vec<TaskInstance>,
    pub(super) total: u64,
}

impl Picture {
    /// Looks at a run; `None` if the DAG has none.
    pub(super) async fn of(
        airflow: &Airflow,
        dag_id: &DagId,
        run_id: Option<&DagRunId>,
    ) -> Result<Option<Self>, Failure> {
        let run = match run_id {
            Some(run_id) => Some(fetch_run(airflow, dag_id, run_id).await?),
            None => choose_run(airflow, dag_id).await?,
        };
        let Some(run) = run else { return Ok(None) };
        let id = DagRunId::new(run.dag_run_id.as_str())?;
        let (dag, tasks, failed, upstream_failed, retrying) = tokio::join!(
            airflow.ask::<Dag>(&catalog::GET_DAG_DETAILS, |request| request.path("dag_id", dag_id)),
            airflow
                .ask::<Page<Task>>(&catalog::LIST_TASKS, |request| request.path("dag_id", dag_id)),
            instances(airflow, dag_id, &id, "failed"),
            instances(airflow, dag_id, &id, "upstream_failed"),
            instances(airflow, dag_id, &id, "up_for_retry"),
        );
        let mut missing = Vec::new();
        let mut note = |what: &str, failure: &Failure| missing.push(unknown(what, failure));
        let dag = dag.map_err(|failure| note("the DAG's settings", &failure)).ok();
        let tasks = tasks.map_err(|failure| note("which task follows which", &failure));
        // Without these there is no diagnosis: a list that failed is not an empty list.
        let failed = failed?;
        let upstream_failed = upstream_failed
            .map_err(|failure| note("what did not run because of it", &failure))
            .unwrap_or_default();
        let retrying = retrying
            .map_err(|failure| note("what will be tried again", &failure))
            .unwrap_or_default();
        if (failed.items.len() as u64) < failed.total {
            missing.push(format!(
                "which tasks {} of the {} failed instances belong to: Airflow listed only the others",
                failed.total - failed.items.len() as u64,
                failed.total
            ));
        }
        let tasks = tasks.map(|page| page.items).unwrap_or_default();
        let triggers = |task: &&Task| task.operator() == Some("TriggerDagRunOperator");
        Ok(Some(Self {
            dag_id: dag_id.clone(),
            run_id: id,
            run,
            chosen: run_id.is_none(),
            dag,
            graph: Graph::new(&tasks),
            triggers: tasks.iter().filter(triggers).map(|task| task.task_id.clone()).collect(),
            failed,
            upstream_failed,
            retrying,
            unknown: missing,
        }))
    }

    /// Ids of the tasks with failed instances, each once, in the order of the list.
    pub(super) fn failed_tasks(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = Vec::new();
        for instance in &self.failed.items {
            if !ids.contains(&instance.task_id.as_str()) {
                ids.push(&instance.task_id);
            }
        }
        ids
    }
}

async fn fetch_run(
    airflow: &Airflow,
    dag_id: &DagId,
    run_id: &DagRunId,
) -> Result<DagRun, Failure> {
    airflow
        .ask(&catalog::GET_DAG_RUN, |request| {
            request.path("dag_id", dag_id).path("dag_run_id", run_id)
        })
        .await
}

/// The last run that failed, else the last run.
async fn choose_run(airflow: &Airflow, dag_id: &DagId) -> Result<Option<DagRun>, Failure> {
    for state in [Some("failed"), None] {
        let page: Page<DagRun> = airflow
            .ask(&catalog::LIST_DAG_RUNS, |request| {
                request
                    .path("dag_id", dag_id)
                    .query("limit", 1)
                    .query("order_by", "-start_date")
                    .query_some("state", state)
            })
            .await?;
        if let Some(run) = page.items.into_iter().next() {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

/// All instances of a state, also beyond the first hundred, up to a bound. Airflow 2 cannot order
/// this list, so the same one may come on two pages and another on none: each counts once, and what
/// the total says beyond them is missing.
async fn instances(
    airflow: &Airflow,
    dag_id: &DagId,
    run_id: &DagRunId,
    state: &str,
) -> Result<Instances, Failure> {
    let mut all = Instances::default();
    let mut seen = HashSet::new();
    let mut received = 0;
    for _ in 0..PAGES {
        let page: Page<TaskInstance> = airflow
            .ask(&catalog::LIST_TASK_INSTANCES, |request| {
                request
                    .path("dag_id", dag_id)
                    .path("dag_run_id", run_id)
                    .query("state", state)
                    .query("limit", PAGE)
                    .query("offset", received)
            })
            .await?;
        all.total = page.total_or_shown().max(all.items.len() as u64);
        let last = page.items.is_empty();
        received += page.items.len();
        all.items.extend(page.items.into_iter().filter(|instance| seen.insert(instance.key())));
        if last || received as u64 >= all.total {
            break;
        }
    }
    Ok(all)
}
