//! `destroy_operation`: any operation, also one that can't be undone, by its name in
//! the catalog.

use std::time::Duration;

use airvane_api::AccessLevel;

use crate::reach::generic::{self, Input};
use crate::registry::LONGEST;
use crate::tool::{Call, Tool, ToolResult};

/// Runs also what can't be undone.
pub struct DestroyOperation;

impl Tool for DestroyOperation {
    const NAME: &'static str = "destroy_operation";
    const TITLE: &'static str = "Destroy operation";
    const DESCRIPTION: &'static str =
        "Run an operation that deletes or overwrites. find_operation finds it. Can't be undone.";
    const LEVEL: AccessLevel = AccessLevel::Destructive;
    const TOOLSET: &'static str = "operation";
    const TIME: Duration = LONGEST;
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        generic::run::<Self>(call, input).await
    }
}
