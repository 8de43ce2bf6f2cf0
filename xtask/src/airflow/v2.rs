//! Airflow 2: web server, scheduler and triggerer, with basic authentication.
//!
//! On PostgreSQL its tasks run side by side; on SQLite one by one, which is enough for a demo.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;

use super::home::{Environment, Home};
use super::{Airflow, Major, Release, Store, create_users, secret};

/// What `/health` must call healthy.
const COMPONENTS: [&str; 3] = ["metadatabase", "scheduler", "triggerer"];

/// Starts it and waits for its health.
pub(crate) fn start(
    release: &'static Release,
    home: &Home,
    store: Store,
    tell: &(dyn Fn(&str) + Sync),
) -> Result<Airflow> {
    let port = home.port()?;
    let url = home.url(port);
    let mut environment = environment(home, port, &url)?;
    let postgres = store.start()?;
    match &postgres {
        Some(server) => {
            environment.set("CORE__EXECUTOR", "LocalExecutor");
            environment.set("DATABASE__SQL_ALCHEMY_CONN", &server.sqlalchemy_url());
        }
        None => environment.set("CORE__EXECUTOR", "SequentialExecutor"),
    }
    let mut airflow = Airflow {
        major: Major::Two,
        version: release.version,
        url,
        home: home.path.clone(),
        dags: home.dags.clone(),
        passwords: BTreeMap::new(),
        environment: environment.clone(),
        processes: Vec::new(),
        postgres,
    };
    airflow.passwords = prepare_database(home, &environment, tell)?;
    tell("starting webserver, scheduler and triggerer");
    airflow.processes.push(environment.serve_unstopped("airflow-2-webserver", &["webserver"])?);
    for part in ["scheduler", "triggerer"] {
        airflow.processes.push(environment.serve(&format!("airflow-2-{part}"), &[part])?);
    }
    airflow.wait_healthy(&COMPONENTS, tell)?;
    Ok(airflow)
}

fn environment(home: &Home, port: u16, url: &str) -> Result<Environment> {
    let backends = ["basic_auth", "session"].map(|name| format!("airflow.api.auth.backend.{name}"));
    home.environment(&[
        ("API__AUTH_BACKENDS", backends.join(",")),
        ("CORE__EXECUTE_TASKS_NEW_PYTHON_INTERPRETER", "False".to_owned()),
        ("SCHEDULER__DAG_DIR_LIST_INTERVAL", "2".to_owned()),
        // Files are read again when they change; reading all of them over and over takes a core.
        ("SCHEDULER__MIN_FILE_PROCESS_INTERVAL", "600".to_owned()),
        // The scheduler does it anyway; 110 mapped task instances took twice as long.
        ("SCHEDULER__SCHEDULE_AFTER_TASK_EXECUTION", "False".to_owned()),
        ("WEBSERVER__BASE_URL", url.to_owned()),
        ("WEBSERVER__EXPOSE_CONFIG", "True".to_owned()),
        ("WEBSERVER__SECRET_KEY", secret()),
        ("WEBSERVER__WEB_SERVER_HOST", "127.0.0.1".to_owned()),
        ("WEBSERVER__WEB_SERVER_PORT", port.to_string()),
        // Two minutes are too few for two workers on a busy machine.
        ("WEBSERVER__WEB_SERVER_MASTER_TIMEOUT", "600".to_owned()),
        ("WEBSERVER__WEB_SERVER_WORKER_TIMEOUT", "300".to_owned()),
        ("WEBSERVER__WORKERS", "2".to_owned()),
    ])
}

/// Migrates the database and creates the users, unless an earlier start did.
fn prepare_database(
    home: &Home,
    environment: &Environment,
    tell: &(dyn Fn(&str) + Sync),
) -> Result<BTreeMap<String, String>> {
    let known = home.path.join("users.json");
    if let Ok(text) = std::fs::read_to_string(&known) {
        return Ok(serde_json::from_str(&text)?);
    }
    tell("preparing the database");
    // Its name of today came with 2.7; this one all know.
    environment.run("airflow-2-migrate", &["db", "upgrade"])?;
    let passwords = create_users(environment)?;
    std::fs::write(known, json!(passwords).to_string())?;
    Ok(passwords)
}
