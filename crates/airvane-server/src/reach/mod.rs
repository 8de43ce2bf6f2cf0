//! Any operation of the catalog, by its name and named arguments.
//!
//! One function, [`run`], stands behind the four generic tools, the tools made of catalog rows and
//! the drop-in profiles: it refuses what the policy refuses, what the connected Airflow does not
//! have and what the row does not take, all before anything is sent; then it goes the way of every
//! request, and the answer is Airflow's JSON, redacted and bounded.

mod answer;
mod check;
mod fill;
pub(crate) mod generic;
pub(crate) mod live;
mod offered;
pub(crate) mod search;
mod signature;
mod special;
mod tool_schema;

use airvane_api::{AccessLevel, Operation, catalog};
use serde_json::{Map, Value, json};

use crate::failure::{Failure, FailureKind};
use crate::registry;
use crate::suggest;
use crate::tool::{Call, ToolResult};
use crate::tools::get_task_logs::GetTaskLogs;

pub use offered::Release;
pub use search::takes;
pub(crate) use signature::Signature;
pub(crate) use tool_schema::{input_schema, object, shallow, wire_schema};

use fill::Filled;

/// Rows of a list where the caller names no number.
const PAGE: u64 = 25;

/// Runs an operation with flat arguments: path, query and header parameters and fields of the body
/// by Airflow 3's names or the wire's, or the body whole as `body`.
pub async fn run(
    call: &Call,
    operation: &'static Operation,
    arguments: Map<String, Value>,
) -> ToolResult {
    run_and_edit(call, operation, arguments, |_| ()).await
}

/// The same, with a say in what is shown of the answer: for what an Airflow can't select itself.
pub(crate) async fn run_and_edit(
    call: &Call,
    operation: &'static Operation,
    arguments: Map<String, Value>,
    edit: impl FnOnce(&mut Value) + Send,
) -> ToolResult {
    if operation.refused {
        let message = format!("`{}` is never called: it ends or begins a login", operation.name);
        return Err(Failure::new(FailureKind::NotAllowed, message));
    }
    call.policy.permits_operation(operation, operation.level)?;
    if special::is(operation, &catalog::GET_TASK_LOG) {
        return log(call, arguments).await;
    }
    let release = call.airflow.release().await?;
    let signature = Signature::of(release.offer(operation)?);
    let named = arguments.clone();
    let filled = Filled::new(operation, release, &signature, paged(&signature, arguments))?;
    call.policy.permits_operation(operation, operation.level_of(filled.body.as_ref()))?;
    let sent = send(call, operation, filled, &named, edit).await;
    match sent {
        Err(failure) if failure.is_not_found() => {
            Err(suggest::explain(&call.airflow, &explained(operation, named), failure).await)
        }
        sent => sent,
    }
}

async fn send(
    call: &Call,
    operation: &'static Operation,
    filled: Filled,
    named: &Map<String, Value>,
    edit: impl FnOnce(&mut Value) + Send,
) -> ToolResult {
    if special::is(operation, &catalog::WAIT_DAG_RUN_UNTIL_FINISHED) {
        let last = call.airflow.last_line(operation, |request| filled.fill(request)).await?;
        return Ok(answer::waited(last));
    }
    let answer = call.airflow.ask_json(operation, |request| filled.fill(request)).await?;
    Ok(answer::document(call, operation, answer, named, edit))
}

/// Logs go the way of the log tool: streamed, with their failure first, never without a bound.
async fn log(call: &Call, mut arguments: Map<String, Value>) -> ToolResult {
    for unneeded in ["full_content", "token"] {
        arguments.remove(unneeded);
    }
    if let Some(number) = arguments.remove("task_try_number") {
        arguments.entry("try_number").or_insert(number);
    }
    registry::run_as::<GetTaskLogs>(call, arguments).await
}

/// A list without a limit gets ours.
fn paged(signature: &Signature, mut arguments: Map<String, Value>) -> Map<String, Value> {
    if arguments.contains_key("body") {
        return arguments;
    }
    for name in ["limit", "page_limit"] {
        if signature.find(name).is_some() {
            arguments.entry(name).or_insert_with(|| PAGE.into());
        }
    }
    arguments
}

/// Of the arguments of a call that found nothing, those whose absence would explain it.
fn explained(operation: &Operation, mut arguments: Map<String, Value>) -> Map<String, Value> {
    if !matches!(operation.toolset, "taskinstance" | "dag") {
        arguments.remove("task_id");
    }
    arguments
}

/// The level of a call with these arguments, before they are checked: what can't be judged is
/// destructive. The request itself is judged again.
pub(crate) fn level_of(operation: &Operation, arguments: &Map<String, Value>) -> AccessLevel {
    if operation.bulk.is_none() {
        return operation.level;
    }
    let parsed = |value: &Value| match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        value => value.clone(),
    };
    let actions = match arguments.get("body").map(parsed) {
        Some(body) => body.get("actions").cloned(),
        None => arguments.get("actions").map(parsed),
    };
    operation.level_of(Some(&json!({ "actions": actions })))
}
