//! A small MCP client over stdio: what an AI client does with a server, and no more.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::paths;
use crate::process::{self, Group};
use crate::stop;

/// No answer is worth waiting longer for.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server we started and may ask.
pub(crate) struct Session {
    server: Group,
    input: ChildStdin,
    lines: Receiver<String>,
    next_id: u64,
    name: String,
}

impl Session {
    /// Starts the server and shakes hands with it.
    pub(crate) fn open(name: &str, command: &mut Command) -> Result<Self> {
        let log = paths::log(&format!("mcp-{name}"))?;
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log)?)
            .env("NO_PROXY", "127.0.0.1,localhost")
            .env("no_proxy", "127.0.0.1,localhost");
        let mut server = Group::start(name, command, &log)?;
        let input = server.child().stdin.take().context("no stdin")?;
        let output = server.child().stdout.take().context("no stdout")?;
        let mut session =
            Self { server, input, lines: follow(output), next_id: 0, name: name.to_owned() };
        session.handshake().with_context(|| {
            format!("{name} did not initialize; it said\n{}", process::tail(&log, 15))
        })?;
        Ok(session)
    }

    fn handshake(&mut self) -> Result<()> {
        self.ask(
            "initialize",
            &json!({
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "airvane-xtask", "version": "0"},
            }),
        )?;
        self.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
    }

    /// All tools of the server, page by page.
    pub(crate) fn tools(&mut self) -> Result<Vec<Value>> {
        let mut tools = Vec::new();
        let mut page = json!({});
        loop {
            let mut answer = self.ask("tools/list", &page)?;
            if let Value::Array(more) = answer["tools"].take() {
                tools.extend(more);
            }
            match answer["nextCursor"].take() {
                Value::Null => return Ok(tools),
                cursor => page = json!({"cursor": cursor}),
            }
        }
    }

    /// Calls a tool and returns what a model would read.
    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> Result<String> {
        let answer = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}))?;
        let parts = answer["content"].as_array().context("an answer without content")?;
        let text: Vec<&str> = parts.iter().filter_map(|part| part["text"].as_str()).collect();
        let text = text.join("\n");
        if answer["isError"] == true {
            bail!("{tool} failed: {text}");
        }
        Ok(text)
    }

    /// The server's process id.
    pub(crate) fn pid(&mut self) -> u32 {
        self.server.child().id()
    }

    fn ask(&mut self, method: &str, params: &Value) -> Result<Value> {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        let until = Instant::now() + PATIENCE;
        loop {
            let line = self.line(until)?;
            let Ok(mut message) = serde_json::from_str::<Value>(&line) else {
                bail!("{} wrote no JSON to stdout: {line}", self.name);
            };
            if message["id"] == id && message.get("method").is_none() {
                if !message["error"].is_null() {
                    bail!("{method}: {}", message["error"]);
                }
                return Ok(message["result"].take());
            }
        }
    }

    fn send(&mut self, message: &Value) -> Result<()> {
        let mut line = message.to_string();
        line.push('\n');
        self.input.write_all(line.as_bytes()).context("the server closed its stdin")?;
        Ok(self.input.flush()?)
    }

    fn line(&self, until: Instant) -> Result<String> {
        loop {
            match self.lines.recv_timeout(Duration::from_millis(100)) {
                Ok(line) => return Ok(line),
                Err(RecvTimeoutError::Disconnected) => bail!("{} ended", self.name),
                Err(RecvTimeoutError::Timeout) if Instant::now() > until => {
                    bail!("{} gave no answer within {} s", self.name, PATIENCE.as_secs())
                }
                Err(RecvTimeoutError::Timeout) => stop::check()?,
            }
        }
    }
}

fn follow(output: ChildStdout) -> Receiver<String> {
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

/// `airvane serve` as a client starts it, for one user of an Airflow.
pub(crate) fn airvane(binary: &Path, url: &str, username: &str, password: &str) -> Command {
    let mut command = clean(binary);
    command
        .arg("serve")
        .env("AIRFLOW_API_URL", url)
        .env("AIRFLOW_USERNAME", username)
        .env("AIRFLOW_PASSWORD", password);
    command
}

/// A program without the Airflow settings that whoever runs us may have in the environment.
pub(crate) fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("AIRFLOW_") || text.starts_with("AIRVANE_") {
            command.env_remove(&name);
        }
    }
    command
}
