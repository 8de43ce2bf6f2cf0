//! Tasks: what a DAG's source says.

use serde::Deserialize;

use super::null_as_default;

/// A task of a DAG.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Task {
    /// Its id.
    pub task_id: String,
    /// Its operator's class.
    pub operator_name: Option<String>,
    /// Its class where Airflow 2 tells no operator name.
    pub class_ref: Option<ClassRef>,
    /// When it runs, seen from its upstream tasks.
    pub trigger_rule: Option<String>,
    /// Further tries after the first.
    pub retries: Option<f64>,
    /// Wait between tries.
    pub retry_delay: Option<TimeDelta>,
    /// Longest time for one try.
    pub execution_timeout: Option<TimeDelta>,
    /// Pool it takes slots of.
    pub pool: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Whether it expands to many instances.
    pub is_mapped: Option<bool>,
    /// Waits for its own previous run.
    #[serde(deserialize_with = "null_as_default")]
    pub depends_on_past: bool,
    /// Tasks that follow.
    #[serde(deserialize_with = "null_as_default")]
    pub downstream_task_ids: Vec<String>,
}

impl Task {
    /// The operator, however this major tells it.
    pub fn operator(&self) -> Option<&str> {
        let class = self.class_ref.as_ref().and_then(|class| class.class_name.as_deref());
        self.operator_name.as_deref().or(class)
    }
}

/// A Python class by name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ClassRef {
    /// Without its module.
    pub class_name: Option<String>,
}

/// A duration as Airflow writes it.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TimeDelta {
    /// Whole days.
    pub days: f64,
    /// Seconds beyond the days.
    pub seconds: f64,
}

impl TimeDelta {
    /// All of it in seconds.
    pub fn total_seconds(self) -> f64 {
        self.days * 86_400.0 + self.seconds
    }
}
