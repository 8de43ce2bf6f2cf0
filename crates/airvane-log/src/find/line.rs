//! A line as it is counted, matched and shown.

use std::sync::Arc;

use airvane_redact::SafeText;
use jiff::Timestamp;

use crate::event::Event;
use crate::level::Level;

/// One line of a log. An event's message may have several, and each exception of Airflow 3's
/// structured chain adds a line of its own.
#[derive(Clone, Debug)]
pub struct Line {
    /// Counted from 1 over the whole log, filters or not; the same while the log grows.
    pub number: u64,
    /// The event's; `None` on the further lines of a plain text message.
    pub timestamp: Option<Timestamp>,
    /// The event's; a line without a header has that of the last one with.
    pub level: Option<Level>,
    /// The text without the header.
    pub text: SafeText,
    /// Whether this is the first line of its event.
    pub first: bool,
    /// Whether it was made from a structured exception.
    pub exception: bool,
}

/// Numbers lines and lends levels to those without.
#[derive(Default)]
pub(super) struct Numbering {
    number: u64,
    level: Option<Level>,
}

impl Numbering {
    /// Appends the lines of an event to `out`; its message is moved, its exceptions stay.
    pub(super) fn lines(&mut self, event: &mut Event, out: &mut Vec<Arc<Line>>) {
        if event.level.is_some() || !event.continues {
            self.level = event.level;
        }
        let timestamp = event.timestamp;
        let mut push = |text: SafeText, first: bool, exception: bool| {
            self.number += 1;
            let level = self.level;
            out.push(Arc::new(Line {
                number: self.number,
                timestamp,
                level,
                text,
                first,
                exception,
            }));
        };
        push(std::mem::take(&mut event.message), !event.continues, false);
        for text in event.more.drain(..) {
            push(text, false, false);
        }
        for exception in &event.exceptions {
            push(exception.summary.clone(), false, true);
        }
    }
}

/// Takes lines up to a number of bytes, then says it is full.
pub(super) fn weight(line: &Line) -> usize {
    line.text.len() + size_of::<Line>()
}
