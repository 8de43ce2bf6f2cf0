//! What an operation takes on one API, by the names callers use.

use airvane_api::{Endpoint, Parameter};
use serde_json::{Map, Value, json};

use crate::registry::compact;

/// Longest list of names in a message; `find_operation` and the reference have them all.
const SHOWN: usize = 24;

/// Parameters and fields of the body, flat, as one set of named arguments.
pub(crate) struct Signature {
    /// In the order of Airflow's document: what fills the path, what filters, the body's fields.
    pub(crate) arguments: Vec<Argument>,
    /// JSON Schema of the body, if the route takes one.
    pub(crate) body: Option<Value>,
}

/// One named argument.
pub(crate) struct Argument {
    pub(crate) name: String,
    pub(crate) wire_name: String,
    pub(crate) required: bool,
    /// JSON Schema of its value, without what only documents it.
    pub(crate) schema: Map<String, Value>,
    pub(crate) goes: Goes,
}

/// Where an argument goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goes {
    Parameter(&'static Parameter),
    Body,
}

impl Signature {
    /// What `endpoint` takes.
    pub(crate) fn of(endpoint: &'static Endpoint) -> Self {
        let body: Option<Value> =
            endpoint.body.and_then(|text| serde_json::from_str(text).ok()).map(object_of);
        let mut arguments: Vec<Argument> = endpoint
            .parameters
            .iter()
            // What has one value only is filled in.
            .filter(|parameter| parameter.fixed.is_none())
            .map(|parameter| Argument {
                name: parameter.name.to_owned(),
                wire_name: parameter.wire_name.to_owned(),
                required: parameter.required,
                schema: compacted(schema_of(parameter)),
                goes: Goes::Parameter(parameter),
            })
            .collect();
        if let Some(body) = &body {
            for field in fields(endpoint, body) {
                if !arguments.iter().any(|argument| argument.name == field.name) {
                    arguments.push(field);
                }
            }
        }
        Self { arguments, body }
    }

    /// The argument of a name: ours, or the wire's.
    pub(crate) fn find(&self, name: &str) -> Option<&Argument> {
        let ours = self.arguments.iter().find(|argument| argument.name == name);
        ours.or_else(|| self.arguments.iter().find(|argument| argument.wire_name == name))
    }

    /// All names, required ones marked and first: `dag_id*, state*, note`.
    pub(crate) fn names(&self) -> String {
        let (needed, optional): (Vec<&Argument>, Vec<&Argument>) =
            self.arguments.iter().partition(|argument| argument.required);
        let mut names: Vec<String> =
            needed.iter().map(|argument| format!("{}*", argument.name)).collect();
        names.extend(optional.iter().map(|argument| argument.name.clone()));
        let more = names.len().saturating_sub(SHOWN);
        names.truncate(SHOWN);
        match (names.is_empty(), more) {
            (true, _) => "nothing".to_owned(),
            (false, 0) => names.join(", "),
            (false, more) => format!("{} and {more} more", names.join(", ")),
        }
    }

    /// `properties` of a schema of all arguments.
    pub(crate) fn properties(&self) -> Map<String, Value> {
        let property =
            |argument: &Argument| (argument.name.clone(), Value::Object(argument.schema.clone()));
        self.arguments.iter().map(property).collect()
    }
}

/// JSON Schema of a parameter's value. Where Airflow 2 documents a text with commas, callers give
/// the list that Airflow 3 takes.
pub(crate) fn schema_of(parameter: &Parameter) -> Value {
    let schema: Value = serde_json::from_str(parameter.schema).unwrap_or_default();
    if parameter.joined && schema.get("items").is_none() {
        return json!({"type": "array", "items": schema});
    }
    schema
}

/// The fields of a body. One that Airflow still takes by an old name as well is one field.
fn fields(endpoint: &'static Endpoint, body: &Value) -> Vec<Argument> {
    let required = body.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|n| n == name));
    let properties = body.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(wire_name, schema)| Argument {
            name: name_of(endpoint, wire_name).to_owned(),
            wire_name: wire_name.clone(),
            required: is_required(wire_name),
            schema: compacted(schema.clone()),
            goes: Goes::Body,
        })
        .collect()
}

/// Our name for a field of the body.
fn name_of<'a>(endpoint: &'static Endpoint, wire_name: &'a str) -> &'a str {
    let renamed = endpoint.body_names.iter().find(|(_, wire)| *wire == wire_name);
    renamed.map_or(wire_name, |(name, _)| name)
}

/// Of a body that may also be null, the object.
fn object_of(schema: Value) -> Value {
    let options = schema.get("anyOf").and_then(Value::as_array);
    let object = options.and_then(|options| {
        options.iter().find(|option| option.get("properties").is_some()).cloned()
    });
    object.unwrap_or(schema)
}

fn compacted(schema: Value) -> Map<String, Value> {
    let Value::Object(mut schema) = schema else { return Map::new() };
    compact(&mut schema);
    schema
}

#[cfg(test)]
mod tests {
    use airvane_api::{ApiVersion, catalog};

    use super::*;

    fn names(operation: &'static airvane_api::Operation, api: ApiVersion) -> String {
        Signature::of(operation.endpoint(api).unwrap()).names()
    }

    #[test]
    fn parameters_and_fields_are_one_list_with_the_required_first() {
        assert_eq!(
            names(&catalog::PATCH_DAG_RUN, ApiVersion::V2),
            "dag_id*, dag_run_id*, update_mask, note, state"
        );
        assert_eq!(names(&catalog::GET_VERSION, ApiVersion::V2), "nothing");
        assert!(names(&catalog::LIST_TASK_INSTANCES, ApiVersion::V2).ends_with(" more"));
    }

    #[test]
    fn an_argument_is_found_by_both_names() {
        let batch = catalog::LIST_DAG_RUNS_BATCH.endpoint(ApiVersion::V1).unwrap();
        let batch = Signature::of(batch);
        for name in ["logical_date_gte", "execution_date_gte"] {
            assert_eq!(batch.find(name).unwrap().wire_name, "execution_date_gte");
        }
        let log = catalog::GET_TASK_LOG.endpoint(ApiVersion::V1).unwrap();
        assert_eq!(Signature::of(log).find("task_try_number").unwrap().name, "try_number");
    }

    #[test]
    fn what_has_one_value_only_is_no_argument() {
        let batch = catalog::LIST_TASK_INSTANCES_BATCH.endpoint(ApiVersion::V2).unwrap();
        assert!(Signature::of(batch).find("dag_id").is_none());
    }
}
