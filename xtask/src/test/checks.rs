//! What needs no Airflow: form, lints, documentation, dependencies and the crates' own tests.

use std::process::Command;

use anyhow::Result;

use super::cargo_test::cargo_test;
use crate::artifact::{self, Profile};
use crate::cargo_tool::CargoTool;
use crate::install::Venv;
use crate::report::Report;
use crate::{paths, process};

/// Exact versions: a new release must not turn a green check red by itself.
const CARGO_DENY: CargoTool = CargoTool { name: "cargo-deny", version: "0.20.2" };
const TYPOS: &str = "typos==1.52.0";

/// Runs all of them.
pub(crate) fn run(report: &Report) {
    report.check("format (cargo fmt)", || {
        // Only the names of files: who has to mend them runs `cargo fmt`.
        cargo("fmt", &["fmt", "--all", "--", "--check", "-l", "--color", "never"], &[])
    });
    report.check("spelling (typos)", typos);
    report.check("lints (cargo clippy)", || {
        let args = ["clippy", "--workspace", "--all-targets", "--keep-going", "--quiet"];
        cargo("clippy", &[&args[..], &["--color", "never", "--", "-D", "warnings"]].concat(), &[])
    });
    report.check("documentation (cargo doc)", || {
        let args = ["doc", "--workspace", "--no-deps", "--keep-going", "--color", "never"];
        cargo("doc", &args, &[("RUSTDOCFLAGS", "-D warnings")])
    });
    report.check("dependencies (cargo deny)", deny);
    report.check("generated facts (xtask generate)", || {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["generate", "--check"]).current_dir(paths::root());
        process::run("xtask generate --check", &mut command, &paths::log("generate")?)
    });
    report.step("tests without Airflow", || {
        let args = ["--workspace", "--exclude", "airvane-e2e"].map(str::to_owned);
        cargo_test("workspace", &args, &[])
    });
    report.step("diagnosis without Airflow", || {
        let binary = match artifact::airvane(Profile::Dev) {
            Ok(binary) => binary,
            Err(error) => return Err(error).into(),
        };
        let args = ["--package", "airvane-e2e", "--lib", "--test", "cassettes", "--test", "scale"];
        cargo_test("diagnosis", &args.map(str::to_owned), &[("AIRVANE_TEST_BINARY", binary)])
    });
}

fn cargo(name: &str, args: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let mut command = artifact::cargo();
    command.args(args).envs(environment.iter().copied());
    process::run(&format!("cargo {name}"), &mut command, &paths::log(name)?)
}

fn typos() -> Result<()> {
    let venv =
        Venv { name: "typos", packages: &[TYPOS], exclude_newer: None, newest_python: u32::MAX };
    let mut command = Command::new(venv.install()?.join("typos"));
    command.current_dir(paths::root()).args(["--config", "typos.toml", "--color", "never", "."]);
    process::run("typos", &mut command, &paths::log("typos")?)
}

/// Bans, licences and sources. Advisories live in a git repository that not every machine
/// reaches; whoever can runs `cargo deny check advisories`.
fn deny() -> Result<()> {
    let mut command = Command::new(CARGO_DENY.install()?);
    command.current_dir(paths::root()).args(["--color", "never", "--all-features", "check"]);
    command.args(["--hide-inclusion-graph", "bans", "licenses", "sources"]);
    process::run("cargo deny", &mut command, &paths::log("deny")?)
}
