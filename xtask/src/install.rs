//! Python programs, each in a virtual environment of its own under `target/airvane`.
//!
//! `uv` itself comes from PyPI; nothing is downloaded from anywhere but the package index that
//! `UV_DEFAULT_INDEX` or `PIP_INDEX_URL` names, and nothing is installed outside `target/`. One
//! exception: where every Python is too new for an old Airflow, uv fetches one that is not.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use rustix::fs::{FlockOperation, flock};

use crate::{paths, process};

/// An exact version: a new release must not turn a green run red by itself.
const UV_VERSION: &str = "0.13.8";

/// Python's part of fetching it.
const FETCH_UV: &str = include_str!("uv.py");

/// A set of PyPI packages in a virtual environment.
pub(crate) struct Venv<'a> {
    /// The folder's name under `target/airvane/venv`.
    pub(crate) name: &'a str,
    /// Requirements as pip writes them.
    pub(crate) packages: &'a [&'a str],
    /// Only releases up to this day, so that an old program gets the libraries of its time.
    pub(crate) exclude_newer: Option<&'a str>,
    /// The newest minor version of Python 3 the packages run on.
    pub(crate) newest_python: u32,
}

impl Venv<'_> {
    /// Installs the packages unless a complete installation of the same list is there.
    /// Returns the environment's `bin`.
    pub(crate) fn install(&self) -> Result<PathBuf> {
        let home = paths::folder("venv")?.join(self.name);
        let bin = home.join("bin");
        let stamp = home.join("airvane-installed");
        let recipe = format!("{:?} {:?}\n", self.packages, self.exclude_newer);
        let _alone = alone(self.name)?;
        if std::fs::read_to_string(&stamp).is_ok_and(|found| found == recipe) {
            return Ok(bin);
        }
        let uv = uv()?;
        let log = paths::log(&format!("install-{}", self.name))?;
        let mut create = uv_command(&uv)?;
        create.args(["venv", "--clear", "--python"]);
        match python(self.newest_python) {
            Ok(python) => create.arg(python),
            Err(_) => create
                .arg(format!("3.{}", self.newest_python))
                .env("UV_PYTHON_DOWNLOADS", "automatic")
                .env("UV_PYTHON_INSTALL_DIR", paths::folder("python")?),
        };
        create.arg(&home);
        process::run("uv venv", &mut create, &log)?;
        let mut install = uv_command(&uv)?;
        install.args(["pip", "install", "--python"]).arg(bin.join("python")).args(self.packages);
        if let Some(day) = self.exclude_newer {
            install.args(["--exclude-newer", day]);
        }
        process::run(&format!("install {}", self.name), &mut install, &log)?;
        std::fs::write(&stamp, recipe)?;
        Ok(bin)
    }
}

/// Puts a wheel of our own into an environment, whatever was there of that name.
pub(crate) fn add(bin: &Path, wheel: &Path) -> Result<()> {
    let mut install = uv_command(&uv()?)?;
    install
        .args(["pip", "install", "--no-deps", "--reinstall", "--offline", "--python"])
        .arg(bin.join("python"))
        .arg(wheel);
    let name = format!("install {}", wheel.display());
    process::run(&name, &mut install, &paths::log("install-wheel")?)
}

/// Unpacks one release, such as `apache-airflow==2.4.3`, without what it depends on, to be read
/// and not to be run: it may be older than any Python that is here. Returns the folder.
pub(crate) fn unpack(requirement: &str) -> Result<PathBuf> {
    let home = paths::folder("unpacked")?.join(requirement);
    let stamp = home.join("airvane-installed");
    let _alone = alone(requirement)?;
    if stamp.exists() {
        return Ok(home);
    }
    let log = paths::log(&format!("unpack-{requirement}"))?;
    let mut install = uv_command(&uv()?)?;
    install
        .args(["pip", "install", "--no-deps", "--python-version", "3.10", "--python"])
        .arg(python(u32::MAX)?)
        .arg("--target")
        .arg(&home)
        .arg(requirement);
    process::run(&format!("unpack {requirement}"), &mut install, &log)?;
    std::fs::write(&stamp, requirement)?;
    Ok(home)
}

/// Waits until no other thread or process installs the same: `xtask test` checks the catalog's
/// facts, a process of its own, while it installs.
pub(crate) fn alone(name: &str) -> Result<File> {
    let file = File::create(paths::folder("locks")?.join(name))?;
    flock(&file, FlockOperation::LockExclusive)?;
    Ok(file)
}

/// The `uv` of `target/airvane/uv`, fetched when it is missing; where that fails, the machine's.
fn uv() -> Result<PathBuf> {
    let _alone = alone("uv")?;
    let uv = paths::folder("uv")?.join(format!("uv-{UV_VERSION}"));
    if works(&uv) {
        return Ok(uv);
    }
    let mut fetch = Command::new(python(u32::MAX)?);
    fetch.args(["-c", FETCH_UV, UV_VERSION]).arg(&uv);
    let fetched = process::run("fetch uv from PyPI", &mut fetch, &paths::log("install-uv")?);
    if works(&uv) {
        return Ok(uv);
    }
    let found = PathBuf::from("uv");
    if works(&found) {
        return Ok(found);
    }
    fetched.context("there is no uv; one that is on the path would do")?;
    bail!("uv {UV_VERSION} does not run on this machine; install one that does and try again")
}

fn works(program: &Path) -> bool {
    process::output("uv", Command::new(program).arg("--version")).is_ok()
}

fn uv_command(uv: &Path) -> Result<Command> {
    let mut command = Command::new(uv);
    command
        .env("UV_CACHE_DIR", paths::folder("cache/uv")?)
        .env("UV_PYTHON_DOWNLOADS", "never")
        .env("UV_HTTP_TIMEOUT", "180")
        .env_remove("VIRTUAL_ENV");
    // uv does not read pip's settings; a machine that has an own index has usually told pip.
    for (ours, pips) in [("UV_DEFAULT_INDEX", "PIP_INDEX_URL"), ("SSL_CERT_FILE", "PIP_CERT")] {
        if let (None, Some(value)) = (std::env::var_os(ours), std::env::var_os(pips)) {
            command.env(ours, value);
        }
    }
    Ok(command)
}

/// A Python from 3.10 to 3.`newest` on the path.
pub(crate) fn python(newest: u32) -> Result<PathBuf> {
    let numbered = (10..=14).rev().map(|minor| format!("python3.{minor}"));
    for name in ["python3".to_owned(), "python".to_owned()].into_iter().chain(numbered) {
        let ask = ["-c", "import sys; print(sys.version_info[1], sys.executable)"];
        let Ok(answer) = process::output(&name, Command::new(&name).args(ask)) else { continue };
        let Some((minor, path)) = answer.trim().split_once(' ') else { continue };
        if minor.parse::<u32>().is_ok_and(|minor| (10..=newest).contains(&minor)) {
            return Ok(PathBuf::from(path));
        }
    }
    let bound = if newest == u32::MAX { String::new() } else { format!(" up to 3.{newest}") };
    bail!("no Python from 3.10{bound} on the path")
}
