//! What is only known when a script is played, by name: `{main}`, `{backfill}`.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::{Map, Value};

/// The values that are known so far.
#[derive(Default)]
pub struct Values(BTreeMap<String, Value>);

impl Values {
    pub fn keep(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// A text with each `{name}` replaced, as `write` writes the value.
    pub fn text(&self, text: &str, write: fn(&str) -> String) -> Result<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            filled.push_str(before);
            match self.0.get(name) {
                Some(Value::String(text)) => filled.push_str(&write(text)),
                Some(value) => filled.push_str(&write(&value.to_string())),
                None if name.chars().all(|c| c.is_ascii_lowercase() || c == '_') => {
                    bail!("nothing is known of `{{{name}}}` in {text}")
                }
                // Braces of its own.
                None => filled.extend(["{", name, "}"]),
            }
            rest = after;
        }
        Ok(filled + rest)
    }

    /// A value with all texts in it replaced. A text that is nothing but `{name}` becomes the
    /// value itself, with its type.
    pub fn value(&self, value: &Value) -> Result<Value> {
        Ok(match value {
            Value::String(text) if text == "{null}" => Value::Null,
            Value::String(text) => {
                let name = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
                match name.and_then(|name| self.0.get(name)) {
                    Some(known) => known.clone(),
                    None => Value::String(self.text(text, str::to_owned)?),
                }
            }
            Value::Array(items) => {
                items.iter().map(|item| self.value(item)).collect::<Result<_>>()?
            }
            Value::Object(object) => Value::Object(self.object(object)?),
            plain => plain.clone(),
        })
    }

    pub fn object(&self, object: &Map<String, Value>) -> Result<Map<String, Value>> {
        object.iter().map(|(key, value)| Ok((key.clone(), self.value(value)?))).collect()
    }
}

/// Whether `value` has all that `wanted` has: every key of an object, every item of a list
/// somewhere in the list.
pub fn holds(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(value), Value::Object(wanted)) => wanted
            .iter()
            .all(|(key, wanted)| value.get(key).is_some_and(|value| holds(value, wanted))),
        (Value::Array(value), Value::Array(wanted)) => {
            wanted.iter().all(|wanted| value.iter().any(|value| holds(value, wanted)))
        }
        _ => value == wanted,
    }
}
