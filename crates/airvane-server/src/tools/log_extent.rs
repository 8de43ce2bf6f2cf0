//! How far the log that was read goes: to its end, as far as it is written, or as far as time went.

use airvane_api::models::{State, TaskInstance};
use airvane_log::{Certainty, Failure as LogFailure, Outcome};

use crate::airflow::LogScan;
use crate::failure::Failure;

/// How far a log goes, and what may come after it.
pub(super) enum Extent {
    /// The try had ended before its log was read.
    Whole,
    /// The task is in this state: more may be written.
    Growing(State),
    /// It was not read to its end.
    Cut,
    /// Nobody could say whether the try has ended.
    Unknown,
}

impl Extent {
    /// Judged by what Airflow said of the instance before its log was read: who has ended by then
    /// writes no more.
    pub(super) fn of(
        instance: &Result<TaskInstance, Failure>,
        try_number: u32,
        scan: &LogScan,
    ) -> Self {
        match instance {
            _ if scan.cut.is_some() => Self::Cut,
            Ok(instance) if is_over(instance, try_number) => Self::Whole,
            Ok(instance) => Self::Growing(instance.state.clone()),
            Err(_) => Self::Unknown,
        }
    }

    /// `12 lines`, and what is known of further ones.
    pub(super) fn lines(&self, count: u64) -> String {
        match self {
            Self::Whole => format!("{count} lines"),
            Self::Growing(_) | Self::Unknown => format!("{count} lines so far"),
            Self::Cut => format!("{count} lines read"),
        }
    }

    /// How the try ended, if it has.
    pub(super) fn outcome(&self, outcome: Outcome) -> String {
        let said = match outcome {
            Outcome::Unknown => "",
            Outcome::Succeeded => "succeeded",
            Outcome::Failed => "failed",
            Outcome::Skipped => "skipped",
            Outcome::Deferred => "deferred",
            Outcome::Rescheduled => "rescheduled",
        };
        let blank = if said.is_empty() { "" } else { "; " };
        match self {
            Self::Whole if said.is_empty() => "does not say how the task ended".to_owned(),
            Self::Whole => said.to_owned(),
            Self::Growing(state) => {
                format!("{said}{blank}the task is {state}: more may follow")
            }
            Self::Unknown => {
                format!("{said}{blank}whether the task has ended is unknown: more may follow")
            }
            Self::Cut => format!("{said}{blank}what comes after them is unknown"),
        }
    }

    /// The error found, under a name that claims no more than what was read shows.
    pub(super) fn error<'a>(&self, failure: &'a LogFailure) -> (&'static str, Shown<'a>) {
        // An error that was logged is why a task failed only if it did fail.
        match (failure.certainty, self) {
            (Certainty::Certain, _) | (_, Self::Whole | Self::Unknown) => {
                ("failure", Shown::AsFound(failure))
            }
            (_, Self::Growing(_)) => ("last error so far", Shown::logged(failure)),
            (_, Self::Cut) => ("last error in what was read", Shown::logged(failure)),
        }
    }

    /// Whether a later call may bring more.
    pub(super) fn may_grow(&self) -> bool {
        matches!(self, Self::Growing(_) | Self::Unknown)
    }
}

/// An error as it is written.
pub(super) enum Shown<'a> {
    /// With how sure it is that the task failed for it.
    AsFound(&'a LogFailure),
    /// As one that was logged, whatever came of it.
    Logged(Box<LogFailure>),
}

impl Shown<'_> {
    fn logged(failure: &LogFailure) -> Self {
        Self::Logged(Box::new(LogFailure { certainty: Certainty::Certain, ..failure.clone() }))
    }

    pub(super) fn failure(&self) -> &LogFailure {
        match self {
            Self::AsFound(failure) => failure,
            Self::Logged(failure) => failure,
        }
    }
}

/// A try is over when the instance is, when it waits for its next try, or when there was a later
/// one.
fn is_over(instance: &TaskInstance, try_number: u32) -> bool {
    instance.try_number > try_number
        || instance.state.is_finished()
        || instance.state.as_str() == "up_for_retry"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(state: &str, try_number: u32) -> TaskInstance {
        TaskInstance { state: State::new(state), try_number, ..TaskInstance::default() }
    }

    #[test]
    fn only_a_try_that_ended_is_whole() {
        for (state, number, asked, over) in [
            ("success", 1, 1, true),
            ("running", 1, 1, false),
            ("running", 2, 1, true),
            ("up_for_retry", 1, 1, true),
            ("up_for_reschedule", 1, 1, false),
            ("deferred", 1, 1, false),
            ("brand_new_state", 1, 1, false),
        ] {
            assert_eq!(is_over(&instance(state, number), asked), over, "{state} {number} {asked}");
        }
    }

    #[test]
    fn a_log_that_grows_says_so_whatever_it_says_itself() {
        let growing = Extent::Growing(State::new("running"));
        assert_eq!(growing.outcome(Outcome::Unknown), "the task is running: more may follow");
        assert_eq!(
            growing.outcome(Outcome::Failed),
            "failed; the task is running: more may follow"
        );
        assert_eq!(Extent::Whole.outcome(Outcome::Failed), "failed");
        assert_eq!(Extent::Cut.lines(7), "7 lines read");
    }
}
