//! Runs of DAGs.

use serde::Deserialize;
use serde_json::Value;

use super::{DagVersion, State, null_as_default};

/// A run of a DAG.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DagRun {
    /// The DAG.
    pub dag_id: String,
    /// The run.
    #[serde(alias = "run_id")]
    pub dag_run_id: String,
    /// `queued`, `running`, `success`, `failed`.
    #[serde(deserialize_with = "null_as_default")]
    pub state: State,
    /// `scheduled`, `manual`, `backfill`, `asset_triggered`…
    pub run_type: Option<String>,
    /// The instant that the run is for; runs without one exist since Airflow 3.
    pub logical_date: Option<String>,
    /// Not before this.
    pub run_after: Option<String>,
    /// When it was queued.
    pub queued_at: Option<String>,
    /// When its first task could start.
    pub start_date: Option<String>,
    /// When its last task ended.
    pub end_date: Option<String>,
    /// What the trigger passed.
    pub conf: Option<Value>,
    /// What people wrote.
    pub note: Option<String>,
    /// Who triggered it (Airflow 3).
    pub triggering_user_name: Option<String>,
    /// `ui`, `rest_api`, `timetable`… (Airflow 3).
    pub triggered_by: Option<String>,
    /// When the scheduler last looked at it.
    pub last_scheduling_decision: Option<String>,
    /// The versions of the DAG it ran with (Airflow 3).
    #[serde(deserialize_with = "null_as_default")]
    pub dag_versions: Vec<DagVersion>,
}
