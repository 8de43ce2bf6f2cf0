//! Airflow 3: API server, scheduler, DAG processor and triggerer.
//!
//! SQLite does for a demo. Thirty incidents at once lock it for so long that the scheduler gives
//! up, so tests have PostgreSQL.
//!
//! The simple auth manager has two users of each role and makes up their passwords itself.

use std::collections::BTreeMap;
use std::path::Path;

use airvane_e2e::env::USERS;
use anyhow::{Context, Result};

use super::home::{Environment, Home};
use super::{Airflow, Major, Release, Store, create_users, secret};
use crate::paths;

/// What `/api/v2/monitor/health` must call healthy.
const COMPONENTS: [&str; 4] = ["metadatabase", "scheduler", "triggerer", "dag_processor"];

/// The auth manager with the users and roles of Airflow 2.
const FAB: &str = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager";

/// What makes it answer `externalLogUrl`, which a log on this machine alone has none of.
const LINKED_LOGS: &str = include_str!("linked_logs.py");

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
    if release.has_fab {
        environment.set("CORE__AUTH_MANAGER", FAB);
    }
    let postgres = store.start()?;
    tell("preparing the database");
    if let Some(server) = &postgres {
        environment.set("DATABASE__SQL_ALCHEMY_CONN", &server.sqlalchemy_url());
        environment.run("airflow-3-migrate", &["db", "migrate"])?;
    } else {
        let database = home.path.join("airflow.db");
        // Whoever finds it locked waits for a minute, not for the usual five seconds.
        let address = format!("sqlite:///{}?timeout=60", database.display());
        environment.set("DATABASE__SQL_ALCHEMY_CONN", &address);
        prepare_file(release, &database, &environment)?;
    }
    let users = release.has_fab.then(|| create_users(&environment)).transpose()?;
    tell("starting api-server, scheduler, dag-processor and triggerer");
    let mut airflow = Airflow {
        major: Major::Three,
        version: release.version,
        url,
        home: home.path.clone(),
        dags: home.dags.clone(),
        passwords: BTreeMap::new(),
        environment: linked_logs(home, &environment)?,
        processes: Vec::new(),
        postgres,
    };
    airflow.processes.push(airflow.environment.serve("airflow-3-api-server", &["api-server"])?);
    for part in ["dag-processor", "scheduler", "triggerer"] {
        airflow.processes.push(environment.serve(&format!("airflow-3-{part}"), &[part])?);
    }
    airflow.wait_healthy(&COMPONENTS, tell)?;
    airflow.passwords = users.map_or_else(|| passwords(home), Ok)?;
    Ok(airflow)
}

fn environment(home: &Home, port: u16, url: &str) -> Result<Environment> {
    let user = |name: &&str| format!("{name}:{}", name.trim_end_matches("-2"));
    let users: Vec<String> = USERS.iter().map(user).collect();
    home.environment(&[
        ("API__HOST", "127.0.0.1".to_owned()),
        ("API__PORT", port.to_string()),
        ("API__BASE_URL", url.to_owned()),
        ("API__WORKERS", "1".to_owned()),
        ("API__EXPOSE_CONFIG", "True".to_owned()),
        ("API__SECRET_KEY", secret()),
        ("API_AUTH__JWT_SECRET", secret() + &secret()),
        // Tasks report here; the default is port 8080 and they fail at once without it.
        ("CORE__EXECUTION_API_SERVER_URL", format!("{url}/execution/")),
        ("CORE__EXECUTOR", "LocalExecutor".to_owned()),
        ("CORE__SIMPLE_AUTH_MANAGER_USERS", users.join(",")),
        // A busy machine is no failed task.
        ("WORKERS__EXECUTION_API_TIMEOUT", "60".to_owned()),
        ("DAG_PROCESSOR__REFRESH_INTERVAL", "3".to_owned()),
        // Files are read again when they change; reading all of them over and over takes a core.
        ("DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL", "600".to_owned()),
        // On a busy machine the API server takes longer than five seconds, and tasks stay queued.
        ("WORKERS__EXECUTION_API_TIMEOUT", "60".to_owned()),
    ])
}

/// The environment of the API server: whoever only reads logs may say where else they are.
fn linked_logs(home: &Home, environment: &Environment) -> Result<Environment> {
    let folder = home.path.join("config");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("linked_logs.py"), LINKED_LOGS)?;
    let mut served = environment.clone();
    served.set("LOGGING__LOGGING_CONFIG_CLASS", "linked_logs.LOGGING_CONFIG");
    Ok(served)
}

/// Migrating an empty database takes many seconds, copying the result none.
fn prepare_file(release: &Release, database: &Path, environment: &Environment) -> Result<()> {
    if database.exists() {
        return Ok(());
    }
    let template = paths::folder("templates")?.join(format!("airflow-{}.db", release.version));
    if !template.exists() {
        environment.run("airflow-3-migrate", &["db", "migrate"])?;
        let half = template.with_extension("half");
        std::fs::copy(database, &half)?;
        std::fs::rename(half, &template)?;
        return Ok(());
    }
    std::fs::copy(&template, database)?;
    Ok(())
}

fn passwords(home: &Home) -> Result<BTreeMap<String, String>> {
    let path = home.path.join("simple_auth_manager_passwords.json.generated");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}
