//! Real Airflows on this machine: one each of the two major versions.
//!
//! `releases` brings the programs, `v2` and `v3` start them; here is what both have in common: a
//! home, users with their roles, processes that end with this value, and a little of the API.

mod home;
mod releases;
mod v2;
mod v3;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use airvane_e2e::env::USERS;
use anyhow::{Context, Result, bail};
use base64::Engine as _;
use clap::ValueEnum;
use serde_json::{Value, json};

use home::Environment;
pub(crate) use home::{Home, free_port};
pub(crate) use releases::{OLDER, Release, with_plugin};

use crate::http::Client;
use crate::postgres::Postgres;
use crate::process::{self, Group};
use crate::{paths, stop};

/// Which Airflow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Major {
    /// Airflow 2.11.2.
    #[value(name = "2")]
    Two,
    /// Airflow 3.3.2.
    #[value(name = "3")]
    Three,
}

impl Major {
    /// The release that we test with and show.
    fn release(self) -> &'static Release {
        match self {
            Self::Two => &releases::TWO,
            Self::Three => &releases::THREE,
        }
    }

    /// The exact release.
    pub(crate) fn version(self) -> &'static str {
        self.release().version
    }

    /// Where its API begins.
    pub(crate) fn api(self) -> &'static str {
        match self {
            Self::Two => "/api/v1",
            Self::Three => "/api/v2",
        }
    }

    /// Where its health is told to everybody.
    pub(crate) fn health(self) -> &'static str {
        match self {
            Self::Two => "/health",
            Self::Three => "/api/v2/monitor/health",
        }
    }
}

/// A running Airflow; dropping it ends it.
pub(crate) struct Airflow {
    pub(crate) major: Major,
    version: &'static str,
    pub(crate) url: String,
    pub(crate) home: PathBuf,
    pub(crate) dags: PathBuf,
    /// Passwords by user; the first of a role has the role's name.
    pub(crate) passwords: BTreeMap<String, String>,
    /// Of its web server.
    environment: Environment,
    processes: Vec<Group>,
    /// After `processes`: the database ends last.
    postgres: Option<Postgres>,
}

/// What an Airflow keeps its state in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Store {
    /// A file, and on Airflow 2 tasks run one by one: for a demo.
    Sqlite,
    /// A server of its own.
    Postgres,
}

/// Installs one Airflow with a package besides; returns the `bin` of its environment.
pub(crate) fn install_beside(major: Major, package: &str) -> Result<PathBuf> {
    major.release().install_beside(package)
}

/// Installs one Airflow with a wheel of ours; returns the `bin` of its environment.
pub(crate) fn install_with(major: Major, wheel: &Path) -> Result<PathBuf> {
    major.release().install_with(wheel)
}

/// Installs one Airflow, or finds it installed; returns the `bin` of its environment.
pub(crate) fn install(major: Major) -> Result<PathBuf> {
    major.release().install()
}

/// Starts an Airflow and returns when it is healthy. `tell` hears what is being waited for.
pub(crate) fn start(
    major: Major,
    home: &Home,
    store: Store,
    tell: &(dyn Fn(&str) + Sync),
) -> Result<Airflow> {
    major.release().start(home, store, tell)
}

impl Store {
    /// The server, where it takes one.
    fn start(self) -> Result<Option<Postgres>> {
        match self {
            Self::Sqlite => Ok(None),
            Self::Postgres => Postgres::start().map(Some).context("PostgreSQL"),
        }
    }
}

impl Airflow {
    /// The password of a role's user.
    pub(crate) fn password(&self, role: &str) -> Result<&str> {
        self.passwords.get(role).map(String::as_str).with_context(|| format!("no user {role}"))
    }

    /// An API client that acts as the user of a role.
    pub(crate) fn client(&self, role: &str) -> Result<Client> {
        let password = self.password(role)?;
        let plain = Client::new(&self.url);
        if self.major == Major::Two {
            let pair =
                base64::engine::general_purpose::STANDARD.encode(format!("{role}:{password}"));
            return Ok(plain.authorized(format!("Basic {pair}")));
        }
        Ok(plain.authorized(format!("Bearer {}", self.token(role)?)))
    }

    /// A token of Airflow 3 for the user of a role.
    pub(crate) fn token(&self, role: &str) -> Result<String> {
        let login = json!({"username": role, "password": self.password(role)?});
        let answer = Client::new(&self.url).send("POST", "/auth/token", &login)?;
        let token = answer.body["access_token"].as_str().map(str::to_owned);
        token.with_context(|| format!("/auth/token answered {}", answer.status))
    }

    /// Waits until every component reports itself healthy.
    fn wait_healthy(&mut self, components: &[&str], tell: &(dyn Fn(&str) + Sync)) -> Result<()> {
        let client = Client::new(&self.url);
        let path = self.major.health();
        let mut told = String::new();
        stop::wait_for("a healthy Airflow", Duration::from_secs(400), || {
            self.assert_running()?;
            // Refused connections are what a start looks like from outside.
            let health = client.get(path).map_or(Value::Null, |answer| answer.body);
            let missing = unhealthy(&health, components);
            if missing.is_empty() {
                return Ok(Some(()));
            }
            let waits_for = missing.join(", ");
            if told != waits_for {
                tell(&format!("waiting for {waits_for}"));
                told = waits_for;
            }
            Ok(None)
        })
    }

    /// Starts a second web server of Airflow 3 on the same database, with the programs of another
    /// environment. Returns its address once it answers.
    pub(crate) fn serve_beside(&mut self, bin: &Path) -> Result<String> {
        let port = free_port()?;
        let url = format!("http://127.0.0.1:{port}");
        let mut environment = self.environment.clone();
        environment.set("API__PORT", &port.to_string());
        environment.set("API__BASE_URL", &url);
        environment.take_programs_of(bin);
        self.processes.push(environment.serve("airflow-3-second-api-server", &["api-server"])?);
        let client = Client::new(&url);
        stop::wait_for("the second web server", Duration::from_secs(120), || {
            self.assert_running()?;
            let answers = client.get(self.major.health()).is_ok_and(|answer| answer.status == 200);
            Ok(answers.then_some(()))
        })?;
        Ok(url)
    }

    /// The processes of its web servers, in the order in which they were started.
    pub(crate) fn pids(&mut self) -> Vec<u32> {
        self.processes.iter_mut().map(|group| group.child().id()).collect()
    }

    /// Fails when one of its processes has ended.
    pub(crate) fn assert_running(&mut self) -> Result<()> {
        self.processes.iter_mut().try_for_each(Group::assert_running)
    }

    /// Waits until the DAG files are read and these DAGs are known.
    pub(crate) fn wait_for_dags(&self, dag_ids: &[String]) -> Result<()> {
        let client = self.client("admin")?;
        for dag_id in dag_ids {
            let path = format!("{}/dags/{dag_id}", self.major.api());
            stop::wait_for(&format!("DAG {dag_id}"), Duration::from_secs(120), || {
                Ok((client.get(&path)?.status == 200).then_some(()))
            })?;
        }
        Ok(())
    }

    /// Unpauses a DAG and starts a run of it; returns the run's id.
    pub(crate) fn trigger(&self, client: &Client, dag_id: &str) -> Result<String> {
        let dag = format!("{}/dags/{dag_id}", self.major.api());
        client.send("PATCH", &dag, &json!({"is_paused": false}))?;
        let body = match self.major {
            Major::Two => json!({}),
            Major::Three => json!({"logical_date": null}),
        };
        let answer = client.send("POST", &format!("{dag}/dagRuns"), &body)?;
        match answer.body["dag_run_id"].as_str() {
            Some(run) => Ok(run.to_owned()),
            None => bail!("triggering {dag_id}: {} {}", answer.status, answer.body),
        }
    }

    /// Waits for a run to end and returns its last state.
    pub(crate) fn wait_for_run(&self, client: &Client, dag: &str, run: &str) -> Result<String> {
        let path = format!("{}/dags/{dag}/dagRuns/{run}", self.major.api());
        stop::wait_for(&format!("run of {dag}"), Duration::from_secs(300), || {
            let state = client.get(&path)?.body["state"].as_str().unwrap_or("").to_owned();
            Ok(matches!(state.as_str(), "success" | "failed").then_some(state))
        })
    }

    /// What the tests are told about this Airflow.
    pub(crate) fn describe(&self) -> Value {
        let users: BTreeMap<_, _> = self
            .passwords
            .iter()
            .map(|(role, word)| (role, json!({"username": role, "password": word})))
            .collect();
        json!({
            "url": self.url,
            "version": self.version,
            "home": self.home,
            "dags": self.dags,
            "users": users,
        })
    }

    /// The folder to remove when somebody else stops what was kept.
    pub(crate) fn postgres_data(&self) -> Option<&Path> {
        self.postgres.as_ref().map(Postgres::data)
    }

    /// Leaves it running when this value goes away.
    pub(crate) fn keep(&mut self) {
        for process in &mut self.processes {
            process.keep();
        }
        if let Some(postgres) = &mut self.postgres {
            postgres.keep();
        }
    }
}

impl Drop for Airflow {
    fn drop(&mut self) {
        process::end_all(&mut self.processes);
    }
}

/// Creates FAB's users; the command line would take ten seconds for each. Returns their passwords.
fn create_users(environment: &Environment) -> Result<BTreeMap<String, String>> {
    const CREATE: &str = include_str!("users.py");
    let passwords: BTreeMap<String, String> =
        USERS.iter().map(|name| ((*name).to_owned(), secret())).collect();
    let mut create = environment.command("python");
    create.args(["-c", CREATE]).env("AIRVANE_USERS", json!(passwords).to_string());
    process::run("create users", &mut create, &paths::log("airflow-users")?)?;
    Ok(passwords)
}

/// Components that are not healthy; a release that does not report one is not asked for it.
fn unhealthy(health: &Value, components: &[&str]) -> Vec<String> {
    if health["metadatabase"].is_null() {
        return vec!["the web server".to_owned()];
    }
    let ill = |name: &&&str| {
        let component = &health[**name];
        !component.is_null() && component["status"] != "healthy"
    };
    components.iter().filter(ill).map(|name| name.replace('_', " ")).collect()
}

/// Sixteen random letters and digits: a password, a signing key.
fn secret() -> String {
    use rand::Rng as _;
    rand::rng().sample_iter(rand::distr::Alphanumeric).take(16).map(char::from).collect()
}
