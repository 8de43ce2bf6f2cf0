//! Plants the secrets on a real Airflow and sees them there, both by plain REST.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use crate::plant::{Plant, strings};
use crate::rest::{Major, Rest, run_path, segment};

/// The DAG that plants most of them.
pub const DAG: &str = "leaky_exports";

/// The longest its run may take, in seconds.
const PATIENCE: u64 = 400;

/// Plants all; gives the id of the run that did its part.
pub fn plant(rest: &Rest, plants: &[Plant]) -> Result<String> {
    for plant in plants {
        match (plant.place.as_str(), &plant.name, &plant.conn_id, &plant.field) {
            ("variable", Some(name), ..) => {
                rest.put("/variables", name, &json!({"key": name, "value": plant.planted()}))?;
            }
            ("connection", _, Some(id), Some(field)) => {
                let mut body = json!({"connection_id": id, "conn_type": "generic"});
                if let Some(body) = body.as_object_mut() {
                    body.insert(field.clone(), plant.planted().into());
                }
                rest.put("/connections", id, &body)?;
            }
            _ => {}
        }
    }
    let run_id = rest.trigger(DAG, &conf(plants), false)?;
    wait(rest, DAG, &run_id)?;
    notes(rest, plants, &run_id)?;
    Ok(run_id)
}

/// The conf that holds secrets.
pub fn conf(plants: &[Plant]) -> Map<String, Value> {
    let keyed = plants.iter().filter(|plant| plant.place == "conf");
    keyed.filter_map(|plant| Some((plant.key.clone()?, plant.planted().into()))).collect()
}

/// Waits until a run has ended.
pub fn wait(rest: &Rest, dag_id: &str, run_id: &str) -> Result<()> {
    let began = Instant::now();
    loop {
        let run = rest.get(&run_path(dag_id, run_id))?;
        let state = run.get("state").and_then(Value::as_str).unwrap_or_default().to_owned();
        if matches!(state.as_str(), "failed" | "success") {
            return Ok(());
        }
        if began.elapsed().as_secs() > PATIENCE {
            bail!("{dag_id} {run_id} is {state} after {PATIENCE} s");
        }
        std::thread::sleep(Duration::from_secs(2));
    }
}

fn notes(rest: &Rest, plants: &[Plant], run_id: &str) -> Result<()> {
    let set = if rest.major == Major::Two { "/setNote" } else { "" };
    for plant in plants {
        let path = match plant.place.as_str() {
            "run_note" => run_path(DAG, run_id),
            "task_note" => run_path(DAG, run_id) + "/taskInstances/connect",
            _ => continue,
        };
        let path = path + set;
        let reply = rest.send("PATCH", &path, Some(&json!({"note": plant.planted()})))?;
        if reply.status != 200 {
            bail!("PATCH {path}: {} {}", reply.status, reply.text);
        }
    }
    Ok(())
}

/// Whether plain REST shows each plant, in their order.
pub fn seen(rest: &Rest, plants: &[Plant], run_id: &str) -> Result<Vec<bool>> {
    plants.iter().map(|plant| Ok(plant.is_in(&shown(rest, plant, run_id)?))).collect()
}

/// What plain REST says of the place of a plant.
fn shown(rest: &Rest, plant: &Plant, run_id: &str) -> Result<String> {
    let run = run_path(DAG, run_id);
    let get = |path: &str| Ok(strings(&rest.get(path)?));
    match plant.place.as_str() {
        "log" => log(rest, DAG, run_id, "print_settings"),
        "error" => log(rest, DAG, run_id, "connect"),
        "xcom" => {
            let entry = format!("{run}/taskInstances/hand_over/xcomEntries/return_value");
            Ok(get(&entry)? + &get(&format!("{entry}?deserialize=true")).unwrap_or_default())
        }
        "rendered" => Ok(rest.task_instances(DAG, run_id)?.iter().map(strings).collect()),
        "params" | "doc_md" | "description" => get(&format!("/dags/{DAG}/details")),
        "task_doc_md" => get(&format!("/dags/{DAG}/tasks")),
        "conf" | "run_note" => get(&run),
        "task_note" => get(&format!("{run}/taskInstances/connect")),
        "import_error" => get("/importErrors?limit=100"),
        "source" => source(rest, DAG),
        "variable" => {
            get(&format!("/variables/{}", segment(plant.name.as_deref().unwrap_or_default())))
        }
        "connection" => {
            get(&format!("/connections/{}", segment(plant.conn_id.as_deref().unwrap_or_default())))
        }
        place => bail!("{}: nobody knows how to look at the place {place}", plant.id),
    }
}

/// The texts of a task's log.
pub fn log(rest: &Rest, dag_id: &str, run_id: &str, task_id: &str) -> Result<String> {
    let instances = rest.task_instances(dag_id, run_id)?;
    let is_it =
        |instance: &&Value| instance.get("task_id").and_then(Value::as_str) == Some(task_id);
    let Some(instance) = instances.iter().find(is_it) else { bail!("no task instance {task_id}") };
    let text = rest.log(dag_id, run_id, instance)?;
    Ok(serde_json::from_str(&text).map_or(text, |value| strings(&value)))
}

/// The text of a DAG's file.
pub fn source(rest: &Rest, dag_id: &str) -> Result<String> {
    let path = match rest.major {
        Major::Three => format!("/dagSources/{dag_id}"),
        Major::Two => {
            let dag = rest.get(&format!("/dags/{dag_id}"))?;
            let token = dag.get("file_token").and_then(Value::as_str).unwrap_or_default();
            format!("/dagSources/{token}")
        }
    };
    let reply = rest.send("GET", &path, None)?;
    if reply.status != 200 {
        bail!("GET {path}: {}", reply.status);
    }
    Ok(serde_json::from_str(&reply.text).map_or(reply.text, |value| strings(&value)))
}
