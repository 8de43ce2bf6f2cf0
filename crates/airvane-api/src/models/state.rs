//! States of runs and task instances: text, because new ones appear.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A state in Airflow's own spelling (`failed`, `up_for_retry`…).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct State(String);

impl State {
    /// A state by its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// As Airflow spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the work itself failed. `upstream_failed` is a consequence, not a failure of its
    /// own; `up_for_retry` failed and will be tried again.
    pub fn is_failure(&self) -> bool {
        self.0 == "failed"
    }

    /// Whether nothing more happens without somebody's action.
    pub fn is_finished(&self) -> bool {
        matches!(self.as_str(), "success" | "failed" | "skipped" | "upstream_failed" | "removed")
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
