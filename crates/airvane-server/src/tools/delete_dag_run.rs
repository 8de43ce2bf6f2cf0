//! `delete_dag_run`: a run and its task instances, for good.

use airvane_api::ids::{DagId, DagRunId};
use airvane_api::{AccessLevel, catalog};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Deletes a run.
pub struct DeleteDagRun;

/// Which run.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
    #[schemars(with = "String")]
    dag_run_id: DagRunId,
}

impl Tool for DeleteDagRun {
    const NAME: &'static str = "delete_dag_run";
    const TITLE: &'static str = "Delete DAG run";
    const DESCRIPTION: &'static str = "Delete a run with its task instances. Can't be undone.";
    const LEVEL: AccessLevel = AccessLevel::Destructive;
    const TOOLSET: &'static str = "dagrun";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        call.airflow
            .act(&catalog::DELETE_DAG_RUN, |request| {
                request.path("dag_id", &input.dag_id).path("dag_run_id", &input.dag_run_id)
            })
            .await?;
        let mut document = Document::new();
        document.line(format!("deleted {} of {}", input.dag_run_id, input.dag_id));
        Ok(document)
    }
}
