//! Questions of tasks to people (Airflow 3.1 and later).

use serde::Deserialize;

use super::{TaskInstance, null_as_default};

/// A question.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct HitlDetail {
    /// What is asked, in one line.
    pub subject: String,
    /// What may be answered.
    #[serde(deserialize_with = "null_as_default")]
    pub options: Vec<String>,
    /// Who should answer; nobody named means anybody who may.
    #[serde(deserialize_with = "null_as_default")]
    pub assigned_users: Vec<HitlUser>,
    /// Since when it is asked.
    pub created_at: Option<String>,
    /// Whether somebody answered.
    #[serde(deserialize_with = "null_as_default")]
    pub response_received: bool,
    /// The task that asks.
    pub task_instance: TaskInstance,
}

/// Somebody who should answer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct HitlUser {
    /// As people know them.
    pub name: String,
}
