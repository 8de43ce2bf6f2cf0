//! Reads the JSON document of a log request as it arrives: `content` (a list of events or strings
//! on Airflow 3, a string on Airflow 2) and `continuation_token`. Holds one event at a time.

use super::MAX_EVENT_BYTES;
use super::escape::Unquote;
use super::repr::Repr;

/// Longest key and continuation token that are kept.
const MAX_TOKEN: usize = 16 * 1024;

/// What the document holds, in order.
pub(super) enum Piece<'a> {
    /// The bytes of one object of `content`, and how many were dropped from it.
    Object(&'a [u8], u64),
    /// Bytes of plain log text; lines may be cut anywhere.
    Text(&'a [u8]),
    /// A string of `content` ended, or the text did.
    EndOfText,
}

pub(super) struct Document {
    state: State,
    key: Vec<u8>,
    token: Vec<u8>,
    scratch: Vec<u8>,
    held: Held,
    /// Whether there was a `content` of a kind this reads.
    has_content: bool,
}

/// An object being collected.
#[derive(Default)]
struct Held {
    bytes: Vec<u8>,
    dropped: u64,
    nesting: Nesting,
}

#[derive(Default)]
struct Nesting {
    depth: u32,
    in_string: bool,
    escaped: bool,
}

enum State {
    Start,
    /// The body was no JSON object.
    NotJson,
    BeforeKey,
    Key(Unquote),
    BeforeValue,
    /// Within `content`'s list, between items.
    Items,
    Item,
    ItemText(Unquote),
    ContentText(Unquote, Repr),
    Token(Unquote),
    Skip(Nesting),
    Done,
}

impl Document {
    pub(super) fn new() -> Self {
        Self {
            state: State::Start,
            key: Vec::new(),
            token: Vec::new(),
            scratch: Vec::new(),
            held: Held::default(),
            has_content: false,
        }
    }

    /// The continuation token, once the document has given it.
    pub(super) fn token(&self) -> Option<&str> {
        std::str::from_utf8(&self.token).ok().filter(|token| !token.is_empty())
    }

    /// Whether the document had a `content` and its end was reached, or it never was a document.
    pub(super) fn is_complete(&self) -> bool {
        match self.state {
            State::Done => self.has_content,
            State::NotJson => true,
            _ => false,
        }
    }

    pub(super) fn push(&mut self, chunk: &[u8], sink: &mut dyn FnMut(Piece<'_>)) {
        let mut rest = chunk;
        while !rest.is_empty() {
            rest = self.step(rest, sink);
        }
    }

    /// Gives what was held of an object that never ended.
    pub(super) fn finish(&mut self, sink: &mut dyn FnMut(Piece<'_>)) {
        if matches!(self.state, State::Item) {
            sink(Piece::Object(&self.held.bytes, self.held.dropped));
        }
        sink(Piece::EndOfText);
    }

    fn step<'a>(&mut self, chunk: &'a [u8], sink: &mut dyn FnMut(Piece<'_>)) -> &'a [u8] {
        match &mut self.state {
            State::NotJson => {
                sink(Piece::Text(chunk));
                &[]
            }
            State::Done => &[],
            State::Key(unquote) => {
                let (used, closed) = unquote.push(chunk, &mut self.key);
                self.key.truncate(MAX_TOKEN);
                if closed {
                    self.state = State::BeforeValue;
                }
                rest(chunk, used)
            }
            State::Token(unquote) => {
                let (used, closed) = unquote.push(chunk, &mut self.token);
                self.token.truncate(MAX_TOKEN);
                if closed {
                    self.state = State::BeforeKey;
                }
                rest(chunk, used)
            }
            State::ItemText(unquote) => {
                self.scratch.clear();
                let (used, closed) = unquote.push(chunk, &mut self.scratch);
                sink(Piece::Text(&self.scratch));
                if closed {
                    sink(Piece::EndOfText);
                    self.state = State::Items;
                }
                rest(chunk, used)
            }
            State::ContentText(unquote, repr) => {
                self.scratch.clear();
                let (used, closed) = unquote.push(chunk, &mut self.scratch);
                repr.push(&self.scratch, &mut |bytes| sink(Piece::Text(bytes)));
                if closed {
                    sink(Piece::EndOfText);
                    self.state = State::BeforeKey;
                }
                rest(chunk, used)
            }
            State::Item => {
                let (used, closed) = self.held.push(chunk);
                if closed {
                    sink(Piece::Object(&self.held.bytes, self.held.dropped));
                    self.held =
                        Held { bytes: std::mem::take(&mut self.held.bytes), ..Held::default() };
                    self.held.bytes.clear();
                    self.state = State::Items;
                }
                rest(chunk, used)
            }
            State::Skip(nesting) => {
                let (used, closed) = nesting.push(chunk);
                if closed {
                    self.state = State::BeforeKey;
                }
                rest(chunk, used)
            }
            State::Start | State::BeforeKey | State::BeforeValue | State::Items => {
                self.between(chunk)
            }
        }
    }

    /// One byte of structure. What opens a nested value stays for the state that reads it.
    fn between<'a>(&mut self, chunk: &'a [u8]) -> &'a [u8] {
        let Some((byte, after)) = chunk.split_first() else { return &[] };
        let next = match (&self.state, byte) {
            (_, b' ' | b'\t' | b'\n' | b'\r' | b',' | b':') => return after,
            (State::Start, b'{') | (State::Items, b']') => State::BeforeKey,
            (State::Start, _) => {
                self.state = State::NotJson;
                return chunk;
            }
            (State::BeforeKey, b'"') => {
                self.key.clear();
                State::Key(Unquote::json())
            }
            (State::BeforeKey, b'}') => State::Done,
            (State::BeforeValue, _) => return self.value(*byte, chunk, after),
            (State::Items, b'"') => State::ItemText(Unquote::json()),
            (State::Items, b'{') => {
                self.state = State::Item;
                return chunk;
            }
            _ => return after,
        };
        self.state = next;
        after
    }

    fn value<'a>(&mut self, byte: u8, chunk: &'a [u8], after: &'a [u8]) -> &'a [u8] {
        let is_content = self.key == b"content";
        self.has_content |= is_content && matches!(byte, b'[' | b'"' | b'n');
        self.state = match (self.key.as_slice(), byte) {
            (b"content", b'[') => State::Items,
            (b"content", b'"') => State::ContentText(Unquote::json(), Repr::new()),
            (b"continuation_token", b'"') => State::Token(Unquote::json()),
            (_, b'{' | b'[' | b'"') => {
                self.state = State::Skip(Nesting::default());
                return chunk;
            }
            // A number, true, false or null: its letters are passed over before the next key.
            _ => State::BeforeKey,
        };
        after
    }
}

impl Held {
    fn push(&mut self, chunk: &[u8]) -> (usize, bool) {
        let (used, closed) = self.nesting.push(chunk);
        let taken = chunk.get(..used).unwrap_or(chunk);
        let room = MAX_EVENT_BYTES.saturating_sub(self.bytes.len()).min(taken.len());
        let (kept, over) = taken.split_at(room);
        self.bytes.extend_from_slice(kept);
        self.dropped += over.len() as u64;
        (used, closed)
    }
}

impl Nesting {
    /// How many bytes of `chunk` belong to the value, and whether it ended within them.
    fn push(&mut self, chunk: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while let Some(byte) = chunk.get(at) {
            at += 1;
            if self.in_string {
                if self.escaped {
                    self.escaped = false;
                } else if *byte == b'\\' {
                    self.escaped = true;
                } else if *byte == b'"' {
                    self.in_string = false;
                } else {
                    let rest = chunk.get(at..).unwrap_or_default();
                    at += memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                }
            } else {
                match byte {
                    b'"' => self.in_string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
            }
            if self.depth == 0 && !self.in_string {
                return (at, true);
            }
        }
        (at, false)
    }
}

fn rest(chunk: &[u8], used: usize) -> &[u8] {
    chunk.get(used..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str, size: usize) -> (Vec<String>, Option<String>, bool) {
        let (mut pieces, mut text) = (Vec::new(), Vec::new());
        let mut document = Document::new();
        let mut sink = |piece: Piece<'_>| match piece {
            Piece::Object(bytes, dropped) => {
                pieces.push(format!("{} -{dropped}", String::from_utf8_lossy(bytes)));
            }
            Piece::Text(bytes) => text.extend_from_slice(bytes),
            Piece::EndOfText if text.is_empty() => {}
            Piece::EndOfText => {
                pieces.push(String::from_utf8(std::mem::take(&mut text)).unwrap());
            }
        };
        for chunk in body.as_bytes().chunks(size) {
            document.push(chunk, &mut sink);
        }
        document.finish(&mut sink);
        (pieces, document.token().map(str::to_owned), document.is_complete())
    }

    #[test]
    fn events_and_strings_and_token() {
        let body = r#" {"x":{"content":["no"]},"n":-1.5,"content":[{"event":"a}\"]"},"b\nc",{"e":[{}]}],"t":null,
            "continuation_token":"ey.J\u002d"} "#;
        for size in [1, 5, 1000] {
            let (pieces, token, complete) = read(body, size);
            assert_eq!(pieces, [r#"{"event":"a}\"]"} -0"#, "b\nc", r#"{"e":[{}]} -0"#]);
            assert_eq!((token.as_deref(), complete), (Some("ey.J-"), true));
        }
    }

    #[test]
    fn airflow_2_repr() {
        let (pieces, token, _) =
            read(r#"{"content": "[('h', 'a\\nb \\'c\\'\\n')]", "continuation_token": null}"#, 3);
        assert_eq!((pieces, token), (vec!["h\na\nb 'c'\n\n".to_owned()], None));
    }

    #[test]
    fn a_cut_document_is_not_complete_and_gives_what_came() {
        let (pieces, _, complete) = read(r#"{"content":[{"event":"a"},{"event":"b"#, 4);
        assert_eq!(pieces, [r#"{"event":"a"} -0"#, r#"{"event":"b -0"#]);
        assert!(!complete);
    }

    #[test]
    fn a_document_without_content_is_not_complete() {
        assert!(!read(r#"{"detail":"gone"}"#, 4).2);
        assert!(!read(r#"{"content":{"a":1}}"#, 4).2);
        assert!(read(r#"{"content":null,"continuation_token":null}"#, 4).2);
    }

    #[test]
    fn what_is_no_document_is_text() {
        assert_eq!(read("<html>502</html>", 3).0, ["<html>502</html>"]);
    }
}
