//! `clear_dag_run`: run a run again. A dry run by default.

use airvane_api::AccessLevel;
use airvane_api::ids::{DagId, DagRunId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, json};

use super::clear_task_instances::{clear, report};
use crate::tool::{Call, Tool, ToolResult};

/// Clears a run.
pub struct ClearDagRun;

/// Which run.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
    #[schemars(with = "String")]
    dag_run_id: DagRunId,
    /// Default false: everything runs again.
    only_failed: Option<bool>,
    /// Default true: only says what would be cleared.
    dry_run: Option<bool>,
}

impl Tool for ClearDagRun {
    const NAME: &'static str = "clear_dag_run";
    const TITLE: &'static str = "Clear DAG run";
    const DESCRIPTION: &'static str =
        "Run a run's tasks again, all or only failed ones. Dry run unless dry_run=false.";
    const LEVEL: AccessLevel = AccessLevel::Write;
    const TOOLSET: &'static str = "dagrun";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let dry_run = input.dry_run.unwrap_or(true);
        let mut body = Map::new();
        body.insert("dag_run_id".to_owned(), json!(input.dag_run_id));
        body.insert("only_failed".to_owned(), json!(input.only_failed.unwrap_or(false)));
        let cleared = clear(&call.airflow, &input.dag_id, body, dry_run).await?;
        Ok(report(&cleared, dry_run, Self::NAME))
    }
}
