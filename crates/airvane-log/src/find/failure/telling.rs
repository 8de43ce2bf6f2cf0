//! The few lines before a failure that explain it.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::Arc;

use super::phrases::is_telling;
use crate::event::Exception;
use crate::find::line::{Line, weight};
use crate::find::mask::{hash, mask};
use crate::level::Level;
use crate::origin::Origin;

/// Lines given with a failure.
const MAX_TELLING: usize = 5;
/// Last lines given whatever they say, and last notable ones given however mild they are.
const LAST: usize = 2;
/// Kinds of lines kept while looking.
const KINDS: usize = 40;
/// Longer lines are cut, so that what is held is bounded.
const MAX_CHARS: usize = 1_000;

/// What may explain a failure, however far before it: of each kind of notable line the last one.
#[derive(Default)]
pub(super) struct Recent {
    kinds: Vec<Kind>,
    /// The last lines, whatever they say.
    last: VecDeque<Arc<Line>>,
    /// The last lines of a command's output, or of what the task printed.
    output: VecDeque<Arc<Line>>,
    /// The number of the line with which that output began.
    output_from: u64,
}

/// Lines that differ in their numbers only.
struct Kind {
    hash: u64,
    /// An error, rather than a warning or a line that may be one.
    severe: bool,
    output: bool,
    line: Arc<Line>,
}

/// Where to look for what explains a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clues {
    /// Warnings, errors, lines that say something is wrong.
    Notable,
    /// Those, and the last lines before it: the task was stopped in the middle of something.
    LastWords,
    /// The output of the command that failed.
    Output,
}

impl Recent {
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Reads a line that is neither Airflow's own account of the failure nor part of a traceback.
    pub(super) fn push(&mut self, line: &Arc<Line>, origin: Origin) {
        if origin == Origin::Noise {
            return;
        }
        keep(&mut self.last, line);
        if origin == Origin::Command {
            if line.text.starts_with("Running command: ") || *line.text == *"Output:" {
                self.output.clear();
                self.output_from = line.number;
                return;
            }
            if line.text.starts_with("Command exited with return code") {
                return;
            }
        }
        let output = matches!(origin, Origin::Command | Origin::Printed);
        if output {
            keep(&mut self.output, line);
        }
        let warns = line.first && line.level.is_some_and(|level| level.at_least(Level::Warning));
        if warns || is_telling(&line.text) {
            self.note(line, output);
        }
    }

    /// Keeps the line in place of the last of its kind. When there are too many kinds, the oldest
    /// goes, warnings before errors: a flood of them must not wash away the line that says why.
    fn note(&mut self, line: &Arc<Line>, output: bool) {
        let hash = hash(line.text.as_bytes());
        if let Some(kind) = self.kinds.iter_mut().find(|kind| kind.hash == hash) {
            kind.line = bounded(line);
            return;
        }
        if self.kinds.len() == KINDS {
            let worth = |kind: &Kind| (kind.severe, kind.line.number);
            let least = self.kinds.iter().enumerate().min_by_key(|(_, kind)| worth(kind));
            if let Some((least, _)) = least {
                self.kinds.swap_remove(least);
            }
        }
        let level = line.level.is_some_and(|level| line.first && level.at_least(Level::Error));
        let severe = level || ["ERROR", "FATAL", "CRITICAL"].iter().any(|w| line.text.contains(w));
        self.kinds.push(Kind { hash, severe, output, line: bounded(line) });
    }

    /// The lines that explain `chain`: what repeats it and what repeats itself left out.
    pub(super) fn telling(
        &self,
        chain: &[Exception],
        headline: &str,
        clues: Clues,
    ) -> Vec<Arc<Line>> {
        let of_output = clues == Clues::Output && !self.output.is_empty();
        let is_wanted =
            |kind: &&Kind| !of_output || (kind.output && kind.line.number >= self.output_from);
        let kinds = self.kinds.iter().filter(is_wanted);
        let mut lines: Vec<_> = kinds.map(|kind| (kind.severe, Arc::clone(&kind.line))).collect();
        let whatever = match clues {
            Clues::Output => Some(&self.output),
            Clues::LastWords => Some(&self.last),
            Clues::Notable => None,
        };
        lines.extend(whatever.into_iter().flatten().map(|line| (false, Arc::clone(line))));
        lines.sort_by_key(|(severe, line)| (line.number, !severe));
        lines.dedup_by_key(|(_, line)| line.number);
        lines.retain(|(_, line)| !repeats(line, chain, headline));
        let mut seen = Vec::new();
        let mut kept = Vec::new();
        for (severe, line) in lines.into_iter().rev() {
            let mut masked = String::new();
            mask(&line.text, &mut masked);
            if !line.text.trim().is_empty() && !seen.contains(&masked) {
                seen.push(masked);
                kept.push((severe, line));
            }
        }
        most_telling(kept)
    }

    pub(super) fn held_bytes(&self) -> usize {
        let kinds = self.kinds.iter().map(|kind| &kind.line);
        kinds.chain(&self.output).chain(&self.last).map(|line| weight(line)).sum()
    }
}

/// Of lines in order from the last, the last ones and then errors before others; in the order of
/// the log.
fn most_telling(mut lines: Vec<(bool, Arc<Line>)>) -> Vec<Arc<Line>> {
    if let Some(before) = lines.get_mut(LAST..) {
        before.sort_by_key(|(severe, line)| Reverse((*severe, line.number)));
    }
    let mut lines: Vec<_> = lines.into_iter().map(|(_, line)| line).take(MAX_TELLING).collect();
    lines.sort_by_key(|line| line.number);
    lines
}

fn keep(last: &mut VecDeque<Arc<Line>>, line: &Arc<Line>) {
    if last.len() == LAST {
        last.pop_front();
    }
    last.push_back(bounded(line));
}

fn bounded(line: &Arc<Line>) -> Arc<Line> {
    if line.text.len() <= MAX_CHARS {
        return Arc::clone(line);
    }
    let text = line.text.truncate_chars(MAX_CHARS);
    Arc::new(Line { text, ..Line::clone(line) })
}

/// Whether a line only says again what the failure says. `Failed to resolve template field` comes
/// from Airflow parsing the file and concerns whichever task has that field.
pub(super) fn repeats(line: &Line, chain: &[Exception], headline: &str) -> bool {
    let text = line.text.trim();
    headline.contains(text)
        || text.starts_with("Failed to resolve template field")
        || text.starts_with("Process timed out")
        || chain.iter().any(|exception| {
            exception.summary.contains(text)
                || (exception.value().len() > 8 && text.contains(exception.value()))
        })
}
