//! A name for an error that is the same in every run.

use std::fmt;

use serde::Serialize;

use super::FailureKind;
use crate::event::Exception;
use crate::find::mask::mask;

/// Bytes of the message's template that count.
const MAX_TEMPLATE: usize = 200;

/// Groups the same error across runs, tasks and majors: the exception's type without its module,
/// its message with everything that changes masked, and the user's innermost function.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Signature(String);

impl Signature {
    /// The signature as text, such as `ValueError: bad row * @ load_row`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn of_exception(exception: &Exception) -> Self {
        let mut text = exception.short_type().to_owned();
        if !text.is_empty() {
            text.push_str(": ");
        }
        mask(exception.value(), &mut text);
        cut(&mut text);
        // Comprehensions have a frame of their own before Python 3.12 and none since.
        let mut functions = exception.user_frames().rev();
        if let Some(frame) = functions.find(|frame| !frame.name.starts_with('<')) {
            text.push_str(" @ ");
            text.push_str(&frame.name);
        }
        Self(text)
    }

    /// Of what Airflow says in words of its own, which differ between majors: a signal and an
    /// exit code name themselves.
    pub(super) fn of_kind(kind: FailureKind, message: &str) -> Self {
        let mut text = format!("{}: ", kind.name());
        match (kind, kind.signal_name()) {
            (_, Some(signal)) => text.push_str(signal),
            (FailureKind::Exit { exit_code: Some(code) }, _) => text.push_str(&code.to_string()),
            _ => mask(message, &mut text),
        }
        cut(&mut text);
        Self(text)
    }
}

fn cut(text: &mut String) {
    let mut end = text.len().min(MAX_TEMPLATE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
