//! The answer to a request: a real one with other ids, states and times in it.

use std::fmt::Write as _;

use anyhow::Result;
use axum::http::Uri;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::query::Query;
use super::templates::{Templates, kind, list};
use super::world::{Instance, Run, Task, World};
use crate::rest::Major;

/// Status, media type and body.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

/// Makes answers.
pub(super) struct Answers {
    major: Major,
    world: World,
    templates: Templates,
    run: Value,
    instance: Value,
    task: Value,
}

const DAG_RUNS: &str = "dags/*/dagRuns";
const INSTANCES: &str = "dags/*/dagRuns/*/taskInstances";
const TASKS: &str = "dags/*/tasks";

impl Answers {
    pub(super) fn new(major: Major, world: World) -> Result<Self> {
        let templates = Templates::load(major)?;
        let (run, instance) = (templates.item(DAG_RUNS)?, templates.item(INSTANCES)?);
        let task = templates.item(TASKS)?;
        Ok(Self { major, world, templates, run, instance, task })
    }

    pub(super) fn to(&self, uri: &Uri) -> Reply {
        let prefix = if self.major == Major::Two { "/api/v1" } else { "/api/v2" };
        let Some(path) = uri.path().strip_prefix(prefix) else {
            return missing(uri.path());
        };
        let path = percent_decode_str(path).decode_utf8_lossy();
        let words: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        if let ["dags", dag, "dagRuns", run, "taskInstances", task, "logs", _] = words.as_slice() {
            return self.log(dag, run, task, uri.query().unwrap_or_default());
        }
        match self.json(&path, &words, uri.query().unwrap_or_default()) {
            Ok(Some(value)) => Reply::json(200, &value),
            Ok(None) => match self.templates.refused(&kind(&path)) {
                Some(status) => Reply::json(status, &json!({"detail": "Forbidden"})),
                None => missing(&path),
            },
            Err(parameter) => {
                let detail = format!("the synthetic Airflow does not know {parameter}");
                Reply::json(400, &json!({"detail": detail}))
            }
        }
    }

    fn json(&self, path: &str, words: &[&str], query: &str) -> Result<Option<Value>, String> {
        let dag = |id: &str| if id == "~" { Some(None) } else { World::dag(id).map(Some) };
        Ok(match words {
            ["version"] => {
                let version = if self.major == Major::Two { "2.11.2" } else { "3.3.2" };
                Some(json!({"version": version, "git_version": null}))
            }
            ["health"] | ["monitor", "health"] => self.health(path),
            ["dags", id, "tasks"] => World::dag(id).map(|dag| self.tasks(dag)),
            ["dags", id, "details"] | ["dags", id] => {
                World::dag(id).and_then(|dag| self.dag(dag, path))
            }
            ["dags", id, "dagRuns"] => {
                let query = Query::parse(query)?;
                dag(id).map(|dag| self.runs(dag, &query))
            }
            ["dags", id, "dagRuns", run_id] => {
                World::dag(id).and_then(|dag| World::run(dag, run_id)).map(|run| self.run(run))
            }
            ["dags", id, "dagRuns", run_id, "taskInstances"] => {
                let query = Query::parse(query)?;
                dag(id).and_then(|dag| self.instances(dag, run_id, None, &query))
            }
            ["dags", id, "dagRuns", run_id, "taskInstances", task, "listMapped"] => {
                let query = Query::parse(query)?;
                dag(id).and_then(|dag| self.instances(dag, run_id, Some(task), &query))
            }
            _ => self.nothing(path),
        })
    }

    /// What nothing is made up of: an answer of the kind, with an empty list.
    fn nothing(&self, path: &str) -> Option<Value> {
        let mut value = self.templates.whole(&kind(path))?;
        let fields = value.as_object_mut()?;
        if let Some((name, items)) = list(fields) {
            // One pool there is always.
            let kept = items.iter().filter(|item| item["name"] == "default_pool");
            let (name, kept) = (name.clone(), kept.cloned().collect::<Vec<_>>());
            set(fields, "total_entries", json!(kept.len()));
            fields.insert(name, Value::Array(kept));
        }
        Some(value)
    }

    fn health(&self, path: &str) -> Option<Value> {
        let mut value = self.templates.whole(&kind(path))?;
        let now = self.time(Timestamp::now());
        for part in value.as_object_mut()?.values_mut().filter_map(Value::as_object_mut) {
            for (name, at) in part.iter_mut() {
                if name.starts_with("latest_") && at.is_string() {
                    *at = now.clone();
                } else if name == "status" && at.is_string() {
                    *at = json!("healthy");
                }
            }
        }
        Some(value)
    }

    fn dag(&self, dag: usize, path: &str) -> Option<Value> {
        let mut value = self.templates.whole(&kind(path))?;
        let fields = value.as_object_mut()?;
        let id = World::dag_id(dag);
        set(fields, "dag_id", json!(id));
        set(fields, "dag_display_name", json!(id));
        set(fields, "fileloc", json!(format!("/opt/airflow/dags/{id}.py")));
        set(fields, "is_paused", json!(false));
        set(fields, "has_import_errors", json!(false));
        set(fields, "dag_run_timeout", Value::Null);
        Some(value)
    }

    fn tasks(&self, dag: usize) -> Value {
        let last = Run { dag, number: 0 };
        let after = |task| match task {
            Task::Extract => json!(["score"]),
            Task::Score => json!(["publish"]),
            Task::Publish => json!([]),
        };
        let one = |task: Task| {
            let mut value = self.task.clone();
            if let Some(fields) = value.as_object_mut() {
                set(fields, "task_id", json!(task.id()));
                set(fields, "task_display_name", json!(task.id()));
                set(fields, "downstream_task_ids", after(task));
                set(fields, "is_mapped", json!(task == Task::Score && last.is_large()));
            }
            value
        };
        let tasks: Vec<Value> = Task::ALL.into_iter().map(one).collect();
        self.page(TASKS, "tasks", tasks, Task::ALL.len())
    }

    fn runs(&self, dag: Option<usize>, query: &Query) -> Value {
        let wanted = |run: &Run| {
            query.wants_state(run.state())
                && query.start.holds(self.world.start(*run))
                && query.end.holds(self.world.end(*run))
        };
        let mut total = 0;
        let mut rows = Vec::new();
        // The last first, whatever order is asked for: only that is ever asked for.
        for run in self.world.runs(dag).filter(wanted) {
            if total >= query.offset && rows.len() < query.limit() {
                rows.push(self.run(run));
            }
            total += 1;
        }
        self.page(DAG_RUNS, "dag_runs", rows, total)
    }

    fn run(&self, run: Run) -> Value {
        let mut value = self.run.clone();
        let Some(fields) = value.as_object_mut() else { return value };
        let (start, end) = (self.world.start(run), self.world.end(run));
        let (id, run_id) = (World::dag_id(run.dag), World::run_id(run));
        set(fields, "dag_id", json!(id));
        set(fields, "dag_display_name", json!(id));
        set(fields, "dag_run_id", json!(run_id));
        set(fields, "state", json!(run.state()));
        set(fields, "run_type", json!("scheduled"));
        for at in ["queued_at", "start_date", "logical_date", "execution_date", "run_after"] {
            set(fields, at, self.time(start));
        }
        set(fields, "end_date", self.time(end));
        set(fields, "duration", json!(end.duration_since(start).as_secs_f64()));
        set(fields, "conf", json!({}));
        value
    }

    fn instances(
        &self,
        dag: Option<usize>,
        run_id: &str,
        task: Option<&str>,
        query: &Query,
    ) -> Option<Value> {
        let runs: Box<dyn Iterator<Item = Run>> = match (dag, run_id) {
            (dag, "~") => Box::new(self.world.runs(dag)),
            (Some(dag), run_id) => Box::new(World::run(dag, run_id).into_iter()),
            (None, _) => return None,
        };
        // No sensors, and one pool that everything runs in: nothing here holds those.
        if query.operator.is_some() || query.pool.is_some() {
            return Some(self.page(INSTANCES, "task_instances", Vec::new(), 0));
        }
        let wanted = |one: &Instance| {
            query.end.holds(self.world.instance_end(one))
                && query.duration_gte.is_none_or(|least| seconds(one) >= least)
                && task.is_none_or(|task| one.task.id() == task && one.map_index >= 0)
        };
        let among = |state: &str| query.wants_state(state);
        let found = runs.flat_map(|run| run.instances(among)).filter(wanted);
        let mut found: Vec<Instance> = found.collect();
        match query.order_by.as_deref() {
            Some("-end_date") => {
                found.sort_by_key(|one| std::cmp::Reverse(self.world.instance_end(one)));
            }
            Some("-map_index") => found.sort_by_key(|one| std::cmp::Reverse(one.map_index)),
            _ if self.major == Major::Three => found.sort_by_key(|one| one.map_index),
            // Airflow 2 gives them as the database does.
            _ => {}
        }
        let total = found.len();
        let page = found.iter().skip(query.offset).take(query.limit());
        let rows = page.map(|one| self.instance(one)).collect();
        Some(self.page(INSTANCES, "task_instances", rows, total))
    }

    fn instance(&self, instance: &Instance) -> Value {
        let mut value = self.instance.clone();
        let Some(fields) = value.as_object_mut() else { return value };
        let (id, run_id) = (World::dag_id(instance.run.dag), World::run_id(instance.run));
        let tried = instance.state != "upstream_failed";
        let end = self.world.instance_end(instance);
        let start = end - jiff::SignedDuration::from_secs(2);
        set(fields, "dag_id", json!(id));
        set(fields, "dag_display_name", json!(id));
        set(fields, "dag_run_id", json!(run_id));
        set(fields, "task_id", json!(instance.task.id()));
        set(fields, "task_display_name", json!(instance.task.id()));
        set(fields, "map_index", json!(instance.map_index));
        set(fields, "state", json!(instance.state));
        set(fields, "try_number", json!(i32::from(tried)));
        set(fields, "max_tries", json!(0));
        for (name, at) in [("start_date", start), ("end_date", end), ("queued_when", start)] {
            set(fields, name, self.time(at));
        }
        set(fields, "duration", json!(seconds(instance)));
        for none in ["trigger", "triggerer_job", "note", "rendered_map_index"] {
            set(fields, none, Value::Null);
        }
        value
    }

    /// A log as each major writes it.
    fn log(&self, dag: &str, run_id: &str, task: &str, query: &str) -> Reply {
        let index = query.split('&').find_map(|pair| pair.strip_prefix("map_index="));
        let index: i64 = index.and_then(|index| index.parse().ok()).unwrap_or(-1);
        let run = World::dag(dag).and_then(|dag| World::run(dag, run_id));
        let instance = run.and_then(|run| {
            run.instances(|_| true).find(|one| one.task.id() == task && one.map_index == index)
        });
        let Some(instance) = instance else { return missing(task) };
        let at = self.world.instance_end(&instance);
        if self.major == Major::Two { text_log(&instance, at) } else { event_log(&instance, at) }
    }

    /// A page of a kind, with what stands beside its list.
    fn page(&self, kind: &str, name: &str, rows: Vec<Value>, total: usize) -> Value {
        let mut value = self.templates.whole(kind).unwrap_or_else(|| json!({}));
        if let Some(fields) = value.as_object_mut() {
            fields.insert(name.to_owned(), Value::Array(rows));
            set(fields, "total_entries", json!(total));
        }
        value
    }

    /// As each major writes an instant.
    fn time(&self, at: Timestamp) -> Value {
        let zone = if self.major == Major::Two { "+00:00" } else { "Z" };
        json!(at.strftime(&format!("%Y-%m-%dT%H:%M:%S.%6f{zone}")).to_string())
    }
}

/// How long an instance took.
fn seconds(instance: &Instance) -> f64 {
    if instance.state == "upstream_failed" { 0.0 } else { 2.0 }
}

/// Only what the real answer has: a field that this release does not know is not made up.
fn set(fields: &mut Map<String, Value>, name: &str, value: Value) {
    if let Some(field) = fields.get_mut(name) {
        *field = value;
    }
}

fn event_log(instance: &Instance, at: Timestamp) -> Reply {
    let event = |event: &str, level: &str, logger: &str| {
        json!({"timestamp": at, "event": event, "level": level, "logger": logger,
            "filename": "task_runner.py", "lineno": 1})
    };
    let mut lines = vec![event("scoring 1200 rows", "info", "task.stdout")];
    if instance.state == "failed" {
        let mut failed = event("Task failed with exception", "error", "task");
        let detail = json!([{"exc_type": "ValueError",
            "exc_value": World::error(instance), "exc_notes": [], "is_cause": false,
            "is_group": false, "exceptions": [], "syntax_error": null,
            "frames": [{"filename": "/opt/airflow/dags/shop.py", "lineno": 31, "name": "score"}]}]);
        if let Some(fields) = failed.as_object_mut() {
            fields.insert("error_detail".to_owned(), detail);
        }
        lines.push(failed);
    }
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    let body = lines.join("\n") + "\n";
    Reply { status: 200, content_type: "application/x-ndjson", body }
}

fn text_log(instance: &Instance, at: Timestamp) -> Reply {
    let head = at.strftime("[%Y-%m-%dT%H:%M:%S.%3f+0000]").to_string();
    let mut body = format!("worker-1\n{head} {{shop.py:12}} INFO - scoring 1200 rows\n");
    if instance.state == "failed" {
        let error = World::error(instance);
        let _ = write!(
            body,
            "{head} {{taskinstance.py:3313}} ERROR - Task failed with exception\n\
             Traceback (most recent call last):\n  \
             File \"/opt/airflow/dags/shop.py\", line 31, in score\n    raise ValueError(text)\n\
             ValueError: {error}\n"
        );
    }
    Reply { status: 200, content_type: "text/plain", body }
}

fn missing(what: &str) -> Reply {
    Reply::json(404, &json!({"detail": format!("{what} was not found")}))
}

impl Reply {
    fn json(status: u16, value: &Value) -> Self {
        Self { status, content_type: "application/json", body: value.to_string() }
    }
}
