//! What became of a task whose own log has no error: Airflow's audit log says when the executor
//! lost it, when it was stuck in the queue, or when a person set its state.

use airvane_api::catalog;
use airvane_api::models::{EventLog, Page, TaskInstance};

use super::picture::Picture;
use super::unknown;
use crate::failure::Failure;
use crate::output::time;
use crate::tool::Call;

/// What every task leaves in the audit log by just running.
const ROUTINE: &[&str] = &[
    "cli_task_run",
    "task_run",
    "queued",
    "running",
    "success",
    "failed",
    "up_for_retry",
    "up_for_reschedule",
    "skipped",
    "deferred",
];

/// Entries that are shown.
const SHOWN: usize = 2;

/// What the audit log says of a task instance.
pub(super) async fn lines(call: &Call, picture: &Picture, instance: &TaskInstance) -> Vec<String> {
    match entries(call, picture, instance).await {
        Ok(page) => told(&page.items, instance),
        Err(failure) => {
            vec![format!("[unknown: {}]", unknown("what the audit log says of it", &failure))]
        }
    }
}

async fn entries(
    call: &Call,
    picture: &Picture,
    instance: &TaskInstance,
) -> Result<Page<EventLog>, Failure> {
    call.airflow
        .ask(&catalog::LIST_EVENT_LOGS, |request| {
            request
                .query("dag_id", &picture.dag_id)
                .query("run_id", &picture.run_id)
                .query("task_id", &instance.task_id)
                .query_each("excluded_events", ROUTINE)
                .query("order_by", "-when")
                .query("limit", 20)
        })
        .await
}

fn told(entries: &[EventLog], instance: &TaskInstance) -> Vec<String> {
    let concerns = |entry: &&EventLog| {
        entry.map_index.is_none_or(|index| index < 0 || index == instance.map_index)
    };
    entries.iter().filter(concerns).take(SHOWN).map(line).collect()
}

fn line(entry: &EventLog) -> String {
    const CHARS: usize = 240;
    let who = entry.owner.as_deref().filter(|who| !who.is_empty() && *who != "airflow");
    let who = who.map(|who| format!(" by {who}")).unwrap_or_default();
    let words = words(entry.extra.as_deref().unwrap_or_default());
    let words: String = words.chars().take(CHARS).collect();
    let words = if words.is_empty() { words } else { format!(": {words}") };
    format!("audit log, {}: {}{who}{words}", time::short_some(entry.when.as_deref()), entry.event)
}

/// Airflow's words without what the answer says already, and without a link to its manual.
fn words(extra: &str) -> String {
    let extra = extra.split("Learn more").next().unwrap_or_default().trim();
    match (extra.split_once('<'), extra.rsplit_once('>')) {
        (Some((before, _)), Some((_, after))) => format!("{before}…{after}"),
        _ => extra.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_that_the_executor_lost_is_told_in_airflows_words() {
        let entry = EventLog {
            when: Some("2026-11-21T01:35:20Z".to_owned()),
            event: "state mismatch".to_owned(),
            map_index: Some(-1),
            extra: Some(
                "Executor LocalExecutor(parallelism=12) reported that the task instance \
                 <TaskInstance: d.t r [queued] ti_id=1> finished with state failed, but the task \
                 instance's state attribute is queued. Learn more: https://airflow.apache.org/"
                    .to_owned(),
            ),
            ..EventLog::default()
        };
        assert_eq!(
            told(std::slice::from_ref(&entry), &TaskInstance::default()),
            ["audit log, 2026-11-21 01:35:20Z: state mismatch: Executor \
              LocalExecutor(parallelism=12) reported that the task instance … finished with state \
              failed, but the task instance's state attribute is queued."]
        );
        let other = EventLog { map_index: Some(4), ..entry };
        assert!(told(&[other], &TaskInstance::default()).is_empty());
    }
}
