//! The synthetic Airflow answers in the shapes of the real ones: on every route that it makes up,
//! the same names, the same kinds of values, instants where there are instants, and no parameter
//! that the real one does not know.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on fails")]

use std::collections::BTreeMap;

use airvane_e2e::env::{Airflow, TestEnv};
use airvane_e2e::on_both_majors;
use airvane_e2e::rest::{Major, Rest, run_path};
use airvane_e2e::synthetic::Synthetic;
use airvane_e2e::synthetic::world::{self, World};
use serde_json::Value;

on_both_majors!(the_synthetic_airflow_has_the_shapes_of_the_real_one);

/// A DAG with a mapped task that failed, and that task.
const MAPPED: (&str, &str) = ("customer_sync", "send_batch");

/// Fields whose names are a user's.
const FREE: [&str; 6] =
    ["conf", "rendered_fields", "params", "default_args", "owner_links", "executor_config"];

fn the_synthetic_airflow_has_the_shapes_of_the_real_one(_: &TestEnv, airflow: &Airflow) {
    let real = Rest::login(airflow, "admin").unwrap();
    let run = real.last_run(MAPPED.0).unwrap();
    let synthetic = Synthetic::start(real.major).unwrap();
    let made_up = Rest::anonymous(real.major, &synthetic.url);
    let dag = World::dag_id(world::SOME_FAILED);
    let last = World::run_id(world::Run { dag: world::SOME_FAILED, number: 0 });
    let theirs = [MAPPED.0.to_owned(), run_path(MAPPED.0, &run), MAPPED.1.to_owned()];
    let ours = [dag.clone(), run_path(&dag, &last), world::Task::Score.id().to_owned()];
    let mut compared = 0;
    for route in routes(real.major) {
        let path = |[dag, run, task]: &[String; 3]| {
            route.replace("{run}", run).replace("{dag}", dag).replace("{task}", task)
        };
        let (theirs, ours) =
            (real.get(&path(&theirs)).unwrap(), made_up.get(&path(&ours)).unwrap());
        let mut differences = Vec::new();
        compare("", &shape(&theirs), &shape(&ours), &mut differences);
        assert!(differences.is_empty(), "{route}: {differences:#?}");
        compared += 1;
    }
    eprintln!("{:?}: {compared} routes have the shapes of the real ones", real.major);
    let [theirs, ours] =
        [(&real, &theirs), (&made_up, &ours)].map(|(rest, names)| log(rest, names));
    for part in ["checksum", "scoring"] {
        assert!(ours.contains(part), "{ours}");
    }
    assert_eq!(kinds_of_lines(&theirs).0, kinds_of_lines(&ours).0, "{ours}");
    let unknown: Vec<_> = kinds_of_lines(&ours).1.into_iter().collect();
    let known = kinds_of_lines(&theirs).1;
    assert!(unknown.iter().all(|name| known.contains(name)), "{unknown:?} not all in {known:?}");
}

fn routes(major: Major) -> Vec<&'static str> {
    let mut routes = vec![
        "/version",
        "/dags/{dag}/details",
        "/dags/{dag}/tasks",
        "/dags/{dag}/dagRuns?order_by=-start_date&limit=3",
        "/dags/~/dagRuns?state=failed&limit=3",
        "{run}",
        "{run}/taskInstances?limit=3",
        "{run}/taskInstances?state=failed&limit=3&offset=0",
        "{run}/taskInstances/{task}/listMapped?state=failed&order_by=-map_index&limit=1",
        "/dags/~/dagRuns/~/taskInstances?state=failed&limit=3",
        "/importErrors?limit=3",
        "/dagWarnings?limit=3",
        "/pools?limit=3",
    ];
    routes.extend(match major {
        Major::Two => ["/health", "/datasets?limit=3"].as_slice(),
        Major::Three => &[
            "/monitor/health",
            "/assets?limit=3",
            // On Airflow 2 the user that recorded may not see them.
            "/eventLogs?limit=3",
            "{run}/taskInstances?state=failed&order_by=map_index&limit=3",
            "/dags/~/dagRuns/~/taskInstances?state=failed&order_by=-end_date&limit=3",
        ],
    });
    routes
}

/// What kind of value stands where.
#[derive(Debug)]
enum Shape {
    /// Null, or a list without items: any kind may be meant.
    Unknown,
    Bool,
    Number,
    Text,
    Instant,
    List(Box<Shape>),
    Object(BTreeMap<String, Shape>),
}

fn shape(value: &Value) -> Shape {
    match value {
        Value::Null => Shape::Unknown,
        Value::Bool(_) => Shape::Bool,
        Value::Number(_) => Shape::Number,
        Value::String(text) if text.parse::<jiff::Timestamp>().is_ok() => Shape::Instant,
        Value::String(_) => Shape::Text,
        Value::Array(items) => {
            let items = items.iter().map(shape).reduce(either).unwrap_or(Shape::Unknown);
            Shape::List(Box::new(items))
        }
        Value::Object(fields) => Shape::Object(
            fields
                .iter()
                .map(|(name, value)| {
                    let free = FREE.contains(&name.as_str());
                    (name.clone(), if free { Shape::Unknown } else { shape(value) })
                })
                .collect(),
        ),
    }
}

/// Of two items of a list.
fn either(one: Shape, other: Shape) -> Shape {
    match (one, other) {
        (Shape::Unknown, other) => other,
        (Shape::Object(mut one), Shape::Object(other)) => {
            for (name, shape) in other {
                let before = one.remove(&name).unwrap_or(Shape::Unknown);
                one.insert(name, either(before, shape));
            }
            Shape::Object(one)
        }
        (one, _) => one,
    }
}

fn compare(at: &str, theirs: &Shape, ours: &Shape, differences: &mut Vec<String>) {
    match (theirs, ours) {
        (Shape::Unknown, _) | (_, Shape::Unknown) => {}
        (Shape::List(theirs), Shape::List(ours)) => {
            compare(&format!("{at}[]"), theirs, ours, differences);
        }
        (Shape::Object(theirs), Shape::Object(ours)) => {
            for (name, shape) in theirs {
                match ours.get(name) {
                    Some(own) => compare(&format!("{at}.{name}"), shape, own, differences),
                    None => differences.push(format!("{at}.{name} is missing")),
                }
            }
            let made_up = ours.keys().filter(|name| !theirs.contains_key(*name));
            differences.extend(made_up.map(|name| format!("{at}.{name} is made up")));
        }
        (theirs, ours) if std::mem::discriminant(theirs) == std::mem::discriminant(ours) => {}
        (theirs, ours) => differences.push(format!("{at}: {theirs:?} there, {ours:?} here")),
    }
}

/// The log of a failed instance, as a diagnosis asks for it.
fn log(rest: &Rest, [_, run, task]: &[String; 3]) -> String {
    let failed = "state=failed&order_by=-map_index&limit=1";
    let page = rest.get(&format!("{run}/taskInstances/{task}/listMapped?{failed}")).unwrap();
    let index = &page["task_instances"][0]["map_index"];
    let accept = if rest.major == Major::Two { "text/plain" } else { "application/x-ndjson" };
    let path = format!("{run}/taskInstances/{task}/logs/1?map_index={index}&full_content=true");
    let reply = rest.send_with("GET", &path, &[("Accept", accept.to_owned())], None).unwrap();
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply.text
}

/// Whether lines are objects or texts, and which names an event and an error have.
fn kinds_of_lines(log: &str) -> (bool, Vec<String>) {
    let events: Vec<Value> =
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let mut names: Vec<String> = Vec::new();
    for event in &events {
        names.extend(event.as_object().into_iter().flatten().map(|(name, _)| name.clone()));
        for error in event["error_detail"].as_array().into_iter().flatten() {
            names.extend(error.as_object().unwrap().keys().map(|name| format!("error.{name}")));
        }
    }
    names.sort_unstable();
    names.dedup();
    (!events.is_empty(), names)
}
