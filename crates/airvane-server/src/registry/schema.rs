//! Input schemas as small as they can be: every conversation pays for them.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

/// The schema of a type's arguments, inlined and without what a model does not need: titles,
/// number formats, `null` beside the type of what is optional anyway.
pub(super) fn of<T: JsonSchema>() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut object = match schema.to_value() {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    compact(&mut object);
    object.remove("description");
    // `deny_unknown_fields` still refuses them, with the name of what was meant.
    object.remove("additionalProperties");
    object.entry("type").or_insert_with(|| Value::from("object"));
    object.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    object
}

pub(crate) fn compact(object: &mut Map<String, Value>) {
    for key in ["title", "$schema", "format", "default"] {
        object.remove(key);
    }
    if object.get("minimum").and_then(Value::as_f64) == Some(0.0) {
        object.remove("minimum");
    }
    drop_null(object);
    for (key, value) in object.iter_mut() {
        match value {
            Value::Object(inner) if key == "properties" => {
                inner.values_mut().filter_map(Value::as_object_mut).for_each(compact);
            }
            Value::Object(inner) if key == "items" || key == "additionalProperties" => {
                compact(inner);
            }
            _ => {}
        }
    }
}

/// `["string", "null"]` → `"string"`, `anyOf [X, null]` → `X`, `null` among the values of an enum.
fn drop_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(options)) = object.get_mut("anyOf") {
        options.retain(|option| option.get("type").is_none_or(|kind| kind != "null"));
        if let [Value::Object(only)] = options.as_slice() {
            let mut only = only.clone();
            compact(&mut only);
            object.remove("anyOf");
            object.extend(only);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Input {
        dag_id: String,
        /// Newest first.
        limit: Option<u32>,
        states: Option<Vec<String>>,
        mode: Option<Mode>,
    }

    #[derive(JsonSchema)]
    #[serde(rename_all = "lowercase")]
    #[expect(dead_code, reason = "only its schema is used")]
    enum Mode {
        Any,
        All,
    }

    #[test]
    fn only_what_a_model_needs_is_left() {
        assert_eq!(
            Value::Object(of::<Input>()),
            json!({
                "type": "object",
                "properties": {
                    "dag_id": {"type": "string"},
                    "limit": {"type": "integer", "description": "Newest first."},
                    "states": {"type": "array", "items": {"type": "string"}},
                    "mode": {"type": "string", "enum": ["any", "all"]},
                },
                "required": ["dag_id"],
            })
        );
    }
}
