//! `explore_dag`: what a DAG is, how its tasks follow and how it has been doing.

use airvane_api::catalog;
use airvane_api::ids::DagId;
use airvane_api::models::{Dag, DagRun, Page, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{get_dag_details, list_tasks};
use crate::output::{Document, time};
use crate::tool::{Call, Tool, ToolResult};

/// Explains a DAG.
pub struct ExploreDag;

/// Which DAG.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
}

impl Tool for ExploreDag {
    const NAME: &'static str = "explore_dag";
    const TITLE: &'static str = "Explore DAG";
    const DESCRIPTION: &'static str =
        "What a DAG does: schedule, settings, docs, tasks and how they follow, recent runs.";
    const TOOLSET: &'static str = "dag";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        const RUNS: u32 = 5;
        let dag_id = &input.dag_id;
        let (dag, tasks, runs) = tokio::join!(
            call.airflow
                .ask::<Dag>(&catalog::GET_DAG_DETAILS, |request| request.path("dag_id", dag_id)),
            call.airflow
                .ask::<Page<Task>>(&catalog::LIST_TASKS, |request| request.path("dag_id", dag_id)),
            call.airflow.ask::<Page<DagRun>>(&catalog::LIST_DAG_RUNS, |request| {
                request.path("dag_id", dag_id).query("limit", RUNS).query("order_by", "-start_date")
            }),
        );
        let mut document = Document::new();
        get_dag_details::settings(&mut document, &dag?);
        match tasks {
            Ok(page) => {
                document.line(format!("{} tasks", page.items.len()));
                list_tasks::table(&mut document, &page.items);
            }
            Err(failure) => {
                document.line(format!("[its tasks are unknown: {}]", failure.message));
            }
        }
        match runs {
            Ok(page) => recent_runs(&mut document, &page),
            Err(failure) => {
                document.line(format!("[its runs are unknown: {}]", failure.message));
            }
        }
        document.next("get_dag_source shows the code; diagnose_dag_run explains its last failure");
        Ok(document)
    }
}

fn recent_runs(document: &mut Document, page: &Page<DagRun>) {
    document.line(match page.total_or_shown() {
        0 => "it has never run".to_owned(),
        total => format!("last {} of {total} runs", page.items.len()),
    });
    let row = |run: &DagRun| {
        vec![
            run.dag_run_id.clone(),
            run.state.to_string(),
            time::short_some(run.start_date.as_deref()),
            time::elapsed(run.start_date.as_deref(), run.end_date.as_deref()),
        ]
    };
    document.table(
        "dag_runs",
        &["dag_run_id", "state", "start", "duration"],
        page.items.iter().map(row).collect(),
    );
}
