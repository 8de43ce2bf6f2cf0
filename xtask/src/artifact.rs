//! The `airvane` binary, built for a task.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::paths;
use crate::process::{self, Group};

/// Which build a task needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build: for tests.
    Dev,
    /// What users run: for measurements and the demo.
    Release,
}

/// Builds the binary and returns its path, wherever cargo puts it. Whoever has built it already,
/// a package for example, names it in `AIRVANE_BINARY`.
pub(crate) fn airvane(profile: Profile) -> Result<PathBuf> {
    airvane_with(profile, None)
}

/// The same with flags for the compiler, as in `CARGO_ENCODED_RUSTFLAGS`.
pub(crate) fn airvane_with(profile: Profile, flags: Option<&OsStr>) -> Result<PathBuf> {
    if let Some(binary) = std::env::var_os("AIRVANE_BINARY") {
        return Ok(std::path::absolute(binary)?);
    }
    let mut build = cargo();
    build.args(["build", "--package", "airvane", "--message-format", "json-render-diagnostics"]);
    if profile == Profile::Release {
        build.arg("--release");
    }
    if let Some(flags) = flags {
        build.env("CARGO_ENCODED_RUSTFLAGS", flags);
    }
    let log = paths::log("build-airvane")?;
    let messages = log.with_extension("json");
    build
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&messages)?)
        .stderr(std::fs::File::create(&log)?);
    let status = Group::start("cargo build", &mut build, &log)?.wait()?;
    anyhow::ensure!(status.success(), "cargo build failed\n{}", process::tail(&log, 40));
    std::fs::read_to_string(&messages)?
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "airvane")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .context("cargo named no executable `airvane`")
}

/// The cargo that runs us, at the repository's root.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(paths::root());
    forget_ours(&mut command);
    command
}

/// Cargo sets variables for us; handed on, they would have others rebuild what looks at them.
pub(crate) fn forget_ours(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}
