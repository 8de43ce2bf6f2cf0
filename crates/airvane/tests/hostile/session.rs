//! The real binary over stdio, with a look at its memory.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A server under test. Killed when dropped.
pub struct Session {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    idle: u64,
}

/// What a call came to.
pub struct Called {
    /// What a model reads.
    pub text: String,
    pub is_error: bool,
    pub took: Duration,
    /// The process's peak of memory above what it held idle, in KiB.
    pub above_idle: u64,
}

impl Session {
    /// Starts `airvane` for an address and shakes hands with it.
    pub async fn open(url: &str, credential: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_airvane"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("AIRFLOW_") || text.starts_with("AIRVANE_") {
                command.env_remove(&name);
            }
        }
        let mut child = command
            .env("AIRFLOW_API_URL", url)
            .envs(credential.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut session = Self { child, input, output, idle: 0 };
        session
            .ask(
                1,
                "initialize",
                json!({
                    "protocolVersion": "2025-11-25",
                    "capabilities": {},
                    "clientInfo": {"name": "hostile", "version": "0"},
                }),
            )
            .await;
        session.send(json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
        session.ask(2, "tools/list", json!({})).await;
        session.idle = session.memory("VmRSS:");
        session
    }

    /// Calls a tool.
    pub async fn call(&mut self, tool: &str, arguments: Value) -> Called {
        let started = Instant::now();
        let result = self.ask(3, "tools/call", json!({"name": tool, "arguments": arguments})).await;
        Called {
            took: started.elapsed(),
            text: result["content"][0]["text"].as_str().unwrap_or_default().to_owned(),
            is_error: result["isError"] == true,
            above_idle: self.memory("VmHWM:").saturating_sub(self.idle),
        }
    }

    async fn ask(&mut self, id: u64, method: &str, params: Value) -> Value {
        self.send(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).await;
        loop {
            let line = self.output.next_line().await.unwrap().expect("the server ended");
            let mut message: Value = serde_json::from_str(&line).expect("stdout is JSON-RPC only");
            if message["id"] == id {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].take();
            }
        }
    }

    async fn send(&mut self, message: Value) {
        self.input.write_all(format!("{message}\n").as_bytes()).await.unwrap();
        self.input.flush().await.unwrap();
    }

    /// A line of `/proc/PID/status`, in KiB.
    fn memory(&self, line: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id().expect("the server ended"));
        let status = std::fs::read_to_string(path).unwrap();
        let value = status.lines().find_map(|text| text.strip_prefix(line)).unwrap();
        value.trim().trim_end_matches(" kB").parse().unwrap()
    }
}
