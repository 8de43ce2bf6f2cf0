//! What the finder reads, and a tool may show: events whose text passed the redactor.

use std::sync::Arc;

use airvane_redact::SafeText;
use jiff::Timestamp;

use crate::level::Level;
use crate::origin::Origin;

/// One log event after redaction.
#[derive(Clone, Debug)]
pub struct Event {
    /// When it was logged, if the log says so.
    pub timestamp: Option<Timestamp>,
    /// `None` for a line without a header.
    pub level: Option<Level>,
    /// `None` when the log does not say (Airflow 2 never does).
    pub logger: Option<Arc<SafeText>>,
    /// Source file of the log call; `None` when the log does not say.
    pub file: Option<Arc<SafeText>>,
    /// Line in `file`.
    pub lineno: Option<u32>,
    /// The first line of the message.
    pub message: SafeText,
    /// Its further lines.
    pub more: Vec<SafeText>,
    /// A line without a header, after one that had one: part of the same message.
    pub continues: bool,
    /// Airflow 3's exception chain, outermost first. Airflow 2 writes a traceback as lines.
    pub exceptions: Vec<Exception>,
    /// Keys Airflow 3 logged beside the message, without those every event has.
    pub extras: Vec<Extra>,
    /// Which part of Airflow, or the task itself, wrote it.
    pub(crate) origin: Origin,
}

/// One exception, whichever way the log wrote it down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exception {
    /// `Type: first line of the value`, the type as the log has it: `ValueError` on Airflow 3,
    /// `airflow.exceptions.AirflowException` in a text traceback.
    pub summary: SafeText,
    pub(crate) type_len: usize,
    /// Further lines of the value. In a text traceback the notes stand here too.
    pub more: Vec<SafeText>,
    /// `add_note` texts.
    pub notes: Vec<SafeText>,
    /// How it is tied to the one before it in the chain.
    pub relation: Relation,
    /// Outermost call first. At most 64, the middle left out.
    pub frames: Vec<Frame>,
    /// The exceptions of an `ExceptionGroup`, and what caused each, in a row. At most 32.
    pub members: Vec<Exception>,
}

/// How an exception is tied to the one before it in a chain (which is outermost first).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The first: what was raised at last.
    #[default]
    Raised,
    /// The direct cause (`raise … from`).
    Cause,
    /// It was being handled when the one before it was raised.
    Context,
    /// A member of the group before it.
    Member,
    /// Printed by the command whose failure the one before it reports.
    Output,
}

/// One call of a traceback.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// File name or Java class path, as the log has it.
    pub file: SafeText,
    /// Line in `file`.
    pub lineno: Option<u32>,
    /// Function.
    pub name: SafeText,
    /// The line of code; Airflow 3's structured events have none.
    pub code: Option<SafeText>,
    /// Whether it is the user's code rather than Python's, Airflow's or a library's.
    pub user: bool,
}

/// A key Airflow 3 logged beside the message, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    pub(crate) text: SafeText,
}

impl Extra {
    /// `key=value`.
    pub fn text(&self) -> &SafeText {
        &self.text
    }

    /// The key.
    pub fn key(&self) -> &str {
        self.text.split_once('=').map_or("", |(key, _)| key)
    }

    /// The value, strings unquoted, everything else as JSON.
    pub fn value(&self) -> &str {
        self.text.split_once('=').map_or(self.text.as_str(), |(_, value)| value)
    }
}

impl Exception {
    /// The type as the log has it.
    pub fn exc_type(&self) -> &str {
        self.summary.get(..self.type_len).unwrap_or_default()
    }

    /// The type without its module: `AirflowException`.
    pub fn short_type(&self) -> &str {
        self.exc_type().rsplit(['.', '$']).next().unwrap_or_default()
    }

    /// The first line of the value.
    pub fn value(&self) -> &str {
        let rest = self.summary.get(self.type_len..).unwrap_or_default();
        rest.strip_prefix(':').unwrap_or(rest).trim_start()
    }

    /// The user's own frames, outermost call first.
    pub fn user_frames(&self) -> impl DoubleEndedIterator<Item = &Frame> {
        self.frames.iter().filter(|frame| frame.user)
    }

    /// `airflow.exceptions.AirflowException: x` as `AirflowException: x`.
    pub fn headline(&self) -> SafeText {
        let start = self.type_len.saturating_sub(self.short_type().len());
        self.summary.slice(start..).unwrap_or_else(|| self.summary.clone())
    }

    /// Bytes of text held, its members' included.
    pub(crate) fn held_bytes(&self) -> usize {
        let lines = self.more.iter().chain(&self.notes).map(|text| text.len()).sum::<usize>();
        let frames = self.frames.iter().map(|frame| frame.file.len() + frame.name.len() + 100);
        let members = self.members.iter().map(Self::held_bytes).sum::<usize>();
        self.summary.len() + lines + frames.sum::<usize>() + members
    }
}
