//! Finds what made the task fail: the last word of Airflow's task runner on it, and what lies
//! behind that word. An error that was logged and handled does not count while such a word exists.

mod choose;
mod finder;
mod java;
mod kind;
mod phrases;
mod signature;
mod telling;
mod traceback;

use std::sync::Arc;

use airvane_redact::SafeText;
pub(super) use finder::FailureFinder;
pub use kind::FailureKind;
pub use signature::Signature;

use super::line::Line;
use crate::event::{Exception, Frame};

/// What made the task fail.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What sort of failure it is.
    pub kind: FailureKind,
    /// Whether Airflow said so or it is the best guess.
    pub certainty: Certainty,
    /// The telling line: the root cause where causes are chained (`raise … from`), else what was
    /// raised; `ValueError: bad row 17`.
    pub headline: SafeText,
    /// The exceptions, outermost (raised last) first, root cause last. Empty when there was none.
    pub chain: Vec<Exception>,
    /// The user's own frames of the exception in the headline, or of the chain's first exception
    /// that has any; outermost call first.
    pub frames: Vec<Frame>,
    /// At most five lines before it that explain it: warnings, errors, a command's last words.
    pub telling_lines: Vec<Arc<Line>>,
    /// The number of the line that tells it.
    pub line: u64,
    /// The same for the same error in any run.
    pub signature: Signature,
}

impl Failure {
    /// What was raised last, if an exception was: Airflow shows this one, the headline is its root.
    pub fn raised(&self) -> Option<&Exception> {
        self.chain.first()
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// Airflow's task runner said so.
    Certain,
    /// The log ends without a word on the task's end; this is the last error in it.
    Likely,
}

/// How the task's last attempt in this log ended, as far as the log says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The log does not say: cut off, still being written, or not Airflow's.
    #[default]
    Unknown,
    /// It ended well.
    Succeeded,
    /// It failed, whether or not a retry follows.
    Failed,
    /// It was skipped.
    Skipped,
    /// It waits in the triggerer.
    Deferred,
    /// A sensor was put back to be run again later.
    Rescheduled,
}
