//! Clients that people build on, each over stdio and over Streamable HTTP: the Inspector's command
//! line, the Python package `mcp` and the TypeScript SDK list the tools and call some of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, reason = "the figures are worth reading")]

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use airvane_e2e::env::TestEnv;
use airvane_e2e::mcp::{airvane, clean};
use airvane_e2e::rest::{Rest, run_path};
use airvane_e2e::served::Served;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Paused, so that its run stays as it is and costs nothing.
const DAG: &str = "payroll_run";

/// How a client reaches the server.
enum Way<'a> {
    Stdio,
    Http(&'a str),
}

/// What a client saw.
#[derive(Debug, Deserialize)]
struct Seen {
    tools: Vec<String>,
    answers: Vec<Answer>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    text: String,
    is_error: bool,
}

type Client = fn(&TestEnv, &Way, &[(&str, Value)]) -> Seen;

#[test]
fn the_inspector_lists_and_calls() {
    // It calls only what is listed, and the version by itself is not.
    both_ways(inspector, "get_system_health");
}

#[test]
fn the_python_client_lists_and_calls() {
    both_ways(python, "get_airflow_version");
}

#[test]
fn the_typescript_sdk_lists_and_calls() {
    both_ways(typescript, "get_airflow_version");
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
    for way in [Way::Stdio, Way::Http(&served.url)] {
        check(&env, &client(&env, &way, &calls), &run_id);
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

/// `python_client.py`.
fn python(env: &TestEnv, way: &Way, calls: &[(&str, Value)]) -> Seen {
    let mut command = client_program(env, &env.python_mcp);
    command.arg(script("python_client.py"));
    talk(env, command, way, calls)
}

/// `typescript_client.mjs`.
fn typescript(env: &TestEnv, way: &Way, calls: &[(&str, Value)]) -> Seen {
    let mut command = client_program(env, &env.node.join("node"));
    command.arg(script("typescript_client.mjs")).arg(&env.npm_root);
    talk(env, command, way, calls)
}

fn talk(env: &TestEnv, mut command: Command, way: &Way, calls: &[(&str, Value)]) -> Seen {
    let calls = json!(calls).to_string();
    match way {
        Way::Stdio => command.args(["stdio", &calls]).arg(&env.airvane).arg("serve"),
        Way::Http(url) => command.args(["http", &calls, url]),
    };
    let said = stdout(command);
    serde_json::from_str(said.lines().last().unwrap_or_default()).expect(&said)
}

/// One run of the Inspector for the list and one for each call: that is how its command line works.
fn inspector(env: &TestEnv, way: &Way, calls: &[(&str, Value)]) -> Seen {
    let listed = inspect(env, way, &["tools/list".to_owned()]);
    let tools = listed["tools"].as_array().unwrap();
    let tools = tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect();
    let call = |(tool, arguments): &(&str, Value)| {
        let mut method = ["tools/call", "--tool-name", tool].map(str::to_owned).to_vec();
        for (name, value) in arguments.as_object().unwrap() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            method.extend(["--tool-arg".to_owned(), format!("{name}={value}")]);
        }
        let result = inspect(env, way, &method);
        Answer {
            text: result["content"][0]["text"].as_str().unwrap().to_owned(),
            is_error: result["isError"] == true,
        }
    };
    Seen { tools, answers: calls.iter().map(call).collect() }
}

fn inspect(env: &TestEnv, way: &Way, method: &[String]) -> Value {
    let mut command = client_program(env, &env.node.join("node"));
    command.arg(env.npm_root.join("node_modules/.bin/inspector")).arg("--cli");
    match way {
        Way::Stdio => {
            command.arg(&env.airvane).arg("serve");
            for (name, value) in settings(env) {
                let mut setting = name;
                setting.push("=");
                setting.push(value);
                command.arg("-e").arg(setting);
            }
        }
        Way::Http(url) => drop(command.args([*url, "--transport", "http"])),
    }
    command.arg("--method").args(method);
    let said = stdout(command);
    serde_json::from_str(&said).expect(&said)
}

/// A client's program, in the environment that it passes on to the server it starts.
fn client_program(env: &TestEnv, program: &Path) -> Command {
    let mut command = clean(program);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [env.node.clone()].into_iter().chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).unwrap());
    command.envs(settings(env));
    command
}

/// What tells the server its Airflow and who asks.
fn settings(env: &TestEnv) -> Vec<(OsString, OsString)> {
    let command = airvane(&env.airvane, &env.airflow3, "viewer");
    let ours =
        command.get_envs().filter(|(name, _)| name.to_string_lossy().starts_with("AIRFLOW_"));
    ours.filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect()
}

fn script(name: &str) -> String {
    format!("{}/clients/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn stdout(mut command: Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}\n{errors}", command.get_program().display());
    said
}
