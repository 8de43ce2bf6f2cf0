//! `ripsecrets`, the fast scanner for secrets written in Rust (MIT), from the package registry.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::{artifact, paths, process};

const VERSION: &str = "0.1.11";
const RUNS: usize = 5;

/// Time it takes for a file beyond what it takes for an empty one; the best of a few runs.
pub(crate) fn time(file: &Path) -> Result<Duration> {
    let program = install()?;
    let empty = paths::folder("bench-redact")?.join("empty.log");
    std::fs::write(&empty, "")?;
    let start = best(&program, &empty)?;
    Ok(best(&program, file)?.saturating_sub(start))
}

fn best(program: &Path, file: &Path) -> Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let start = processor_time()?;
        // It ends with 1 when it finds something.
        Command::new(program)
            .arg(file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .context("run ripsecrets")?;
        best = best.min(processor_time()?.saturating_sub(start));
    }
    Ok(best)
}

/// Time that ended children of this process had on a processor: as with ours, other programs on
/// the machine do not count. In ticks of a hundredth of a second (proc(5), `cutime`, `cstime`).
fn processor_time() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("needs Linux")?;
    let (_, fields) = stat.rsplit_once(')').context("an odd /proc/self/stat")?;
    let ticks = fields.split_whitespace().skip(13).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(10 * ticks))
}

fn install() -> Result<PathBuf> {
    let root = paths::base().join("tools");
    let program = root.join("bin").join("ripsecrets");
    if !program.exists() {
        let mut cargo = artifact::cargo();
        cargo.args(["install", "ripsecrets", "--locked", "--version", VERSION, "--root"]);
        cargo.arg(&root);
        process::run("cargo install ripsecrets", &mut cargo, &paths::log("install-ripsecrets")?)?;
    }
    Ok(program)
}
