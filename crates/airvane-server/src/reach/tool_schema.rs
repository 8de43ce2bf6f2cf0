//! The input schema of a tool made from a catalog row.

use airvane_api::{ApiVersion, Operation};
use serde_json::{Map, Value, json};

use super::signature::Signature;

/// The arguments of an operation on whichever major has it; of both where both have it. Nested
/// objects are not spelt out: every conversation that lists the tool pays for its schema.
pub(crate) fn input_schema(operation: &'static Operation) -> Map<String, Value> {
    let signatures: Vec<Signature> =
        [&operation.v2, &operation.v1].into_iter().flatten().map(Signature::of).collect();
    let mut properties = Map::new();
    let mut required = Vec::new();
    for argument in signatures.iter().flat_map(|signature| &signature.arguments) {
        if properties.contains_key(&argument.name) {
            continue;
        }
        properties.insert(argument.name.clone(), shallow(&argument.schema));
        let everywhere = signatures
            .iter()
            .all(|other| other.find(&argument.name).is_some_and(|argument| argument.required));
        if everywhere {
            required.push(Value::from(argument.name.as_str()));
        }
    }
    if operation.bulk.is_some() {
        properties.insert("actions".to_owned(), actions());
    }
    object(properties, required)
}

/// The arguments of an operation by the names of one API's own document.
pub(crate) fn wire_schema(operation: &'static Operation, api: ApiVersion) -> Map<String, Value> {
    let signature = operation.endpoint(api).map(Signature::of);
    let arguments = || signature.iter().flat_map(|signature| &signature.arguments);
    let mut properties: Map<String, Value> =
        arguments().map(|known| (known.wire_name.clone(), shallow(&known.schema))).collect();
    if operation.bulk.is_some() {
        properties.insert("actions".to_owned(), actions());
    }
    let required = arguments().filter(|known| known.required);
    let required = required.map(|known| Value::from(known.wire_name.as_str())).collect();
    object(properties, required)
}

/// An object's schema.
pub(crate) fn object(properties: Map<String, Value>, required: Vec<Value>) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), Value::from("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), Value::Array(required));
    }
    schema
}

fn actions() -> Value {
    json!({
        "type": "array",
        "items": {"type": "object"},
        "description": "[{action: create|update|delete, entities: [...]}]",
    })
}

/// Type, values allowed, and the type of a list's elements.
pub(crate) fn shallow(schema: &Map<String, Value>) -> Value {
    let mut out = Map::new();
    for key in ["type", "enum"] {
        if let Some(value) = schema.get(key) {
            out.insert(key.to_owned(), value.clone());
        }
    }
    let items = schema.get("items").and_then(|items| items.get("type"));
    if let Some(kind @ Value::String(_)) = items {
        out.insert("items".to_owned(), json!({ "type": kind }));
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use airvane_api::catalog;

    use super::*;

    #[test]
    fn it_holds_what_both_majors_take() {
        assert_eq!(
            Value::Object(input_schema(&catalog::PATCH_DAG_RUN)),
            json!({
                "type": "object",
                "properties": {
                    "dag_id": {"type": "string"},
                    "dag_run_id": {"type": "string"},
                    "update_mask": {"type": "array", "items": {"type": "string"}},
                    "note": {"type": "string"},
                    "state": {"type": "string", "enum": ["queued", "success", "failed"]},
                },
                "required": ["dag_id", "dag_run_id"],
            })
        );
    }
}
