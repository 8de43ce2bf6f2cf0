//! An Airflow that people still run: every tool answers there as well. `cargo xtask test --full`
//! starts several, one at a time.
//!
//! Each tool is asked as admin and held to what its answer must name; what that Airflow cannot
//! tell, the answer says with the reason. Some failures have to be explained as on the newest.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "older/asked.rs"]
mod asked;
#[allow(dead_code, reason = "here nobody is refused for a permission")]
#[path = "roles/probes.rs"]
mod probes;
#[allow(dead_code, reason = "here nobody is refused for a permission")]
#[path = "roles/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;

use airvane_e2e::env::OlderEnv;
use airvane_e2e::mcp::{Answer, Session};
use airvane_e2e::rest::Rest;
use airvane_e2e::{happen, incident, verdict};
use serde_json::json;

use world::World;

/// An error with a cause, a shell script, one failure before nine that could not run, a pool
/// without slots.
const INCIDENTS: [&str; 4] = ["orders_daily", "warehouse_dump", "ledger_close", "search_reindex"];

#[test]
fn older_airflow_has_its_failures_explained() {
    let env = OlderEnv::load();
    let rest = Rest::login(&env.airflow, "admin").unwrap();
    let mut incidents = incident::all(rest.major).unwrap();
    incidents.retain(|(name, _)| INCIDENTS.contains(&name.as_str()));
    assert_eq!(incidents.len(), INCIDENTS.len());
    let happened = happen::all(&rest, &incidents).unwrap();
    let mut session = open(&env);
    let mut table = Table::default();
    for ((name, incident), run_id) in incidents.iter().zip(happened) {
        let arguments = json!({"dag_id": incident.dag_id, "dag_run_id": run_id.unwrap()});
        let answer = session.wire.call("diagnose_dag_run", &arguments).unwrap();
        let tasks = rest.get(&format!("/dags/{}/tasks", incident.dag_id)).unwrap();
        let tasks: Vec<String> = tasks["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|task| task["task_id"].as_str().unwrap().to_owned())
            .collect();
        let mut faults = verdict::wrong(&incident.answer, &answer.text, &tasks);
        let tokens = verdict::tokens(&answer.text);
        if tokens > verdict::MOST_TOKENS {
            faults.push(format!("{tokens} tokens"));
        }
        table.row(&format!("diagnose_dag_run of {name}"), &answer, faults);
    }
    table.finish(&env.airflow.version);
}

#[test]
fn older_airflow_answers_every_tool() {
    let env = OlderEnv::load();
    let world = World::new(&env.airflow);
    asked::prepare(&env.airflow, &world);
    let mut session = open(&env);
    let mut table = Table::default();
    let mut asked = BTreeSet::new();
    for question in asked::questions(&env.airflow, &world) {
        let answer = session.wire.call(question.tool, &question.arguments).unwrap();
        table.row(&question.to_string(), &answer, question.faults(&answer));
        asked.insert(question.tool);
    }
    for write in probes::WRITES {
        let target = (write.prepare)(&world);
        let arguments = (write.arguments)(&world, &target);
        let answer = session.wire.call(write.tool, &arguments).unwrap();
        let done = (write.done)(&world, &target);
        (write.clean)(&world, &target);
        let faults = if done { Vec::new() } else { vec!["it was not done".to_owned()] };
        table.row(write.tool, &answer, faults);
        asked.insert(write.tool);
    }
    for tool in session.wire.tools().unwrap() {
        let name = tool["name"].as_str().unwrap();
        assert!(asked.contains(name), "{name} is not tried");
    }
    table.finish(&env.airflow.version);
}

fn open(env: &OlderEnv) -> Session {
    let arguments = ["--allow-write", "--allow-destructive"];
    Session::open(&env.airvane, &env.airflow, "admin", &arguments, "warn").unwrap()
}

/// What was asked and what came of it.
#[derive(Default)]
struct Table {
    rows: String,
    faults: Vec<String>,
}

impl Table {
    fn row(&mut self, asked: &str, answer: &Answer, faults: Vec<String>) {
        let result = match (faults.is_empty(), answer.is_error) {
            (false, _) => "WRONG",
            (true, false) => "yes",
            (true, true) => "cannot",
        };
        let time = answer.time.as_millis();
        writeln!(self.rows, "{asked:<64} {result:<6} {time:>6} ms").unwrap();
        // What this Airflow cannot tell.
        for line in answer.text.lines().filter(|line| line.contains("unknown: ")) {
            writeln!(self.rows, "    {line}").unwrap();
        }
        if answer.is_error && faults.is_empty() {
            writeln!(self.rows, "    {}", answer.text.replace('\n', " ")).unwrap();
        }
        self.faults.extend(faults.into_iter().map(|it| format!("{asked}: {it}\n{}", answer.text)));
    }

    fn finish(self, version: &str) {
        // Past the capture of `cargo test`: the table is worth seeing also when all is well.
        let table = format!("\nAirflow {version}\n{}", self.rows);
        let _ = std::io::stderr().write_all(table.as_bytes());
        let Self { faults, .. } = self;
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    }
}
