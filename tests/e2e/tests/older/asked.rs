//! What each tool is asked, and what its answer must name.

use std::fmt;
use std::time::{Duration, Instant};

use airvane_e2e::env::Airflow;
use airvane_e2e::mcp::Answer;
use airvane_e2e::rest::run_path;
use serde_json::{Map, Value, json};

use super::probes::{self, Probe};
use super::world::{PAUSED, VARIABLE, World};

const ASSET: &str = "s3://shop-exports/stock.parquet";

const CONNECTION: &str = "shop_warehouse";

const PUBLISHER: &str = "stock_publish";

/// None of these releases tests what it stores.
const SWEEP: &str = "test_connections";

/// No incident has an asset.
const PUBLISHER_FILE: &str = r#"
from datetime import datetime

try:
    from airflow.sdk import Asset, dag, task
except ImportError:  # Airflow 2
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def stock_publish():
    @task(outlets=[Asset("s3://shop-exports/stock.parquet")])
    def publish():
        print("published")

    publish()


stock_publish()
"#;

/// One call, with what its answer says and does not say.
pub struct Question {
    pub tool: &'static str,
    pub arguments: Value,
    says: Vec<String>,
    never: Vec<&'static str>,
    /// What is not to be had here: the answer is a refusal that names this.
    refused: Option<&'static str>,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.arguments.as_object().unwrap().keys().map(|k| &**k).collect();
        write!(f, "{}({})", self.tool, names.join(", "))
    }
}

impl Question {
    fn new(tool: &'static str, arguments: Value, says: &[&str]) -> Self {
        let says = says.iter().map(|&text| text.to_owned()).collect();
        Self { tool, arguments, says, never: Vec::new(), refused: None }
    }

    fn never(mut self, texts: &[&'static str]) -> Self {
        self.never = texts.to_vec();
        self
    }

    fn refused(mut self, is_refused: bool, name: &'static str) -> Self {
        self.refused = is_refused.then_some(name);
        self
    }

    /// What is wrong with the answer.
    pub fn faults(&self, answer: &Answer) -> Vec<String> {
        match (self.refused, answer.is_error) {
            (Some(name), true) if answer.text.contains(name) => return Vec::new(),
            (Some(name), _) => return vec![format!("does not refuse with {name:?}")],
            (None, true) => return vec!["it fails".to_owned()],
            (None, false) => {}
        }
        let missing = self.says.iter().filter(|text| !answer.text.contains(text.as_str()));
        let decoys = self.never.iter().filter(|text| answer.text.contains(**text));
        let missing = missing.map(|text| format!("does not say {text:?}"));
        missing.chain(decoys.map(|text| format!("says {text:?}"))).collect()
    }
}

/// Makes what the questions are about: a connection, an asset and an event of it, and waits for
/// the run of the failed task to end.
pub fn prepare(airflow: &Airflow, world: &World) {
    const PATIENCE: Duration = Duration::from_secs(300);
    let file = airflow.dags.join(PUBLISHER).with_extension("py");
    std::fs::write(file, PUBLISHER_FILE).unwrap();
    let rest = &world.admin;
    let connection = json!({"connection_id": CONNECTION, "conn_type": "postgres"});
    rest.put("/connections", CONNECTION, &connection).unwrap();
    let until = Instant::now() + PATIENCE;
    let wait = |done: &dyn Fn() -> bool| {
        while !done() {
            assert!(Instant::now() < until, "{PUBLISHER} or {} took too long", world.dag_id);
            std::thread::sleep(Duration::from_secs(2));
        }
    };
    let path = format!("/dags/{PUBLISHER}");
    wait(&|| rest.send("GET", &path, None).unwrap().status == 200);
    let run_id = rest.trigger(PUBLISHER, &Map::new(), false).unwrap();
    for path in [run_path(PUBLISHER, &run_id), run_path(&world.dag_id, &world.run_id)] {
        wait(&|| rest.get(&path).unwrap()["state"] == "success");
    }
}

/// Whether this Airflow is older than a minor release.
fn is_before(airflow: &Airflow, minor: (u32, u32)) -> bool {
    let mut numbers = airflow.version.split('.').map(|number| number.parse::<u32>().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap()) < minor
}

/// Every tool that reads with what shows it at its work, and the filters of the lists.
pub fn questions(airflow: &Airflow, world: &World) -> Vec<Question> {
    let probes = probes::reads(world).into_iter().filter(|probe| probe.tool != SWEEP);
    let mut questions: Vec<Question> = probes.map(|probe| plain(airflow, world, probe)).collect();
    let World { dag_id, run_id, task_id, .. } = world;
    let of_run = |more: Value| {
        let mut arguments = json!({"dag_id": dag_id, "dag_run_id": run_id});
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arguments
    };
    let later =
        if is_before(airflow, (3, 0)) { "get_task_instance_tries" } else { "list_hitl_details" };
    questions.extend([
        Question::new("list_dags", json!({"paused": true}), &[PAUSED])
            .never(&["orders_daily"])
            .refused(is_before(airflow, (2, 6)), "paused"),
        Question::new("list_dags", json!({"dag_id_pattern": "voice"}), &[dag_id])
            .never(&["orders_daily"]),
        Question::new("list_dag_runs", json!({"dag_id": dag_id, "state": ["failed"]}), &["0 runs"]),
        Question::new(
            "list_dag_runs",
            json!({"start_date_gte": "2026-01-01T00:00:00Z"}),
            &[run_id],
        ),
        Question::new("list_task_instances", of_run(json!({"state": ["failed"]})), &[task_id])
            .never(&["mail_invoices"]),
        Question::new(
            "get_task_logs",
            of_run(json!({"task_id": task_id, "grep": "odt", "context": 0})),
            &["invoice_2026.odt"],
        ),
        Question::new("get_airflow_config", json!({"section": "core"}), &["dags_folder"])
            .never(&["scheduler |"]),
        Question::new("list_asset_events", json!({"source_dag_id": PUBLISHER}), &[ASSET]),
        Question::new("clear_task_instances", of_run(json!({})), &["dry run", task_id]),
        Question::new("read_operation", json!({"operation": later}), &[])
            .refused(true, "since Airflow"),
        Question::new(SWEEP, json!({}), &[]).refused(
            true,
            if is_before(airflow, (3, 0)) { "Airflow 2 tests only" } else { "since 3.1.7" },
        ),
    ]);
    questions
}

/// A tool with the arguments it needs, and no others.
fn plain(airflow: &Airflow, world: &World, probe: Probe) -> Question {
    let World { dag_id, run_id, task_id, .. } = world;
    let says: &[&str] = match probe.tool {
        "list_failures" => &[dag_id, task_id],
        "get_task_logs" | "get_log_tail" => &["FileNotFoundError", "invoice_2026.odt"],
        "list_dags" => &["archive_mail"],
        "get_dag_details" => &[dag_id, "invoices_monthly.py"],
        "get_dag_source" => &["def render_invoices()"],
        "list_dag_runs" | "get_dag_run" => &[run_id, "success"],
        "list_tasks" => &["mail_invoices"],
        "list_task_instances" => &[task_id, "upstream_failed"],
        "list_import_errors" => &["returns_weekly.py", "convert_to_euro"],
        "list_assets" | "list_asset_events" => &[ASSET],
        "list_connections" => &[CONNECTION],
        "list_variables" | "get_variable" => &[VARIABLE],
        "list_pools" | "read_operation" => &["default_pool"],
        "find_operation" => &["list_pools"],
        "get_airflow_config" => &["core", "scheduler"],
        "get_airflow_version" => &[&airflow.version],
        "resolve_url" => &[dag_id],
        "diagnose_dag_run" => &[task_id, "FileNotFoundError", "invoice_2026.odt"],
        "explore_dag" => &[dag_id, run_id, "mail_invoices"],
        "get_task_instance" if is_before(airflow, (2, 10)) => {
            &[task_id, "state: failed", "earlier tries are unknown", "since 2.10"]
        }
        "get_task_instance" => &[task_id, "state: failed"],
        "get_system_health" => &["database healthy", "scheduler healthy", "returns_weekly.py"],
        tool => panic!("nothing is known of the answer of {tool}"),
    };
    Question::new(probe.tool, probe.arguments, says)
}
