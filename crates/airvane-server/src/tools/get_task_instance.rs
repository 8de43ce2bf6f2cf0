//! `get_task_instance`: one task instance with all its tries.

use airvane_api::catalog;
use airvane_api::ids::{DagId, DagRunId, TaskId};
use airvane_api::models::{Page, TaskInstance};
use schemars::JsonSchema;
use serde::Deserialize;

use super::list_task_instances::{state, tries};
use crate::airflow::Airflow;
use crate::failure::{Failure, FailureKind};
use crate::output::{Document, time};
use crate::tool::{Call, Tool, ToolResult};

/// Shows one task instance.
pub struct GetTaskInstance;

/// Which task instance.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
    #[schemars(with = "String")]
    dag_run_id: DagRunId,
    #[schemars(with = "String")]
    task_id: TaskId,
    /// Of a mapped task.
    map_index: Option<i64>,
}

impl Tool for GetTaskInstance {
    const NAME: &'static str = "get_task_instance";
    const TITLE: &'static str = "Task instance";
    const DESCRIPTION: &'static str =
        "Show one task instance: state, tries, times, pool, queue, host, trigger.";
    const TOOLSET: &'static str = "taskinstance";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let Input { dag_id, dag_run_id, task_id, map_index } = input;
        let address = Address { dag_id, dag_run_id, task_id, map_index: map_index.unwrap_or(-1) };
        let (instance, earlier) =
            tokio::join!(instance(&call.airflow, &address), all_tries(&call.airflow, &address));
        let instance = instance?;
        let mut document = Document::new();
        fields(&mut document, &instance);
        match earlier {
            Ok(earlier) if earlier.len() > 1 => {
                let rows = earlier.iter().map(try_row).collect();
                document.table("tries", &["try", "state", "start", "duration", "host"], rows);
            }
            Ok(_) => {}
            // The task instance itself is there, so it is the route that is missing.
            Err(failure) if failure.kind == FailureKind::NotFound => {
                document.line("[its earlier tries are unknown: Airflow lists them since 2.10]");
            }
            Err(failure) => {
                document.line(format!("[its earlier tries are unknown: {}]", failure.message));
            }
        }
        document.next("get_task_logs shows its log");
        Ok(document)
    }
}

/// Names one task instance.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) dag_id: DagId,
    pub(crate) dag_run_id: DagRunId,
    pub(crate) task_id: TaskId,
    /// −1 for a task that is not mapped.
    pub(crate) map_index: i64,
}

/// Fetches a task instance, mapped or not.
pub(crate) async fn instance(
    airflow: &Airflow,
    address: &Address,
) -> Result<TaskInstance, Failure> {
    let operation = if address.map_index < 0 {
        &catalog::GET_TASK_INSTANCE
    } else {
        &catalog::GET_MAPPED_TASK_INSTANCE
    };
    airflow.ask(operation, |request| address.fill(request)).await
}

/// Fetches all tries of a task instance, the current one included, oldest first.
pub(crate) async fn all_tries(
    airflow: &Airflow,
    address: &Address,
) -> Result<Vec<TaskInstance>, Failure> {
    let operation = if address.map_index < 0 {
        &catalog::GET_TASK_INSTANCE_TRIES
    } else {
        &catalog::GET_MAPPED_TASK_INSTANCE_TRIES
    };
    let page: Page<TaskInstance> = airflow.ask(operation, |request| address.fill(request)).await?;
    let mut tries = page.items;
    tries.sort_by_key(|instance| instance.try_number);
    Ok(tries)
}

impl Address {
    fn fill(
        &self,
        request: airvane_api::request::RequestBuilder,
    ) -> airvane_api::request::RequestBuilder {
        let request = request
            .path("dag_id", &self.dag_id)
            .path("dag_run_id", &self.dag_run_id)
            .path("task_id", &self.task_id);
        if self.map_index < 0 { request } else { request.path("map_index", &self.map_index) }
    }
}

fn fields(document: &mut Document, instance: &TaskInstance) {
    let trigger = instance.trigger.as_ref();
    document
        .field("task", instance.key().to_string())
        .field("dag_id", &instance.dag_id)
        .field("dag_run_id", &instance.dag_run_id)
        .field("state", state(instance))
        .field("try", tries(instance))
        .field("operator", instance.operator().unwrap_or_default().to_owned())
        .field("queued", time::short_some(instance.queued_when.as_deref()))
        .field("start", time::short_some(instance.start_date.as_deref()))
        .field("end", time::short_some(instance.end_date.as_deref()))
        .field("duration", instance.duration.map(time::duration).unwrap_or_default())
        .field("pool", instance.pool.clone().unwrap_or_default())
        .field("queue", instance.queue.clone().unwrap_or_default())
        .field("host", instance.hostname.clone().unwrap_or_default())
        .field(
            "waits_for",
            trigger.and_then(|trigger| trigger.classpath.clone()).unwrap_or_default(),
        )
        .field(
            "trigger_arguments",
            trigger.and_then(|trigger| trigger.kwargs.clone()).unwrap_or_default(),
        )
        .field("note", instance.note.clone().unwrap_or_default());
}

fn try_row(instance: &TaskInstance) -> Vec<String> {
    vec![
        instance.try_number.to_string(),
        state(instance),
        time::short_some(instance.start_date.as_deref()),
        instance.duration.map(time::duration).unwrap_or_default(),
        instance.hostname.clone().unwrap_or_default(),
    ]
}
