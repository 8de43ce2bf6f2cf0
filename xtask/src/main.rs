//! Repository tasks, on a machine with Rust, Python and the package registries only.
//!
//! `demo` shows the product on a real Airflow, `test` runs every check there is, `bench`
//! measures what a user waits for and a model reads. Whatever they install lies under
//! `target/airvane`; whatever they start, they stop, also after a failure or Ctrl-C.
#![allow(clippy::print_stdout, reason = "a task's answer is what it prints")]
#![allow(clippy::indexing_slicing, reason = "only JSON is indexed; what it lacks is null")]

mod airflow;
mod artifact;
mod bench;
mod cargo_tool;
// Taken by its path: with the server as a dependency a first `cargo xtask` would build it twice.
#[path = "../../crates/airvane-server/src/clients.rs"]
#[allow(dead_code, reason = "the demo only starts the program")]
mod clients;
mod demo;
mod generate;
mod http;
mod install;
mod mcp;
mod node;
mod paths;
mod postgres;
mod process;
mod reaper;
mod report;
mod stop;
mod test;
mod wheel;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Tasks of the Airvane repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Start a real Airflow, break some DAGs in it and let Airvane explain one of them.
    Demo(demo::Options),
    /// Run every check; ends with `N passed, N failed`.
    Test(test::Options),
    /// Measure start, memory and tokens beside other MCP servers for Airflow.
    Bench(bench::Options),
    /// Build the Python package: the program, the extension and the plugin in one wheel.
    Wheel(wheel::Options),
    /// Write the generated layer of the catalog from installed Airflows, or check it.
    Generate(generate::Options),
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    stop::install()?;
    let _reaper = reaper::Reaper::start()?;
    match cli.task {
        Task::Demo(options) => demo::run(&options)?,
        Task::Test(options) => return test::run(&options),
        Task::Bench(options) => bench::run(&options)?,
        Task::Wheel(options) => wheel::run(&options)?,
        Task::Generate(options) => generate::run(&options)?,
    }
    Ok(ExitCode::SUCCESS)
}
