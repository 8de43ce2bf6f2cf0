//! Clients that people build on, each over stdio and over Streamable HTTP: the Inspector's command
//! line, the Python package `mcp` and the TypeScript SDK list the tools and call some of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, reason = "the figures are worth reading")]

#[path = "clients/drive.rs"]
mod drive;

use std::ffi::OsString;

use airvane_e2e::env::TestEnv;
use airvane_e2e::mcp::airvane;
use airvane_e2e::rest::{Rest, run_path};
use airvane_e2e::served::Served;
use serde_json::{Map, json};

use drive::{Client, Installed, Seen, Way};

/// Paused, so that its run stays as it is and costs nothing.
const DAG: &str = "payroll_run";

#[test]
fn the_inspector_lists_and_calls() {
    // It calls only what is listed, and the version by itself is not.
    both_ways(drive::inspector, "get_system_health");
}

#[test]
fn the_python_client_lists_and_calls() {
    both_ways(drive::python, "get_airflow_version");
}

#[test]
fn the_typescript_sdk_lists_and_calls() {
    both_ways(drive::typescript, "get_airflow_version");
}

fn both_ways(client: Client, version: &str) {
    let env = TestEnv::load();
    let admin = Rest::login(&env.airflow3, "admin").unwrap();
    let run_id = admin.trigger(DAG, &Map::new(), false).unwrap();
    let calls = [
        (version, json!({})),
        ("list_dags", json!({"limit": 100})),
        ("diagnose_dag_run", json!({"dag_id": DAG, "dag_run_id": run_id})),
    ];
    let served = Served::start(airvane(&env.airvane, &env.airflow3, "viewer")).unwrap();
    let installed =
        Installed { node: &env.node, npm_root: &env.npm_root, python_mcp: &env.python_mcp };
    let settings = settings(&env);
    for way in [Way::Stdio(&env.airvane, &settings), Way::Http(&served.url, None)] {
        check(&env, &client(&installed, &way, &calls), &run_id);
    }
    let gone = admin.send("DELETE", &run_path(DAG, &run_id), None).unwrap();
    assert_eq!(gone.status, 204, "{gone:?}");
}

fn check(env: &TestEnv, seen: &Seen, run_id: &str) {
    for tool in ["diagnose_dag_run", "list_dags", "get_task_logs"] {
        assert!(seen.tools.iter().any(|name| name == tool), "no {tool}: {:?}", seen.tools);
    }
    let hidden =
        seen.tools.iter().find(|name| ["trigger_dag", "delete_dag_run"].contains(&&***name));
    assert_eq!(hidden, None, "read-only unless told otherwise");
    assert!(seen.answers.iter().all(|answer| !answer.is_error), "{seen:?}");
    let [version, dags, diagnosis] = seen.answers.as_slice() else { panic!("{seen:?}") };
    assert!(version.text.contains(&env.airflow3.version), "{}", version.text);
    assert!(dags.text.contains(DAG), "{}", dags.text);
    assert!(diagnosis.text.contains(run_id), "{}", diagnosis.text);
    assert!(diagnosis.text.contains("paused"), "{}", diagnosis.text);
}

/// What tells the server its Airflow and who asks.
fn settings(env: &TestEnv) -> Vec<(OsString, OsString)> {
    let command = airvane(&env.airvane, &env.airflow3, "viewer");
    let ours =
        command.get_envs().filter(|(name, _)| name.to_string_lossy().starts_with("AIRFLOW_"));
    ours.filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect()
}
