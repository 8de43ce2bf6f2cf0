//! Secrets planted on a real Airflow 2 and 3 are in nothing that Airvane says: those that
//! `incidents/secrets.toml` leaves where people leave them, and forty kinds in eight places each.
//!
//! Each plant is first seen by plain REST, where Airflow shows it; one that is not fails the test,
//! so that silence is never success. Then every tool, resource, prompt, completion and many an
//! error is read with everything allowed, structured content on and `RUST_LOG=trace`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on fails")]

#[path = "secrets/kinds.rs"]
mod kinds;
#[path = "secrets/matrix.rs"]
mod matrix;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

use airvane_api::catalog;
use airvane_api::operation::{AccessLevel, Operation};
use airvane_e2e::env::{Airflow, TestEnv};
use airvane_e2e::mcp::{Heard, Session, Wire, airvane};
use airvane_e2e::on_both_majors;
use airvane_e2e::plant::{self, Hunt, Plant, Traces, strings};
use airvane_e2e::planting::{self, DAG};
use airvane_e2e::rest::{Major, Rest, segment};
use serde_json::{Map, Value, json};

const TASKS: [&str; 5] = ["print_settings", "hand_over", "announce", "export", "connect"];

/// Those of the list and those of the matrix are planted by the same DAG.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

on_both_majors!(no_secret_gets_out);
on_both_majors!(forty_kinds_in_eight_places_do_not_get_out);

/// A run that holds secrets.
struct Run {
    dag_id: &'static str,
    id: String,
    tasks: &'static [&'static str],
    conf: Map<String, Value>,
}

fn no_secret_gets_out(env: &TestEnv, airflow: &Airflow) {
    none_gets_out(env, airflow, &[]);
}

/// `cargo xtask test --full` runs it: so many take a while.
fn forty_kinds_in_eight_places_do_not_get_out(env: &TestEnv, airflow: &Airflow) {
    none_gets_out(env, airflow, &matrix::plants());
}

fn none_gets_out(env: &TestEnv, airflow: &Airflow, made: &[Plant]) {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let rest = Rest::login(airflow, "admin").unwrap();
    let listed = plant::all().unwrap();
    let plants = [&listed[..], made].concat();
    let files = (!made.is_empty()).then(|| matrix::Files::write(airflow, made).unwrap());
    let run_id = planting::plant(&rest, &plants).unwrap();
    let mut seen = planting::seen(&rest, &listed, &run_id).unwrap();
    let mut runs =
        vec![Run { dag_id: DAG, id: run_id, tasks: &TASKS, conf: planting::conf(&listed) }];
    if !made.is_empty() {
        let (dag_id, conf) = (matrix::DAG, matrix::conf(made));
        let id = matrix::run(&rest, made).unwrap();
        let made_seen = matrix::seen(&rest, made, &id).unwrap();
        let kinds = matrix::fewest_seen(made, &made_seen);
        assert!(kinds >= 40, "plain REST shows {kinds} kinds only where it shows fewest");
        seen.extend(made_seen);
        runs.push(Run { dag_id, id, tasks: &matrix::TASKS, conf });
    }
    let major = if rest.major == Major::Two { 2 } else { 3 };
    let unseen: Vec<&str> = plants
        .iter()
        .zip(&seen)
        .filter(|(plant, seen)| plant.shown.contains(&major) && !**seen)
        .map(|(plant, _)| plant.id.as_str())
        .collect();

    let (heard, errors) = read_all(env, airflow, &plants, &runs);
    drop(files);
    let leaks = leaks(&traces(&rest, airflow, &plants), &heard, &errors);
    let masks: usize = heard.iter().map(|one| one.line.matches("[redacted:").count()).sum();
    let mut report = format!(
        "\nAirflow {}: {} plants ({} of them made), {} seen by plain REST, {} hidden by Airflow \
         itself; {} answers with {masks} masks and {} lines of stderr read: {} places leak\n",
        airflow.version,
        plants.len(),
        made.len(),
        seen.iter().filter(|seen| **seen).count(),
        seen.iter().filter(|seen| !**seen).count() - unseen.len(),
        heard.len(),
        errors.lines().count(),
        leaks.len(),
    );
    for (place, whose) in &leaks {
        let whose: Vec<&str> = whose.iter().map(String::as_str).collect();
        let _ = writeln!(report, "  {place}: {}", whose.join(", "));
    }
    // Past the capture of `cargo test`: the count is worth seeing also when all is well.
    let _ = std::io::stderr().write_all(report.as_bytes());
    assert!(unseen.is_empty(), "plain REST does not show {unseen:?}");
    assert!(errors.lines().count() > 20, "RUST_LOG=trace says next to nothing: {errors}");
    assert!(masks >= plants.len(), "where secrets are, hardly anything was masked: {report}");
    assert!(leaks.is_empty(), "{report}");
}

/// What must not appear: the plants, and what the server itself logs in with.
fn traces(rest: &Rest, airflow: &Airflow, plants: &[Plant]) -> Vec<Traces> {
    let mut traces: Vec<Traces> =
        plants.iter().map(|plant| Traces::of(&plant.id, &plant.secret())).collect();
    let password = &airflow.user("admin").password;
    if password.len() >= 8 {
        traces.push(Traces::of("the server's password", password));
    }
    let (_, credential) = rest.authorization().split_once(' ').unwrap();
    // The tokens of one Airflow begin alike; the server's own is not known here.
    let beginning = credential.split('.').next().unwrap();
    traces.push(Traces::of("the server's credential", beginning));
    traces
}

/// Each place where a secret is, told without telling it, and whose it is.
fn leaks(traces: &[Traces], heard: &[Heard], errors: &str) -> BTreeMap<String, BTreeSet<String>> {
    let hunt = Hunt::new(traces).unwrap();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut note = |place: &str, trace: &Traces, form: &str| {
        let place = hunt.hidden_in(place).chars().take(200).collect();
        found.entry(place).or_default().insert(format!("{} ({form})", trace.id));
    };
    for one in heard {
        let value = serde_json::from_str(&one.line);
        let text = value.map_or_else(|_| one.line.clone(), |value| strings(&value));
        for (trace, form) in hunt.in_text(&format!("{text}\n{}", one.line)) {
            note(&format!("answer to {}", one.asked), trace, form);
        }
    }
    for line in errors.lines() {
        for (trace, form) in hunt.in_text(line) {
            // Without times and numbers, lines of one kind are told once.
            let hidden = trace.hidden_in(line);
            let kind: String = hidden.chars().filter(|c| !c.is_ascii_digit()).collect();
            note(&format!("stderr: {kind}"), trace, form);
        }
    }
    found
}

/// Everything the server can be asked; gives all it said.
fn read_all(
    env: &TestEnv,
    airflow: &Airflow,
    plants: &[Plant],
    runs: &[Run],
) -> (Vec<Heard>, String) {
    let toolsets = toolsets(env, airflow);
    let arguments =
        ["--allow-write", "--allow-destructive", "--structured-content", "--toolsets", &toolsets];
    let mut session = Session::open(&env.airvane, airflow, "admin", &arguments, "trace").unwrap();
    read_tools(&mut session.wire, airflow, plants, runs);
    for run in runs {
        read_resources(&mut session.wire, run);
        read_prompts(&mut session.wire, run);
    }
    for secret in shaped(plants) {
        provoke(&mut session.wire, &secret);
    }
    let (mut heard, mut errors) = session.end().unwrap();
    for (asked, mut command) in shell(env, airflow, plants, runs) {
        let output = command.env("RUST_LOG", "trace").output().unwrap();
        let line = String::from_utf8_lossy(&output.stdout).into_owned();
        heard.push(Heard { asked, line });
        errors.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    (heard, errors)
}

/// All groups of tools: named, they also show what the default list leaves out.
fn toolsets(env: &TestEnv, airflow: &Airflow) -> String {
    let mut command = airvane(&env.airvane, airflow, "admin");
    let output = command.args(["tools", "--json", "--allow-destructive"]).output().unwrap();
    let tools: Value = serde_json::from_slice(&output.stdout).unwrap();
    let sets: BTreeSet<&str> =
        tools.as_array().unwrap().iter().map(|tool| tool["toolset"].as_str().unwrap()).collect();
    sets.into_iter().collect::<Vec<_>>().join(",")
}

/// Secrets that can be told by their shape, whoever says them: in arguments nothing else tells.
fn shaped(plants: &[Plant]) -> Vec<String> {
    const IDS: [&str; 6] = [
        "github_token",
        "jwt",
        "variable_token",
        "gitlab in conf",
        "sendgrid in conf",
        "pypi in conf",
    ];
    let chosen = plants.iter().filter(|plant| IDS.contains(&plant.id.as_str()));
    chosen.map(Plant::secret).collect()
}

fn read_tools(wire: &mut Wire, airflow: &Airflow, plants: &[Plant], runs: &[Run]) {
    let of_runs = runs.iter().flat_map(|run| calls_of(airflow, plants, run));
    let calls: Vec<_> = of_runs.chain(calls(plants)).collect();
    let listed = wire.tools().unwrap();
    let listed: BTreeSet<&str> = listed.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    let covered: BTreeSet<&str> = calls.iter().map(|(tool, _)| *tool).collect();
    assert!(covered.is_subset(&listed), "{covered:?} of {listed:?}");
    // Operations of the catalog are called by the tools that take their names.
    let missing = listed.difference(&covered).filter(|name| catalog::find(name).is_none());
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&&str>::new(), "every tool has to be read here");
    for (tool, arguments) in &calls {
        let answer = wire.call(tool, arguments).unwrap();
        assert!(!answer.text.is_empty() && answer.structured.is_some(), "{tool} {arguments}");
    }
}

/// Every tool that is about one DAG, with what shows most. What changes something changes only runs
/// of its own.
fn calls_of(airflow: &Airflow, plants: &[Plant], run: &Run) -> Vec<(&'static str, Value)> {
    let Run { dag_id, id, tasks, conf } = run;
    let dag = json!({"dag_id": dag_id});
    let arguments = json!({"dag_id": dag_id, "dag_run_id": id});
    let mine = format!("{id}-again");
    let triggered =
        json!({"dag_id": dag_id, "dag_run_id": mine, "conf": conf, "note": note(plants)});
    let awaited = json!({"dag_id": dag_id, "conf": conf});
    let noted = json!({"dag_id": dag_id, "dag_run_id": mine, "note": note(plants)});
    let address = format!("{}/dags/{dag_id}", airflow.url);
    let mut calls = vec![
        ("trigger_dag", triggered),
        ("trigger_dag_and_wait", awaited),
        ("diagnose_dag_run", arguments.clone()),
        ("diagnose_dag_run", dag.clone()),
        ("list_failures", json!({"dag_id": dag_id, "hours": 48})),
        ("explore_dag", dag.clone()),
        ("get_dag_details", dag.clone()),
        ("get_dag_source", dag.clone()),
        ("list_dag_runs", dag.clone()),
        ("get_dag_run", arguments.clone()),
        ("list_tasks", dag.clone()),
        ("list_task_instances", arguments.clone()),
        ("resolve_url", json!({"url": format!("{address}/runs/{}", segment(id))})),
        ("resolve_url", json!({"url": format!("{address}/grid?dag_run_id={}", segment(id))})),
        ("clear_dag_run", arguments.clone()),
        ("clear_task_instances", arguments.clone()),
        ("clear_task_instances", dag.clone()),
        ("pause_dag", dag.clone()),
        ("unpause_dag", dag),
        ("write_operation", by_name("set_dag_run_note", &noted)),
        (
            "destroy_operation",
            by_name("delete_dag_run", &json!({"dag_id": dag_id, "dag_run_id": "none"})),
        ),
        ("delete_dag_run", json!({"dag_id": dag_id, "dag_run_id": mine})),
    ];
    for (index, task) in tasks.iter().enumerate() {
        calls.extend(task_calls(&arguments, task));
        // What does not depend on the task is asked once, and what on no DAG at all elsewhere.
        let again = |it: &&Operation| takes(it, if index == 0 { "dag_id" } else { "task_id" });
        calls.extend(reads().filter(again).map(|it| operation(it, dag_id, id, task)));
    }
    calls
}

/// What is about no DAG, or about a file that is none.
fn calls(plants: &[Plant]) -> Vec<(&'static str, Value)> {
    let mut calls = vec![
        ("diagnose_dag_run", json!({"dag_id": "leaky_imports"})),
        ("diagnose_dag_run", json!({"dag_id": "leaky_matrix_broken"})),
        ("list_failures", json!({})),
        ("get_system_health", json!({})),
        ("list_dags", json!({"limit": 100})),
        ("list_dag_runs", json!({"limit": 100})),
        ("list_import_errors", json!({"limit": 100})),
        ("list_assets", json!({})),
        ("list_asset_events", json!({})),
        ("list_connections", json!({"limit": 100})),
        ("test_connections", json!({})),
        ("list_variables", json!({"limit": 100})),
        ("list_pools", json!({})),
        ("get_airflow_config", json!({})),
        ("get_airflow_config", json!({"option_pattern": "a"})),
        ("get_airflow_version", json!({})),
        ("find_operation", json!({"query": "read the connections", "limit": 10})),
    ];
    for list in ["list_variables", "list_connections", "list_import_errors"] {
        calls.push(("read_operation", by_name(list, &json!({"limit": 100}))));
    }
    calls.extend(reads().filter(|it| !takes(it, "dag_id")).map(|it| operation(it, DAG, "", "")));
    for name in plants.iter().filter_map(|plant| plant.name.as_deref()) {
        let key = json!({"variable_key": name});
        calls.push(("read_operation", by_name("get_variable", &key)));
        calls.push(("get_variable", key));
    }
    for id in plants.iter().filter_map(|plant| plant.conn_id.as_deref()) {
        let id = json!({"connection_id": id});
        calls.push(("read_operation", by_name("get_connection", &id)));
    }
    calls
}

fn by_name(operation: &str, arguments: &Value) -> Value {
    json!({"operation": operation, "arguments": arguments})
}

/// Every operation that reads.
fn reads() -> impl Iterator<Item = &'static Operation> {
    let operations = catalog::OPERATIONS.iter().copied();
    operations.filter(|it| it.level == AccessLevel::Read && !it.refused)
}

fn required(operation: &Operation) -> impl Iterator<Item = &'static str> {
    let ends = [&operation.v1, &operation.v2].into_iter().flatten();
    ends.flat_map(|end| end.parameters).filter(|it| it.required).map(|it| it.name)
}

fn takes(operation: &Operation, name: &str) -> bool {
    required(operation).any(|parameter| parameter == name)
}

/// An operation pointed at one task. One that finds nothing there, or is not of this major, shows
/// at least its error.
fn operation(
    operation: &Operation,
    dag_id: &str,
    run_id: &str,
    task: &str,
) -> (&'static str, Value) {
    let value = |name: &str| match name {
        "dag_id" => json!(dag_id),
        "dag_run_id" => json!(run_id),
        "task_id" => json!(task),
        "map_index" => json!(-1),
        "xcom_key" => json!("return_value"),
        "pool_name" => json!("default_pool"),
        "section" => json!("core"),
        "option" => json!("fernet_key"),
        _ => json!(1),
    };
    let arguments = required(operation).map(|name| (name.to_owned(), value(name))).collect();
    ("read_operation", by_name(operation.name, &Value::Object(arguments)))
}

fn note(plants: &[Plant]) -> String {
    plants.iter().find(|plant| plant.place == "run_note").unwrap().planted()
}

/// What shows one task, and its log in every way there is.
fn task_calls(run: &Value, task: &str) -> Vec<(&'static str, Value)> {
    let with = |more: Value| {
        let mut arguments = run.clone();
        let object = arguments.as_object_mut().unwrap();
        object.insert("task_id".to_owned(), task.into());
        object.extend(more.as_object().unwrap().clone());
        arguments
    };
    let mut calls: Vec<_> = [
        json!({}),
        json!({"tail": 500}),
        json!({"tail": 1}),
        json!({"grep": "(?i)key|token|password|bearer|basic|curl|cookie", "context": 3}),
        // Without its head a block must not be taken for something else.
        json!({"grep": "^[A-Za-z0-9+/]{40,}$"}),
        json!({"level": "error"}),
        json!({"from_line": 1}),
        json!({"from_line": 9}),
        json!({"digest": true}),
    ]
    .map(|more| ("get_task_logs", with(more)))
    .into();
    calls.extend([("get_log_tail", with(json!({}))), ("get_task_instance", with(json!({})))]);
    calls
}

fn read_resources(wire: &mut Wire, run: &Run) {
    let resources = wire.list("resources/list", "resources").unwrap();
    let mut uris: Vec<String> =
        resources.iter().map(|resource| resource["uri"].as_str().unwrap().to_owned()).collect();
    let templates = wire.list("resources/templates/list", "resourceTemplates").unwrap();
    assert!(!uris.is_empty() && !templates.is_empty());
    for template in &templates {
        let template = template["uriTemplate"].as_str().unwrap();
        for task in run.tasks {
            let uri = template
                .replace("{dag_id}", run.dag_id)
                .replace("{dag_run_id}", &segment(&run.id))
                .replace("{task_id}", task);
            assert!(!uri.contains('{'), "a variable that nobody fills: {uri}");
            uris.push(uri);
        }
        for name in ["dag_id", "dag_run_id", "task_id"] {
            let known = BTreeMap::from([("dag_id", run.dag_id), ("dag_run_id", &run.id)]);
            let reference = json!({"type": "ref/resource", "uri": template});
            wire.complete(&reference, name, "", &known).unwrap();
        }
    }
    uris.sort();
    uris.dedup();
    for uri in &uris {
        wire.read_resource(uri).unwrap();
    }
}

fn read_prompts(wire: &mut Wire, run: &Run) {
    let prompts = wire.list("prompts/list", "prompts").unwrap();
    assert!(!prompts.is_empty());
    for prompt in &prompts {
        let name = prompt["name"].as_str().unwrap();
        wire.get_prompt(name, &json!({"dag_id": run.dag_id})).unwrap();
        for argument in prompt["arguments"].as_array().into_iter().flatten() {
            let known = BTreeMap::from([("dag_id", run.dag_id), ("dag_run_id", &run.id)]);
            let reference = json!({"type": "ref/prompt", "name": name});
            wire.complete(&reference, argument["name"].as_str().unwrap(), "leaky", &known).unwrap();
        }
    }
}

/// Errors of every kind, each with a secret where something is wrong.
fn provoke(wire: &mut Wire, secret: &str) {
    for (tool, arguments) in [
        ("explore_dag", json!({"dag_id": secret})),
        ("get_dag_run", json!({"dag_id": DAG, "dag_run_id": secret})),
        ("get_task_logs", json!({"dag_id": DAG, "dag_run_id": "none", "task_id": secret})),
        (
            "get_task_logs",
            json!({"dag_id": DAG, "dag_run_id": "none", "task_id": "x", "grep": format!("({secret}")}),
        ),
        ("get_variable", json!({"variable_key": secret})),
        ("list_dags", json!({"limit": secret})),
        ("list_dags", json!({"dag_id_pattern": secret})),
        ("list_dag_runs", json!({"start_date_gte": secret, "state": [secret]})),
        ("get_dag_details", json!({"dag_id": {"password": secret}})),
        ("get_dag_details", json!({"dag_id": DAG, secret: 1})),
        ("get_dag_details", json!({"dag_id": format!("../{secret}")})),
        ("get_airflow_config", json!({"section": secret})),
        (
            "resolve_url",
            json!({"url": format!("https://etl:{secret}@elsewhere.example/dags/{secret}")}),
        ),
        ("trigger_dag", json!({"dag_id": DAG, "conf": secret})),
        ("trigger_dag", json!({"dag_id": "no_such_dag", "conf": {"password": secret}})),
        (secret, json!({})),
    ] {
        wire.request("tools/call", &json!({"name": tool, "arguments": arguments})).unwrap();
    }
    for uri in [
        format!("airflow://dags/{secret}/source"),
        format!("airflow://{secret}"),
        format!("https://{secret}"),
        secret.to_owned(),
    ] {
        wire.read_resource(&uri).unwrap();
    }
    wire.get_prompt(secret, &json!({"dag_id": DAG})).unwrap();
    wire.get_prompt("onboard_new_dag", &json!({"dag_id": {"password": secret}})).unwrap();
    wire.get_prompt("onboard_new_dag", &json!({"dag_id": format!("../{secret}")})).unwrap();
    let reference = json!({"type": "ref/prompt", "name": secret});
    wire.complete(&reference, "dag_id", secret, &BTreeMap::from([("dag_id", secret)])).unwrap();
    wire.request(secret, &json!({"token": secret})).unwrap();
    wire.request("tools/call", &json!({"name": {"x": secret}, "arguments": secret})).unwrap();
    for broken in [
        format!(
            "{{\"jsonrpc\": \"2.0\", \"id\": \"x\", \"method\": \"tools/call\", \"params\": {{\"{secret}"
        ),
        format!("[\"{secret}\"]"),
        secret.to_owned(),
    ] {
        wire.send(&broken).unwrap();
        // Its answer comes before or after; both are heard.
        wire.request("ping", &json!({})).unwrap();
    }
}

/// The same from the shell, and logins that fail.
fn shell(
    env: &TestEnv,
    airflow: &Airflow,
    plants: &[Plant],
    runs: &[Run],
) -> Vec<(String, std::process::Command)> {
    let secret = |id: &str| plants.iter().find(|plant| plant.id == id).unwrap().secret();
    let mut commands = Vec::new();
    let mut add = |arguments: &[&str]| {
        let mut command = airvane(&env.airvane, airflow, "admin");
        command.args(arguments);
        commands.push((arguments.join(" "), command));
    };
    add(&["doctor"]);
    add(&["doctor", "--json"]);
    for Run { dag_id, id, tasks, .. } in runs {
        let (dag, run) = (format!("dag_id={dag_id}"), format!("dag_run_id={id}"));
        let task = format!("task_id={}", tasks[0]);
        add(&["call", "get_task_logs", &dag, &run, &task, "tail=100"]);
        add(&["call", "get_task_logs", &dag, &run, &task, "tail=100", "--json"]);
        add(&["call", "diagnose_dag_run", &dag, &run]);
        add(&["record", dag_id, id, "--out", "-"]);
    }
    for (name, variable, value) in [
        ("wrong password", "AIRFLOW_PASSWORD", secret("named_password")),
        ("wrong token", "AIRFLOW_AUTH_TOKEN", secret("jwt")),
        (
            "token command that fails",
            "AIRFLOW_TOKEN_COMMAND",
            format!("echo {}; exit 3", secret("github_token")),
        ),
        (
            "URL with a password",
            "AIRFLOW_API_URL",
            format!("http://etl:{}@127.0.0.1:1", secret("uri_password")),
        ),
        ("number that is none", "AIRVANE_MAX_TOKENS", secret("stripe_key")),
    ] {
        for arguments in [vec!["doctor"], vec!["call", "list_dags"]] {
            let mut command = airvane(&env.airvane, airflow, "admin");
            command.args(&arguments).env(variable, &value);
            commands.push((format!("{name}: {}", arguments.join(" ")), command));
        }
    }
    commands
}
