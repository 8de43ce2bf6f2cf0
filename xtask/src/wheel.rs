//! The Python package: the program, the extension and the plugin in one wheel.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::artifact::{self, Profile};
use crate::install::Venv;
use crate::{paths, process};

/// An exact version: a new release must not turn a green run red by itself.
const MATURIN: &str = "maturin==1.16.0";

/// Options of `cargo xtask wheel`.
#[derive(Args)]
pub(crate) struct Options {
    /// Quick to build and large, for tests.
    #[arg(long)]
    dev: bool,
}

/// Builds it and says where it is and how large.
pub(crate) fn run(options: &Options) -> Result<()> {
    let wheel = build(if options.dev { Profile::Dev } else { Profile::Release })?;
    let kilobytes = std::fs::metadata(&wheel)?.len() / 1000;
    println!("{}  {kilobytes} kB", wheel.display());
    Ok(())
}

/// Builds the wheel and returns its path. Whoever has built it already names it in `AIRVANE_WHEEL`.
pub(crate) fn build(profile: Profile) -> Result<PathBuf> {
    if let Some(wheel) = std::env::var_os("AIRVANE_WHEEL") {
        return Ok(std::path::absolute(wheel)?);
    }
    let maturin = Venv {
        name: "maturin",
        packages: &[MATURIN],
        exclude_newer: None,
        newest_python: u32::MAX,
    };
    let maturin = maturin.install()?.join("maturin");
    put_program(&artifact::airvane(profile)?)?;
    let wheels = empty("wheel/dist")?;
    let mut command = Command::new(maturin);
    command.current_dir(paths::root().join("python")).args(["build", "--out"]).arg(&wheels);
    artifact::forget_ours(&mut command);
    if profile == Profile::Dev {
        command.args(["--profile", "dev"]);
    }
    process::run("maturin build", &mut command, &paths::log("wheel")?)?;
    let mut found = std::fs::read_dir(&wheels)?;
    Ok(found.next().context("maturin made no wheel")??.path())
}

/// Puts the program where `python/pyproject.toml` says that scripts are.
fn put_program(program: &Path) -> Result<()> {
    let scripts = empty("wheel/airvane.data/scripts")?;
    std::fs::copy(program, scripts.join("airvane"))?;
    Ok(())
}

fn empty(name: &str) -> Result<PathBuf> {
    let folder = paths::folder(name)?;
    std::fs::remove_dir_all(&folder)?;
    paths::folder(name)
}
