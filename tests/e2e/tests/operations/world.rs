//! The DAGs that the calls act on, and a finished run of one. All of it goes when the test ends.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use airvane_e2e::env::Airflow;
use airvane_e2e::rest::{Major, Rest, run_path, segment};
use anyhow::{Result, bail, ensure};
use serde_json::{Map, Value};

/// Both Airflows work on the same few cores, and other tests may as well.
const PATIENCE: Duration = Duration::from_secs(600);

const DAGS: [&str; 10] = [
    "calls_clash",
    "calls_follower",
    "calls_human",
    "calls_main",
    "calls_partitioned",
    "calls_patient",
    "calls_paused",
    "calls_producer",
    "calls_short",
    "calls_switch",
];

/// What Airflow 2 has no words for.
const ONLY_3: [&str; 3] = ["calls_clash", "calls_human", "calls_partitioned"];

/// An Airflow with the DAGs in it.
pub struct World {
    pub rest: Rest,
    /// A successful run of `calls_main`.
    pub main: String,
    files: Vec<PathBuf>,
    connections: Vec<String>,
}

impl World {
    pub fn new(airflow: &Airflow) -> Result<Self> {
        let rest = Rest::login(airflow, "admin")?;
        let connections = connections(&rest)?;
        let mut world = Self { rest, main: String::new(), files: Vec::new(), connections };
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/dags");
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let file = airflow.dags.join(entry.file_name());
            std::fs::copy(entry.path(), &file)?;
            world.files.push(file);
        }
        world.wait_for_dags()?;
        world.main = world.successful_run()?;
        Ok(world)
    }

    fn wait_for_dags(&self) -> Result<()> {
        let wanted =
            DAGS.iter().filter(|dag| self.rest.major == Major::Three || !ONLY_3.contains(dag));
        for dag in wanted {
            let path = format!("/dags/{dag}");
            wait(dag, || Ok(self.rest.send("GET", &path, None)?.status == 200))?;
        }
        Ok(())
    }

    /// A new run of `calls_main`. On a busy machine a task may fail for no fault of its own.
    fn successful_run(&self) -> Result<String> {
        let until = Instant::now() + PATIENCE;
        loop {
            let run_id = self.rest.trigger("calls_main", &Map::new(), true)?;
            let path = run_path("calls_main", &run_id);
            let mut state = String::new();
            wait("calls_main", || {
                let run = self.rest.get(&path)?;
                run["state"].as_str().unwrap().clone_into(&mut state);
                Ok(matches!(&*state, "success" | "failed"))
            })?;
            if state == "success" {
                return Ok(run_id);
            }
            ensure!(Instant::now() < until, "calls_main fails again and again");
        }
    }

    /// Takes a DAG file away.
    pub fn remove(&self, name: &str) -> Result<()> {
        match self.files.iter().find(|file| file.ends_with(name)) {
            Some(file) => Ok(std::fs::remove_file(file)?),
            None => bail!("there is no file {name}"),
        }
    }
}

impl Drop for World {
    /// Other tests must not meet it. The Airflow may be gone already when a test failed for that.
    fn drop(&mut self) {
        for file in &self.files {
            let _ = std::fs::remove_file(file);
        }
        for dag in DAGS {
            let _ = self.rest.send("DELETE", &format!("/dags/{dag}"), None);
        }
        for connection in connections(&self.rest).unwrap_or_default() {
            if !self.connections.contains(&connection) {
                let path = format!("/connections/{}", segment(&connection));
                let _ = self.rest.send("DELETE", &path, None);
            }
        }
    }
}

fn connections(rest: &Rest) -> Result<Vec<String>> {
    let all = rest.all("/connections", "connections")?;
    let id = |one: &Value| Some(one.get("connection_id")?.as_str()?.to_owned());
    Ok(all.iter().filter_map(id).collect())
}

/// Looks twice a second until it is so.
pub fn wait(what: &str, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    let until = Instant::now() + PATIENCE;
    while !is_so()? {
        if Instant::now() > until {
            bail!("{what}: not within {} s", PATIENCE.as_secs());
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    Ok(())
}
