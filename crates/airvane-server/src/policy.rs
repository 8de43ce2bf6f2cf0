//! What a caller may do. Read-only until told otherwise; a request can only narrow it further.

use airvane_api::{AccessLevel, Operation, catalog};

use crate::registry::{self, Registered};
use crate::settings::ToolSelection;

/// The rules of one server, or of one request that asked for less.
#[derive(Clone, Debug)]
pub struct Policy {
    level: AccessLevel,
    selection: ToolSelection,
}

/// Why a call is refused before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The level is off.
    #[error("`{tool}` needs {needed} access; this server allows {allowed}")]
    Level {
        /// The tool.
        tool: &'static str,
        /// What it needs.
        needed: AccessLevel,
        /// What is on.
        allowed: AccessLevel,
    },
    /// The administrator took it out.
    #[error("`{tool}` is switched off on this server")]
    Excluded {
        /// The tool.
        tool: &'static str,
    },
}

impl Refusal {
    /// What whoever runs the server can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Level { needed: AccessLevel::Destructive, .. } => {
                "whoever runs airvane can start it with --allow-destructive"
            }
            Self::Level { .. } => "whoever runs airvane can start it with --allow-write",
            Self::Excluded { .. } => "whoever runs airvane decides that with --exclude-tools",
        }
    }
}

/// A name in `--tools`, `--exclude-tools` or `--toolsets` that nothing has.
#[derive(Debug, thiserror::Error)]
#[error("unknown {kind} `{name}`{}", nearest.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
pub struct UnknownName {
    kind: &'static str,
    name: String,
    nearest: Option<&'static str>,
}

impl Policy {
    /// The rules for a level and a selection, whose names must all exist.
    pub fn new(level: AccessLevel, mut selection: ToolSelection) -> Result<Self, UnknownName> {
        let every = registry::all().chain(registry::profile_tools());
        let tools: Vec<&'static str> = every.map(|tool| tool.name).collect();
        check("tool", &selection.tools, &tools)?;
        check("tool", &selection.exclude, &tools)?;
        for name in &mut selection.toolsets {
            if let Some((_, ours)) = OTHER_TOOLSET_NAMES.iter().find(|(theirs, _)| theirs == name) {
                (*ours).clone_into(name);
            }
        }
        check("toolset", &selection.toolsets, &registry::toolsets())?;
        let implied: Vec<_> = selection.exclude.iter().flat_map(|name| implied(name)).collect();
        selection.exclude.extend(implied.into_iter().map(str::to_owned));
        Ok(Self { level, selection })
    }

    /// The highest level allowed.
    pub fn level(&self) -> AccessLevel {
        self.level
    }

    /// The same rules with at most this level.
    #[must_use]
    pub fn at_most(&self, level: AccessLevel) -> Self {
        Self { level: self.level.min(level), selection: self.selection.clone() }
    }

    /// Whether a tool is shown. What is shown may be called.
    pub fn lists(&self, tool: &Registered) -> bool {
        self.permits(tool).is_ok() && self.selects(tool)
    }

    /// Whether a call is allowed, shown or not.
    pub fn permits(&self, tool: &Registered) -> Result<(), Refusal> {
        let excluded = |name: &str| contains(&self.selection.exclude, name);
        if excluded(tool.name) || tool.targets().into_iter().any(excluded) {
            return Err(Refusal::Excluded { tool: tool.name });
        }
        self.permits_level(tool.name, tool.level)
    }

    /// Whether there is such a tool and it may be called: only then it is proposed.
    pub fn permits_name(&self, name: &str) -> bool {
        registry::find(name).is_some_and(|tool| self.permits(tool).is_ok())
    }

    /// Whether an operation may be called at a level, by whichever tool.
    pub fn permits_operation(
        &self,
        operation: &'static Operation,
        needed: AccessLevel,
    ) -> Result<(), Refusal> {
        if contains(&self.selection.exclude, operation.name) {
            return Err(Refusal::Excluded { tool: operation.name });
        }
        self.permits_level(operation.name, needed)
    }

    /// Whether something of this level is allowed: for tools whose arguments decide the level.
    pub fn permits_level(&self, tool: &'static str, needed: AccessLevel) -> Result<(), Refusal> {
        if needed <= self.level {
            Ok(())
        } else {
            Err(Refusal::Level { tool, needed, allowed: self.level })
        }
    }

    fn selects(&self, tool: &Registered) -> bool {
        let ToolSelection { toolsets, tools, .. } = &self.selection;
        match (toolsets.is_empty(), tools.is_empty()) {
            (true, true) => tool.listed,
            _ => contains(tools, tool.name) || contains(toolsets, tool.toolset),
        }
    }
}

/// Toolsets that other servers, or Airflow 2, call by another name.
const OTHER_TOOLSET_NAMES: [(&str, &str); 2] =
    [("connections", "connection"), ("dataset", "asset")];

/// Tools that do more than call their operation: shut with it, but not the other way round.
const COMPOSED: [(&str, &str); 2] =
    [("trigger_dag_and_wait", "trigger_dag_run"), ("test_connections", "test_connection")];

/// What else goes with a name that is excluded: the operation behind a tool, the tools that do
/// nothing but call an operation, and what another server's name stands for. A door that is shut by
/// one name must not be open by another.
fn implied(name: &str) -> Vec<&'static str> {
    let operations = catalog::OPERATIONS.iter().copied();
    let behind = operations.filter(|operation| operation.tools.contains(&name));
    let before = catalog::find(name).into_iter().flat_map(|operation| operation.tools.iter());
    let theirs = registry::profile_tools().filter(|tool| tool.name == name);
    let composed = COMPOSED.iter().filter(|(_, operation)| *operation == name);
    behind
        .map(|operation| operation.name)
        .chain(before.copied())
        .chain(composed.map(|(tool, _)| *tool))
        .chain(theirs.flat_map(Registered::targets))
        .collect()
}

fn contains(names: &[String], name: &str) -> bool {
    names.iter().any(|given| given == name)
}

fn check(kind: &'static str, given: &[String], known: &[&'static str]) -> Result<(), UnknownName> {
    match given.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(UnknownName {
            kind,
            name: name.clone(),
            nearest: crate::nearest::nearest(name, known.iter().copied()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(level: AccessLevel) -> Policy {
        Policy::new(level, ToolSelection::default()).unwrap()
    }

    #[test]
    fn nothing_above_the_level_is_shown_or_runs() {
        for level in [AccessLevel::Read, AccessLevel::Write, AccessLevel::Destructive] {
            let policy = policy(level);
            for tool in registry::all() {
                assert_eq!(policy.permits(tool).is_ok(), tool.level <= level, "{}", tool.name);
                assert!(!policy.lists(tool) || tool.level <= level, "{}", tool.name);
            }
        }
    }

    #[test]
    fn a_request_can_only_narrow() {
        let write = policy(AccessLevel::Write);
        assert_eq!(write.at_most(AccessLevel::Destructive).level(), AccessLevel::Write);
        assert_eq!(write.at_most(AccessLevel::Read).level(), AccessLevel::Read);
    }

    #[test]
    fn an_unknown_name_stops_with_the_nearest() {
        let selection =
            ToolSelection { tools: vec!["list_dgas".to_owned()], ..ToolSelection::default() };
        let message = Policy::new(AccessLevel::Read, selection).unwrap_err().to_string();
        assert_eq!(message, "unknown tool `list_dgas`; did you mean `list_dags`?");
    }

    #[test]
    fn what_is_excluded_is_shut_by_every_name() {
        let policy = |name: &str| {
            let selection =
                ToolSelection { exclude: vec![name.to_owned()], ..ToolSelection::default() };
            Policy::new(AccessLevel::Destructive, selection).unwrap()
        };
        let runs = |policy: &Policy, name| policy.permits(registry::find(name).unwrap()).is_ok();
        let no_delete = policy("delete_dag_run");
        assert!(!runs(&no_delete, "delete_dag_run"));
        let operation = &catalog::DELETE_DAG_RUN;
        assert!(no_delete.permits_operation(operation, operation.level).is_err());
        for (excluded, shut) in [
            // By another server's name, and what that name stands for.
            ("update_connection", "patch_connection"),
            ("get_value", "get_airflow_config"),
            ("trigger_dag", "trigger_dag_run"),
            ("trigger_dag_run", "trigger_dag"),
            ("trigger_dag_run", "trigger_dag_and_wait"),
            ("patch_dag", "pause_dag"),
            ("get_task_logs", "get_task_log"),
        ] {
            assert!(!runs(&policy(excluded), shut), "{excluded}");
        }
        assert!(runs(&policy("pause_dag"), "unpause_dag"));
        let theirs =
            |policy: &Policy, name| policy.permits(registry::find_for(None, name).unwrap()).is_ok();
        for (excluded, shut) in [
            ("trigger_dag_run", "post_dag_run"),
            ("trigger_dag", "trigger-dag-run"),
            ("patch_dag_run", "update_dag_run_state"),
            ("list_assets", "get_assets"),
        ] {
            assert!(!theirs(&policy(excluded), shut), "{excluded}: {shut}");
        }
        assert!(theirs(&policy("post_dag_run"), "get_dag_runs"));
    }

    #[test]
    fn a_toolset_shows_its_operations_and_may_go_by_another_name() {
        for name in ["connection", "connections"] {
            let selection =
                ToolSelection { toolsets: vec![name.to_owned()], ..ToolSelection::default() };
            let policy = Policy::new(AccessLevel::Read, selection).unwrap();
            let listed: Vec<_> =
                registry::all().filter(|tool| policy.lists(tool)).map(|tool| tool.name).collect();
            assert_eq!(listed, ["list_connections", "get_connection", "get_connection_test"]);
        }
        let misspelt =
            ToolSelection { toolsets: vec!["conexion".to_owned()], ..ToolSelection::default() };
        let message = Policy::new(AccessLevel::Read, misspelt).unwrap_err().to_string();
        assert_eq!(message, "unknown toolset `conexion`; did you mean `connection`?");
    }

    #[test]
    fn every_group_that_people_know_is_there() {
        let known = "config connection connections dag dagrun dagstats dataset asset eventlog \
                     importerror monitoring plugin pool provider taskinstance variable xcom backfill \
                     dagversion hitl job dagwarning state user operation";
        for name in known.split_whitespace() {
            let selection =
                ToolSelection { toolsets: vec![name.to_owned()], ..ToolSelection::default() };
            let policy = Policy::new(AccessLevel::Destructive, selection).unwrap();
            assert!(registry::all().any(|tool| policy.lists(tool)), "{name}");
        }
    }

    #[test]
    fn an_excluded_tool_does_not_run_either() {
        let selection =
            ToolSelection { exclude: vec!["list_dags".to_owned()], ..ToolSelection::default() };
        let policy = Policy::new(AccessLevel::Destructive, selection).unwrap();
        let tool = registry::find("list_dags").unwrap();
        assert_eq!(policy.permits(tool), Err(Refusal::Excluded { tool: "list_dags" }));
        assert!(!policy.lists(tool));
    }
}
