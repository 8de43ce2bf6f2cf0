//! The Python package: the program, the extension and the plugin in one wheel.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::artifact::{self, Profile};
use crate::install::{self, Venv};
use crate::{paths, process};

/// An exact version: a new release must not turn a green run red by itself.
const MATURIN: &str = "maturin==1.16.0";

/// Fails where one of the paths that follow the wheel's stands in it.
const NAMES_NO_PATH: &str = "
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
found = {(name, path) for name in wheel.namelist() for path in sys.argv[2:]
         if path.encode() in wheel.read(name)}
sys.exit(str(found) if found else 0)";

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
    let flags = (profile == Profile::Release).then(remapped).transpose()?;
    put_program(&artifact::airvane_with(profile, flags.as_deref())?)?;
    let wheels = empty("wheel/dist")?;
    let mut command = Command::new(maturin);
    command.current_dir(paths::root().join("python")).args(["build", "--out"]).arg(&wheels);
    artifact::forget_ours(&mut command);
    match &flags {
        None => _ = command.args(["--profile", "dev"]),
        Some(flags) => _ = command.env("CARGO_ENCODED_RUSTFLAGS", flags),
    }
    process::run("maturin build", &mut command, &paths::log("wheel")?)?;
    let wheel = std::fs::read_dir(&wheels)?.next().context("maturin made no wheel")??.path();
    if profile == Profile::Release {
        let mut check = Command::new(install::python(u32::MAX)?);
        check.args(["-c", NAMES_NO_PATH]).arg(&wheel).args(private()?);
        process::output("look for paths of this machine in the wheel", &mut check)?;
    }
    Ok(wheel)
}

/// Folders whose names are nobody's business who uses the wheel: the repository, and what cargo
/// keeps.
fn private() -> Result<[PathBuf; 2]> {
    let cargo = match std::env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => std::env::home_dir().context("there is no home folder")?.join(".cargo"),
    };
    Ok([paths::root().to_owned(), cargo])
}

/// Flags for the compiler, as cargo wants them, after which its messages name other folders: those
/// of crates stand in every panic.
fn remapped() -> Result<OsString> {
    let [root, cargo] = private()?;
    let mut folders = vec![(root, "airvane"), (cargo.clone(), "cargo")];
    for registry in std::fs::read_dir(cargo.join("registry").join("src"))? {
        folders.push((registry?.path(), "crates"));
    }
    let mut flags = OsString::new();
    for (from, to) in folders {
        if !flags.is_empty() {
            flags.push("\u{1f}");
        }
        flags.push("--remap-path-prefix=");
        flags.push(from);
        flags.push(format!("={to}"));
    }
    Ok(flags)
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
