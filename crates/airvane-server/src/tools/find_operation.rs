//! `find_operation`: from plain words to the operation of Airflow's API that does it.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::reach::search;
use crate::tool::{Call, Tool, ToolResult};

/// Finds operations.
pub struct FindOperation;

/// What is wanted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    query: String,
    /// Default 3.
    limit: Option<usize>,
}

impl Tool for FindOperation {
    const NAME: &'static str = "find_operation";
    const TITLE: &'static str = "Find operation";
    const DESCRIPTION: &'static str = "Find operations of Airflow's API, with their arguments and level, for what no other tool does.";
    const TOOLSET: &'static str = "operation";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        search::find(call, &input.query, input.limit).await
    }
}
