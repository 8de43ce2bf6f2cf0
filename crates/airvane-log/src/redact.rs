//! The way from a [`RawEvent`] to an [`Event`]: every string passes the redactor.

use std::collections::HashMap;
use std::sync::Arc;

use airvane_redact::{Redactor, SafeText, StreamRedactor};

use crate::event::{Event, Exception, Extra, Frame, Relation};
use crate::frames;
use crate::origin::Origin;
use crate::raw::{RawEvent, RawException, RawFrame};

/// Members of an exception group kept, their causes included.
const MAX_MEMBERS: usize = 32;
/// Names remembered with what the redactor made of them: a log has few loggers, files and functions,
/// and many lines and frames. When there are more, all are forgotten.
const MAX_NAMES: usize = 256;
/// Bytes of a name that is remembered; what is longer is no name.
const MAX_NAME: usize = 512;

/// Redacts the events of one log, in order.
///
/// Messages share one stream, so that a secret spread over lines is seen whole and a value that
/// was given away once is masked from there on. Names beside a message (logger, file, function,
/// extra keys) are judged on their own: they must not come between the lines of a key block.
pub struct EventRedactor {
    redactor: Redactor,
    stream: StreamRedactor,
    names: HashMap<String, Arc<SafeText>>,
    stop: Box<dyn Fn() -> bool + Send>,
    /// Bytes that may still be redacted before `stop` is asked again.
    unasked: usize,
    stopped: bool,
}

/// Bytes between two looks at the clock: a look costs as much as redacting a short line, and this
/// much is redacted within a millisecond.
const ASK_EVERY: usize = 16 * 1024;

impl EventRedactor {
    /// For a log read from its beginning.
    pub fn new(redactor: &Redactor) -> Self {
        Self::until(redactor, || false)
    }

    /// The same; once `stop` says so, further lines come back empty: what was not redacted is not
    /// shown. Asked before the first line and every 16 KiB.
    pub fn until(redactor: &Redactor, stop: impl Fn() -> bool + Send + 'static) -> Self {
        let (redactor, stream) = (redactor.clone(), redactor.stream());
        let stop = Box::new(stop);
        Self { redactor, stream, names: HashMap::new(), stop, unasked: 0, stopped: false }
    }

    fn line(&mut self, raw: &str) -> SafeText {
        if self.is_stopped(raw.len()) { SafeText::default() } else { self.stream.line(raw) }
    }

    fn is_stopped(&mut self, bytes: usize) -> bool {
        if let Some(left) = self.unasked.checked_sub(bytes.max(1)) {
            self.unasked = left;
        } else {
            self.unasked = ASK_EVERY;
            self.stopped = self.stopped || (self.stop)();
        }
        self.stopped
    }

    fn lines(&mut self, raw: &str) -> Vec<SafeText> {
        raw.split('\n').map(|line| self.line(line.strip_suffix('\r').unwrap_or(line))).collect()
    }

    fn name(&mut self, raw: &str) -> Option<Arc<SafeText>> {
        (!raw.is_empty()).then(|| self.known_name(raw))
    }

    fn known_name(&mut self, raw: &str) -> Arc<SafeText> {
        if let Some(safe) = self.names.get(raw) {
            return Arc::clone(safe);
        }
        let safe = Arc::new(self.redactor.text(raw));
        if raw.len() <= MAX_NAME {
            if self.names.len() == MAX_NAMES {
                self.names.clear();
            }
            self.names.insert(raw.to_owned(), Arc::clone(&safe));
        }
        safe
    }
}

impl std::fmt::Debug for EventRedactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventRedactor")
    }
}

impl RawEvent<'_> {
    /// Cleans and redacts every string of the event. `redactor` must be the one that saw the
    /// lines before it.
    pub fn redact(self, redactor: &mut EventRedactor) -> Event {
        let origin = Origin::of(&self.logger, &self.file);
        let (first, rest) = first_line(&self.message);
        let message = redactor.line(first);
        let more = rest.map(|rest| redactor.lines(rest)).unwrap_or_default();
        Event {
            timestamp: self.timestamp,
            level: self.level,
            lineno: self.lineno,
            message,
            more,
            continues: self.continues,
            logger: redactor.name(&self.logger),
            file: redactor.name(&self.file),
            exceptions: chain(self.exceptions, redactor),
            extras: extras(&self.extras, redactor),
            origin,
        }
    }
}

/// The first line of a message and what follows it.
fn first_line(message: &str) -> (&str, Option<&str>) {
    let Some(end) = memchr::memchr(b'\n', message.as_bytes()) else { return (message, None) };
    let (first, rest) = message.split_at(end);
    (first.strip_suffix('\r').unwrap_or(first), rest.get(1..))
}

fn extras(extras: &[String], redactor: &mut EventRedactor) -> Vec<Extra> {
    extras.iter().map(|extra| Extra { text: redactor.redactor.text(extra) }).collect()
}

fn chain(raw: Vec<RawException>, redactor: &mut EventRedactor) -> Vec<Exception> {
    let mut chain: Vec<_> = raw.into_iter().map(|raw| exception(raw, redactor)).collect();
    if let Some(first) = chain.first_mut() {
        first.relation = Relation::Raised;
    }
    chain
}

fn exception(raw: RawException, redactor: &mut EventRedactor) -> Exception {
    let mut lines = raw.exc_value.trim_end().split('\n');
    let first = lines.next().unwrap_or_default();
    let summary = if first.is_empty() {
        redactor.line(&raw.exc_type)
    } else {
        redactor.line(&format!("{}: {first}", raw.exc_type))
    };
    let type_len = if summary.starts_with(&raw.exc_type) { raw.exc_type.len() } else { 0 };
    Exception {
        type_len,
        summary,
        more: lines.map(|line| redactor.line(line)).collect(),
        notes: raw
            .exc_notes
            .iter()
            .flat_map(|note| note.lines())
            .map(|line| redactor.line(line))
            .collect(),
        relation: if raw.is_cause { Relation::Cause } else { Relation::Context },
        frames: raw.frames.into_iter().map(|raw| frame(&raw, redactor)).collect(),
        members: members(raw.exceptions, redactor),
    }
}

fn members(raw: Vec<Vec<RawException>>, redactor: &mut EventRedactor) -> Vec<Exception> {
    let mut members = Vec::new();
    for member in raw {
        let mut member = chain(member, redactor);
        if let Some(first) = member.first_mut() {
            first.relation = Relation::Member;
        }
        members.append(&mut member);
    }
    members.truncate(MAX_MEMBERS);
    members
}

fn frame(raw: &RawFrame, redactor: &mut EventRedactor) -> Frame {
    Frame {
        file: SafeText::clone(&redactor.known_name(&raw.filename)),
        lineno: raw.lineno,
        name: SafeText::clone(&redactor.known_name(&raw.name)),
        code: None,
        user: frames::is_user(&raw.filename),
    }
}
