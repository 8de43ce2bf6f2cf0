//! Child processes that cannot outlive us.
//!
//! Each runs in a process group of its own, so that a Ctrl-C in the terminal reaches us alone
//! and we stop the others in order. Airflow's tasks leave their parent's group; the `reaper`
//! finds those by a mark in their environment.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::{reaper, stop};

/// How long a process may take to end after SIGTERM before SIGKILL follows.
const GRACE: Duration = Duration::from_secs(6);

/// A running process group with its log.
pub(crate) struct Group {
    name: String,
    child: Child,
    log: PathBuf,
    kept: bool,
    told_to_end: bool,
}

impl Group {
    /// Starts `command` in a group of its own, its output going to `log` (which starts empty).
    pub(crate) fn spawn(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("create {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        Self::start(name, command, log)
    }

    /// Starts `command` with the streams the caller chose.
    pub(crate) fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        command.process_group(0).env(reaper::MARK, reaper::mark());
        let child = command.spawn().with_context(|| {
            format!("start {name}: {}", command.get_program().to_string_lossy())
        })?;
        reaper::watch(child.id());
        Ok(Self {
            name: name.to_owned(),
            child,
            log: log.to_owned(),
            kept: false,
            told_to_end: false,
        })
    }

    /// The process at the head of the group.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Fails, with the end of its log, when the process has ended.
    pub(crate) fn assert_running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => {
                bail!("{} ended ({status}); its log ends with\n{}", self.name, tail(&self.log, 25))
            }
        }
    }

    /// Waits for the process to end; whoever asks us to stop ends the wait with an error.
    pub(crate) fn wait(mut self) -> Result<ExitStatus> {
        let mut pause = Duration::from_millis(2);
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            stop::check()?;
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }

    /// Leaves the process running when this value goes away.
    pub(crate) fn keep(&mut self) {
        self.kept = true;
        reaper::forget(self.child.id());
    }

    fn is_live(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // The group may be gone already, which is what we want.
            let _ = kill_process_group(group, signal);
        }
    }

    fn end(&mut self) {
        end_all(std::slice::from_mut(self));
        // Also when the head has ended: others of its group may still be there.
        self.signal(Signal::KILL);
        let _ = self.child.wait();
        reaper::forget(self.child.id());
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.kept {
            self.end();
        }
    }
}

/// Asks all to end and waits for them together; none gets more than its share of one wait.
/// What is still there then is killed by its own guard.
pub(crate) fn end_all(groups: &mut [Group]) {
    let mut live: Vec<&mut Group> =
        groups.iter_mut().filter(|group| !group.kept && !group.told_to_end).collect();
    for group in &mut live {
        group.signal(Signal::TERM);
        group.told_to_end = true;
    }
    let until = Instant::now() + GRACE;
    while live.iter_mut().any(|group| group.is_live()) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Runs a command to its end with the output in `log`; a failure carries the end of that log.
pub(crate) fn run(name: &str, command: &mut Command, log: &Path) -> Result<()> {
    let status = Group::spawn(name, command, log)?.wait()?;
    if !status.success() {
        bail!("{name} failed ({status}); {} ends with\n{}", log.display(), tail(log, 30));
    }
    Ok(())
}

/// Runs a command and returns what it wrote to stdout; a failure carries its stderr.
pub(crate) fn output(name: &str, command: &mut Command) -> Result<String> {
    let result = command
        .stdin(Stdio::null())
        .process_group(0)
        .env(reaper::MARK, reaper::mark())
        .output()
        .with_context(|| format!("start {name}"))?;
    if !result.status.success() {
        bail!("{name} failed ({}): {}", result.status, String::from_utf8_lossy(&result.stderr));
    }
    Ok(String::from_utf8_lossy(&result.stdout).into_owned())
}

/// The last `lines` lines of a file, read from at most its last 64 KiB.
pub(crate) fn tail(path: &Path, lines: usize) -> String {
    let mut end = Vec::new();
    if let Ok(mut file) = File::open(path) {
        let size = file.metadata().map_or(0, |meta| meta.len());
        let _ = file.seek(SeekFrom::Start(size.saturating_sub(64 * 1024)));
        let _ = file.read_to_end(&mut end);
    }
    let text = String::from_utf8_lossy(&end);
    let all: Vec<&str> = text.lines().collect();
    let last = all.get(all.len().saturating_sub(lines)..).unwrap_or_default();
    last.iter().fold(String::new(), |shown, line| shown + "    " + line + "\n")
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::{Group, tail};
    use crate::stop;

    #[test]
    fn a_dropped_group_takes_its_grandchildren_along() {
        let log = std::env::temp_dir().join(format!("airvane-group-{}.log", std::process::id()));
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 300 & echo $!; wait"]);
        let group = Group::spawn("sh", &mut shell, &log).unwrap();
        let grandchild = stop::wait_for("a line", Duration::from_secs(10), || {
            Ok(tail(&log, 1).trim().parse::<u32>().ok())
        });
        let grandchild = grandchild.unwrap();
        assert!(std::fs::exists(format!("/proc/{grandchild}/fd")).unwrap());
        drop(group);
        let gone = stop::wait_for("its end", Duration::from_secs(10), || {
            let status = std::fs::read_to_string(format!("/proc/{grandchild}/status"));
            Ok(status.map_or(true, |text| text.contains("State:\tZ")).then_some(()))
        });
        assert!(gone.is_ok(), "process {grandchild} is still there");
        let _ = std::fs::remove_file(log);
    }

    #[test]
    fn a_failure_shows_the_end_of_the_log() {
        let log = std::env::temp_dir().join(format!("airvane-tail-{}.log", std::process::id()));
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo before; echo why >&2; exit 3"]);
        let error = super::run("the step", &mut shell, &log).unwrap_err().to_string();
        assert!(error.contains("the step failed") && error.contains("why"), "{error}");
        let _ = std::fs::remove_file(log);
    }
}
