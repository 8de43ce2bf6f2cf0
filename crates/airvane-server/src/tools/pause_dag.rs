//! `pause_dag`: no new runs start.

use airvane_api::AccessLevel;
use airvane_api::catalog;
use airvane_api::ids::DagId;
use airvane_api::models::Dag;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::airflow::Airflow;
use crate::failure::Failure;
use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Pauses a DAG.
pub struct PauseDag;

/// Which DAG.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    pub(super) dag_id: DagId,
}

impl Tool for PauseDag {
    const NAME: &'static str = "pause_dag";
    const TITLE: &'static str = "Pause DAG";
    const DESCRIPTION: &'static str =
        "Pause a DAG: no run starts or goes on; tasks that run finish.";
    const LEVEL: AccessLevel = AccessLevel::Write;
    const TOOLSET: &'static str = "dag";
    const IDEMPOTENT: bool = true;
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let dag = set_paused(&call.airflow, &input.dag_id, true).await?;
        let mut document = Document::new();
        document.line(format!(
            "{} is {}",
            dag.dag_id,
            if dag.is_paused { "paused" } else { "not paused" }
        ));
        document.next("unpause_dag undoes this");
        Ok(document)
    }
}

/// Pauses or unpauses, and gives the DAG as Airflow says it is now.
pub(super) async fn set_paused(
    airflow: &Airflow,
    dag_id: &DagId,
    paused: bool,
) -> Result<Dag, Failure> {
    airflow
        .ask(&catalog::PATCH_DAG, |request| {
            request
                .path("dag_id", dag_id)
                .query("update_mask", "is_paused")
                .body(json!({"is_paused": paused}))
        })
        .await
}
