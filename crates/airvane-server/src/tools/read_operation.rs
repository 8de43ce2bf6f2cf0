//! `read_operation`: any operation that changes nothing, by its name in the catalog.

use std::time::Duration;

use airvane_api::AccessLevel;

use crate::reach::generic::{self, Input};
use crate::registry::LONGEST;
use crate::tool::{Call, Tool, ToolResult};

/// Runs what only reads.
pub struct ReadOperation;

impl Tool for ReadOperation {
    const NAME: &'static str = "read_operation";
    const TITLE: &'static str = "Read operation";
    const DESCRIPTION: &'static str =
        "Run an operation of Airflow's API that only reads. find_operation finds it.";
    const LEVEL: AccessLevel = AccessLevel::Read;
    const TOOLSET: &'static str = "operation";
    const TIME: Duration = LONGEST;
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        generic::run::<Self>(call, input).await
    }
}
