//! Being asked to stop: Ctrl-C, SIGTERM or a closed terminal.
//!
//! Nothing is killed from the signal handler: it only raises a flag. Every wait looks at the
//! flag and returns an error, and the guards on the way out stop what they started.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

static ASKED: AtomicBool = AtomicBool::new(false);

/// How often a wait looks at the flag.
const TICK: Duration = Duration::from_millis(50);

/// Installs the handler for the whole process.
pub(crate) fn install() -> Result<()> {
    ctrlc::set_handler(|| ASKED.store(true, Ordering::SeqCst))?;
    Ok(())
}

/// Whether somebody asked this process to stop.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Fails once somebody asked to stop.
pub(crate) fn check() -> Result<()> {
    if asked() {
        bail!("stopped on request");
    }
    Ok(())
}

/// Sleeps, and fails as soon as somebody asks to stop.
pub(crate) fn sleep(time: Duration) -> Result<()> {
    let until = Instant::now() + time;
    loop {
        check()?;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(TICK));
    }
}

/// Asks `ready` again and again until it answers `Some`, for at most `limit`.
pub(crate) fn wait_for<T>(
    what: &str,
    limit: Duration,
    mut ready: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let until = Instant::now() + limit;
    loop {
        if let Some(found) = ready()? {
            return Ok(found);
        }
        if Instant::now() > until {
            bail!("{what} took longer than {} s", limit.as_secs());
        }
        sleep(Duration::from_millis(250))?;
    }
}
