//! A log of ten million lines, the telling one in its middle, as Airflow 3 and Airflow 2 send it.
//!
//! A plain reader and the real program read it from the same upstream in the same run, once as
//! fast as this machine delivers it and once held back to a pace: a real Airflow delivers some
//! tens of megabytes a second. Then parsing and redaction alone, from a file, in time on one core
//! and as a ratio to a `memchr` pass over the same bytes.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use airvane_e2e::long_log::{DAG, LongLog, RAISED, REASON, RUN, TASK, Upstream};
use airvane_e2e::mcp::memory;
use airvane_e2e::rest::Major;
use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};
use ureq::Agent;

use crate::artifact::{self, Profile};
use crate::mcp::{self, Session};
use crate::{paths, process};

/// Options of `cargo xtask bench logs`.
#[derive(Args)]
pub(crate) struct Options {
    /// Lines of the log; ten million are more than 1 GiB.
    #[arg(long, default_value_t = 10_000_000)]
    lines: u64,
    /// Megabytes a second of the upstream that is held back.
    #[arg(long, default_value_t = 80)]
    pace: u64,
    /// Only parsing and redaction, from a file.
    #[arg(long)]
    only_file: bool,
}

/// Lines of the file that is parsed alone.
const FILE_LINES: u64 = 2_000_000;
const MAJORS: [Major; 2] = [Major::Three, Major::Two];

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !options.only_file {
        println!("building airvane (release)");
        let binary = artifact::airvane(Profile::Release)?;
        for pace in [None, Some(options.pace * 1_000_000)] {
            for major in MAJORS {
                over_http(&binary, major, options.lines, pace)?;
            }
        }
    }
    println!("\nparsing and redaction alone, from a file, CPU time on one core");
    MAJORS.into_iter().try_for_each(from_file)
}

fn over_http(binary: &Path, major: Major, lines: u64, pace: Option<u64>) -> Result<()> {
    let speed = pace.map_or("unheld".to_owned(), |pace| format!("{} MB/s", pace / 1_000_000));
    println!("\nAirflow {}, {lines} lines, {speed}", name(major));
    let upstream = Upstream::start(LongLog::new(major, lines), pace)?;
    let (bytes, plain) = read_plainly(&upstream.log_url())?;
    row("plain reader", bytes, plain, "");
    for tool in ["get_task_logs", "diagnose_dag_run"] {
        let mut command = mcp::clean(binary);
        command.arg("serve").env("AIRFLOW_API_URL", &upstream.url);
        let mut session = Session::open("long-log", &mut command)?;
        let began = Instant::now();
        let text = session.call(tool, &arguments(tool))?;
        let time = began.elapsed();
        let peak = memory(session.pid(), "VmHWM:")?;
        let verdict = match (
            text.contains(REASON) && text.contains(RAISED),
            text.contains("not read to the end"),
        ) {
            (true, false) => "right",
            (_, true) => "says that it was not read to the end",
            (false, false) => "WRONG",
        };
        let ratio = time.as_secs_f64() / plain.as_secs_f64();
        row(tool, bytes, time, &format!("{ratio:.2} x plain, peak {peak} KiB, {verdict}"));
    }
    Ok(())
}

fn arguments(tool: &str) -> Value {
    match tool {
        "get_task_logs" => json!({"dag_id": DAG, "dag_run_id": RUN, "task_id": TASK}),
        _ => json!({"dag_id": DAG, "dag_run_id": RUN}),
    }
}

fn name(major: Major) -> &'static str {
    if major == Major::Two { "2 (text)" } else { "3 (NDJSON)" }
}

/// Reads the body and throws it away.
fn read_plainly(url: &str) -> Result<(u64, Duration)> {
    let agent: Agent = Agent::config_builder().proxy(None).build().into();
    let began = Instant::now();
    let mut body = agent.get(url).call()?.into_body().into_reader();
    let (mut buffer, mut bytes) = (vec![0; 256 * 1024], 0);
    loop {
        match body.read(&mut buffer)? {
            0 => return Ok((bytes, began.elapsed())),
            count => bytes += count as u64,
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn row(what: &str, bytes: u64, time: Duration, more: &str) {
    let (megabytes, seconds) = (bytes as f64 / 1e6, time.as_secs_f64());
    println!(
        "  {what:<18} {megabytes:>6.0} MB in {seconds:>5.2} s, {:>5.0} MB/s  {more}",
        megabytes / seconds
    );
}

fn from_file(major: Major) -> Result<()> {
    let extension = if major == Major::Two { "log" } else { "ndjson" };
    let path = paths::folder("bench-logs")?.join(format!("long.{extension}"));
    let mut file = BufWriter::new(File::create(&path)?);
    LongLog::new(major, FILE_LINES).write(&mut |piece| file.write_all(piece))?;
    file.flush()?;
    let megabytes = (std::fs::metadata(&path)?.len() >> 20).to_string();
    let mut command = Command::new(speed()?);
    println!("Airflow {}", name(major));
    print!("{}", process::output("speed", command.arg(megabytes).arg(&path))?);
    std::fs::remove_file(path).context("remove the log")
}

/// Builds the program that reads a file, in release.
fn speed() -> Result<PathBuf> {
    let mut cargo = artifact::cargo();
    cargo
        .args(["build", "--release", "--quiet", "--package", "airvane-log", "--example", "speed"])
        .current_dir(paths::root());
    process::run("cargo build", &mut cargo, &paths::log("bench-logs-build")?)?;
    Ok(paths::root().join("target/release/examples/speed"))
}
