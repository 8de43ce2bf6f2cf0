//! `airvane doctor`: what of the connection works, what does not, how to mend it.
//!
//! Only reads. Every check stands for itself: one that cannot be made, because another failed
//! before it, is skipped and says so.

use std::time::{Duration, Instant};

use airvane_api::{ApiVersion, Operation, Request, catalog, ids::DagId, ids::DagRunId};
use airvane_client::{Backend, Context, Credentials, RestBackend, TransportError};
use jiff::Timestamp;
use serde::Serialize;
use tokio::net::TcpStream;
use url::{Host, Url};

use crate::airflow::Airflow;
use crate::failure::{Failure, FailureKind};
use crate::server::{CallerContext, Server, StartError, rest_backend};
use crate::settings::{AirflowSettings, Settings};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As it should be.
    Ok,
    /// Works, and something is worth knowing.
    Warn,
    /// Does not work.
    Fail,
    /// Could not be made.
    Skipped,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// How it ended.
    pub status: Status,
    /// What was found.
    pub detail: String,
    /// What to do about it; empty if nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mend: String,
}

impl Check {
    fn new(name: &'static str, status: Status, detail: impl Into<String>) -> Self {
        Self { name, status, detail: detail.into(), mend: String::new() }
    }

    fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self::new(name, Status::Ok, detail)
    }

    fn skipped(name: &'static str, why: &str) -> Self {
        Self::new(name, Status::Skipped, why)
    }

    fn failed(name: &'static str, failure: &Failure) -> Self {
        let detail = match &failure.detail {
            Some(words) => format!("{}; Airflow says: {}", failure.message, words.trim()),
            None => failure.message.clone(),
        };
        Self::new(name, Status::Fail, detail).mend(failure.hint.unwrap_or_default())
    }

    fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = mend.into();
        self
    }
}

/// Longest time of one request.
const TIME: Duration = Duration::from_secs(15);

/// Makes all checks.
pub async fn run(settings: &Settings) -> Result<Vec<Check>, StartError> {
    let Some(airflow) = &settings.airflow else {
        let check = Check::new("url", Status::Fail, "no Airflow is configured")
            .mend("set AIRFLOW_API_URL, or pass --api-url");
        return Ok(vec![check]);
    };
    let server = Server::new(settings)?;
    let backend = rest_backend(airflow)?;
    let mut checks = vec![url(airflow)];
    checks.extend(network(&airflow.url, backend.proxy()).await);
    let facade = || server.airflow(&CallerContext::configured(), TIME);
    let (version, api) = version(&backend, &facade()).await;
    checks.push(tls(airflow, &version));
    let reachable = api.is_some();
    checks.push(version.check);
    if !reachable {
        for name in ["credentials", "role", "clock", "latency"] {
            checks.push(Check::skipped(name, "Airflow does not answer"));
        }
        return Ok(checks);
    }
    let credentials = credentials(airflow, &facade(), api).await;
    let known = matches!(credentials.status, Status::Ok | Status::Warn);
    checks.push(credentials);
    checks.push(if known {
        role(&server).await
    } else {
        Check::skipped("role", "needs a valid credential")
    });
    checks.extend(clock_and_latency(&backend, api).await);
    Ok(checks)
}

fn url(settings: &AirflowSettings) -> Check {
    let url = &settings.url;
    let local = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let open = url.scheme() == "http" && !local;
    if open && !matches!(settings.credentials, Credentials::None) {
        return Check::new("url", Status::Warn, format!("{url} sends credentials unencrypted"))
            .mend("use https:// if Airflow offers it");
    }
    Check::ok("url", url.as_str())
}

/// Name and port of whom requests are sent to: of the proxy, where one is configured, because
/// Airflow itself may be out of reach then.
async fn network(url: &Url, proxy: Option<(String, u16)>) -> Vec<Check> {
    const CONNECT: Duration = Duration::from_secs(5);
    let (via, whom) = if proxy.is_some() { ("the proxy ", "the proxy") } else { ("", "it") };
    let airflow = || Some((url.host_str()?.to_owned(), url.port_or_known_default()?));
    let Some((host, port)) = proxy.or_else(airflow) else {
        return vec![Check::new("dns", Status::Fail, "the URL names no host")];
    };
    let bare = host.trim_matches(['[', ']']);
    let addresses: Vec<_> = match tokio::net::lookup_host((bare, port)).await {
        Ok(addresses) => addresses.collect(),
        Err(_) => Vec::new(),
    };
    if addresses.is_empty() {
        let failed = Check::new("dns", Status::Fail, format!("{via}{host} has no address"))
            .mend("is the name spelled right, and is a VPN needed?");
        return vec![failed, Check::skipped("tcp", "the host has no address")];
    }
    let dns = Check::ok("dns", format!("{via}{host} has {} address(es)", addresses.len()));
    let started = Instant::now();
    let tcp = match tokio::time::timeout(CONNECT, TcpStream::connect(addresses.as_slice())).await {
        Ok(Ok(_)) => {
            let millis = started.elapsed().as_millis();
            Check::ok("tcp", format!("port {port} of {whom} accepts connections ({millis} ms)"))
        }
        Ok(Err(error)) => Check::new("tcp", Status::Fail, format!("port {port}: {}", error.kind()))
            .mend("is Airflow's web server running there, and does a firewall let you through?"),
        Err(_) => Check::new("tcp", Status::Fail, format!("port {port}: no answer within 5 s"))
            .mend("a firewall may drop the packets; is a VPN or a proxy needed?"),
    };
    vec![dns, tcp]
}

struct VersionCheck {
    check: Check,
    tls: Option<String>,
}

async fn version(backend: &RestBackend, airflow: &Airflow) -> (VersionCheck, Option<ApiVersion>) {
    let context = Context::within(airvane_client::Caller::Configured, TIME);
    match backend.detect(&context).await {
        Ok(instance) => {
            let release = instance
                .version
                .map_or_else(|| "of an unknown release".to_owned(), |version| version.to_string());
            let detail = format!("Airflow {release}, REST API {}", instance.api);
            (VersionCheck { check: Check::ok("version", detail), tls: None }, Some(instance.api))
        }
        Err(error) => {
            let tls = match &error {
                airvane_client::DetectError::Transport(error @ TransportError::Tls { .. }) => {
                    Some(error.to_string())
                }
                _ => None,
            };
            let check = match airflow.api().await {
                Err(failure) => Check::failed("version", &failure),
                Ok(_) => Check::new("version", Status::Fail, error.to_string()),
            };
            (VersionCheck { check, tls }, None)
        }
    }
}

fn tls(settings: &AirflowSettings, version: &VersionCheck) -> Check {
    if settings.url.scheme() != "https" {
        return Check::skipped("tls", "the URL is http://");
    }
    match &version.tls {
        Some(problem) => Check::new("tls", Status::Fail, problem)
            .mend("for a private certificate authority set AIRFLOW_CA_CERT to its PEM file"),
        None if version.check.status != Status::Ok => Check::skipped("tls", "no answer came"),
        None if !settings.verify_ssl => {
            Check::new("tls", Status::Warn, "the certificate is not checked (AIRFLOW_VERIFY_SSL)")
                .mend("set AIRFLOW_CA_CERT to the authority's PEM file instead")
        }
        None => Check::ok("tls", "the certificate is valid"),
    }
}

async fn credentials(
    settings: &AirflowSettings,
    airflow: &Airflow,
    api: Option<ApiVersion>,
) -> Check {
    const NAME: &str = "credentials";
    let kind = match &settings.credentials {
        Credentials::None => "none",
        Credentials::Token(_) => "token",
        Credentials::TokenCommand(_) => "token from the command",
        Credentials::Password { .. } => "user and password",
    };
    match ask(airflow, &catalog::LIST_DAGS).await {
        Ok(()) if matches!(settings.credentials, Credentials::None) => {
            Check::new(NAME, Status::Warn, "none are configured, and Airflow answers all the same")
                .mend("anybody who reaches this Airflow can read it: switch its authentication on")
        }
        Ok(()) => Check::ok(NAME, format!("{kind}: accepted")),
        Err(_) if matches!(settings.credentials, Credentials::None) => {
            Check::new(NAME, Status::Fail, "none are configured, and Airflow asks for them").mend(
                "set AIRFLOW_USERNAME and AIRFLOW_PASSWORD, AIRFLOW_AUTH_TOKEN or \
                 AIRFLOW_TOKEN_COMMAND; with --auth passthrough the callers bring their own",
            )
        }
        Err(failure) if failure.kind == FailureKind::Forbidden && api == Some(ApiVersion::V1) => {
            Check::new(NAME, Status::Fail, format!("{kind}: refused (403)")).mend(
                "Airflow 2 says so to a wrong password, and to a role that may not see DAGs: check both",
            )
        }
        Err(failure) if failure.kind == FailureKind::Forbidden => {
            Check::ok(NAME, format!("{kind}: accepted, though not for DAGs"))
        }
        Err(failure) => Check::failed(NAME, &failure),
    }
}

/// What the tools read most. `~` stands for all DAGs and all runs.
async fn ask(airflow: &Airflow, operation: &'static Operation) -> Result<(), Failure> {
    let (dags, runs) = (DagId::new("~")?, DagRunId::new("~")?);
    let fill = |request: airvane_api::request::RequestBuilder| {
        let request = if request.knows("limit") { request.query("limit", 1) } else { request };
        match operation.name {
            "list_dag_runs" => request.path("dag_id", &dags),
            "list_task_instances" => request.path("dag_id", &dags).path("dag_run_id", &runs),
            _ => request,
        }
    };
    airflow.ask_json(operation, fill).await.map(drop)
}

async fn role(server: &Server) -> Check {
    let reads = [
        &catalog::LIST_DAGS,
        &catalog::LIST_DAG_RUNS,
        &catalog::LIST_TASK_INSTANCES,
        &catalog::LIST_IMPORT_ERRORS,
        &catalog::LIST_ASSETS,
        &catalog::LIST_POOLS,
        &catalog::LIST_VARIABLES,
        &catalog::LIST_CONNECTIONS,
        &catalog::LIST_EVENT_LOGS,
        &catalog::GET_CONFIG,
    ];
    let airflow = server.airflow(&CallerContext::configured(), TIME);
    let asked = reads.map(|operation| {
        let airflow = airflow.clone();
        async move { (operation.name, ask(&airflow, operation).await) }
    });
    let results = futures::future::join_all(asked).await;
    let mut lacking = Vec::new();
    // Airflow hides it from everybody unless told otherwise: no fault of the role.
    let mut note = "";
    for (name, result) in &results {
        match result {
            Err(failure) if *name == "get_config" && failure.kind == FailureKind::Forbidden => {
                note =
                    "; the configuration is hidden (`expose_config` is off, or the role lacks it)";
            }
            Err(failure) if failure.kind == FailureKind::Forbidden => {
                lacking.push((*name).to_owned());
            }
            Err(failure) => lacking.push(format!("{name} ({})", failure.message)),
            Ok(()) => {}
        }
    }
    let total = results.len();
    if lacking.is_empty() {
        return Check::ok("role", format!("may read what the tools ask for most{note}"));
    }
    let may = total - lacking.len();
    let detail = format!("may read {may} of {total} things; not: {}{note}", lacking.join(", "));
    Check::new("role", Status::Warn, detail)
        .mend("tools that need these say so; an Airflow admin can grant them to this user's role")
}

/// From `/version`, three times: it is cheap and public.
async fn clock_and_latency(backend: &RestBackend, api: Option<ApiVersion>) -> Vec<Check> {
    let (mut times, mut skew) = (Vec::new(), None);
    for _ in 0..3 {
        let Some(api) = api else { break };
        let Ok(request) = Request::builder(&catalog::GET_VERSION, api).build() else { break };
        let context = Context::within(airvane_client::Caller::Configured, TIME);
        let started = Instant::now();
        let Ok(response) = backend.send(&request, &context).await else { break };
        times.push(started.elapsed());
        let date = response.headers.get(http::header::DATE).and_then(|date| date.to_str().ok());
        skew = date.and_then(seconds_from_now);
    }
    vec![clock(skew), latency(times)]
}

fn seconds_from_now(date: &str) -> Option<i64> {
    let theirs = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    Some(theirs.duration_since(Timestamp::now()).as_secs())
}

fn clock(skew: Option<i64>) -> Check {
    // The header has whole seconds, and the answer took some time.
    const TOLERATED: u64 = 30;
    match skew {
        None => Check::skipped("clock", "the answer has no date"),
        Some(skew) if skew.unsigned_abs() > TOLERATED => {
            let side = if skew > 0 { "behind" } else { "ahead of" };
            let detail = format!("this machine is {} s {side} Airflow", skew.unsigned_abs());
            Check::new("clock", Status::Warn, detail)
                .mend("tokens may count as expired or not yet valid: set both clocks by NTP")
        }
        Some(_) => Check::ok("clock", "agrees with Airflow's"),
    }
}

fn latency(mut times: Vec<Duration>) -> Check {
    const SLOW: Duration = Duration::from_secs(1);
    times.sort_unstable();
    let Some(median) = times.get(times.len() / 2) else {
        return Check::skipped("latency", "no answer came");
    };
    let detail = format!("{} ms (median of {})", median.as_millis(), times.len());
    if *median > SLOW {
        return Check::new("latency", Status::Warn, detail)
            .mend("answers will be slow: Airflow's web server may need more workers");
    }
    Check::ok("latency", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_differ_a_little() {
        assert_eq!(clock(Some(-3)).status, Status::Ok);
        let late = clock(Some(120));
        assert_eq!((late.status, late.detail.contains("behind")), (Status::Warn, true));
        assert_eq!(clock(None).status, Status::Skipped);
        assert_eq!(seconds_from_now("not a date"), None);
        assert!(seconds_from_now("Sun, 06 Nov 1994 08:49:37 GMT").unwrap() < -1_000_000);
    }

    #[test]
    fn latency_is_the_median() {
        let times = [900, 10, 20].map(Duration::from_millis).to_vec();
        assert_eq!(latency(times).detail, "20 ms (median of 3)");
        assert_eq!(latency(Vec::new()).status, Status::Skipped);
        assert_eq!(latency(vec![Duration::from_secs(2)]).status, Status::Warn);
    }

    #[tokio::test]
    async fn without_an_airflow_it_says_what_to_set() {
        let raw = crate::settings::RawSettings::from_environment(|_| None);
        let checks = run(&Settings::resolve(&raw).unwrap()).await.unwrap();
        assert!(checks[0].mend.contains("AIRFLOW_API_URL"), "{checks:?}");
    }

    #[tokio::test]
    async fn an_airflow_that_is_down_fails_once_and_the_rest_is_skipped() {
        let raw = crate::settings::RawSettings::from_environment(|name| {
            (name == "AIRFLOW_API_URL").then(|| "http://127.0.0.1:9".to_owned())
        });
        let checks = run(&Settings::resolve(&raw).unwrap()).await.unwrap();
        let status = |name| checks.iter().find(|check| check.name == name).unwrap().status;
        assert_eq!((status("url"), status("dns")), (Status::Ok, Status::Ok));
        assert_eq!((status("tcp"), status("version")), (Status::Fail, Status::Fail));
        assert_eq!((status("credentials"), status("latency")), (Status::Skipped, Status::Skipped));
    }
}
