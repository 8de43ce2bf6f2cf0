//! From plain words to operations: a few best rows, with what they take.

mod describe;
mod rank;
mod stem;
mod vocabulary;

use airvane_api::{AccessLevel, Operation};

use super::live;
use super::offered::{Release, since};
use crate::failure::Failure;
use crate::output::Document;
use crate::tool::{Call, ToolResult};

pub use describe::takes;

/// Rows of an answer where the caller names no number.
const DEFAULT: usize = 3;

/// Most rows of an answer.
const MOST: usize = 10;

/// Longest query that is looked at, in characters.
const LONGEST: usize = 300;

/// The operations that fit the words best, those first that the connected Airflow has. An Airflow
/// that can't be reached hinders nobody from searching.
pub(crate) async fn find(call: &Call, query: &str, limit: Option<usize>) -> ToolResult {
    let query: String = query.chars().take(LONGEST).collect();
    let release = call.airflow.release().await.ok();
    let live = call.airflow.live_operations().await;
    let found: Vec<&Operation> = rank::ranked(&query, release, live)
        .into_iter()
        .filter(|operation| !is_excluded(call, operation))
        .take(limit.unwrap_or(DEFAULT).clamp(1, MOST))
        .collect();
    if found.is_empty() {
        return Err(Failure::not_found("no operation fits these words")
            .hint("name the thing (run, connection, pool, backfill, …) and what to do with it"));
    }
    let mut document = Document::new();
    for operation in &found {
        show(&mut document, operation, release, call);
    }
    document.next(
        "run one with read_operation, write_operation or destroy_operation, as its level says",
    );
    Ok(document)
}

fn is_excluded(call: &Call, operation: &'static Operation) -> bool {
    matches!(
        call.policy.permits_operation(operation, AccessLevel::Read),
        Err(crate::policy::Refusal::Excluded { .. })
    )
}

fn show(
    document: &mut Document,
    operation: &'static Operation,
    release: Option<Release>,
    call: &Call,
) {
    let level = match operation.level {
        level if level > call.policy.level() => format!("{level}, not allowed on this server"),
        level => level.to_string(),
    };
    let origin = match since(operation) {
        _ if operation.toolset == live::TOOLSET => ", from this Airflow's own document".to_owned(),
        Some(since) => format!(", {since}"),
        None => String::new(),
    };
    document.line(format!("{} ({level}{origin}): {}", operation.name, operation.summary));
    let offer = release.map(|release| release.offer(operation));
    match offer {
        Some(Err(failure)) => {
            document.line(format!("  not here: {}", failure.message));
        }
        Some(Ok(endpoint)) => {
            document.line(format!("  takes: {}", takes(endpoint)));
        }
        None => {
            let endpoint = operation.v2.as_ref().or(operation.v1.as_ref());
            let takes = endpoint.map(takes).unwrap_or_default();
            document.line(format!("  takes: {takes}"));
        }
    }
}
