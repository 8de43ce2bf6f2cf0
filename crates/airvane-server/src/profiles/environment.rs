//! The environments of Amazon MWAA, as far as a server that is connected to one Airflow can speak
//! of them.
//!
//! It says truthfully what it is connected to, refuses a call that is meant for another
//! environment, and does not make, change or delete one: those are calls to AWS, and it names them.

use airvane_api::profile::ProfileTool;
use serde_json::{Map, Value};

use crate::failure::{Failure, FailureKind};
use crate::output::Document;
use crate::tool::{Call, ToolResult};

/// What says which environment a call is for.
const ENVIRONMENT: &str = "environment_name";

/// Lets a call through that is for this Airflow, without what only AWS would need.
pub(super) fn check(call: &Call, arguments: &mut Map<String, Value>) -> Result<(), Failure> {
    for of_aws in ["region", "profile_name"] {
        arguments.remove(of_aws);
    }
    let asked = arguments.remove(ENVIRONMENT);
    match (asked.as_ref().and_then(Value::as_str), call.airflow.environment()) {
        (Some(asked), Some(ours)) if asked != ours => Err(other(asked, ours)),
        _ => Ok(()),
    }
}

fn other(asked: &str, ours: &str) -> Failure {
    let asked: String = asked.chars().filter(|c| !c.is_control()).take(80).collect();
    Failure::new(
        FailureKind::NotOffered,
        format!(
            "this server is connected to the environment `{ours}` and to no other, not to `{asked}`"
        ),
    )
    .hint(
        "leave environment_name out; if it is this environment's name, set MWAA_ENVIRONMENT to it",
    )
}

/// `list-environments`: the one there is.
pub(super) fn list(call: &Call) -> ToolResult {
    let name = call.airflow.environment().ok_or_else(not_connected)?;
    let mut document = Document::new();
    document.line(format!("1 environment, the one that this server is connected to: {name}"));
    document.next("get-environment shows it");
    Ok(document)
}

/// `get-environment`: its name, address and version.
pub(super) async fn get(call: &Call, mut arguments: Map<String, Value>) -> ToolResult {
    check(call, &mut arguments)?;
    let name = call.airflow.environment().ok_or_else(not_connected)?.to_owned();
    let mut document = Document::new();
    document.field("environment", name);
    document.field_some("address", call.airflow.url());
    document.append(super::tool(call, "get_airflow_version", Map::new()).await?);
    document
        .line("what AWS knows of an environment (class, workers, role, bucket) is not read here");
    Ok(document)
}

fn not_connected() -> Failure {
    Failure::new(FailureKind::NotConfigured, "no Airflow is configured")
        .hint("set AIRFLOW_API_URL to the address of the environment's web server")
}

/// `create-environment` and its like: which call to AWS does it.
pub(super) fn made_by_aws(tool: &ProfileTool, arguments: &Map<String, Value>) -> ToolResult {
    let name = arguments.get(ENVIRONMENT).and_then(Value::as_str).unwrap_or("NAME");
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let name: String = name.chars().filter(|c| plain(*c)).take(80).collect();
    Err(Failure::new(
        FailureKind::NotOffered,
        format!(
            "nothing was done: environments are AWS's, and this server speaks to Airflow only. \
             `aws mwaa {} --name {name}` does it, with the same settings",
            tool.name
        ),
    ))
}

#[cfg(test)]
mod tests {
    use airvane_api::profile;

    use super::*;

    #[test]
    fn the_call_to_aws_is_named_and_nothing_a_caller_writes_gets_into_it() {
        let tool = profile::find("mwaa").unwrap().tool("delete-environment").unwrap();
        let mut arguments = Map::new();
        arguments.insert(ENVIRONMENT.to_owned(), "prod; rm -rf /".into());
        let failure = made_by_aws(tool, &arguments).unwrap_err();
        assert!(failure.message.contains("`aws mwaa delete-environment --name prodrm-rf`"));
    }

    #[test]
    fn another_environment_is_refused_by_name() {
        let message = other("pr\nod", "staging").message;
        assert!(message.contains("`staging` and to no other, not to `prod`"), "{message}");
    }
}
