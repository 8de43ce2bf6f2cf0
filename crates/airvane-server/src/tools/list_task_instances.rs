//! `list_task_instances`: the tasks of a run as they ran.

use airvane_api::catalog;
use airvane_api::ids::{DagId, DagRunId, TaskId};
use airvane_api::models::{Page, TaskInstance};
use schemars::JsonSchema;
use serde::Deserialize;

use super::listing::Paging;
use crate::output::{Document, time};
use crate::suggest;
use crate::tool::{Call, Tool, ToolResult};

/// Lists task instances.
pub struct ListTaskInstances;

/// Filters and page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
    #[schemars(with = "String")]
    dag_run_id: DagRunId,
    /// One mapped task's instances.
    #[schemars(with = "Option<String>")]
    task_id: Option<TaskId>,
    /// For example failed, running, queued, deferred.
    state: Option<Vec<String>>,
    limit: Option<u32>,
    offset: Option<u32>,
}

impl Tool for ListTaskInstances {
    const NAME: &'static str = "list_task_instances";
    const TITLE: &'static str = "List task instances";
    const DESCRIPTION: &'static str =
        "List a run's task instances with state, try and duration; filter by state or task.";
    const TOOLSET: &'static str = "taskinstance";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let paging = Paging::new(input.limit, input.offset);
        let operation = match input.task_id {
            Some(_) => &catalog::LIST_MAPPED_TASK_INSTANCES,
            None => &catalog::LIST_TASK_INSTANCES,
        };
        let page: Page<TaskInstance> = call
            .airflow
            .ask(operation, |request| {
                let request =
                    request.path("dag_id", &input.dag_id).path("dag_run_id", &input.dag_run_id);
                let request = match &input.task_id {
                    Some(task_id) => request.path("task_id", task_id),
                    None => request,
                };
                paging.fill(request).query_each("state", input.state.iter().flatten())
            })
            .await?;
        if page.items.is_empty()
            && let Some(missing) =
                suggest::missing(&call.airflow, &input.dag_id, Some(&input.dag_run_id)).await
        {
            return Err(missing);
        }
        let mut document = Document::new();
        document.line(paging.headline(&page, "task instances"));
        document.table("task_instances", &COLUMNS, page.items.iter().map(row).collect());
        document.more(Paging::more(Self::NAME));
        Ok(document)
    }
}

const COLUMNS: [&str; 7] = ["task", "state", "try", "start", "duration", "operator", "note"];

fn row(instance: &TaskInstance) -> Vec<String> {
    vec![
        instance.key().to_string(),
        state(instance),
        tries(instance),
        time::short_some(instance.start_date.as_deref()),
        instance.duration.map(time::duration).unwrap_or_default(),
        instance.operator().unwrap_or_default().to_owned(),
        instance.note.clone().unwrap_or_default(),
    ]
}

/// The state, also where Airflow has none yet.
pub(crate) fn state(instance: &TaskInstance) -> String {
    match instance.state.as_str() {
        "" => "none".to_owned(),
        state => state.to_owned(),
    }
}

/// `2/4`: this try of those allowed.
pub(crate) fn tries(instance: &TaskInstance) -> String {
    match instance.try_number {
        0 => String::new(),
        number => format!("{number}/{}", (instance.max_tries + 1).max(i64::from(number))),
    }
}
