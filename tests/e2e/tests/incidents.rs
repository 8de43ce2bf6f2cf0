//! Every incident on a real Airflow 2 and 3, explained by one call of `diagnose_dag_run`.
//!
//! All are triggered by plain REST at once. Then each answer is held to its expectation: the right
//! task first, the exact error, no decoy, at most 1,500 tokens as text and as structured content.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on fails")]

#[path = "incidents/peer.rs"]
mod peer;
#[path = "incidents/table.rs"]
mod table;

use std::io::Write as _;
use std::time::{Duration, Instant};

use airvane_e2e::counted::Counted;
use airvane_e2e::env::{Airflow, TestEnv};
use airvane_e2e::incident::{self, Incident, Kind};
use airvane_e2e::mcp::{Answer, Session};
use airvane_e2e::on_both_majors;
use airvane_e2e::rest::{Rest, segment};
use airvane_e2e::{happen, plant, verdict};
use anyhow::{Result, bail};
use peer::{Asked, Peer};
use serde_json::{Value, json};
use table::table;

/// Who asks: may see all that a person on call may see.
const ROLE: &str = "op";

on_both_majors!(every_incident_is_explained_in_one_call);

fn every_incident_is_explained_in_one_call(env: &TestEnv, airflow: &Airflow) {
    let began = Instant::now();
    let rest = Rest::login(airflow, "admin").unwrap();
    let mut incidents = incident::all(rest.major).unwrap();
    // While one is being mended: `AIRVANE_TEST_INCIDENTS=orders_daily,crm_pull`.
    if let Ok(wanted) = std::env::var("AIRVANE_TEST_INCIDENTS") {
        incidents.retain(|(name, _)| wanted.split(',').any(|wanted| wanted == name));
    }
    let happened = happen::all(&rest, &incidents).unwrap();
    let happened_after = began.elapsed();
    let upstream = Counted::new(airflow).unwrap();
    let mut text = open(env, &upstream.airflow, &[]);
    let mut structured = open(env, airflow, &["--structured-content"]);
    let mut other = Peer::open(env, airflow, ROLE).unwrap();
    let mut rows = Vec::new();
    for ((name, incident), run_id) in incidents.iter().zip(happened) {
        let row = match run_id.and_then(|run_id| {
            let tasks = tasks(&rest, incident)?;
            upstream.take();
            let answer = one(&mut text, incident, &run_id)?;
            let requests = upstream.take();
            let structured = one(&mut structured, incident, &run_id)?;
            let theirs = other.ask(incident, &run_id, &tasks)?;
            let row = judged(name, incident, &answer, &structured, &tasks);
            Ok(Row { requests, theirs, ..row })
        }) {
            Ok(row) => row,
            Err(error) => {
                Row { name: name.clone(), wrong: vec![format!("{error:#}")], ..Row::default() }
            }
        };
        rows.push(row);
    }
    text.end().unwrap();
    structured.end().unwrap();
    other.end().unwrap();
    let table = table(airflow, &rows, happened_after, began.elapsed());
    // Past the capture of `cargo test`: the table is worth seeing also when all is well.
    let _ = std::io::stderr().write_all(table.as_bytes());
    let wrong: Vec<&Row> = rows.iter().filter(|row| !row.wrong.is_empty()).collect();
    assert!(wrong.is_empty(), "{} of {} answers are wrong\n{table}", wrong.len(), rows.len());
}

fn open(env: &TestEnv, airflow: &Airflow, arguments: &[&str]) -> Session {
    Session::open(&env.airvane, airflow, ROLE, arguments, "warn").unwrap()
}

/// The one call.
fn one(session: &mut Session, incident: &Incident, run_id: &str) -> Result<Answer> {
    let arguments = match incident.kind {
        Kind::Run => json!({"dag_id": incident.dag_id, "dag_run_id": run_id}),
        Kind::ImportError | Kind::NeverRun => json!({"dag_id": incident.dag_id}),
    };
    session.wire.call("diagnose_dag_run", &arguments)
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

#[derive(Default)]
struct Row {
    name: String,
    tokens: usize,
    structured_tokens: usize,
    requests: usize,
    time: Duration,
    theirs: Asked,
    wrong: Vec<String>,
    text: String,
}

fn judged(
    name: &str,
    incident: &Incident,
    answer: &Answer,
    other: &Answer,
    tasks: &[String],
) -> Row {
    let mut wrong = verdict::wrong(&incident.answer, &answer.text, tasks);
    // A DAG that does not exist can't be diagnosed; why not is what has to be said.
    if answer.is_error && incident.kind != Kind::ImportError {
        wrong.push("it is an error".to_owned());
    }
    let structured = other.structured.clone().unwrap_or(Value::Null);
    if structured.is_null() {
        wrong.push("there is no structured content".to_owned());
    }
    if let Some(error) = &incident.answer.error
        && !plant::strings(&structured).contains(error)
    {
        wrong.push(format!("structured content lacks the error: {error:?}"));
    }
    let row = Row {
        name: name.to_owned(),
        tokens: verdict::tokens(&answer.text),
        structured_tokens: verdict::tokens(&structured.to_string()),
        time: answer.time,
        text: answer.text.clone(),
        wrong,
        ..Row::default()
    };
    row.bounded()
}

impl Row {
    fn bounded(mut self) -> Self {
        for (form, tokens) in
            [("text", self.tokens), ("structured content", self.structured_tokens)]
        {
            if tokens > verdict::MOST_TOKENS {
                self.wrong.push(format!("{form} has {tokens} tokens"));
            }
        }
        self
    }
}
