//! Private keys over many lines: PEM (PKCS#1, PKCS#8, SEC1, OpenSSH), PGP, PuTTY; also on one line
//! with written-out `\n`. Certificates and public keys are no secrets and stay.

use super::Found;
use crate::view::{BASE64, BLANK, View};

/// A block whose end was not yet seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    kind: &'static str,
    putty: bool,
    /// Lines of body seen; a block that never ends must not swallow the log.
    lines: u16,
}

/// A block's first marker in a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    pub(crate) start: usize,
    /// End of the block if it closes in the same line.
    pub(crate) end: Option<usize>,
    pub(crate) block: Block,
}

/// What a line is to an open block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    /// Part of the block, nothing else.
    Body,
    /// The block ends at this position of the line.
    Ends(usize),
    /// Not part of the block: it ended without saying so.
    Left,
}

/// An RSA key of 16,384 bits has about 200 lines; PGP keys with many subkeys have more.
const MAX_LINES: u16 = 1000;

/// Reads the marker whose word "BEGIN" (or "PuTTY") stands at `at`.
pub(super) fn opening(line: View<'_>, at: usize) -> Option<Opening> {
    if line.rest(at).starts_with("PuTTY-User-Key-File") {
        let block = Block { kind: "private-key", putty: true, lines: 0 };
        let end = line.rest(at).find("Private-MAC:").map(|_| line.len());
        return Some(Opening { start: at, end, block });
    }
    let label = line.rest(at).strip_prefix("BEGIN ")?;
    let dashes = label.find("----")?;
    let label = label.get(..dashes)?;
    if label.len() > 40 || !label.contains("PRIVATE KEY") {
        return None;
    }
    let mut start = at;
    while matches!(line.before(start), b'-' | b' ') && start + 8 > at {
        start -= 1;
    }
    while line.at(start) == b' ' {
        start += 1;
    }
    let pgp = label.contains("PGP");
    let block =
        Block { kind: if pgp { "pgp-private-key" } else { "private-key" }, putty: false, lines: 0 };
    let close = line.rest(at).find("-END ").and_then(|i| marker_end(line, at + i));
    Some(Opening { start, end: close, block })
}

/// End of an END marker whose "-END " stands at `at`.
fn marker_end(line: View<'_>, at: usize) -> Option<usize> {
    let label = at + "-END ".len();
    let dashes = line.rest(label).find("-----")?;
    Some(label + dashes + 5)
}

/// Masks the part of a block that lies in this line.
pub(super) fn detect(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    if let Some(o) = opening(line, at) {
        let end = o.end.unwrap_or_else(|| unclosed_end(line, at));
        found.push(Found { start: o.start, end, kind: o.block.kind, from: o.start, named: false });
    }
}

/// A block cut off within the line (a preview, a truncated message) ends with its last base64.
fn unclosed_end(line: View<'_>, at: usize) -> usize {
    let quote = line.rest(at).find(['"', '\'']).map(|i| at + i);
    quote.unwrap_or_else(|| line.len())
}

impl Block {
    /// What `text`, the next line, is to this block.
    pub(crate) fn take(&mut self, text: &str) -> Inside {
        let line = View::new(text);
        self.lines = self.lines.saturating_add(1);
        if self.lines > MAX_LINES {
            return Inside::Left;
        }
        if self.putty {
            return putty(text);
        }
        if let Some(at) = text.find("-END ") {
            return Inside::Ends(marker_end(line, at).unwrap_or(text.len()));
        }
        if is_body(text) { Inside::Body } else { Inside::Left }
    }

    pub(crate) fn kind(self) -> &'static str {
        self.kind
    }
}

fn putty(text: &str) -> Inside {
    let names =
        ["Encryption:", "Comment:", "Public-Lines:", "Private-Lines:", "Key-Derivation:", "Argon2"];
    if text.contains("Private-MAC:") || text.contains("Private-Hash:") {
        Inside::Ends(text.len())
    } else if is_body(text) || names.iter().any(|n| text.contains(n)) {
        Inside::Body
    } else {
        Inside::Left
    }
}

/// Base64 after whatever a logger puts before each line, a header of the block, or blank.
fn is_body(text: &str) -> bool {
    let trimmed = text
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '+' | '\\'));
    let trimmed = trimmed.strip_suffix("\\n").unwrap_or(trimmed);
    let last = trimmed.rsplit([' ', '\t', '|', '>', '"', '\'']).next().unwrap_or(trimmed);
    if trimmed.is_empty() {
        return true;
    }
    let view = View::new(last);
    let encoded = view.run(0, &BASE64) == last.len();
    // The last line of a body may be short; a word of prose is not base64 of a key.
    let alone = last.len() == trimmed.len();
    let header = ["Proc-Type:", "DEK-Info:", "Version:", "Comment:", "Hash:", "Charset:"];
    (encoded
        && (last.len() >= 16
            || (alone && (last.len() % 4 == 0 || last.starts_with('=')))
            || last.ends_with('=')))
        || header.iter().any(|h| text.contains(h))
        || (is_prefix(text))
}

/// A line of a logger's prefix and nothing else: `[2026-01-01T00:00:00.000+0000] {x.py:1} INFO - `.
fn is_prefix(text: &str) -> bool {
    let text = text.trim_end();
    let begins = text.starts_with(|c: char| c == '[' || c.is_ascii_digit());
    let rest = View::new(text);
    begins
        && (text.ends_with(" -")
            || text.ends_with(']')
            || text.ends_with(':')
            || rest.run(0, &BLANK) == text.len())
}
