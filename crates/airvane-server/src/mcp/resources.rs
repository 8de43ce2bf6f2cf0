//! Resources: the same answers as the tools', under addresses that people pin to a conversation.
//! What the policy refuses as a tool is refused here as well.

use std::time::Duration;

use airvane_api::{Operation, catalog};
use rmcp::model::{ErrorData, ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::{Map, Value, json};

use super::call::untrusted;
use super::uri::{Address, AddressError};
use crate::failure::Failure;
use crate::output::Document;
use crate::policy::Policy;
use crate::registry;
use crate::server::{Answer, CallerContext, Server};
use crate::settings::Profile;
use crate::tool::Progress;

const MIME: &str = "text/plain";
const TIME: Duration = Duration::from_secs(25);

/// Address, name, title, description, and the tool that gives the same: they are allowed or refused
/// together.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

const RESOURCES: [Row; 4] = [
    (
        "airflow://version",
        "version",
        "Airflow version",
        "Airflow's version and API.",
        "get_airflow_version",
    ),
    (
        "airflow://providers",
        "providers",
        "Providers",
        "Installed provider packages.",
        "list_providers",
    ),
    (
        "airflow://plugins",
        "plugins",
        "Plugins",
        "Loaded plugins and what they add.",
        "list_plugins",
    ),
    (
        "airflow://config",
        "config",
        "Configuration",
        "The sections of airflow.cfg.",
        "get_airflow_config",
    ),
];

const TEMPLATES: [Row; 3] = [
    (
        "airflow://dags/{dag_id}/runs/{dag_run_id}",
        "dag_run",
        "DAG run",
        "State and times of a run.",
        "get_dag_run",
    ),
    (
        "airflow://dags/{dag_id}/runs/{dag_run_id}/tasks/{task_id}/log",
        "task_log",
        "Task log",
        "The log of a task's latest try, its failure first.",
        "get_task_logs",
    ),
    (
        "airflow://dags/{dag_id}/source",
        "dag_source",
        "DAG source",
        "The Python source of a DAG.",
        "get_dag_source",
    ),
];

fn permitted(policy: &Policy, tool: &str) -> bool {
    registry::find(tool).is_some_and(|tool| policy.permits(tool).is_ok())
}

/// The resources this caller may read. Another server's tools come with that server's resources.
pub(super) fn list(policy: &Policy, shown: Option<Profile>) -> Vec<Resource> {
    RESOURCES
        .iter()
        .filter(|(uri, ..)| match shown {
            None => true,
            Some(Profile::Server(profile)) => profile.resources.contains(uri),
            Some(Profile::OpenApi) => false,
        })
        .filter(|(.., tool)| permitted(policy, tool))
        .map(|(uri, name, title, description, _)| {
            Resource::new(*uri, *name)
                .with_title(*title)
                .with_description(*description)
                .with_mime_type(MIME)
        })
        .collect()
}

/// The templates this caller may fill. No other server has any.
pub(super) fn templates(policy: &Policy, shown: Option<Profile>) -> Vec<ResourceTemplate> {
    TEMPLATES
        .iter()
        .filter(|_| shown.is_none())
        .filter(|(.., tool)| permitted(policy, tool))
        .map(|(uri, name, title, description, _)| {
            ResourceTemplate::new(*uri, *name)
                .with_title(*title)
                .with_description(*description)
                .with_mime_type(MIME)
        })
        .collect()
}

/// Reads one. A failure is a protocol error here: resources have no other way to say it.
pub(super) async fn read(
    server: &Server,
    caller: &CallerContext,
    uri: &str,
) -> Result<ReadResourceResult, ErrorData> {
    let address =
        Address::parse(uri).map_err(|error| refused(&error, &server.redact(caller, uri)))?;
    let answer = match address {
        Address::Version => tool(server, caller, "get_airflow_version", &json!({})).await,
        Address::Config => tool(server, caller, "get_airflow_config", &json!({})).await,
        Address::Providers => list_answer(server, caller, &PROVIDERS).await,
        Address::Plugins => list_answer(server, caller, &PLUGINS).await,
        Address::DagSource(dag) => {
            tool(server, caller, "get_dag_source", &json!({ "dag_id": dag.as_str() })).await
        }
        Address::DagRun(dag, run) => {
            let arguments = json!({ "dag_id": dag.as_str(), "dag_run_id": run.as_str() });
            tool(server, caller, "get_dag_run", &arguments).await
        }
        Address::TaskLog(dag, run, task) => {
            let arguments = json!({
                "dag_id": dag.as_str(),
                "dag_run_id": run.as_str(),
                "task_id": task.as_str(),
            });
            tool(server, caller, "get_task_logs", &arguments).await
        }
    }?;
    if answer.is_error {
        return Err(ErrorData::internal_error(answer.text, None));
    }
    let contents = ResourceContents::text(answer.text, uri).with_meta(untrusted(&answer.marker));
    Ok(ReadResourceResult::new(vec![contents.with_mime_type(MIME)]))
}

fn refused(error: &AddressError, uri: &str) -> ErrorData {
    match error {
        AddressError::Unknown => {
            ErrorData::resource_not_found(error.to_string(), Some(json!({ "uri": uri })))
        }
        _ => ErrorData::invalid_params(error.to_string(), None),
    }
}

async fn tool(
    server: &Server,
    caller: &CallerContext,
    name: &str,
    arguments: &Value,
) -> Result<Answer, ErrorData> {
    let tool = registry::find(name)
        .ok_or_else(|| ErrorData::internal_error("the tool of this resource is missing", None))?;
    let arguments = arguments.as_object().cloned().unwrap_or_default();
    Ok(server.call(tool, arguments, caller, Progress::default()).await)
}

/// A list that no tool shows: providers and plugins.
struct Plain {
    name: &'static str,
    operation: &'static Operation,
    /// Keys of an item that make the columns.
    columns: &'static [&'static str],
}

static PROVIDERS: Plain = Plain {
    name: "providers",
    operation: &catalog::LIST_PROVIDERS,
    columns: &["package_name", "version", "description"],
};

static PLUGINS: Plain = Plain {
    name: "plugins",
    operation: &catalog::LIST_PLUGINS,
    columns: &[
        "name",
        "source",
        "macros",
        "listeners",
        "timetables",
        "fastapi_apps",
        "flask_blueprints",
    ],
};

async fn list_answer(
    server: &Server,
    caller: &CallerContext,
    plain: &'static Plain,
) -> Result<Answer, ErrorData> {
    let started = std::time::Instant::now();
    let result = rows(server, caller, plain).await;
    tracing::info!(
        target: "airvane::audit",
        resource = plain.name,
        outcome = ?result.as_ref().err().map(|failure| failure.kind),
        milliseconds = started.elapsed().as_millis(),
        "read"
    );
    Ok(match result {
        Ok(document) => server.answer(document, false, caller),
        Err(failure) => server.failed(failure, caller),
    })
}

/// All of them, page by page: Airflow gives at most a hundred at once.
async fn rows(
    server: &Server,
    caller: &CallerContext,
    plain: &'static Plain,
) -> Result<Document, Failure> {
    const PAGE: usize = 100;
    const MOST: usize = 1_000;
    server.policy(caller).permits_operation(plain.operation, plain.operation.level)?;
    let airflow = server.airflow(caller, TIME);
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut total = 0;
    while rows.len() < MOST {
        let offset = rows.len();
        let page: Map<String, Value> = airflow
            .ask(plain.operation, |request| {
                if request.knows("limit") {
                    request.query("limit", PAGE).query("offset", offset)
                } else {
                    request
                }
            })
            .await?;
        let items = page.get(plain.name).and_then(Value::as_array).cloned().unwrap_or_default();
        total = page.get("total_entries").and_then(Value::as_u64).unwrap_or(0);
        rows.extend(items.iter().map(|item| row(item, plain.columns)));
        if items.is_empty() || rows.len() as u64 >= total {
            break;
        }
    }
    let mut document = Document::new();
    let shown = rows.len() as u64;
    if total > shown {
        document.line(format!("{shown} of {total} {}", plain.name));
    } else {
        document.line(format!("{shown} {}", plain.name));
    }
    document.table(plain.name, plain.columns, rows);
    Ok(document)
}

fn row(item: &Value, columns: &[&str]) -> Vec<String> {
    columns.iter().map(|column| item.get(*column).map(cell).unwrap_or_default()).collect()
}

/// First lines of texts, names of objects.
fn cell(value: &Value) -> String {
    const CHARS: usize = 100;
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.lines().next().unwrap_or_default().to_owned(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(","),
        Value::Object(object) => object.get("name").map(cell).unwrap_or_default(),
        other => other.to_string(),
    };
    text.chars().take(CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::ToolSelection;
    use airvane_api::AccessLevel;

    #[test]
    fn every_tool_named_here_exists() {
        for (uri, .., tool) in RESOURCES.iter().chain(&TEMPLATES) {
            assert!(registry::find(tool).is_some(), "{uri}");
        }
    }

    #[test]
    fn an_excluded_tools_resource_is_not_listed() {
        let exclude = vec!["get_airflow_config".to_owned(), "get_task_logs".to_owned()];
        let selection = ToolSelection { exclude, ..ToolSelection::default() };
        let policy = Policy::new(AccessLevel::Read, selection).unwrap();
        assert!(list(&policy, None).iter().all(|resource| resource.name != "config"));
        assert!(templates(&policy, None).iter().all(|template| template.name != "task_log"));
        assert_eq!((list(&policy, None).len(), templates(&policy, None).len()), (3, 2));
    }

    #[test]
    fn cells_hold_names_and_first_lines() {
        let item =
            json!({"name": "p", "macros": ["a", {"name": "b"}], "description": "x\ny", "n": null});
        assert_eq!(
            row(&item, &["name", "macros", "description", "n", "none"]),
            ["p", "a,b", "x", "", ""]
        );
    }
}
