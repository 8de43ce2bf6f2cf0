//! The types that prove text passed the redactor.
//!
//! There is no public constructor, no `From<String>`, no `Deserialize`: only this crate's
//! redactor makes them, and only operations that cannot add text are offered.

use std::{
    fmt,
    ops::{Bound, Deref, RangeBounds},
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{mask, redactor::Count};

/// Text that was cleaned and redacted.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct SafeText(String);

impl SafeText {
    /// Only the redactor calls this.
    pub(crate) fn vouch(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, no longer marked as safe.
    pub fn into_string(self) -> String {
        self.0
    }

    /// The lines, without their ends, each still safe.
    pub fn safe_lines(&self) -> impl Iterator<Item = SafeText> + '_ {
        self.0.lines().map(|line| Self(line.to_owned()))
    }

    /// A part of the text by byte range; `None` if the range is outside or splits a character.
    /// A mask may be cut: what is left of it reveals nothing.
    pub fn slice(&self, range: impl RangeBounds<usize>) -> Option<SafeText> {
        let start = match range.start_bound() {
            Bound::Included(&i) => i,
            Bound::Excluded(&i) => i.checked_add(1)?,
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(&i) => i.checked_add(1)?,
            Bound::Excluded(&i) => i,
            Bound::Unbounded => self.0.len(),
        };
        self.0.get(start..end).map(|part| Self(part.to_owned()))
    }

    /// How many masks of which kind it holds.
    pub fn masks(&self) -> Count {
        let mut count = Count::new();
        for (at, _) in self.0.match_indices("[redacted:") {
            let mask = mask::mask_end(&self.0, at).and_then(|end| self.0.get(at + 10..end));
            if let Some((kind, _)) = mask.and_then(|mask| mask.split_once('#')) {
                *count.entry(kind.to_owned()).or_default() += 1;
            }
        }
        count
    }

    /// Without blanks at either end.
    #[must_use]
    pub fn trimmed(&self) -> SafeText {
        Self(self.0.trim().to_owned())
    }

    /// The first `max` characters.
    #[must_use]
    pub fn truncate_chars(&self, max: usize) -> SafeText {
        match self.0.char_indices().nth(max) {
            Some((end, _)) => Self(self.0.get(..end).unwrap_or_default().to_owned()),
            None => self.clone(),
        }
    }

    /// Safe pieces in a row are safe: each was complete when it was judged.
    #[must_use]
    pub fn join<'a>(
        parts: impl IntoIterator<Item = &'a SafeText>,
        separator: &'static str,
    ) -> SafeText {
        let parts: Vec<&str> = parts.into_iter().map(SafeText::as_str).collect();
        Self(parts.join(separator))
    }
}

impl Deref for SafeText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for SafeText {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl PartialEq<str> for SafeText {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for SafeText {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<String> for SafeText {
    fn eq(&self, other: &String) -> bool {
        self.0 == *other
    }
}

/// JSON whose every string was cleaned and redacted. Numbers and booleans keep their type.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct SafeJson(Value);

impl SafeJson {
    /// Only the redactor calls this.
    pub(crate) fn vouch(value: Value) -> Self {
        Self(value)
    }

    /// The value.
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// The value, no longer marked as safe.
    pub fn into_value(self) -> Value {
        self.0
    }

    /// Reads the value as a type of the caller's.
    pub fn decode<T: DeserializeOwned>(self) -> serde_json::Result<T> {
        serde_json::from_value(self.0)
    }

    /// A field of an object, still safe.
    pub fn get(&self, field: &str) -> Option<SafeJson> {
        self.0.get(field).cloned().map(Self)
    }

    /// A string field of an object as safe text; the value itself if `field` is empty and the
    /// value a string.
    pub fn text(&self, field: &str) -> Option<SafeText> {
        let value = if field.is_empty() { Some(&self.0) } else { self.0.get(field) };
        value.and_then(Value::as_str).map(|text| SafeText::vouch(text.to_owned()))
    }

    /// The elements, if the value is an array.
    pub fn elements(self) -> Vec<SafeJson> {
        match self.0 {
            Value::Array(values) => values.into_iter().map(Self).collect(),
            _ => Vec::new(),
        }
    }

    /// Compact JSON text.
    pub fn to_text(&self) -> SafeText {
        SafeText::vouch(self.0.to_string())
    }
}

impl fmt::Display for SafeJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_operations_stay_safe() {
        let text = SafeText::vouch(" añb\nc ".into());
        assert_eq!(text.trimmed(), "añb\nc");
        assert_eq!(text.truncate_chars(3), " añ");
        assert_eq!(text.slice(1..2).as_deref(), Some("a"));
        assert!(text.slice(3..4).is_none(), "inside a character");
        assert!(text.slice(5..99).is_none());
        assert_eq!(text.safe_lines().count(), 2);
        assert_eq!(SafeText::join([&text, &text], "|").len(), 2 * text.len() + 1);
    }

    #[test]
    fn json_decodes_into_types() {
        #[derive(serde::Deserialize)]
        struct Row {
            n: u8,
        }
        let json = SafeJson::vouch(serde_json::json!({"n": 1, "s": "x"}));
        assert_eq!(json.text("s").as_deref(), Some("x"));
        assert_eq!(json.decode::<Row>().unwrap().n, 1);
    }
}
