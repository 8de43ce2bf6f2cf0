//! Values in the lines below their name: YAML block scalars, `name: X` with `value: y` beneath it,
//! the data of a Kubernetes Secret.

mod opens;
mod printed;
mod section;
mod session;
mod table;

use self::opens::Below;
use super::{
    Detector, Found,
    assign::pair::value_field,
    value::{self, Value},
};
use crate::{
    mask,
    names::{Judgement, Names, Strength},
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

/// A name whose value a later line holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    judged: Judgement,
    /// Lines in which the value may stand.
    lines: u8,
    below: Below,
}

impl Pending {
    /// Whether the line is a row of the table whose head was above: it is no head itself.
    pub(crate) fn has_row(&self, line: &str) -> bool {
        matches!(self.below, Below::Column(column) if column.is_row(View::new(line)))
    }

    /// What is still pending after a line.
    pub(crate) fn later(self, line: &str) -> Option<Self> {
        const DESCRIBED: u8 = 6;
        // A comment between a name and its value.
        if line.trim_start().starts_with("<!--") {
            return Some(self);
        }
        if self.below == Below::Strings && opens::describes(View::new(line)) {
            return Some(Self { lines: DESCRIBED, below: Below::Field, ..self });
        }
        // `kubectl describe` draws a line below each name.
        if self.below == Below::Strings && line.len() > 2 && line.bytes().all(|b| b == b'-') {
            return Some(Self { lines: 1, below: Below::Text(None), ..self });
        }
        let below = opens::next(View::new(line), self.below)?;
        (self.lines > 1 && opens::goes_on(View::new(line), self.below)).then(|| Self {
            lines: self.lines - 1,
            below,
            ..self
        })
    }
}

/// For `- name: DB_PASSWORD`, `"key": "db_password",`, `variable "token" {` and
/// `<key>Token</key>`: what the name says of the value in the next lines.
pub(super) fn pending(detector: &Detector, line: View<'_>) -> Option<Pending> {
    const FIELDS: &[&str] =
        &["name", "key", "keyname", "variable", "variable_name", "parameterkey"];
    if line.len() > MAX_LINE {
        return None;
    }
    if let Some((judged, below, lines)) = opens::opening(detector, line) {
        return Some(Pending { judged, lines, below });
    }
    // A difference marks what is new: `+  - name: DB_PASSWORD`.
    let text = line.text.trim_start_matches('+').trim();
    let text = text.trim_start_matches("- ").trim_end_matches(',');
    let text = text.trim_start_matches(['{', '[', ' ']);
    let first = text.trim_start_matches(['"', '\'', '\\']).bytes().next()?;
    if !matches!(first.to_ascii_lowercase(), b'n' | b'k' | b'v' | b'p' | b'<') {
        return None;
    }
    // Most lines stop here: nothing else that begins so announces a value.
    let begin = text.trim_start_matches(['"', '\'', '\\']);
    let field = |field: &&str| begin.len() > field.len() && View::new(begin).has_at(0, field);
    if first != b'<' && !FIELDS.iter().any(field) {
        return None;
    }
    let announce = |name: &str, lines| {
        let judged = detector.names.judge(name);
        let below = Below::Field;
        let tells = judged.strength > Strength::None && !mask::is_mask(name);
        tells.then_some(Pending { judged, lines, below })
    };
    // Terraform, with `default` up to a few lines below; property lists.
    if let Some(name) = text.strip_prefix("variable \"") {
        return announce(name.split('"').next()?, 6);
    }
    if first == b'<' {
        let element = ["key", "string", "name", "param-name"].into_iter().find_map(|tag| {
            let text = text.strip_prefix(&format!("<{tag}>"))?;
            text.strip_suffix(&format!("</{tag}>"))
        });
        return announce(element?, 1);
    }
    let (field, name) = text.split_once([':', '='])?;
    let bare = |text: &'_ str| text.trim().trim_matches(['"', '\'', '\\']).to_owned();
    let (field, name) = (bare(field).to_ascii_lowercase(), bare(name));
    if !FIELDS.contains(&field.as_str()) || name.contains([' ', '"', '\'']) {
        return None;
    }
    // `"Type": "SecureString",` may stand between.
    announce(&name, if line.text.trim_end().ends_with(',') { 3 } else { 1 })
}

/// What a line holds of that which a line above it announced.
pub(super) fn field_values(detector: &Detector, line: View<'_>, pending: Pending) -> Vec<Found> {
    let default = pending.below == Below::Strings && opens::defaults(line);
    if pending.below != Below::Field && !default {
        return opens::values(detector, line, pending.judged, pending.below);
    }
    field_value(line, pending).into_iter().collect()
}

/// The value of a line `value: x`, `default = "x"` or `<string>x</string>` after such a name.
fn field_value(line: View<'_>, pending: Pending) -> Option<Found> {
    let at = line.run(usize::from(line.at(0) == b'+'), &BLANK);
    let kind = pending.judged.kind;
    let found = if let Some((start, end)) = opens::element(line, at) {
        let secret = !values::is_placeholder(line.get(start, end));
        secret.then_some(Found { start, end, kind, from: at, named: true })?
    } else {
        plain_value(line, line.run(value_field(line, at)?, &BLANK), kind, at)?
    };
    // What stands for the value is no secret: `value = random_password.db.result`, a proxy's address.
    let text = line.get(found.start, found.end);
    let quoted = matches!(line.before(found.start), b'"' | b'\'');
    let code = !quoted && values::is_code(text, &Names::default());
    let address =
        pending.judged.kind == "credential" && text.contains("://") && !text.contains('@');
    if code || address {
        return None;
    }
    let sure = pending.judged.strength >= Strength::Medium;
    (sure || values::is_service_key(line.get(found.start, found.end))).then_some(found)
}

/// The private members of a JSON Web Key (RFC 7518, 6.2.2, 6.3.2 and 6.4).
fn web_key(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    const MAX_KEY: usize = 4096;
    const MIN_MEMBER: usize = 16;
    let brace = memchr::memrchr(b'{', line.bytes().get(..at).unwrap_or_default());
    let open = brace.unwrap_or(at).max(at.saturating_sub(MAX_KEY));
    let end = line.rest(at).find('}').map_or(line.len(), |i| at + i).min(at + MAX_KEY);
    for name in ["\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\"", "\"k\""] {
        let Some(member) = line.get(open, end).find(name) else { continue };
        let colon = line.run(open + member + name.len(), &BLANK);
        let Some(value) = value::quoted(line, line.run(colon + 1, &BLANK)) else { continue };
        let (start, end) = (value.start, value.end);
        if line.at(colon) == b':' && end >= start + MIN_MEMBER {
            found.push(Found { start, end, kind: "private-key", from: start, named: false });
        }
    }
}

/// The strings under `"data"` and `"stringData"` of a Kubernetes Secret in one line of JSON.
pub(super) fn object(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    if line.has_at(at, "\"kty\"") {
        web_key(line, at, found);
        return;
    }
    for field in ["\"data\":", "\"stringData\":"] {
        let Some(name) = line.text.find(field) else { continue };
        let open = line.run(name + field.len(), &BLANK);
        let mut i = open + 1;
        while line.at(open) == b'{' {
            i = line.run(i, &BLANK);
            let Some(name) = value::quoted(line, i) else { break };
            let colon = line.run(name.end + 1, &BLANK);
            let Some(value) = value::quoted(line, line.run(colon + 1, &BLANK)) else { break };
            let (start, end) = (value.start, value.end);
            if end > start {
                found.push(Found { start, end, kind: "secret", from: start, named: true });
            }
            i = line.run(end + 1, &BLANK);
            if line.at(colon) != b':' || line.at(i) != b',' {
                break;
            }
            i += 1;
        }
    }
}

/// The value of a YAML line `name: value`.
pub(super) fn yaml_value(line: View<'_>) -> Option<Found> {
    let at = line.run(0, &BLANK);
    let colon = memchr::memchr(b':', line.bytes())?;
    // A colon further on, such as a mask's own, ends no name.
    if line.get(at, colon).contains([' ', '[']) {
        return None;
    }
    plain_value(line, line.run(colon + 1, &BLANK), "secret", at)
}

fn plain_value(line: View<'_>, start: usize, kind: &'static str, from: usize) -> Option<Found> {
    let value = value::quoted(line, start).unwrap_or_else(|| {
        let end = line.text.trim_end().trim_end_matches(',').len();
        Value { start, end: end.max(start), form: Form::Loose }
    });
    let text = line.get(value.start, value.end);
    let block = matches!(text, "|" | "|-" | ">" | ">-" | "");
    let secret = !block && !values::is_placeholder(text);
    secret.then_some(Found { start: value.start, end: value.end, kind, from, named: true })
}
