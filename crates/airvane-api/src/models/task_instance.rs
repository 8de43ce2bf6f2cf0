//! Task instances: tasks as they ran.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{RenderedFields, State, null_as_default};

/// A task instance, or one of its earlier tries.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct TaskInstance {
    /// The DAG.
    pub dag_id: String,
    /// The run.
    pub dag_run_id: String,
    /// The task.
    pub task_id: String,
    /// Which instance of a mapped task, from 0; −1 for a task that is not mapped.
    pub map_index: i64,
    /// What a person sees instead of the index, where the DAG gives it.
    pub rendered_map_index: Option<String>,
    /// The instant that its run is for.
    #[serde(alias = "execution_date")]
    pub logical_date: Option<String>,
    /// `null` until the scheduler has looked at it.
    #[serde(deserialize_with = "null_as_default")]
    pub state: State,
    /// The try this is, from 1; 0 before the first.
    #[serde(deserialize_with = "null_as_default")]
    pub try_number: u32,
    /// Tries allowed after the first.
    #[serde(deserialize_with = "null_as_default")]
    pub max_tries: i64,
    /// When the try began.
    pub start_date: Option<String>,
    /// When it ended.
    pub end_date: Option<String>,
    /// Seconds.
    pub duration: Option<f64>,
    /// Operator's class.
    pub operator: Option<String>,
    /// The operator as Airflow 3 shows it to people (`@task`, `BashOperator`).
    pub operator_name: Option<String>,
    /// Pool it takes slots of.
    pub pool: Option<String>,
    /// How many.
    pub pool_slots: Option<u32>,
    /// Executor's queue.
    pub queue: Option<String>,
    /// When it was handed to the executor.
    pub queued_when: Option<String>,
    /// When the scheduler chose it (Airflow 3).
    pub scheduled_when: Option<String>,
    /// Where it ran.
    pub hostname: Option<String>,
    /// What people wrote.
    pub note: Option<String>,
    /// What it waits for while deferred.
    pub trigger: Option<Trigger>,
    /// The triggerer that holds it.
    pub triggerer_job: Option<Job>,
    /// What its arguments were after templating; empty until it starts.
    #[serde(deserialize_with = "null_as_default")]
    pub rendered_fields: RenderedFields,
}

impl Default for TaskInstance {
    fn default() -> Self {
        Self {
            dag_id: String::new(),
            dag_run_id: String::new(),
            task_id: String::new(),
            map_index: -1,
            rendered_map_index: None,
            logical_date: None,
            state: State::default(),
            try_number: 0,
            max_tries: 0,
            start_date: None,
            end_date: None,
            duration: None,
            operator: None,
            operator_name: None,
            pool: None,
            pool_slots: None,
            queue: None,
            queued_when: None,
            scheduled_when: None,
            hostname: None,
            note: None,
            trigger: None,
            triggerer_job: None,
            rendered_fields: RenderedFields::default(),
        }
    }
}

impl TaskInstance {
    /// The operator as people know it.
    pub fn operator(&self) -> Option<&str> {
        self.operator_name.as_deref().or(self.operator.as_deref())
    }

    /// Task and index.
    pub fn key(&self) -> TaskInstanceKey {
        TaskInstanceKey { task_id: self.task_id.clone(), map_index: self.map_index }
    }
}

/// A task instance within its run: `load` or `load[137]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct TaskInstanceKey {
    /// The task.
    pub task_id: String,
    /// Which instance of a mapped task; −1 for a task that is not mapped.
    pub map_index: i64,
}

impl fmt::Display for TaskInstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.map_index {
            ..0 => f.write_str(&self.task_id),
            index => write!(f, "{}[{index}]", self.task_id),
        }
    }
}

/// What a deferred task waits for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Trigger {
    /// The trigger's class.
    pub classpath: Option<String>,
    /// Its arguments, as Python writes them.
    pub kwargs: Option<String>,
    /// Since when.
    pub created_date: Option<String>,
    /// Which triggerer took it; none means that none runs.
    pub triggerer_id: Option<i64>,
}

/// A scheduler, triggerer or dag-processor process.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Job {
    /// `SchedulerJob`, `TriggererJob`…
    pub job_type: Option<String>,
    /// `running`, `success`, `failed`.
    pub state: Option<String>,
    /// When it last said that it lives.
    pub latest_heartbeat: Option<String>,
    /// Where it runs.
    pub hostname: Option<String>,
}
