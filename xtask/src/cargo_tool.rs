//! Programs from crates.io, each built once under `target/airvane/cargo-tools`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::{artifact, paths, process};

/// A program at an exact version: a new release must not turn a green run red by itself.
pub(crate) struct CargoTool {
    /// The package, which is also the program's name.
    pub(crate) name: &'static str,
    /// Its release.
    pub(crate) version: &'static str,
}

impl CargoTool {
    /// Builds it unless it is there. That takes some minutes; an optimised one would take more.
    pub(crate) fn install(&self) -> Result<PathBuf> {
        let root = paths::folder("cargo-tools")?;
        let program = root.join("bin").join(self.name);
        let version = process::output(self.name, Command::new(&program).arg("--version"));
        if version.is_ok_and(|version| version.trim().ends_with(self.version)) {
            return Ok(program);
        }
        let build = root.join("build");
        let mut command = artifact::cargo();
        command
            .args(["install", "--locked", "--force", "--debug", "--quiet", self.name])
            .args(["--version", self.version, "--root"])
            .arg(&root)
            .env("CARGO_TARGET_DIR", &build)
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        let log = paths::log(&format!("install-{}", self.name))?;
        process::run(&format!("cargo install {}", self.name), &mut command, &log)?;
        std::fs::remove_dir_all(build)?;
        Ok(program)
    }
}
