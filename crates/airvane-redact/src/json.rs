//! JSON: values by the names of their keys, strings by their content.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use crate::{
    known::Known,
    mask,
    names::{Judgement, Strength},
    redactor::{PASSES, Redactor, Stop},
    values,
};

/// Redacts a value until a pass leaves it as it is. `None` if it was stopped.
pub(crate) fn redact(redactor: &Redactor, mut value: Value, stop: Stop<'_>) -> Option<Value> {
    for _ in 0..PASSES {
        let mut walk =
            Walk { redactor, learned: Known::default(), stop, stopped: false, changed: false };
        value = walk.value(value);
        if walk.stopped {
            return None;
        }
        let mut recall = Recall { redactor, learned: walk.learned, changed: walk.changed };
        if !recall.learned.is_empty() {
            value = recall.value(value);
        }
        if !recall.changed {
            return Some(value);
        }
    }
    Some(Value::String(redactor.inner().masker.mask("secret", &value.to_string())))
}

/// The first half of a pass: masks, and learns what else is to be masked.
struct Walk<'a> {
    redactor: &'a Redactor,
    learned: Known,
    stop: Stop<'a>,
    /// What was walked then is of no use: nothing of it is given out.
    stopped: bool,
    changed: bool,
}

impl Walk<'_> {
    fn value(&mut self, value: Value) -> Value {
        match value {
            _ if self.stopped => Value::Null,
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => Value::Object(self.object(fields)),
            other => other,
        }
    }

    fn text(&mut self, text: &str) -> String {
        let safe = self.redactor.forward(text, &mut self.learned, self.stop);
        self.stopped |= safe.is_none();
        let safe = safe.unwrap_or_default();
        self.changed |= safe != text;
        safe
    }

    fn object(&mut self, fields: Map<String, Value>) -> Map<String, Value> {
        let paired = self.paired(&fields);
        let manifest = fields.get("kind").and_then(Value::as_str) == Some("Secret");
        let mut out = Map::new();
        for (name, value) in fields {
            // Judged as it will stand in the answer: a second pass must find the same.
            let shown = self.text(&name);
            let mut judged = self.judge(&shown);
            if let Some((_, by_sibling)) = paired.iter().find(|(field, _)| *field == name) {
                judged = *by_sibling;
            }
            if manifest && matches!(name.as_str(), "data" | "stringData") {
                judged = Judgement { strength: Strength::Strong, kind: "secret", compound: true };
            }
            let value = match judged.strength {
                Strength::Strong | Strength::Medium => self.hide(value, judged),
                Strength::Weak => self.weigh(value, judged),
                Strength::None => self.value(value),
            };
            out.insert(shown, value);
        }
        out
    }

    /// What a redacted name says.
    fn judge(&self, shown: &str) -> Judgement {
        self.redactor.inner().detector.names.judge(&mask::without(shown))
    }

    /// Fields whose value is secret because of a sibling: `{"key": "db_password", "value": "x"}`.
    fn paired(&mut self, fields: &Map<String, Value>) -> Vec<(String, Judgement)> {
        let redactor = self.redactor;
        let judge = |(name, value): &(String, String)| {
            let shown = self.text(fields.get(name)?.as_str()?);
            let judged = self.judge(&shown);
            (fields.contains_key(value) && judged.strength >= Strength::Medium)
                .then(|| (value.clone(), judged))
        };
        redactor.inner().pairs.iter().filter_map(judge).collect()
    }

    /// Masks every string below a sensitive name.
    fn hide(&mut self, value: Value, judged: Judgement) -> Value {
        match value {
            Value::String(text) => Value::String(self.mask(&text, judged)),
            Value::Number(number) => self.number(number, judged),
            Value::Array(items) => items.into_iter().map(|item| self.hide(item, judged)).collect(),
            Value::Object(fields) => {
                let hidden = fields
                    .into_iter()
                    .map(|(name, value)| (self.text(&name), self.hide(value, judged)));
                Value::Object(hidden.collect())
            }
            other => other,
        }
    }

    fn mask(&mut self, text: &str, judged: Judgement) -> String {
        let text = crate::clean(text);
        let value = text.trim();
        if mask::is_mask(value) || values::is_placeholder(value) {
            self.changed |= matches!(text, Cow::Owned(_));
            return text.into_owned();
        }
        self.changed = true;
        if judged.strength == Strength::Strong {
            self.learned.learn(value, judged.kind);
        }
        self.redactor.inner().masker.mask(judged.kind, value)
    }

    /// Numbers stay typed, except a long one under a name like `password`.
    fn number(&mut self, number: Number, judged: Judgement) -> Value {
        let text = number.to_string();
        if judged.strength == Strength::Strong && judged.kind == "password" && text.len() >= 6 {
            self.changed = true;
            return Value::String(self.redactor.inner().masker.mask(judged.kind, &text));
        }
        Value::Number(number)
    }

    /// Under a weakly telling name: masked if the string looks random.
    fn weigh(&mut self, value: Value, judged: Judgement) -> Value {
        let Value::String(text) = &value else { return self.value(value) };
        let names = &self.redactor.inner().detector.names;
        if values::is_secret(text, values::Form::Quoted, judged, names) {
            return Value::String(self.mask(text, judged));
        }
        self.value(value)
    }
}

/// The second half of a pass: masks what the first learned, wherever it stands.
struct Recall<'a> {
    redactor: &'a Redactor,
    learned: Known,
    changed: bool,
}

impl Recall<'_> {
    fn value(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => {
                let recalled =
                    fields.into_iter().map(|(name, value)| (self.text(name), self.value(value)));
                Value::Object(recalled.collect())
            }
            other => other,
        }
    }

    fn text(&mut self, text: String) -> String {
        let safe = self.redactor.backward(&text, &self.learned);
        self.changed |= safe.is_some();
        safe.unwrap_or(text)
    }
}
