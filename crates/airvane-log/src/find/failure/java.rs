//! Assembles Java stack traces from lines: `com.acme.X: message`, `\tat …`, `Caused by: …`.

use std::sync::Arc;

use airvane_redact::SafeText;

use crate::event::{Exception, Frame, Relation};
use crate::find::line::Line;
use crate::frames;

const MAX_FRAMES: usize = 32;
const MAX_CHAIN: usize = 8;

#[derive(Default)]
pub(super) struct JavaTrace {
    /// The line before, which may turn out to be the exception's.
    head: Option<Arc<Line>>,
    /// Outermost first, as Java prints it.
    chain: Vec<Exception>,
}

impl JavaTrace {
    /// Reads a line; gives the chain when the line is the first one after it.
    pub(super) fn push(&mut self, line: &Arc<Line>) -> Option<Vec<Exception>> {
        let text = &line.text;
        if let Some(at) = frame_start(text) {
            self.frame(text, at);
            return None;
        }
        if self.chain.is_empty() {
            self.head = Some(Arc::clone(line));
            return None;
        }
        let body = text.trim_start();
        if let Some(cause) = body.strip_prefix("Caused by: ") {
            self.open(text, text.len() - cause.len(), Relation::Cause);
            return None;
        }
        if body.is_empty() || body.starts_with("... ") || body.starts_with("Suppressed: ") {
            return None;
        }
        self.head = Some(Arc::clone(line));
        self.finish()
    }

    /// Whether a trace is being read.
    pub(super) fn is_open(&self) -> bool {
        !self.chain.is_empty()
    }

    /// The chain so far, when the log ends.
    pub(super) fn finish(&mut self) -> Option<Vec<Exception>> {
        let chain = std::mem::take(&mut self.chain);
        (!chain.is_empty()).then_some(chain)
    }

    fn frame(&mut self, text: &SafeText, at: usize) {
        if let Some(head) = self.head.take()
            && let Some(start) = class_start(&head.text)
        {
            self.chain.clear();
            self.open(&head.text, start, Relation::Raised);
        }
        let Some(exception) = self.chain.last_mut() else { return };
        if exception.frames.len() < MAX_FRAMES
            && let Some(frame) = frame(text, at)
        {
            // Java prints the innermost call first.
            exception.frames.insert(0, frame);
        }
    }

    fn open(&mut self, text: &SafeText, at: usize, relation: Relation) {
        let summary = text.slice(at..).unwrap_or_default().truncate_chars(2_000);
        let type_len = class_length(&summary);
        let exception = Exception { summary, type_len, relation, ..Exception::default() };
        if self.chain.len() >= MAX_CHAIN {
            self.chain.pop();
        }
        self.chain.push(exception);
    }
}

/// Where the method of a `\tat com.acme.Orders.load(Orders.scala:41)` begins.
fn frame_start(text: &str) -> Option<usize> {
    if !text.starts_with(['\t', ' ']) {
        return None;
    }
    let method = text.trim_start().strip_prefix("at ")?;
    (method.ends_with(')') && method.contains('(')).then_some(text.len() - method.len())
}

fn frame(text: &SafeText, at: usize) -> Option<Frame> {
    let open = at + text.get(at..)?.find('(')?;
    let place = text.slice(open + 1..text.len() - 1)?;
    let (file, lineno) = place.rsplit_once(':').unwrap_or((&place, ""));
    Some(Frame {
        file: place.slice(..file.len())?,
        lineno: lineno.parse().ok(),
        name: text.slice(at..open)?,
        code: None,
        user: frames::is_user_java(text.get(at..open)?),
    })
}

/// Where `java.lang.IllegalStateException` begins in a line, after `Exception in thread "main" `
/// or a log header of the program's own.
fn class_start(text: &str) -> Option<usize> {
    let mut at = 0;
    for word in text.split(' ') {
        let class = word.trim_end_matches(':');
        if class.contains('.')
            && (class.ends_with("Exception")
                || class.ends_with("Error")
                || class.ends_with("Failure"))
            && class_length(class) == class.len()
        {
            return Some(at);
        }
        at += word.len() + 1;
        if at > 200 {
            break;
        }
    }
    None
}

fn class_length(text: &str) -> usize {
    text.bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$'))
        .count()
}
