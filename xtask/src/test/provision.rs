//! What the end-to-end tests use: both Airflows running, Node, npm packages, Python clients.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::fs::{FlockOperation, flock};
use serde_json::{Value, json};

use crate::airflow::{self, Airflow, Home, Major, Store};
use crate::http::Client;
use crate::install::Venv;
use crate::report::Report;
use crate::{node, paths, postgres, reaper, stop};

/// Paths of all that is installed.
pub(crate) struct Installed {
    airflow3: PathBuf,
    airflow2: PathBuf,
    node: PathBuf,
    npm_root: PathBuf,
    python_mcp: PathBuf,
    peers: PathBuf,
}

/// Installs all of it; `None`, with the reason reported, when something failed.
pub(crate) fn install(report: &Report) -> Option<Installed> {
    let bin = |name: &str, step: &dyn Fn() -> Result<PathBuf>| {
        let mut found = None;
        report.check(&format!("install {name}"), || {
            found = Some(step()?);
            Ok(())
        });
        found
    };
    let airflow3 = bin("Airflow 3.3.2", &|| airflow::install(Major::Three));
    let airflow2 = bin("Airflow 2.11.2", &|| airflow::install(Major::Two));
    let node = bin("Node", &node::install);
    let npm_root = bin("npm packages", &|| {
        node::install_packages(node.as_deref().context("there is no Node")?)
    });
    let python_mcp = bin("Python MCP client", &python_mcp);
    let peers = bin("other MCP servers", &install_peers);
    let postgres = bin("PostgreSQL", &postgres::install);
    postgres?;
    Some(Installed {
        airflow3: airflow3?,
        airflow2: airflow2?,
        node: node?,
        npm_root: npm_root?,
        python_mcp: python_mcp?,
        peers: peers?,
    })
}

/// A server that is also a plugin.
pub(crate) const ASTRO: &str = "astro-airflow-mcp==0.9.1";

/// The MCP clients that people build on.
pub(crate) struct Clients {
    pub(crate) node: PathBuf,
    pub(crate) npm_root: PathBuf,
    pub(crate) python_mcp: PathBuf,
}

impl Clients {
    pub(crate) fn install() -> Result<Self> {
        let node = node::install()?;
        let npm_root = node::install_packages(&node)?;
        Ok(Self { node, npm_root, python_mcp: python_mcp()? })
    }
}

fn python_mcp() -> Result<PathBuf> {
    let venv = Venv {
        name: "mcp",
        packages: &["mcp==2.3.0"],
        exclude_newer: None,
        newest_python: u32::MAX,
    };
    Ok(venv.install()?.join("python"))
}

/// The other MCP servers for Airflow, to compare with.
pub(crate) fn install_peers() -> Result<PathBuf> {
    Venv {
        name: "peers",
        packages: &[ASTRO, "mcp-server-apache-airflow==0.2.10"],
        exclude_newer: None,
        newest_python: 13,
    }
    .install()
}

/// Both Airflows, ready for tests.
pub(crate) struct Running {
    airflow3: Value,
    airflow2: Value,
    /// Empty when an earlier `--keep` left them running.
    airflows: Vec<Airflow>,
    /// Held as long as the homes are ours.
    _alone: Option<File>,
}

impl Running {
    /// Takes over what an earlier `--keep` left, or starts both side by side.
    pub(crate) fn start(installed: &Installed, keep: bool) -> Result<Self> {
        if let Some(mut env) = kept_and_healthy() {
            let (airflow3, airflow2) = (env["airflow3"].take(), env["airflow2"].take());
            return Ok(Self { airflow3, airflow2, airflows: Vec::new(), _alone: None });
        }
        let alone = alone()?;
        let (three, two) = std::thread::scope(|scope| {
            let two = scope.spawn(|| start(Major::Two, installed.airflow2.clone()));
            let three = start(Major::Three, installed.airflow3.clone());
            (three, two.join())
        });
        let two = two.map_err(|_| anyhow::anyhow!("starting Airflow 2 panicked"))?;
        let (mut three, mut two) = (three?, two?);
        let running = Self {
            airflow3: three.describe(),
            airflow2: two.describe(),
            airflows: Vec::new(),
            _alone: Some(alone),
        };
        if keep {
            three.keep();
            two.keep();
            reaper::keep();
            let env = json!({
                "airflow3": running.airflow3,
                "airflow2": running.airflow2,
                "mark": reaper::mark(),
                "postgres_data": [three.postgres_data(), two.postgres_data()],
            });
            std::fs::write(kept()?, env.to_string())?;
            // Also for whoever runs the tests by hand.
            running.describe(installed, &paths::root().join("target/debug/airvane"))?;
        }
        Ok(Self { airflows: vec![three, two], ..running })
    }

    /// Writes the file for `AIRVANE_TEST_ENV`.
    pub(crate) fn describe(&self, installed: &Installed, airvane: &Path) -> Result<()> {
        let peer = |name: &str| installed.peers.join(name);
        let text = json!({
            "airvane": airvane,
            "airflow3": self.airflow3,
            "airflow2": self.airflow2,
            "node": installed.node,
            "npm_root": installed.npm_root,
            "python_mcp": installed.python_mcp,
            "peers": {
                "astro-airflow-mcp": peer("astro-airflow-mcp"),
                "mcp-server-apache-airflow": peer("mcp-server-apache-airflow"),
            },
        });
        Ok(std::fs::write(description(), serde_json::to_string_pretty(&text)?)?)
    }

    /// Stops both, and fails when one of their processes had not lasted until now.
    pub(crate) fn stop(mut self) -> Result<()> {
        self.airflows.iter_mut().try_for_each(Airflow::assert_running)
    }
}

/// Two runs at a time would clear each other's homes.
fn alone() -> Result<File> {
    let file = File::create(paths::folder("locks")?.join("test"))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)
        .context("another `cargo xtask test` is using the Airflows")?;
    Ok(file)
}

fn start(major: Major, bin: PathBuf) -> Result<Airflow> {
    let name = format!("test-{}", major.version());
    let airflow = airflow::start(major, &Home::fresh(&name, bin)?, Store::Postgres, &|_| {})
        .with_context(|| format!("Airflow {}", major.version()))?;
    stop::check()?;
    Ok(airflow)
}

/// The file for `AIRVANE_TEST_ENV`.
pub(crate) fn description() -> PathBuf {
    paths::base().join("homes").join("test-env.json")
}

fn kept() -> Result<PathBuf> {
    Ok(paths::folder("homes")?.join("kept-env.json"))
}

fn kept_and_healthy() -> Option<Value> {
    let env = read_kept()?;
    let healthy = |(name, major): (&str, Major)| {
        env[name]["url"].as_str().is_some_and(|url| {
            Client::new(url).get(major.health()).is_ok_and(|answer| answer.status == 200)
        })
    };
    [("airflow3", Major::Three), ("airflow2", Major::Two)].into_iter().all(healthy).then_some(env)
}

fn read_kept() -> Option<Value> {
    serde_json::from_str(&std::fs::read_to_string(kept().ok()?).ok()?).ok()
}

/// Ends what an earlier `--keep` left running.
pub(crate) fn stop_kept() -> Result<()> {
    let env = read_kept().context("nothing was kept")?;
    reaper::sweep(env["mark"].as_str().context("the kept file has no mark")?);
    for data in env["postgres_data"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        std::fs::remove_dir_all(data)?;
    }
    std::fs::remove_file(kept()?)?;
    Ok(())
}
