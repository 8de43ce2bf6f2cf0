//! `--full`: the Airflows that people still run, one after the other, each asked everything once.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;

use super::cargo_test::cargo_test;
use crate::airflow::{Home, OLDER, Release, Store};
use crate::paths;
use crate::report::{Outcome, Report};

/// Runs the smoke test on each whose version begins so.
pub(super) fn run(report: &Report, binary: &Path, version: &str) {
    for release in OLDER.iter().filter(|release| release.version.starts_with(version)) {
        let name = format!("Airflow {}", release.version);
        if release.is_left_out() {
            println!("  --   {name} is left out: no Python on the path is old enough for it");
            continue;
        }
        report.step(&name, || smoke(release, binary).unwrap_or_else(|error| Err(error).into()));
    }
}

fn smoke(release: &'static Release, binary: &Path) -> Result<Outcome> {
    let name = format!("test-{}", release.version);
    let home = Home::fresh(&name, release.install()?)?;
    let mut airflow = release.start(&home, Store::Postgres, &|_| {})?;
    let description = paths::base().join("homes").join(format!("{name}.json"));
    let text = json!({"airvane": binary, "airflow": airflow.describe()}).to_string();
    std::fs::write(&description, text)?;
    let args = ["--package", "airvane-e2e", "--test", "older"].map(str::to_owned);
    let environment = [("AIRVANE_TEST_ENV", description)];
    let outcome = cargo_test(&format!("older-{}", release.version), &args, &environment);
    airflow.assert_running().with_context(|| outcome.detail.clone())?;
    Ok(outcome)
}
