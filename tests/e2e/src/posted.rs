//! MCP over HTTP for [`Wire`]: each line that it writes is a message to post, each answer a line.

use std::io::{self, PipeWriter, Write};
use std::time::Duration;

use ureq::Agent;
use ureq::http::Response;

use crate::mcp::Wire;

/// A wire to an endpoint, with headers that go with every message.
pub fn wire(endpoint: &str, headers: &[(&str, &str)]) -> io::Result<Wire> {
    let (answers, sender) = io::pipe()?;
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let posted = Posted {
        agent: agent(),
        endpoint: endpoint.to_owned(),
        headers: headers.collect(),
        line: Vec::new(),
        sender,
    };
    Ok(Wire::new(posted, answers))
}

/// POSTs a message and gives what came back, whatever its status.
pub fn post(
    endpoint: &str,
    headers: &[(&str, &str)],
    message: &str,
) -> Result<Response<ureq::Body>, ureq::Error> {
    let mut request = agent()
        .post(endpoint)
        .header("Content-Type", "application/json")
        .header("Accept", "application/json, text/event-stream");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send(message)
}

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(120)))
        // Only ever this machine: a proxy in the environment is not for us.
        .proxy(None)
        .build()
        .into()
}

struct Posted {
    agent: Agent,
    endpoint: String,
    headers: Vec<(String, String)>,
    line: Vec<u8>,
    sender: PipeWriter,
}

impl Posted {
    fn post(&mut self, message: &[u8]) -> io::Result<()> {
        let mut request = self
            .agent
            .post(&self.endpoint)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut response = request.send(message).map_err(io::Error::other)?;
        let text = response.body_mut().read_to_string().map_err(io::Error::other)?;
        if !response.status().is_success() {
            return Err(io::Error::other(format!("{}: {text}", response.status())));
        }
        // An event's data, or the whole body.
        for line in text.lines().filter(|line| !line.is_empty()) {
            let data = line.strip_prefix("data:").unwrap_or(line).trim();
            if data.starts_with('{') {
                writeln!(self.sender, "{data}")?;
            }
        }
        Ok(())
    }
}

impl Write for Posted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let message = std::mem::take(&mut self.line);
        if message.trim_ascii().is_empty() { Ok(()) } else { self.post(&message) }
    }
}
