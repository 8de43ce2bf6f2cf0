//! Every incident on a real Airflow 2 and 3, explained by one call of `diagnose_dag_run`.
//!
//! All are triggered by plain REST at once. Then each answer is held to its expectation: the right
//! task first, the exact error, no decoy, at most 1,500 tokens as text and as structured content.
//!
//! With `AIRVANE_WRITE_CASSETTES=1` each is also recorded into `incidents/cassettes`, for the test
//! `cassettes`, which needs no Airflow. With `AIRVANE_WRITE_CASSETTES=again`, on an Airflow where
//! all has happened already, that is all that is done.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on fails")]

#[path = "incidents/peer.rs"]
mod peer;
#[path = "incidents/table.rs"]
mod table;

use std::time::Instant;

use airvane_e2e::counted::Counted;
use airvane_e2e::env::{Airflow, TestEnv};
use airvane_e2e::incident::{self, Incident, Kind};
use airvane_e2e::judge::{self, Row};
use airvane_e2e::mcp::{Answer, Session};
use airvane_e2e::rest::{Rest, segment};
use airvane_e2e::{happen, on_both_majors, recording};
use airvane_server::cassette::Question;
use anyhow::{Result, bail};
use peer::{Asked, Peer};
use serde_json::Map;
use table::{Case, table};

/// What is recorded besides incidents: its answers are what the synthetic Airflow's are made of.
const FLEET: &str = "get_system_health";

/// Who asks: may see all that a person on call may see.
const ROLE: &str = "op";
/// A model has to read no more than this of the middle one of all answers.
const MEDIAN_TOKENS: usize = 600;

on_both_majors!(every_incident_is_explained_in_one_call);

fn every_incident_is_explained_in_one_call(env: &TestEnv, airflow: &Airflow) {
    let began = Instant::now();
    let rest = Rest::login(airflow, "admin").unwrap();
    let mut incidents = incident::all(rest.major).unwrap();
    // While one is being mended: `AIRVANE_TEST_INCIDENTS=orders_daily,crm_pull`.
    if let Ok(wanted) = std::env::var("AIRVANE_TEST_INCIDENTS") {
        incidents.retain(|(name, _)| wanted.split(',').any(|wanted| wanted == name));
    }
    if std::env::var("AIRVANE_WRITE_CASSETTES").is_ok_and(|how| how == "again") {
        return record_again(airflow, &rest, &incidents);
    }
    let happened = happen::all(&rest, &incidents).unwrap();
    let happened_after = began.elapsed();
    let upstream = Counted::new(airflow).unwrap();
    let mut text = open(env, &upstream.airflow, &[]);
    let mut structured = open(env, airflow, &["--structured-content"]);
    let mut other = Peer::open(env, airflow, ROLE).unwrap();
    let mut cases = Vec::new();
    for ((name, incident), run_id) in incidents.iter().zip(happened) {
        let case = run_id.and_then(|run_id| {
            let tasks = tasks(&rest, incident)?;
            upstream.take();
            let answer = one(&mut text, incident, &run_id)?;
            let requests = upstream.take();
            let structured = one(&mut structured, incident, &run_id)?;
            // What becomes of the other server is not what is held here.
            let theirs = other.ask(incident, &run_id, &tasks).unwrap_or_default();
            if std::env::var_os("AIRVANE_WRITE_CASSETTES").is_some() && name != recording::TOO_LARGE
            {
                recording::write(airflow, ROLE, name, incident.question(&run_id))?;
            }
            let ours = Row::judged(name, incident, &answer, &structured, &tasks);
            Ok(Case { ours, requests, theirs })
        });
        cases.push(case.unwrap_or_else(|error| {
            let ours = Row::failed(name, format!("{error:#}"));
            Case { ours, requests: 0, theirs: Asked::default() }
        }));
    }
    if std::env::var_os("AIRVANE_WRITE_CASSETTES").is_some() {
        record_fleet(airflow);
    }
    text.end().unwrap();
    structured.end().unwrap();
    other.end().unwrap();
    let table = table(airflow, &cases, happened_after, began.elapsed());
    judge::settle(&table, cases.iter().map(|case| &case.ours));
    let typical = table::median(&cases, table::tokens);
    assert!(typical <= MEDIAN_TOKENS, "an answer takes {typical} tokens in the median");
}

/// What has happened already is asked about and recorded once more.
fn record_again(airflow: &Airflow, rest: &Rest, incidents: &[(String, Incident)]) {
    for (name, incident) in incidents.iter().filter(|(name, _)| name != recording::TOO_LARGE) {
        let question = match (recording::read(rest.major, name), incident.kind) {
            (Ok(cassette), _) => cassette.question,
            (Err(_), Kind::Run) => incident.question(&rest.last_run(&incident.dag_id).unwrap()),
            (Err(_), _) => incident.question(""),
        };
        recording::write(airflow, ROLE, name, question).unwrap();
    }
    record_fleet(airflow);
}

fn record_fleet(airflow: &Airflow) {
    let question = Question { tool: FLEET.to_owned(), arguments: Map::new() };
    recording::write(airflow, ROLE, &format!("fleet_{FLEET}"), question).unwrap();
}

fn open(env: &TestEnv, airflow: &Airflow, arguments: &[&str]) -> Session {
    Session::open(&env.airvane, airflow, ROLE, arguments, "warn").unwrap()
}

/// The one call.
fn one(session: &mut Session, incident: &Incident, run_id: &str) -> Result<Answer> {
    let question = incident.question(run_id);
    session.wire.call(&question.tool, &question.arguments.into())
}

/// All tasks of the DAG, as Airflow itself lists them.
fn tasks(rest: &Rest, incident: &Incident) -> Result<Vec<String>> {
    if incident.kind == Kind::ImportError {
        return Ok(Vec::new());
    }
    let answer = rest.get(&format!("/dags/{}/tasks", segment(&incident.dag_id)))?;
    let Some(tasks) = answer["tasks"].as_array() else { bail!("no tasks in {answer}") };
    Ok(tasks.iter().filter_map(|task| task["task_id"].as_str()).map(str::to_owned).collect())
}
