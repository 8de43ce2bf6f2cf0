//! `clear_task_instances`: run tasks again. A dry run by default.

use airvane_api::ids::{DagId, DagRunId, TaskId};
use airvane_api::models::{Page, TaskInstance};
use airvane_api::{AccessLevel, catalog};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::list_task_instances::state;
use crate::airflow::Airflow;
use crate::failure::Failure;
use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Clears task instances.
pub struct ClearTaskInstances;

/// What to clear.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
    /// All runs if not given.
    #[schemars(with = "Option<String>")]
    dag_run_id: Option<DagRunId>,
    /// All tasks if not given.
    #[schemars(with = "Option<Vec<String>>")]
    task_ids: Option<Vec<TaskId>>,
    /// Default true.
    only_failed: Option<bool>,
    include_upstream: Option<bool>,
    include_downstream: Option<bool>,
    /// Default true: only says what would be cleared.
    dry_run: Option<bool>,
}

impl Tool for ClearTaskInstances {
    const NAME: &'static str = "clear_task_instances";
    const TITLE: &'static str = "Clear task instances";
    const DESCRIPTION: &'static str = "Run tasks again: what failed in a run, or in all runs of a DAG. Dry run unless dry_run=false.";
    const LEVEL: AccessLevel = AccessLevel::Write;
    const TOOLSET: &'static str = "taskinstance";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let dry_run = input.dry_run.unwrap_or(true);
        let mut body = Map::new();
        body.insert("only_failed".to_owned(), json!(input.only_failed.unwrap_or(true)));
        if let Some(run_id) = &input.dag_run_id {
            body.insert("dag_run_id".to_owned(), json!(run_id));
        }
        if let Some(tasks) = &input.task_ids {
            body.insert("task_ids".to_owned(), json!(tasks));
        }
        for (name, value) in [
            ("include_upstream", input.include_upstream),
            ("include_downstream", input.include_downstream),
        ] {
            if let Some(value) = value {
                body.insert(name.to_owned(), json!(value));
            }
        }
        let cleared = clear(&call.airflow, &input.dag_id, body, dry_run).await?;
        Ok(report(&cleared, dry_run, Self::NAME))
    }
}

/// Clears through `clearTaskInstances`, which both majors have with the same meaning.
pub(super) async fn clear(
    airflow: &Airflow,
    dag_id: &DagId,
    mut body: Map<String, Value>,
    dry_run: bool,
) -> Result<Page<TaskInstance>, Failure> {
    body.insert("dry_run".to_owned(), json!(dry_run));
    // Without it the tasks would be cleared in runs that stay failed, and never start.
    body.insert("reset_dag_runs".to_owned(), json!(true));
    airflow
        .ask(&catalog::CLEAR_TASK_INSTANCES, |request| {
            request.path("dag_id", dag_id).body(Value::Object(body))
        })
        .await
}

/// What was or would be cleared.
pub(super) fn report(cleared: &Page<TaskInstance>, dry_run: bool, tool: &'static str) -> Document {
    let mut document = Document::new();
    let count = cleared.items.len();
    document.line(match (count, dry_run) {
        (0, _) => "nothing to clear: no task instance matches".to_owned(),
        (_, true) => {
            format!("dry run: {count} task instances would be cleared; nothing was changed")
        }
        (_, false) => format!("cleared {count} task instances; Airflow runs them again"),
    });
    let rows = cleared
        .items
        .iter()
        .map(|instance| {
            vec![instance.dag_run_id.clone(), instance.key().to_string(), state(instance)]
        })
        .map(|mut row| {
            // Airflow 2 answers references, without states.
            if let Some(cell) = row.last_mut().filter(|cell| *cell == "none") {
                cell.clear();
            }
            row
        })
        .collect();
    document.table("task_instances", &["dag_run_id", "task", "state"], rows);
    if count > 0 {
        if dry_run {
            document.next_call(tool, &[("dry_run", "false")], "does it");
        } else {
            document.next("list_task_instances shows how they run");
        }
    }
    document
}
