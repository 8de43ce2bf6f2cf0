//! What is held up in other DAGs because tasks of this run failed.
//!
//! Three things tie DAGs together: assets that a task updates, `TriggerDagRunOperator`, and
//! `ExternalTaskSensor`. What a task triggers is known from its arguments once it has started, so
//! for one that never did the last good run is asked. A sensor that has not started yet is seen by
//! nobody, and that is said only where one could be expected.

use airvane_api::catalog;
use airvane_api::ids::{DagId, DagRunId, TaskId};
use airvane_api::models::{Asset, Page, TaskInstance};
use futures::future::join_all;

use super::picture::Picture;
use super::unknown;
use crate::failure::Failure;
use crate::tool::Call;
use crate::tools::get_task_instance::{Address, instance};
use crate::tools::list_dag_runs::every_dag;

/// What is held up elsewhere, line by line; `last_good` is a run of this DAG that did it all.
pub(super) async fn lines(call: &Call, picture: &Picture, last_good: Option<&str>) -> Vec<String> {
    let stopped = stopped_tasks(picture);
    if stopped.is_empty() {
        return Vec::new();
    }
    let (assets, triggered, sensors) = tokio::join!(
        assets(call, picture, &stopped),
        triggered(call, picture, last_good),
        sensors(call, picture),
    );
    let mut lines = Vec::new();
    for (what, found) in [
        ("which DAGs wait for assets of it", assets),
        ("which DAGs it would have triggered", triggered),
        ("which sensors of other DAGs wait for it", sensors),
    ] {
        match found {
            Ok(found) => lines.extend(found),
            Err(failure) => lines.push(format!("[unknown: {}]", unknown(what, &failure))),
        }
    }
    lines
}

/// Tasks that failed or could not run.
fn stopped_tasks(picture: &Picture) -> Vec<&str> {
    let instances = picture.failed.items.iter().chain(&picture.upstream_failed.items);
    let mut ids: Vec<&str> = instances.map(|one| one.task_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

async fn assets(
    call: &Call,
    picture: &Picture,
    stopped: &[&str],
) -> Result<Option<String>, Failure> {
    let page: Page<Asset> = call
        .airflow
        .ask(&catalog::LIST_ASSETS, |request| {
            request.query("dag_ids", &picture.dag_id).query("limit", 100)
        })
        .await?;
    Ok(not_updated(&page.items, picture.dag_id.as_str(), stopped))
}

/// Assets that stopped tasks would have updated, and the DAGs scheduled on them.
fn not_updated(assets: &[Asset], dag_id: &str, stopped: &[&str]) -> Option<String> {
    const SHOWN: usize = 3;
    let produces = |asset: &&Asset| {
        asset.producing_tasks.iter().any(|by| {
            by.dag_id == dag_id && by.task_id.as_deref().is_some_and(|id| stopped.contains(&id))
        })
    };
    let held: Vec<String> = assets
        .iter()
        .filter(produces)
        .filter(|asset| !asset.scheduled_dags.is_empty())
        .map(|asset| {
            let dags: Vec<&str> =
                asset.scheduled_dags.iter().map(|dag| dag.dag_id.as_str()).collect();
            format!("{} ({})", asset.uri, shown(&dags))
        })
        .collect();
    if held.is_empty() {
        return None;
    }
    let more = held.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let held: Vec<&str> = held.iter().map(String::as_str).take(SHOWN).collect();
    Some(format!(
        "Assets not updated by it, with the DAGs that wait for them: {}{more}",
        held.join(", ")
    ))
}

/// DAGs that `TriggerDagRunOperator` tasks would have started, had they run.
async fn triggered(
    call: &Call,
    picture: &Picture,
    last_good: Option<&str>,
) -> Result<Option<String>, Failure> {
    const LOOKED_AT: usize = 3;
    let not_run =
        |task_id: &&str| picture.upstream_failed.items.iter().any(|one| one.task_id == *task_id);
    let tasks: Vec<&str> = picture.triggers.iter().map(String::as_str).filter(not_run).collect();
    if tasks.is_empty() {
        return Ok(None);
    }
    let targets =
        tasks.iter().take(LOOKED_AT).map(|task_id| target(call, picture, task_id, last_good));
    let targets = join_all(targets).await;
    Ok(Some(not_triggered(&targets, tasks.len())))
}

/// Which DAG a task triggers, as the last good run has it.
async fn target(call: &Call, picture: &Picture, task_id: &str, last_good: Option<&str>) -> String {
    let Some(last_good) = last_good else { return named_or_unknown(task_id, Ok(None)) };
    let fetched = async {
        let address = Address {
            dag_id: picture.dag_id.clone(),
            dag_run_id: DagRunId::new(last_good)?,
            task_id: TaskId::new(task_id)?,
            map_index: -1,
        };
        instance(&call.airflow, &address).await
    };
    let dag_id = fetched.await.map(|one| one.rendered_fields.trigger_dag_id);
    named_or_unknown(task_id, dag_id)
}

fn named_or_unknown(task_id: &str, dag_id: Result<Option<String>, Failure>) -> String {
    match dag_id {
        Ok(Some(dag_id)) => format!("{dag_id} (by {task_id})"),
        Ok(None) => format!("the DAG of {task_id}, unknown as it never started"),
        Err(failure) => format!("the DAG of {task_id} [unknown: {}]", failure.message),
    }
}

fn not_triggered(targets: &[String], all: usize) -> String {
    let more = all.saturating_sub(targets.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("Not triggered: {}{more}", targets.join(", "))
}

/// Sensors of other DAGs that look for this DAG right now.
async fn sensors(call: &Call, picture: &Picture) -> Result<Option<String>, Failure> {
    let every_run = DagRunId::new("~")?;
    let page: Page<TaskInstance> = call
        .airflow
        .ask(&catalog::LIST_TASK_INSTANCES, |request| {
            // Airflow 2 can't filter by operator.
            let knows = request.knows("operator");
            let request =
                if knows { request.query("operator", "ExternalTaskSensor") } else { request };
            request
                .path("dag_id", &every_dag())
                .path("dag_run_id", &every_run)
                .query_each("state", ["up_for_reschedule", "deferred", "running"])
                .query("limit", 100)
        })
        .await?;
    let unread = page.total_or_shown().saturating_sub(page.items.len() as u64);
    Ok(waiting_sensors(&page.items, &picture.dag_id, unread))
}

fn waiting_sensors(instances: &[TaskInstance], dag_id: &DagId, unread: u64) -> Option<String> {
    let waits = |one: &&TaskInstance| {
        one.rendered_fields.external_dag_id.as_deref() == Some(dag_id.as_str())
    };
    let mut names: Vec<String> =
        instances.iter().filter(waits).map(|one| format!("{}.{}", one.dag_id, one.key())).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return (unread > 0).then(|| {
            format!(
                "[unknown: which sensors of other DAGs wait for it: {unread} waiting tasks were \
                 not looked at]"
            )
        });
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let unread = if unread > 0 {
        format!(" ({unread} waiting tasks were not looked at)")
    } else {
        String::new()
    };
    Some(format!("Sensors that wait for this DAG now: {}{unread}", shown(&names)))
}

fn shown(names: &[&str]) -> String {
    const SHOWN: usize = 4;
    let more = names.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let names: Vec<&str> = names.iter().copied().take(SHOWN).collect();
    format!("{}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use airvane_api::models::{AssetRef, RenderedFields};

    use super::*;

    fn asset(uri: &str, by: &str, dags: &[&str]) -> Asset {
        let dag = |dag: &&str| AssetRef { dag_id: (*dag).to_owned(), task_id: None };
        Asset {
            uri: uri.to_owned(),
            producing_tasks: vec![AssetRef {
                dag_id: "orders".to_owned(),
                task_id: Some(by.to_owned()),
            }],
            scheduled_dags: dags.iter().map(dag).collect(),
            ..Asset::default()
        }
    }

    #[test]
    fn only_assets_of_stopped_tasks_that_others_wait_for_are_told() {
        let assets = [
            asset("s3://orders", "load", &["rollup", "mail"]),
            asset("s3://raw", "extract", &["audit"]),
            asset("s3://unused", "load", &[]),
        ];
        assert_eq!(
            not_updated(&assets, "orders", &["load"]).as_deref(),
            Some(
                "Assets not updated by it, with the DAGs that wait for them: s3://orders (rollup, mail)"
            )
        );
        assert_eq!(not_updated(&assets, "invoices", &["load"]), None);
    }

    #[test]
    fn what_a_task_would_have_triggered_may_be_unknown() {
        let targets = [
            named_or_unknown("start_mail", Ok(Some("mail".to_owned()))),
            named_or_unknown("start_more", Ok(None)),
        ];
        assert_eq!(
            not_triggered(&targets, 3),
            "Not triggered: mail (by start_mail), the DAG of start_more, unknown as it never \
             started and 1 more"
        );
    }

    #[test]
    fn sensors_are_known_by_what_they_look_for() {
        let sensor = |dag: &str, looks_for: &str| TaskInstance {
            dag_id: dag.to_owned(),
            task_id: "wait".to_owned(),
            rendered_fields: RenderedFields {
                external_dag_id: Some(looks_for.to_owned()),
                ..RenderedFields::default()
            },
            ..TaskInstance::default()
        };
        let instances = [sensor("report", "orders"), sensor("report", "invoices")];
        let orders = DagId::new("orders").unwrap();
        assert_eq!(
            waiting_sensors(&instances, &orders, 0).as_deref(),
            Some("Sensors that wait for this DAG now: report.wait")
        );
        assert!(waiting_sensors(&instances, &orders, 7).unwrap().contains("(7 waiting tasks"));
        assert!(waiting_sensors(&[], &orders, 7).unwrap().starts_with("[unknown"));
        assert_eq!(waiting_sensors(&[], &orders, 0), None);
    }
}
