//! What `cargo xtask test` has provisioned for the tests of this crate.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The environment variable that names the file with the description.
pub const VARIABLE: &str = "AIRVANE_TEST_ENV";

/// Who may log in: two of each role, whose name is what stands before the `-`.
pub const USERS: [&str; 8] =
    ["viewer", "viewer-2", "user", "user-2", "op", "op-2", "admin", "admin-2"];

/// All that the tests may use.
#[derive(Clone, Debug, Deserialize)]
pub struct TestEnv {
    /// The binary under test.
    pub airvane: PathBuf,
    /// Airflow 3.3.2 with the simple auth manager, on PostgreSQL.
    pub airflow3: Airflow,
    /// Airflow 2.11.2 with basic authentication, on PostgreSQL.
    pub airflow2: Airflow,
    /// The folder with `node`, `npm` and `npx`, Node 24.
    pub node: PathBuf,
    /// The folder with `node_modules`: the conformance suite, the Inspector, the TypeScript SDK.
    pub npm_root: PathBuf,
    /// A Python that can `import mcp`.
    pub python_mcp: PathBuf,
    /// Executables of other MCP servers for Airflow, by package name.
    pub peers: BTreeMap<String, PathBuf>,
}

/// A running Airflow.
#[derive(Clone, Debug, Deserialize)]
pub struct Airflow {
    /// Its base URL, without a slash at the end.
    pub url: String,
    /// Its exact release.
    pub version: String,
    /// Its `AIRFLOW_HOME`.
    pub home: PathBuf,
    /// Its folder of DAG files: a copy of `incidents/dags`; tests may add files.
    pub dags: PathBuf,
    /// Those of [`USERS`], by name; the first of each role has the role's name.
    pub users: BTreeMap<String, User>,
}

/// Somebody who may log in.
#[derive(Clone, Debug, Deserialize)]
pub struct User {
    /// One of [`USERS`].
    pub username: String,
    /// Made up anew for each run.
    pub password: String,
}

impl Airflow {
    /// The user of a role.
    ///
    /// # Panics
    /// When there is no such role.
    #[allow(clippy::panic, reason = "a test without its user can only fail")]
    pub fn user(&self, role: &str) -> &User {
        self.users.get(role).unwrap_or_else(|| panic!("no user with the role {role}"))
    }
}

impl TestEnv {
    /// Reads the description of what is provisioned.
    ///
    /// # Panics
    /// When the tests were not started by `cargo xtask test`.
    pub fn load() -> Self {
        load("cargo xtask test")
    }
}

/// The environment variable that names the binary where there is no Airflow.
pub const BINARY: &str = "AIRVANE_TEST_BINARY";

/// The binary under test, also for tests that need no Airflow.
///
/// # Panics
/// When the tests were not started by `cargo xtask test`.
pub fn airvane() -> PathBuf {
    std::env::var_os(BINARY).map_or_else(|| TestEnv::load().airvane, PathBuf::from)
}

/// What the test of older Airflows may use, one of them at a time.
#[derive(Clone, Debug, Deserialize)]
pub struct OlderEnv {
    /// The binary under test.
    pub airvane: PathBuf,
    /// The Airflow, on PostgreSQL.
    pub airflow: Airflow,
}

/// What the test of the plugin may use, in one Airflow at a time.
#[derive(Clone, Debug, Deserialize)]
pub struct PluginEnv {
    /// The program that came with the wheel.
    pub airvane: PathBuf,
    /// The Airflow with the plugin, on PostgreSQL.
    pub airflow: Airflow,
    /// As in [`TestEnv`].
    pub node: PathBuf,
    /// As in [`TestEnv`].
    pub npm_root: PathBuf,
    /// As in [`TestEnv`].
    pub python_mcp: PathBuf,
}

impl PluginEnv {
    /// Reads the description of what is provisioned.
    ///
    /// # Panics
    /// When the test was not started by `cargo xtask test --plugin`.
    pub fn load() -> Self {
        load("cargo xtask test --plugin")
    }
}

impl OlderEnv {
    /// Reads the description of what is provisioned.
    ///
    /// # Panics
    /// When the test was not started by `cargo xtask test --full`.
    pub fn load() -> Self {
        load("cargo xtask test --full")
    }
}

#[allow(clippy::panic, reason = "a test without its Airflows can only fail")]
fn load<T: DeserializeOwned>(command: &str) -> T {
    let Some(path) = std::env::var_os(VARIABLE).map(PathBuf::from) else {
        panic!("{VARIABLE} is not set: run through `{command}`");
    };
    let read = std::fs::read_to_string(&path).map_err(|error| error.to_string());
    match read.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string())) {
        Ok(env) => env,
        Err(error) => panic!("{}: {error}: run through `{command}`", path.display()),
    }
}
