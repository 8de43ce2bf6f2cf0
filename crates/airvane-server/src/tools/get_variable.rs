//! `get_variable`: one variable's value, redacted; none under a name that says it is secret.

use airvane_api::catalog;
use airvane_api::ids::VariableKey;
use airvane_api::models::Variable;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Shows a variable.
pub struct GetVariable;

/// Which variable.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    variable_key: VariableKey,
}

impl Tool for GetVariable {
    const NAME: &'static str = "get_variable";
    const TITLE: &'static str = "Variable";
    const DESCRIPTION: &'static str = "Show a variable's value, with secrets masked.";
    const TOOLSET: &'static str = "variable";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let variable: Variable = call
            .airflow
            .ask(&catalog::GET_VARIABLE, |request| {
                request.path("variable_key", &input.variable_key)
            })
            .await?;
        let value = match variable.value {
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let mut document = Document::new();
        document.field("key", &variable.key);
        document.field("description", variable.description.unwrap_or_default());
        // The answer is redacted already; a value under a telling name is masked whole.
        let shown = call.airflow.redact_named(&variable.key, &value);
        document.text("value", shown.as_str());
        Ok(document)
    }
}
