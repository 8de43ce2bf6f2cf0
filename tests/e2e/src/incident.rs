//! The expectations of `incidents/expect`, as `incidents/README.md` describes them. A key that is
//! not understood here is an error, so that nothing is expected in vain.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::rest::Major;

/// One incident, for one major.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// What happened, in one line.
    pub title: String,
    /// The DAG.
    pub dag_id: String,
    /// Whether there is no DAG to run, or no run to start.
    #[serde(default)]
    pub kind: Kind,
    /// The majors that can have it; both if not given.
    pub majors: Option<Vec<u8>>,
    /// What has to exist before.
    #[serde(default)]
    pub setup: Setup,
    /// Runs before this one.
    #[serde(default)]
    pub before: Vec<Before>,
    /// How the run is started.
    #[serde(default)]
    pub trigger: Trigger,
    /// When it has happened.
    pub wait: Wait,
    /// What has to be said.
    #[serde(default)]
    pub answer: Expected,
}

/// What an incident begins with.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A run.
    #[default]
    Run,
    /// A file that does not import.
    ImportError,
    /// A DAG without any run.
    NeverRun,
}

/// What has to exist before.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// Pools, as the API takes them.
    #[serde(default)]
    pub pools: Vec<Map<String, Value>>,
}

/// A run before the incident's own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "as in `Trigger` and `Wait`")]
pub struct Before {
    pub dag_id: Option<String>,
    #[serde(default)]
    pub conf: Map<String, Value>,
    #[serde(default)]
    pub dated: bool,
    /// Variables to set right before it is started.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    pub state: State,
    pub task: Option<String>,
    pub task_state: Option<String>,
    pub run_state: Option<String>,
    #[serde(default)]
    pub for_s: u64,
    #[serde(default = "five_minutes")]
    pub timeout_s: u64,
}

/// How a run is started.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// Its conf.
    #[serde(default)]
    pub conf: Map<String, Value>,
    /// Whether it has a logical date.
    #[serde(default)]
    pub dated: bool,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The run failed.
    Failed,
    /// The run succeeded.
    Success,
    /// The run does not go on.
    Stuck,
    /// Airflow knows of the broken file.
    ImportError,
    /// There is no run.
    NeverRun,
}

/// When it has happened.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// The state to wait for.
    pub state: State,
    /// Stuck: the task …
    pub task: Option<String>,
    /// … that is in this state (`none`: in no state yet).
    pub task_state: Option<String>,
    /// Stuck without a task: the run is in this state.
    pub run_state: Option<String>,
    /// For so many seconds.
    #[serde(default)]
    pub for_s: u64,
    /// Seconds after which it is given up.
    #[serde(default = "five_minutes")]
    pub timeout_s: u64,
}

fn five_minutes() -> u64 {
    300
}

impl Before {
    /// When this run has got where it should.
    pub fn wait(&self) -> Wait {
        Wait {
            state: self.state,
            task: self.task.clone(),
            task_state: self.task_state.clone(),
            run_state: self.run_state.clone(),
            for_s: self.for_s,
            timeout_s: self.timeout_s,
        }
    }
}

/// What has to be said.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The first task that is named.
    pub first_task: Option<String>,
    /// Its map index.
    pub map_index: Option<i64>,
    /// How many mapped task instances share the error.
    pub instances: Option<u64>,
    /// To the letter.
    pub error: Option<String>,
    /// And no more than once.
    #[serde(default)]
    pub once: bool,
    /// As well.
    #[serde(default)]
    pub says: Vec<String>,
    /// Only after the error, if at all.
    #[serde(default)]
    pub later: Vec<String>,
    /// Decoys.
    #[serde(default)]
    pub never: Vec<String>,
    /// The file that must be named.
    pub file: Option<String>,
}

/// The folder with the incidents.
pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../incidents"))
}

/// All incidents with their names, for one major.
pub fn all(major: Major) -> Result<Vec<(String, Incident)>> {
    let mut incidents = Vec::new();
    for entry in std::fs::read_dir(folder().join("expect"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path)?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let incident = read(&text, major).context(name.clone())?;
            let number = if major == Major::Two { 2 } else { 3 };
            if incident.majors.as_ref().is_none_or(|majors| majors.contains(&number)) {
                incidents.push((name, incident));
            }
        }
    }
    incidents.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(incidents)
}

/// One expectation, with what the major replaces.
fn read(text: &str, major: Major) -> Result<Incident> {
    let mut table: toml::Table = text.parse()?;
    let (mine, other) = match major {
        Major::Two => ("major2", "major3"),
        Major::Three => ("major3", "major2"),
    };
    table.remove(other);
    if let Some(toml::Value::Table(replaced)) = table.remove(mine) {
        for (section, keys) in replaced {
            let place = table.entry(section).or_insert_with(|| toml::Table::new().into());
            match (place, keys) {
                (toml::Value::Table(place), toml::Value::Table(keys)) => place.extend(keys),
                (place, keys) => *place = keys,
            }
        }
    }
    Ok(table.try_into()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_major_replaces_keys() {
        let text = "title = 't'\ndag_id = 'd'\n[wait]\nstate = 'failed'\n[answer]\nfirst_task = 'a'\n\
                    error = 'x'\n[major2.answer]\nerror = 'y'\n";
        let (two, three) = (read(text, Major::Two).unwrap(), read(text, Major::Three).unwrap());
        assert_eq!(
            (two.answer.error.as_deref(), three.answer.error.as_deref()),
            (Some("y"), Some("x"))
        );
        assert_eq!(two.answer.first_task.as_deref(), Some("a"));
        assert!(read(&text.replace("first_task", "task_first"), Major::Two).is_err());
    }

    #[test]
    fn every_expectation_is_understood() {
        for major in [Major::Two, Major::Three] {
            assert!(all(major).unwrap().len() >= 12);
        }
    }
}
