//! A token from a command of the user's own, for sign-ins that we don't know.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use airvane_api::Untrusted;
use secrecy::SecretString;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::{AuthError, bearer};
use crate::{TransportError, Waiting};

/// Tokens of identity providers have up to some kilobytes.
const STDOUT_LIMIT: u64 = 64 << 10;
const STDERR_LIMIT: u64 = 4 << 10;

/// Runs the command line and takes its output, trimmed, for the token. A command that takes longer
/// than `timeout`, or whose caller gives up, is killed, with all that it has started.
pub(super) async fn run(line: &str, timeout: Duration) -> Result<SecretString, TransportError> {
    let ended = tokio::time::timeout(timeout, output(line)).await;
    let (status, stdout, stderr) = ended.map_err(|_| TransportError::Timeout {
        waiting: Waiting::TokenCommand,
        after: timeout,
    })??;
    if !status.success() {
        let stderr = Untrusted::new(String::from_utf8_lossy(&stderr));
        return Err(AuthError::CommandFailed { code: status.code(), stderr }.into());
    }
    token(&stdout).ok_or_else(|| AuthError::NotAToken { source_name: "the token command" }.into())
}

fn token(stdout: &[u8]) -> Option<SecretString> {
    let text = std::str::from_utf8(stdout).ok()?.trim();
    if text.is_empty() || text.contains(char::is_whitespace) {
        return None;
    }
    let token = SecretString::from(text);
    bearer(&token).is_some().then_some(token)
}

async fn output(line: &str) -> Result<(ExitStatus, Vec<u8>, Vec<u8>), AuthError> {
    let mut group = Group(shell(line).spawn().map_err(|_| AuthError::CommandNotStarted)?);
    let (stdout, stderr) = (group.0.stdout.take(), group.0.stderr.take());
    let (status, stdout, stderr) =
        tokio::join!(group.0.wait(), read(stdout, STDOUT_LIMIT), read(stderr, STDERR_LIMIT));
    Ok((status.map_err(|_| AuthError::CommandNotStarted)?, stdout, stderr))
}

/// Reads up to a limit and then closes: a command that writes on gets a broken pipe.
async fn read(from: Option<impl AsyncRead + Unpin>, limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        // What could be read before an error still tells something.
        let _ = from.take(limit).read_to_end(&mut bytes).await;
    }
    bytes
}

fn shell(line: &str) -> Command {
    let (program, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = Command::new(program);
    command.arg(flag).arg(line).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// A running command, leader of its own process group, which is killed with it: a shell's death
/// alone would leave what it started.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // `None` once the command has ended and was waited for.
        #[cfg(unix)]
        if let Some(id) = self.0.id().and_then(|id| i32::try_from(id).ok())
            && let Some(group) = rustix::process::Pid::from_raw(id)
        {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
