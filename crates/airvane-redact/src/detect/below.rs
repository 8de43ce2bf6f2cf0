//! Values in the lines below their name: YAML block scalars, `name: X` with `value: y` beneath it,
//! the data of a Kubernetes Secret.

use super::{
    Detector, Found,
    assign::value_field,
    value::{self, Value},
};
use crate::{
    names::Strength,
    values::{self, Form},
    view::{BLANK, NAME, View},
};

/// A longer line is no name of a value below it.
const MAX_LINE: usize = 512;

/// Indentation of a YAML key at `at` whose value is a block scalar (`password: |`).
pub(super) fn scalar_indent(detector: &Detector, line: View<'_>, at: usize) -> Option<usize> {
    if line.len() > MAX_LINE {
        return None;
    }
    let (start, end) = (line.back(at, &NAME), line.run(at, &NAME));
    let indent = line.run(0, &BLANK);
    let list = line.get(indent, start);
    let tail = line.rest(end).strip_prefix(':')?.trim();
    let opens = matches!(tail, "|" | "|-" | "|+" | ">" | ">-" | ">+");
    let strong = || detector.names.judge(line.get(start, end)).strength == Strength::Strong;
    (opens && (list.is_empty() || list == "- ") && strong()).then_some(start)
}

/// For `- name: DB_PASSWORD` or `"key": "db_password",`: the kind of the value in the next line.
pub(super) fn pending(detector: &Detector, line: View<'_>) -> Option<&'static str> {
    const FIELDS: &[&str] = &["name", "key", "variable", "parameterkey"];
    if line.len() > MAX_LINE {
        return None;
    }
    let text = line.text.trim().trim_start_matches("- ").trim_end_matches(',');
    let first = text.trim_start_matches(['"', '\'', '\\']).bytes().next()?;
    if !matches!(first.to_ascii_lowercase(), b'n' | b'k' | b'v' | b'p') {
        return None;
    }
    let (field, name) = text.split_once([':', '='])?;
    let bare = |text: &'_ str| text.trim().trim_matches(['"', '\'', '\\']).to_owned();
    let (field, name) = (bare(field).to_ascii_lowercase(), bare(name));
    if !FIELDS.contains(&field.as_str()) || name.contains([' ', '"', '\'']) {
        return None;
    }
    let judged = detector.names.judge(&name);
    (judged.strength >= Strength::Medium).then_some(judged.kind)
}

pub(super) fn field_value(line: View<'_>, kind: &'static str) -> Option<Found> {
    let at = line.run(0, &BLANK);
    let start = line.run(value_field(line, at)?, &BLANK);
    plain_value(line, start, kind, at)
}

/// The value of a YAML line `name: value`.
pub(super) fn yaml_value(line: View<'_>) -> Option<Found> {
    let at = line.run(0, &BLANK);
    let colon = memchr::memchr(b':', line.bytes())?;
    plain_value(line, line.run(colon + 1, &BLANK), "secret", at)
}

fn plain_value(line: View<'_>, start: usize, kind: &'static str, from: usize) -> Option<Found> {
    let value = value::quoted(line, start).unwrap_or_else(|| {
        let end = line.text.trim_end().len();
        Value { start, end, form: Form::Loose }
    });
    let text = line.get(value.start, value.end);
    let block = matches!(text, "|" | "|-" | ">" | ">-" | "");
    let secret = !block && !values::is_placeholder(text);
    secret.then_some(Found { start: value.start, end: value.end, kind, from, named: true })
}
