//! Values known to be secret, masked wherever they reappear: as they are, percent-encoded,
//! base64-encoded, JSON-escaped.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

use crate::{
    entropy, mask,
    names::{self, Strength},
    values,
    view::{ALNUM, begins_word},
};

/// The kind of a secret of this process.
const OWN: &str = "known-secret";
/// Shorter secrets would mask parts of ordinary words all over a text.
pub(crate) const MIN_SECRET: usize = 6;
/// A value learned from the text itself must be longer: nobody vouched for it.
const MIN_LEARNED: usize = 8;
/// Longest value that is learned; a longer one reappears in other forms at most.
const MAX_LEARNED: usize = 1024;
/// Values one answer or stream may teach, and their bytes together: a matcher takes some hundred
/// times as much. Later ones are not learned.
const MAX_VALUES: usize = 256;
const MAX_BYTES: usize = 16 * 1024;

/// A set of secret values and the matcher for their spellings.
#[derive(Default, Clone)]
pub(crate) struct Known {
    /// Value and the kind its mask shows.
    values: Vec<(String, &'static str)>,
    bytes: usize,
    /// Matchers over neighbouring values, each at most half as large as the one before it: a value
    /// that is learned costs the logarithm of their number, not all of them once more.
    levels: Vec<Level>,
}

/// A matcher for some of the values.
#[derive(Clone)]
struct Level {
    /// Number of values, which end where the next level's begin.
    size: usize,
    /// Index into the values for each pattern of the matcher.
    owners: Vec<usize>,
    matcher: Option<AhoCorasick>,
}

impl Known {
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Adds a secret of this process. Whitespace around it does not count.
    pub(crate) fn add_secret(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.chars().count() >= MIN_SECRET {
            self.add(secret, OWN);
        }
    }

    /// Adds a value masked in the same text, unless it is too short or an ordinary word. Returns
    /// whether it is new.
    pub(crate) fn learn(&mut self, value: &str, kind: &'static str) -> bool {
        let fits = (MIN_LEARNED..=MAX_LEARNED).contains(&value.len())
            && self.values.len() < MAX_VALUES
            && self.bytes + value.len() <= MAX_BYTES
            && !is_common(value)
            && !mask::is_mask(value);
        fits && self.add(value, kind)
    }

    fn add(&mut self, value: &str, kind: &'static str) -> bool {
        if self.values.iter().any(|(v, _)| v == value) {
            return false;
        }
        self.values.push((value.to_owned(), kind));
        self.bytes += value.len();
        let mut size = 1;
        while let Some(level) = self.levels.pop_if(|level| level.size <= size) {
            size += level.size;
        }
        let level = self.level(size);
        self.levels.push(level);
        true
    }

    /// A matcher for the last `size` values.
    fn level(&self, size: usize) -> Level {
        let (mut patterns, mut owners) = (Vec::new(), Vec::new());
        let first = self.values.len().saturating_sub(size);
        for (owner, (value, kind)) in self.values.iter().enumerate().skip(first) {
            for spelling in spellings(value, *kind == OWN) {
                patterns.push(spelling);
                owners.push(owner);
            }
        }
        // Built by every call for its caller's token. With that of Airflow 3 a table of all its
        // states (a DFA) takes ten times as long, milliseconds, and 2 MB in place of 70 kB, and
        // does not search faster: hardly a byte of a text begins a match.
        let matcher = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns)
            .ok();
        Level { size, owners, matcher }
    }

    /// First occurrence at or after `from`.
    pub(crate) fn first(&self, text: &str, from: usize) -> Option<usize> {
        let firsts = self
            .levels
            .iter()
            .filter_map(|level| self.matches_of(level, text, from).next().map(|m| m.start));
        firsts.min()
    }

    /// Occurrences outside of masks, in no order; they may overlap.
    pub(crate) fn matches<'a>(
        &'a self,
        text: &'a str,
        from: usize,
    ) -> impl Iterator<Item = Occurrence<'a>> + 'a {
        self.levels.iter().flat_map(move |level| self.matches_of(level, text, from))
    }

    fn matches_of<'a>(
        &'a self,
        level: &'a Level,
        text: &'a str,
        from: usize,
    ) -> impl Iterator<Item = Occurrence<'a>> + 'a {
        let found = level.matcher.iter().flat_map(move |matcher| {
            matcher.find_iter(aho_corasick::Input::new(text).range(from.min(text.len())..))
        });
        found.filter_map(move |m| {
            let owner = level.owners.get(m.pattern().as_usize())?;
            let (value, kind) = self.values.get(*owner)?;
            let (start, end) = (m.start(), m.end());
            let valid = text.is_char_boundary(start)
                && text.is_char_boundary(end)
                && (*kind == OWN || !is_wordy(value) || stands_alone(text, start, end));
            (valid && !in_mask(text, start)).then_some(Occurrence { start, end, kind, value })
        })
    }
}

/// A known value in a text.
pub(crate) struct Occurrence<'a> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: &'static str,
    /// The value itself, however it is spelled here: equal values get equal masks.
    pub(crate) value: &'a str,
}

/// Whether `at` lies inside a mask, which is at most 64 bytes long.
pub(crate) fn in_mask(text: &str, at: usize) -> bool {
    let floor = (at.saturating_sub(64)..=at).find(|i| text.is_char_boundary(*i)).unwrap_or(at);
    let head = text.get(floor..at).unwrap_or_default();
    head.rfind('[').is_some_and(|i| mask::mask_end(text, floor + i).is_some_and(|end| end > at))
}

/// Letters and digits in such an order that a longer name may hold them: `orchid42lane`.
fn is_wordy(value: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    value.bytes().all(word) && !entropy::looks_random(value, MIN_LEARNED)
}

/// Whether no longer name holds what stands there.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or_default();
    let joins = start.checked_sub(1).is_some_and(|i| at(i) == b'_');
    begins_word(bytes, start) && !joins && !ALNUM.has(at(end)) && at(end) != b'_'
}

/// The name of a variable, which stands all over the code: `new_password2`.
fn is_variable(value: &str) -> bool {
    const DIGITS: usize = 4;
    let letter = |b: u8| b.is_ascii_lowercase() || b == b'_';
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.contains('_')
        && digits <= DIGITS
        && value.bytes().all(|b| letter(b) || b.is_ascii_digit())
        && names::judge(value).strength >= Strength::Medium
}

/// Too ordinary to be masked wherever it occurs: words, paths, numbers, identifiers, addresses.
fn is_common(value: &str) -> bool {
    let letters = value.bytes().any(|b| b.is_ascii_alphabetic());
    let others = value.bytes().any(|b| b.is_ascii_digit() || b"!@#$%^&*+=~?".contains(&b));
    !(letters && others)
        || value.contains("://")
        || value.contains("[redacted:")
        || values::is_path(value)
        || is_variable(value)
        || entropy::is_identifier(value) && value.len() < 32
        || values::is_placeholder(value)
}

/// The spellings of a secret; with `all`, also base64 at each of the three alignments.
fn spellings(secret: &str, all: bool) -> Vec<String> {
    let mut list =
        vec![secret.to_owned(), percent(secret, false), percent(secret, true), json(secret)];
    if all {
        list.push(percent(secret, false).replace("%20", "+"));
        for shift in 0..3 {
            list.extend(encoded(secret, shift));
        }
        list.push(secret.replace('\'', "\\'"));
        list.push(json(&json(secret)));
    }
    list.sort();
    list.dedup();
    list.retain(|spelling| spelling.len() >= MIN_SECRET);
    list
}

/// Base64 of the secret as it looks `shift` bytes into a longer text; characters that depend on
/// the neighbours are left out.
fn encoded(secret: &str, shift: usize) -> Vec<String> {
    let mut bytes = vec![0; shift];
    bytes.extend_from_slice(secret.as_bytes());
    let drop = if shift == 0 { 0 } else { shift + 1 };
    let whole = bytes.len() * 8 / 6;
    [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)]
        .iter()
        .filter_map(|text| text.get(drop..whole))
        .filter(|text| text.len() >= MIN_LEARNED)
        .map(str::to_owned)
        .collect()
}

/// RFC 3986 percent-encoding of all but unreserved characters.
fn percent(secret: &str, lower: bool) -> String {
    let mut out = String::with_capacity(secret.len());
    for b in secret.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(b));
            }
            _ if lower => out.extend(hex(b, b"0123456789abcdef")),
            _ => out.extend(hex(b, b"0123456789ABCDEF")),
        }
    }
    out
}

fn hex(byte: u8, digits: &[u8; 16]) -> impl Iterator<Item = char> {
    let digit = |i: u8| digits.get(usize::from(i)).map_or('0', |d| char::from(*d));
    ['%', digit(byte >> 4), digit(byte & 15)].into_iter()
}

fn json(secret: &str) -> String {
    let quoted = serde_json::Value::from(secret).to_string();
    quoted.trim_start_matches('"').strip_suffix('"').unwrap_or(&quoted).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(secret: &str, text: &str) -> usize {
        let mut known = Known::default();
        known.add_secret(secret);
        known.matches(text, 0).count()
    }

    #[test]
    fn finds_every_spelling() {
        let secret = "s3cr\"et/ pä";
        for text in [
            "x s3cr\"et/ pä y",
            "x%20s3cr%22et%2F%20p%C3%A4",
            r#""s3cr\"et/ pä""#,
            "s3cr%22et%2F+p%C3%A4",
        ] {
            assert_eq!(hits(secret, text), 1, "{text}");
        }
        for prefix in ["", "u", "us", "user:"] {
            let text = STANDARD_NO_PAD.encode(format!("{prefix}{secret}tail"));
            assert_eq!(hits(secret, &text), 1, "{prefix}");
        }
    }

    #[test]
    fn ignores_short_secrets_and_common_values() {
        assert_eq!(hits("admin", "admin"), 0);
        let mut known = Known::default();
        for common in
            ["password", "extract_orders", "12345678", "2026-01-01T00:00:00", "/opt/airflow"]
        {
            assert!(!known.learn(common, "password"), "{common}");
        }
        assert!(known.learn("hunter2secret", "password"));
    }

    #[test]
    fn leaves_longer_names_that_hold_a_learned_word() {
        let mut known = Known::default();
        assert!(known.learn("orchid42lane", "password"));
        assert!(known.learn("k9Xw2LpQ7vRt", "password"));
        for (text, count) in [
            ("x=orchid42lane", 1),
            ("a%3Dorchid42lane&b", 1),
            ("orchid42lane_timeout = 3", 0),
            ("my_orchid42lane", 0),
            ("orchid42lanes", 0),
            // What is drawn is masked wherever it is.
            ("xk9Xw2LpQ7vRty", 1),
        ] {
            assert_eq!(known.matches(text, 0).count(), count, "{text}");
        }
        assert!(!known.learn("new_password2", "password"));
    }
}
