//! DAGs, their source and their versions.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{TimeDelta, null_as_default};

/// A DAG, from a list or in detail: the detail fields are `None` in a list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Dag {
    /// Its id.
    pub dag_id: String,
    /// Whether the scheduler starts no runs of it.
    #[serde(deserialize_with = "null_as_default")]
    pub is_paused: bool,
    /// Airflow 3: not seen in any file any more.
    pub is_stale: Option<bool>,
    /// Airflow 2: the opposite.
    pub is_active: Option<bool>,
    /// Whether its file fails to import now.
    #[serde(deserialize_with = "null_as_default")]
    pub has_import_errors: bool,
    /// Where its file is.
    pub fileloc: Option<String>,
    /// What Airflow 2 asks for to show the source.
    pub file_token: Option<String>,
    /// In its author's words.
    pub description: Option<String>,
    /// Airflow 3's schedule, short (`0 3 * * *`, `None`, `Asset`).
    pub timetable_summary: Option<String>,
    /// Airflow 2's schedule: a cron expression, an interval object or null.
    pub schedule_interval: Option<Value>,
    /// The schedule in words.
    pub timetable_description: Option<String>,
    /// Labels.
    #[serde(deserialize_with = "null_as_default")]
    pub tags: Vec<Tag>,
    /// Who owns its tasks.
    #[serde(deserialize_with = "null_as_default")]
    pub owners: Vec<String>,
    /// Task instances of it that may run at once, over all its runs.
    pub max_active_tasks: Option<u32>,
    /// Runs of it that may run at once.
    pub max_active_runs: Option<u32>,
    /// When the next run may start.
    #[serde(alias = "next_dagrun_create_after")]
    pub next_dagrun_run_after: Option<String>,
    /// When the file was last read.
    pub last_parsed_time: Option<String>,
    /// Whether missed intervals are made up for. Detail.
    pub catchup: Option<bool>,
    /// Documentation. Detail.
    pub doc_md: Option<String>,
    /// First date it is scheduled for. Detail.
    pub start_date: Option<String>,
    /// Parameters with their defaults. Detail.
    pub params: Option<Value>,
    /// Longest time of a run: ISO 8601 on Airflow 3, an object of days and seconds on 2. Detail.
    pub dag_run_timeout: Option<Value>,
    /// Time zone of its schedule. Detail.
    pub timezone: Option<String>,
    /// What assets it waits for. Detail.
    #[serde(alias = "dataset_expression")]
    pub asset_expression: Option<Value>,
    /// The latest version of its structure (Airflow 3). Detail.
    pub latest_dag_version: Option<DagVersion>,
    /// Runs that are running now (Airflow 3.1 and later). Detail.
    pub active_runs_count: Option<u32>,
}

impl Dag {
    /// The schedule in its shortest known form.
    pub fn schedule(&self) -> Option<String> {
        if let Some(summary) = &self.timetable_summary {
            return Some(summary.clone());
        }
        match self.schedule_interval.as_ref()? {
            Value::String(cron) => Some(cron.clone()),
            Value::Object(interval) => interval
                .get("value")
                .and_then(Value::as_str)
                .map_or_else(|| self.timetable_description.clone(), |cron| Some(cron.to_owned())),
            _ => None,
        }
    }

    /// Longest time of a run, in seconds, if there is one.
    pub fn run_timeout_seconds(&self) -> Option<f64> {
        match self.dag_run_timeout.as_ref()? {
            Value::String(iso) => Some(iso.parse::<SignedDuration>().ok()?.as_secs_f64()),
            object @ Value::Object(_) => Some(TimeDelta::deserialize(object).ok()?.total_seconds()),
            other => other.as_f64(),
        }
    }

    /// Whether no DAG file defines it any more.
    pub fn is_gone(&self) -> bool {
        self.is_stale.unwrap_or(false) || !self.is_active.unwrap_or(true)
    }
}

/// A label of a DAG.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Tag {
    /// The label.
    pub name: String,
}

/// A DAG's source.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DagSource {
    /// The file.
    pub content: Option<String>,
    /// Which version of the DAG it is (Airflow 3).
    pub version_number: Option<u32>,
}

/// A version of a DAG's structure (Airflow 3).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DagVersion {
    /// Counted from 1.
    pub version_number: Option<u32>,
    /// For example a git revision.
    pub bundle_version: Option<String>,
    /// When Airflow first saw it.
    pub created_at: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_longest_time_of_a_run_is_read_on_both_majors() {
        let seconds = |timeout: Value| {
            let dag = Dag { dag_run_timeout: Some(timeout), ..Dag::default() };
            dag.run_timeout_seconds()
        };
        assert_eq!(seconds(json!("PT1M30S")), Some(90.0));
        assert_eq!(
            seconds(json!({"__type": "TimeDelta", "days": 1, "seconds": 5})),
            Some(86_405.0)
        );
        assert_eq!(seconds(json!(25)), Some(25.0));
        assert_eq!(seconds(json!("soon")), None);
    }
}
