//! `list_failures`: what failed lately, over all DAGs, the same error told once.

use std::collections::BTreeMap;

use airvane_api::catalog;
use airvane_api::ids::{DagId, DagRunId};
use airvane_api::models::{Page, TaskInstance};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

use super::list_dag_runs::every_dag;
use crate::diagnosis::{LogAddress, headline_of};
use crate::failure::Failure;
use crate::output::{Document, time};
use crate::tool::{Call, Tool, ToolResult};

/// Lists failures.
pub struct ListFailures;

/// Which.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// All DAGs if not given.
    #[schemars(with = "Option<String>")]
    dag_id: Option<DagId>,
    /// Default 24.
    hours: Option<u32>,
}

/// Task instances that are looked at; what is beyond is counted.
const INSTANCES: u32 = 100;

/// Groups whose error is looked up in a log.
const GROUPS: usize = 12;

impl Tool for ListFailures {
    const NAME: &'static str = "list_failures";
    const TITLE: &'static str = "List failures";
    const DESCRIPTION: &'static str =
        "What failed lately across all DAGs, grouped by task with its error and count.";
    const TOOLSET: &'static str = "taskinstance";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let hours = input.hours.unwrap_or(24).clamp(1, 24 * 365);
        let since = since(hours)?;
        let dag_id = input.dag_id.unwrap_or_else(every_dag);
        let every_run = DagRunId::new("~")?;
        let page: Page<TaskInstance> = call
            .airflow
            .ask(&catalog::LIST_TASK_INSTANCES, |request| {
                // Airflow 2 can't order this list.
                let ordered = request.knows("order_by");
                let request =
                    if ordered { request.query("order_by", "-end_date") } else { request };
                request
                    .path("dag_id", &dag_id)
                    .path("dag_run_id", &every_run)
                    .query("state", "failed")
                    .query("end_date_gte", &since)
                    .query("limit", INSTANCES)
            })
            .await?;
        let mut document = Document::new();
        document.line(headline(&page, hours));
        let groups = groups(page.items);
        let rows = join_all(groups.iter().take(GROUPS).map(|group| row(call, group))).await;
        document.table(
            "failures",
            &["dag_id", "task", "failures", "last", "dag_run_id", "error"],
            rows,
        );
        if groups.len() > GROUPS {
            document.line(format!(
                "[{} more tasks failed; narrow with dag_id or hours]",
                groups.len() - GROUPS
            ));
        }
        if !groups.is_empty() {
            document.next("diagnose_dag_run(dag_id, dag_run_id) explains one of them");
        }
        Ok(document)
    }
}

fn since(hours: u32) -> Result<String, Failure> {
    Timestamp::now()
        .checked_sub(SignedDuration::from_hours(i64::from(hours)))
        .map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .map_err(|_| Failure::arguments("hours reaches too far back"))
}

fn headline(page: &Page<TaskInstance>, hours: u32) -> String {
    let total = page.total_or_shown();
    let shown = page.items.len() as u64;
    let cut = if shown < total {
        format!("; counts and times below are of {shown} of them")
    } else {
        String::new()
    };
    format!("{total} task instances failed in the last {hours} hours{cut}")
}

/// Failures of one task.
struct Group {
    count: usize,
    last: TaskInstance,
}

/// By task, the most recent first.
fn groups(instances: Vec<TaskInstance>) -> Vec<Group> {
    let mut by_task: BTreeMap<(String, String), Group> = BTreeMap::new();
    for instance in instances {
        let key = (instance.dag_id.clone(), instance.task_id.clone());
        match by_task.get_mut(&key) {
            Some(group) => {
                group.count += 1;
                if instance.end_date > group.last.end_date {
                    group.last = instance;
                }
            }
            None => {
                by_task.insert(key, Group { count: 1, last: instance });
            }
        }
    }
    let mut groups: Vec<Group> = by_task.into_values().collect();
    groups.sort_by(|a, b| b.last.end_date.cmp(&a.last.end_date));
    groups
}

async fn row(call: &Call, group: &Group) -> Vec<String> {
    let last = &group.last;
    vec![
        last.dag_id.clone(),
        last.key().to_string(),
        group.count.to_string(),
        time::short_some(last.end_date.as_deref()),
        last.dag_run_id.clone(),
        error(call, last).await,
    ]
}

async fn error(call: &Call, instance: &TaskInstance) -> String {
    const CHARS: usize = 160;
    let ids = DagId::new(instance.dag_id.as_str()).and_then(|dag_id| {
        DagRunId::new(instance.dag_run_id.as_str()).map(|run_id| (dag_id, run_id))
    });
    let Ok((dag_id, dag_run_id)) = ids else { return String::new() };
    let address = LogAddress { dag_id: &dag_id, dag_run_id: &dag_run_id };
    let reading = address.read(call, instance, instance.try_number).await;
    headline_of(&reading).chars().take(CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(task_id: &str, end_date: &str) -> TaskInstance {
        TaskInstance {
            dag_id: "d".to_owned(),
            task_id: task_id.to_owned(),
            end_date: Some(end_date.to_owned()),
            ..TaskInstance::default()
        }
    }

    #[test]
    fn the_same_task_is_told_once_and_the_latest_comes_first() {
        let groups = groups(vec![
            failed("a", "2026-01-01"),
            failed("b", "2026-01-03"),
            failed("a", "2026-01-02"),
        ]);
        let told: Vec<_> =
            groups.iter().map(|group| (group.last.task_id.as_str(), group.count)).collect();
        assert_eq!(told, [("b", 1), ("a", 2)]);
    }
}
