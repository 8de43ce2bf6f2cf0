//! `airvane serve --transport http` on a free port.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// A server that listens. Dropping it ends it.
pub struct Served {
    /// Its endpoint, `http://127.0.0.1:PORT/mcp`.
    pub url: String,
    child: Child,
}

impl Served {
    /// Starts it and waits until it says where it listens. `command` has no subcommand yet.
    pub fn start(mut command: Command) -> Result<Self> {
        const PATIENCE: Duration = Duration::from_secs(30);
        let mut child = command
            .args(["serve", "--transport", "http", "--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("start {command:?}"))?;
        let stderr = child.stderr.take().context("no stderr")?;
        let mut served = Self { url: String::new(), child };
        let (sender, receiver) = channel();
        // Reads on after the address was found: a full pipe would stop the server.
        std::thread::spawn(move || {
            let mut said = String::new();
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some(url) = line.split_whitespace().find(|word| word.starts_with("http://"))
                {
                    // Nobody listens for a second address.
                    let _ = sender.send(Ok(url.to_owned()));
                }
                said.push_str(&line);
                said.push('\n');
            }
            let _ = sender.send(Err(said));
        });
        match receiver.recv_timeout(PATIENCE) {
            Ok(Ok(url)) => served.url = url,
            Ok(Err(said)) => bail!("the server ended: {said}"),
            Err(_) => bail!("no address within {} s", PATIENCE.as_secs()),
        }
        Ok(served)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Both fail when it has ended, which is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
