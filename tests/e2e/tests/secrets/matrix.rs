//! Every kind of secret in each of eight places: 336 plants, made when the test begins.
//!
//! The DAG that holds them is written into the Airflow's folder and taken out in the end.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use airvane_e2e::env::Airflow;
use airvane_e2e::plant::{Plant, strings};
use airvane_e2e::planting;
use airvane_e2e::rest::{Rest, run_path};
use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use super::kinds::KINDS;

pub const DAG: &str = "leaky_matrix";
pub const TASKS: [&str; 3] = ["print_all", "hand_over", "render"];

const PLACES: [&str; 8] =
    ["log", "variable", "connection", "rendered", "xcom", "source", "conf", "import_error"];
const PATIENCE: Duration = Duration::from_secs(240);

/// All plants, place by place. None is twice the same.
pub fn plants() -> Vec<Plant> {
    let places = PLACES.into_iter().enumerate();
    places.flat_map(|(at, place)| (0..KINDS.len()).map(move |kind| made(at, place, kind))).collect()
}

fn made(at: usize, place: &str, number: usize) -> Plant {
    let kind = &KINDS[number];
    let (secret, mut text) = kind.make((at * KINDS.len() + number) as u64 + 1);
    if place == "variable" && text.starts_with('{') {
        // Of JSON alone, Airflow 3 itself hides what stands under the names it knows.
        text = format!("settings {text}");
    }
    let mut plant = Plant::made(kind.name, place, secret, text);
    if (kind.name, place) == ("jwt", "log") {
        // Airflow 3 cuts these out of its logs.
        plant.shown = vec![2];
    }
    let name = format!("matrix_{number:02}");
    match place {
        "variable" => plant.name = Some(name),
        "connection" if number.is_multiple_of(2) => {
            (plant.conn_id, plant.field) = (Some(name), Some("description".to_owned()));
        }
        "connection" => {
            plant = Plant::made(
                kind.name,
                place,
                plant.secret(),
                json!({"remark": plant.planted()}).to_string(),
            );
            (plant.conn_id, plant.field) = (Some(name), Some("extra".to_owned()));
        }
        _ => {}
    }
    plant
}

/// What is planted in a place, under names that tell nothing.
fn texts(plants: &[Plant], place: &str) -> Map<String, Value> {
    let there = plants.iter().filter(|plant| plant.place == place).enumerate();
    there.map(|(number, plant)| (format!("item_{number:02}"), plant.planted().into())).collect()
}

/// The conf with which the DAG is triggered.
pub fn conf(plants: &[Plant]) -> Map<String, Value> {
    texts(plants, "conf")
}

/// The DAG's files, in Airflow's folder as long as this lives.
pub struct Files(Vec<PathBuf>);

impl Files {
    pub fn write(airflow: &Airflow, plants: &[Plant]) -> Result<Self> {
        let data = json!({
            "log": texts(plants, "log"),
            "rendered": texts(plants, "rendered"),
            "xcom": texts(plants, "xcom"),
            "import_error": texts(plants, "import_error"),
        });
        let mut dag = include_str!("leaky_matrix.py").to_owned();
        for (name, text) in texts(plants, "source") {
            writeln!(dag, "{name} = r'''{}'''", text.as_str().unwrap_or_default())?;
        }
        let files = [
            ("leaky_matrix.json", data.to_string()),
            ("leaky_matrix.py", dag),
            ("leaky_matrix_broken.py", include_str!("leaky_matrix_broken.py").to_owned()),
        ];
        let mut written = Self(Vec::new());
        for (name, text) in files {
            let path = airflow.dags.join(name);
            written.0.push(path.clone());
            std::fs::write(path, text)?;
        }
        Ok(written)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // One that was never written is no matter.
        self.0.iter().for_each(|path| drop(std::fs::remove_file(path)));
    }
}

/// Runs the DAG once it is there; gives the run's id. Variables and connections are planted
/// already.
pub fn run(rest: &Rest, plants: &[Plant]) -> Result<String> {
    wait("the DAG", || {
        let dag = rest.send("GET", &format!("/dags/{DAG}"), None)?;
        let dag = (dag.status == 200).then(|| dag.json());
        Ok(dag.is_some_and(|dag| dag["is_stale"] != true && dag["is_active"] != false))
    })?;
    wait("the import error", || Ok(import_errors(rest)?.contains("leaky_matrix_broken.py")))?;
    let run_id = rest.trigger(DAG, &conf(plants), false)?;
    planting::wait(rest, DAG, &run_id)?;
    Ok(run_id)
}

fn wait(what: &str, is_there: impl Fn() -> Result<bool>) -> Result<()> {
    let until = Instant::now() + PATIENCE;
    while !is_there()? {
        if Instant::now() > until {
            bail!("{what} did not come within {} s", PATIENCE.as_secs());
        }
        std::thread::sleep(Duration::from_secs(2));
    }
    Ok(())
}

fn import_errors(rest: &Rest) -> Result<String> {
    Ok(strings(&rest.get("/importErrors?limit=100")?))
}

/// Whether plain REST shows each plant, in their order.
pub fn seen(rest: &Rest, plants: &[Plant], run_id: &str) -> Result<Vec<bool>> {
    let run = run_path(DAG, run_id);
    let entry = format!("{run}/taskInstances/hand_over/xcomEntries/return_value?deserialize=true");
    let entry = rest.get(&entry).or_else(|_| rest.get(entry.trim_end_matches("?deserialize=true")));
    let shown = [
        ("log", planting::log(rest, DAG, run_id, "print_all")?),
        ("variable", strings(&Value::Array(rest.all("/variables", "variables")?))),
        ("connection", connections(rest, plants)?),
        ("rendered", rest.task_instances(DAG, run_id)?.iter().map(strings).collect()),
        ("xcom", strings(&entry?)),
        ("source", planting::source(rest, DAG)?),
        ("conf", strings(&rest.get(&run)?)),
        ("import_error", import_errors(rest)?),
    ];
    let of = |place: &str| shown.iter().find(|(name, _)| *name == place).map(|(_, text)| text);
    Ok(plants.iter().map(|plant| of(&plant.place).is_some_and(|text| plant.is_in(text))).collect())
}

/// How many kinds plain REST shows in the place where it shows fewest.
pub fn fewest_seen(plants: &[Plant], seen: &[bool]) -> usize {
    let of = |place: &&str| {
        plants.iter().zip(seen).filter(|(plant, seen)| plant.place == **place && **seen).count()
    };
    PLACES.iter().map(of).min().unwrap_or_default()
}

fn connections(rest: &Rest, plants: &[Plant]) -> Result<String> {
    let ids = plants.iter().filter_map(|plant| plant.conn_id.as_ref());
    let mut shown = String::new();
    for id in ids {
        let connection = rest.get(&format!("/connections/{id}"))?;
        shown += &strings(&connection);
        // `extra` is JSON within JSON.
        let extra = connection["extra"].as_str().unwrap_or_default();
        shown += &strings(&serde_json::from_str(extra).unwrap_or_default());
    }
    Ok(shown)
}
