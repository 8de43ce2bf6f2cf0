//! Cuts a byte stream into lines, holding at most one line of bounded length.

use std::borrow::Cow;

use memchr::{memchr, memrchr3};

/// The bytes of a line of text that are kept; what follows is dropped and counted.
pub const MAX_LINE_BYTES: usize = 64 * 1024;

/// How far before the limit a cut looks for a blank, so that a token is dropped whole.
const CUT_BACK: usize = 4 * 1024;

/// One line as the stream held it.
#[derive(Clone, Copy)]
pub(super) struct RawLine<'a> {
    pub(super) bytes: &'a [u8],
    /// Bytes of the same line that were not kept.
    pub(super) dropped: u64,
}

pub(super) struct Lines {
    pending: Vec<u8>,
    dropped: u64,
    limit: usize,
}

impl Lines {
    pub(super) fn new(limit: usize) -> Self {
        Self { pending: Vec::new(), dropped: 0, limit }
    }

    /// Calls `sink` for each line that ends within `chunk`; the rest waits for the next one.
    pub(super) fn push(&mut self, chunk: &[u8], sink: &mut dyn FnMut(RawLine<'_>)) {
        let mut rest = chunk;
        while let Some(end) = memchr(b'\n', rest) {
            let (line, after) = rest.split_at(end);
            rest = after.get(1..).unwrap_or_default();
            if self.pending.is_empty() && self.dropped == 0 {
                sink(limited(without_return(line), self.limit));
            } else {
                self.hold(line);
                self.flush(sink);
            }
        }
        self.hold(rest);
    }

    /// Gives the last line, if the stream did not end in a newline.
    pub(super) fn finish(&mut self, sink: &mut dyn FnMut(RawLine<'_>)) {
        if !self.pending.is_empty() || self.dropped > 0 {
            self.flush(sink);
        }
    }

    fn hold(&mut self, bytes: &[u8]) {
        let room = self.limit.saturating_sub(self.pending.len()).min(bytes.len());
        let (kept, over) = bytes.split_at(room);
        self.pending.extend_from_slice(kept);
        self.dropped += over.len() as u64;
    }

    fn flush(&mut self, sink: &mut dyn FnMut(RawLine<'_>)) {
        let dropped = std::mem::take(&mut self.dropped);
        let bytes =
            if dropped == 0 { without_return(&self.pending) } else { self.pending.as_slice() };
        sink(RawLine { bytes, dropped });
        self.pending.clear();
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn limited(line: &[u8], limit: usize) -> RawLine<'_> {
    let (bytes, over) = line.split_at_checked(limit).unwrap_or((line, &[]));
    RawLine { bytes, dropped: over.len() as u64 }
}

/// The line as text: broken UTF-8 replaced; cut at [`MAX_LINE_BYTES`], back to the last blank so
/// that no half of a token stays, with a note of what is missing.
pub(super) fn text(line: RawLine<'_>) -> Cow<'_, str> {
    if line.dropped == 0 && line.bytes.len() <= MAX_LINE_BYTES {
        return lossy(line.bytes);
    }
    let kept = line.bytes.get(..MAX_LINE_BYTES).unwrap_or(line.bytes);
    let kept = at_blank(kept);
    let dropped = line.dropped + (line.bytes.len() - kept.len()) as u64;
    Cow::Owned(format!("{} [{dropped} bytes of this line dropped]", String::from_utf8_lossy(kept)))
}

/// A text from within an event, cut as a line would be.
pub(super) fn limit(given: String) -> String {
    if given.len() <= MAX_LINE_BYTES {
        return given;
    }
    text(RawLine { bytes: given.as_bytes(), dropped: 0 }).into_owned()
}

/// `String::from_utf8_lossy`, with the faster check for what is valid.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

fn at_blank(kept: &[u8]) -> &[u8] {
    let (head, tail) = kept.split_at(kept.len().saturating_sub(CUT_BACK));
    memrchr3(b' ', b'\t', b',', tail)
        .and_then(|blank| kept.get(..head.len() + blank))
        .unwrap_or(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(chunks: &[&str], limit: usize) -> Vec<(String, u64)> {
        let mut out = Vec::new();
        let mut lines = Lines::new(limit);
        let mut sink = |line: RawLine<'_>| {
            out.push((String::from_utf8_lossy(line.bytes).into_owned(), line.dropped));
        };
        for chunk in chunks {
            lines.push(chunk.as_bytes(), &mut sink);
        }
        lines.finish(&mut sink);
        out
    }

    #[test]
    fn any_chunking_gives_the_same_lines() {
        let whole = split(&["ab\r\n\ncdefgh\nxy"], 4);
        assert_eq!(
            whole,
            [("ab".into(), 0), (String::new(), 0), ("cdef".into(), 2), ("xy".into(), 0)]
        );
        assert_eq!(split(&["a", "b\r", "\n\n", "cde", "fg", "h\nx", "y"], 4), whole);
    }

    #[test]
    fn a_cut_line_says_how_much_is_missing_and_keeps_no_half_token() {
        let line = format!("{} token-{}", "word ".repeat(13_000), "x".repeat(2_000));
        let cut = text(limited(line.as_bytes(), MAX_LINE_BYTES));
        let (kept, note) = cut.split_once(" [").unwrap();
        assert!(kept.len() <= MAX_LINE_BYTES && !kept.contains("token"));
        assert_eq!(note, format!("{} bytes of this line dropped]", line.len() - kept.len()));
    }

    #[test]
    fn broken_utf8_is_replaced() {
        assert_eq!(text(RawLine { bytes: b"caf\xe9!", dropped: 0 }), "caf\u{fffd}!");
    }
}
