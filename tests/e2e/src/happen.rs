//! Makes incidents happen on a real Airflow, by plain REST, all at once.
//!
//! What is stuck stays so for hours and happens once on an Airflow: a run that is already where it
//! should get is taken instead of a second one.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use serde_json::{Map, Value, json};

use crate::incident::{Incident, Kind, State, Wait};
use crate::rest::{Major, Rest, run_path, segment};

/// Both Airflows work on the same two cores; the timeouts are those of one.
const SLOWER: u64 = 2;

const POLL: Duration = Duration::from_secs(3);

/// What came of an incident: the id of its run (empty where there is none).
pub type Happened = Result<String>;

/// Makes all happen; gives one result for each, in the same order.
pub fn all(rest: &Rest, incidents: &[(String, Incident)]) -> Result<Vec<Happened>> {
    for (_, incident) in incidents {
        for pool in &incident.setup.pools {
            let name = pool.get("name").and_then(Value::as_str).unwrap_or_default();
            let mut pool = pool.clone();
            // Airflow 3 changes a pool only with it; before 2.7 it is unknown.
            if rest.major == Major::Three {
                pool.entry("include_deferred").or_insert(false.into());
            }
            rest.put("/pools", name, &Value::Object(pool))?;
        }
    }
    let began = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(60);
    let mut underway: Vec<Underway> =
        incidents.iter().map(|(_, incident)| Underway::new(incident)).collect();
    loop {
        let states = states(rest, began)?;
        for one in underway.iter_mut().filter(|one| one.end.is_none()) {
            one.end = one.step(rest, &states).transpose();
        }
        if underway.iter().all(|one| one.end.is_some()) {
            break;
        }
        std::thread::sleep(POLL);
    }
    Ok(underway.into_iter().filter_map(|one| one.end).collect())
}

/// The states of all runs since then, by DAG and run, in one request for a hundred.
fn states(rest: &Rest, since: jiff::Timestamp) -> Result<HashMap<(String, String), String>> {
    let by = if rest.major == Major::Two { "execution_date_gte" } else { "run_after_gte" };
    let runs = rest.all(&format!("/dags/~/dagRuns?{by}={since:.3}"), "dag_runs")?;
    let text = |run: &Value, key: &str| run.get(key)?.as_str().map(str::to_owned);
    let one = |run| Some(((text(run, "dag_id")?, text(run, "dag_run_id")?), text(run, "state")?));
    Ok(runs.iter().filter_map(one).collect())
}

/// A run to start, and where it has to get.
struct Step {
    dag_id: String,
    conf: Map<String, Value>,
    dated: bool,
    variables: BTreeMap<String, String>,
    wait: Wait,
}

/// A run that was started, or found.
struct Started {
    step: Step,
    run_id: String,
    at: Instant,
    /// Since when it is where it should get.
    since: Option<Instant>,
}

struct Underway<'a> {
    incident: &'a Incident,
    open: VecDeque<Step>,
    current: Option<Started>,
    end: Option<Happened>,
}

impl<'a> Underway<'a> {
    fn new(incident: &'a Incident) -> Self {
        let before = incident.before.iter().map(|before| Step {
            dag_id: before.dag_id.clone().unwrap_or_else(|| incident.dag_id.clone()),
            conf: before.conf.clone(),
            dated: before.dated,
            variables: before.variables.clone(),
            wait: before.wait(),
        });
        let own = Step {
            dag_id: incident.dag_id.clone(),
            conf: incident.trigger.conf.clone(),
            dated: incident.trigger.dated,
            variables: BTreeMap::new(),
            wait: incident.wait.clone(),
        };
        Self { incident, open: before.chain([own]).collect(), current: None, end: None }
    }

    /// Starts what is next, or looks at what was started. The end, when there is one.
    fn step(
        &mut self,
        rest: &Rest,
        states: &HashMap<(String, String), String>,
    ) -> Result<Option<String>> {
        if self.incident.kind != Kind::Run {
            return Ok(Some(String::new()));
        }
        let Some(current) = &mut self.current else {
            self.start(rest)?;
            return Ok(None);
        };
        let state = states.get(&(current.step.dag_id.clone(), current.run_id.clone()));
        if current.arrived(rest, state)? {
            let run_id = std::mem::take(&mut current.run_id);
            self.current = None;
            return Ok(self.open.is_empty().then_some(run_id));
        }
        let limit = current.step.wait.timeout_s * SLOWER;
        if current.at.elapsed().as_secs() > limit {
            let (dag_id, run_id) = (&current.step.dag_id, &current.run_id);
            return Err(anyhow!("{dag_id} {run_id} is {state:?} after {limit} s"));
        }
        Ok(None)
    }

    fn start(&mut self, rest: &Rest) -> Result<()> {
        // The incident itself may have happened before: then nothing has to come before it.
        if let Some(own) = self.open.back()
            && let Some(run_id) = stuck_run(rest, &own.dag_id, &own.wait)?
        {
            self.open.drain(..self.open.len() - 1);
            self.current = self.open.pop_front().map(|step| Started::now(step, run_id));
            return Ok(());
        }
        let Some(step) = self.open.pop_front() else { return Ok(()) };
        let run_id = if let Some(run_id) = stuck_run(rest, &step.dag_id, &step.wait)? {
            run_id
        } else {
            set_variables(rest, &step.variables)?;
            rest.trigger(&step.dag_id, &step.conf, step.dated)?
        };
        self.current = Some(Started::now(step, run_id));
        Ok(())
    }
}

/// Sets variables as a person does in the UI: each leaves an entry in the audit log.
fn set_variables(rest: &Rest, variables: &BTreeMap<String, String>) -> Result<()> {
    for (key, value) in variables {
        let body = json!({"key": key, "value": value});
        rest.put("/variables", key, &body)?;
    }
    Ok(())
}

impl Started {
    fn now(step: Step, run_id: String) -> Self {
        Self { step, run_id, at: Instant::now(), since: None }
    }

    fn arrived(&mut self, rest: &Rest, state: Option<&String>) -> Result<bool> {
        let wait = &self.step.wait;
        let there = match wait.state {
            State::Failed => state.is_some_and(|state| state == "failed"),
            State::Success => state.is_some_and(|state| state == "success"),
            State::Stuck => is_stuck(rest, &self.step.dag_id, &self.run_id, wait)?,
            State::ImportError | State::NeverRun => true,
        };
        if !there {
            self.since = None;
            return Ok(false);
        }
        let since = self.since.get_or_insert_with(Instant::now);
        Ok(since.elapsed().as_secs() >= wait.for_s)
    }
}

fn is_stuck(rest: &Rest, dag_id: &str, run_id: &str, wait: &Wait) -> Result<bool> {
    if let Some(wanted) = &wait.run_state {
        let run = rest.get(&run_path(dag_id, run_id))?;
        return Ok(run.get("state").and_then(Value::as_str) == Some(wanted));
    }
    let (task, state) = (wait.task.as_deref(), wait.task_state.as_deref());
    let instances = rest.task_instances(dag_id, run_id)?;
    Ok(instances.iter().any(|instance| {
        let text = |key: &str| instance.get(key).and_then(Value::as_str);
        text("task_id") == task && Some(text("state").unwrap_or("none")) == state
    }))
}

/// A run that has not ended and is where it should get.
fn stuck_run(rest: &Rest, dag_id: &str, wait: &Wait) -> Result<Option<String>> {
    if wait.state != State::Stuck {
        return Ok(None);
    }
    let path = format!("/dags/{}/dagRuns?state=running&state=queued", segment(dag_id));
    // A DAG that is not known yet has no runs.
    let Ok(runs) = rest.all(&path, "dag_runs") else { return Ok(None) };
    for run in runs.iter().rev() {
        let run_id = run.get("dag_run_id").and_then(Value::as_str).unwrap_or_default();
        if is_stuck(rest, dag_id, run_id, wait)? {
            return Ok(Some(run_id.to_owned()));
        }
    }
    Ok(None)
}
