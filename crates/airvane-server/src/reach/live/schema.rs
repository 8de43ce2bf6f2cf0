//! Schemas of a document, without what only documents them and without end.

use serde_json::{Map, Value};

/// How deep references are followed.
const DEEPEST: usize = 6;

/// Most fields of one object.
const MOST_FIELDS: usize = 60;

/// What a reference leads to, or the value itself.
pub(super) fn resolved(document: &Value, value: &Value) -> Value {
    let mut value = value;
    for _ in 0..DEEPEST {
        let Some(target) = value.get("$ref").and_then(Value::as_str) else { break };
        let Some(target) = target.strip_prefix('#').and_then(|path| document.pointer(path)) else {
            return Value::Null;
        };
        value = target;
    }
    value.clone()
}

/// The part of a schema that arguments are checked and described by.
pub(super) fn tidy(document: &Value, schema: &Value) -> Value {
    tidy_within(document, schema, DEEPEST)
}

fn tidy_within(document: &Value, schema: &Value, depth: usize) -> Value {
    let Some(left) = depth.checked_sub(1) else { return Value::Object(Map::new()) };
    let schema = resolved(document, schema);
    let mut out = Map::new();
    for (key, value) in schema.as_object().into_iter().flatten() {
        let kept = match key.as_str() {
            "type" | "required" | "enum" | "const" => plain(value),
            "minimum" | "maximum" | "minLength" | "maxLength" | "minItems" | "maxItems" => {
                value.is_number().then(|| value.clone())
            }
            "additionalProperties" if value.is_boolean() => Some(value.clone()),
            "items" => Some(tidy_within(document, value, left)),
            "properties" => value.as_object().map(|fields| {
                let fields = fields.iter().filter(|(name, _)| super::is_name(name));
                let tidy = |(name, field): (&String, &Value)| {
                    (name.clone(), tidy_within(document, field, left))
                };
                Value::Object(fields.take(MOST_FIELDS).map(tidy).collect())
            }),
            "anyOf" | "oneOf" => value.as_array().map(|options| {
                options.iter().take(10).map(|option| tidy_within(document, option, left)).collect()
            }),
            _ => None,
        };
        if let Some(kept) = kept {
            out.insert(key.clone(), kept);
        }
    }
    Value::Object(out)
}

/// A value, or a list of values, that can be shown: short words and numbers.
fn plain(value: &Value) -> Option<Value> {
    let is_plain = |value: &Value| match value {
        Value::String(text) => super::is_name(text),
        value => !value.is_array() && !value.is_object(),
    };
    match value {
        Value::Array(items) if items.len() <= MOST_FIELDS && items.iter().all(is_plain) => {
            Some(value.clone())
        }
        Value::Array(_) => None,
        value => is_plain(value).then(|| value.clone()),
    }
}
