//! What the catalog says of one operation of Airflow's REST API.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::version::{AirflowVersion, ApiVersion};

/// How much a call can change. Ordered: what is allowed at one level is allowed at every higher.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AccessLevel {
    /// Looks, changes nothing.
    #[default]
    Read,
    /// Changes what can be changed back: trigger, clear, pause, mark, notes, backfill.
    Write,
    /// Deletes, overwrites credentials, answers for a person, or makes Airflow dial out.
    Destructive,
}

impl fmt::Display for AccessLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destructive => "destructive",
        })
    }
}

/// HTTP methods that Airflow's API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, acts, or lists with a body.
    Post,
    /// Replaces.
    Put,
    /// Changes in part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// As HTTP writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// An operation: one thing a caller can ask of Airflow, on one or both majors.
#[derive(Debug)]
pub struct Operation {
    /// Our name for it, in Airflow's words, for example `list_dag_runs`.
    pub name: &'static str,
    /// One line for people and models.
    pub summary: &'static str,
    /// How much it can change.
    pub level: AccessLevel,
    /// The group of tools it belongs to, for example `dagrun`.
    pub toolset: &'static str,
    /// Never called at any level: login and logout.
    pub refused: bool,
    /// For bodies that are a list of actions, some of which delete: the level of one `update`.
    /// [`Operation::level_of`] judges the whole.
    pub bulk: Option<AccessLevel>,
    /// The operation to use where this one does not exist, by its name in the catalog.
    pub instead: Option<&'static str>,
    /// What people call it who don't know its name: phrases to search by.
    pub words: &'static [&'static str],
    /// Tools of `airvane-server` by another name that do little more than call it.
    pub tools: &'static [&'static str],
    /// How Airflow 2 offers it.
    pub v1: Option<Endpoint>,
    /// How Airflow 3 offers it.
    pub v2: Option<Endpoint>,
}

impl Operation {
    /// How the given API offers it, if it does.
    pub fn endpoint(&self, api: ApiVersion) -> Option<&Endpoint> {
        match api {
            ApiVersion::V1 => self.v1.as_ref(),
            ApiVersion::V2 => self.v2.as_ref(),
        }
    }

    /// The level of one call: for a bulk body that of the worst action it holds, otherwise
    /// [`Operation::level`]. A body that cannot be judged is destructive.
    pub fn level_of(&self, body: Option<&Value>) -> AccessLevel {
        let Some(update) = self.bulk else { return self.level };
        let actions = body.and_then(|body| body.get("actions")).and_then(Value::as_array);
        actions.map_or(AccessLevel::Destructive, |actions| {
            let levels = actions.iter().map(|action| action_level(action, self.level, update));
            levels.fold(self.level, AccessLevel::max)
        })
    }

    /// Whether sending it twice does what sending it once does, so that a retry is harmless.
    ///
    /// Only reads are: a `DELETE` that is sent again after a cut connection would report a 404 for
    /// what it has done. `POST …/list` reads.
    pub fn is_idempotent(&self) -> bool {
        self.level == AccessLevel::Read
    }
}

/// The level of one action of a bulk body.
fn action_level(action: &Value, create: AccessLevel, update: AccessLevel) -> AccessLevel {
    let word = |key| action.get(key).map(|value| value.as_str().unwrap_or_default());
    match (word("action"), word("action_on_existence")) {
        (Some("create"), None | Some("fail" | "skip")) => create,
        (Some("create"), Some("overwrite")) | (Some("update"), _) => update,
        _ => AccessLevel::Destructive,
    }
}

/// One route of one API.
#[derive(Debug)]
pub struct Endpoint {
    /// HTTP method.
    pub method: Method,
    /// Path below the API's prefix, with `{placeholders}`.
    pub path: &'static str,
    /// The id in Airflow's OpenAPI document.
    pub operation_id: &'static str,
    /// First release that has it, by its first two numbers; 2.4 if it is older than what we know.
    pub since: AirflowVersion,
    /// Path, query and header parameters, in the order of Airflow's document.
    pub parameters: &'static [Parameter],
    /// JSON Schema of the body, if it takes one.
    pub body: Option<&'static str>,
    /// Fields of the body that callers know by another name than the wire: theirs, the wire's.
    pub body_names: &'static [(&'static str, &'static str)],
    /// The permission that Airflow's own route asks for, in Airflow's words; empty if none.
    pub permission: &'static str,
}

impl Endpoint {
    /// The parameter that callers know by Airflow 3's name.
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// A parameter of a route.
#[derive(Debug)]
pub struct Parameter {
    /// The name callers use: Airflow 3's, on both majors.
    pub name: &'static str,
    /// The name on this route.
    pub wire_name: &'static str,
    /// Where it goes.
    pub place: ParameterPlace,
    /// Whether Airflow refuses a call without it.
    pub required: bool,
    /// First release that knows it. An older Airflow 2 refuses it; an older Airflow 3 ignores it
    /// without a word, so that a filter would seem to have matched everything.
    pub since: AirflowVersion,
    /// Whether a list goes as one value with commas; otherwise the parameter is repeated.
    pub joined: bool,
    /// JSON Schema of its value.
    pub schema: &'static str,
    /// The only value that Airflow takes (`~`); filled in when the caller leaves it out.
    pub fixed: Option<&'static str>,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterPlace {
    /// In the path, encoded as one segment.
    Path,
    /// In the path, where Airflow routes the rest of it (`{key:path}`): slashes stay.
    PathTail,
    /// In the query string.
    Query,
    /// As a header of the request.
    Header,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog;

    #[test]
    fn levels_are_ordered_and_default_to_read() {
        assert!(AccessLevel::Read < AccessLevel::Write);
        assert!(AccessLevel::Write < AccessLevel::Destructive);
        assert_eq!(AccessLevel::default(), AccessLevel::Read);
    }

    #[test]
    fn a_bulk_body_has_the_level_of_its_worst_action() {
        let create = json!({"action": "create", "entities": []});
        let overwrite = json!({"action": "create", "action_on_existence": "overwrite"});
        let update = json!({"action": "update", "entities": []});
        let delete = json!({"action": "delete", "entities": ["x"]});
        let level = |operation: &Operation, actions: &[&Value]| {
            operation.level_of(Some(&json!({ "actions": actions })))
        };
        assert_eq!(level(&catalog::BULK_POOLS, &[]), AccessLevel::Write);
        assert_eq!(
            level(&catalog::BULK_POOLS, &[&create, &overwrite, &update]),
            AccessLevel::Write
        );
        assert_eq!(level(&catalog::BULK_POOLS, &[&create, &delete]), AccessLevel::Destructive);
        for secrets in [&catalog::BULK_CONNECTIONS, &catalog::BULK_VARIABLES] {
            assert_eq!(level(secrets, &[&create]), AccessLevel::Write);
            assert_eq!(level(secrets, &[&create, &overwrite]), AccessLevel::Destructive);
            assert_eq!(level(secrets, &[&update]), AccessLevel::Destructive);
        }
    }

    #[test]
    fn a_bulk_body_that_cannot_be_judged_is_destructive() {
        let bodies = [
            json!({}),
            json!({"actions": "delete"}),
            json!({"actions": ["delete"]}),
            json!({"actions": [{"action": "DELETE"}]}),
            json!({"actions": [{"action": "create", "action_on_existence": 1}]}),
        ];
        for body in &bodies {
            assert_eq!(
                catalog::BULK_POOLS.level_of(Some(body)),
                AccessLevel::Destructive,
                "{body}"
            );
        }
        assert_eq!(catalog::BULK_POOLS.level_of(None), AccessLevel::Destructive);
        assert_eq!(catalog::LIST_DAGS.level_of(None), AccessLevel::Read);
        assert_eq!(catalog::TRIGGER_DAG_RUN.level_of(bodies.first()), AccessLevel::Write);
    }
}
