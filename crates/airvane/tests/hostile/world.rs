//! What a small Airflow 3.3 says of one DAG: `extract` went well, `load` failed, `report` did not
//! run because of that. Shapes as Airflow's API documents them, fields left out that nobody reads.

const RUN: &str = r#"{"dag_id": "probe", "dag_run_id": "r1", "state": "failed",
    "run_type": "manual", "logical_date": "2026-01-01T00:00:00Z", "run_after": "2026-01-01T00:00:00Z",
    "queued_at": "2026-01-01T00:00:00Z", "start_date": "2026-01-01T00:00:00Z",
    "end_date": "2026-01-01T00:00:05Z", "conf": {}, "note": null}"#;

const DAG: &str = r#"{"dag_id": "probe", "is_paused": false, "is_stale": false,
    "has_import_errors": false, "timetable_summary": null, "timetable_description": "Never",
    "max_active_runs": 16, "max_active_tasks": 16, "owners": ["data"], "tags": [],
    "fileloc": "/dags/probe.py", "catchup": false, "asset_expression": null}"#;

const EXTRACT: &str = r#"{"dag_id": "probe", "dag_run_id": "r1", "task_id": "extract",
    "map_index": -1, "state": "success", "try_number": 1, "max_tries": 0,
    "start_date": "2026-01-01T00:00:00Z", "end_date": "2026-01-01T00:00:02Z",
    "operator": "PythonOperator", "pool": "default_pool"}"#;

const LOAD: &str = r#"{"dag_id": "probe", "dag_run_id": "r1", "task_id": "load",
    "map_index": -1, "state": "failed", "try_number": 1, "max_tries": 0,
    "start_date": "2026-01-01T00:00:02Z", "end_date": "2026-01-01T00:00:05Z",
    "operator": "PythonOperator", "pool": "default_pool"}"#;

const REPORT: &str = r#"{"dag_id": "probe", "dag_run_id": "r1", "task_id": "report",
    "map_index": -1, "state": "upstream_failed", "try_number": 0, "max_tries": 0,
    "start_date": "2026-01-01T00:00:05Z", "end_date": "2026-01-01T00:00:05Z",
    "operator": "PythonOperator", "pool": "default_pool"}"#;

const LOG: &str = r#"{"content": [
    {"timestamp": "2026-01-01T00:00:02Z", "event": "loading 12 rows", "level": "info",
     "logger": "task.stdout"},
    {"timestamp": "2026-01-01T00:00:05Z", "event": "Task failed with exception", "level": "error",
     "logger": "task", "error_detail": [{"exc_type": "ValueError", "is_cause": false,
     "exc_value": "row 7 has no price", "exceptions": [], "syntax_error": null,
     "frames": [{"filename": "/dags/probe.py", "lineno": 12, "name": "load"}]}]}],
    "continuation_token": null}"#;

const HEALTH: &str = r#"{"metadatabase": {"status": "healthy"},
    "scheduler": {"status": "healthy", "latest_scheduler_heartbeat": "2026-01-01T00:00:00Z"},
    "triggerer": {"status": "healthy", "latest_triggerer_heartbeat": "2026-01-01T00:00:00Z"},
    "dag_processor": {"status": "healthy",
        "latest_dag_processor_heartbeat": "2026-01-01T00:00:00Z"}}"#;

const TASKS: &str = r#"{"tasks": [
    {"task_id": "extract", "downstream_task_ids": ["load"], "operator_name": "PythonOperator"},
    {"task_id": "load", "downstream_task_ids": ["report"], "operator_name": "PythonOperator"},
    {"task_id": "report", "downstream_task_ids": [], "operator_name": "PythonOperator"}],
    "total_entries": 3}"#;

const POOLS: &str = r#"{"pools": [{"name": "default_pool", "slots": 128, "open_slots": 128,
    "occupied_slots": 0, "running_slots": 0, "queued_slots": 0, "scheduled_slots": 0,
    "deferred_slots": 0, "include_deferred": false}], "total_entries": 1}"#;

/// A list that is empty, whatever it is of.
const NONE: &str = r#"{"import_errors": [], "dag_warnings": [], "event_logs": [], "assets": [],
    "asset_events": [], "queued_events": [], "backfills": [], "hitl_details": [],
    "dag_versions": [], "connections": [], "variables": [], "task_instances": [], "dag_runs": [],
    "total_entries": 0}"#;

/// The answer to a request.
pub fn honest(method: &str, path: &str, query: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    match last {
        "version" => r#"{"version": "3.3.2", "git_version": null}"#.to_owned(),
        "health" => HEALTH.to_owned(),
        "dagRuns" if method == "POST" => RUN.to_owned(),
        "dagRuns" => runs(query),
        "taskInstances" => instances(query),
        "dags" => format!("{{\"dags\": [{DAG}], \"total_entries\": 1}}"),
        "tasks" => TASKS.to_owned(),
        "pools" => POOLS.to_owned(),
        "r1" => RUN.to_owned(),
        "load" => LOAD.to_owned(),
        "details" | "probe" => DAG.to_owned(),
        _ if path.contains("/logs/") => LOG.to_owned(),
        _ => NONE.to_owned(),
    }
}

fn runs(query: &str) -> String {
    // It failed long ago and is over.
    let shown = query.contains("state=failed") || !query.contains("state=");
    let lately = query.contains("start_date_gte") || query.contains("end_date_gte");
    if shown && !lately {
        format!("{{\"dag_runs\": [{RUN}], \"total_entries\": 1}}")
    } else {
        NONE.to_owned()
    }
}

fn instances(query: &str) -> String {
    let all = [("success", EXTRACT), ("failed", LOAD), ("upstream_failed", REPORT)];
    let wanted = |state: &str| {
        !query.contains("state=") || query.split('&').any(|part| part == format!("state={state}"))
    };
    let items: Vec<&str> =
        all.iter().filter(|(state, _)| wanted(state)).map(|(_, instance)| *instance).collect();
    format!("{{\"task_instances\": [{}], \"total_entries\": {}}}", items.join(","), items.len())
}
