//! Starting the binary in a known environment, and talking to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// The binary with nothing of this machine's environment.
pub(crate) fn airvane(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_airvane"));
    command.env_clear().envs(variables.iter().copied()).args(arguments);
    command
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    airvane(arguments, variables).stdin(Stdio::null()).output().unwrap()
}

/// Standard output as text.
pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard error as text.
pub(crate) fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A server on standard input and output.
pub(crate) struct Piped {
    child: Child,
    input: Option<ChildStdin>,
    lines: BufReader<ChildStdout>,
}

impl Piped {
    pub(crate) fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = airvane(arguments, variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, lines }
    }

    /// Started and initialized.
    pub(crate) fn ready(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut server = Self::start(arguments, variables);
        let answer = server.ask(&initialize("2025-11-25"));
        assert_eq!(answer["result"]["serverInfo"]["name"], "airvane", "{answer}");
        server.send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        server
    }

    pub(crate) fn send(&mut self, line: &str) {
        self.send_bytes(line.as_bytes());
    }

    pub(crate) fn send_bytes(&mut self, line: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line).unwrap();
        input.write_all(b"\n").unwrap();
        input.flush().unwrap();
    }

    /// The next line, which must be JSON-RPC.
    pub(crate) fn read(&mut self) -> Value {
        let mut line = String::new();
        assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "the server has ended");
        let message: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(message["jsonrpc"], "2.0", "{line}");
        message
    }

    pub(crate) fn ask(&mut self, line: &str) -> Value {
        self.send(line);
        self.read()
    }

    /// A request with these parameters.
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Value {
        let message =
            serde_json::json!({"jsonrpc": "2.0", "id": "r", "method": method, "params": params});
        let answer = self.ask(&message.to_string());
        assert_eq!(answer["id"], "r", "{answer}");
        answer
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Closes the input and waits for the end.
    pub(crate) fn close(mut self) -> i32 {
        drop(self.input.take());
        self.wait()
    }

    /// Waits for the end: the exit code, or -1 after a signal.
    pub(crate) fn wait(&mut self) -> i32 {
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server does not end");
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first message of a client.
pub(crate) fn initialize(version: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":0,"method":"initialize","params":{{"protocolVersion":"{version}","capabilities":{{}},"clientInfo":{{"name":"test","version":"1"}}}}}}"#
    )
}

/// A server over HTTP.
pub(crate) struct Listening {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
}

/// What it answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }
}

impl Listening {
    pub(crate) fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let all = [&["serve", "--transport", "http", "--port", "0"], arguments].concat();
        let mut child = airvane(&all, variables).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut seen = String::new();
        let address = loop {
            let mut line = String::new();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "{seen}");
            if let Some(url) = line.trim().strip_prefix("listening on http://") {
                break url.strip_suffix("/mcp").unwrap().to_owned();
            }
            seen.push_str(&line);
        };
        // Read on, so that the pipe never fills.
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        Self { child, address }
    }

    /// A server whose log the test reads itself.
    pub(crate) fn at(child: Child, address: String) -> Self {
        Self { child, address }
    }

    /// A request by hand: any header can be left out or forged.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            request += &["Host: ", &self.address, "\r\n"].concat();
        }
        for (name, value) in headers {
            request += &[name, ": ", value, "\r\n"].concat();
        }
        request += &["Content-Length: ", &body.len().to_string(), "\r\n\r\n", body].concat();
        // A server may refuse before it has read everything.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer.as_str(), ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    /// A message as a client sends it, with further headers.
    pub(crate) fn post(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        let accept = ("Accept", "application/json, text/event-stream");
        let all = [&[accept, ("Content-Type", "application/json")], headers].concat();
        self.send("POST", "/mcp", &all, body)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal.
pub(crate) fn signal(id: u32, signal: Signal) {
    let process = Pid::from_raw(id.try_into().unwrap()).unwrap();
    kill_process(process, signal).unwrap();
}
