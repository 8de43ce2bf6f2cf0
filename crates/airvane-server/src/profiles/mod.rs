//! The tools of other servers under their own names: `--profile`.
//!
//! A call by such a name has its arguments renamed to ours and goes on as the operation or tool
//! that it is (`catalog/profiles/` says which); [`adapters`] look after what renaming cannot do.
//! Nothing is done here that its target would not do: same level, same exclusions, same bounds.

mod adapters;
mod environment;

use airvane_api::profile::{Need, Profile, ProfileTool, Target};
use airvane_api::{ApiVersion, Operation};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use crate::failure::{Failure, FailureKind};
use crate::reach::{self, Signature};
use crate::registry;
use crate::tool::{Call, ToolResult};

/// The adapter that a whole profile may have.
const ENVIRONMENT: &str = "environment";

/// Calls a tool of another server.
pub(crate) async fn run(
    call: &Call,
    profile: &Profile,
    tool: &'static ProfileTool,
    arguments: Map<String, Value>,
) -> ToolResult {
    let arguments = registry::coerce(&input_schema(tool), arguments);
    let mut arguments = renamed(tool, arguments)?;
    for (name, value) in tool.defaults {
        let value = || serde_json::from_str(value).unwrap_or_default();
        arguments.entry(*name).or_insert_with(value);
    }
    if profile.adapter == Some(ENVIRONMENT) && !matches!(tool.target, Target::Adapter(_)) {
        environment::check(call, &mut arguments)?;
    }
    match tool.adapter.and_then(adapters::find) {
        Some(adapter) => adapter(call, tool, arguments).await,
        None => proceed(call, tool, arguments).await,
    }
}

/// Arguments by our names. Names that are ours already stay.
fn renamed(
    tool: &ProfileTool,
    arguments: Map<String, Value>,
) -> Result<Map<String, Value>, Failure> {
    let mut ours = Map::new();
    for (name, value) in arguments {
        let known = tool.parameters.iter().find(|parameter| parameter.name == name);
        let becomes = known.map_or(name.as_str(), |parameter| parameter.becomes);
        match ours.get(becomes) {
            Some(other) if *other != value => {
                let problem = format!("`{name}` is given twice, by two names and with two values");
                return Err(Failure::arguments(problem).hint("nothing was sent to Airflow"));
            }
            _ => ours.insert(becomes.to_owned(), value),
        };
    }
    let missing = tool.parameters.iter().find(|parameter| {
        parameter.need == Need::Required && !ours.contains_key(parameter.becomes)
    });
    match missing {
        None => Ok(ours),
        Some(missing) => {
            Err(Failure::arguments(format!("`{}` needs `{}`", tool.name, missing.name))
                .hint("nothing was sent to Airflow"))
        }
    }
}

/// Goes on as whatever the tool is here.
async fn proceed(
    call: &Call,
    tool: &'static ProfileTool,
    arguments: Map<String, Value>,
) -> ToolResult {
    match tool.target {
        Target::Tool(name) => self::tool(call, name, arguments).await,
        Target::Operation { .. } => {
            let api = call.airflow.api().await?;
            match operation(tool, api) {
                Some(operation) => reach::run(call, operation, arguments).await,
                None => Err(nothing(tool)),
            }
        }
        Target::Adapter(_) => Err(nothing(tool)),
    }
}

/// The operation that a tool is on an API.
fn operation(tool: &ProfileTool, api: ApiVersion) -> Option<&'static Operation> {
    match (&tool.target, api) {
        (Target::Operation { v1, .. }, ApiVersion::V1) => Some(v1),
        (Target::Operation { v2, .. }, ApiVersion::V2) => Some(v2),
        (Target::Tool(_) | Target::Adapter(_), _) => None,
    }
}

/// Calls a tool of ours, if this caller may. Boxed, because a tool may be another server's again.
fn tool<'a>(
    call: &'a Call,
    name: &'static str,
    arguments: Map<String, Value>,
) -> BoxFuture<'a, ToolResult> {
    async move {
        let Some(tool) = registry::find(name) else {
            let message = format!("there is no tool `{name}`");
            return Err(Failure::new(FailureKind::NotOffered, message));
        };
        call.policy.permits(tool)?;
        tool.run(call, arguments).await
    }
    .boxed()
}

fn nothing(tool: &ProfileTool) -> Failure {
    Failure::new(FailureKind::NotOffered, format!("`{}` is nothing of Airflow's", tool.name))
}

/// The arguments of a tool: theirs by their names with the types of what they become, then what is
/// added here.
pub(crate) fn input_schema(tool: &'static ProfileTool) -> Map<String, Value> {
    let target = target_properties(tool);
    let mut properties = Map::new();
    for parameter in tool.parameters {
        let schema = match parameter.kind {
            Some("array") => json!({"type": "array", "items": {"type": "string"}}),
            Some(kind) => json!({ "type": kind }),
            None => target.get(parameter.becomes).cloned().unwrap_or_else(|| json!({})),
        };
        properties.insert(parameter.name.to_owned(), schema);
    }
    if matches!(tool.target, Target::Tool(_)) && tool.adapter.is_none() {
        let theirs = |name: &str| tool.parameters.iter().any(|theirs| theirs.becomes == name);
        properties.extend(target.into_iter().filter(|(name, _)| !theirs(name)));
    }
    let required = tool.parameters.iter().filter(|parameter| parameter.need == Need::Required);
    reach::object(properties, required.map(|parameter| parameter.name.into()).collect())
}

/// What the target takes, by our names.
fn target_properties(tool: &'static ProfileTool) -> Map<String, Value> {
    match tool.target {
        Target::Tool(name) => {
            let schema = registry::find(name).map(registry::Registered::input_schema);
            match schema.and_then(|mut schema| schema.remove("properties")) {
                Some(Value::Object(properties)) => properties,
                _ => Map::new(),
            }
        }
        Target::Operation { v1, v2 } => {
            let endpoints = v1.v1.iter().chain(&v2.v2);
            let mut properties = Map::new();
            for argument in endpoints.flat_map(|endpoint| Signature::of(endpoint).arguments) {
                // Airflow 3's word stands, unless it says nothing.
                let known = properties.entry(argument.name).or_insert(Value::Null);
                if known.is_null() || argument.schema.contains_key("type") {
                    *known = reach::shallow(&argument.schema);
                }
            }
            properties
        }
        Target::Adapter(_) => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use airvane_api::profile::{self, PROFILES};

    use super::*;

    fn tool(profile: &str, name: &str) -> &'static ProfileTool {
        profile::find(profile).unwrap().tool(name).unwrap()
    }

    fn every() -> impl Iterator<Item = &'static ProfileTool> {
        PROFILES.iter().flat_map(|profile| profile.tools)
    }

    #[test]
    fn targets_adapters_and_parameters_exist() {
        assert!(PROFILES.iter().all(|p| p.adapter.is_none_or(|name| name == ENVIRONMENT)));
        for tool in every() {
            assert!(
                tool.adapter.is_none_or(|name| adapters::find(name).is_some()),
                "{}",
                tool.name
            );
            let Target::Tool(name) = tool.target else { continue };
            let known = registry::find(name).unwrap().input_schema();
            for parameter in tool.parameters.iter().filter(|p| p.kind.is_none()) {
                let property = known["properties"].get(parameter.becomes);
                assert!(property.is_some(), "{name} takes no {}", parameter.becomes);
            }
        }
        let used = |name| every().any(|tool| tool.adapter == Some(name));
        assert!(adapters::ADAPTERS.iter().all(|(name, _)| used(name)), "no adapter for nothing");
    }

    #[test]
    fn every_parameter_has_a_type() {
        for tool in every() {
            let schema = input_schema(tool);
            for (name, property) in schema["properties"].as_object().unwrap() {
                assert!(property.get("type").is_some(), "{}: {name}", tool.name);
            }
        }
    }

    #[test]
    fn names_become_ours_and_what_is_needed_is_asked_for_by_theirs() {
        let get = tool("mcp-server-apache-airflow", "get_connection");
        let arguments = |value: Value| value.as_object().unwrap().clone();
        let ours = renamed(get, arguments(json!({"conn_id": "c"}))).unwrap();
        assert_eq!(Value::Object(ours), json!({"connection_id": "c"}));
        assert!(renamed(get, arguments(json!({"connection_id": "c"}))).is_ok());
        let missing = renamed(get, Map::new()).unwrap_err();
        assert_eq!(missing.message, "`get_connection` needs `conn_id`");
    }

    #[test]
    fn two_names_for_one_thing_may_not_differ() {
        let trigger = tool("mcp-server-apache-airflow", "post_dag_run");
        let of = |execution: &str, logical: &str| {
            let given =
                json!({"dag_id": "d", "execution_date": execution, "logical_date": logical});
            renamed(trigger, given.as_object().unwrap().clone())
        };
        assert!(of("2026-01-01", "2026-01-02").is_err());
        assert_eq!(of("2026-01-01", "2026-01-01").unwrap()["logical_date"], "2026-01-01");
    }
}
