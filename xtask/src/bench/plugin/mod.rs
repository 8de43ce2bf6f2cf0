//! The plugin as a caller meets it: what it adds to a plain request, beside another plugin, and how
//! it bears many callers at once.
//!
//! Both plugins serve the same path, so there are two web servers on one database. Plain requests
//! are measured on each of them, in turn with calls through its plugin, so that what else goes on
//! on the machine meets both alike.

mod latency;
mod load;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::airflow::{self, Airflow, Home, Major, Store};
use crate::artifact::Profile;
use crate::test::ASTRO;
use crate::{process, wheel};

/// Options of `cargo xtask bench plugin`.
#[derive(Args)]
pub(crate) struct Options {
    /// How many requests of each kind one caller makes; 0 leaves the comparison out.
    #[arg(long, default_value_t = 300)]
    rounds: usize,
    /// How long many callers call at once; 0 leaves it out.
    #[arg(long, default_value_t = 120)]
    load_seconds: u64,
}

/// Where MCP is spoken, by both.
const ENDPOINT: &str = "/mcp/v1/";

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    println!("building the wheel (release), installing Airflow 3 twice");
    let wheel = wheel::build(Profile::Release)?;
    let ours = airflow::install_with(Major::Three, &wheel)?;
    let theirs = airflow::install_beside(Major::Three, ASTRO)?;
    println!("\nwheel {} kB", std::fs::metadata(&wheel)?.len() / 1000);
    imports(&ours)?;
    let home = Home::fresh("bench-plugin", ours)?;
    let tell = |what: &str| println!("  {what}");
    let mut airflow = airflow::start(Major::Three, &home, Store::Postgres, &tell)?;
    if options.rounds > 0 {
        let beside = airflow.serve_beside(&theirs)?;
        let token = format!("Bearer {}", airflow.token("admin")?);
        let servers = [("airvane", airflow.url.as_str()), ("astro-airflow-mcp", &beside)];
        println!();
        latency::compare(&token, &servers, options.rounds)?;
    }
    if options.load_seconds > 0 {
        let web_server = web_server(&mut airflow)?;
        load::run(&airflow, web_server, options.load_seconds)?;
    }
    airflow.assert_running()
}

/// What importing the package takes, and what it adds to the start of a web server.
fn imports(bin: &Path) -> Result<()> {
    const EXTENSION: &str = "
import time; began = time.perf_counter()
import airvane._airvane
print(f'import airvane._airvane: {(time.perf_counter() - began) * 1e3:.1f} ms')";
    const PLUGIN: &str = "
import logging, time, airflow.plugins_manager, asyncio
began = time.perf_counter()
from airvane.plugin import AirvanePlugin
AirvanePlugin().fastapi_apps
print(f'added to a web server start: {(time.perf_counter() - began) * 1e3:.1f} ms')";
    for program in [EXTENSION, PLUGIN] {
        // Twice: the first fills the machine's file cache.
        let run =
            || process::output("python", Command::new(bin.join("python")).args(["-c", program]));
        run()?;
        let said = run()?;
        println!("{}", said.lines().last().unwrap_or_default());
    }
    Ok(())
}

/// The process that answers: the web server's first, or its only child.
fn web_server(airflow: &mut Airflow) -> Result<u32> {
    let first = airflow.pids().first().copied().context("no web server")?;
    let children = std::fs::read_to_string(format!("/proc/{first}/task/{first}/children"))?;
    let child = children.split_whitespace().next().and_then(|pid| pid.parse().ok());
    Ok(child.unwrap_or(first))
}
