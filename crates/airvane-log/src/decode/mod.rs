//! From bytes to [`RawEvent`]s. Never fails: what cannot be parsed is passed on as plain lines.

mod document;
mod escape;
mod exception;
mod lines;
mod object;
mod repr;
mod text;

use std::fmt;

use document::{Document, Piece};
pub use lines::MAX_LINE_BYTES;
use lines::{Lines, RawLine};

use crate::raw::RawEvent;

/// The bytes of one structured event (a JSON object) that are held; a larger one is passed on as
/// a plain line, cut at [`MAX_LINE_BYTES`].
pub const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// How a log comes over the wire; it follows from the response's `Content-Type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// `application/x-ndjson`: Airflow 3, one JSON object a line.
    Ndjson,
    /// `application/json`: either major. Airflow 3 gives a list of events or strings in `content`,
    /// Airflow 2 a string that holds Python's repr of `(host, text)` tuples.
    Json,
    /// `text/plain`: Airflow 2, and files as remote log handlers leave them.
    Text,
}

impl Format {
    /// The format a `Content-Type` header announces; anything unknown is read as text.
    pub fn of_content_type(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        match essence {
            "application/x-ndjson" => Self::Ndjson,
            "application/json" => Self::Json,
            _ => Self::Text,
        }
    }
}

/// Airflow's opaque token for the rest of a log that is still being written. It belongs in the
/// `token` parameter of the next request and nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct ContinuationToken(String);

impl ContinuationToken {
    /// The value for the request.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ContinuationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContinuationToken(…)")
    }
}

/// Turns a response body, in chunks of any size, into events.
///
/// Holds at most one line or one event: [`MAX_EVENT_BYTES`] and a little.
pub struct Decoder {
    reader: Reader,
    /// Whether a line with a header was seen: later lines without one continue it.
    headed: bool,
}

enum Reader {
    Text(Lines),
    Ndjson(Lines),
    Json(Box<Document>, Lines),
}

impl Decoder {
    /// A decoder at the start of a body.
    pub fn new(format: Format) -> Self {
        let reader = match format {
            Format::Text => Reader::Text(Lines::new(MAX_LINE_BYTES)),
            Format::Ndjson => Reader::Ndjson(Lines::new(MAX_EVENT_BYTES)),
            Format::Json => Reader::Json(Box::new(Document::new()), Lines::new(MAX_LINE_BYTES)),
        };
        Self { reader, headed: false }
    }

    /// Reads the next bytes and calls `sink` for each event they complete.
    pub fn push(&mut self, chunk: &[u8], sink: &mut dyn FnMut(RawEvent<'_>)) {
        let headed = &mut self.headed;
        match &mut self.reader {
            Reader::Text(lines) => lines.push(chunk, &mut |line| text_line(line, headed, sink)),
            Reader::Ndjson(lines) => lines.push(chunk, &mut |line| json_line(line, headed, sink)),
            Reader::Json(document, lines) => {
                document.push(chunk, &mut |piece| document_piece(&piece, lines, headed, sink));
            }
        }
    }

    /// Gives the last event, if the body did not end in a newline.
    pub fn finish(&mut self, sink: &mut dyn FnMut(RawEvent<'_>)) {
        let headed = &mut self.headed;
        match &mut self.reader {
            Reader::Text(lines) => lines.finish(&mut |line| text_line(line, headed, sink)),
            Reader::Ndjson(lines) => lines.finish(&mut |line| json_line(line, headed, sink)),
            Reader::Json(document, lines) => {
                document.finish(&mut |piece| document_piece(&piece, lines, headed, sink));
            }
        }
    }

    /// The continuation token of a JSON document, once it came. NDJSON carries it in the
    /// `Airflow-Continuation-Token` response header instead.
    pub fn continuation_token(&self) -> Option<ContinuationToken> {
        match &self.reader {
            Reader::Json(document, _) => {
                document.token().map(|token| ContinuationToken(token.to_owned()))
            }
            Reader::Text(_) | Reader::Ndjson(_) => None,
        }
    }

    /// Whether a JSON document had a `content` and was read to its end; `false` means the body was
    /// cut off or is something else. The other formats have no end mark and are always complete.
    pub fn is_complete(&self) -> bool {
        match &self.reader {
            Reader::Json(document, _) => document.is_complete(),
            Reader::Text(_) | Reader::Ndjson(_) => true,
        }
    }
}

type Sink<'s> = dyn FnMut(RawEvent<'_>) + 's;

/// A line of a text log, or a JSON line a remote handler or the task wrote.
fn text_line(line: RawLine<'_>, headed: &mut bool, sink: &mut Sink<'_>) {
    let object = match line.bytes.first() {
        Some(b'{') if line.dropped == 0 => object::event_of_line(line.bytes),
        _ => None,
    };
    give(object.unwrap_or_else(|| text::event(lines::text(line), *headed)), headed, sink);
}

/// A line of NDJSON; a broken one is plain text, an empty one nothing.
fn json_line(line: RawLine<'_>, headed: &mut bool, sink: &mut Sink<'_>) {
    if !line.bytes.iter().all(u8::is_ascii_whitespace) || line.dropped > 0 {
        object_or_text(line, headed, sink);
    }
}

fn document_piece(piece: &Piece<'_>, lines: &mut Lines, headed: &mut bool, sink: &mut Sink<'_>) {
    match *piece {
        Piece::Object(bytes, dropped) => object_or_text(RawLine { bytes, dropped }, headed, sink),
        Piece::Text(bytes) => lines.push(bytes, &mut |line| text_line(line, headed, sink)),
        Piece::EndOfText => lines.finish(&mut |line| text_line(line, headed, sink)),
    }
}

fn object_or_text(line: RawLine<'_>, headed: &mut bool, sink: &mut Sink<'_>) {
    let object = if line.dropped == 0 { object::event(line.bytes) } else { None };
    match object.map(limited) {
        // Airflow 3 wraps a line it could not parse, such as one written by Airflow 2.
        Some(event) if event.level.is_none() && event.logger.is_empty() => {
            let mut inner = text::event(event.message, *headed);
            inner.timestamp = inner.timestamp.or(event.timestamp);
            give(inner, headed, sink);
        }
        Some(event) => give(event, headed, sink),
        None => give(text::event(lines::text(line), *headed), headed, sink),
    }
}

/// Cuts a structured event's message as a text line would be.
fn limited(mut event: RawEvent<'_>) -> RawEvent<'_> {
    if event.message.len() > MAX_LINE_BYTES {
        event.message = lines::limit(event.message.into_owned()).into();
    }
    event
}

fn give(event: RawEvent<'_>, headed: &mut bool, sink: &mut Sink<'_>) {
    *headed |= event.level.is_some();
    sink(event);
}
