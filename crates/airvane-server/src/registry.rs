//! Every tool, once. Listing, dispatch, policy, documentation and tests derive from here; adding
//! a tool touches its own file and one line of [`TOOLS`].
//!
//! Behind the tools that people wrote stand those made of catalog rows ([`OPERATION_TOOLS`]): one
//! for every operation whose name no tool has. They are listed by their toolset only, and may be
//! called by name like any other.

mod arguments;
mod schema;

pub(crate) use arguments::coerce;
pub(crate) use schema::compact;

use std::sync::LazyLock;
use std::time::Duration;

use airvane_api::{AccessLevel, Operation, catalog};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::reach;
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
    runs: Runs,
}

/// What runs when a tool is called.
#[derive(Clone, Copy)]
enum Runs {
    /// A tool that people wrote.
    Tool {
        input: fn() -> Map<String, Value>,
        run: for<'a> fn(&'a Call, Value) -> BoxFuture<'a, ToolResult>,
    },
    /// A row of the catalog.
    Operation(&'static Operation),
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
            runs: Runs::Tool { input: schema::of::<T::Input>, run: run::<T> },
        }
    }

    fn of_operation(operation: &'static Operation) -> Self {
        Self {
            name: operation.name,
            // Made once and kept as long as the program runs, like the row itself.
            title: title(operation.name).leak(),
            description: operation.summary,
            level: operation.level,
            toolset: operation.toolset,
            listed: false,
            idempotent: operation.is_idempotent(),
            time: LONGEST,
            runs: Runs::Operation(operation),
        }
    }

    /// The row of the catalog that it is made of, if it is.
    pub fn operation(&self) -> Option<&'static Operation> {
        match self.runs {
            Runs::Tool { .. } => None,
            Runs::Operation(operation) => Some(operation),
        }
    }

    /// The JSON Schema of its arguments, without what a model does not need.
    pub fn input_schema(&self) -> Map<String, Value> {
        match self.runs {
            Runs::Tool { input, .. } => input(),
            Runs::Operation(operation) => reach::input_schema(operation),
        }
    }

    /// Runs it. Arguments are checked first; wrong ones send nothing.
    pub async fn run(&self, call: &Call, arguments: Map<String, Value>) -> ToolResult {
        match self.runs {
            Runs::Tool { input, run } => {
                run(call, Value::Object(arguments::coerce(&input(), arguments))).await
            }
            Runs::Operation(operation) => reach::run(call, operation, arguments).await,
        }
    }
}

/// Longest time of a generic call; only a wait for a run's end needs it.
pub(crate) const LONGEST: Duration = Duration::from_secs(48);

/// `list_dag_runs` as people write it: `List DAG runs`.
fn title(name: &str) -> String {
    let words = name.split('_').map(|word| match word {
        "dag" => "DAG",
        "dags" => "DAGs",
        "hitl" => "human-in-the-loop",
        "xcom" => "XCom",
        "url" => "URL",
        word => word,
    });
    let title = words.collect::<Vec<_>>().join(" ");
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Runs a tool of a known type with arguments as models write them.
pub(crate) fn run_as<T: Tool>(
    call: &Call,
    arguments: Map<String, Value>,
) -> BoxFuture<'_, ToolResult> {
    run::<T>(call, Value::Object(arguments::coerce(&schema::of::<T::Input>(), arguments)))
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
    Registered::of::<tools::find_operation::FindOperation>(),
    Registered::of::<tools::read_operation::ReadOperation>(),
    Registered::of::<tools::trigger_dag::TriggerDag>(),
    Registered::of::<tools::trigger_dag_and_wait::TriggerDagAndWait>(),
    Registered::of::<tools::pause_dag::PauseDag>(),
    Registered::of::<tools::unpause_dag::UnpauseDag>(),
    Registered::of::<tools::clear_dag_run::ClearDagRun>(),
    Registered::of::<tools::clear_task_instances::ClearTaskInstances>(),
    Registered::of::<tools::write_operation::WriteOperation>(),
    Registered::of::<tools::delete_dag_run::DeleteDagRun>(),
    Registered::of::<tools::destroy_operation::DestroyOperation>(),
];

/// A tool for every operation of the catalog whose name no other tool has. Login and logout have
/// none.
pub static OPERATION_TOOLS: LazyLock<Vec<Registered>> = LazyLock::new(|| {
    catalog::OPERATIONS
        .iter()
        .filter(|operation| !operation.refused && written(operation.name).is_none())
        .map(|operation| Registered::of_operation(operation))
        .collect()
});

/// Every tool, those that people wrote first.
pub fn all() -> impl Iterator<Item = &'static Registered> {
    TOOLS.iter().chain(OPERATION_TOOLS.iter())
}

/// The tool of a name.
pub fn find(name: &str) -> Option<&'static Registered> {
    written(name).or_else(|| {
        let place = OPERATION_TOOLS.binary_search_by_key(&name, |tool| tool.name).ok()?;
        OPERATION_TOOLS.get(place)
    })
}

fn written(name: &str) -> Option<&'static Registered> {
    TOOLS.iter().find(|tool| tool.name == name)
}

/// The names of all groups, sorted.
pub fn toolsets() -> Vec<&'static str> {
    let mut names: Vec<_> = all().map(|tool| tool.toolset).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_descriptions_are_short() {
        let mut names: Vec<_> = all().map(|tool| tool.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        for tool in all() {
            assert!(tool.description.len() <= 260, "{}: {}", tool.name, tool.description.len());
            assert!(tool.description.ends_with('.'), "{}", tool.name);
            assert!(!tool.title.is_empty());
        }
    }

    #[test]
    fn every_operation_but_login_and_logout_is_found_by_its_name() {
        for operation in catalog::OPERATIONS {
            let tool = find(operation.name);
            assert_eq!(tool.is_none(), operation.refused, "{}", operation.name);
            if let Some(tool) = tool {
                assert_eq!(tool.level, operation.level, "{}", operation.name);
                assert_eq!(tool.toolset, operation.toolset, "{}", operation.name);
            }
        }
        assert_eq!(find("bulk_dag_runs").unwrap().title, "Bulk DAG runs");
        assert!(OPERATION_TOOLS.iter().all(|tool| !tool.listed));
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
