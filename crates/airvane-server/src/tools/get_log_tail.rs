//! `get_log_tail`: the last lines of a log, under the name that Airflow's own proposal uses.

use super::get_task_logs::{GetTaskLogs, Input};
use crate::tool::{Call, Tool, ToolResult};

/// Shows the end of a log. `get_task_logs` does the same and more, so it is not listed by default.
pub struct GetLogTail;

impl Tool for GetLogTail {
    const NAME: &'static str = "get_log_tail";
    const TITLE: &'static str = "Log tail";
    const DESCRIPTION: &'static str = "Show the last lines of a task's log.";
    const TOOLSET: &'static str = "taskinstance";
    const LISTED: bool = false;
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        GetTaskLogs::call(call, input).await
    }
}
