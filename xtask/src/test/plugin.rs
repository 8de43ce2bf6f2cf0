//! The plugin: a wheel is built, installed into Airflows of several releases, and asked everything
//! through their own web servers.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::json;

use super::cargo_test::cargo_test;
use super::provision::Clients;
use crate::airflow::{Home, Release, Store, with_plugin};
use crate::artifact::Profile;
use crate::install::{self, Venv};
use crate::report::{Outcome, Report};
use crate::{paths, process, wheel};

/// An exact version: a new release must not turn a green check red by itself.
const MYPY: &str = "mypy==2.4.1";

/// As behind a proxy that serves several Airflows.
const BASE_PATH: &str = "/team/airflow";

/// Tries it in each release, or in that of a version, which may be given in part: `3.3.2`,
/// `3.3.2-fab`, `3.0`.
pub(super) fn run(report: &Report, version: &str) {
    let mut built = None;
    report.check("build the wheel", || {
        built = Some(wheel::build(Profile::Dev)?);
        Ok(())
    });
    let Some(wheel) = built else { return };
    report.check("types of the Python package", || types(&wheel));
    report.check("tests of the Python package", || unittests(&wheel));
    let mut clients = None;
    report.check("install MCP clients", || {
        clients = Some(Clients::install()?);
        Ok(())
    });
    let Some(clients) = clients else { return };
    for release in with_plugin().filter(|release| release.name().starts_with(version)) {
        let name = format!("plugin in Airflow {}", release.name());
        report.step(&name, || {
            within(release, &wheel, &clients).unwrap_or_else(|error| Err(error).into())
        });
    }
}

/// The stub says what the extension has, and the plugin uses it so.
fn types(wheel: &Path) -> Result<()> {
    python(wheel, &["mypy.stubtest", "airvane._airvane"])?;
    let cache = paths::folder("cache/mypy")?.display().to_string();
    let strict = ["--strict", "--ignore-missing-imports", "--python-version", "3.10"];
    let rest = ["--allow-subclassing-any", "--cache-dir", &cache, "python/airvane"];
    python(wheel, &[&["mypy"], &strict[..], &rest[..]].concat())
}

/// What a real Airflow can't be made to do.
fn unittests(wheel: &Path) -> Result<()> {
    python(wheel, &["unittest", "discover", "--start-directory", "python/tests"])
}

/// Runs a module where the wheel is installed and no Airflow is.
fn python(wheel: &Path, arguments: &[&str]) -> Result<()> {
    let venv = Venv { name: "mypy", packages: &[MYPY], exclude_newer: None, newest_python: 13 };
    let bin = venv.install()?;
    install::add(&bin, wheel)?;
    let mut command = Command::new(bin.join("python"));
    command.current_dir(paths::root()).arg("-m").args(arguments);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    let log = paths::log(&format!("python-{}", arguments.first().unwrap_or(&"")))?;
    process::run(&format!("python -m {}", arguments.join(" ")), &mut command, &log)
}

fn within(release: &'static Release, wheel: &Path, clients: &Clients) -> Result<Outcome> {
    let name = format!("plugin-{}", release.name());
    let bin = release.install_with(wheel)?;
    let mut home = Home::fresh(&name, bin.clone())?;
    home.base_path = BASE_PATH;
    home.variables = [
        ("AIRVANE_ALLOW_DESTRUCTIVE", "true"),
        // A worker that waited for another, or for itself, would wait for ever.
        ("AIRFLOW__WEBSERVER__WORKERS", "1"),
        ("AIRFLOW__WEBSERVER__ENABLE_PROXY_FIX", "True"),
        // Five in forty seconds are few for tests that run side by side.
        ("AIRFLOW__WEBSERVER__AUTH_RATE_LIMITED", "False"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into();
    let mut airflow = release.start(&home, Store::Postgres, &|_| {})?;
    let description = paths::base().join("homes").join(format!("{name}.json"));
    let text = json!({
        "airvane": bin.join("airvane"),
        "airflow": airflow.describe(),
        "node": clients.node,
        "npm_root": clients.npm_root,
        "python_mcp": clients.python_mcp,
    });
    std::fs::write(&description, text.to_string())?;
    let args = ["--package", "airvane-e2e", "--test", "plugin"].map(str::to_owned);
    let outcome = cargo_test(&name, &args, &[("AIRVANE_TEST_ENV", description)]);
    airflow.assert_running().with_context(|| outcome.detail.clone())?;
    Ok(outcome)
}
