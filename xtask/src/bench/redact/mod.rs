//! The redactor: what it finds, what it masks in vain, how fast it is.
//!
//! Recall is counted on a corpus that this program makes of documented formats (or on `--corpus
//! FILE`), false masks and speed on ordinary logs: generated ones, and those that pip, cargo, npm,
//! apt and Airflow left on this machine. Speed is a ratio in one run, beside a `memchr` pass and
//! beside `ripsecrets`, so that it means the same on every machine.

mod corpus;
mod logs;
mod measure;
mod rival;
mod template;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use self::corpus::Half;
pub(crate) use self::corpus::tuning_texts;
use self::logs::Rate;
use self::measure::Given;
use crate::paths;

/// Options of `cargo xtask bench redact`.
#[derive(Args)]
pub(crate) struct Options {
    /// Count recall on this corpus: JSON lines with `is_secret`, `rule`, and `text` and `secret`
    /// in base64.
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,
    /// Which half of the made corpus: surroundings, services and seeds differ.
    #[arg(long, value_enum, default_value_t)]
    half: Half,
    /// Print what was missed in the tuning half or in `--corpus`, and what was masked in logs.
    #[arg(long)]
    show: bool,
    /// Only count recall.
    #[arg(long)]
    only_recall: bool,
}

/// Megabytes of ordinary log made for each program.
const MEGABYTES: usize = 4;

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    println!("building the measuring program (release)");
    let program = measure::build()?;
    let folder = paths::folder("bench-redact")?;
    let corpus = if let Some(corpus) = &options.corpus {
        println!("\nrecall on {}", corpus.display());
        corpus.clone()
    } else {
        let path = folder.join("corpus.jsonl");
        let (examples, surroundings) = corpus::write(options.half, &path)?;
        println!(
            "\nrecall on {examples} made examples in {surroundings} surroundings ({:?})",
            options.half
        );
        path
    };
    // What is missed for figures is not looked at: it would no longer be unseen.
    let shown = options.show && (options.corpus.is_some() || options.half == Half::Tuning);
    measure::recall(&program, &corpus, shown)?;
    if options.only_recall {
        return Ok(());
    }
    let made = logs::make(&folder, MEGABYTES * 1_000_000, Rate::Ordinary)?;
    println!("\nordinary logs, made");
    measure::logs(&program, &made.each, options.show)?;
    let alarming = logs::make(&folder, MEGABYTES * 1_000_000, Rate::Alarming)?;
    println!("\nlogs of which every other line has an alarming name, made");
    measure::logs(&program, &alarming.each, options.show)?;
    let real = logs::real(&folder)?;
    println!("\nordinary logs, of this machine");
    if real.is_empty() {
        println!("  none here");
    }
    measure::logs(&program, &real, options.show)?;
    println!("\nspeed of a stream on ordinary logs beyond the processor's caches");
    for log in real.iter().filter(|log| log.ends_with("real-airflow.log")).chain([&made.all]) {
        let name = log.file_stem().unwrap_or_default().to_string_lossy();
        println!("  {name}");
        measure::speed(&program, Given::Stream, &logs::long(&folder, log)?)?;
    }
    println!("\nspeed on all ordinary logs, made");
    let ours = measure::speed(&program, Given::Whole, &made.all)?;
    match rival::time(&made.all) {
        Ok(theirs) => println!(
            "  ripsecrets {theirs:.1?} for the same file: {:.1} times ours",
            theirs.as_secs_f64() / ours.as_secs_f64()
        ),
        Err(error) => println!("  ripsecrets could not be measured: {error:#}"),
    }
    measure::start_up(&program)?;
    println!("\ntime for hostile texts of 16, 64, 256 and 1,024 KiB");
    measure::growth(&program)
}
