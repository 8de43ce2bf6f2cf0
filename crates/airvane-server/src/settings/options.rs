//! Every option: flag, environment variables, help. The reference page is generated from here.

/// Names an option in code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is described once, in `OPTIONS`")]
pub enum OptionId {
    ApiUrl,
    Token,
    TokenCommand,
    Username,
    Password,
    VerifySsl,
    CaCert,
    ApiVersion,
    ProjectDir,
    MwaaEnvironment,
    AllowWrite,
    AllowDestructive,
    ReadOnly,
    Profile,
    Toolsets,
    Tools,
    ExcludeTools,
    Structured,
    MaxTokens,
    Transport,
    Host,
    Port,
    Auth,
    AuthTokenFile,
    AllowedHosts,
    AllowedOrigins,
}

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing as a flag; `true` or `false` as a variable.
    Switch,
    /// One value.
    Value(&'static str),
    /// Values separated by commas; the flag may be repeated.
    List(&'static str),
}

/// The heading under which help and reference show an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The connection to Airflow.
    Airflow,
    /// What callers may do and see.
    Access,
    /// Answers.
    Output,
    /// How callers connect.
    Transport,
}

impl Group {
    /// All, in the order of help.
    pub const ALL: [Self; 4] = [Self::Airflow, Self::Access, Self::Output, Self::Transport];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Airflow => "Airflow",
            Self::Access => "Access",
            Self::Output => "Output",
            Self::Transport => "Transport",
        }
    }
}

/// An option.
#[derive(Debug)]
pub struct OptionSpec {
    /// Its name in code.
    pub id: OptionId,
    /// Its flag, without the dashes.
    pub flag: &'static str,
    /// Environment variables, the first that is set wins.
    pub env: &'static [&'static str],
    /// What it takes.
    pub takes: Takes,
    /// Where help shows it.
    pub group: Group,
    /// One sentence or two.
    pub help: &'static str,
}

impl OptionSpec {
    /// The option of an id.
    pub fn of(id: OptionId) -> Option<&'static Self> {
        OPTIONS.iter().find(|option| option.id == id)
    }
}

macro_rules! options {
    ($($id:ident: --$flag:literal, [$($env:literal),*], $takes:expr, $group:ident, $help:literal;)*) => {
        /// All options, in the order of help.
        pub const OPTIONS: &[OptionSpec] = &[$(OptionSpec {
            id: OptionId::$id,
            flag: $flag,
            env: &[$($env),*],
            takes: $takes,
            group: Group::$group,
            help: $help,
        }),*];
    };
}

use Takes::{List, Switch, Value};

options! {
    ApiUrl: --"api-url", ["AIRFLOW_API_URL", "AIRFLOW_HOST", "AIRFLOW_BASE_URL"], Value("URL"), Airflow,
        "Airflow's web address, with its base path if it has one; `/api/v2` is added";
    Token: --"token", ["AIRFLOW_AUTH_TOKEN", "AIRFLOW_JWT_TOKEN", "AUTH_TOKEN"], Value("TOKEN"), Airflow,
        "Bearer token; wins over the command and the password. AUTH_TOKEN counts only beside AIRFLOW_BASE_URL or with the profile openapi";
    TokenCommand: --"token-command", ["AIRFLOW_TOKEN_COMMAND"], Value("COMMAND"), Airflow,
        "Shell command that prints a fresh bearer token; run again when the token ends";
    Username: --"username", ["AIRFLOW_USERNAME"], Value("NAME"), Airflow,
        "User; on Airflow 3 exchanged for a token, on Airflow 2 basic authentication";
    Password: --"password", ["AIRFLOW_PASSWORD"], Value("PASSWORD"), Airflow,
        "Password of the user; prefer the variable, flags show in process lists";
    VerifySsl: --"verify-ssl", ["AIRFLOW_VERIFY_SSL"], Value("BOOL"), Airflow,
        "Whether to check Airflow's certificate [default: true]";
    CaCert: --"ca-cert", ["AIRFLOW_CA_CERT"], Value("FILE"), Airflow,
        "Further certificate authority to trust, a PEM file";
    ApiVersion: --"api-version", ["AIRFLOW_API_VERSION"], Value("v1|v2"), Airflow,
        "REST API to use; found out if not given";
    ProjectDir: --"airflow-project-dir", ["AIRFLOW_PROJECT_DIR"], Value("DIR"), Airflow,
        "Astro project whose .astro/config.yaml names the port of a local Airflow; used without an address [default with the profile astro-airflow-mcp: .]";
    MwaaEnvironment: --"mwaa-environment", ["MWAA_ENVIRONMENT"], Value("NAME"), Airflow,
        "Name of the connected Amazon MWAA environment, for the tools of the profile mwaa [default: the address's host]";
    AllowWrite: --"allow-write", ["AIRVANE_ALLOW_WRITE"], Switch, Access,
        "Allow what starts or stops work and deletes nothing: trigger, clear, pause";
    AllowDestructive: --"allow-destructive", ["AIRVANE_ALLOW_DESTRUCTIVE"], Switch, Access,
        "Allow deleting as well";
    ReadOnly: --"read-only", ["READ_ONLY", "AF_READ_ONLY"], Switch, Access,
        "Allow reading only, whatever else is set";
    Profile: --"profile", ["AIRVANE_PROFILE"], Value("NAME"), Access,
        "Show the tools of another server by their names: mcp-server-apache-airflow, astro-airflow-mcp, mwaa, or openapi for every operation by its id; all tools stay callable by name";
    Toolsets: --"toolsets", ["AIRVANE_TOOLSETS"], List("NAMES"), Access,
        "Show only the tools of these groups, operations included; others stay callable by name";
    Tools: --"tools", ["AIRVANE_TOOLS"], List("NAMES"), Access,
        "Show only these tools; others stay callable by name";
    ExcludeTools: --"exclude-tools", ["AIRVANE_EXCLUDE_TOOLS"], List("NAMES"), Access,
        "Neither show nor run these tools";
    Structured: --"structured-content", ["AIRVANE_STRUCTURED_CONTENT"], Switch, Output,
        "Add the answer as JSON in `structuredContent`";
    MaxTokens: --"max-tokens", ["AIRVANE_MAX_TOKENS"], Value("N"), Output,
        "Longest answer in tokens, from 300 [default: 8000]";
    Transport: --"transport", ["AIRVANE_TRANSPORT", "MCP_TRANSPORT"], Value("stdio|http"), Transport,
        "How clients connect [default: stdio]";
    Host: --"host", ["AIRVANE_HOST", "MCP_HOST"], Value("ADDRESS"), Transport,
        "Address to listen on; other than loopback needs --auth or --auth-token-file [default: 127.0.0.1]";
    Port: --"port", ["AIRVANE_PORT", "MCP_PORT"], Value("PORT"), Transport,
        "Port to listen on; 0 takes a free one [default: 8000]";
    Auth: --"auth", ["AIRVANE_AUTH"], Value("none|passthrough"), Transport,
        "`passthrough`: each caller's own Airflow credential goes to Airflow, and none means 401 [default: none]";
    AuthTokenFile: --"auth-token-file", ["AIRVANE_AUTH_TOKEN_FILE"], Value("FILE"), Transport,
        "Callers must present the bearer token in this file";
    AllowedHosts: --"allowed-hosts", ["AIRVANE_ALLOWED_HOSTS"], List("HOSTS"), Transport,
        "`Host` headers to accept besides loopback and the address listened on";
    AllowedOrigins: --"allowed-origins", ["AIRVANE_ALLOWED_ORIGINS"], List("ORIGINS"), Transport,
        "Browser origins to accept, for example https://ide.example.com; none by default";
}

/// A flag of another server, accepted so that its command line need not change.
#[derive(Debug)]
pub struct Alias {
    /// Theirs, without the dashes.
    pub flag: &'static str,
    /// The option it sets.
    pub option: OptionId,
    /// What it sets it to, if theirs is a switch; otherwise it takes the option's own value.
    pub value: Option<&'static str>,
}

const fn same(flag: &'static str, option: OptionId) -> Alias {
    Alias { flag, option, value: None }
}

const fn switch(flag: &'static str, option: OptionId, value: &'static str) -> Alias {
    Alias { flag, option, value: Some(value) }
}

/// All of them. `--unsafe` is not among them: it sets nothing, and the command line says so.
pub const ALIASES: &[Alias] = &[
    same("airflow-url", OptionId::ApiUrl),
    same("apis", OptionId::Toolsets),
    same("auth-token", OptionId::Token),
    same("base-url", OptionId::ApiUrl),
    switch("http", OptionId::Transport, "http"),
    same("mcp-host", OptionId::Host),
    same("mcp-port", OptionId::Port),
    switch("no-verify-ssl", OptionId::VerifySsl, "false"),
    switch("safe", OptionId::ReadOnly, "true"),
    switch("sse", OptionId::Transport, "sse"),
    switch("static-tools", OptionId::Profile, "openapi"),
];
