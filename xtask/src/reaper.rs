//! The last line against leftovers.
//!
//! Two nets below the guards of `process`. A small shell holds a pipe to us: when we die, even
//! by SIGKILL, the pipe closes and the shell ends every group we had running. And when we end
//! in good order we look through `/proc` for what is ours: Airflow's tasks put themselves into
//! sessions of their own, out of reach of any group. What carries our mark in its environment is
//! ours, and so is whatever descends from us: Airflow 3's task runners forbid other processes of
//! their user to read their environment, but orphans become our children (`PR_SET_CHILD_SUBREAPER`).

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

/// The environment variable that marks what we started.
pub(crate) const MARK: &str = "AIRVANE_XTASK";

/// Reads `+PID`, `-PID`; at the end of its input it ends what is left.
const SCRIPT: &str = r#"
live=' '
while read -r line; do
  case "$line" in
    +*) live="$live${line#+} " ;;
    -*) left=' '; for pid in $live; do [ "$pid" = "${line#-}" ] || left="$left$pid "; done; live="$left" ;;
  esac
done
for pid in $live; do kill -TERM -"$pid" 2>/dev/null; done
[ "$live" = ' ' ] || sleep 5
for pid in $live; do kill -KILL -"$pid" 2>/dev/null; done
"#;

static PIPE: OnceLock<Mutex<ChildStdin>> = OnceLock::new();
static MARK_VALUE: OnceLock<String> = OnceLock::new();
static KEEP: AtomicBool = AtomicBool::new(false);

/// The watching shell; dropping it sweeps up.
pub(crate) struct Reaper {
    shell: Child,
}

impl Reaper {
    /// Starts the watch. Call it once, first.
    pub(crate) fn start() -> Result<Self> {
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("start sh")?;
        if let Some(pipe) = shell.stdin.take() {
            let _ = PIPE.set(Mutex::new(pipe));
        }
        adopt_orphans();
        Ok(Self { shell })
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        if !KEEP.load(Ordering::SeqCst) {
            let shell = self.shell.id();
            end(|| [marked(mark()), descendants(shell)].concat());
        }
    }
}

/// A process whose parent ended becomes ours instead of the system's.
fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{getpid, set_child_subreaper};
        // An old kernel only costs us what has hidden its environment.
        let _ = set_child_subreaper(Some(getpid()));
    }
}

/// Our value of [`MARK`], another one in each run: process ids come back.
pub(crate) fn mark() -> &'static str {
    MARK_VALUE.get_or_init(|| format!("{}-{:08x}", std::process::id(), rand::random::<u32>()))
}

/// Leaves what we started running; a later [`sweep`] with our [`mark`] ends it.
pub(crate) fn keep() {
    KEEP.store(true, Ordering::SeqCst);
}

/// Puts a group under watch.
pub(crate) fn watch(pid: u32) {
    say('+', pid);
}

/// Takes a group, ended or meant to stay, out of the watch.
pub(crate) fn forget(pid: u32) {
    say('-', pid);
}

fn say(sign: char, pid: u32) {
    if let Some(Ok(mut pipe)) = PIPE.get().map(Mutex::lock) {
        // A dead shell only costs us this second net.
        let _ = writeln!(pipe, "{sign}{pid}");
    }
}

/// Ends every process whose environment carries `mark`. Without `/proc` there is nothing to do.
pub(crate) fn sweep(mark: &str) {
    end(|| marked(mark));
}

fn end(left: impl Fn() -> Vec<Pid>) {
    for (signal, rounds) in [(Signal::TERM, 40), (Signal::KILL, 40)] {
        for _ in 0..rounds {
            let left = left();
            if left.is_empty() {
                return;
            }
            for pid in left {
                let _ = kill_process(pid, signal);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn marked(mark: &str) -> Vec<Pid> {
    let wanted = format!("{MARK}={mark}");
    let own = std::process::id();
    let is_marked = |pid: &u32| {
        std::fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environ| {
            environ.split(|byte| *byte == 0).any(|line| line == wanted.as_bytes())
        })
    };
    signalled(processes().filter(|pid| *pid != own).filter(is_marked))
}

/// Whatever descends from us and lives, without `besides` and its descendants.
fn descendants(besides: u32) -> Vec<Pid> {
    let parents: Vec<(u32, u32)> =
        processes().filter_map(|pid| Some((pid, live_parent(pid)?))).collect();
    let mut found = vec![std::process::id()];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        let children = parents.iter().filter(|(pid, of)| *of == parent && *pid != besides);
        found.extend(children.map(|(pid, _)| pid));
        next += 1;
    }
    signalled(found.into_iter().skip(1))
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The parent of a process that has not ended. Its name, in brackets, may hold anything.
fn live_parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?;
    fields.next()?.parse().ok().filter(|_| !matches!(state, "Z" | "X"))
}

fn signalled(pids: impl Iterator<Item = u32>) -> Vec<Pid> {
    pids.filter_map(|pid| Pid::from_raw(i32::try_from(pid).ok()?)).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{MARK, descendants, marked, signalled, sweep};

    #[test]
    fn the_mark_finds_what_left_its_group() {
        let mark = format!("test-{:08x}", rand::random::<u32>());
        let mut child =
            Command::new("setsid").args(["sleep", "300"]).env(MARK, &mark).spawn().unwrap();
        while marked(&mark).is_empty() {
            std::thread::yield_now();
        }
        sweep(&mark);
        assert!(!child.wait().unwrap().success());
        assert!(marked(&mark).is_empty());
    }

    #[test]
    fn a_child_is_found_until_it_has_ended() {
        let mut child = Command::new("setsid").args(["sleep", "300"]).spawn().unwrap();
        let id = child.id();
        let pid = signalled(std::iter::once(id));
        assert!(descendants(0).contains(&pid[0]));
        assert!(!descendants(id).contains(&pid[0]));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!descendants(0).contains(&pid[0]));
    }
}
