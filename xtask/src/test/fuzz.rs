//! `--full`: ten minutes of fuzzing for the redactor, shared by its targets.
//!
//! The corpus is made anew from the tuning half of the benchmark's, so it stays small and every
//! run begins alike. No sanitizer is used: the crate has no unsafe code, and sanitizers need an
//! unstable toolchain.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::bench::tuning_texts;
use crate::cargo_tool::CargoTool;
use crate::report::Report;
use crate::{artifact, paths, process};

const CARGO_FUZZ: CargoTool = CargoTool { name: "cargo-fuzz", version: "0.13.2" };

/// The targets, as `crates/airvane-redact/fuzz/Cargo.toml` names them.
const TARGETS: [&str; 3] = ["text", "json", "stream"];

/// Seconds for each of them.
const TIME: u32 = 200;

/// Longest input in bytes. What goes wrong with a longer one goes wrong with one of these.
const LONGEST: u32 = 4096;

/// Fuzzes each target.
pub(super) fn run(report: &Report) {
    if process::output("c++", Command::new("c++").arg("--version")).is_err() {
        println!("  --   fuzzing is left out: libFuzzer needs a C++ compiler (`c++`)");
        return;
    }
    for target in TARGETS {
        report.check(&format!("fuzz {target}, {TIME} s"), || fuzz(target));
    }
}

fn fuzz(target: &str) -> Result<()> {
    let program = CARGO_FUZZ.install()?;
    let home = paths::folder("fuzz")?;
    let corpus = home.join("corpus").join(target);
    write_corpus(&corpus, target)?;
    let log = paths::log(&format!("fuzz-{target}"))?;
    let mut command = Command::new(program);
    command
        .current_dir(paths::root().join("crates/airvane-redact"))
        .env("CARGO", artifact::cargo().get_program())
        .args(["run", "--sanitizer", "none", "--target-dir"])
        .arg(home.join("build"))
        .arg(target)
        .arg(corpus)
        .args(["--", &format!("-max_total_time={TIME}"), &format!("-max_len={LONGEST}")])
        .arg(format!("-artifact_prefix={}/{target}-", home.display()));
    process::run("cargo fuzz", &mut command, &log)?;
    let runs = std::fs::read_to_string(&log)?;
    let done = runs.lines().rev().find(|line| line.starts_with("Done "));
    println!("       {}", done.with_context(|| format!("no end in {}", log.display()))?);
    Ok(())
}

/// Texts as the target takes them.
fn write_corpus(folder: &Path, target: &str) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    for (i, text) in tuning_texts().into_iter().enumerate() {
        let input = match target {
            "json" => serde_json::json!({ "note": text, "password": [text] }).to_string(),
            _ => text,
        };
        std::fs::write(folder.join(i.to_string()), input)?;
    }
    Ok(())
}
