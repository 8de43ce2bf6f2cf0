//! Arguments as models and shells write them.

use serde_json::{Map, Value};

/// Turns texts into what the schema asks for where that is beyond doubt (`"10"` → `10`, `"true"` →
/// `true`, `"failed"` or `"a,b"` → a list), and leaves out `null`, which clients send for "not
/// given". Everything else is left for the check to refuse.
pub(crate) fn coerce(
    schema: &Map<String, Value>,
    arguments: Map<String, Value>,
) -> Map<String, Value> {
    let properties = schema.get("properties").and_then(Value::as_object);
    arguments
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| {
            let kind = properties
                .and_then(|properties| properties.get(&name)?.get("type")?.as_str())
                .unwrap_or_default();
            (name, to_kind(kind, value))
        })
        .collect()
}

fn to_kind(kind: &str, value: Value) -> Value {
    let Value::String(text) = &value else {
        return match (kind, value) {
            ("array", value @ (Value::Number(_) | Value::Bool(_))) => Value::Array(vec![value]),
            ("string", Value::Number(number)) => Value::String(number.to_string()),
            // One major takes a list where the other takes a text.
            ("string", Value::Array(mut items))
                if matches!(items.as_slice(), [Value::String(_)]) =>
            {
                items.pop().unwrap_or_default()
            }
            (_, value) => value,
        };
    };
    let parsed = match kind {
        "integer" | "number" => text.trim().parse::<serde_json::Number>().ok().map(Value::Number),
        "boolean" => text.trim().to_ascii_lowercase().parse().ok().map(Value::Bool),
        "object" => serde_json::from_str(text).ok().filter(Value::is_object),
        "array" => {
            Some(serde_json::from_str(text).ok().filter(Value::is_array).unwrap_or_else(|| {
                text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
            }))
        }
        _ => None,
    };
    parsed.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn coerced(kind: &str, value: &Value) -> Value {
        let schema = json!({"properties": {"x": {"type": kind}}});
        let arguments = json!({"x": value});
        let out = coerce(schema.as_object().unwrap(), arguments.as_object().unwrap().clone());
        out.get("x").cloned().unwrap_or_default()
    }

    #[test]
    fn texts_become_what_is_asked_for() {
        assert_eq!(coerced("integer", &json!("10")), json!(10));
        assert_eq!(coerced("boolean", &json!("True")), json!(true));
        assert_eq!(coerced("array", &json!("failed, queued")), json!(["failed", "queued"]));
        assert_eq!(coerced("array", &json!("[\"a\"]")), json!(["a"]));
        assert_eq!(coerced("object", &json!("{\"a\": 1}")), json!({"a": 1}));
        assert_eq!(coerced("string", &json!("10")), json!("10"));
        assert_eq!(coerced("string", &json!(["-start_date"])), json!("-start_date"));
        assert_eq!(coerced("string", &Value::Null), Value::Null);
    }

    #[test]
    fn what_is_in_doubt_is_left_to_be_refused() {
        assert_eq!(coerced("integer", &json!("ten")), json!("ten"));
        assert_eq!(coerced("object", &json!("[1]")), json!("[1]"));
        assert_eq!(coerced("string", &json!(["a", "b"])), json!(["a", "b"]));
    }
}
