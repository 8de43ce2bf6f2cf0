//! What a task tells whoever watches: one line a step, with its duration and its count.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::Result;

/// How many checks passed and failed.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Count {
    /// One check that passed.
    pub(crate) const PASSED: Self = Self { passed: 1, failed: 0 };
    /// One check that failed.
    pub(crate) const FAILED: Self = Self { passed: 0, failed: 1 };

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// What a step has to say in the end.
pub(crate) struct Outcome {
    pub(crate) count: Count,
    /// Shown below the step's line: why it failed.
    pub(crate) detail: String,
}

impl From<Result<()>> for Outcome {
    fn from(result: Result<()>) -> Self {
        match result {
            Ok(()) => Self { count: Count::PASSED, detail: String::new() },
            Err(error) => Self { count: Count::FAILED, detail: format!("{error:#}") },
        }
    }
}

/// The sum over all steps; steps may run at the same time.
#[derive(Default)]
pub(crate) struct Report {
    total: Mutex<(Count, Vec<String>)>,
}

impl Report {
    /// Runs a step that is one check.
    pub(crate) fn check(&self, name: &str, step: impl FnOnce() -> Result<()>) {
        self.step(name, || step().into());
    }

    /// Runs a step that counts for itself.
    pub(crate) fn step(&self, name: &str, step: impl FnOnce() -> Outcome) {
        if crate::stop::asked() {
            return;
        }
        let start = Instant::now();
        let outcome = step();
        self.record(name, &outcome, start.elapsed());
    }

    fn record(&self, name: &str, outcome: &Outcome, time: Duration) {
        let good = outcome.count.failed == 0;
        let mut line = format!(
            "{} {name:<34} {:>7.1} s",
            if good { "  ok  " } else { "FAILED" },
            time.as_secs_f64()
        );
        if outcome.count.passed + outcome.count.failed > 1 {
            let _ = write!(line, "  {} passed", outcome.count.passed);
            if !good {
                let _ = write!(line, ", {} failed", outcome.count.failed);
            }
        }
        println!("{line}");
        if !good {
            println!("{}", outcome.detail.trim_end());
        }
        if let Ok(mut total) = self.total.lock() {
            total.0.add(outcome.count);
            if !good {
                total.1.push(name.to_owned());
            }
        }
    }

    /// Prints the closing line, `N passed, N failed`, and says whether all is well.
    pub(crate) fn finish(self) -> bool {
        let (count, failed) = self.total.into_inner().unwrap_or_default();
        if !failed.is_empty() {
            println!("failed: {}", failed.join(", "));
        }
        println!("{} passed, {} failed", count.passed, count.failed);
        count.failed == 0 && count.passed > 0
    }
}
