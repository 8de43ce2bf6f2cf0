//! Where renaming a parameter is not enough: what another server's tool takes in another shape
//! than Airflow's API, or needs a look-up for.
//!
//! Each adapter is one function, named in `catalog/profiles/*.toml`. It is given the arguments by
//! our names, checked for what has to be there, and goes on with [`proceed`] or with an operation
//! of its own choice; policy, redaction and bounds are those of whatever it calls.

use std::cmp::Ordering;

use airvane_api::ids::{DagId, PathValue};
use airvane_api::models::{Asset, Dag, DagRun, Page};
use airvane_api::profile::ProfileTool;
use airvane_api::{ApiVersion, Operation, catalog};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use serde_json::{Map, Value, json};

use super::{environment, proceed};
use crate::airflow::Airflow;
use crate::failure::{Failure, FailureKind};
use crate::output::Document;
use crate::reach;
use crate::tool::{Call, ToolResult};
use crate::tools::get_airflow_config;

/// Arguments by our names.
pub(super) type Arguments = Map<String, Value>;

/// Does a call.
pub(super) type Adapter =
    for<'a> fn(&'a Call, &'static ProfileTool, Arguments) -> BoxFuture<'a, ToolResult>;

/// Pages looked through before a look-up gives up, of [`ROWS`] each.
const PAGES: u32 = 20;
const ROWS: u32 = 100;

const UNSENT: &str = "nothing was sent to Airflow";

/// All adapters by the names in the profiles.
pub(super) const ADAPTERS: &[(&str, Adapter)] = &[
    ("asset_by_uri", |call, tool, arguments| asset_by_uri(call, tool, arguments).boxed()),
    ("clear", |call, tool, arguments| clear(call, tool, arguments).boxed()),
    ("every_dag", |call, tool, arguments| every_dag(call, tool, arguments).boxed()),
    ("get_environment", |call, _, arguments| environment::get(call, arguments).boxed()),
    ("list_environments", |call, _, _| ready(environment::list(call)).boxed()),
    ("made_by_aws", |_, tool, arguments| ready(environment::made_by_aws(tool, &arguments)).boxed()),
    ("mark", |call, tool, arguments| mark(call, tool, arguments).boxed()),
    ("one_option", |call, _, arguments| one_option(call, arguments).boxed()),
    ("only_fields", |call, tool, arguments| only_fields(call, tool, arguments).boxed()),
    ("only_paused", |call, tool, arguments| only_paused(call, tool, arguments).boxed()),
    ("page_here", |call, tool, arguments| page_here(call, tool, arguments).boxed()),
    ("reparse_by_token", |call, tool, arguments| reparse_by_token(call, tool, arguments).boxed()),
    ("rest_is_kept", |call, tool, arguments| rest_is_kept(call, tool, arguments).boxed()),
    ("set_state", |call, _, arguments| set_state(call, arguments).boxed()),
    ("source_by_token", |call, tool, arguments| source_by_token(call, tool, arguments).boxed()),
    ("unnamed_connection", |call, tool, arguments| {
        unnamed_connection(call, tool, arguments).boxed()
    }),
];

/// The adapter of a name.
pub(super) fn find(name: &str) -> Option<Adapter> {
    ADAPTERS.iter().find(|(known, _)| *known == name).map(|(_, adapter)| *adapter)
}

fn text(arguments: &Arguments, name: &str) -> Option<String> {
    arguments.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn missing(name: &str) -> Failure {
    Failure::arguments(format!("`{name}` is needed")).hint(UNSENT)
}

/// Airflow 2 knows a dataset by its URI, Airflow 3 an asset by its number.
async fn asset_by_uri(
    call: &Call,
    tool: &'static ProfileTool,
    mut arguments: Arguments,
) -> ToolResult {
    if call.airflow.api().await? == ApiVersion::V2
        && let Some(uri) = text(&arguments, "uri")
    {
        let id = asset_id(&call.airflow, &uri).await?;
        arguments.remove("uri");
        arguments.insert("asset_id".to_owned(), id.into());
    }
    proceed(call, tool, arguments).await
}

async fn asset_id(airflow: &Airflow, uri: &str) -> Result<i64, Failure> {
    // What Airflow answers is redacted, so what we look for has to be as well.
    let redacted = airflow.redact(uri);
    let is_it = |asset: &Asset| asset.uri == uri || asset.uri == redacted.as_str();
    for page in 0..PAGES {
        let found: Page<Asset> = airflow
            .ask(&catalog::LIST_ASSETS, |request| {
                request.query("uri_pattern", uri).query("limit", ROWS).query("offset", page * ROWS)
            })
            .await?;
        let last = found.items.len() < ROWS as usize;
        if let Some(id) = found.items.into_iter().find(is_it).and_then(|asset| asset.id) {
            return Ok(id);
        }
        if last {
            break;
        }
    }
    let message = format!("there is no asset with the URI {}", redacted.as_str());
    Err(Failure::not_found(message).hint("list_assets shows the URIs that there are"))
}

/// Airflow 3 has neither subdags nor parent DAGs, so there is nothing to leave in or out.
async fn clear(call: &Call, tool: &'static ProfileTool, mut arguments: Arguments) -> ToolResult {
    if call.airflow.api().await? == ApiVersion::V2 {
        arguments.remove("include_subdags");
        arguments.remove("include_parentdag");
    }
    // Otherwise tasks are cleared in runs that stay failed, and never start.
    arguments.entry("reset_dag_runs").or_insert(Value::Bool(true));
    proceed(call, tool, arguments).await
}

/// Airflow 2 wants the DAGs named whose runs it counts.
async fn every_dag(
    call: &Call,
    tool: &'static ProfileTool,
    mut arguments: Arguments,
) -> ToolResult {
    if call.airflow.api().await? == ApiVersion::V1 && !arguments.contains_key("dag_ids") {
        let mut ids = Vec::new();
        for page in 0..PAGES {
            let dags = dags(&call.airflow, page).await?;
            let last = dags.len() < ROWS as usize;
            ids.extend(dags.into_iter().map(|dag| Value::from(dag.dag_id)));
            if last {
                break;
            }
        }
        arguments.insert("dag_ids".to_owned(), Value::Array(ids));
    }
    proceed(call, tool, arguments).await
}

async fn dags(airflow: &Airflow, page: u32) -> Result<Vec<Dag>, Failure> {
    let page: Page<Dag> = airflow
        .ask(&catalog::LIST_DAGS, |request| {
            request.query("limit", ROWS).query("offset", page * ROWS)
        })
        .await?;
    Ok(page.items)
}

/// A mark is a mark: Airflow 2 only tries it out unless told otherwise, and has a route of its own
/// for mapped tasks.
async fn mark(call: &Call, tool: &'static ProfileTool, mut arguments: Arguments) -> ToolResult {
    if !arguments.contains_key("new_state") {
        return Err(missing("state"));
    }
    if call.airflow.api().await? == ApiVersion::V1 {
        arguments.entry("dry_run").or_insert(Value::Bool(false));
        if arguments.get("map_index").and_then(Value::as_i64).is_some_and(|index| index >= 0) {
            return reach::run(call, &catalog::PATCH_MAPPED_TASK_INSTANCE, arguments).await;
        }
        arguments.remove("map_index");
    }
    proceed(call, tool, arguments).await
}

/// One option of the configuration, through the tool that masks what its name says is secret.
async fn one_option(call: &Call, arguments: Arguments) -> ToolResult {
    let (Some(section), Some(option)) = (text(&arguments, "section"), text(&arguments, "option"))
    else {
        return Err(missing("option"));
    };
    get_airflow_config::option(call, &section, &option).await
}

/// Airflow 3 always answers all fields of a DAG.
async fn only_fields(
    call: &Call,
    tool: &'static ProfileTool,
    mut arguments: Arguments,
) -> ToolResult {
    if call.airflow.api().await? == ApiVersion::V1 {
        return proceed(call, tool, arguments).await;
    }
    let Some(Value::Array(fields)) = arguments.remove("fields") else {
        return proceed(call, tool, arguments).await;
    };
    reach::run_and_edit(call, &catalog::GET_DAG_DETAILS, arguments, |dag| {
        if let Value::Object(dag) = dag {
            dag.retain(|name, _| fields.iter().any(|field| field == name));
        }
    })
    .await
}

/// Whether a DAG is paused is all that Airflow's API changes of it, and never of all DAGs unasked.
async fn only_paused(
    call: &Call,
    tool: &'static ProfileTool,
    mut arguments: Arguments,
) -> ToolResult {
    if arguments.contains_key("tags") {
        let message = "Airflow's API cannot change the tags of a DAG: they stand in its file";
        return Err(Failure::new(FailureKind::NotOffered, message).hint(UNSENT));
    }
    if !arguments.contains_key("is_paused") {
        return Err(missing("is_paused"));
    }
    let one = arguments.contains_key("dag_id");
    if !one && !arguments.contains_key("dag_id_pattern") {
        let message = "`dag_id_pattern` is needed; `~` means every DAG";
        return Err(Failure::arguments(message).hint(UNSENT));
    }
    arguments.insert("update_mask".to_owned(), json!(["is_paused"]));
    proceed(call, tool, arguments).await
}

/// A list that one major does not page or sort: `limit`, `offset` and `order_by` are applied here.
async fn page_here(
    call: &Call,
    tool: &'static ProfileTool,
    mut arguments: Arguments,
) -> ToolResult {
    let api = call.airflow.api().await?;
    let operation = super::operation(tool, api);
    let known = |name| operation.and_then(|it| it.endpoint(api)?.parameter(name)).is_some();
    let (Some(operation), false) = (operation, known("limit")) else {
        return proceed(call, tool, arguments).await;
    };
    let number = |value: Option<Value>| value.and_then(|value| value.as_u64());
    let limit = number(arguments.remove("limit"));
    let offset = number(arguments.remove("offset"));
    let order_by = arguments.remove("order_by");
    let mut all = 0;
    let mut document = reach::run_and_edit(call, operation, arguments, |answer| {
        let Some(fields) = answer.as_object_mut() else { return };
        // The number of all is told below, with where this page begins.
        fields.remove("total_entries");
        if let Some(rows) = fields.values_mut().find_map(Value::as_array_mut) {
            all = rows.len();
            page(rows, order_by.as_ref().and_then(Value::as_str), offset, limit);
        }
    })
    .await?;
    if offset.is_some() || limit.is_some() {
        document.line(format!("[of {all}, from {}]", offset.unwrap_or(0)));
    }
    Ok(document)
}

fn page(rows: &mut Vec<Value>, order_by: Option<&str>, offset: Option<u64>, limit: Option<u64>) {
    if let Some(order_by) = order_by {
        let (name, downwards) = match order_by.strip_prefix('-') {
            Some(name) => (name, true),
            None => (order_by, false),
        };
        rows.sort_by(|a, b| compare(a.get(name), b.get(name)));
        if downwards {
            rows.reverse();
        }
    }
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    rows.drain(..count(offset.unwrap_or(0)).min(rows.len()));
    rows.truncate(limit.map_or(usize::MAX, count));
}

/// What is missing comes first, then numbers, then texts.
fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64);
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let numbers = match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    };
    text(a).cmp(&text(b)).then(numbers)
}

/// A file is named by a token that only Airflow makes; whoever has the DAG's id may give that.
async fn reparse_by_token(
    call: &Call,
    tool: &'static ProfileTool,
    mut arguments: Arguments,
) -> ToolResult {
    let given = text(&arguments, "file_token").ok_or_else(|| missing("file_token"))?;
    if let Some(token) = dag_of_id(&call.airflow, &given).await?.and_then(|dag| dag.file_token) {
        arguments.insert("file_token".to_owned(), token.into());
    }
    proceed(call, tool, arguments).await
}

/// Airflow 3 shows the source of a DAG, Airflow 2 that of a file.
async fn source_by_token(
    call: &Call,
    tool: &'static ProfileTool,
    mut arguments: Arguments,
) -> ToolResult {
    let given = text(&arguments, "file_token").ok_or_else(|| missing("file_token"))?;
    arguments.remove("file_token");
    let dag_id = match dag_of_id(&call.airflow, &given).await? {
        Some(dag) => dag.dag_id,
        None => dag_of_token(&call.airflow, &given).await?,
    };
    arguments.insert("dag_id".to_owned(), dag_id.into());
    proceed(call, tool, arguments).await
}

/// The DAG, if what stands for a token is the id of one.
async fn dag_of_id(airflow: &Airflow, given: &str) -> Result<Option<Dag>, Failure> {
    let Ok(dag_id) = DagId::new(given) else { return Ok(None) };
    let dag = airflow.ask(&catalog::GET_DAG, |request| request.path("dag_id", &dag_id)).await;
    match dag {
        Ok(dag) => Ok(Some(dag)),
        Err(failure) if failure.is_not_found() => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// A DAG of the file. Airflow makes the same token for all of them, and no time is in it.
async fn dag_of_token(airflow: &Airflow, token: &str) -> Result<String, Failure> {
    for page in 0..PAGES {
        let dags = dags(airflow, page).await?;
        let last = dags.len() < ROWS as usize;
        let of_file = |dag: &Dag| dag.file_token.as_deref() == Some(token);
        if let Some(dag) = dags.into_iter().find(of_file) {
            return Ok(dag.dag_id);
        }
        if last {
            break;
        }
    }
    Err(Failure::not_found("no DAG has this file_token, nor is it the id of one")
        .hint("list_dags shows the ids; give one in place of the token"))
}

/// What Airflow 3 wants in a patch even if it does not change: whose id, where to look it up, and
/// the fields. None of them is a secret, which we could read only redacted.
const WANTED: [(&str, &Operation, &[&str]); 2] = [
    ("connection_id", &catalog::GET_CONNECTION, &["conn_type"]),
    ("pool_name", &catalog::GET_POOL, &["slots", "include_deferred"]),
];

/// What is not given stays as it is: a mask names what is, and what Airflow wants besides is filled
/// in.
async fn rest_is_kept(
    call: &Call,
    tool: &'static ProfileTool,
    mut arguments: Arguments,
) -> ToolResult {
    let is_id = |name: &str| matches!(name, "connection_id" | "pool_name" | "variable_key");
    let given: Vec<Value> =
        arguments.keys().filter(|name| !is_id(name)).map(|name| name.as_str().into()).collect();
    if given.is_empty() {
        return Err(Failure::arguments("nothing is given that could be changed").hint(UNSENT));
    }
    let api = call.airflow.api().await?;
    let lacks = |name: &&str| !arguments.contains_key(*name);
    let wanted = WANTED.iter().find(|(id, ..)| arguments.contains_key(*id));
    if let Some((id, operation, fields)) = wanted.filter(|_| api == ApiVersion::V2) {
        let fields: Vec<&str> = fields.iter().copied().filter(lacks).collect();
        if !fields.is_empty() {
            let id_text = text(&arguments, id).unwrap_or_default();
            let kept = look_up(&call.airflow, operation, id, &id_text).await?;
            for field in fields {
                arguments.insert(field.to_owned(), kept.get(field).cloned().unwrap_or_default());
            }
            arguments.insert("update_mask".to_owned(), Value::Array(given));
        }
    } else if arguments.contains_key("variable_key") && lacks(&"value") {
        // Any value will do: the mask keeps it out.
        arguments.insert("value".to_owned(), "".into());
        arguments.insert("update_mask".to_owned(), Value::Array(given));
    }
    proceed(call, tool, arguments).await
}

/// What Airflow 3 says of one thing.
async fn look_up(
    airflow: &Airflow,
    operation: &'static Operation,
    name: &str,
    id: &str,
) -> Result<Value, Failure> {
    let parameter = operation.endpoint(ApiVersion::V2).and_then(|end| end.parameter(name));
    let id = PathValue::new(parameter.ok_or_else(|| missing("id"))?, id)?;
    let found = airflow.ask_json(operation, |request| request.path(name, &id)).await?;
    Ok(found.into_value())
}

/// Airflow 2 marks one task at a time and takes a date for the run; Airflow 3 has a route for each
/// task instance, and another to try it out.
async fn set_state(call: &Call, mut arguments: Arguments) -> ToolResult {
    let Some(Value::Array(tasks)) = arguments.remove("task_ids") else {
        return Err(missing("task_ids"));
    };
    let date = arguments.remove("execution_date");
    let dry_run = arguments.remove("dry_run").is_none_or(|dry_run| dry_run != false);
    let api = call.airflow.api().await?;
    if !arguments.contains_key("dag_run_id") {
        let date = date.as_ref().and_then(Value::as_str);
        let run = run_of_date(&call.airflow, &arguments, date).await?;
        arguments.insert("dag_run_id".to_owned(), run.into());
    }
    let operation = state_operation(api, dry_run);
    if api == ApiVersion::V1 {
        arguments.insert("dry_run".to_owned(), dry_run.into());
        for name in ["include_upstream", "include_downstream", "include_future", "include_past"] {
            arguments.entry(name).or_insert(Value::Bool(false));
        }
    }
    let mut document = Document::new();
    if dry_run {
        document.line("dry run: nothing was changed; dry_run=false does it");
    }
    for (done, task) in tasks.iter().enumerate() {
        let mut arguments = arguments.clone();
        arguments.insert("task_id".to_owned(), task.clone());
        match reach::run(call, operation, arguments).await {
            Ok(answer) => {
                document.append(answer);
            }
            Err(failure) if done == 0 => return Err(failure),
            Err(failure) => {
                let left = tasks.len() - done;
                document.line(format!(
                    "[stopped: {} The last {left} of {} tasks are not marked]",
                    failure.message,
                    tasks.len()
                ));
                break;
            }
        }
    }
    Ok(document)
}

fn state_operation(api: ApiVersion, dry_run: bool) -> &'static Operation {
    match (api, dry_run) {
        (ApiVersion::V1, _) => &catalog::SET_TASK_INSTANCES_STATE,
        (ApiVersion::V2, true) => &catalog::PATCH_TASK_INSTANCE_DRY_RUN,
        (ApiVersion::V2, false) => &catalog::PATCH_TASK_INSTANCE,
    }
}

/// The run of a DAG at a logical date, which Airflow 2 also calls execution date.
async fn run_of_date(
    airflow: &Airflow,
    arguments: &Arguments,
    date: Option<&str>,
) -> Result<String, Failure> {
    let date = date.ok_or_else(|| missing("execution_date` or `dag_run_id"))?;
    let dag_id = DagId::new(text(arguments, "dag_id").ok_or_else(|| missing("dag_id"))?)?;
    let runs: Page<DagRun> = airflow
        .ask(&catalog::LIST_DAG_RUNS, |request| {
            request
                .path("dag_id", &dag_id)
                .query("logical_date_gte", date)
                .query("logical_date_lte", date)
                .query("limit", 1)
        })
        .await?;
    runs.items.into_iter().next().map(|run| run.dag_run_id).ok_or_else(|| {
        Failure::not_found(format!("{dag_id} has no run of that execution_date"))
            .hint("list_dag_runs shows the runs; give dag_run_id instead")
    })
}

/// Airflow 3 wants a name for the connection that is tried; under that of a stored one it would
/// try that one.
async fn unnamed_connection(
    call: &Call,
    tool: &'static ProfileTool,
    mut arguments: Arguments,
) -> ToolResult {
    const NAME: &str = "airvane_unsaved_connection";
    arguments.entry("connection_id").or_insert_with(|| NAME.into());
    proceed(call, tool, arguments).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adapters_are_sorted_and_named_once() {
        assert!(ADAPTERS.is_sorted_by(|(a, _), (b, _)| a < b));
        assert!(find("set_state").is_some() && find("set_stat").is_none());
    }

    #[test]
    fn a_list_is_sorted_and_paged_as_airflow_would() {
        let rows =
            || vec![json!({"n": 2, "s": "b"}), json!({"n": 10, "s": "a"}), json!({"s": "c"})];
        let paged = |order: Option<&str>, offset, limit| {
            let mut rows = rows();
            page(&mut rows, order, offset, limit);
            rows.iter().map(|row| row["s"].as_str().unwrap().to_owned()).collect::<String>()
        };
        assert_eq!(paged(None, None, None), "bac");
        assert_eq!(paged(Some("s"), Some(1), Some(1)), "b");
        assert_eq!(paged(Some("-s"), None, Some(2)), "cb");
        assert_eq!(paged(Some("-n"), None, Some(1)), "a");
        assert_eq!(paged(None, Some(9), None), "");
    }

    #[test]
    fn a_dry_run_never_reaches_the_route_that_does_it() {
        assert_eq!(state_operation(ApiVersion::V2, true).name, "patch_task_instance_dry_run");
        assert_eq!(state_operation(ApiVersion::V2, false).name, "patch_task_instance");
        assert_eq!(state_operation(ApiVersion::V1, true).name, "set_task_instances_state");
    }
}
