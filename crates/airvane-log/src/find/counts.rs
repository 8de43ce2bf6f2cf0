//! How much there is, and how severe it says it is.

use jiff::Timestamp;

use crate::event::Event;
use crate::level::Level;

/// What a log holds, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines, numbered as [`Line::number`](crate::Line::number) is.
    pub lines: u64,
    /// Bytes of text after redaction, headers left out.
    pub bytes: u64,
    /// Events (lines with a header of their own) by level.
    pub debug: u64,
    /// `INFO`.
    pub info: u64,
    /// `WARNING`.
    pub warning: u64,
    /// `ERROR`.
    pub error: u64,
    /// `CRITICAL`.
    pub critical: u64,
    /// A level this crate does not know.
    pub unknown: u64,
    /// The first timestamp in the log.
    pub first: Option<Timestamp>,
    /// The last timestamp in the log.
    pub last: Option<Timestamp>,
}

impl Counts {
    pub(super) fn push(&mut self, event: &Event) {
        if let Some(timestamp) = event.timestamp {
            self.first = self.first.or(Some(timestamp));
            self.last = Some(timestamp);
        }
        let counter = match event.level {
            None => return,
            Some(Level::Debug) => &mut self.debug,
            Some(Level::Info) => &mut self.info,
            Some(Level::Warning) => &mut self.warning,
            Some(Level::Error) => &mut self.error,
            Some(Level::Critical) => &mut self.critical,
            Some(Level::Unknown(_)) => &mut self.unknown,
        };
        *counter += 1;
    }

    /// Whether there is not one line.
    pub fn is_empty(&self) -> bool {
        self.lines == 0
    }
}
