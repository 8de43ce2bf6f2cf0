//! Assets, which Airflow 2 calls datasets.

use serde::Deserialize;
use serde_json::Value;

use super::null_as_default;

/// An asset.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asset {
    /// Number within this Airflow.
    pub id: Option<i64>,
    /// Its name; Airflow 2 knows only the URI.
    pub name: Option<String>,
    /// Its URI.
    pub uri: String,
    /// DAGs that it starts.
    #[serde(alias = "consuming_dags", deserialize_with = "null_as_default")]
    pub scheduled_dags: Vec<AssetRef>,
    /// Tasks that update it.
    #[serde(deserialize_with = "null_as_default")]
    pub producing_tasks: Vec<AssetRef>,
    /// When its entry changed.
    pub updated_at: Option<String>,
}

/// A DAG or task that an asset is tied to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AssetRef {
    /// The DAG.
    pub dag_id: String,
    /// The task, where one is meant.
    pub task_id: Option<String>,
}

/// An update of an asset.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AssetEvent {
    /// The asset.
    #[serde(alias = "dataset_id")]
    pub asset_id: Option<i64>,
    /// Its URI.
    #[serde(alias = "dataset_uri")]
    pub uri: Option<String>,
    /// When.
    pub timestamp: Option<String>,
    /// DAG that updated it.
    pub source_dag_id: Option<String>,
    /// Task that updated it.
    pub source_task_id: Option<String>,
    /// Run that updated it.
    pub source_run_id: Option<String>,
    /// Runs that it started.
    #[serde(deserialize_with = "null_as_default")]
    pub created_dagruns: Vec<Value>,
    /// What the task attached.
    pub extra: Option<Value>,
}

/// An update of an asset that a DAG has not used yet.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct QueuedAssetEvent {
    /// The asset; Airflow 2 names its URI only.
    pub asset_id: Option<i64>,
    /// Its URI.
    pub uri: Option<String>,
    /// When.
    pub created_at: Option<String>,
}
