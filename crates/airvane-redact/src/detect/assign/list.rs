//! Lists and objects of secrets in one line: `"api_keys": ["a", "b"]`, `"passwords": {"bob": "x"}`,
//! `tokens: {prod: x, dev: y}`, and pairs of a user and a password: `auth=("bob", "x")`.

use crate::{
    detect::{
        Detector, Found,
        name::{MAX_NAME, Name},
        value::{self, Reach, Value},
    },
    entropy,
    names::{self, Judgement, Strength},
    values::{self, Form},
    view::{BLANK, NAME, View},
};

/// Members of an object that are looked at.
const MOST: usize = 32;

/// Every quoted string of a list that opens at `at`.
pub(super) fn list(
    detector: &Detector,
    line: View<'_>,
    judged: Judgement,
    at: usize,
    found: &mut Vec<Found>,
) {
    let mut i = at + 1;
    while i < line.len() {
        i = line.run(i, &BLANK);
        let Some(value) = value::quoted(line, i) else { return };
        push(detector, line, judged, value, found);
        i = value.end + 1;
        i += usize::from(line.at(i - 1) == b'\\');
        i = line.run(i, &BLANK);
        if line.at(i) != b',' {
            return;
        }
        i += 1;
    }
}

/// Every string in an object that opens at `at`, but not what only describes a secret.
pub(super) fn object(
    detector: &Detector,
    line: View<'_>,
    judged: Judgement,
    at: usize,
    found: &mut Vec<Found>,
) {
    let mut i = at + 1;
    for _ in 0..MOST {
        i = line.run(i, &BLANK);
        let Some(name) = value::quoted(line, i) else { return };
        let colon = line.run(name.end + 1, &BLANK);
        let Some(value) = value::quoted(line, line.run(colon + 1, &BLANK)) else { return };
        if line.at(colon) != b':' {
            return;
        }
        let about = names::is_about(line.get(name.start, name.end));
        if judged.strength == Strength::Strong && !about {
            push(detector, line, judged, value, found);
        } else if judged.kind == "token"
            && !about
            // What can be nothing but a key, such as a UUID.
            && values::is_service_key(line.get(value.start, value.end))
        {
            found.push(Found { named: false, ..item(value, judged) });
        }
        i = line.run(value.end + 1, &BLANK);
        if line.at(i) != b',' {
            return;
        }
        i += 1;
    }
}

/// `auth=("bob", "x")`: the second literal.
pub(super) fn pair(line: View<'_>, name: Name, at: usize, found: &mut Vec<Found>) {
    let Some(user) = value::quoted(line, line.run(at + 1, &BLANK)) else { return };
    let comma = line.run(user.end + 1, &BLANK);
    if line.at(comma) != b',' {
        array(line, name, at, found);
        return;
    }
    let Some(value) = value::quoted(line, line.run(comma + 1, &BLANK)) else { return };
    let text = line.get(value.start, value.end);
    if matches!(line.at(value.end + 1), b')' | b'}')
        && text.len() >= 3
        && !values::is_placeholder(text)
    {
        found.push(Found { from: value.start, ..name.found(line, value) });
    }
}

/// Every string of a shell's array, which blanks divide: `PASSWORDS=("a" "b")`.
fn array(line: View<'_>, name: Name, at: usize, found: &mut Vec<Found>) {
    let mut i = at + 1;
    let before = found.len();
    for _ in 0..MOST {
        let Some(value) = value::quoted(line, line.run(i, &BLANK)) else { break };
        let text = line.get(value.start, value.end);
        if text.len() >= 3 && !values::is_placeholder(text) {
            found.push(item(value, name.judged));
        }
        i = value.end + 1;
    }
    let closed = line.at(line.run(i, &BLANK)) == b')' && line.before(at) == b'=';
    if !closed || name.judged.kind != "password" {
        found.truncate(before);
    }
}

/// Every value of YAML's `{prod: x, dev: y}` that opens at `at` and can be nothing but a secret;
/// whether there was one.
pub(super) fn flow(line: View<'_>, judged: Judgement, at: usize, found: &mut Vec<Found>) -> bool {
    let before = found.len();
    let mut i = at + 1;
    for _ in 0..MOST {
        i = line.run(i, &BLANK);
        let end = line.run_within(i, &NAME, MAX_NAME);
        if end == i || line.at(end) != b':' || line.at(end + 1) != b' ' {
            break;
        }
        let value = value::bare(line, line.run(end + 1, &BLANK), Reach::Item);
        let text = line.get(value.start, value.end);
        let telling = match judged.kind {
            "password" if judged.strength == Strength::Strong => values::is_telling(text),
            _ => entropy::looks_random(text, 16) && !entropy::is_identifier(text),
        };
        if telling && !values::is_placeholder(text) && !names::is_about(line.get(i, end)) {
            found.push(item(value, judged));
        }
        i = line.run(value.end, &BLANK);
        if line.at(i) != b',' {
            break;
        }
        i += 1;
    }
    found.len() > before
}

/// Each item stands for itself: the one before it is no part of the evidence.
fn item(value: Value, judged: Judgement) -> Found {
    let (start, end, kind) = (value.start, value.end, judged.kind);
    Found { start, end, kind, from: start, named: judged.strength == Strength::Strong }
}

/// A string, if it is a secret.
fn push(
    detector: &Detector,
    line: View<'_>,
    judged: Judgement,
    value: Value,
    found: &mut Vec<Found>,
) {
    let text = line.get(value.start, value.end);
    if values::is_secret(text, Form::Quoted, judged, &detector.names) && !values::is_wordlike(text)
    {
        found.push(item(value, judged));
    }
}
