//! `list_failures`: what failed lately, over all DAGs, the same error told once.

use std::collections::{BTreeMap, HashSet};

use airvane_api::catalog;
use airvane_api::ids::{DagId, DagRunId};
use airvane_api::models::{DagRun, Page, TaskInstance};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

use super::list_dag_runs::every_dag;
use crate::diagnosis::{LogAddress, Reading, headline_of, signature};
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
    /// ISO 8601, instead of hours.
    since: Option<String>,
}

/// Task instances that are looked at; what is beyond is counted.
const INSTANCES: u32 = 100;

/// Further DAGs that are asked for their failed instances where those are too many to list.
const DAGS: usize = 10;

/// Instances that are looked at of each of them.
const INSTANCES_OF_OTHERS: u32 = 10;

/// Tasks whose error is looked up in a log.
const TASKS: usize = 20;

impl Tool for ListFailures {
    const NAME: &'static str = "list_failures";
    const TITLE: &'static str = "List failures";
    const DESCRIPTION: &'static str =
        "What failed lately across all DAGs, grouped by error: how often, in which tasks, where.";
    const TOOLSET: &'static str = "taskinstance";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let since = since(input.since.as_deref(), input.hours, call.airflow.now())?;
        let dag_id = input.dag_id.clone().unwrap_or_else(every_dag);
        let mut page = failed(call, &dag_id, &since, INSTANCES).await?;
        let is_cut = (page.items.len() as u64) < page.total_or_shown();
        let others = if is_cut && input.dag_id.is_none() {
            Some(others(call, &since, &mut page.items).await)
        } else {
            None
        };
        let mut document = Document::new();
        document.line(headline(&page, &since));
        if let Some(note) = others.and_then(told_others) {
            document.line(note);
        }
        let tasks = by_task(page.items);
        let unread = tasks.len().saturating_sub(TASKS);
        let found = join_all(tasks.into_iter().take(TASKS).map(|task| look_up(call, task))).await;
        let errors = by_error(found);
        document.table(
            "failures",
            &["error", "failures", "last", "dag_id", "task", "dag_run_id", "also_in"],
            errors.iter().map(Error::row).collect(),
        );
        if unread > 0 {
            document.line(format!(
                "[{unread} more tasks failed, their errors not looked up; narrow with dag_id or hours]"
            ));
        }
        if !errors.is_empty() {
            document.next("diagnose_dag_run(dag_id, dag_run_id) explains one of them");
        }
        Ok(document)
    }
}

/// Failed task instances, the last first where Airflow can order them (Airflow 2 can't).
async fn failed(
    call: &Call,
    dag_id: &DagId,
    since: &str,
    limit: u32,
) -> Result<Page<TaskInstance>, Failure> {
    let every_run = DagRunId::new("~")?;
    call.airflow
        .ask(&catalog::LIST_TASK_INSTANCES, |request| {
            let ordered = request.knows("order_by");
            let request = if ordered { request.query("order_by", "-end_date") } else { request };
            request
                .path("dag_id", dag_id)
                .path("dag_run_id", &every_run)
                .query("state", "failed")
                .query("end_date_gte", since)
                .query("limit", limit)
        })
        .await
}

/// DAGs with failed runs that are not looked into, and whether there may be more of them.
struct Unread {
    dags: Vec<String>,
    more: bool,
}

/// One run with ten thousand failed instances fills the list: the DAGs of other failed runs are
/// asked for theirs, one by one.
async fn others(
    call: &Call,
    since: &str,
    instances: &mut Vec<TaskInstance>,
) -> Result<Unread, Failure> {
    let runs: Page<DagRun> = call
        .airflow
        .ask(&catalog::LIST_DAG_RUNS, |request| {
            request
                .path("dag_id", &every_dag())
                .query("state", "failed")
                .query("end_date_gte", since)
                .query("order_by", "-start_date")
                .query("limit", 100)
        })
        .await?;
    let mut seen: HashSet<String> = instances.iter().map(|one| one.dag_id.clone()).collect();
    let ids = runs.items.iter().map(|run| run.dag_id.clone());
    let mut dags: Vec<String> = ids.filter(|id| seen.insert(id.clone())).collect();
    let unread = dags.split_off(dags.len().min(DAGS));
    let asked = dags.iter().map(async |dag_id| {
        failed(call, &DagId::new(dag_id.as_str())?, since, INSTANCES_OF_OTHERS).await
    });
    let found = join_all(asked).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    instances.extend(found.into_iter().flat_map(|page| page.items));
    let more = (runs.items.len() as u64) < runs.total_or_shown();
    Ok(Unread { dags: unread, more })
}

fn told_others(others: Result<Unread, Failure>) -> Option<String> {
    const SHOWN: usize = 5;
    let Unread { dags, more } = match others {
        Ok(unread) => unread,
        Err(failure) => {
            return Some(format!("[unknown: which other DAGs failed ({})]", failure.message));
        }
    };
    if dags.is_empty() && !more {
        return None;
    }
    let names: Vec<&str> = dags.iter().take(SHOWN).map(String::as_str).collect();
    let names = match (names.is_empty(), dags.len() > SHOWN) {
        (true, _) => String::new(),
        (false, false) => format!(" ({})", names.join(", ")),
        (false, true) => format!(" ({}, …)", names.join(", ")),
    };
    let least = if more { "at least " } else { "" };
    Some(format!(
        "[failed runs of {least}{} more DAGs{names} were not looked into; narrow with dag_id or hours]",
        dags.len()
    ))
}

/// The instant from which on, as Airflow takes it.
fn since(iso: Option<&str>, hours: Option<u32>, now: Timestamp) -> Result<String, Failure> {
    let at = if let Some(iso) = iso {
        time::parse(iso)
            .ok_or_else(|| Failure::arguments("since is no instant such as 2026-11-18T06:00:00Z"))?
    } else {
        let hours = hours.unwrap_or(24).clamp(1, 24 * 365);
        now.checked_sub(SignedDuration::from_hours(i64::from(hours)))
            .map_err(|_| Failure::arguments("hours reaches too far back"))?
    };
    Ok(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn headline(page: &Page<TaskInstance>, since: &str) -> String {
    let total = page.total_or_shown();
    let shown = page.items.len() as u64;
    let cut = if shown < total {
        format!("; counts and times below are of {shown} of them")
    } else {
        String::new()
    };
    format!(
        "{total} task instances failed since {}; of each task the last error is shown{cut}",
        time::short(since)
    )
}

/// Failures of one task.
struct Task {
    count: usize,
    last: TaskInstance,
}

/// By task, the most recent first.
fn by_task(instances: Vec<TaskInstance>) -> Vec<Task> {
    let mut by_task: BTreeMap<(String, String), Task> = BTreeMap::new();
    for instance in instances {
        let key = (instance.dag_id.clone(), instance.task_id.clone());
        match by_task.get_mut(&key) {
            Some(task) => {
                task.count += 1;
                if instance.end_date > task.last.end_date {
                    task.last = instance;
                }
            }
            None => {
                by_task.insert(key, Task { count: 1, last: instance });
            }
        }
    }
    let mut tasks: Vec<Task> = by_task.into_values().collect();
    tasks.sort_by(|a, b| b.last.end_date.cmp(&a.last.end_date));
    tasks
}

/// A task with what its last log says.
struct Found {
    task: Task,
    /// What errors have in common; the headline where there is no error.
    signature: String,
    headline: String,
}

async fn look_up(call: &Call, task: Task) -> Found {
    let reading = read(call, &task.last).await;
    let headline = headline_of(&reading);
    Found { task, signature: signature(&reading).unwrap_or_else(|| headline.clone()), headline }
}

async fn read(call: &Call, instance: &TaskInstance) -> Reading {
    let dag_id = DagId::new(instance.dag_id.as_str())?;
    let dag_run_id = DagRunId::new(instance.dag_run_id.as_str())?;
    let address = LogAddress { dag_id: &dag_id, dag_run_id: &dag_run_id };
    address.read(call, instance, instance.try_number).await
}

/// One error and the tasks that failed with it, the most recent first.
struct Error {
    signature: String,
    headline: String,
    tasks: Vec<Task>,
}

/// By error, in the order in which each was last seen.
fn by_error(found: Vec<Found>) -> Vec<Error> {
    let mut errors: Vec<Error> = Vec::new();
    for Found { task, signature, headline } in found {
        match errors.iter_mut().find(|error| error.signature == signature) {
            Some(error) => error.tasks.push(task),
            None => errors.push(Error { signature, headline, tasks: vec![task] }),
        }
    }
    errors
}

impl Error {
    fn row(&self) -> Vec<String> {
        const CHARS: usize = 160;
        let count: usize = self.tasks.iter().map(|task| task.count).sum();
        let last = self.tasks.first().map(|task| &task.last);
        let cell = |text: fn(&TaskInstance) -> String| last.map(text).unwrap_or_default();
        vec![
            self.headline.chars().take(CHARS).collect(),
            count.to_string(),
            cell(|last| time::short_some(last.end_date.as_deref())),
            cell(|last| last.dag_id.clone()),
            cell(|last| last.key().to_string()),
            cell(|last| last.dag_run_id.clone()),
            self.others(),
        ]
    }

    /// Further tasks with the same error.
    fn others(&self) -> String {
        const SHOWN: usize = 3;
        let others = self.tasks.get(1..).unwrap_or_default();
        let mut names: Vec<String> = others
            .iter()
            .take(SHOWN)
            .map(|task| format!("{}.{}", task.last.dag_id, task.last.task_id))
            .collect();
        let more = others.len().saturating_sub(SHOWN);
        if more > 0 {
            names.push(format!("{more} more tasks"));
        }
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(dag_id: &str, task_id: &str, end_date: &str) -> TaskInstance {
        TaskInstance {
            dag_id: dag_id.to_owned(),
            task_id: task_id.to_owned(),
            end_date: Some(end_date.to_owned()),
            ..TaskInstance::default()
        }
    }

    fn found(task: Task, error: &str) -> Found {
        Found { task, signature: error.to_owned(), headline: error.to_owned() }
    }

    #[test]
    fn the_same_task_is_told_once_and_the_latest_comes_first() {
        let tasks = by_task(vec![
            failed("d", "a", "2026-01-01"),
            failed("d", "b", "2026-01-03"),
            failed("d", "a", "2026-01-02"),
        ]);
        let told: Vec<_> =
            tasks.iter().map(|task| (task.last.task_id.as_str(), task.count)).collect();
        assert_eq!(told, [("b", 1), ("a", 2)]);
    }

    #[test]
    fn the_same_error_in_many_dags_is_told_once_with_its_count() {
        let tasks = by_task(vec![
            failed("d1", "load", "2026-01-03"),
            failed("d2", "load", "2026-01-02"),
            failed("d2", "load", "2026-01-01"),
            failed("d3", "sum", "2026-01-01"),
        ]);
        let errors = ["refused", "refused", "no rows"];
        let found = tasks.into_iter().zip(errors).map(|(task, error)| found(task, error)).collect();
        let errors = by_error(found);
        let rows: Vec<Vec<String>> = errors.iter().map(Error::row).collect();
        let cells = |row: &[String]| (row[0].clone(), row[1].clone(), row[6].clone());
        let told: Vec<_> = rows.iter().map(|row| cells(row)).collect();
        assert_eq!(
            told,
            [
                ("refused".to_owned(), "3".to_owned(), "d2.load".to_owned()),
                ("no rows".to_owned(), "1".to_owned(), String::new()),
            ]
        );
    }

    #[test]
    fn since_is_an_instant_or_hours() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let since = |iso, hours| since(iso, hours, now);
        assert_eq!(since(Some("2026-11-18T07:00:00+01:00"), None).unwrap(), "2026-11-18T06:00:00Z");
        assert!(since(Some("yesterday"), None).is_err());
        assert_eq!(since(None, Some(2)).unwrap(), "2026-11-20T10:00:00Z");
        assert_eq!(since(None, None).unwrap(), "2026-11-19T12:00:00Z");
    }

    #[test]
    fn dags_that_were_not_looked_into_are_named() {
        let unread = |count: usize, more| {
            let dags = (0..count).map(|n| format!("d{n}")).collect();
            told_others(Ok(Unread { dags, more }))
        };
        assert_eq!(unread(0, false), None);
        assert!(unread(2, false).unwrap().starts_with("[failed runs of 2 more DAGs (d0, d1) were"));
        let many = unread(9, true).unwrap();
        assert!(many.starts_with("[failed runs of at least 9 more DAGs (d0, d1, d2, d3, d4, …)"));
    }
}
