//! The same cases put to `astro-airflow-mcp`, as a client that knows its tools puts them: the
//! diagnosis of the run, and then, where that does not hold the error, the log of the task it
//! names as failed.

use std::process::Command;
use std::time::Duration;

use airvane_e2e::counted::Counted;
use airvane_e2e::env::{Airflow, TestEnv};
use airvane_e2e::incident::{Incident, Kind};
use airvane_e2e::mcp::{Session, clean};
use airvane_e2e::{plant, verdict};
use anyhow::{Context, Result};
use serde_json::{Value, json};

const NAME: &str = "astro-airflow-mcp";

/// The server, and a count of what it asks Airflow.
pub struct Peer {
    session: Session,
    upstream: Counted,
}

/// What it came to.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Whether the answers together are right, by the same judgement as ours.
    pub hit: bool,
    /// Whether they hold the exact error at all, whatever stands around it.
    pub has_error: bool,
    pub calls: usize,
    pub tokens: usize,
    pub requests: usize,
    pub time: Duration,
}

impl Peer {
    /// Starts it for a user of an Airflow.
    pub fn open(env: &TestEnv, airflow: &Airflow, role: &str) -> Result<Self> {
        let upstream = Counted::new(airflow)?;
        let program = env.peers.get(NAME).with_context(|| format!("{NAME} is not installed"))?;
        let user = airflow.user(role);
        let mut command: Command = clean(program);
        command
            .env("AIRFLOW_API_URL", &upstream.airflow.url)
            .env("AIRFLOW_USERNAME", &user.username)
            .env("AIRFLOW_PASSWORD", &user.password);
        Ok(Self { session: Session::start(command)?, upstream })
    }

    /// Asks why, with as many calls as it takes.
    pub fn ask(&mut self, incident: &Incident, run_id: &str, tasks: &[String]) -> Result<Asked> {
        self.upstream.take();
        let mut asked = Asked::default();
        let mut said = String::new();
        let (tool, arguments) = match incident.kind {
            Kind::Run => {
                ("diagnose_dag_run", json!({"dag_id": incident.dag_id, "dag_run_id": run_id}))
            }
            Kind::ImportError => ("list_import_errors", json!({})),
            Kind::NeverRun => ("explore_dag", json!({"dag_id": incident.dag_id})),
        };
        let answer = self.call(tool, &arguments, &mut asked, &mut said)?;
        if !has_error(incident, &said)
            && let Some(mut log) = failed_task(&answer)
            && let Some(log_of) = log.as_object_mut()
        {
            log_of.insert("dag_id".to_owned(), incident.dag_id.as_str().into());
            log_of.insert("dag_run_id".to_owned(), run_id.into());
            self.call("get_task_logs", &log, &mut asked, &mut said)?;
        }
        asked.hit = verdict::wrong(&incident.answer, &said, tasks).is_empty();
        asked.has_error = has_error(incident, &said);
        asked.requests = self.upstream.take();
        Ok(asked)
    }

    fn call(
        &mut self,
        tool: &str,
        arguments: &Value,
        asked: &mut Asked,
        said: &mut String,
    ) -> Result<Value> {
        let answer = self.session.wire.call(tool, arguments)?;
        asked.calls += 1;
        asked.time += answer.time;
        asked.tokens += tokens(&answer.text);
        // A reader of JSON sees its texts without escapes.
        let value = serde_json::from_str(&answer.text).unwrap_or_default();
        said.push_str(&if value == Value::Null { answer.text } else { plant::strings(&value) });
        Ok(value)
    }

    /// Lets it end.
    pub fn end(self) -> Result<()> {
        self.session.end().map(drop)
    }
}

/// Of a log of megabytes only the beginning is counted, and the rest taken to be like it.
fn tokens(text: &str) -> usize {
    const COUNTED: usize = 200_000;
    let counted = text.as_bytes().get(..COUNTED).unwrap_or(text.as_bytes());
    verdict::tokens(&String::from_utf8_lossy(counted)) * text.len() / counted.len().max(1)
}

fn has_error(incident: &Incident, said: &str) -> bool {
    incident.answer.error.as_ref().is_none_or(|error| said.contains(error.as_str()))
}

/// The arguments that name the first task that failed itself, of those the diagnosis lists.
fn failed_task(diagnosis: &Value) -> Option<Value> {
    let instances = diagnosis.get("task_instances")?.as_array()?;
    let failed = instances.iter().find(|instance| instance["state"] == "failed")?;
    Some(json!({
        "task_id": failed["task_id"],
        "try_number": failed["try_number"],
        "map_index": failed["map_index"],
    }))
}
