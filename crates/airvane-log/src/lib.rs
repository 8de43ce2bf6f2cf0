//! Understands Airflow task logs: what the REST API of Airflow 2 and 3 sends, and the lines remote
//! log handlers leave.
//!
//! Two halves with the redactor between them, because a tail would cut the head off a PEM block
//! and a grep over unredacted text is an oracle:
//!
//! 1. [`Decoder`] turns bytes, in chunks of any size, into [`RawEvent`]s. Their text is not
//!    readable outside this crate.
//! 2. [`RawEvent::redact`] with an [`EventRedactor`] is the only way on; it gives an [`Event`] of
//!    [`SafeText`](airvane_redact::SafeText).
//! 3. [`Finder`] reads events one at a time and gives [`Findings`]: tail, counts, digest, matches,
//!    a page, and the [`Failure`] that ended the task.
//!
//! One pass, no I/O, no async. What is held does not grow with the log; each bound is a documented
//! constant beside the code that keeps it.
//!
//! What it refuses: to guess. A log without a failure gives none, a log that ends without saying
//! how the task ended gives a failure marked [`Certainty::Likely`], and text that cannot be parsed
//! is passed on as plain lines.

mod decode;
mod event;
mod find;
mod frames;
mod level;
mod origin;
mod raw;
mod redact;
mod timestamp;

pub use decode::{ContinuationToken, Decoder, Format, MAX_EVENT_BYTES, MAX_LINE_BYTES};
pub use event::{Event, Exception, Extra, Frame, Relation};
pub use find::{
    Certainty, Counts, DigestSummary, Failure, FailureKind, Finder, FinderOptions, Findings, Grep,
    GrepError, GrepOptions, Line, MAX_CONTEXT, MAX_MATCHES, MAX_PAGE, MAX_TAIL, Match, Matches,
    Outcome, Page, PageOptions, Signature, Template,
};
pub use level::{Level, LevelName};
pub use raw::RawEvent;
pub use redact::EventRedactor;
