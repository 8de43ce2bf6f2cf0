//! What an operation takes, in one line.

use airvane_api::Endpoint;
use serde_json::{Map, Value};

use crate::reach::signature::Signature;

/// Longest line, in characters: the widest rows have fifty filters.
const LONGEST: usize = 900;

/// Names, required ones with a `*` and first, and the type of what is not a text:
/// `dag_id*, state: queued|success|failed, slots: integer`.
pub fn takes(endpoint: &'static Endpoint) -> String {
    let signature = Signature::of(endpoint);
    let body = signature.body.as_ref().and_then(|body| body.get("properties"));
    let (needed, optional): (Vec<_>, Vec<_>) =
        signature.arguments.iter().partition(|argument| argument.required);
    let parts: Vec<String> = needed
        .into_iter()
        .chain(optional)
        .map(|argument| {
            let whole = body.and_then(|fields| fields.get(&argument.wire_name));
            let schema = whole.and_then(Value::as_object).unwrap_or(&argument.schema);
            let mark = if argument.required { "*" } else { "" };
            match shape(schema) {
                shape if shape.is_empty() => format!("{}{mark}", argument.name),
                shape => format!("{}{mark}: {shape}", argument.name),
            }
        })
        .collect();
    if parts.is_empty() { "nothing".to_owned() } else { joined(&parts) }
}

/// As many as fit, and how many more there are.
fn joined(parts: &[String]) -> String {
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        if out.len() + part.len() > LONGEST && index > 0 {
            return format!("{out} and {} more", parts.len() - index);
        }
        if index > 0 {
            out.push_str(", ");
        }
        out.push_str(part);
    }
    out
}

/// A type in brief; nothing for a text.
fn shape(schema: &Map<String, Value>) -> String {
    if let Some(only) = schema.get("const") {
        return plain(only);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values: Vec<String> = values.iter().filter(|v| !v.is_null()).map(plain).collect();
        return values.join("|");
    }
    if let Some(options) = options(schema) {
        let shapes: Vec<String> = options
            .iter()
            .filter_map(Value::as_object)
            .map(shape)
            .filter(|s| s != "null")
            .collect();
        return if shapes.iter().all(String::is_empty) {
            String::new()
        } else {
            shapes.join(" or ")
        };
    }
    match kind(schema) {
        Some("array") => {
            let items = schema.get("items").and_then(Value::as_object).map(shape);
            format!("[{}]", items.filter(|shape| !shape.is_empty()).unwrap_or_default())
        }
        Some("object") => fields(schema),
        Some("string") | None => String::new(),
        Some(other) => other.to_owned(),
    }
}

fn fields(schema: &Map<String, Value>) -> String {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return "object".to_owned();
    };
    let required = schema.get("required").and_then(Value::as_array);
    let fields: Vec<String> = properties
        .iter()
        .map(|(name, field)| {
            let needed = required.is_some_and(|names| names.iter().any(|n| n == name));
            let mark = if needed { "*" } else { "" };
            match field.as_object().map(shape).unwrap_or_default() {
                shape if shape.is_empty() => format!("{name}{mark}"),
                shape => format!("{name}{mark}: {shape}"),
            }
        })
        .collect();
    format!("{{{}}}", fields.join(", "))
}

fn options(schema: &Map<String, Value>) -> Option<&Vec<Value>> {
    ["anyOf", "oneOf"].iter().find_map(|key| schema.get(*key)).and_then(Value::as_array)
}

fn kind(schema: &Map<String, Value>) -> Option<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => Some(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|k| *k != "null"),
        _ => None,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use airvane_api::catalog;

    use super::*;

    #[test]
    fn a_line_says_names_types_and_what_is_required() {
        let of = |operation: &'static airvane_api::Operation| takes(operation.v2.as_ref().unwrap());
        assert_eq!(
            of(&catalog::PATCH_DAG_RUN),
            "dag_id*, dag_run_id*, update_mask: [], note, state: queued|success|failed"
        );
        let bulk = of(&catalog::BULK_POOLS);
        assert!(bulk.starts_with("actions*: [{action*: create, "), "{bulk}");
        assert!(bulk.contains("entities*: [{description, "), "{bulk}");
        assert!(of(&catalog::LIST_TASK_INSTANCES).len() < LONGEST + 200);
        assert_eq!(of(&catalog::GET_HEALTH), "nothing");
    }
}
