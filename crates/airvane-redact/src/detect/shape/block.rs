//! Private keys over many lines: PEM (PKCS#1, PKCS#8, SEC1, OpenSSH), PGP, `PuTTY`; also on one line
//! with written-out `\n`; what Ansible Vault encrypted. Certificates and public keys are no secrets and stay.

use crate::{
    detect::Found,
    view::{BASE64, BLANK, Class, View},
};

/// A block whose end was not yet seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    kind: &'static str,
    form: Form,
    /// Column of the marker: body lines of the same logger begin there too.
    column: usize,
    /// What the logger puts behind each line.
    suffix: String,
    /// Lines of body seen; a block that never ends must not swallow the log.
    lines: u16,
    /// Lines of others that stood between: Airflow 3 orders a log by time, not by writer.
    foreign: u8,
}

/// How the lines of a block look, and what ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Base64 up to `-----END`.
    Pem,
    /// Base64 and headers up to the checksum.
    Putty,
    /// Hexadecimal digits up to a line of something else; there is no last marker.
    Vault,
}

/// A block's first marker in a line.
#[derive(Clone, Debug)]
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
    /// Not part of the block, which may go on after it.
    Foreign,
    /// Not part of the block: it ended without saying so.
    Left,
}

/// The header of what Ansible Vault encrypted: format, version, cipher, perhaps a label follow.
const VAULT: &str = "$ANSIBLE_VAULT;";

static DASH: Class = Class::of(b"-");

/// An RSA key of 16,384 bits has about 200 lines; PGP keys with many subkeys have more.
const MAX_LINES: u16 = 1000;

/// Lines of other writers after which a block counts as over.
const MAX_FOREIGN: u8 = 50;

/// Reads the marker whose word "BEGIN" (or `PuTTY`, or `$ANSIBLE_VAULT`) stands at `at`.
pub(crate) fn opening(line: View<'_>, at: usize) -> Option<Opening> {
    if line.rest(at).starts_with("PuTTY-User-Key-File") {
        let block = Block::new("private-key", Form::Putty, at, "");
        let end = line.rest(at).find("Private-MAC:").map(|_| line.len());
        return Some(Opening { start: at, end, block });
    }
    if line.rest(at).starts_with(VAULT) {
        let block = Block::new("ansible-vault", Form::Vault, at, "");
        return Some(Opening { start: at, end: None, block });
    }
    let label = line.rest(at).strip_prefix("BEGIN ")?;
    let dashes = label.find("----")?;
    let label = label.get(..dashes)?;
    let private = label.contains("PRIVATE KEY") || label.starts_with("OpenVPN Static key");
    if label.len() > 40 || !private {
        return None;
    }
    // `-----BEGIN`, or `---- BEGIN` as SSH2 writes it.
    let word = if line.before(at) == b' ' && line.before(at - 1) == b'-' { at - 1 } else { at };
    let start = line.back(word, &DASH).max(word.saturating_sub(5));
    let pgp = label.contains("PGP");
    let kind = if pgp { "pgp-private-key" } else { "private-key" };
    let block = Block::new(kind, Form::Pem, start, line.rest(marker_close(line, at)));
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
pub(crate) fn detect(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    if let Some(o) = opening(line, at) {
        let end = o.end.unwrap_or_else(|| unclosed_end(line, at));
        found.push(Found { start: o.start, end, kind: o.block.kind, from: o.start, named: false });
    }
}

/// End of the marker whose "BEGIN" stands at `at`.
fn marker_close(line: View<'_>, at: usize) -> usize {
    let dashes = line.rest(at).find("-----").map_or(line.len(), |i| at + i);
    line.run(dashes, &DASH)
}

/// A block cut off within the line (a preview, a truncated message) ends with the string it is
/// in; a marker alone on its line is all there is to mask in it.
fn unclosed_end(line: View<'_>, at: usize) -> usize {
    let close = marker_close(line, at);
    if BLANK.has(line.at(close)) {
        return close;
    }
    let quote = line.rest(at).find(['"', '\'']).map(|i| at + i);
    quote.unwrap_or_else(|| line.len())
}

impl Block {
    fn new(kind: &'static str, form: Form, column: usize, suffix: &str) -> Self {
        let suffix = Some(suffix.trim()).filter(|s| s.len() <= 64).unwrap_or_default().to_owned();
        Self { kind, form, column, suffix, lines: 0, foreign: 0 }
    }

    /// What `text`, the next line, is to this block.
    pub(crate) fn take(&mut self, text: &str) -> Inside {
        let line = View::new(text);
        self.lines = self.lines.saturating_add(1);
        if self.lines > MAX_LINES {
            return Inside::Left;
        }
        match self.form {
            Form::Putty => return putty(text),
            Form::Vault if is_digits(text) => return Inside::Body,
            Form::Vault => return Inside::Left,
            Form::Pem => {}
        }
        if let Some(at) = text.find("-END ") {
            return Inside::Ends(marker_end(line, at).unwrap_or(text.len()));
        }
        let bare = text.trim_end().strip_suffix(self.suffix.as_str()).unwrap_or(text);
        let tail = bare.get(self.column..).map(str::trim_end).unwrap_or_default();
        let aligned = !tail.is_empty() && View::new(tail).run(0, &BASE64) == tail.len();
        let blank = self.column > 0 && bare.trim_end().len() <= self.column;
        let body = match self.foreign {
            0 => aligned || blank || is_body(bare),
            // Among lines of others only what can be nothing else is taken for a key's.
            _ => is_lone_base64(bare),
        };
        match body {
            true => Inside::Body,
            false if self.foreign < MAX_FOREIGN => {
                self.foreign += 1;
                Inside::Foreign
            }
            false => Inside::Left,
        }
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

/// Hexadecimal digits, also behind what a logger puts before each line.
fn is_digits(text: &str) -> bool {
    const LONG: usize = 32;
    let text = text.trim();
    let last = text.rsplit([' ', '\t']).next().unwrap_or_default();
    let enough = last.len() >= LONG || last.len() == text.len() && last.len() >= 2;
    enough && last.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Base64 after whatever a logger puts before each line, a header of the block, or blank.
fn is_body(text: &str) -> bool {
    let trimmed = text
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '+' | '\\'));
    let trimmed = trimmed.strip_suffix("\\n").unwrap_or(trimmed);
    // Code that writes the breaks of several lines out.
    let mut parts = trimmed.split("\\n");
    let encoded = |part: &str| View::new(part).run(0, &BASE64) == part.len();
    if trimmed.contains("\\n") && parts.all(|part| part.len() >= 4 && encoded(part)) {
        return true;
    }
    let last = trimmed.rsplit([' ', '\t', '|', '>', '"', '\'']).next().unwrap_or(trimmed);
    if trimmed.is_empty() {
        return true;
    }
    let encoded = encoded(last);
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

/// A line that ends in base64 of a key's kind: long, padded, or of mixed letters and digits.
fn is_lone_base64(text: &str) -> bool {
    const LONG: usize = 16;
    const SHORT: usize = 8;
    let last = text.trim_end().rsplit([' ', '\t']).next().unwrap_or_default();
    let has = |kind: fn(&u8) -> bool| last.as_bytes().iter().any(kind);
    let mixed =
        has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    View::new(last).run(0, &BASE64) == last.len()
        && (last.len() >= LONG || last.len() >= SHORT && (last.ends_with('=') || mixed))
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
