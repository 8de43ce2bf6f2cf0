//! `list_tasks`: the tasks of a DAG and how they hang together.

use airvane_api::catalog;
use airvane_api::ids::DagId;
use airvane_api::models::{Page, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::listing::mark;
use crate::output::{Document, time};
use crate::tool::{Call, Tool, ToolResult};

/// Lists the tasks of a DAG.
pub struct ListTasks;

/// Which DAG.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
}

impl Tool for ListTasks {
    const NAME: &'static str = "list_tasks";
    const TITLE: &'static str = "List tasks";
    const DESCRIPTION: &'static str =
        "List a DAG's tasks: operator, trigger rule, retries, pool, what follows.";
    const TOOLSET: &'static str = "dag";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let page: Page<Task> = call
            .airflow
            .ask(&catalog::LIST_TASKS, |request| request.path("dag_id", &input.dag_id))
            .await?;
        let mut document = Document::new();
        document.line(format!("{} tasks in {}", page.items.len(), input.dag_id));
        table(&mut document, &page.items);
        Ok(document)
    }
}

/// Tasks as a table; what is Airflow's default is left out.
pub(crate) fn table(document: &mut Document, tasks: &[Task]) {
    let columns = [
        "task_id",
        "operator",
        "mapped",
        "trigger_rule",
        "retries",
        "timeout",
        "pool",
        "downstream",
    ];
    document.table("tasks", &columns, tasks.iter().map(row).collect());
}

fn row(task: &Task) -> Vec<String> {
    let unless = |value: Option<&str>, default: &str| {
        value.filter(|value| *value != default).unwrap_or_default().to_owned()
    };
    vec![
        task.task_id.clone(),
        task.operator().unwrap_or_default().to_owned(),
        mark(task.is_mapped.unwrap_or(false)),
        unless(task.trigger_rule.as_deref(), "all_success"),
        task.retries
            .filter(|retries| *retries > 0.0)
            .map(|retries| retries.to_string())
            .unwrap_or_default(),
        task.execution_timeout
            .map(|limit| time::duration(limit.total_seconds()))
            .unwrap_or_default(),
        unless(task.pool.as_deref(), "default_pool"),
        task.downstream_task_ids.join(","),
    ]
}
