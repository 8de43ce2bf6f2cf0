//! What this Airflow says besides the log: one run of one DAG, whose first task failed.

use serde_json::{Value, json};

use super::{DAG, RUN, TASK};
use crate::rest::Major;

/// Status and body of the answer to a request.
pub(super) fn answer(major: Major, path: &str, query: &str) -> (u16, String) {
    let (prefix, version) = match major {
        Major::Two => ("/api/v1", "2.11.2"),
        Major::Three => ("/api/v2", "3.3.2"),
    };
    if !path.starts_with(prefix) {
        return (404, json!({"detail": "Not Found"}).to_string());
    }
    let body = match path.rsplit('/').next().unwrap_or_default() {
        "version" => json!({"version": version, "git_version": null}),
        RUN => run(),
        "dagRuns" => list("dag_runs", vec![run()], query, "failed"),
        "taskInstances" => list("task_instances", vec![instance()], query, "failed"),
        TASK => instance(),
        "tasks" => {
            json!({"tasks": [{"task_id": TASK, "downstream_task_ids": []}], "total_entries": 1})
        }
        DAG | "details" => json!({"dag_id": DAG, "is_paused": false}),
        _ => json!({"total_entries": 0}),
    };
    (200, body.to_string())
}

/// A list whose items are all in one state.
fn list(key: &str, items: Vec<Value>, query: &str, state: &str) -> Value {
    let asked = |part: &str| part.strip_prefix("state=").is_some_and(|wanted| wanted != state);
    let items = if query.split('&').any(asked) { Vec::new() } else { items };
    json!({key: items, "total_entries": items.len()})
}

fn run() -> Value {
    json!({
        "dag_id": DAG, "dag_run_id": RUN, "state": "failed", "run_type": "manual", "conf": {},
        "logical_date": "2026-05-02T03:04:00Z", "start_date": "2026-05-02T03:04:00Z",
        "end_date": "2026-05-02T03:05:01Z",
    })
}

fn instance() -> Value {
    json!({
        "dag_id": DAG, "dag_run_id": RUN, "task_id": TASK, "map_index": -1, "state": "failed",
        "try_number": 1, "max_tries": 0, "start_date": "2026-05-02T03:04:00Z",
        "end_date": "2026-05-02T03:05:00Z", "operator": "PythonOperator",
    })
}
