//! What Airflow's log readers say of where a log comes from, before its first line: Airflow 2.4 to
//! 2.9 in lines that begin with `*** `, later ones in a group, both after the worker's host name
//! where the API answers in text.
//!
//! They are notes on the log, not lines of it. A worker's log server is among the sources as long
//! as the task runs, and not afterwards: if they counted, each line would have another number once
//! its task ended, and who reads on from a number would lose some.

use airvane_redact::SafeText;

use crate::event::Event;

/// Notes that are kept.
const MAX_NOTES: usize = 20;
const MAX_CHARS: usize = 500;

/// Lines that may stand before the notes. Afterwards three stars are the task's own.
const MOST_BEFORE: u8 = 4;

const GROUP: &str = "::group::Log message source details";

#[derive(Default)]
pub(super) struct Sources {
    notes: Vec<SafeText>,
    place: Place,
}

enum Place {
    /// After so many lines of the log.
    Before(u8),
    Within,
    After,
}

impl Default for Place {
    fn default() -> Self {
        Self::Before(0)
    }
}

impl Sources {
    /// Whether the event is such a note; it is kept then.
    pub(super) fn take(&mut self, event: &Event) -> bool {
        let text = event.message.as_str();
        match self.place {
            Place::After => return false,
            // Whatever has a time was logged by the task or for it.
            _ if event.timestamp.is_some() => self.place = Place::After,
            Place::Within if text == "::endgroup::" => self.place = Place::Before(MOST_BEFORE),
            Place::Within => self.keep(&event.message),
            Place::Before(_) if text == GROUP => {
                // Airflow 3.0 has them beside its event.
                event.extras.iter().for_each(|extra| self.keep(&extra.text));
                self.place = Place::Within;
            }
            Place::Before(_) if text.starts_with("*** ") => {
                self.keep(&event.message.slice(4..).unwrap_or_default());
            }
            Place::Before(MOST_BEFORE) => self.place = Place::After,
            Place::Before(lines) => {
                self.place = Place::Before(lines + 1);
                return false;
            }
        }
        !matches!(self.place, Place::After)
    }

    fn keep(&mut self, note: &SafeText) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(note.trimmed().truncate_chars(MAX_CHARS));
        }
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.notes.iter().map(|note| note.len()).sum()
    }

    pub(super) fn finish(self) -> Vec<SafeText> {
        self.notes
    }
}
