//! An Airflow's home folder, its settings and the commands that see them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use base64::Engine as _;
use rand::RngCore as _;

use crate::process::{self, Group};
use crate::{node, paths};

/// Where one Airflow lives.
pub(crate) struct Home {
    /// `AIRFLOW_HOME`.
    pub(crate) path: PathBuf,
    /// The folder of DAG files.
    pub(crate) dags: PathBuf,
    /// The `bin` of its virtual environment.
    pub(crate) bin: PathBuf,
    /// Below which path the web server is: empty, or `/team/airflow`.
    pub(crate) base_path: &'static str,
    /// Variables that all its processes get besides; they win.
    pub(crate) variables: Vec<(&'static str, String)>,
}

impl Home {
    /// A home that is empty at first and has a copy of the incidents, so that tests may add
    /// files of their own.
    pub(crate) fn fresh(name: &str, bin: PathBuf) -> Result<Self> {
        let path = paths::base().join("homes").join(name);
        if path.exists() {
            std::fs::remove_dir_all(&path).with_context(|| format!("clear {}", path.display()))?;
        }
        let dags = path.join("dags");
        paths::copy(&paths::incident_dags(), &dags)?;
        Ok(Self { path, dags, bin, base_path: "", variables: Vec::new() })
    }

    /// A home that is used again; it reads the repository's incidents themselves.
    pub(crate) fn lasting(name: &str, bin: PathBuf) -> Result<Self> {
        let path = paths::folder(&format!("homes/{name}"))?;
        let dags = paths::incident_dags();
        Ok(Self { path, dags, bin, base_path: "", variables: Vec::new() })
    }

    /// Keys and settings both versions share; `settings` are `SECTION__KEY` pairs.
    pub(crate) fn environment(&self, settings: &[(&str, String)]) -> Result<Environment> {
        let mut variables = BTreeMap::new();
        variables.insert("AIRFLOW_HOME".to_owned(), self.path.clone().into_os_string());
        // gunicorn leaves a socket in the user's home.
        variables.insert("HOME".to_owned(), self.path.clone().into_os_string());
        variables.insert("PATH".to_owned(), node::path_with(&self.bin));
        variables.insert("PYTHONDONTWRITEBYTECODE".to_owned(), "1".into());
        // Titles of processes go elsewhere than over the environment, where our mark is.
        variables.insert("SPT_NOENV".to_owned(), "1".into());
        variables.insert("NO_PROXY".to_owned(), "127.0.0.1,localhost".into());
        variables.insert("no_proxy".to_owned(), "127.0.0.1,localhost".into());
        let common = [
            ("CORE__DAGS_FOLDER", self.dags.display().to_string()),
            ("CORE__LOAD_EXAMPLES", "False".to_owned()),
            ("CORE__PARALLELISM", "12".to_owned()),
            ("CORE__FERNET_KEY", self.fernet_key()?),
            ("CORE__TEST_CONNECTION", "Enabled".to_owned()),
            // A busy machine is no broken DAG.
            ("CORE__DAGBAG_IMPORT_TIMEOUT", "120".to_owned()),
            ("SCHEDULER__SCHEDULER_HEARTBEAT_SEC", "1".to_owned()),
            ("TRIGGERER__DEFAULT_CAPACITY", "100".to_owned()),
            ("TRIGGERER__CAPACITY", "100".to_owned()),
            ("LOGGING__WORKER_LOG_SERVER_PORT", free_port()?.to_string()),
            ("LOGGING__TRIGGER_LOG_SERVER_PORT", free_port()?.to_string()),
            ("USAGE_DATA_COLLECTION__ENABLED", "False".to_owned()),
        ];
        for (key, value) in common.iter().chain(settings) {
            variables.insert(format!("AIRFLOW__{key}"), OsString::from(value));
        }
        let further = self.variables.iter();
        variables.extend(further.map(|(name, value)| ((*name).to_owned(), value.into())));
        Ok(Environment { variables, bin: self.bin.clone() })
    }

    /// The port of an earlier start when it is free, so that a client that was configured for
    /// the demo finds it again; else another one.
    pub(crate) fn port(&self) -> Result<u16> {
        let path = self.path.join("port");
        let earlier = std::fs::read_to_string(&path).ok().and_then(|text| text.parse().ok());
        if let Some(port) = earlier
            && TcpListener::bind(("127.0.0.1", port)).is_ok()
        {
            return Ok(port);
        }
        let port = free_port()?;
        std::fs::create_dir_all(&self.path)?;
        std::fs::write(&path, port.to_string())?;
        Ok(port)
    }

    /// Where the web server on a port of this machine is.
    pub(crate) fn url(&self, port: u16) -> String {
        format!("http://127.0.0.1:{port}{}", self.base_path)
    }

    /// The key that connections are encrypted with; it lasts as long as the database.
    fn fernet_key(&self) -> Result<String> {
        let path = self.path.join("fernet.key");
        if let Ok(key) = std::fs::read_to_string(&path) {
            return Ok(key);
        }
        let mut bytes = [0_u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        let key = base64::engine::general_purpose::URL_SAFE.encode(bytes);
        std::fs::create_dir_all(&self.path)?;
        std::fs::write(&path, &key)?;
        Ok(key)
    }
}

/// The environment of one Airflow's processes.
#[derive(Clone)]
pub(crate) struct Environment {
    variables: BTreeMap<String, OsString>,
    bin: PathBuf,
}

impl Environment {
    /// One more `SECTION__KEY`.
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        self.variables.insert(format!("AIRFLOW__{key}"), OsString::from(value));
    }

    /// Has commands run the programs of another virtual environment.
    pub(crate) fn take_programs_of(&mut self, bin: &Path) {
        bin.clone_into(&mut self.bin);
        self.variables.insert("PATH".to_owned(), node::path_with(bin));
    }

    /// A program of the virtual environment.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("AIRFLOW") || text == "PYTHONPATH" || text == "VIRTUAL_ENV" {
                command.env_remove(&name);
            }
        }
        command.envs(&self.variables);
        command
    }

    /// Runs `airflow ARGS` to its end.
    pub(crate) fn run(&self, log: &str, args: &[&str]) -> Result<()> {
        let name = format!("airflow {}", args.join(" "));
        process::run(&name, self.command("airflow").args(args), &paths::log(log)?)
    }

    /// Starts `airflow ARGS`, which stays.
    pub(crate) fn serve(&self, log: &str, args: &[&str]) -> Result<Group> {
        let name = format!("airflow {}", args.join(" "));
        Group::spawn(&name, self.command("airflow").args(args), &paths::log(log)?)
    }

    /// The same for the web server of Airflow 2, which has gunicorn start a worker by SIGTTIN. On a
    /// busy machine that comes before gunicorn listens to it and would stop it for good.
    pub(crate) fn serve_unstopped(&self, log: &str, args: &[&str]) -> Result<Group> {
        let name = format!("airflow {}", args.join(" "));
        let mut command = self.command("/bin/sh");
        command.args(["-c", "trap '' TTIN; exec \"$@\"", "sh"]).arg(self.bin.join("airflow"));
        Group::spawn(&name, command.args(args), &paths::log(log)?)
    }
}

/// A port that nobody listens on at this moment.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
