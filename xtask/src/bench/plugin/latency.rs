//! One caller, one request after the other.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use ureq::Agent;

use super::ENDPOINT;
use crate::stop;

/// Requests before it counts: caches fill, credentials are proven.
const WARM_UP: usize = 30;

/// The same question, plain and as a tool that sends just that.
struct Question {
    plain: &'static str,
    tool: &'static str,
}

const QUESTIONS: [Question; 2] = [
    Question { plain: "/api/v2/pools?limit=25&offset=0", tool: "list_pools" },
    Question { plain: "/api/v2/dags?limit=25&offset=0", tool: "list_dags" },
];

/// Measures each web server's plain answers beside its plugin's.
pub(super) fn compare(token: &str, servers: &[(&str, &str)], rounds: usize) -> Result<()> {
    println!("{:<20} {:<12} {:>10} {:>10} {:>10}", "", "", "median", "p95", "added");
    for question in &QUESTIONS {
        for (name, url) in servers {
            let (plain, called) = match measure(url, token, question, rounds) {
                Ok(times) => times,
                Err(error) => {
                    stop::check()?;
                    println!("{name:<20} {:<12} could not be measured: {error:#}", question.tool);
                    continue;
                }
            };
            let row = |what: &str, times: &[Duration], added: String| {
                let (median, p95) = (millis(at(times, 50)), millis(at(times, 95)));
                println!(
                    "{what:<20} {:<12} {median:>7.2} ms {p95:>7.2} ms {added:>10}",
                    question.tool
                );
            };
            let added = (millis(at(&called, 50)) / millis(at(&plain, 50)) - 1.0) * 100.0;
            row("plain request", &plain, String::new());
            row(name, &called, format!("{added:.0} %"));
        }
    }
    Ok(())
}

/// Times in order of length: of plain requests, and of calls through the plugin.
fn measure(
    url: &str,
    token: &str,
    question: &Question,
    rounds: usize,
) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let caller = Caller::new(url, token);
    let (mut direct, mut through) = (Vec::new(), Vec::new());
    for round in 0..WARM_UP + rounds {
        stop::check()?;
        let plain = caller.get(question.plain)?;
        let call = caller.call(question.tool, &json!({}))?;
        ensure!(!call.is_error, "{}: {}", question.tool, call.text);
        if round >= WARM_UP {
            direct.push(plain);
            through.push(call.time);
        }
    }
    direct.sort();
    through.sort();
    Ok((direct, through))
}

/// The time that so many of a hundred do not exceed.
pub(super) fn at(sorted: &[Duration], percent: usize) -> Duration {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).copied().unwrap_or_default()
}

pub(super) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Somebody with a credential and a connection.
pub(super) struct Caller {
    agent: Agent,
    url: String,
    token: String,
}

/// What a tool gave.
pub(super) struct Call {
    pub(super) text: String,
    pub(super) is_error: bool,
    pub(super) time: Duration,
}

impl Caller {
    pub(super) fn new(url: &str, token: &str) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(60)))
            // Only ever this machine: a proxy in the environment is not for us.
            .proxy(None)
            .build()
            .into();
        Self { agent, url: url.to_owned(), token: token.to_owned() }
    }

    /// A plain request.
    pub(super) fn get(&self, path: &str) -> Result<Duration> {
        let began = Instant::now();
        let request = self.agent.get(format!("{}{path}", self.url));
        let mut response = request.header("Authorization", &self.token).call()?;
        response.body_mut().read_to_vec()?;
        Ok(began.elapsed())
    }

    /// A call of a tool.
    pub(super) fn call(&self, tool: &str, arguments: &Value) -> Result<Call> {
        let params = json!({"name": tool, "arguments": arguments});
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let began = Instant::now();
        let request = self.agent.post(format!("{}{ENDPOINT}", self.url));
        let mut response = request
            .header("Authorization", &self.token)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream")
            .header("MCP-Protocol-Version", "2025-06-18")
            .send(message.to_string())?;
        let text = response.body_mut().read_to_string()?;
        let time = began.elapsed();
        let mut lines = text.lines().map(|line| line.strip_prefix("data:").unwrap_or(line).trim());
        let answer = lines.find(|line| line.starts_with('{')).unwrap_or_default();
        let answer: Value = serde_json::from_str(answer)?;
        let result = &answer["result"];
        ensure!(result.is_object(), "{tool}: {answer}");
        let text = result["content"][0]["text"].as_str().unwrap_or_default().to_owned();
        Ok(Call { text, is_error: result["isError"] == true, time })
    }
}
