//! Runs the crate's `measure` example, in release, and prints its figures.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{artifact, paths, process};

/// Starts are measured this often; the fastest counts, as the others waited for the machine.
const STARTS: usize = 9;

/// Builds the program.
pub(crate) fn build() -> Result<PathBuf> {
    let mut cargo = artifact::cargo();
    cargo
        .args(["build", "--release", "--quiet", "--package", "airvane-redact", "--example"])
        .arg("measure")
        .current_dir(paths::root());
    process::run("cargo build", &mut cargo, &paths::log("bench-redact-build")?)?;
    Ok(paths::root().join("target/release/examples/measure"))
}

/// Runs it; what is no JSON is shown as it is.
fn figures(program: &Path, task: &str, files: &[PathBuf], show: bool) -> Result<Vec<Value>> {
    let mut command = Command::new(program);
    command.arg(task).args(files);
    if show {
        command.env("SHOW", "1");
    }
    let text = process::output("measure", &mut command)?;
    let mut figures = Vec::new();
    for line in text.lines() {
        match serde_json::from_str(line) {
            Ok(value) => figures.push(value),
            Err(_) => println!("  {line}"),
        }
    }
    Ok(figures)
}

fn share(part: u64, of: u64) -> String {
    if of == 0 {
        return "-".to_owned();
    }
    #[allow(clippy::cast_precision_loss, reason = "counts of examples")]
    let share = 100.0 * part as f64 / of as f64;
    format!("{share:.1} %")
}

fn count(row: &Value, column: usize) -> u64 {
    row[column].as_u64().unwrap_or(0)
}

/// Recall by class and in all.
pub(crate) fn recall(program: &Path, corpus: &Path, show: bool) -> Result<()> {
    let figures = figures(program, "recall", &[corpus.to_owned()], show)?;
    let figures = figures.first().context("no figures")?;
    let classes = figures["classes"].as_object().context("no classes")?;
    println!("  {:<28} {:>8} {:>9} {:>14}", "class", "examples", "hit", "whole secret");
    let mut total = [0; 4];
    for (class, row) in classes {
        for (column, sum) in total.iter_mut().enumerate() {
            *sum += count(row, column);
        }
        // The rules of a public corpus are too many to list.
        if classes.len() <= 24 {
            print(class, std::array::from_fn(|column| count(row, column)));
        }
    }
    print("all", total);
    let (masked, negatives) = (count(figures, 0), &figures["negatives"]);
    let masked = figures["masked"].as_u64().unwrap_or(masked);
    println!("  near-misses masked: {masked} of {negatives}");
    Ok(())
}

fn print(class: &str, [examples, hit, spans, whole]: [u64; 4]) {
    println!("  {class:<28} {examples:>8} {:>9} {:>14}", share(hit, examples), share(whole, spans));
}

/// False masks per megabyte of each log.
pub(crate) fn logs(program: &Path, files: &[PathBuf], show: bool) -> Result<()> {
    let (mut bytes, mut masks) = (0.0, 0.0);
    for log in figures(program, "logs", files, show)? {
        let Some(file) = log["file"].as_str() else { continue };
        let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy();
        let size = log["bytes"].as_f64().unwrap_or(0.0) / 1e6;
        let found = log["masks"].as_f64().unwrap_or(0.0);
        println!(
            "  {name:<24} {size:>7.1} MB {:>7.2} masks/MB {:>6.0} MB/s {:>6.1} times memchr  {}",
            found / size,
            size * 1e9 / log["redact_ns"].as_f64().unwrap_or(f64::MAX),
            ratio(&log),
            log["kinds"]
        );
        bytes += size;
        masks += found;
    }
    if bytes > 0.0 {
        println!("  {:<24} {bytes:>7.1} MB {:>7.2} masks/MB", "all", masks / bytes);
    }
    Ok(())
}

fn ratio(log: &Value) -> f64 {
    log["redact_ns"].as_f64().unwrap_or(f64::MAX) / log["memchr_ns"].as_f64().unwrap_or(1.0)
}

/// How a log is given to the redactor.
#[derive(Clone, Copy)]
pub(crate) enum Given {
    /// In one text.
    Whole,
    /// In pieces, as `airvane redact` reads it.
    Stream,
}

/// Speed on one large log; returns our time.
pub(crate) fn speed(program: &Path, given: Given, file: &Path) -> Result<Duration> {
    let task = match given {
        Given::Whole => "logs",
        Given::Stream => "stream",
    };
    let figures = figures(program, task, &[file.to_owned()], false)?;
    let log = figures.first().context("no figures")?;
    let ours = Duration::from_nanos(log["redact_ns"].as_u64().context("no time")?);
    let megabytes = log["bytes"].as_f64().unwrap_or(0.0) / 1e6;
    println!(
        "  {megabytes:.0} MB in {ours:.1?}: {:.0} MB/s, {:.1} times a memchr pass",
        megabytes / ours.as_secs_f64(),
        ratio(log)
    );
    Ok(ours)
}

/// The first redactor and its first text in a new process.
pub(crate) fn start_up(program: &Path) -> Result<()> {
    let mut fastest = u64::MAX;
    for _ in 0..STARTS {
        let figures = figures(program, "start", &[], false)?;
        let start = figures.first().and_then(|figures| figures["start_ns"].as_u64());
        fastest = fastest.min(start.context("no start-up time")?);
    }
    println!("  start-up {:.2?}", Duration::from_nanos(fastest));
    Ok(())
}

/// Growth of time with length.
pub(crate) fn growth(program: &Path) -> Result<()> {
    for row in figures(program, "growth", &[], false)? {
        let Some(name) = row["growth"].as_str() else { continue };
        let times: Vec<String> = (0..4)
            .map(|i| format!("{:>9.1?}", Duration::from_nanos(count(&row["ns"], i))))
            .collect();
        println!("  {name:<24} {}", times.join(" "));
    }
    Ok(())
}
