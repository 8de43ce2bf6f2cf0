//! Every tool, once. Listing, dispatch, policy, documentation and tests derive from here; adding
//! a tool touches its own file and one line of [`TOOLS`].
//!
//! Behind the tools that people wrote stand those made of catalog rows ([`OPERATION_TOOLS`]): one
//! for every operation whose name no tool has. They are listed by their toolset only, and may be
//! called by name like any other. The tools of other servers ([`of_profile`]) are listed by the
//! profile that was asked for, and may be called by name as well.

mod arguments;
mod schema;

pub(crate) use arguments::coerce;
pub(crate) use schema::compact;

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use airvane_api::profile::{self, PROFILES, ProfileTool, Target};
use airvane_api::{AccessLevel, ApiVersion, Operation, catalog};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::profiles;
use crate::reach;
use crate::settings::Profile;
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
    /// A row of the catalog, by the names of one API's own document.
    Wire(&'static Operation, ApiVersion),
    /// A tool of another server.
    Theirs(&'static profile::Profile, &'static ProfileTool),
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

    fn of_wire(operation: &'static Operation, api: ApiVersion) -> Option<Self> {
        let name = operation.endpoint(api)?.operation_id;
        let runs = Runs::Wire(operation, api);
        Some(Self { name, listed: true, runs, ..Self::of_operation(operation) })
    }

    fn theirs(profile: &'static profile::Profile, tool: &'static ProfileTool) -> Self {
        let runs = Runs::Theirs(profile, tool);
        // What it does is what its target does.
        let target = match tool.target {
            Target::Operation { v2, .. } => Self::of_operation(v2),
            Target::Tool(name) => written(name).map_or_else(|| Self::none(runs), Self::copy),
            Target::Adapter(level) => Self { level, ..Self::none(runs) },
        };
        Self {
            name: tool.name,
            title: title(tool.name).leak(),
            description: tool.summary.unwrap_or(target.description),
            listed: true,
            runs,
            ..target
        }
    }

    fn copy(&self) -> Self {
        Self { ..*self }
    }

    /// A tool without a target. Destructive until somebody says what it is.
    fn none(runs: Runs) -> Self {
        Self {
            name: "",
            title: "",
            description: "",
            level: AccessLevel::Destructive,
            toolset: "environment",
            listed: true,
            idempotent: false,
            time: LONGEST,
            runs,
        }
    }

    /// The row of the catalog that it is made of, if it is.
    pub fn operation(&self) -> Option<&'static Operation> {
        match self.runs {
            Runs::Tool { .. } | Runs::Theirs(..) => None,
            Runs::Operation(operation) | Runs::Wire(operation, _) => Some(operation),
        }
    }

    /// The operations and tools that another server's name stands for.
    pub fn targets(&self) -> Vec<&'static str> {
        match self.runs {
            Runs::Tool { .. } | Runs::Operation(_) => Vec::new(),
            Runs::Wire(operation, _) => vec![operation.name],
            Runs::Theirs(_, tool) => match tool.target {
                Target::Tool(name) => vec![name],
                _ => tool.operations().map(|operation| operation.name).collect(),
            },
        }
    }

    /// The JSON Schema of its arguments, without what a model does not need.
    pub fn input_schema(&self) -> Map<String, Value> {
        match self.runs {
            Runs::Tool { input, .. } => input(),
            Runs::Operation(operation) => reach::input_schema(operation),
            Runs::Wire(operation, api) => reach::wire_schema(operation, api),
            Runs::Theirs(_, tool) => profiles::input_schema(tool),
        }
    }

    /// Runs it. Arguments are checked first; wrong ones send nothing.
    pub async fn run(&self, call: &Call, arguments: Map<String, Value>) -> ToolResult {
        match self.runs {
            Runs::Tool { input, run } => {
                run(call, Value::Object(arguments::coerce(&input(), arguments))).await
            }
            Runs::Operation(operation) | Runs::Wire(operation, _) => {
                reach::run(call, operation, arguments).await
            }
            Runs::Theirs(profile, tool) => profiles::run(call, profile, tool, arguments).await,
        }
    }
}

/// Longest time of a generic call; only a wait for a run's end needs it.
pub(crate) const LONGEST: Duration = Duration::from_secs(48);

/// `list_dag_runs` as people write it: `List DAG runs`.
fn title(name: &str) -> String {
    let words = name.split(['_', '-']).map(|word| match word {
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
    Registered::of::<tools::test_connections::TestConnections>(),
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

/// The tools of other servers, by profile.
static PROFILE_TOOLS: LazyLock<BTreeMap<&'static str, Vec<Registered>>> = LazyLock::new(|| {
    let tools = |profile: &'static profile::Profile| {
        profile.tools.iter().map(|tool| Registered::theirs(profile, tool)).collect()
    };
    PROFILES.iter().map(|profile| (profile.name, tools(profile))).collect()
});

/// Every operation by its id in one API's own document.
static WIRE_TOOLS: LazyLock<[Vec<Registered>; 2]> = LazyLock::new(|| {
    [ApiVersion::V1, ApiVersion::V2].map(|api| {
        let called = catalog::OPERATIONS.iter().filter(|operation| !operation.refused);
        let mut tools: Vec<_> =
            called.filter_map(|operation| Registered::of_wire(operation, api)).collect();
        tools.sort_by_key(|tool| tool.name);
        tools
    })
});

/// The tools of a profile, sorted by name.
pub fn of_profile(profile: &profile::Profile) -> &'static [Registered] {
    PROFILE_TOOLS.get(profile.name).map_or(&[], Vec::as_slice)
}

/// The tools of all profiles, those first whose names are ours as well.
pub fn profile_tools() -> impl Iterator<Item = &'static Registered> {
    PROFILES.iter().flat_map(of_profile)
}

/// Every operation of an API by its id in Airflow's own document, sorted.
pub fn of_document(api: ApiVersion) -> &'static [Registered] {
    let [v1, v2] = &*WIRE_TOOLS;
    match api {
        ApiVersion::V1 => v1,
        ApiVersion::V2 => v2,
    }
}

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

/// The tool of a name, whoever calls it so: the server whose tools are shown, we ourselves, another
/// server, or Airflow's own document.
pub fn find_for(shown: Option<Profile>, name: &str) -> Option<&'static Registered> {
    let document = || of_document(ApiVersion::V2).iter().chain(of_document(ApiVersion::V1));
    let of = |tool: &&Registered| tool.name == name;
    let first = match shown {
        None => None,
        Some(Profile::Server(profile)) => of_profile(profile).iter().find(of),
        Some(Profile::OpenApi) => document().find(of),
    };
    first
        .or_else(|| find(name))
        .or_else(|| profile_tools().find(of))
        .or_else(|| document().find(of))
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

    #[test]
    fn the_tools_that_the_catalog_names_exist() {
        for operation in catalog::OPERATIONS {
            for tool in operation.tools {
                assert!(written(tool).is_some() && *tool != operation.name, "{tool}");
            }
        }
    }

    #[test]
    fn a_profile_never_raises_a_level() {
        for tool in profile_tools() {
            let targets = tool.targets();
            for target in &targets {
                assert_eq!(find(target).unwrap().level, tool.level, "{}: {target}", tool.name);
            }
            assert!(
                !tool.description.is_empty() && tool.description.ends_with('.'),
                "{}",
                tool.name
            );
        }
        for tool in [ApiVersion::V1, ApiVersion::V2].into_iter().flat_map(of_document) {
            assert_eq!(tool.level, tool.operation().unwrap().level, "{}", tool.name);
        }
    }

    #[test]
    fn a_name_is_looked_for_where_it_is_shown_first() {
        let server = |name| Some(Profile::Server(profile::find(name).unwrap()));
        let takes = |shown, name: &str, argument: &str| {
            let schema = find_for(shown, name).unwrap().input_schema();
            schema["properties"].get(argument).is_some()
        };
        let old = server("mcp-server-apache-airflow");
        assert!(takes(old, "get_dag_source", "file_token"));
        // What two servers call alike is ours unless the other is shown.
        assert!(takes(None, "get_dag_source", "dag_id"));
        assert!(takes(server("mwaa"), "get_dag_source", "dag_id"));
        // A name that nobody shows.
        assert!(takes(None, "fetch_dags", "only_active"));
        assert!(takes(old, "list-dags", "environment_name"));
        assert!(takes(old, "diagnose_dag_run", "dag_run_id"));
        assert!(takes(None, "get_assets", "uri_pattern"));
        assert!(takes(Some(Profile::OpenApi), "get_dag_source", "version_number"));
        assert!(find_for(old, "fetch_dag").is_none());
    }

    #[test]
    fn every_operation_has_its_id_as_a_name() {
        assert_eq!(of_document(ApiVersion::V1).len(), 89);
        assert_eq!(of_document(ApiVersion::V2).len(), 126);
        let snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        for tool in [ApiVersion::V1, ApiVersion::V2].into_iter().flat_map(of_document) {
            assert!(tool.name.chars().all(snake), "{}", tool.name);
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
