//! `cargo xtask test`: everything, from spelling to real Airflows, ending with one count.
//!
//! The checks do not depend on each other and one that fails hides no other. Installing what
//! the end-to-end tests use goes on beside the quick checks.

mod cargo_test;
mod checks;
mod fuzz;
mod older;
mod plugin;
mod provision;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::artifact::{self, Profile};
use crate::report::{Outcome, Report};
use crate::stop;
use cargo_test::cargo_test;
pub(crate) use provision::{ASTRO, install_peers};
use provision::{Installed, Running};

/// Options of `cargo xtask test`.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Options {
    /// Only what needs no Airflow.
    #[arg(long, conflicts_with_all = ["only", "keep"])]
    fast: bool,
    /// The slow rest as well: long loads, every kind of secret, older Airflows, the plugin in four, fuzzing.
    #[arg(long, conflicts_with_all = ["fast", "only", "keep"])]
    full: bool,
    /// Only the older Airflows of `--full`, or one of them.
    #[arg(long, value_name = "VERSION", num_args = 0..=1, default_missing_value = "")]
    #[arg(conflicts_with_all = ["fast", "full", "only", "keep"])]
    older: Option<String>,
    /// Only the plugin in the Airflows of `--full`, or in one of them.
    #[arg(long, value_name = "VERSION", num_args = 0..=1, default_missing_value = "")]
    #[arg(conflicts_with_all = ["fast", "full", "older", "only", "keep"])]
    plugin: Option<String>,
    /// Only the fuzzing of `--full`.
    #[arg(long, conflicts_with_all = ["fast", "full", "older", "plugin", "only", "keep"])]
    fuzz: bool,
    /// Only those end-to-end tests whose file name contains this.
    #[arg(long, value_name = "PATTERN")]
    only: Option<String>,
    /// Leave the Airflows running for the next `--keep` or `--only`.
    #[arg(long)]
    keep: bool,
    /// End what an earlier `--keep` left running.
    #[arg(long, conflicts_with_all = ["fast", "full", "older", "only", "keep"])]
    stop: bool,
}

/// Runs the checks; the exit code says whether all passed.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    if options.stop {
        provision::stop_kept()?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = Report::default();
    if options.fast {
        checks::run(&report);
    } else if let Some(version) = &options.older {
        if let Some(binary) = build(&report) {
            older::run(&report, &binary, version);
        }
    } else if let Some(version) = &options.plugin {
        plugin::run(&report, version);
    } else if options.fuzz {
        fuzz::run(&report);
    } else if options.only.is_some() || options.keep {
        end_to_end(&report, options, provision::install(&report));
    } else {
        std::thread::scope(|scope| {
            let installing = scope.spawn(|| provision::install(&report));
            checks::run(&report);
            if let Ok(installed) = installing.join() {
                end_to_end(&report, options, installed);
            }
        });
    }
    if stop::asked() {
        println!("stopped on request");
        return Ok(ExitCode::FAILURE);
    }
    Ok(if report.finish() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn build(report: &Report) -> Option<PathBuf> {
    let mut binary = None;
    report.check("build airvane", || {
        binary = Some(artifact::airvane(Profile::Dev)?);
        Ok(())
    });
    binary
}

/// Builds the binary, starts the Airflows, runs the tests of `tests/e2e` and stops them.
fn end_to_end(report: &Report, options: &Options, installed: Option<Installed>) {
    let Some(installed) = installed else {
        return;
    };
    let binary = build(report);
    // Who asks to keep the Airflows may well be writing what does not build yet.
    if binary.is_none() && !options.keep {
        return;
    }
    let mut running = None;
    report.check("start both Airflows", || {
        running = Some(Running::start(&installed, options.keep)?);
        Ok(())
    });
    let Some(running) = running else {
        return;
    };
    if let Some(binary) = &binary {
        report.step("end-to-end tests", || tests(options, &running, &installed, binary));
    }
    if options.keep {
        println!("left running: AIRVANE_TEST_ENV={}", provision::description().display());
        println!("end it with `cargo xtask test --stop`");
    } else {
        report.check("stop both Airflows", || running.stop());
    }
    if let Some(binary) = binary.filter(|_| options.full) {
        older::run(report, &binary, "");
        plugin::run(report, "");
        fuzz::run(report);
    }
}

fn tests(options: &Options, running: &Running, installed: &Installed, binary: &Path) -> Outcome {
    if let Err(error) = running.describe(installed, binary) {
        return Err(error).into();
    }
    let mut args = vec!["--package".to_owned(), "airvane-e2e".to_owned()];
    if let Some(pattern) = &options.only {
        args.extend(["--test".to_owned(), format!("*{pattern}*")]);
    }
    // They have Airflows of their own.
    args.extend(["--", "--skip", "older_airflow", "--skip", "plugin_"].map(str::to_owned));
    if !options.full && options.only.is_none() {
        args.extend(["--skip", "long_load", "--skip", "forty_kinds"].map(str::to_owned));
    }
    let environment = [("AIRVANE_TEST_ENV", provision::description())];
    cargo_test("e2e", &args, &environment)
}
