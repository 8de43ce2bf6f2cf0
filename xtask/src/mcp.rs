//! Other servers and our own, each in a process group of ours, spoken to over stdio as an AI client
//! does. The protocol itself is in `airvane_e2e::mcp`, where the tests use it as well.

use std::path::Path;
use std::process::{Command, Stdio};

use airvane_e2e::mcp::Wire;
pub(crate) use airvane_e2e::mcp::clean;
use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::paths;
use crate::process::{self, Group};
use crate::stop;

/// A server we started and may ask.
pub(crate) struct Session {
    // Before the group: a server that hears no more ends by itself.
    wire: Wire,
    server: Group,
}

impl Session {
    /// Starts the server and shakes hands with it.
    pub(crate) fn open(name: &str, command: &mut Command) -> Result<Self> {
        let log = paths::log(&format!("mcp-{name}"))?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(std::fs::File::create(&log)?);
        let mut server = Group::start(name, command, &log)?;
        let input = server.child().stdin.take().context("no stdin")?;
        let output = server.child().stdout.take().context("no stdout")?;
        let mut wire = Wire::new(input, output).checking(stop::check);
        wire.initialize("airvane-xtask").with_context(|| {
            format!("{name} did not initialize; it said\n{}", process::tail(&log, 15))
        })?;
        Ok(Self { wire, server })
    }

    /// All tools of the server, page by page.
    pub(crate) fn tools(&mut self) -> Result<Vec<Value>> {
        self.wire.tools()
    }

    /// Calls a tool and returns what a model would read.
    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> Result<String> {
        let answer = self.wire.call(tool, arguments)?;
        if answer.is_error {
            bail!("{tool} failed: {}", answer.text);
        }
        Ok(answer.text)
    }

    /// The server's process id.
    pub(crate) fn pid(&mut self) -> u32 {
        self.server.child().id()
    }
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
