//! What `read_operation`, `write_operation` and `destroy_operation` have in common.
//!
//! They are three because clients approve by tool name: an "always allow" for reading must not
//! cover deletions. Each runs operations up to its own level.

use airvane_api::{AccessLevel, Operation, catalog};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::nearest::nearest;
use crate::tool::{Call, Tool, ToolResult};

/// Which operation, with what.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    operation: String,
    arguments: Option<Map<String, Value>>,
}

/// Runs an operation whose level is at most the tool's.
pub(crate) async fn run<T: Tool>(call: &Call, input: Input) -> ToolResult {
    let operation = find(call, &input.operation).await?;
    let arguments = input.arguments.unwrap_or_default();
    within::<T>(operation, super::level_of(operation, &arguments))?;
    super::run(call, operation, arguments).await
}

/// The operation of a name: of the catalog, else of the connected Airflow's own document.
async fn find(call: &Call, name: &str) -> Result<&'static Operation, Failure> {
    let name = name.trim();
    if let Some(operation) = catalog::find(name) {
        return Ok(operation);
    }
    let live = call.airflow.live_operations().await;
    live.iter().find(|operation| operation.name == name).copied().ok_or_else(|| unknown(name, live))
}

fn unknown(name: &str, live: &[&'static Operation]) -> Failure {
    let known = catalog::OPERATIONS.iter().chain(live).map(|operation| operation.name);
    let near = nearest(name, known);
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    Failure::arguments(format!("there is no operation `{name}`{near}"))
        .hint("find_operation finds operations by words")
}

fn within<T: Tool>(operation: &Operation, level: AccessLevel) -> Result<(), Failure> {
    if operation.refused || level <= T::LEVEL {
        return Ok(());
    }
    let (tool, hint) = match level {
        AccessLevel::Destructive => {
            ("destroy_operation", "use destroy_operation, if it is offered")
        }
        _ => ("write_operation", "use write_operation, if it is offered"),
    };
    let message =
        format!("`{}` needs {level} access here: it is called by `{tool}`", operation.name);
    Err(Failure::arguments(message).hint(hint))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::level_of;
    use super::*;
    use crate::tools::read_operation::ReadOperation;
    use crate::tools::write_operation::WriteOperation;

    #[test]
    fn each_tool_runs_up_to_its_own_level() {
        let level = |operation: &Operation, arguments: Value| {
            level_of(operation, arguments.as_object().unwrap())
        };
        assert!(within::<ReadOperation>(&catalog::LIST_DAGS, AccessLevel::Read).is_ok());
        let write = level(&catalog::PATCH_DAG, json!({"is_paused": true}));
        let refused = within::<ReadOperation>(&catalog::PATCH_DAG, write).unwrap_err();
        assert_eq!(
            refused.message,
            "`patch_dag` needs write access here: it is called by `write_operation`"
        );
        let delete = json!({"actions": [{"action": "delete", "entities": ["a"]}]});
        for arguments in [delete.clone(), json!({"body": delete}), json!({})] {
            let level = level(&catalog::BULK_POOLS, arguments);
            assert!(within::<WriteOperation>(&catalog::BULK_POOLS, level).is_err());
        }
        let update = json!({"actions": [{"action": "update", "entities": []}]});
        let update = level(&catalog::BULK_POOLS, update);
        assert!(within::<WriteOperation>(&catalog::BULK_POOLS, update).is_ok());
    }

    #[test]
    fn an_unknown_operation_names_the_nearest() {
        let failure = unknown("trigger_dagrun", &[]);
        assert_eq!(
            failure.message,
            "there is no operation `trigger_dagrun`; did you mean `trigger_dag_run`?"
        );
    }
}
