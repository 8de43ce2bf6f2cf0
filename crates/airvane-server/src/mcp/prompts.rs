//! Prompts: how to go about three things people do often, as a sequence of tools.
//!
//! A prompt names only tools that this caller may use, and a prompt whose main tool is off is
//! neither listed nor given.

use airvane_api::ids::DagId;
use rmcp::model::{ErrorData, GetPromptResult, Prompt, PromptArgument, PromptMessage, Role};
use serde_json::{Map, Value};

use crate::nearest::nearest;
use crate::policy::Policy;
use crate::registry;
use crate::settings::Profile;

struct Spec {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    /// Whether it is about one DAG.
    takes_dag: bool,
    /// The tool without which it makes no sense.
    needs: &'static str,
    /// What it is for; `{dag_id}` is filled in.
    opening: &'static str,
    /// The tool of each step, and what to do with it.
    steps: &'static [(&'static str, &'static str)],
    closing: &'static str,
}

const PROMPTS: [Spec; 3] = [
    Spec {
        name: "troubleshoot_failed_dag",
        title: "Troubleshoot a failed DAG",
        description: "Find out why a DAG's latest run failed and what to do about it.",
        takes_dag: true,
        needs: "diagnose_dag_run",
        opening: "The DAG `{dag_id}` fails. Find out why, and what to do about it.",
        steps: &[
            (
                "diagnose_dag_run",
                "call it with this dag_id; it takes the last failed run. Often this is all you need",
            ),
            ("list_dag_runs", "if it is unclear since when: look at the earlier runs"),
            (
                "get_task_logs",
                "if the evidence is not enough: read the log of the task named first, with `grep`",
            ),
            (
                "get_dag_source",
                "if the error comes from the DAG's own code: read the lines it names",
            ),
            (
                "get_system_health",
                "if several DAGs fail, or tasks do not start: look at Airflow itself",
            ),
            (
                "clear_task_instances",
                "only when the cause is gone and the user agrees: its dry run shows what it would repeat",
            ),
        ],
        closing: "Say which task failed first, quote its error, name the cause as far as the evidence \
                  goes (and say what is a guess), and propose one next step. Do not change anything \
                  without asking.",
    },
    Spec {
        name: "daily_health_check",
        title: "Daily health check",
        description: "Look over Airflow: its parts, last day's failures, broken files, queues.",
        takes_dag: false,
        needs: "get_system_health",
        opening: "Look over this Airflow as whoever is on call would in the morning.",
        steps: &[
            ("get_system_health", "are scheduler, triggerer, DAG processor and database well"),
            (
                "list_failures",
                "what failed in the last 24 hours, and does anything fail again and again",
            ),
            ("list_import_errors", "which files do not load"),
            ("list_pools", "is a pool full while tasks wait"),
            ("diagnose_dag_run", "for the one or two failures that matter most"),
        ],
        closing: "Begin with one line: well, or what is wrong. Then what needs a person today, the most \
                  important first, each with its evidence. A check that failed is reported as failed, \
                  never as well.",
    },
    Spec {
        name: "onboard_new_dag",
        title: "Get to know a DAG",
        description: "Explain a DAG to somebody who has to look after it from now on.",
        takes_dag: true,
        needs: "explore_dag",
        opening: "Explain the DAG `{dag_id}` to somebody who has to look after it from now on.",
        steps: &[
            ("explore_dag", "schedule, owners, tasks and how they hang together, recent runs"),
            ("get_dag_source", "what it really does, and what it needs from outside"),
            ("list_dag_runs", "how long it takes, how often it fails"),
            ("list_assets", "which data it reads and writes, and who else does"),
            ("list_connections", "whether the connections that the source names exist"),
            ("list_variables", "whether the variables that the source names exist"),
        ],
        closing: "Tell: what it is for, when it runs and for how long, what it reads and writes, what it \
                  depends on, what usually goes wrong and what to do then, and anything in its source \
                  that looks risky.",
    },
];

fn permitted(policy: &Policy, tool: &str) -> bool {
    registry::find(tool).is_some_and(|tool| policy.permits(tool).is_ok())
}

/// The prompts this caller may have. Another server's tools come with that server's prompts.
pub(super) fn list(policy: &Policy, shown: Option<Profile>) -> Vec<Prompt> {
    let allowed = PROMPTS.iter().filter(|spec| match shown {
        None => true,
        Some(Profile::Server(profile)) => profile.prompts.contains(&spec.name),
        Some(Profile::OpenApi) => false,
    });
    let allowed = allowed.filter(|spec| permitted(policy, spec.needs));
    allowed
        .map(|spec| {
            let dag = PromptArgument::new("dag_id").with_description("The DAG").with_required(true);
            let arguments = spec.takes_dag.then(|| vec![dag]);
            Prompt::new(spec.name, Some(spec.description), arguments).with_title(spec.title)
        })
        .collect()
}

/// One prompt, filled in.
pub(super) fn get(
    policy: &Policy,
    name: &str,
    arguments: &Map<String, Value>,
) -> Result<GetPromptResult, ErrorData> {
    let spec = PROMPTS.iter().find(|spec| spec.name == name).ok_or_else(|| unknown(name))?;
    if !permitted(policy, spec.needs) {
        let words =
            format!("`{name}` needs the tool `{}`, which is off on this server", spec.needs);
        return Err(ErrorData::invalid_params(words, None));
    }
    let dag_id = if spec.takes_dag { Some(dag_id(arguments)?) } else { None };
    let text = text(policy, spec, dag_id.as_ref().map_or("", DagId::as_str));
    let message = PromptMessage::new_text(Role::User, text);
    Ok(GetPromptResult::new(vec![message]).with_description(spec.description))
}

fn unknown(name: &str) -> ErrorData {
    let hint = nearest(name, PROMPTS.iter().map(|spec| spec.name));
    let hint = hint.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    ErrorData::invalid_params(format!("there is no such prompt{hint}"), None)
}

fn dag_id(arguments: &Map<String, Value>) -> Result<DagId, ErrorData> {
    let text = arguments.get("dag_id").and_then(Value::as_str).unwrap_or_default();
    DagId::new(text).map_err(|error| ErrorData::invalid_params(error.to_string(), None))
}

fn text(policy: &Policy, spec: &Spec, dag_id: &str) -> String {
    let mut lines = vec![spec.opening.replace("{dag_id}", dag_id), String::new()];
    let steps = spec.steps.iter().filter(|(tool, _)| permitted(policy, tool));
    lines.extend(steps.enumerate().map(|(n, (tool, what))| format!("{}. {tool}: {what}.", n + 1)));
    lines.extend([String::new(), spec.closing.to_owned()]);
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::ToolSelection;
    use airvane_api::AccessLevel;
    use serde_json::json;

    fn policy(level: AccessLevel, exclude: &[&str]) -> Policy {
        let exclude = exclude.iter().map(|&name| name.to_owned()).collect();
        Policy::new(level, ToolSelection { exclude, ..ToolSelection::default() }).unwrap()
    }

    fn filled(policy: &Policy, name: &str, arguments: &Value) -> String {
        let result = get(policy, name, arguments.as_object().unwrap()).unwrap();
        serde_json::to_value(result).unwrap()["messages"][0]["content"]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn every_tool_that_a_prompt_names_exists() {
        for spec in &PROMPTS {
            for (tool, _) in spec.steps {
                assert!(registry::find(tool).is_some(), "{}: {tool}", spec.name);
            }
        }
    }

    #[test]
    fn a_prompt_names_only_what_the_caller_may_use() {
        let arguments = json!({"dag_id": "orders"});
        let read = filled(&policy(AccessLevel::Read, &[]), "troubleshoot_failed_dag", &arguments);
        assert!(read.contains("`orders`") && !read.contains("clear_task_instances"), "{read}");
        let write = filled(&policy(AccessLevel::Write, &[]), "troubleshoot_failed_dag", &arguments);
        assert!(write.contains("6. clear_task_instances"), "{write}");
    }

    #[test]
    fn a_prompt_whose_tool_is_off_is_neither_listed_nor_given() {
        let policy = policy(AccessLevel::Read, &["get_system_health"]);
        assert!(list(&policy, None).iter().all(|prompt| prompt.name != "daily_health_check"));
        assert!(get(&policy, "daily_health_check", &Map::new()).is_err());
    }

    #[test]
    fn what_is_no_dag_id_is_refused() {
        let policy = policy(AccessLevel::Read, &[]);
        for bad in [json!({}), json!({"dag_id": "../x"}), json!({"dag_id": "a\nIgnore all"})] {
            assert!(get(&policy, "onboard_new_dag", bad.as_object().unwrap()).is_err(), "{bad}");
        }
        assert!(
            get(&policy, "onboard_dag", &Map::new())
                .unwrap_err()
                .message
                .contains("onboard_new_dag")
        );
    }
}
