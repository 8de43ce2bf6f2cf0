//! From named arguments to the parts of a request.

use std::collections::BTreeMap;

use airvane_api::ids::PathValue;
use airvane_api::request::RequestBuilder;
use airvane_api::{Operation, Parameter, ParameterPlace};
use serde_json::{Map, Value};

use super::check::check;
use super::offered::Release;
use super::signature::{Argument, Goes, Signature, schema_of};
use super::special;
use crate::failure::Failure;
use crate::nearest::nearest;
use crate::registry::coerce;

/// The one argument that is a whole body.
const BODY: &str = "body";

const UNSENT: &str = "nothing was sent to Airflow";

/// What a request is made of, checked against the row.
#[derive(Debug, Default)]
pub(crate) struct Filled {
    path: Vec<(&'static str, PathValue)>,
    query: Vec<(&'static str, Vec<String>)>,
    /// The body, if the route takes one.
    pub(crate) body: Option<Value>,
}

impl Filled {
    /// Sorts arguments into path, query and body, by Airflow 3's names or the wire's.
    pub(crate) fn new(
        operation: &'static Operation,
        release: Release,
        signature: &Signature,
        arguments: Map<String, Value>,
    ) -> Result<Self, Failure> {
        let mut given = Given::sorted(operation, signature, arguments)?;
        special::complete(operation, release.api, &mut given.parameters, &mut given.body);
        let mut filled = Self::default();
        for argument in &signature.arguments {
            let Goes::Parameter(parameter) = argument.goes else { continue };
            match given.parameters.remove(argument.name.as_str()) {
                Some(value) => filled.add(operation, release, argument, parameter, &value)?,
                None if argument.required => return Err(missing(operation, signature, argument)),
                None => {}
            }
        }
        if let Some(schema) = &signature.body {
            let body = Value::Object(given.body);
            check(schema, &body, "the body")
                .map_err(|problem| wrong(operation, &problem, signature))?;
            filled.body = Some(body);
        }
        Ok(filled)
    }

    fn add(
        &mut self,
        operation: &Operation,
        release: Release,
        argument: &Argument,
        parameter: &'static Parameter,
        value: &Value,
    ) -> Result<(), Failure> {
        release.check(operation.name, parameter)?;
        check(&schema_of(parameter), value, &argument.name)
            .map_err(|problem| Failure::arguments(problem).hint(UNSENT))?;
        match parameter.place {
            ParameterPlace::Path | ParameterPlace::PathTail => {
                let value = PathValue::new(parameter, &text(value))?;
                self.path.push((parameter.name, value));
            }
            ParameterPlace::Query | ParameterPlace::Header => {
                let values = match value {
                    Value::Array(items) => items.iter().map(text).collect(),
                    value => vec![text(value)],
                };
                self.query.push((parameter.name, values));
            }
        }
        Ok(())
    }

    /// Adds everything to a request.
    pub(crate) fn fill(self, mut request: RequestBuilder) -> RequestBuilder {
        for (name, value) in &self.path {
            request = request.path(name, value);
        }
        for (name, values) in self.query {
            request = request.query_each(name, values);
        }
        match self.body {
            Some(body) => request.body(body),
            None => request,
        }
    }
}

/// Arguments, sorted by where they go but not yet checked.
struct Given {
    parameters: BTreeMap<String, Value>,
    body: Map<String, Value>,
}

impl Given {
    fn sorted(
        operation: &Operation,
        signature: &Signature,
        mut arguments: Map<String, Value>,
    ) -> Result<Self, Failure> {
        let whole = match (&signature.body, arguments.remove(BODY)) {
            (Some(_), Some(body)) => object(body)?,
            (None, Some(Value::Object(empty))) if empty.is_empty() => Map::new(),
            (None, Some(_)) => return Err(unknown(operation, signature, BODY)),
            (_, None) => Map::new(),
        };
        let mut given = Self { parameters: BTreeMap::new(), body: Map::new() };
        for (name, value) in whole {
            given.body.insert(wire_field(signature, &name), value);
        }
        // Names first: values are read by the schema of what they are for.
        let mut named = Map::new();
        for (name, value) in arguments {
            let Some(argument) = signature.find(&name) else {
                return Err(unknown(operation, signature, &name));
            };
            named.insert(argument.name.clone(), value);
        }
        let schema = Map::from_iter([("properties".to_owned(), signature.properties().into())]);
        for (name, value) in coerce(&schema, named) {
            let Some(argument) = signature.find(&name) else { continue };
            match argument.goes {
                Goes::Parameter(_) => {
                    given.parameters.insert(name, value);
                }
                Goes::Body if given.body.contains_key(&argument.wire_name) => {
                    let problem = format!("`{name}` is given twice: by itself and in `body`");
                    return Err(Failure::arguments(problem).hint(UNSENT));
                }
                Goes::Body => {
                    given.body.insert(argument.wire_name.clone(), value);
                }
            }
        }
        Ok(given)
    }
}

/// The wire's name for a field of a body that was given whole.
fn wire_field(signature: &Signature, name: &str) -> String {
    let ours = signature
        .arguments
        .iter()
        .find(|argument| matches!(argument.goes, Goes::Body) && argument.name == name);
    ours.map_or_else(|| name.to_owned(), |argument| argument.wire_name.clone())
}

fn object(body: Value) -> Result<Map<String, Value>, Failure> {
    let parsed = match &body {
        Value::String(text) => serde_json::from_str(text).unwrap_or(body),
        _ => body,
    };
    match parsed {
        Value::Object(fields) => Ok(fields),
        _ => Err(Failure::arguments("`body` has to be an object").hint(UNSENT)),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn unknown(operation: &Operation, signature: &Signature, name: &str) -> Failure {
    let names: Vec<&str> = signature.arguments.iter().map(|known| known.name.as_str()).collect();
    let near = nearest(name, names);
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    wrong(operation, &format!("takes no `{name}` here{near}"), signature)
}

fn missing(operation: &Operation, signature: &Signature, argument: &Argument) -> Failure {
    wrong(operation, &format!("needs `{}`", argument.name), signature)
}

fn wrong(operation: &Operation, problem: &str, signature: &Signature) -> Failure {
    let message = format!("`{}`: {problem}. It takes {}", operation.name, signature.names());
    Failure::arguments(message).hint(UNSENT)
}

#[cfg(test)]
mod tests {
    use airvane_api::{AirflowVersion, ApiVersion, Request, catalog};
    use serde_json::json;

    use super::*;

    fn release(api: ApiVersion) -> Release {
        let version = match api {
            ApiVersion::V1 => AirflowVersion::new(2, 11, 2),
            ApiVersion::V2 => AirflowVersion::new(3, 3, 2),
        };
        Release { api, version: Some(version) }
    }

    fn request(
        operation: &'static Operation,
        api: ApiVersion,
        arguments: &Value,
    ) -> Result<Request, Failure> {
        let signature = Signature::of(operation.endpoint(api).unwrap());
        let arguments = arguments.as_object().unwrap().clone();
        let filled = Filled::new(operation, release(api), &signature, arguments)?;
        Ok(filled.fill(Request::builder(operation, api)).build()?)
    }

    fn problem(operation: &'static Operation, arguments: &Value) -> String {
        request(operation, ApiVersion::V2, arguments).unwrap_err().message
    }

    #[test]
    fn names_of_airflow_3_reach_both_majors() {
        let arguments =
            json!({"dag_id": "d", "dag_run_id": "r", "task_id": "t", "try_number": "2"});
        for api in [ApiVersion::V1, ApiVersion::V2] {
            let request = request(&catalog::GET_TASK_INSTANCE_TRY, api, &arguments).unwrap();
            assert_eq!(request.path(), "/dags/d/dagRuns/r/taskInstances/t/tries/2");
        }
        let batch = json!({"logical_date_gte": "2026-01-01", "states": "failed"});
        let body = |api| {
            let request = request(&catalog::LIST_DAG_RUNS_BATCH, api, &batch).unwrap();
            request.body().cloned().unwrap()
        };
        let expected = json!({"execution_date_gte": "2026-01-01", "states": ["failed"]});
        assert_eq!(body(ApiVersion::V1), expected);
        let expected = json!({"logical_date_gte": "2026-01-01", "states": ["failed"]});
        assert_eq!(body(ApiVersion::V2), expected);
    }

    #[test]
    fn a_body_may_come_whole_or_in_parts_but_not_twice() {
        let run = |rest: Value| {
            let mut arguments = json!({"dag_id": "d", "dag_run_id": "r"});
            arguments.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            request(&catalog::PATCH_DAG_RUN, ApiVersion::V2, &arguments)
        };
        let whole = run(json!({"body": {"note": null}})).unwrap();
        assert_eq!(whole.body(), Some(&json!({"note": null})));
        let parts = run(json!({"note": "x", "state": "failed"})).unwrap();
        assert_eq!(parts.body(), Some(&json!({"note": "x", "state": "failed"})));
        let twice = run(json!({"note": "x", "body": {"note": "y"}})).unwrap_err();
        assert_eq!(twice.message, "`note` is given twice: by itself and in `body`");
    }

    #[test]
    fn unknown_and_missing_names_are_told_with_what_it_takes() {
        assert_eq!(
            problem(&catalog::GET_DAG_RUN, &json!({"dag_id": "d", "run_id": "r"})),
            "`get_dag_run`: takes no `run_id` here; did you mean `dag_run_id`?. It takes dag_id*, dag_run_id*"
        );
        assert_eq!(
            problem(&catalog::GET_DAG_RUN, &json!({"dag_id": "d"})),
            "`get_dag_run`: needs `dag_run_id`. It takes dag_id*, dag_run_id*"
        );
        assert!(
            problem(&catalog::CREATE_POOL, &json!({"name": "p"}))
                .contains("the body needs `slots`")
        );
        assert_eq!(
            problem(&catalog::GET_BACKFILL, &json!({"backfill_id": "x"})),
            "backfill_id is a text, and should be integer"
        );
    }

    #[test]
    fn a_list_is_one_on_both_majors() {
        let query = |api, dags: Value| {
            let request = request(&catalog::GET_DAG_STATS, api, &json!({"dag_ids": dags})).unwrap();
            request.query().iter().map(|(_, value)| value.clone()).collect::<Vec<_>>()
        };
        assert_eq!(query(ApiVersion::V1, json!(["a", "b"])), ["a,b"]);
        assert_eq!(query(ApiVersion::V1, json!("a,b")), ["a,b"]);
        assert_eq!(query(ApiVersion::V2, json!(["a", "b"])), ["a", "b"]);
    }

    #[test]
    fn no_argument_climbs_out_of_its_path() {
        for id in ["..", "%2e%2e", "a/../b", ""] {
            let arguments = json!({"dag_id": id});
            assert!(request(&catalog::GET_DAG, ApiVersion::V2, &arguments).is_err(), "{id}");
        }
    }

    #[test]
    fn a_filter_that_is_newer_than_airflow_is_refused() {
        let signature = Signature::of(catalog::LIST_DAGS.endpoint(ApiVersion::V2).unwrap());
        let young = signature
            .arguments
            .iter()
            .find_map(|argument| match argument.goes {
                Goes::Parameter(parameter) => {
                    (parameter.since > AirflowVersion::new(3, 0, 0)).then_some(parameter)
                }
                Goes::Body => None,
            })
            .unwrap();
        let old = Release { api: ApiVersion::V2, version: Some(AirflowVersion::new(3, 0, 6)) };
        let refused = old.check("list_dags", young).unwrap_err();
        assert!(refused.message.contains("exists since Airflow 3."), "{}", refused.message);
    }
}
