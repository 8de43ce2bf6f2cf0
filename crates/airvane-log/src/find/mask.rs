//! Masks what differs from run to run, so that lines and errors can be compared.
//!
//! Masked are runs of letters and digits that hold a digit (numbers, ids, timestamps, addresses),
//! long hexadecimal words, UUIDs, temporary paths and redacted values.

use std::ops::Range;

/// Appends `text` to `out` with every changing part as `*`.
pub(super) fn mask(text: &str, out: &mut String) {
    pieces(text, |range, star| {
        if star {
            out.push('*');
        } else {
            out.push_str(text.get(range).unwrap_or_default());
        }
    });
}

/// Calls `sink` with each part of `text` and whether it changes. Changing parts joined by one of
/// `.:-,+` (`12:03:07.5`, a UUID) are one.
pub(super) fn pieces(text: &str, mut sink: impl FnMut(Range<usize>, bool)) {
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let (length, star) = piece(rest, first);
        let mut end = at + length;
        while star && let Some(length) = joined(text.get(end..).unwrap_or_default()) {
            end += length;
        }
        sink(at..end, star);
        at = end;
    }
}

/// The length of a separator and the changing part after it.
fn joined(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix(['.', ':', '-', ',', '+'])?;
    let first = after.chars().next().filter(|first| first.is_alphanumeric())?;
    let (length, star) = piece(after, first);
    star.then_some(length + 1)
}

/// The length of the next piece, and whether it is one that changes.
fn piece(rest: &str, first: char) -> (usize, bool) {
    if first == '[' && rest.starts_with("[redacted:") {
        return (rest.find(']').map_or(rest.len(), |end| end + 1), true);
    }
    if first == '/' && (rest.starts_with("/tmp/") || rest.starts_with("/var/folders/")) {
        let end = rest.find([' ', '\'', '"', ')', ',', ':', ';']).unwrap_or(rest.len());
        return (end, true);
    }
    if is_word(first) {
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        return (end, rest.get(..end).is_some_and(changes));
    }
    (first.len_utf8(), false)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn changes(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
        || (word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A hash of the line that is the same whatever its numbers are. It may tell apart what
/// [`mask`] does not.
pub(super) fn hash(line: &[u8]) -> u64 {
    const PRIME: u64 = 0x0100_0000_01b3;
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    let (mut hash, mut word, mut digit) = (START, START, false);
    for byte in line {
        if byte.is_ascii_alphanumeric() || *byte >= 0x80 || *byte == b'_' {
            word = (word ^ u64::from(*byte)).wrapping_mul(PRIME);
            digit |= byte.is_ascii_digit();
        } else {
            hash = (hash ^ if digit { 1 } else { word }).wrapping_mul(PRIME).rotate_left(5);
            hash = (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
            (word, digit) = (START, false);
        }
    }
    (hash ^ if digit { 1 } else { word }).wrapping_mul(PRIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let mut out = String::new();
        mask(text, &mut out);
        out
    }

    #[test]
    fn what_changes_between_runs_is_masked() {
        assert_eq!(masked("bad row 17 in batch '12a'"), "bad row * in batch '*'");
        assert_eq!(masked("at 2026-11-20T21:38:03.343068Z: x"), "at *: x");
        assert_eq!(masked("<function f at 0x7f7eb541afc0>"), "<function f at *>");
        assert_eq!(masked("id 01a1fae5-092c-75e0-8665-961b0555341e gone"), "id * gone");
        assert_eq!(masked("open /tmp/tmpabc/x.sh: denied"), "open *: denied");
        assert_eq!(masked("token [redacted:jwt#ab] refused"), "token * refused");
        assert_eq!(masked("naïve – keine Zahl"), "naïve – keine Zahl");
    }
}
