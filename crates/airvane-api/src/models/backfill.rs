//! Backfills: runs for a range of past dates (Airflow 3).

use serde::Deserialize;

use super::null_as_default;

/// A backfill.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Backfill {
    /// Number within this Airflow.
    pub id: i64,
    /// Whether none of its runs start.
    #[serde(deserialize_with = "null_as_default")]
    pub is_paused: bool,
    /// First date.
    pub from_date: Option<String>,
    /// Last date.
    pub to_date: Option<String>,
    /// Runs of it that may run at once.
    pub max_active_runs: Option<u32>,
    /// When it was done.
    pub completed_at: Option<String>,
}
