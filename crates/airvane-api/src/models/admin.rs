//! What administrators look at: health, import errors, pools, connections, variables, settings.

use serde::Deserialize;
use serde_json::Value;

use super::null_as_default;

/// The release.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Version {
    /// For example `3.3.2`.
    pub version: String,
    /// Git revision of the build.
    pub git_version: Option<String>,
}

/// Health of the parts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Health {
    /// The database.
    pub metadatabase: Option<HealthPart>,
    /// The scheduler.
    pub scheduler: Option<HealthPart>,
    /// The triggerer.
    pub triggerer: Option<HealthPart>,
    /// The DAG processor, where it runs on its own.
    pub dag_processor: Option<HealthPart>,
}

/// One part.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct HealthPart {
    /// `healthy`, `unhealthy`, or none where none is expected to run.
    pub status: Option<String>,
    /// Last sign of life.
    #[serde(
        alias = "latest_scheduler_heartbeat",
        alias = "latest_triggerer_heartbeat",
        alias = "latest_dag_processor_heartbeat"
    )]
    pub latest_heartbeat: Option<String>,
}

/// A DAG file that does not import.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ImportError {
    /// Number within this Airflow.
    pub import_error_id: Option<i64>,
    /// When it was seen.
    pub timestamp: Option<String>,
    /// The file.
    pub filename: String,
    /// Python's words.
    pub stack_trace: String,
}

/// Something Airflow warns of about a DAG.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DagWarning {
    /// The DAG.
    pub dag_id: String,
    /// Kind.
    pub warning_type: String,
    /// Airflow's words.
    pub message: String,
}

/// A pool of slots.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Slots in all; −1 means no limit.
    pub slots: i64,
    /// Taken by running and queued tasks.
    pub occupied_slots: i64,
    /// Taken by running tasks.
    pub running_slots: i64,
    /// Taken by queued tasks.
    pub queued_slots: i64,
    /// Wanted by tasks that wait for the scheduler.
    pub scheduled_slots: i64,
    /// Free.
    pub open_slots: i64,
    /// Held by deferred tasks.
    pub deferred_slots: i64,
    /// What it is for.
    pub description: Option<String>,
}

/// A connection without its secrets: `password` and `extra` are not decoded at all.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Connection {
    /// Its id.
    pub connection_id: String,
    /// For example `postgres`.
    pub conn_type: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Host.
    pub host: Option<String>,
    /// User.
    pub login: Option<String>,
    /// Database or the like.
    pub schema: Option<String>,
    /// Port.
    pub port: Option<u32>,
}

/// A variable.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Variable {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: Option<Value>,
    /// What it is for.
    pub description: Option<String>,
}

/// An entry of the audit log.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EventLog {
    /// When.
    pub when: Option<String>,
    /// What.
    pub event: String,
    /// Who.
    pub owner: Option<String>,
    /// Which DAG.
    pub dag_id: Option<String>,
    /// Which task.
    pub task_id: Option<String>,
    /// Which run.
    pub run_id: Option<String>,
    /// Which instance of a mapped task.
    pub map_index: Option<i64>,
    /// Further detail.
    pub extra: Option<String>,
}

/// Airflow's configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    /// `[core]`, `[scheduler]`…
    #[serde(deserialize_with = "null_as_default")]
    pub sections: Vec<ConfigSection>,
}

/// A section.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConfigSection {
    /// Its name.
    pub name: String,
    /// Its options.
    #[serde(deserialize_with = "null_as_default")]
    pub options: Vec<ConfigOption>,
}

/// An option.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConfigOption {
    /// Its key.
    pub key: String,
    /// Its value; a list where several sources give one.
    pub value: Value,
}
