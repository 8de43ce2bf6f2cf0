//! How the file is laid out: a line for each field down to the items of a list, and each of those
//! in one line. So a row of a page, and an event of a log, is one line.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter};

/// Levels of nesting that are spread over lines: the cassette, its answers, an answer, its body,
/// a list in it.
const SPREAD: usize = 5;

/// Writes a value.
pub(super) fn write(value: &impl Serialize) -> serde_json::Result<String> {
    let mut out = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut out, Layout::default()))?;
    out.push(b'\n');
    Ok(String::from_utf8_lossy(&out).into_owned())
}

#[derive(Default)]
struct Layout {
    depth: usize,
    /// Whether the innermost list or object holds anything.
    filled: bool,
}

impl Layout {
    fn open(&mut self, out: &mut (impl Write + ?Sized), mark: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        out.write_all(mark)
    }

    fn close(&mut self, out: &mut (impl Write + ?Sized), mark: &[u8]) -> io::Result<()> {
        let spread = self.filled && self.depth <= SPREAD;
        self.depth = self.depth.saturating_sub(1);
        self.filled = true;
        if spread {
            self.new_line(out)?;
        }
        out.write_all(mark)
    }

    fn item(&mut self, out: &mut (impl Write + ?Sized), first: bool) -> io::Result<()> {
        if !first {
            out.write_all(if self.depth > SPREAD { b", " } else { b"," })?;
        }
        self.filled = true;
        if self.depth > SPREAD { Ok(()) } else { self.new_line(out) }
    }

    fn new_line(&self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        write!(out, "\n{:1$}", "", self.depth)
    }
}

impl Formatter for Layout {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.item(out, first)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.item(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        CompactFormatter.begin_object_value(out)?;
        out.write_all(b" ")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_deep_down_are_one_line_each() {
        let row = json!({"id": 1, "tags": ["a", "b"], "none": {}});
        let text = write(&json!({"answers": [{"json": {"rows": [row, []], "total": 2}}]})).unwrap();
        let expected = r#"{
 "answers": [
  {
   "json": {
    "rows": [
     {"id": 1, "none": {}, "tags": ["a", "b"]},
     []
    ],
    "total": 2
   }
  }
 ]
}
"#;
        assert_eq!(text, expected);
    }
}
