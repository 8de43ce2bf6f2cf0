//! Removes what a reader cannot see: terminal escapes, control characters, zero-width and
//! bidirectional characters, tag characters, variation selectors.
//!
//! This runs before detection, so `ghp_` with a zero-width space inside is still `ghp_`. Newlines
//! and tabs stay. Nothing is replaced by a placeholder: invisible text has no meaning to keep.

use std::borrow::Cow;

use fearless_simd::{Level, Simd, dispatch};

/// Returns `text` without invisible characters; borrowed when there was nothing to remove.
pub fn clean(text: &str) -> Cow<'_, str> {
    let Some(mut first) = first_unclean(text) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((head, tail)) = rest.split_at_checked(first) {
        out.push_str(head);
        rest = behind(tail);
        match first_unclean(rest) {
            Some(next) => first = next,
            None => break,
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

type Chars<'a> = std::iter::Peekable<std::str::CharIndices<'a>>;

/// What follows the invisible character that `text` begins with, and what belongs to it.
fn behind(text: &str) -> &str {
    let mut chars = text.char_indices().peekable();
    match chars.next() {
        Some((_, '\u{1b}')) => skip_escape(&mut chars),
        Some((_, '\u{9b}')) => skip_csi(&mut chars),
        Some((_, '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}')) => skip_string(&mut chars),
        _ => {}
    }
    chars.peek().and_then(|(at, _)| text.get(*at..)).unwrap_or_default()
}

/// After ESC: CSI, a string sequence (OSC, DCS, SOS, PM, APC) or a two-character escape.
fn skip_escape(chars: &mut Chars<'_>) {
    match chars.peek().map(|(_, c)| *c) {
        Some('[') => {
            chars.next();
            skip_csi(chars);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            chars.next();
            skip_string(chars);
        }
        // nF escapes such as `ESC ( B` select a character set.
        Some(' '..='/') => {
            while chars.next_if(|(_, c)| (' '..='/').contains(c)).is_some() {}
            chars.next_if(|(_, c)| ('0'..='~').contains(c));
        }
        Some('0'..='~') => {
            chars.next();
        }
        _ => {}
    }
}

/// Parameters and intermediates, then one final byte (ECMA-48, 5.4).
fn skip_csi(chars: &mut Chars<'_>) {
    while chars.next_if(|(_, c)| (' '..='?').contains(c)).is_some() {}
    chars.next_if(|(_, c)| ('@'..='~').contains(c));
}

/// Longest string sequence we look for the end of; real ones (window titles, links) are shorter.
const MAX_STRING: usize = 4096;

/// Up to BEL or ST. A string never crosses a line: an unfinished one must not swallow the log, so
/// what has no terminator on its line is kept as text.
fn skip_string(chars: &mut Chars<'_>) {
    let mut ahead = chars.clone();
    for _ in 0..MAX_STRING {
        match ahead.next().map(|(_, c)| c) {
            // Another beginning: the one before it was none.
            None | Some('\n' | '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}') => return,
            Some('\u{7}' | '\u{9c}') => {
                *chars = ahead;
                return;
            }
            Some('\u{1b}') => {
                ahead.next_if(|(_, c)| *c == '\\');
                *chars = ahead;
                return;
            }
            Some(_) => {}
        }
    }
}

/// Invisible to a person, visible to a model; or a control that has no place in text.
fn is_invisible(c: char) -> bool {
    match c {
        '\n' | '\t' | ' '..='~' => false,
        '\0'..='\u{9f}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

/// Bytes that are looked at in one go.
const BLOCK: usize = 64;

/// Position of the first character to remove.
fn first_unclean(text: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(rest) = text.as_bytes().get(at..).filter(|rest| !rest.is_empty()) {
        let plain = plain(rest);
        if plain > 0 {
            at += plain;
            continue;
        }
        // A character may straddle the block: look from the boundary at or before it.
        let start = (0..=at.min(3)).map(|back| at - back).find(|&i| text.is_char_boundary(i));
        let start = start.unwrap_or(at);
        let end = at + BLOCK;
        let chars = text.get(start..).unwrap_or_default().char_indices();
        let mut chars = chars.take_while(|(i, _)| start + i < end);
        if let Some((i, _)) = chars.find(|(_, c)| is_invisible(*c)) {
            return Some(start + i);
        }
        at = end;
    }
    None
}

/// How many of the first bytes are printable ASCII, blanks and line breaks, in whole blocks.
fn plain(text: &[u8]) -> usize {
    dispatch!(Level::new(), simd => simd.vectorize(
        #[inline(always)]
        || plain_blocks(text)
    ))
}

/// In a shape the compiler turns into instructions for many bytes.
#[allow(clippy::inline_always)] // into code for each kind of processor
#[inline(always)]
fn plain_blocks(text: &[u8]) -> usize {
    let mut count = 0;
    for block in text.chunks_exact(BLOCK) {
        let mut other = false;
        for &b in block {
            other |= (b < b' ' && b != b'\n' && b != b'\t') || b > b'~';
        }
        if other {
            break;
        }
        count += BLOCK;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borrows_what_is_clean() {
        let text = "naïve — 日本語\tok\n".repeat(40);
        assert!(matches!(clean(&text), Cow::Borrowed(_)));
    }

    #[test]
    fn removes_escapes() {
        // A string without an end is text, however long.
        let long = "x".repeat(5000);
        assert_eq!(clean(&format!("a\x1b]{long} end")), format!("a{long} end"));
        assert_eq!(clean("\x1b[1;31mred\x1b[0m"), "red");
        assert_eq!(clean("\x1b]8;;http://x\x07link\x1b]8;;\x1b\\!"), "link!");
        assert_eq!(clean("\u{9b}31mred"), "red");
        assert_eq!(clean("a\x1b(Bb\x1b=c"), "abc");
        assert_eq!(clean("a\x1b]unfinished\nnext"), "aunfinished\nnext");
        assert_eq!(clean("a\x1b]unfinished"), "aunfinished");
    }

    #[test]
    fn joins_what_invisible_characters_split() {
        assert_eq!(clean("gh\u{200b}p_\u{e0041}a\u{ad}b\u{feff}c\r\u{202e}d\x00\x7f"), "ghp_abcd");
    }

    #[test]
    fn finds_characters_across_blocks() {
        for pad in 55..70 {
            let text = format!("{}\u{200b}x", "a".repeat(pad));
            assert_eq!(clean(&text).len(), pad + 1, "{pad}");
        }
    }
}
