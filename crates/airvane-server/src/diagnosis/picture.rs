//! What the API tells of a run: its state, what failed, what did not run, how tasks follow.

use airvane_api::catalog;
use airvane_api::ids::{DagId, DagRunId};
use airvane_api::models::{Dag, DagRun, Page, Task};

use super::graph::Graph;
use super::instances::{Instances, Place};
use super::unknown;
use crate::airflow::Airflow;
use crate::failure::Failure;

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
        let place = |state| Place { airflow, dag_id, run_id: &id, state };
        let (dag, tasks, failed, upstream_failed, retrying) = tokio::join!(
            airflow.ask::<Dag>(&catalog::GET_DAG_DETAILS, |request| request.path("dag_id", dag_id)),
            airflow
                .ask::<Page<Task>>(&catalog::LIST_TASKS, |request| request.path("dag_id", dag_id)),
            Instances::first(place("failed")),
            Instances::first(place("upstream_failed")),
            Instances::first(place("up_for_retry")),
        );
        let mut missing = Vec::new();
        let mut note = |what: &str, failure: &Failure| missing.push(unknown(what, failure));
        let dag = dag.map_err(|failure| note("the DAG's settings", &failure)).ok();
        let tasks = tasks.map_err(|failure| note("which task follows which", &failure));
        // Without these there is no diagnosis: a list that failed is not an empty list.
        let mut failed = failed?;
        let mut upstream_failed = upstream_failed
            .map_err(|failure| note("what did not run because of it", &failure))
            .unwrap_or_default();
        let mut retrying = retrying
            .map_err(|failure| note("what will be tried again", &failure))
            .unwrap_or_default();
        let tasks = tasks.map(|page| page.items).unwrap_or_default();
        tokio::join!(
            failed.complete(place("failed"), &tasks),
            upstream_failed.complete(place("upstream_failed"), &tasks),
            retrying.complete(place("up_for_retry"), &tasks),
        );
        for (list, what) in [(&failed, "failed"), (&upstream_failed, "upstream_failed")] {
            if list.unassigned() > 0 {
                missing.push(format!(
                    "which tasks {} of the {} {what} instances belong to: Airflow listed only the \
                     others",
                    list.unassigned(),
                    list.total
                ));
            }
        }
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
