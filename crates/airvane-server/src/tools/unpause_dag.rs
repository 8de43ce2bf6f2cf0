//! `unpause_dag`: runs start again.

use airvane_api::AccessLevel;

use super::pause_dag::{Input, set_paused};
use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Unpauses a DAG.
pub struct UnpauseDag;

impl Tool for UnpauseDag {
    const NAME: &'static str = "unpause_dag";
    const TITLE: &'static str = "Unpause DAG";
    const DESCRIPTION: &'static str =
        "Unpause a DAG: its runs start and go on, with catchup also missed ones.";
    const LEVEL: AccessLevel = AccessLevel::Write;
    const TOOLSET: &'static str = "dag";
    const IDEMPOTENT: bool = true;
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let dag = set_paused(&call.airflow, &input.dag_id, false).await?;
        let mut document = Document::new();
        document.line(format!(
            "{} is {}",
            dag.dag_id,
            if dag.is_paused { "paused" } else { "not paused" }
        ));
        document.next("pause_dag undoes this; list_dag_runs shows what starts");
        Ok(document)
    }
}
