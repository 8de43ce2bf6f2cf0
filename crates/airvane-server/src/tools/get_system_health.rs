//! `get_system_health`: is this Airflow well? "Healthy" is said only when every check answered.

use airvane_api::models::{DagWarning, Health, HealthPart, ImportError, Page, Pool, Version};
use airvane_api::{ApiVersion, catalog};
use schemars::JsonSchema;
use serde::Deserialize;

use super::health_runs;
use super::list_import_errors::last_line;
use crate::failure::Failure;
use crate::output::{Document, time};
use crate::tool::{Call, Tool, ToolResult};

/// Checks the system.
pub struct GetSystemHealth;

/// Nothing.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

impl Tool for GetSystemHealth {
    const NAME: &'static str = "get_system_health";
    const TITLE: &'static str = "System health";
    const DESCRIPTION: &'static str = "Is Airflow well? Version, heartbeats, import errors, DAG warnings, pools, runs failed or stuck.";
    const TOOLSET: &'static str = "monitoring";
    type Input = Input;

    async fn call(call: &Call, _input: Input) -> ToolResult {
        let api = call.airflow.api().await?;
        let (version, parts, imports, warnings, pools, failed, long, queued) = tokio::join!(
            version(call),
            parts(call, api),
            import_errors(call),
            warnings(call),
            pools(call),
            health_runs::failed_runs(call),
            health_runs::long_runs(call),
            health_runs::queued_tasks(call),
        );
        let checks = [version, parts, imports, warnings, pools, failed, long, queued];
        let mut document = Document::new();
        document.line(verdict(&checks));
        let rows = checks
            .into_iter()
            .map(|check| vec![check.name.to_owned(), check.state.text(), check.detail]);
        document.table("checks", &["check", "result", "detail"], rows.collect());
        Ok(document)
    }
}

/// One thing that was looked at.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) state: State,
    pub(super) detail: String,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    Ok,
    Problem,
    Unknown,
}

impl State {
    fn text(self) -> String {
        match self {
            Self::Ok => "ok",
            Self::Problem => "PROBLEM",
            Self::Unknown => "UNKNOWN",
        }
        .to_owned()
    }
}

impl Check {
    pub(super) fn of(name: &'static str, problem: bool, detail: impl Into<String>) -> Self {
        let state = if problem { State::Problem } else { State::Ok };
        Self { name, state, detail: detail.into() }
    }

    pub(super) fn unknown(name: &'static str, failure: &Failure) -> Self {
        Self { name, state: State::Unknown, detail: failure.message.clone() }
    }
}

fn verdict(checks: &[Check]) -> String {
    let names = |state: State| {
        let names: Vec<&str> =
            checks.iter().filter(|check| check.state == state).map(|check| check.name).collect();
        names.join(", ")
    };
    match (names(State::Problem), names(State::Unknown)) {
        (problems, unknown) if problems.is_empty() && unknown.is_empty() => {
            "Healthy: every check answered and found nothing".to_owned()
        }
        (problems, unknown) if unknown.is_empty() => format!("Problems: {problems}"),
        (problems, unknown) if problems.is_empty() => {
            format!("Can't tell: no answer on {unknown}; the other checks found nothing")
        }
        (problems, unknown) => format!("Problems: {problems}. No answer on: {unknown}"),
    }
}

async fn version(call: &Call) -> Check {
    const NAME: &str = "version";
    match call.airflow.ask::<Version>(&catalog::GET_VERSION, |request| request).await {
        Ok(version) => Check::of(NAME, false, format!("Airflow {}", version.version)),
        Err(failure) => Check::unknown(NAME, &failure),
    }
}

async fn parts(call: &Call, api: ApiVersion) -> Check {
    const NAME: &str = "heartbeats";
    let health: Health = match call.airflow.ask(&catalog::GET_HEALTH, |request| request).await {
        Ok(health) => health,
        Err(failure) => return Check::unknown(NAME, &failure),
    };
    let mut sick = false;
    let mut texts = Vec::new();
    let all = [
        ("database", health.metadatabase, true),
        ("scheduler", health.scheduler, true),
        ("triggerer", health.triggerer, false),
        // Airflow 2 runs it inside the scheduler by default and then tells no status.
        ("dag_processor", health.dag_processor, api == ApiVersion::V2),
    ];
    for (name, part, needed) in all {
        let (well, text) = heartbeat(part.as_ref(), needed);
        sick |= !well;
        texts.push(format!("{name} {text}"));
    }
    Check::of(NAME, sick, texts.join("; "))
}

/// Whether a part is as it should be, and how it is.
fn heartbeat(part: Option<&HealthPart>, needed: bool) -> (bool, String) {
    let status = part.and_then(|part| part.status.as_deref());
    let seen = part
        .and_then(|part| part.latest_heartbeat.as_deref())
        .map(|at| format!(" (last seen {})", time::short(at)))
        .unwrap_or_default();
    match status {
        Some("healthy") => (true, "healthy".to_owned()),
        Some(status) => (false, format!("{status}{seen}")),
        None => (!needed, if needed { "tells no status" } else { "does not run" }.to_owned()),
    }
}

async fn import_errors(call: &Call) -> Check {
    const NAME: &str = "import errors";
    let page: Result<Page<ImportError>, Failure> =
        call.airflow.ask(&catalog::LIST_IMPORT_ERRORS, |request| request.query("limit", 5)).await;
    match page {
        Ok(page) => {
            let texts: Vec<String> = page
                .items
                .iter()
                .map(|error| format!("{}: {}", error.filename, last_line(error)))
                .collect();
            let total = page.total_or_shown();
            Check::of(NAME, total > 0, counted(total, &texts))
        }
        Err(failure) => Check::unknown(NAME, &failure),
    }
}

async fn warnings(call: &Call) -> Check {
    const NAME: &str = "DAG warnings";
    let page: Result<Page<DagWarning>, Failure> =
        call.airflow.ask(&catalog::LIST_DAG_WARNINGS, |request| request.query("limit", 5)).await;
    match page {
        Ok(page) => {
            let texts: Vec<String> = page
                .items
                .iter()
                .map(|warning| format!("{}: {}", warning.dag_id, warning.message))
                .collect();
            let total = page.total_or_shown();
            Check::of(NAME, total > 0, counted(total, &texts))
        }
        Err(failure) => Check::unknown(NAME, &failure),
    }
}

pub(super) fn counted(total: u64, texts: &[String]) -> String {
    match (total, texts) {
        (0, _) => "none".to_owned(),
        (total, texts) if (texts.len() as u64) < total => {
            format!("{total}, among them: {}", texts.join("; "))
        }
        (total, texts) => format!("{total}: {}", texts.join("; ")),
    }
}

/// A pool that is full while tasks wait for it.
async fn pools(call: &Call) -> Check {
    const NAME: &str = "pools";
    let page: Result<Page<Pool>, Failure> =
        call.airflow.ask(&catalog::LIST_POOLS, |request| request.query("limit", 100)).await;
    let (pools, total) = match page {
        Ok(page) => (page.items.clone(), page.total_or_shown()),
        Err(failure) => return Check::unknown(NAME, &failure),
    };
    let full: Vec<String> = pools
        .iter()
        .filter(|pool| pool.slots >= 0 && pool.open_slots <= 0 && pool.scheduled_slots > 0)
        .map(|pool| {
            format!(
                "{} is full ({} slots) and {} more are wanted",
                pool.name, pool.slots, pool.scheduled_slots
            )
        })
        .collect();
    let detail = if full.is_empty() {
        format!("{} pools, none short of slots", pools.len())
    } else {
        full.join("; ")
    };
    if full.is_empty() && (pools.len() as u64) < total {
        let detail = format!("only the first {} of {total} were looked at", pools.len());
        return Check { name: NAME, state: State::Unknown, detail };
    }
    Check::of(NAME, !full.is_empty(), detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &'static str, state: State) -> Check {
        Check { name, state, detail: String::new() }
    }

    #[test]
    fn healthy_is_said_only_when_every_check_answered() {
        assert!(verdict(&[check("a", State::Ok), check("b", State::Ok)]).starts_with("Healthy"));
        assert!(
            verdict(&[check("a", State::Ok), check("b", State::Unknown)]).starts_with("Can't tell")
        );
        let both = verdict(&[check("a", State::Problem), check("b", State::Unknown)]);
        assert_eq!(both, "Problems: a. No answer on: b");
    }

    #[test]
    fn a_part_that_should_run_and_says_nothing_is_not_well() {
        assert!(!heartbeat(None, true).0);
        assert!(heartbeat(None, false).0);
        let sick = HealthPart { status: Some("unhealthy".to_owned()), latest_heartbeat: None };
        assert!(!heartbeat(Some(&sick), false).0);
    }
}
