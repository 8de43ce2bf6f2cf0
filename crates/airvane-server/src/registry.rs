//! Every tool, once. Listing, dispatch, policy, documentation and tests derive from here; adding
//! a tool touches its own file and one line of [`TOOLS`].

mod arguments;
mod schema;

use std::time::Duration;

use airvane_api::AccessLevel;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::tool::{Call, Tool, ToolResult};
use crate::tools;

/// A tool whose types are hidden behind functions.
pub struct Registered {
    /// The name clients call it by.
    pub name: &'static str,
    /// The name people see.
    pub title: &'static str,
    /// What a model reads to choose it.
    pub description: &'static str,
    /// What it can change.
    pub level: AccessLevel,
    /// Its group.
    pub toolset: &'static str,
    /// Whether it is shown by default.
    pub listed: bool,
    /// Whether a second call like the first changes nothing more.
    pub idempotent: bool,
    /// Longest time of a call.
    pub time: Duration,
    input: fn() -> Map<String, Value>,
    run: for<'a> fn(&'a Call, Value) -> BoxFuture<'a, ToolResult>,
}

impl Registered {
    const fn of<T: Tool>() -> Self {
        Self {
            name: T::NAME,
            title: T::TITLE,
            description: T::DESCRIPTION,
            level: T::LEVEL,
            toolset: T::TOOLSET,
            listed: T::LISTED,
            idempotent: T::IDEMPOTENT,
            time: T::TIME,
            input: schema::of::<T::Input>,
            run: run::<T>,
        }
    }

    /// The JSON Schema of its arguments, without what a model does not need.
    pub fn input_schema(&self) -> Map<String, Value> {
        (self.input)()
    }

    /// Runs it. Arguments are checked first; wrong ones send nothing.
    pub async fn run(&self, call: &Call, arguments: Map<String, Value>) -> ToolResult {
        let arguments = arguments::coerce(&self.input_schema(), arguments);
        (self.run)(call, Value::Object(arguments)).await
    }
}

fn run<T: Tool>(call: &Call, arguments: Value) -> BoxFuture<'_, ToolResult> {
    async move {
        let input = serde_json::from_value(arguments)
            .map_err(|error| wrong_arguments::<T>(call, &error))?;
        T::call(call, input).await
    }
    .boxed()
}

fn wrong_arguments<T: Tool>(call: &Call, error: &serde_json::Error) -> Failure {
    let words = call.airflow.redact(&error.to_string());
    Failure::arguments(format!("{}: {}", T::NAME, words.as_ref()))
        .hint("nothing was sent to Airflow")
}

/// All tools, in the order in which clients see them: what people ask first comes first.
pub static TOOLS: &[Registered] = &[
    Registered::of::<tools::diagnose_dag_run::DiagnoseDagRun>(),
    Registered::of::<tools::list_failures::ListFailures>(),
    Registered::of::<tools::get_system_health::GetSystemHealth>(),
    Registered::of::<tools::explore_dag::ExploreDag>(),
    Registered::of::<tools::get_task_logs::GetTaskLogs>(),
    Registered::of::<tools::get_log_tail::GetLogTail>(),
    Registered::of::<tools::list_dags::ListDags>(),
    Registered::of::<tools::get_dag_details::GetDagDetails>(),
    Registered::of::<tools::get_dag_source::GetDagSource>(),
    Registered::of::<tools::list_dag_runs::ListDagRuns>(),
    Registered::of::<tools::get_dag_run::GetDagRun>(),
    Registered::of::<tools::list_tasks::ListTasks>(),
    Registered::of::<tools::list_task_instances::ListTaskInstances>(),
    Registered::of::<tools::get_task_instance::GetTaskInstance>(),
    Registered::of::<tools::list_import_errors::ListImportErrors>(),
    Registered::of::<tools::list_assets::ListAssets>(),
    Registered::of::<tools::list_asset_events::ListAssetEvents>(),
    Registered::of::<tools::list_connections::ListConnections>(),
    Registered::of::<tools::list_variables::ListVariables>(),
    Registered::of::<tools::get_variable::GetVariable>(),
    Registered::of::<tools::list_pools::ListPools>(),
    Registered::of::<tools::get_airflow_config::GetAirflowConfig>(),
    Registered::of::<tools::get_airflow_version::GetAirflowVersion>(),
    Registered::of::<tools::resolve_url::ResolveUrl>(),
    Registered::of::<tools::trigger_dag::TriggerDag>(),
    Registered::of::<tools::trigger_dag_and_wait::TriggerDagAndWait>(),
    Registered::of::<tools::pause_dag::PauseDag>(),
    Registered::of::<tools::unpause_dag::UnpauseDag>(),
    Registered::of::<tools::clear_dag_run::ClearDagRun>(),
    Registered::of::<tools::clear_task_instances::ClearTaskInstances>(),
    Registered::of::<tools::delete_dag_run::DeleteDagRun>(),
];

/// The tool of a name.
pub fn find(name: &str) -> Option<&'static Registered> {
    TOOLS.iter().find(|tool| tool.name == name)
}

/// The names of all groups, sorted.
pub fn toolsets() -> Vec<&'static str> {
    let mut names: Vec<_> = TOOLS.iter().map(|tool| tool.toolset).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_descriptions_are_short() {
        let mut names: Vec<_> = TOOLS.iter().map(|tool| tool.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        for tool in TOOLS {
            assert!(tool.description.len() <= 260, "{}: {}", tool.name, tool.description.len());
            assert!(tool.description.ends_with('.'), "{}", tool.name);
            assert!(!tool.title.is_empty());
        }
    }

    fn tokens(level: AccessLevel) -> usize {
        let bpe = tiktoken_rs::o200k_base().unwrap();
        let count = |text: &str| bpe.encode_with_special_tokens(text).len();
        TOOLS
            .iter()
            .filter(|tool| tool.listed && tool.level <= level)
            .map(|tool| {
                let schema = Value::Object(tool.input_schema()).to_string();
                count(tool.name) + count(tool.description) + count(&schema)
            })
            .sum()
    }

    /// What every conversation pays before its first question.
    #[test]
    fn the_default_tools_cost_at_most_three_thousand_tokens() {
        let (read, all) = (tokens(AccessLevel::Read), tokens(AccessLevel::Destructive));
        println!("tools/list: {read} tokens read-only, {all} with everything allowed");
        assert!(read <= 3_000, "{read}");
        assert!(all <= 4_000, "{all}");
    }
}
