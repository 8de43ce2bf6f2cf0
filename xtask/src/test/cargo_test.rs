//! Cargo's tests, counted.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::process::{self, Group};
use crate::report::{Count, Outcome};
use crate::{artifact, paths};

/// Runs `cargo test ARGS` and adds up the summaries of all test binaries.
pub(crate) fn cargo_test(name: &str, args: &[String], environment: &[(&str, PathBuf)]) -> Outcome {
    match run(name, args, environment) {
        Ok(outcome) => outcome,
        Err(error) => Err(error).into(),
    }
}

fn run(name: &str, args: &[String], environment: &[(&str, PathBuf)]) -> Result<Outcome> {
    let log = paths::log(&format!("cargo-test-{name}"))?;
    let mut command = artifact::cargo();
    command.args(["test", "--no-fail-fast", "--color", "never"]).args(args);
    if !args.iter().any(|arg| arg == "--") {
        command.arg("--");
    }
    // Tables and figures are worth reading when all is well, too.
    command.arg("--show-output");
    command.envs(environment.iter().map(|(key, value)| (key, value)));
    let status = Group::spawn("cargo test", &mut command, &log)?.wait()?;
    let text = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
    let mut count = count(&text);
    if !status.success() && count.failed == 0 {
        // It did not compile, or a test binary died without a summary.
        count.failed = 1;
    }
    let detail = if count.failed > 0 { explain(&text, &log) } else { String::new() };
    Ok(Outcome { count, detail })
}

/// Adds up lines like `test result: ok. 12 passed; 0 failed; 0 ignored; …`.
fn count(text: &str) -> Count {
    let mut total = Count::default();
    for line in text.lines().filter_map(|line| line.strip_prefix("test result: ")) {
        total.passed += number_before(line, " passed");
        total.failed += number_before(line, " failed");
    }
    total
}

fn number_before(line: &str, word: &str) -> u64 {
    let before = line.split(word).next().unwrap_or("");
    before.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// What failed, in the words of the tests themselves: compiler errors and `failures:` sections.
fn explain(text: &str, log: &Path) -> String {
    let mut shown: Vec<&str> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line == "failures:" || line.starts_with("error") {
            inside = true;
        } else if line.starts_with("test result: ") {
            inside = false;
        }
        if inside {
            shown.push(line);
        }
    }
    let (lines, rest) = shown.split_at(shown.len().min(200));
    let mut detail = if lines.is_empty() { process::tail(log, 40) } else { lines.join("\n") };
    if !rest.is_empty() {
        detail.push_str("\n… and more");
    }
    detail + &format!("\nall of it: {}", log.display())
}

#[cfg(test)]
mod tests {
    use super::{count, explain};
    use crate::report::Count;
    use std::path::Path;

    const TEXT: &str = "\
running 2 tests
test a ... ok
test b ... FAILED

failures:

---- b stdout ----
assertion failed

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running unittests src/lib.rs
test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s
";

    #[test]
    fn summaries_add_up() {
        assert_eq!(count(TEXT), Count { passed: 13, failed: 1 });
    }

    #[test]
    fn a_failure_shows_its_own_words() {
        let shown = explain(TEXT, Path::new("x.log"));
        assert!(shown.contains("assertion failed"));
        assert!(!shown.contains("Running unittests"));
        assert!(shown.ends_with("x.log"));
    }
}
