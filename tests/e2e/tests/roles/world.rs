//! What the probes point at: a failed task instance with a log, a variable, a paused DAG.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use airvane_api::{AirflowVersion, ApiVersion, catalog};
use airvane_e2e::env::Airflow;
use airvane_e2e::rest::{Major, Rest, run_path, segment};
use serde_json::{Map, Value, json};

use super::probes::Operation;

/// Paused, so that its runs stay queued until they are deleted.
pub const PAUSED: &str = "payroll_run";

/// Fails at once when it runs.
const FAILING: &str = "invoices_monthly";

/// A variable that is there.
pub const VARIABLE: &str = "roles_probe";

/// A connection that is there, of a type whose test dials nowhere.
pub const CONNECTION: &str = "roles_probe";
pub const CONNECTION_TYPE: &str = "fs";

/// An Airflow with things in it. Its variable and its connection go with it.
pub struct World {
    pub admin: Rest,
    pub url: String,
    /// A failed task instance.
    pub dag_id: String,
    pub run_id: String,
    pub task_id: String,
    pub try_number: i64,
    pub map_index: i64,
    /// Airflow 2's name of the DAG's file.
    pub file_token: String,
    permissions: BTreeMap<String, String>,
    version: AirflowVersion,
}

impl World {
    pub fn new(airflow: &Airflow) -> Self {
        let admin = Rest::login(airflow, "admin").unwrap();
        admin.put("/variables", VARIABLE, &json!({"key": VARIABLE, "value": "1"})).unwrap();
        let connection = json!({"connection_id": CONNECTION, "conn_type": CONNECTION_TYPE});
        admin.put("/connections", CONNECTION, &connection).unwrap();
        let failed = failed(&admin);
        let text = |key: &str| failed[key].as_str().unwrap().to_owned();
        let dag_id = text("dag_id");
        let dag = admin.get(&format!("/dags/{}", segment(&dag_id))).unwrap();
        Self {
            url: airflow.url.clone(),
            run_id: text("dag_run_id"),
            task_id: text("task_id"),
            try_number: failed["try_number"].as_i64().unwrap(),
            map_index: failed["map_index"].as_i64().unwrap(),
            file_token: dag["file_token"].as_str().unwrap_or_default().to_owned(),
            permissions: permissions(admin.major),
            version: AirflowVersion::parse(&airflow.version).unwrap(),
            dag_id,
            admin,
        }
    }

    /// What Airflow's route asks for, from the catalog's facts.
    pub fn permission(&self, operation: &str) -> &str {
        self.permissions.get(operation).unwrap_or_else(|| panic!("no operation {operation}"))
    }

    /// Whether this release has the operation at all.
    pub fn has(&self, operation: &Operation) -> bool {
        let api = if self.admin.major == Major::Two { ApiVersion::V1 } else { ApiVersion::V2 };
        let endpoint = catalog::find(operation.name).and_then(|found| found.endpoint(api));
        endpoint.is_some_and(|endpoint| endpoint.since <= self.version)
    }

    /// Whether Airflow shows this to nobody, which is no matter of permissions.
    pub fn hides(&self, operation: &Operation) -> bool {
        let reply = self.admin.send(operation.method, &operation.path, None).unwrap();
        reply.status == 403 && reply.text.contains("chose not to expose")
    }

    /// A new queued run of the paused DAG.
    pub fn queued_run(&self) -> String {
        self.admin.trigger(PAUSED, &Map::new(), false).unwrap()
    }

    pub fn run_exists(&self, run_id: &str) -> bool {
        match self.admin.send("GET", &run_path(PAUSED, run_id), None).unwrap().status {
            200 => true,
            404 => false,
            status => panic!("{run_id}: {status}"),
        }
    }

    pub fn delete_run(&self, run_id: &str) {
        let reply = self.admin.send("DELETE", &run_path(PAUSED, run_id), None).unwrap();
        assert!(matches!(reply.status, 204 | 404), "{reply:?}");
    }

    pub fn is_paused(&self) -> bool {
        self.admin.get(&format!("/dags/{PAUSED}")).unwrap()["is_paused"].as_bool().unwrap()
    }

    pub fn set_paused(&self, paused: bool) {
        let body = json!({"is_paused": paused});
        let path = format!("/dags/{PAUSED}?update_mask=is_paused");
        let reply = self.admin.send("PATCH", &path, Some(&body)).unwrap();
        assert_eq!(reply.status, 200, "{reply:?}");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // The Airflow may be gone already when a test failed for that.
        let _ = self.admin.send("DELETE", &format!("/variables/{VARIABLE}"), None);
        let _ = self.admin.send("DELETE", &format!("/connections/{CONNECTION}"), None);
    }
}

/// A failed task instance that is not mapped: one that is there, or a new one.
fn failed(admin: &Rest) -> Value {
    const PATIENCE: Duration = Duration::from_secs(180);
    let look = || {
        let path = "/dags/~/dagRuns/~/taskInstances?state=failed&limit=100";
        let page = admin.get(path).unwrap();
        let found = page["task_instances"]
            .as_array()
            .unwrap()
            .iter()
            .find(|instance| instance["map_index"] == -1 && instance["dag_id"] == FAILING);
        found.cloned()
    };
    if let Some(found) = look() {
        return found;
    }
    admin.trigger(FAILING, &Map::new(), false).unwrap();
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "{FAILING} did not fail in time");
        std::thread::sleep(Duration::from_secs(2));
    }
}

fn permissions(major: Major) -> BTreeMap<String, String> {
    let api = if major == Major::Two { "v1" } else { "v2" };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog/facts");
    let mut permissions = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for (name, facts) in toml::from_str::<toml::Table>(&text).unwrap() {
            let permission = facts.get(api).and_then(|facts| facts.get("permission")?.as_str());
            permissions.extend(permission.map(|permission| (name, permission.to_owned())));
        }
    }
    permissions
}
