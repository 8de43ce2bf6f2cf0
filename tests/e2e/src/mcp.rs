//! A small MCP client over stdio: what an AI client does with a server, and no more.
//!
//! [`Wire`] speaks JSON-RPC over any two streams; [`Session`] also owns an `airvane` process. Both
//! keep every line they heard, so that a test can look through all of it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::env::Airflow;

/// No answer is worth waiting longer for.
const PATIENCE: Duration = Duration::from_secs(120);

/// One line of the server, and what it was asked when it said so.
#[derive(Debug)]
pub struct Heard {
    /// The method and its parameters, or what was sent instead of a request.
    pub asked: String,
    /// The line.
    pub line: String,
}

/// What a tool gave.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What a model reads.
    pub text: String,
    /// The same as JSON, where the server gives it.
    pub structured: Option<Value>,
    /// Whether the call failed.
    pub is_error: bool,
    /// From the request to the answer.
    pub time: Duration,
}

/// Speaks JSON-RPC with a server.
pub struct Wire {
    input: Option<Box<dyn Write + Send>>,
    lines: Receiver<String>,
    next_id: u64,
    asked: String,
    heard: Vec<Heard>,
    check: fn() -> Result<()>,
}

impl Wire {
    /// Over the server's input and output.
    pub fn new(input: impl Write + Send + 'static, output: impl Read + Send + 'static) -> Self {
        Self {
            input: Some(Box::new(input)),
            lines: follow(output),
            next_id: 0,
            asked: String::new(),
            heard: Vec::new(),
            check: || Ok(()),
        }
    }

    /// Asks `check` ten times a second while it waits, and stops when that fails.
    #[must_use]
    pub fn checking(mut self, check: fn() -> Result<()>) -> Self {
        self.check = check;
        self
    }

    /// Shakes hands; gives what the server says of itself.
    pub fn initialize(&mut self, client: &str) -> Result<Value> {
        let answer = self.ask(
            "initialize",
            &json!({
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": client, "version": "0"},
            }),
        )?;
        self.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string())?;
        Ok(answer)
    }

    /// The result of a request; an error of the protocol is an error.
    pub fn ask(&mut self, method: &str, params: &Value) -> Result<Value> {
        let mut message = self.request(method, params)?;
        match message.get_mut("result") {
            Some(result) => Ok(result.take()),
            None => bail!("{method}: {message}"),
        }
    }

    /// The whole message that answers a request, whether it holds a result or an error.
    pub fn request(&mut self, method: &str, params: &Value) -> Result<Value> {
        self.next_id += 1;
        let id = self.next_id;
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        self.send(&request.to_string())?;
        self.asked = format!("{method} {params}");
        loop {
            let message = self.hear()?;
            if message.get("id") == Some(&json!(id)) && message.get("method").is_none() {
                return Ok(message);
            }
        }
    }

    /// Sends a line, whatever it is.
    pub fn send(&mut self, line: &str) -> Result<()> {
        line.clone_into(&mut self.asked);
        let input = self.input.as_mut().context("the session is closed")?;
        input.write_all(format!("{line}\n").as_bytes()).context("the server closed its stdin")?;
        Ok(input.flush()?)
    }

    /// The server's next message.
    pub fn hear(&mut self) -> Result<Value> {
        let until = Instant::now() + PATIENCE;
        let line = loop {
            match self.lines.recv_timeout(Duration::from_millis(100)) {
                Ok(line) => break line,
                Err(RecvTimeoutError::Disconnected) => bail!("the server ended"),
                Err(RecvTimeoutError::Timeout) if Instant::now() > until => {
                    bail!("no answer within {} s to {}", PATIENCE.as_secs(), self.asked)
                }
                Err(RecvTimeoutError::Timeout) => (self.check)()?,
            }
        };
        let message = serde_json::from_str(&line)
            .with_context(|| format!("stdout is for JSON-RPC only, and has: {line}"));
        self.heard.push(Heard { asked: self.asked.clone(), line });
        message
    }

    /// All entries of a list, page by page.
    pub fn list(&mut self, method: &str, key: &str) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        let mut page = json!({});
        loop {
            let mut answer = self.ask(method, &page)?;
            if let Some(Value::Array(more)) = answer.get_mut(key).map(Value::take) {
                all.extend(more);
            }
            match answer.get_mut("nextCursor").map(Value::take) {
                None | Some(Value::Null) => return Ok(all),
                Some(cursor) => page = json!({"cursor": cursor}),
            }
        }
    }

    /// All tools.
    pub fn tools(&mut self) -> Result<Vec<Value>> {
        self.list("tools/list", "tools")
    }

    /// Calls a tool.
    pub fn call(&mut self, tool: &str, arguments: &Value) -> Result<Answer> {
        let started = Instant::now();
        let mut answer = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}))?;
        let time = started.elapsed();
        let parts = answer.get("content").and_then(Value::as_array);
        let parts = parts.with_context(|| format!("{tool}: an answer without content"))?;
        let texts = parts.iter().filter_map(|part| part.get("text")?.as_str());
        Ok(Answer {
            text: texts.collect::<Vec<_>>().join("\n"),
            is_error: answer.get("isError") == Some(&Value::Bool(true)),
            structured: answer.get_mut("structuredContent").map(Value::take),
            time,
        })
    }

    /// Reads a resource; the whole message, as reading may fail.
    pub fn read_resource(&mut self, uri: &str) -> Result<Value> {
        self.request("resources/read", &json!({"uri": uri}))
    }

    /// Fills a prompt; the whole message.
    pub fn get_prompt(&mut self, name: &str, arguments: &Value) -> Result<Value> {
        self.request("prompts/get", &json!({"name": name, "arguments": arguments}))
    }

    /// Completes an argument; the whole message. `known` are the arguments filled in before.
    pub fn complete(
        &mut self,
        reference: &Value,
        name: &str,
        typed: &str,
        known: &BTreeMap<&str, &str>,
    ) -> Result<Value> {
        let argument = json!({"name": name, "value": typed});
        let context = json!({"arguments": known});
        let params = json!({"ref": reference, "argument": argument, "context": context});
        self.request("completion/complete", &params)
    }

    /// Every line so far.
    pub fn heard(&self) -> &[Heard] {
        &self.heard
    }

    /// Closes the server's input, after which it ends.
    pub fn close(&mut self) {
        self.input = None;
    }
}

fn follow(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

impl AsMut<Self> for Wire {
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}

impl AsMut<Wire> for Session {
    fn as_mut(&mut self) -> &mut Wire {
        &mut self.wire
    }
}

/// A running `airvane`. Dropping it ends it.
pub struct Session {
    /// What it says and hears.
    pub wire: Wire,
    child: Child,
    errors: Option<JoinHandle<Vec<u8>>>,
}

impl Session {
    /// Starts `airvane serve` for a user of an Airflow and shakes hands with it.
    pub fn open(
        binary: &Path,
        airflow: &Airflow,
        role: &str,
        arguments: &[&str],
        log_filter: &str,
    ) -> Result<Self> {
        let mut command = airvane(binary, airflow, role);
        command.arg("serve").args(arguments).env("RUST_LOG", log_filter);
        Self::start(command)
    }

    /// Starts a server and shakes hands with it.
    pub fn start(mut command: Command) -> Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("start {command:?}"))?;
        let input = child.stdin.take().context("no stdin")?;
        let output = child.stdout.take().context("no stdout")?;
        let mut stderr = child.stderr.take().context("no stderr")?;
        let errors = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            // What was read until it broke off is what there is to look at.
            let _ = stderr.read_to_end(&mut bytes);
            bytes
        });
        let mut session = Self { wire: Wire::new(input, output), child, errors: Some(errors) };
        match session.wire.initialize("airvane-e2e") {
            Ok(_) => Ok(session),
            Err(error) => Err(error.context(session.end()?.1)),
        }
    }

    /// The most memory the server has held resident so far, in KiB. Linux tells.
    pub fn peak_memory(&self) -> Result<u64> {
        memory(self.child.id(), "VmHWM:")
    }

    /// Lets the server end; gives all it said, on stdout and on stderr.
    pub fn end(mut self) -> Result<(Vec<Heard>, String)> {
        self.wire.close();
        let until = Instant::now() + Duration::from_secs(20);
        while self.child.try_wait()?.is_none() {
            if Instant::now() > until {
                bail!("the server did not end when its stdin closed");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let errors = self.errors.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let heard = std::mem::take(&mut self.wire.heard);
        Ok((heard, String::from_utf8_lossy(&errors).into_owned()))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Both fail when it has ended, which is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A line of a process's status, in KiB: `VmRSS:` is what it holds resident, `VmHWM:` its peak.
pub fn memory(pid: u32, line: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let found = status.lines().find_map(|text| text.strip_prefix(line));
    let number = found.and_then(|text| text.split_whitespace().next());
    Ok(number.with_context(|| format!("the status has no {line}"))?.parse()?)
}

/// `airvane` for a user of an Airflow, without subcommand.
pub fn airvane(binary: &Path, airflow: &Airflow, role: &str) -> Command {
    let user = airflow.user(role);
    let mut command = clean(binary);
    command
        .env("AIRFLOW_API_URL", &airflow.url)
        .env("AIRFLOW_USERNAME", &user.username)
        .env("AIRFLOW_PASSWORD", &user.password);
    command
}

/// A program without the settings that whoever runs us may have in the environment.
pub fn clean(program: &Path) -> Command {
    const OURS: [&str; 4] = ["AIRFLOW_", "AIRVANE_", "READ_ONLY", "AF_READ_ONLY"];
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if OURS.iter().any(|ours| name.to_string_lossy().starts_with(ours)) {
            command.env_remove(&name);
        }
    }
    command.env("NO_PROXY", "127.0.0.1,localhost").env("no_proxy", "127.0.0.1,localhost");
    command
}
