//! From texts to values. Every mistake in a setting is found here, before anything starts.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use airvane_api::{AccessLevel, profile};
use airvane_client::Credentials;
use secrecy::SecretString;
use url::Url;

use super::options::OptionId as Id;
use super::{
    AirflowSettings, CallerAuth, HttpSettings, OutputSettings, Profile, RawSettings, Settings,
    Source, ToolSelection, Transport, astro_project,
};
use crate::nearest::nearest;

/// A setting that cannot be used, named as it was given.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The text is not what the option takes.
    #[error("{source_name}: {problem}")]
    Invalid {
        /// Flag or variable.
        source_name: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// Options that don't go together.
    #[error("{0}")]
    Conflict(String),
}

type Result<T> = std::result::Result<T, SettingsError>;

fn invalid(source: &Source, problem: impl Into<String>) -> SettingsError {
    SettingsError::Invalid { source_name: source.to_string(), problem: problem.into() }
}

impl Settings {
    /// Turns texts into values. Reads the files that options name, and nothing else.
    pub fn resolve(raw: &RawSettings) -> Result<Self> {
        let profile = profile(raw)?;
        Ok(Self {
            airflow: airflow(raw, profile)?,
            access: access(raw)?,
            profile,
            selection: ToolSelection {
                toolsets: raw.list(Id::Toolsets),
                tools: raw.list(Id::Tools),
                exclude: raw.list(Id::ExcludeTools),
            },
            output: output(raw)?,
            transport: transport(raw)?,
        })
    }
}

/// Names under which people know a profile besides its own.
const PROFILE_NAMES: [(&str, &str); 2] =
    [("airflow-mcp-server", OPENAPI), ("awslabs.mwaa-mcp-server", "mwaa")];
const OPENAPI: &str = "openapi";

fn profile(raw: &RawSettings) -> Result<Option<Profile>> {
    let Some((text, source)) = raw.get(Id::Profile) else { return Ok(None) };
    let known = PROFILE_NAMES.iter().find(|(name, _)| *name == text.trim());
    match known.map_or(text.trim(), |(_, name)| name) {
        OPENAPI => Ok(Some(Profile::OpenApi)),
        name => profile::find(name).map(|found| Some(Profile::Server(found))).ok_or_else(|| {
            let names = profile::PROFILES.iter().map(|profile| profile.name).chain([OPENAPI]);
            let near = nearest(name, names.clone());
            let near = near.map(|near| format!("did you mean `{near}`? "));
            let names = names.collect::<Vec<_>>().join(", ");
            invalid(
                source,
                format!("unknown profile `{name}`; {}there are {names}", near.unwrap_or_default()),
            )
        }),
    }
}

fn airflow(raw: &RawSettings, profile: Option<Profile>) -> Result<Option<AirflowSettings>> {
    let url = match raw.get(Id::ApiUrl) {
        Some((text, source)) => airflow_url(text).map_err(|problem| invalid(source, problem))?,
        None => match local_airflow(raw, profile)? {
            Some(url) => url,
            None => return Ok(None),
        },
    };
    Ok(Some(AirflowSettings {
        url,
        api: raw.parsed(Id::ApiVersion)?,
        credentials: credentials(raw, profile)?,
        verify_ssl: raw.switch(Id::VerifySsl)?.unwrap_or(true),
        ca_cert: raw.get(Id::CaCert).map(|(path, _)| PathBuf::from(path)),
        environment: raw.get(Id::MwaaEnvironment).map(|(name, _)| name.trim().to_owned()),
    }))
}

/// Where an Airflow is without an address: where an Astro project says, and where two of the
/// servers whose profiles there are look for one. Never with a credential that nobody gave.
fn local_airflow(raw: &RawSettings, profile: Option<Profile>) -> Result<Option<Url>> {
    const USUAL_PORT: u16 = 8080;
    let server = match profile {
        Some(Profile::Server(profile)) => profile.name,
        _ => "",
    };
    let of_astro = server == "astro-airflow-mcp";
    let project = raw.get(Id::ProjectDir);
    let folder = project.map(|(folder, _)| folder).or_else(|| of_astro.then_some("."));
    let port = folder.and_then(|folder| astro_project::port(Path::new(folder)));
    let port = match (port, project) {
        (Some(port), _) => port,
        (None, _) if of_astro || server == "mcp-server-apache-airflow" => USUAL_PORT,
        (None, Some((folder, source))) => {
            return Err(invalid(source, format!("{folder}/.astro/config.yaml names no port")));
        }
        (None, None) => return Ok(None),
    };
    Ok(Url::parse(&format!("http://localhost:{port}")).ok())
}

/// People paste the address of the UI or of the API: both lead to the base URL.
fn airflow_url(text: &str) -> std::result::Result<Url, String> {
    let text = text.trim();
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let mut url = Url::parse(&with_scheme)
        .map_err(|error| format!("not a URL ({error}); for example https://airflow.example.com"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("needs http:// or https:// and a host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "may not hold credentials; use AIRFLOW_USERNAME and AIRFLOW_PASSWORD".to_owned()
        );
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/');
    let path = ["/api/v1", "/api/v2"].iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path);
    let path = path.trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

fn credentials(raw: &RawSettings, profile: Option<Profile>) -> Result<Credentials> {
    let secret = |text: &str| SecretString::from(text.trim().to_owned());
    if let Some((token, _)) = raw.get(Id::Token).filter(|(_, source)| is_ours(raw, profile, source))
    {
        let token = token.trim();
        return Ok(Credentials::Token(secret(token.strip_prefix("Bearer ").unwrap_or(token))));
    }
    if let Some((command, _)) = raw.get(Id::TokenCommand) {
        return Ok(Credentials::TokenCommand(command.to_owned()));
    }
    match (raw.get(Id::Username), raw.get(Id::Password)) {
        (Some((username, _)), Some((password, _))) => Ok(Credentials::Password {
            username: username.to_owned(),
            password: SecretString::from(password.to_owned()),
        }),
        (None, None) => Ok(Credentials::None),
        (Some((_, source)), None) => Err(invalid(source, "is set without a password")),
        (None, Some((_, source))) => Err(invalid(source, "is set without a user name")),
    }
}

/// `AUTH_TOKEN` may be anybody's. It is Airflow's token where the rest is configured in the words of
/// the server that reads it as such.
fn is_ours(raw: &RawSettings, profile: Option<Profile>, source: &Source) -> bool {
    let address = raw.get(Id::ApiUrl).map(|(_, source)| source);
    *source != Source::Environment("AUTH_TOKEN")
        || address == Some(&Source::Environment("AIRFLOW_BASE_URL"))
        || matches!(profile, Some(Profile::OpenApi))
}

fn access(raw: &RawSettings) -> Result<AccessLevel> {
    let allowed = |id| Ok(raw.switch(id)?.unwrap_or(false));
    // Read-only wins, and the other two are still checked: a typing error must not pass unseen.
    let (read_only, write) = (allowed(Id::ReadOnly)?, allowed(Id::AllowWrite)?);
    let destructive = allowed(Id::AllowDestructive)?;
    Ok(match (read_only, destructive, write) {
        (true, _, _) | (false, false, false) => AccessLevel::Read,
        (false, true, _) => AccessLevel::Destructive,
        (false, false, true) => AccessLevel::Write,
    })
}

fn output(raw: &RawSettings) -> Result<OutputSettings> {
    const LEAST: usize = 300;
    let max_tokens = raw.parsed(Id::MaxTokens)?.unwrap_or(8_000);
    if let (Some((_, source)), true) = (raw.get(Id::MaxTokens), max_tokens < LEAST) {
        return Err(invalid(source, format!("an answer needs at least {LEAST} tokens")));
    }
    Ok(OutputSettings { structured: raw.switch(Id::Structured)?.unwrap_or(false), max_tokens })
}

fn transport(raw: &RawSettings) -> Result<Transport> {
    match raw.get(Id::Transport) {
        None | Some(("stdio", _)) => Ok(Transport::Stdio),
        Some(("http" | "streamable-http", _)) => http(raw).map(Transport::Http),
        Some(("sse", source)) => Err(invalid(
            source,
            "HTTP with SSE was replaced in MCP 2025-03-26; use `http` (Streamable HTTP, endpoint /mcp)",
        )),
        Some((other, source)) => {
            Err(invalid(source, format!("`{other}` is neither stdio nor http")))
        }
    }
}

fn http(raw: &RawSettings) -> Result<HttpSettings> {
    let host = match raw.get(Id::Host) {
        None | Some(("localhost", _)) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Some((text, source)) => {
            text.parse().map_err(|_| invalid(source, "needs an IP address, for example 0.0.0.0"))?
        }
    };
    let auth = caller_auth(raw)?;
    if !host.is_loopback() && matches!(auth, CallerAuth::None) {
        return Err(SettingsError::Conflict(format!(
            "{host} can be reached from outside, so callers must prove who they are: add \
             --auth passthrough (their own Airflow credential) or --auth-token-file FILE"
        )));
    }
    Ok(HttpSettings {
        host,
        port: raw.parsed(Id::Port)?.unwrap_or(8000),
        auth,
        allowed_hosts: raw.list(Id::AllowedHosts),
        allowed_origins: raw.list(Id::AllowedOrigins),
    })
}

fn caller_auth(raw: &RawSettings) -> Result<CallerAuth> {
    match (raw.get(Id::Auth), raw.get(Id::AuthTokenFile)) {
        (Some(("passthrough", _)), None) => Ok(CallerAuth::Passthrough),
        (Some(("passthrough", _)), Some(_)) => Err(SettingsError::Conflict(
            "--auth passthrough and --auth-token-file exclude each other: both use the \
             Authorization header"
                .to_owned(),
        )),
        (None | Some(("none", _)), None) => Ok(CallerAuth::None),
        (None | Some(("none", _)), Some((path, source))) => {
            let token = read_token(Path::new(path)).map_err(|problem| invalid(source, problem))?;
            Ok(CallerAuth::Token(token))
        }
        (Some((other, source)), _) => {
            Err(invalid(source, format!("`{other}` is neither none nor passthrough")))
        }
    }
}

fn read_token(path: &Path) -> std::result::Result<SecretString, String> {
    const SHORTEST: usize = 16;
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("can't read {}: {error}", path.display()))?;
    let token = text.trim();
    if token.chars().count() < SHORTEST {
        return Err(format!(
            "the token in {} is shorter than {SHORTEST} characters",
            path.display()
        ));
    }
    Ok(SecretString::from(token.to_owned()))
}

/// What people write for yes and no.
pub(super) fn is_yes(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

impl RawSettings {
    fn switch(&self, id: Id) -> Result<Option<bool>> {
        let Some((text, source)) = self.get(id) else { return Ok(None) };
        is_yes(text)
            .map(Some)
            .ok_or_else(|| invalid(source, format!("`{}` is neither true nor false", text.trim())))
    }

    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&self, id: Id) -> Result<Option<T>> {
        let Some((text, source)) = self.get(id) else { return Ok(None) };
        text.trim().parse().map(Some).map_err(|error: T::Err| invalid(source, error.to_string()))
    }

    fn list(&self, id: Id) -> Vec<String> {
        let text = self.get(id).map_or("", |(text, _)| text);
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn resolve(variables: &[(&str, &str)]) -> Result<Settings> {
        let raw = RawSettings::from_environment(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        });
        Settings::resolve(&raw)
    }

    fn problem(variables: &[(&str, &str)]) -> String {
        resolve(variables).unwrap_err().to_string()
    }

    #[test]
    fn nothing_set_is_a_read_only_server_on_stdio_without_an_airflow() {
        let settings = resolve(&[("AIRFLOW_USERNAME", " ")]).unwrap();
        assert!(settings.airflow.is_none());
        assert_eq!(settings.access, AccessLevel::Read);
        assert!(matches!(settings.transport, Transport::Stdio));
    }

    #[test]
    fn every_spelling_of_the_address_leads_to_the_base_url() {
        for (given, url) in [
            ("https://host/dabc123", "https://host/dabc123"),
            ("https://host/dabc123/api/v2/", "https://host/dabc123"),
            ("localhost:8080", "http://localhost:8080/"),
            ("http://h/?next=1#x", "http://h/"),
        ] {
            let settings = resolve(&[("AIRFLOW_HOST", given)]).unwrap();
            assert_eq!(settings.airflow.unwrap().url.as_str(), url);
        }
        assert!(problem(&[("AIRFLOW_API_URL", "https://u:p@host")]).contains("AIRFLOW_PASSWORD"));
        assert!(
            problem(&[("AIRFLOW_API_URL", "ftp://host")]).starts_with("AIRFLOW_API_URL: needs")
        );
    }

    #[test]
    fn a_token_wins_over_a_command_and_a_password() {
        let mut variables = vec![
            ("AIRFLOW_API_URL", "http://h"),
            ("AIRFLOW_USERNAME", "u"),
            ("AIRFLOW_PASSWORD", "p"),
        ];
        let credentials =
            |variables: &[_]| resolve(variables).unwrap().airflow.unwrap().credentials;
        assert!(matches!(credentials(&variables), Credentials::Password { .. }));
        variables.push(("AIRFLOW_TOKEN_COMMAND", "print-token"));
        assert!(matches!(credentials(&variables), Credentials::TokenCommand(_)));
        variables.push(("AIRFLOW_JWT_TOKEN", "Bearer t"));
        let Credentials::Token(token) = credentials(&variables) else { panic!("no token") };
        assert_eq!(token.expose_secret(), "t");
        assert!(
            problem(&[("AIRFLOW_API_URL", "http://h"), ("AIRFLOW_USERNAME", "u")])
                .contains("without a password")
        );
    }

    #[test]
    fn read_only_wins_over_all() {
        let access = |variables: &[_]| resolve(variables).unwrap().access;
        let all = ("AIRVANE_ALLOW_DESTRUCTIVE", "true");
        assert_eq!(access(&[("AIRVANE_ALLOW_WRITE", "1")]), AccessLevel::Write);
        assert_eq!(access(&[all]), AccessLevel::Destructive);
        assert_eq!(access(&[all, ("READ_ONLY", "true")]), AccessLevel::Read);
        assert_eq!(access(&[all, ("AF_READ_ONLY", "yes")]), AccessLevel::Read);
        assert_eq!(access(&[all, ("READ_ONLY", "false")]), AccessLevel::Destructive);
        assert!(problem(&[("READ_ONLY", "maybe")]).contains("neither true nor false"));
    }

    #[test]
    fn one_variable_that_says_no_does_not_hide_one_that_says_yes() {
        let access = |variables: &[_]| resolve(variables).unwrap().access;
        let all = ("AIRVANE_ALLOW_DESTRUCTIVE", "true");
        let both = [all, ("READ_ONLY", "false"), ("AF_READ_ONLY", "true")];
        assert_eq!(access(&both), AccessLevel::Read);
    }

    #[test]
    fn a_profile_is_known_by_its_servers_name() {
        for (name, found) in [
            ("mwaa", "mwaa"),
            ("awslabs.mwaa-mcp-server", "mwaa"),
            ("astro-airflow-mcp", "astro-airflow-mcp"),
        ] {
            let profile = resolve(&[("AIRVANE_PROFILE", name)]).unwrap().profile;
            assert!(matches!(profile, Some(Profile::Server(profile)) if profile.name == found));
        }
        let profile = resolve(&[("AIRVANE_PROFILE", "airflow-mcp-server")]).unwrap().profile;
        assert!(matches!(profile, Some(Profile::OpenApi)));
        let unknown = problem(&[("AIRVANE_PROFILE", "astro-airflow")]);
        assert!(unknown.contains("did you mean `astro-airflow-mcp`?"), "{unknown}");
    }

    #[test]
    fn an_airflow_nobody_named_is_local_and_has_no_credential() {
        let airflow = |name| resolve(&[("AIRVANE_PROFILE", name)]).unwrap().airflow;
        for name in ["mcp-server-apache-airflow", "astro-airflow-mcp"] {
            let airflow = airflow(name).unwrap();
            assert_eq!(airflow.url.as_str(), "http://localhost:8080/");
            assert!(matches!(airflow.credentials, Credentials::None));
        }
        assert!(airflow("mwaa").is_none() && airflow("openapi").is_none());
    }

    #[test]
    fn a_token_by_a_common_name_counts_only_beside_its_own_address() {
        let credentials =
            |variables: &[_]| resolve(variables).unwrap().airflow.unwrap().credentials;
        let token = ("AUTH_TOKEN", "somebodys");
        let password = [("AIRFLOW_USERNAME", "u"), ("AIRFLOW_PASSWORD", "p")];
        let mut variables = vec![token, ("AIRFLOW_API_URL", "http://h")];
        variables.extend(password);
        assert!(matches!(credentials(&variables), Credentials::Password { .. }));
        let theirs = [token, ("AIRFLOW_BASE_URL", "http://h")];
        assert!(matches!(credentials(&theirs), Credentials::Token(_)));
        let shown = [token, ("AIRFLOW_API_URL", "http://h"), ("AIRVANE_PROFILE", "openapi")];
        assert!(matches!(credentials(&shown), Credentials::Token(_)));
    }

    #[test]
    fn an_open_address_needs_authentication() {
        let open = [("AIRVANE_TRANSPORT", "http"), ("AIRVANE_HOST", "0.0.0.0")];
        assert!(problem(&open).contains("--auth passthrough"));
        let mut guarded = open.to_vec();
        guarded.push(("AIRVANE_AUTH", "passthrough"));
        assert!(resolve(&guarded).is_ok());
        assert!(problem(&[("AIRVANE_TRANSPORT", "sse")]).contains("`http`"));
    }

    #[test]
    fn secrets_do_not_show_in_debug_output() {
        let variables = [
            ("AIRFLOW_API_URL", "http://h"),
            ("AIRFLOW_USERNAME", "u"),
            ("AIRFLOW_PASSWORD", "hunter2-horse"),
        ];
        let raw = RawSettings::from_environment(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        });
        let shown = format!("{raw:?} {:?}", Settings::resolve(&raw).unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
