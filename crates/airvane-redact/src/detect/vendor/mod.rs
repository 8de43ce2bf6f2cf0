//! Keys without a shape of their own, beside the name of the service they belong to:
//! `algolia.initIndex('APPID', '<32 digits>')`, `twilio = Client(sid, '<32 digits>')`.

pub(super) mod services;

use super::{Detector, Found};
use crate::{
    entropy,
    known::in_mask,
    names::{self, Strength},
    values,
    view::{BLANK, Class, DIGIT, LOWER, NAME, UPPER, View},
};

/// How far behind the service's name its key may stand, in bytes.
const REACH: usize = 120;
/// Longest name and longest run of signs behind it, where the key follows at once.
const MAX_NAME: usize = 64;
const MAX_SIGNS: usize = 12;
/// Longer runs are data.
const MAX_KEY: usize = 512;
/// Names whose random values are made to be shown.
#[rustfmt::skip]
const SHOWN: &[&str] = &[
    "id", "ids", "sha", "sha1", "sha256", "md5", "hash", "digest", "commit", "revision", "rev", "ref",
    "etag", "checksum", "version", "image", "trace", "span", "request", "query", "run", "job", "uuid",
    "integrity", "resolved", "url", "path", "file", "name", "tag", "branch", "uid", "guid", "channel",
    "connection", "workspace", "container", "pod", "node", "instance", "task", "dag", "event",
    "message", "correlation", "transaction", "snapshot", "release", "build", "pipeline", "cursor",
    "layer", "object", "table", "warehouse", "attempt", "stage", "statement", "source", "destination",
];

/// What may stand between a name and its value.
static SEPARATOR: Class = Class::of(b" \t\"'=:>,|");
static SIGNS: Class = Class::of(b" \t\"'`=:<>,|(){[\\");
static LETTERS: Class = Class::of(LOWER).with(UPPER);
static KEY: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-/+=");

/// Whether the name of a service at `at` stands in no mask, whose kind names services too.
pub(super) fn is_name(line: View<'_>, at: usize) -> bool {
    !in_mask(line.text, at)
}

/// A key behind a name that means nothing but the service, at once or further on in the line.
pub(super) fn distinct(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    if let Some((start, end)) = adjacent(line, at, true) {
        found.push(Found { start, end, kind: "key", from: at, named: false });
    }
    let limit = line.len().min(at + REACH);
    let mut i = line.run_within(at, &NAME, REACH);
    while i < limit {
        let end = line.run_within(i, &KEY, MAX_KEY);
        if end == i {
            i += 1;
            continue;
        }
        let value = line.get(i, end);
        if is_key(value) && is_given(line, i, end) {
            found.push(Found { start: i, end, kind: "key", from: at, named: false });
        }
        i = end;
    }
}

/// A key right behind a name that is also an ordinary word.
pub(super) fn ordinary(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    if let Some((start, end)) = adjacent(line, at, false) {
        found.push(Found { start, end, kind: "key", from: at, named: false });
    }
}

/// A string that code gives to any name, so random that it can be nothing but a key: capital and
/// small letters and digits in no order, as no hash, UUID or word has them. The anchor is the sign.
pub(super) fn literal(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    const MIN: usize = 20;
    const MIN_SMALL: usize = 28;
    let start = at + 3;
    let end = line.run_within(start, &KEY, MAX_KEY);
    if end < start + MIN || line.at(end) != line.before(start) {
        return;
    }
    let value = line.get(start, end);
    let capital = value.bytes().any(|b| b.is_ascii_uppercase());
    let small = value.bytes().any(|b| b.is_ascii_lowercase());
    let length = if capital && small { MIN } else { MIN_SMALL };
    let name = line.back_within(at, &SIGNS, MAX_SIGNS);
    let hex = value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    if !hex
        && !entropy::is_camel(value)
        && value.len() >= length
        && is_like_key(value, length)
        && !is_shown(line.get(line.back_within(name, &NAME, MAX_NAME), name))
    {
        found.push(Found { start, end, kind: "key", from: at, named: false });
    }
}

/// `let airtable = "x"`, `new AirtableClient('x')`, `github: x`, `:stripe, key: "x"`: the key
/// follows the name, or a word such as "key" behind it.
fn adjacent(line: View<'_>, at: usize, distinct: bool) -> Option<(usize, usize)> {
    let mut name = (line.back_within(at, &NAME, MAX_NAME), line.run_within(at, &NAME, MAX_NAME));
    let mut start = line.run_within(name.1, &SIGNS, MAX_SIGNS);
    let mut end = line.run_within(start, &KEY, MAX_KEY);
    let full = name;
    if end < start + 12 && says_key(line.get(start, end)) {
        name = (start, end);
        start = line.run_within(name.1, &SIGNS, MAX_SIGNS);
        end = line.run_within(start, &KEY, MAX_KEY);
    }
    let closed = !matches!(line.at(end), b'.' | b'@' | b':' | b'(') && is_whole(line, start, end);
    if start == name.1 || end < start + 12 || !closed {
        return None;
    }
    let value = line.get(start, end);
    if line.before(start) == b':' && is_port(value) {
        return None;
    }
    let quoted = matches!(line.before(start), b'"' | b'\'' | b'`');
    let assigned = line.get(name.1, start).contains(['=', ':', '>', '(', ',', '|', '{', '[']);
    let key = match (assigned, quoted) {
        (true, true) => is_like_key(value, 12),
        (true, false) => is_like_key(value, 16),
        // `github <40 digits>` is a commit, `airtable <40 digits>` is none.
        (false, _) if distinct => is_key(value),
        (false, _) => is_key(value) && !entropy::is_identifier(value),
    };
    (key && !is_shown(line.get(full.0, full.1))).then_some((start, end))
}

/// `27017/orders`: where the service listens, and what it serves there.
fn is_port(value: &str) -> bool {
    let port = value.bytes().take_while(u8::is_ascii_digit).count();
    let path = value.get(port + 1..).unwrap_or_default();
    let plain =
        path.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-/".contains(&b));
    (2..=5).contains(&port)
        && value.as_bytes().get(port) == Some(&b'/')
        && plain
        && !entropy::looks_random(path, 16)
}

/// A word that announces a key behind the name of its service.
fn says_key(word: &str) -> bool {
    const WORDS: &[&str] = &["key", "token", "secret", "apikey", "api", "auth", "pat", "api_key"];
    WORDS.iter().any(|w| w.eq_ignore_ascii_case(word))
}

/// Whether a run of characters is whole: part of a value that is masked already is none, and what
/// is left beside a mask must not be found the second time.
fn is_whole(line: View<'_>, start: usize, end: usize) -> bool {
    line.at(end) != b'[' && line.before(start) != b']'
}

fn is_key(value: &str) -> bool {
    if value.starts_with("sha") || is_pair(value) || is_name_of_code(value) {
        return false;
    }
    let hex = matches!(value.len(), 32 | 36 | 37 | 40 | 64) && !values::is_path(value);
    (hex && (entropy::is_hash(value) || entropy::is_uuid(value)))
        || (value.len() >= 20
            && !values::is_path(value)
            && entropy::looks_random(value, 20)
            && !entropy::is_identifier(value))
}

/// As [`is_key`], for a value that is given to the service's name itself.
fn is_like_key(value: &str, min: usize) -> bool {
    is_key(value)
        || !is_pair(value)
            && !is_name_of_code(value)
            && !values::is_path(value)
            && entropy::looks_random(value, min)
            && !entropy::is_identifier(value)
}

/// `AzureDataFactoryHook`, `NVIDIA_TESLA_K80`: a class or a constant.
fn is_name_of_code(value: &str) -> bool {
    let constant = value.contains('_')
        && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        && names::words(value).iter().filter(|word| word.len() > 3).count() > 1;
    constant || entropy::is_camel(value)
}

/// `commit=<40 digits>`: a name and its value.
fn is_pair(value: &str) -> bool {
    value.trim_end_matches('=').contains('=')
}

/// Whether a name says that its value is made to be shown.
fn is_shown(name: &str) -> bool {
    names::has_word(name, SHOWN)
}

/// Whether the value is given to something: in quotes, after a sign, as an argument; not one of
/// those that are made to be shown.
fn is_given(line: View<'_>, start: usize, end: usize) -> bool {
    let quoted = matches!(line.before(start), b'"' | b'\'' | b'`');
    let mut sign = start - usize::from(quoted);
    while sign > 0 && BLANK.has(line.before(sign)) {
        sign -= 1;
    }
    let assigned = matches!(line.before(sign), b'=' | b':' | b'>' | b'(' | b',' | b'|');
    let word = line.get(line.back_within(sign, &LETTERS, 8), sign);
    let closed = !matches!(line.at(end), b'.' | b'@' | b':' | b'(');
    let mut name = sign.saturating_sub(1);
    while name > 0 && matches!(line.before(name), b' ' | b'"' | b'\'' | b'=' | b':') {
        name -= 1;
    }
    (quoted || assigned || says_key(word))
        && closed
        && is_whole(line, start, end)
        && !is_shown(line.get(line.back(name, &NAME), name))
}

/// Whether a line that names a service in an ordinary word heads the lines with its key:
/// `# github`, `[stripe]`, `slack:`.
pub(super) fn is_heading(line: View<'_>) -> bool {
    let text = line.text.trim();
    text.len() <= MAX_NAME && (text.starts_with(['#', '[', '/', '<']) || text.ends_with([':', '{']))
}

/// A key that is merely called so, in a line below the name of its service:
/// `# sendbird credentials`, then `key: <40 digits>`.
pub(super) fn below(detector: &Detector, line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let (start, end) = (line.back_within(at, &NAME, 64), line.run_within(at, &NAME, 64));
    let judged = detector.names.judge(line.get(start, end));
    if judged.strength == Strength::None {
        return;
    }
    let value = line.run(end, &SEPARATOR);
    let stop = line.run_within(value, &KEY, MAX_KEY);
    let text = line.get(value, stop);
    let whole = value > end && is_whole(line, value, stop);
    if whole && values::is_service_key(text) && is_key(text) {
        found.push(Found { start: value, end: stop, kind: "key", from: start, named: false });
    }
}

/// The same for a line that is nothing but a name and a key: `api: "<32 digits>",`.
pub(super) fn field_below(line: View<'_>) -> Option<Found> {
    static QUOTES: Class = Class::of(b" \t\"'-");
    let name = line.run_within(0, &QUOTES, MAX_NAME);
    let end = line.run_within(name, &NAME, MAX_NAME);
    let start = line.run_within(end, &SIGNS, MAX_SIGNS);
    let stop = line.run_within(start, &KEY, MAX_KEY);
    let tail = line.rest(stop).trim_end_matches(['"', '\'', ',', ';', ' ']);
    let given = line.get(end, start).contains([':', '=']);
    let whole = end > name && given && tail.is_empty() && !is_shown(line.get(name, end));
    (whole && is_key(line.get(start, stop))).then_some(Found {
        start,
        end: stop,
        kind: "key",
        from: name,
        named: false,
    })
}

/// The secret half of an AWS key pair near its id: 40 characters of base64, standing alone.
pub(super) fn aws_secret(line: View<'_>) -> Option<Found> {
    static SECRET: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"+/");
    let mut i = 0;
    while i < line.len() {
        let end = line.run(i, &SECRET);
        let value = line.get(i, end);
        let mixed = |set: &[u8]| value.bytes().any(|b| set.contains(&b));
        let whole = !matches!(line.before(i), b'_' | b'-' | b'.') && line.at(end) != b'=';
        if end - i == 40 && mixed(UPPER) && mixed(LOWER) && mixed(DIGIT) && whole {
            return Some(Found { start: i, end, kind: "aws-secret-key", from: i, named: true });
        }
        i = end.max(i + 1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        distinct(View::new(text), 0, &mut found);
        crate::detect::merge(found).iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn finds_keys_beside_their_service() {
        let key = "9f86d081884c7d659a2feaa0c55ad015";
        assert_eq!(secrets(&format!("algolia('APP', '{key}')")), [key]);
        assert_eq!(secrets(&format!("datadog: {key}")), [key]);
    }

    #[test]
    fn leaves_what_is_made_to_be_shown() {
        for text in [
            "datadog commit=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
            "heroku request_id=0190f4f2-0b6e-7cc1-9d2e-0d5e8f1a2b3c",
            "datadog_logger.py,sha256=sa-JZ6Ane4gLCvuH1H6IOnKPTJIofve6HXUaU4jkrlI,6484",
        ] {
            assert!(secrets(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_other_half_of_an_aws_pair() {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY0123456789";
        let found = aws_secret(View::new(secret)).unwrap();
        assert_eq!((found.start, found.end), (0, 40));
        assert!(aws_secret(View::new("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b")).is_none());
    }
}
