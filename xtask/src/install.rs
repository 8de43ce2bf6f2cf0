//! Python programs, each in a virtual environment of its own under `target/airvane`.
//!
//! `uv` itself comes from PyPI; nothing is downloaded from anywhere but the package registry
//! that pip is configured for, and nothing is installed outside `target/`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result, bail};
use rustix::fs::{FlockOperation, flock};

use crate::{paths, process};

/// One bootstrap at a time, however many threads install.
static UV: Mutex<()> = Mutex::new(());

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
        create.args(["venv", "--clear", "--python"]).arg(python(self.newest_python)?).arg(&home);
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

/// Waits until no other process installs the same: `xtask test` checks the catalog's facts, a
/// process of its own, while it installs.
pub(crate) fn alone(name: &str) -> Result<File> {
    let file = File::create(paths::folder("locks")?.join(name))?;
    flock(&file, FlockOperation::LockExclusive)?;
    Ok(file)
}

/// The `uv` of `target/airvane/uv`, installed with the machine's pip when it is missing.
fn uv() -> Result<PathBuf> {
    let _one = UV.lock().map_err(|_| anyhow::anyhow!("an earlier installation of uv panicked"))?;
    let _alone = alone("uv")?;
    let home = paths::base().join("uv");
    let uv = home.join("bin").join("uv");
    if works(&uv) {
        return Ok(uv);
    }
    let log = paths::log("install-uv")?;
    let python = python(u32::MAX)?;
    let cache = paths::folder("cache/pip")?;
    let mut venv = Command::new(&python);
    venv.args(["-m", "venv", "--clear"]).arg(&home);
    let made = process::run("python -m venv", &mut venv, &log).and_then(|()| {
        let mut pip = Command::new(home.join("bin").join("python"));
        pip.args(["-m", "pip", "install", "--quiet", "uv"]).env("PIP_CACHE_DIR", &cache);
        process::run("pip install uv", &mut pip, &log)
    });
    match made {
        Ok(()) => Ok(uv),
        Err(error) => without_venv(&python, &home, &log)
            .with_context(|| format!("`python -m venv` did not work either: {error:#}")),
    }
}

/// Debian's Python lacks `venv` until `python3-venv` is installed; pip alone will do, or a `uv`
/// that is there already.
fn without_venv(python: &Path, home: &Path, log: &Path) -> Result<PathBuf> {
    if works(Path::new("uv")) {
        return Ok(PathBuf::from("uv"));
    }
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--target"]).arg(home).arg("uv");
    process::run("pip install --target uv", &mut pip, log).context(
        "uv cannot be installed: install Python's venv module (Debian: python3-venv) or uv",
    )?;
    Ok(home.join("bin").join("uv"))
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
fn python(newest: u32) -> Result<PathBuf> {
    let names = ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"];
    for name in names {
        let ask = ["-c", "import sys; print(sys.version_info[1], sys.executable)"];
        let Ok(answer) = process::output(name, Command::new(name).args(ask)) else { continue };
        let Some((minor, path)) = answer.trim().split_once(' ') else { continue };
        if minor.parse::<u32>().is_ok_and(|minor| (10..=newest).contains(&minor)) {
            return Ok(PathBuf::from(path));
        }
    }
    let bound = if newest == u32::MAX { String::new() } else { format!(" up to 3.{newest}") };
    bail!("no Python from 3.10{bound} on the path")
}
