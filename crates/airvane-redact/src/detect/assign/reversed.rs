//! Values that stand before their name: `if ("x" == password)`, `{"value": "x", "name":
//! "DB_PASSWORD"}`, "x is the root password".

use super::{account, pair, within};
use crate::{
    detect::{
        Detector, Found,
        name::{MAX_NAME, judge},
        value::Value,
    },
    names::{self, Judgement, Strength},
    values::{self, Form},
    view::{BLANK, Class, DIGIT, LOWER, NAME, UPPER, View},
};

/// Looks before the name `start..end`. To judge it is the dearer question, and comes last.
pub(super) fn detect(
    detector: &Detector,
    line: View<'_>,
    start: usize,
    end: usize,
    found: &mut Vec<Found>,
) {
    let judged = || judge(detector, line, start, end);
    let is_secret = |value: Value, judged: Judgement| {
        values::is_secret(line.get(value.start, value.end), Form::Quoted, judged, &detector.names)
    };
    let mut push = |value: Value, judged: Judgement, from| {
        let (start, end) = (value.start, value.end);
        found.push(Found { start, end, kind: judged.kind, from, named: true });
    };
    if let Some(value) = asserted(line, start, end).or_else(|| passed(line, start)) {
        // Of `credentials.getPassword` the last word counts.
        let last = line.get(start, end).rsplit('.').next().unwrap_or_default();
        let judged = detector.names.judge(last);
        if within::is_given(judged, line.get(value.start, value.end)) {
            push(value, judged, value.start - 1);
        }
    }
    if let Some(value) = compared(line, start) {
        let strong = judged().filter(|name| name.judged.strength == Strength::Strong);
        if let Some(name) = strong.filter(|name| is_secret(value, name.judged))
            && !values::is_wordlike(line.get(value.start, value.end))
        {
            push(value, name.judged, value.start - 1);
        }
    }
    if let Some(value) = pair::value_before(line, start)
        && let Some(name) = judged().filter(|name| is_secret(value, name.judged))
    {
        push(value, name.judged, value.start);
    }
    if line.before(start) == b' '
        && let Some(value) = account::ahead(line, start)
        && let Some(name) = judged()
        && name.judged.kind == "password"
        && name.judged.strength == Strength::Strong
        && ends_or_owned(line, end)
        && !line.get(start, end).eq_ignore_ascii_case("pass")
    {
        found.push(Found { from: value.start, ..name.found(line, value) });
    }
}

/// "x is the root password for db01", but not "X-1 is the password rotation ticket".
fn ends_or_owned(line: View<'_>, end: usize) -> bool {
    const OWNERS: &[&str] = &[" for ", " of ", " on ", " to ", " now", " and "];
    let letter = line.at(end) == b' ' && line.at(end + 1).is_ascii_alphabetic();
    !letter || OWNERS.iter().any(|owner| line.has_at(end, owner))
}

/// The string before a name in a call that compares: `assertEquals("x", user.getPassword())`.
fn asserted(line: View<'_>, start: usize, end: usize) -> Option<Value> {
    static PATH: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_$.->:");
    let comma = line.back_within(line.back_within(start, &PATH, MAX_NAME), &BLANK, 2);
    // `getCredential().getName()` is about something else.
    if line.before(comma) != b',' || line.has_at(end, "().") {
        return None;
    }
    let value = string_before(line, comma - 1)?;
    let head = line.get(0, value.start - 1).trim_end_matches('@');
    // Go's `assert.Equal(t, "x", cfg.Token)`.
    let head = head.strip_suffix("t, ").unwrap_or(head).strip_suffix('(')?;
    let call = line.back_within(head.len(), &NAME, MAX_NAME);
    names::has_word(line.get(call, head.len()), within::COMPARES).then_some(value)
}

/// The string before a name that a method takes: `"x".equals(password)`, `setValue:@"x"
/// forHTTPHeaderField:@"X-Api-Key"`.
fn passed(line: View<'_>, start: usize) -> Option<Value> {
    const METHODS: &[&str] = &[
        ".equals(",
        ".equalsIgnoreCase(",
        ".compareTo(",
        ".localeCompare(",
        " forHTTPHeaderField:@\"",
        ", forKey: \"",
    ];
    let head = line.behind(start, 24);
    let method = METHODS.iter().find(|method| head.ends_with(**method))?;
    string_before(line, start - method.len())
}

/// The string that is compared with the name that begins at `start`.
fn compared(line: View<'_>, start: usize) -> Option<Value> {
    let sign = line.back_within(start, &BLANK, 2);
    let operator = line.get(sign.saturating_sub(3), sign).trim_start();
    if !matches!(operator, "==" | "!=" | "===" | "!==") {
        return None;
    }
    string_before(line, line.back_within(sign - operator.len(), &BLANK, 2))
}

/// The string whose closing quote stands before `end`.
fn string_before(line: View<'_>, end: usize) -> Option<Value> {
    let close = end.checked_sub(1)?;
    let quote = line.at(close);
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let floor = close.saturating_sub(2 * MAX_NAME);
    let open = floor + memchr::memrchr(quote, line.bytes().get(floor..close)?)?;
    Some(Value { start: open + 1, end: close, form: Form::Quoted })
}
