//! What the decoder makes of a log: events whose text nobody outside this crate can read.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::level::Level;

/// One log event before redaction. Its text is private; [`RawEvent::redact`] is the way out.
#[derive(Default)]
pub struct RawEvent<'a> {
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) level: Option<Level>,
    /// Empty when the log does not say.
    pub(crate) logger: Cow<'a, str>,
    /// Source file of the log call; empty when the log does not say.
    pub(crate) file: Cow<'a, str>,
    pub(crate) lineno: Option<u32>,
    /// May hold several lines.
    pub(crate) message: Cow<'a, str>,
    /// A line with no header of its own, after one that had one.
    pub(crate) continues: bool,
    pub(crate) exceptions: Vec<RawException>,
    /// Rendered as `key=value`, so that the redactor sees the key beside its value.
    pub(crate) extras: Vec<String>,
}

/// One exception of Airflow 3's `error_detail`, outermost first in its list.
#[derive(Debug, Default)]
pub(crate) struct RawException {
    pub(crate) exc_type: String,
    pub(crate) exc_value: String,
    pub(crate) exc_notes: Vec<String>,
    pub(crate) is_cause: bool,
    pub(crate) frames: Vec<RawFrame>,
    /// For a group: the chain of each member, outermost first.
    pub(crate) exceptions: Vec<Vec<RawException>>,
}

#[derive(Debug, Default)]
pub(crate) struct RawFrame {
    pub(crate) filename: String,
    pub(crate) lineno: Option<u32>,
    pub(crate) name: String,
}

impl std::fmt::Debug for RawEvent<'_> {
    /// Shows the shape, never the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawEvent")
            .field("timestamp", &self.timestamp)
            .field("level", &self.level)
            .field("message_bytes", &self.message.len())
            .field("exceptions", &self.exceptions.len())
            .finish_non_exhaustive()
    }
}
