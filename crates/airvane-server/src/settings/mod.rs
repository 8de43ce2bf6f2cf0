//! Settings: one table of options, read once, resolved once.
//!
//! [`options::OPTIONS`] lists every option with its flag, its environment variables and its help.
//! The command line, the environment and the reference page derive from it. [`RawSettings`] holds
//! texts and where they came from; [`Settings::resolve`] turns them into values and is the only
//! place that does. Nothing below it reads the environment.

mod astro_project;
pub mod options;
mod resolve;
mod within_airflow;

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use airvane_api::{AccessLevel, ApiVersion};
use airvane_client::Credentials;
use secrecy::SecretString;
use url::Url;

pub use options::{ALIASES, Alias, OPTIONS, OptionId, OptionSpec};
pub use resolve::SettingsError;

/// Where a value came from, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A flag of the command line.
    Flag(&'static str),
    /// An environment variable.
    Environment(&'static str),
    /// An entry of `[airvane]` in `airflow.cfg`.
    AirflowCfg(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "--{flag}"),
            Self::Environment(name) => f.write_str(name),
            Self::AirflowCfg(key) => write!(f, "airflow.cfg [airvane] {key}"),
        }
    }
}

/// Options as texts, flags before environment variables.
#[derive(Clone, Default)]
pub struct RawSettings {
    values: BTreeMap<OptionId, (String, Source)>,
}

impl RawSettings {
    /// Reads the environment through a look-up, for all options. Empty values count as unset, as
    /// clients write `"AIRFLOW_USERNAME": ""` for "none".
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut raw = Self::default();
        for option in OPTIONS {
            let found = option.env.iter().copied().find_map(|name| {
                variable(name).filter(|value| !value.trim().is_empty()).map(|value| (name, value))
            });
            if let Some((name, value)) = found {
                raw.values.insert(option.id, (value, Source::Environment(name)));
            }
        }
        raw.read_only_if_any_says_so(variable);
        raw
    }

    /// Two servers have a variable each for this. One that says no must not hide one that says yes.
    fn read_only_if_any_says_so(&mut self, variable: impl Fn(&str) -> Option<String>) {
        let Some(option) = OptionSpec::of(OptionId::ReadOnly) else { return };
        for name in option.env.iter().copied() {
            if let Some(value) = variable(name)
                && resolve::is_yes(&value) == Some(true)
            {
                self.values.insert(option.id, (value, Source::Environment(name)));
            }
        }
    }

    /// Sets an option from its flag, over whatever the environment said.
    pub fn set_flag(&mut self, option: &OptionSpec, value: impl Into<String>) {
        self.values.insert(option.id, (value.into(), Source::Flag(option.flag)));
    }

    fn get(&self, id: OptionId) -> Option<(&str, &Source)> {
        self.values.get(&id).map(|(value, source)| (value.as_str(), source))
    }
}

/// Texts may be secrets: only the names show.
impl fmt::Debug for RawSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.values().map(|(_, source)| source.to_string())).finish()
    }
}

/// Everything that was decided before the server starts.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The one Airflow this server speaks to; none if no URL was given.
    pub airflow: Option<AirflowSettings>,
    /// The highest level of access.
    pub access: AccessLevel,
    /// Whose tools are shown, if not ours.
    pub profile: Option<Profile>,
    /// Which tools are shown.
    pub selection: ToolSelection,
    /// How answers are given.
    pub output: OutputSettings,
    /// How callers reach the server.
    pub transport: Transport,
}

/// The connection to Airflow.
#[derive(Clone, Debug)]
pub struct AirflowSettings {
    /// Base URL of its web server, with base path.
    pub url: Url,
    /// Which API it speaks, if that was said.
    pub api: Option<ApiVersion>,
    /// Whose identity is used upstream.
    pub credentials: Credentials,
    /// Whether its certificate is checked.
    pub verify_ssl: bool,
    /// A further certificate authority, PEM.
    pub ca_cert: Option<PathBuf>,
    /// What people call it, if it is an environment of Amazon MWAA.
    pub environment: Option<String>,
}

/// Whose tools are shown.
#[derive(Clone, Copy, Debug)]
pub enum Profile {
    /// Those of another server.
    Server(&'static airvane_api::profile::Profile),
    /// Every operation by its id in Airflow's `OpenAPI` document.
    OpenApi,
}

/// Which tools are shown, within the access level.
#[derive(Clone, Debug, Default)]
pub struct ToolSelection {
    /// Only those groups; empty for the default set.
    pub toolsets: Vec<String>,
    /// Only those tools; empty for all.
    pub tools: Vec<String>,
    /// Not those.
    pub exclude: Vec<String>,
}

/// How answers are given.
#[derive(Clone, Copy, Debug)]
pub struct OutputSettings {
    /// Whether answers carry `structuredContent` as well.
    pub structured: bool,
    /// Longest answer, in tokens.
    pub max_tokens: usize,
}

/// How callers reach the server.
#[derive(Clone, Debug)]
pub enum Transport {
    /// One client on standard input and output.
    Stdio,
    /// Streamable HTTP.
    Http(HttpSettings),
}

/// Streamable HTTP.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Address to listen on.
    pub host: IpAddr,
    /// Port to listen on; 0 for a free one.
    pub port: u16,
    /// Who may call.
    pub auth: CallerAuth,
    /// `Host` values to accept besides loopback and the address itself.
    pub allowed_hosts: Vec<String>,
    /// Browser origins to accept.
    pub allowed_origins: Vec<String>,
}

/// Who may call over HTTP.
#[derive(Clone, Debug)]
pub enum CallerAuth {
    /// Anybody who reaches the address: loopback only.
    None,
    /// Whoever presents this bearer token.
    Token(SecretString),
    /// Each caller's own Airflow credential, forwarded to the one configured Airflow.
    Passthrough,
}
