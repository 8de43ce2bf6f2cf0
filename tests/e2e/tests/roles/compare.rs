//! What plain REST gives each role beside what Airvane gives it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use airvane_e2e::env::Airflow;
use airvane_e2e::mcp::{Answer, Wire};
use airvane_e2e::rest::{Major, Rest};
use serde_json::json;

use super::probes::{self, Operation, Probe};
use super::world::World;

/// From the least to the most.
const ROLES: [&str; 4] = ["viewer", "user", "op", "admin"];

/// What plain REST said, what Airvane said, and what of it does not fit.
struct Row {
    tool: &'static str,
    role: &'static str,
    allowed: bool,
    time: Duration,
    faults: Vec<String>,
}

/// Calls every tool as every role and prints a table. `open` connects as the user of a role.
pub fn every_role<T: AsMut<Wire>>(airflow: &Airflow, open: impl Fn(&str) -> T) {
    let world = World::new(airflow);
    let mut rows = Vec::new();
    for role in ROLES {
        let rest = Rest::login(airflow, role).unwrap();
        let mut opened = open(role);
        let wire = opened.as_mut();
        let mut known = Known::new();
        for probe in probes::reads(&world) {
            let answer = wire.call(probe.tool, &probe.arguments).unwrap();
            if is_lacking(airflow, &probe, &answer) {
                rows.push(Row::new(probe.tool, role, true, &answer));
                continue;
            }
            rows.push(judge(&world, &rest, &mut known, role, &probe, &answer));
        }
        for write in probes::WRITES {
            rows.push(written(&world, &rest, role, write, wire));
        }
        covers_every_tool(wire, &rows, rest.major);
    }
    println!("{}\n{}", airflow.version, table(&rows));
    let faults: Vec<&String> = rows.iter().flat_map(|row| &row.faults).collect();
    assert!(faults.is_empty(), "{} faults: {faults:#?}", faults.len());
    // Otherwise all of this would prove nothing.
    let refused = |role: &str| rows.iter().any(|row| row.role == role && !row.allowed);
    assert!(refused("viewer"), "a viewer may not write");
    let missing = rows.iter().find(|row| row.role == "admin" && !row.allowed);
    assert_eq!(missing.map(|row| row.tool).filter(|tool| *tool != "get_airflow_config"), None);
}

/// A release without what a tool is made of says so to everybody.
fn is_lacking(airflow: &Airflow, probe: &Probe, answer: &Answer) -> bool {
    let words =
        format!("Airflow tests stored connections since 3.1.7; this is {}", airflow.version);
    probe.tool == "test_connections" && answer.is_error && answer.text.contains(&words)
}

/// No tool may be forgotten here when one is added.
fn covers_every_tool(wire: &mut Wire, rows: &[Row], major: Major) {
    for tool in wire.tools().unwrap() {
        let name = tool["name"].as_str().unwrap();
        if major == Major::Two && name == "test_connections" {
            // Airflow 2 has no such thing, and whoever asks is told so.
            let answer = wire.call(name, &json!({})).unwrap();
            assert!(answer.is_error && answer.text.contains("Airflow 2 tests only"), "{answer:?}");
            continue;
        }
        assert!(rows.iter().any(|row| row.tool == name), "{name} is not tried");
    }
}

fn is_refused(operation: &Operation, rest: &Rest) -> bool {
    match operation.status(rest) {
        200..=299 => false,
        403 => true,
        status => panic!("{} {}: {status}", operation.method, operation.path),
    }
}

/// What plain REST said to a role, by path: several tools ask for the same.
type Known = BTreeMap<String, bool>;

fn judge(
    world: &World,
    rest: &Rest,
    known: &mut Known,
    role: &'static str,
    probe: &Probe,
    answer: &Answer,
) -> Row {
    let mut refused = |operation: &&Operation| {
        let path = operation.path.clone();
        *known.entry(path).or_insert_with(|| is_refused(operation, rest))
    };
    let needed: Vec<&Operation> = probe.needs.iter().filter(&mut refused).collect();
    let parts = probe.parts.iter().filter(|operation| world.has(operation));
    let parts: Vec<&Operation> = parts.filter(&mut refused).collect();
    let mut row = Row::new(probe.tool, role, needed.is_empty(), answer);
    compare(world, &mut row, &needed, answer);
    if row.allowed {
        for operation in &parts {
            row.names(world, operation, answer);
        }
        if parts.is_empty() && answer.text.contains("(403)") {
            row.fault("tells of a refusal that plain REST does not know", answer);
        }
    }
    row
}

/// Whether it was refused as REST refused it, with the permission.
fn compare(world: &World, row: &mut Row, refused: &[&Operation], answer: &Answer) {
    match (refused.first(), answer.is_error) {
        (None, true) => row.fault("REST allows it, Airvane fails", answer),
        (Some(_), false) => row.fault("REST refuses it, Airvane does not say so", answer),
        (None, false) => {}
        (Some(operation), true) => row.names(world, operation, answer),
    }
}

impl Row {
    fn new(tool: &'static str, role: &'static str, allowed: bool, answer: &Answer) -> Self {
        Self { tool, role, allowed, time: answer.time, faults: Vec::new() }
    }

    /// A refusal says which permission it lacks, as Airflow's own route asks for it.
    fn names(&mut self, world: &World, operation: &Operation, answer: &Answer) {
        let permission = world.permission(operation.name);
        assert!(!permission.is_empty(), "{} can't be refused", operation.name);
        let named = answer.text.contains(&format!("lacks the permission `{permission}`"));
        let hidden = || {
            operation.name == "get_config"
                && world.hides(operation)
                && answer.text.contains("expose_config")
        };
        if !named && !hidden() {
            self.fault(&format!("does not name `{permission}`"), answer);
        }
    }

    fn fault(&mut self, what: &str, answer: &Answer) {
        self.faults.push(format!("{} as {}: {what}: {}", self.tool, self.role, answer.text));
    }
}

/// Tries a write by plain REST and by Airvane, each on a thing of its own, and looks as admin
/// whether it was done.
fn written(
    world: &World,
    rest: &Rest,
    role: &'static str,
    write: &probes::Write,
    wire: &mut Wire,
) -> Row {
    let target = (write.prepare)(world);
    let operation = (write.operation)(world, &target);
    let refused = is_refused(&operation, rest);
    (write.clean)(world, &target);
    let target = (write.prepare)(world);
    let arguments = (write.arguments)(world, &target);
    let answer = wire.call(write.tool, &arguments).unwrap();
    let done = (write.done)(world, &target);
    (write.clean)(world, &target);
    let mut row = Row::new(write.tool, role, !refused, &answer);
    let refusing: Vec<&Operation> = refused.then_some(&operation).into_iter().collect();
    compare(world, &mut row, &refusing, &answer);
    if done && refused {
        row.fault("refused, and done nevertheless", &answer);
    }
    if !done && !refused {
        row.fault("allowed, and not done", &answer);
    }
    row
}

fn table(rows: &[Row]) -> String {
    let mut by_tool: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    let mut slowest: BTreeMap<&str, Duration> = BTreeMap::new();
    for row in rows {
        let result = match (row.faults.is_empty(), row.allowed) {
            (false, _) => "WRONG",
            (true, true) => "yes",
            (true, false) => "403",
        };
        by_tool.entry(row.tool).or_default().insert(row.role, result);
        let slow = slowest.entry(row.tool).or_default();
        *slow = row.time.max(*slow);
    }
    let mut text = format!("{:24}", "tool");
    for role in ROLES {
        write!(text, "{role:>8}").unwrap();
    }
    text.push_str("   slowest");
    for (tool, results) in by_tool {
        write!(text, "\n{tool:24}").unwrap();
        for role in ROLES {
            write!(text, "{:>8}", results.get(role).copied().unwrap_or("-")).unwrap();
        }
        write!(text, "{:8.1} s", slowest[tool].as_secs_f64()).unwrap();
    }
    text
}
