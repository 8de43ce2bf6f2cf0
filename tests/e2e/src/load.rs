//! Many callers at once on one MCP endpoint over HTTP, each as one of several identities, and every
//! answer judged: a mix-up of identities shows as an answer that another one should have got.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use ureq::Agent;

use crate::env::{Airflow, USERS};
use crate::rest::{Major, Rest, segment};

/// Somebody who calls, and what the answers to that one are.
#[derive(Clone, Debug)]
pub struct Identity {
    /// For the report.
    pub name: String,
    /// The whole `Authorization` value.
    pub authorization: String,
    /// What it asks, in turn.
    pub questions: Vec<Question>,
}

/// A call whose answer is known.
#[derive(Clone, Debug)]
pub struct Question {
    /// The tool.
    pub tool: &'static str,
    /// Its arguments.
    pub arguments: Value,
    /// Whether the answer is an error.
    pub is_error: bool,
    /// What the answer holds.
    pub has: Vec<String>,
    /// What only the answers to others hold.
    pub lacks: Vec<String>,
}

/// Each user of an Airflow, and what plain REST gives that one. Two of a role may do the same; where
/// Airflow keeps its users' favorite DAGs (3.1), each of them has one that is nobody else's, and who
/// asks for favorites is told apart by that.
pub fn identities(airflow: &Airflow) -> Result<Vec<Identity>> {
    let mut identities = Vec::new();
    let mut favorites = Vec::new();
    for user in USERS {
        let rest = Rest::login(airflow, user)?;
        if has_favorites(&rest)? {
            favorites.push(favorite(&rest, &favorites)?);
        }
        identities.push(Identity {
            name: user.to_owned(),
            authorization: rest.authorization().to_owned(),
            questions: permitted(&rest)?,
        });
    }
    for (number, identity) in identities.iter_mut().enumerate() {
        let Some(own) = favorites.get(number) else { continue };
        identity.questions.push(Question {
            tool: "read_operation",
            arguments: json!({"operation": "list_dags", "arguments": {"is_favorite": true}}),
            is_error: false,
            has: vec![own.clone()],
            lacks: favorites.iter().filter(|other| *other != own).cloned().collect(),
        });
    }
    Ok(identities)
}

/// What the user's role decides.
fn permitted(rest: &Rest) -> Result<Vec<Question>> {
    let question = |(tool, path): (&'static str, &str)| {
        let is_error = match rest.send("GET", path, None)?.status {
            200 => false,
            403 => true,
            status => bail!("{path}: {status}"),
        };
        let refusal = "lacks the permission".to_owned();
        let (has, lacks) = if is_error { (vec![refusal], vec![]) } else { (vec![], vec![refusal]) };
        Ok(Question { tool, arguments: json!({}), is_error, has, lacks })
    };
    let asked = [
        ("list_connections", "/connections?limit=1"),
        ("list_variables", "/variables?limit=1"),
        ("list_pools", "/pools?limit=1"),
        ("list_dags", "/dags?limit=1"),
    ];
    asked.into_iter().map(question).collect()
}

fn has_favorites(rest: &Rest) -> Result<bool> {
    Ok(rest.major == Major::Three
        && rest.openapi()?.pointer("/paths/~1api~1v2~1dags~1{dag_id}~1favorite").is_some())
}

/// Marks a DAG whose name holds none of those taken, and is in none of them.
fn favorite(rest: &Rest, taken: &[String]) -> Result<String> {
    let dags = rest.all("/dags", "dags")?;
    let mut names = dags.iter().filter_map(|dag| dag.get("dag_id")?.as_str());
    let is_free = |name: &&str| !taken.iter().any(|one| one.contains(name) || name.contains(one));
    let name = names.find(is_free).context("fewer DAGs than users")?;
    let reply = rest.send("POST", &format!("/dags/{}/favorite", segment(name)), None)?;
    // Marked already by an earlier load.
    ensure!([204, 409].contains(&reply.status), "favorite {name}: {reply:?}");
    Ok(name.to_owned())
}

/// What came of a load.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How long each answer took, the shortest first.
    pub times: Vec<Duration>,
    /// What was wrong, in words.
    pub faults: Vec<String>,
}

impl Outcome {
    /// The time that so many of a thousand answers stayed below.
    pub fn quantile(&self, of_thousand: usize) -> Duration {
        let place = self.times.len().saturating_sub(1) * of_thousand / 1000;
        self.times.get(place).copied().unwrap_or_default()
    }
}

/// Calls for `time` with so many callers, who share the identities evenly. Ten times a second
/// `watch` gets the time since the start.
pub fn run(
    endpoint: &str,
    identities: &[Identity],
    callers: usize,
    time: Duration,
    mut watch: impl FnMut(Duration) -> Result<()>,
) -> Result<Outcome> {
    ensure!(!identities.is_empty() && callers >= identities.len(), "too few callers");
    let outcome = Mutex::new(Outcome::default());
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for (number, identity) in identities.iter().cycle().take(callers).enumerate() {
            let (outcome, ended) = (&outcome, &ended);
            scope.spawn(move || {
                let agent = agent();
                let turns = identity.questions.iter().cycle().skip(number);
                for question in turns.take_while(|_| !ended.load(Ordering::Relaxed)) {
                    let start = Instant::now();
                    let asked = question.ask(&agent, endpoint, &identity.authorization);
                    let took = start.elapsed();
                    let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
                    outcome.times.push(took);
                    if let Err(fault) = asked {
                        let who = &identity.name;
                        outcome.faults.push(format!("{who}, {}: {fault:#}", question.tool));
                    }
                }
            });
        }
        let start = Instant::now();
        let watched = loop {
            let now = start.elapsed();
            if now >= time {
                break Ok(());
            }
            if let Err(error) = watch(now) {
                break Err(error);
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        ended.store(true, Ordering::Relaxed);
        watched
    })?;
    let mut outcome = outcome.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcome.times.sort_unstable();
    Ok(outcome)
}

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .proxy(None)
        .build()
        .into()
}

impl Question {
    fn ask(&self, agent: &Agent, endpoint: &str, authorization: &str) -> Result<()> {
        let params = json!({"name": self.tool, "arguments": self.arguments});
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let mut response = agent
            .post(endpoint)
            .header("Authorization", authorization)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream")
            .header("MCP-Protocol-Version", "2025-11-25")
            .send(call.to_string())?;
        let status = response.status().as_u16();
        let body = response.body_mut().read_to_string()?;
        ensure!(status == 200, "{status} {body}");
        let message: Value = serde_json::from_str(&body).with_context(|| body.clone())?;
        let result = message.get("result").with_context(|| body.clone())?;
        let text = result.pointer("/content/0/text").and_then(Value::as_str);
        self.judge(text.unwrap_or_default(), result.get("isError") == Some(&json!(true)))
    }

    fn judge(&self, text: &str, is_error: bool) -> Result<()> {
        ensure!(is_error == self.is_error, "isError is {is_error}: {text}");
        if let Some(missing) = self.has.iter().find(|words| !text.contains(*words)) {
            bail!("no `{missing}`: {text}");
        }
        if let Some(foreign) = self.lacks.iter().find(|words| text.contains(*words)) {
            bail!("`{foreign}` is for others: {text}");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_meant_for_another_is_a_fault() {
        let question = Question {
            tool: "list_dags",
            arguments: json!({}),
            is_error: false,
            has: vec!["mine".to_owned()],
            lacks: vec!["theirs".to_owned()],
        };
        assert!(question.judge("mine", false).is_ok());
        for (text, is_error) in [("mine", true), ("nothing", false), ("mine and theirs", false)] {
            assert!(question.judge(text, is_error).is_err(), "{text}");
        }
    }
}
