//! A small JSON Schema check: the part of the language that Airflow's own documents use.
//!
//! It finds what a caller most likely got wrong (a type, a missing or misspelt field, a value that
//! is none of those allowed), so that nothing is sent. What it does not know (`pattern`, formats)
//! is left for Airflow to refuse: it never refuses what Airflow would take.

use serde_json::{Map, Value};

use crate::nearest::nearest;

/// Says what about a value is not as its schema wants it; `at` names the value.
pub(crate) fn check(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let Some(schema) = schema.as_object() else { return Ok(()) };
    if let Some(options) = array(schema, "anyOf").or_else(|| array(schema, "oneOf")) {
        return check_options(options, value, at);
    }
    check_type(schema, value, at)?;
    check_allowed(schema, value, at)?;
    check_bounds(schema, value, at)?;
    match value {
        Value::Object(fields) => check_fields(schema, fields, at),
        Value::Array(items) => check_items(schema, items, at),
        _ => Ok(()),
    }
}

/// One option has to fit. Of those that don't, the one is told whose constant fits
/// (`"action": "delete"`), otherwise the first.
fn check_options(options: &[Value], value: &Value, at: &str) -> Result<(), String> {
    let mut failures = Vec::new();
    for option in options {
        match check(option, value, at) {
            Ok(()) => return Ok(()),
            Err(failure) => failures.push((option, failure)),
        }
    }
    let meant = failures.iter().find(|(option, _)| is_meant(option, value));
    let told = meant.or_else(|| failures.iter().find(|(option, _)| !is_null(option)));
    told.map_or(Ok(()), |(_, failure)| Err(failure.clone()))
}

fn is_null(option: &Value) -> bool {
    option.get("type").is_some_and(|kind| kind == "null")
}

fn is_meant(option: &Value, value: &Value) -> bool {
    let fields = option.get("properties").and_then(Value::as_object);
    fields.into_iter().flatten().any(|(name, field)| {
        field.get("const").is_some_and(|constant| value.get(name) == Some(constant))
    })
}

fn check_type(schema: &Map<String, Value>, value: &Value, at: &str) -> Result<(), String> {
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(()),
    };
    if kinds.iter().any(|kind| is_of(kind, value)) {
        return Ok(());
    }
    Err(format!("{at} is {}, and should be {}", kind_of(value), kinds.join(" or ")))
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => true,
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn check_allowed(schema: &Map<String, Value>, value: &Value, at: &str) -> Result<(), String> {
    let allowed: Vec<&Value> = match (schema.get("const"), array(schema, "enum")) {
        (Some(only), _) => vec![only],
        (None, Some(allowed)) => allowed.iter().collect(),
        (None, None) => return Ok(()),
    };
    if allowed.contains(&value) {
        return Ok(());
    }
    let named = allowed.iter().filter(|value| !value.is_null());
    let allowed: Vec<String> = named.map(ToString::to_string).collect();
    Err(format!("{at} may be {}", allowed.join(", ")))
}

fn check_bounds(schema: &Map<String, Value>, value: &Value, at: &str) -> Result<(), String> {
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    let (size, what) = match value {
        Value::Number(number) => (number.as_f64().unwrap_or_default(), ""),
        Value::String(text) => (count(text.chars().count()), " characters"),
        Value::Array(items) => (count(items.len()), " items"),
        _ => return Ok(()),
    };
    let (least, most) = match value {
        Value::Number(_) => (bound("minimum"), bound("maximum")),
        Value::String(_) => (bound("minLength"), bound("maxLength")),
        _ => (bound("minItems"), bound("maxItems")),
    };
    match (least, most) {
        (Some(least), _) if size < least => Err(format!("{at} needs at least {least}{what}")),
        (_, Some(most)) if size > most => Err(format!("{at} may be at most {most}{what}")),
        _ => Ok(()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "bounds are far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}

fn check_fields(
    schema: &Map<String, Value>,
    fields: &Map<String, Value>,
    at: &str,
) -> Result<(), String> {
    let known = schema.get("properties").and_then(Value::as_object);
    let missing = array(schema, "required").into_iter().flatten().filter_map(Value::as_str);
    if let Some(missing) = missing.into_iter().find(|name| !fields.contains_key(*name)) {
        return Err(format!("{at} needs `{missing}`"));
    }
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    for (name, value) in fields {
        match known.and_then(|known| known.get(name)) {
            Some(schema) => check(schema, value, &format!("{at}.{name}"))?,
            None if closed => return Err(unknown(known, name, at)),
            None => {}
        }
    }
    Ok(())
}

fn unknown(known: Option<&Map<String, Value>>, name: &str, at: &str) -> String {
    let names: Vec<&str> = known.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let near = nearest(name, names.iter().copied());
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("{at} takes no `{name}`{near} (it takes {})", names.join(", "))
}

fn check_items(schema: &Map<String, Value>, items: &[Value], at: &str) -> Result<(), String> {
    let Some(each) = schema.get("items") else { return Ok(()) };
    items
        .iter()
        .enumerate()
        .try_for_each(|(index, item)| check(each, item, &format!("{at}[{index}]")))
}

fn array<'a>(schema: &'a Map<String, Value>, name: &str) -> Option<&'a Vec<Value>> {
    schema.get(name).and_then(Value::as_array)
}

#[cfg(test)]
mod tests {
    use airvane_api::{ApiVersion, catalog};
    use serde_json::json;

    use super::*;

    fn problem(operation: &airvane_api::Operation, body: &Value) -> String {
        let schema = operation.endpoint(ApiVersion::V2).unwrap().body.unwrap();
        check(&serde_json::from_str(schema).unwrap(), body, "body").err().unwrap_or_default()
    }

    #[test]
    fn what_airflow_takes_passes() {
        let good = [
            (&catalog::PATCH_DAG_RUN, json!({"state": "failed", "note": null})),
            (&catalog::CLEAR_TASK_INSTANCES, json!({"task_ids": ["a", ["b", 3]]})),
            (&catalog::CREATE_VARIABLE, json!({"key": "a", "value": {"any": [1]}})),
            (
                &catalog::BULK_POOLS,
                json!({"actions": [{"action": "delete", "entities": ["a", "b"]}]}),
            ),
        ];
        for (operation, body) in good {
            assert_eq!(problem(operation, &body), "", "{}", operation.name);
        }
    }

    #[test]
    fn mistakes_are_named_where_they_are() {
        let told = |operation, body: &Value| problem(operation, body);
        assert_eq!(
            told(&catalog::PATCH_DAG_RUN, &json!({"state": "done"})),
            r#"body.state may be "queued", "success", "failed""#
        );
        assert!(
            told(&catalog::PATCH_DAG_RUN, &json!({"notes": "x"}))
                .starts_with("body takes no `notes`; did you mean `note`?")
        );
        assert_eq!(
            told(&catalog::CREATE_POOL, &json!({"name": "p", "slots": "3"})),
            "body.slots is a text, and should be integer"
        );
        assert_eq!(told(&catalog::CREATE_POOL, &json!({"name": "p"})), "body needs `slots`");
        let action = json!({"actions": [{"action": "create", "entities": [{"slots": 1}]}]});
        assert_eq!(told(&catalog::BULK_POOLS, &action), "body.actions[0].entities[0] needs `name`");
    }
}
