//! `write_operation`: any operation that can be undone, by its name in the catalog.

use std::time::Duration;

use airvane_api::AccessLevel;

use crate::reach::generic::{self, Input};
use crate::registry::LONGEST;
use crate::tool::{Call, Tool, ToolResult};

/// Runs what can be undone.
pub struct WriteOperation;

impl Tool for WriteOperation {
    const NAME: &'static str = "write_operation";
    const TITLE: &'static str = "Write operation";
    const DESCRIPTION: &'static str =
        "Run an operation that changes what can be changed back. find_operation finds it.";
    const LEVEL: AccessLevel = AccessLevel::Write;
    const TOOLSET: &'static str = "operation";
    const TIME: Duration = LONGEST;
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        generic::run::<Self>(call, input).await
    }
}
