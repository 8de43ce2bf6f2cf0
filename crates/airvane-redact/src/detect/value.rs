//! Reads the value that stands after a name and a separator.

use crate::{
    mask,
    values::{self, Form},
    view::{BASE64, BLANK, Class, DIGIT, LOWER, UPPER, View},
};

/// A value as it stands in the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) form: Form,
}

/// Reads a quoted string that starts at `at`, quote included: `"x"`, `'x'`, `b'x'`, `\"x\"`,
/// `"""x"""`. What has no closing quote reaches to the end of the line.
pub(super) fn quoted(line: View<'_>, at: usize) -> Option<Value> {
    /// Python's triple quotes within a string of JSON, as in notebooks.
    const ESCAPED: &str = r#"\"\"\""#;
    let mut open = at;
    // String prefixes of Python, C#, C, SQL and Objective-C; Rust's and C++'s raw strings.
    while open < at + 2 && b"burfBRFNL@$#".contains(&line.at(open)) {
        open += 1;
    }
    let slashes = line.slashes(open);
    let quote = line.at(open + slashes);
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return entity(line, at);
    }
    if line.has_at(open, ESCAPED) {
        let start = open + ESCAPED.len();
        let end = line.rest(start).find(ESCAPED).map_or(line.len(), |i| start + i);
        return Some(Value { start, end, form: Form::Quoted });
    }
    let mut start = open + slashes + 1;
    let triple = slashes == 0 && line.at(start) == quote && line.at(start + 1) == quote;
    if triple {
        start += 2;
    } else if begins_doubled(line, open, slashes) {
        start += 1;
    } else if doubled(line, open) > 0 && line.at(start + 1).is_ascii_alphanumeric() {
        let end = start + 1 + line.rest(start + 1).find("\"\"")?;
        return Some(Value { start: start + 1, end, form: Form::Quoted });
    } else if line.at(start) == quote && slashes == 0 {
        return Some(Value { start, end: start, form: Form::Quoted });
    }
    if let Some(end) = closing(line, (start, quote), slashes, triple) {
        return Some(Value { start, end, form: Form::Quoted });
    }
    // It closes what another opened before: `read -p "password: " x`.
    let before = line.behind(open, MAX_TEMPLATE).bytes().filter(|b| *b == quote).count();
    let apart = matches!(line.at(start), 0 | b' ' | b'\t' | b')' | b',' | b';' | b'.');
    let closes = slashes == 0 && quote == b'"' && before % 2 == 1 && apart;
    (!closes).then_some(Value { start, end: line.len(), form: Form::Quoted })
}

/// reStructuredText opens a literal with two backticks.
fn begins_doubled(line: View<'_>, open: usize, slashes: usize) -> bool {
    let start = open + 1;
    let double = slashes == 0 && line.at(open) == b'`' && line.at(start) == b'`';
    double && BLANK.has(line.before(open)) && {
        let end = line.run_within(start + 1, &BASE64, MAX_BARE);
        values::is_service_key(line.get(start + 1, end)) || line.has_at(end, "``")
    }
}

/// Where a string ends that begins at `start` behind a quote with so many backslashes.
fn closing(
    line: View<'_>,
    (start, quote): (usize, u8),
    slashes: usize,
    triple: bool,
) -> Option<usize> {
    let mut i = start;
    while i < line.len() {
        if let Some(end) = mask_at(line, i) {
            i = end;
            continue;
        }
        // SQL and YAML double a quote that is part of the text.
        let doubled = slashes == 0 && !triple && line.at(i + 1) == quote;
        if doubled && line.at(i) == quote && line.at(i + 2).is_ascii_alphanumeric() {
            i += 2;
            continue;
        }
        if line.at(i) == quote && closes(line, i, slashes) {
            return Some(i - slashes.min(i - start));
        }
        i += 1;
    }
    None
}

/// Length of what follows the quote at `i` and belongs to it: CSV and C# double quotes in a string.
pub(super) fn doubled(line: View<'_>, i: usize) -> usize {
    usize::from(line.at(i) == b'"' && line.at(i + 1) == b'"' && line.at(i + 2) != b'"')
}

/// Quotes of HTML, XML, JSON and of queries.
const MARKS: &[&str] =
    &["&quot;", "&#34;", "&#39;", "&#x27;", "&apos;", "%22", "%27", "\\u0022", "\\u0027"];

/// Length of a quote at `i` that is written as an entity or escaped.
pub(super) fn mark_at(line: View<'_>, i: usize) -> Option<usize> {
    MARKS.iter().find(|mark| line.has_at(i, mark)).map(|mark| mark.len())
}

/// `&quot;x&quot;` in HTML and XML.
fn entity(line: View<'_>, at: usize) -> Option<Value> {
    let mark = line.get(at, at + mark_at(line, at)?);
    let start = at + mark.len();
    let end = line.rest(start).find(mark).map_or(line.len(), |i| start + i);
    Some(Value { start, end, form: Form::Quoted })
}

/// Whether the quote at `i` ends a string opened by a quote behind `slashes` backslashes.
fn closes(line: View<'_>, i: usize, slashes: usize) -> bool {
    let before = (0..i).rev().take_while(|&j| line.at(j) == b'\\').count();
    if slashes == 0 { before % 2 == 0 } else { before <= slashes }
}

/// End of a mask at `i`. A mask is one unit wherever it stands in a value.
pub(super) fn mask_at(line: View<'_>, i: usize) -> Option<usize> {
    if line.at(i) == b'[' { mask::mask_end(line.text, i) } else { None }
}

/// How far a bare value reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Up to a blank or any sign that separates items.
    Item,
    /// `NAME=value` of an environment dump: signs belong to the value.
    Blank,
    /// A query parameter: up to `&`, `#` or a blank.
    Query,
    /// A connection string: up to `;`.
    Semicolon,
    /// An XML element: up to `<`.
    Tag,
}

/// How much of a bare value is read before it is judged, in bytes: many names before one long
/// run must not cost its length each.
const MAX_BARE: usize = 2048;
/// Signs at the end of a value of which it is asked whether they close what it opened.
const MOST_SIGNS: usize = 4;
/// Longest template that is one value.
const MAX_TEMPLATE: usize = 256;

/// Reads a bare value that starts at `at`.
pub(super) fn bare(line: View<'_>, at: usize, reach: Reach) -> Value {
    let mut i = at;
    // What is trimmed at the end is never part of a mask.
    let mut floor = at;
    if let Some(end) = template_end(line, at) {
        (i, floor) = (end, end);
    }
    let limit = line.len().min(at.saturating_add(MAX_BARE));
    while i < limit {
        if let Some(end) = mask_at(line, i) {
            (i, floor) = (end, end);
            continue;
        }
        if ends_bare(line, i, reach) {
            break;
        }
        i += 1;
    }
    // A cut must not split a character.
    while i < line.len() && !line.text.is_char_boundary(i) {
        i += 1;
    }
    let mut end = i;
    while end > floor
        && reach == Reach::Blank
        && matches!(line.at(end - 1), b',' | b';' | b')' | b']' | b'}')
        && (i - end > MOST_SIGNS || !is_enclosed(line.get(at, end)))
    {
        end -= 1;
    }
    while end > floor.max(at + 1)
        && reach == Reach::Item
        && matches!(line.at(end - 1), b'.' | b':' | b'!' | b'?')
        && !(line.before(at) == b'=' && line.at(end - 1) == b'!')
    {
        end -= 1;
    }
    Value { start: at, end, form: Form::Tight }
}

/// Whether the bracket that ends a value was opened in it: `{password}`, `${USER},${PASS}`.
fn is_enclosed(value: &str) -> bool {
    let count = |sign: char| value.matches(sign).count();
    [('{', '}'), ('[', ']')]
        .iter()
        .any(|(open, close)| value.ends_with(*close) && count(*open) >= count(*close))
}

/// A value without the brackets in which loggers put it: `password=[x]`.
pub(super) fn unbracketed(line: View<'_>, value: Value) -> Value {
    let text = line.get(value.start, value.end);
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    match inner {
        Some(inner) if !inner.is_empty() && !inner.contains(['[', ']']) && !mask::is_mask(text) => {
            Value { start: value.start + 1, end: value.end - 1, ..value }
        }
        _ => value,
    }
}

/// The whole of a bare value that was cut at [`MAX_BARE`] and turned out to be a secret.
pub(super) fn whole(line: View<'_>, value: Value) -> Value {
    if value.form == Form::Quoted || value.end - value.start < MAX_BARE {
        return value;
    }
    let mut end = value.end;
    while end < line.len() && !ends_bare(line, end, Reach::Blank) {
        end += 1;
    }
    Value { end, ..value }
}

/// `${X}`, `{{ x }}`, `<x>`, `$(x)`, `%(x)s` are one value whatever stands in them, and `{AES}`
/// belongs to what follows it.
fn template_end(line: View<'_>, at: usize) -> Option<usize> {
    const TEMPLATES: &[(&str, &str)] =
        &[("${{", "}}"), ("${", "}"), ("{{", "}}"), ("$(", ")"), ("<", ">"), ("%(", ")s")];
    static SCHEME: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"-");
    let scheme = line.run_within(at + 1, &SCHEME, 16);
    if line.at(at) == b'{' && line.at(scheme) == b'}' && line.at(scheme + 1).is_ascii_alphanumeric()
    {
        return Some(scheme + 1);
    }
    let (open, close) = TEMPLATES.iter().find(|(open, _)| line.rest(at).starts_with(open))?;
    let inner = at + open.len();
    // A template is short; a line full of openings must not be searched to its end for each.
    let near = (inner..line.len().min(inner + MAX_TEMPLATE)).find(|&i| line.has_at(i, close));
    near.map(|i| i + close.len())
}

fn ends_bare(line: View<'_>, i: usize, reach: Reach) -> bool {
    let b = line.at(i);
    if reach == Reach::Tag {
        return b == b'<';
    }
    if matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`') {
        return true;
    }
    // A sign that a properties file escapes.
    if b == b'\\' && matches!(line.at(i + 1), b'=' | b':' | b'#' | b'!') {
        return false;
    }
    // `\n`, `\t`, `\"` written out end a value; other backslashes belong to it.
    if b == b'\\' && matches!(line.at(i + 1), b'n' | b't' | b'r' | b'"' | b'\'') {
        return true;
    }
    match reach {
        Reach::Blank => (b == b',' || b == b';') && BLANK.has(line.at(i + 1)) || b == b'\x3c',
        Reach::Query => {
            matches!(b, b'&' | b'#' | b'<' | b'>' | b')' | b']' | b'}' | b',' | b';' | b'|')
        }
        Reach::Semicolon => matches!(b, b';' | b'<' | b'>'),
        Reach::Tag => false,
        Reach::Item => {
            matches!(b, b',' | b';' | b'&' | b'<' | b'>' | b')' | b']' | b'}' | b'|' | b'\\')
        }
    }
}
