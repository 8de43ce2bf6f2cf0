//! The few lines before a failure that explain it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::phrases::is_telling;
use crate::event::Exception;
use crate::find::line::{Line, weight};
use crate::find::mask::mask;
use crate::level::Level;
use crate::origin::Origin;

/// Lines given with a failure.
const MAX_TELLING: usize = 5;
/// Last lines given whatever they say.
const LAST: usize = 2;
/// Lines kept while looking.
const RING: usize = 40;
/// Longer lines are cut, so that the ring's size is bounded.
const MAX_CHARS: usize = 1_000;

/// The last lines worth telling, and the last of a command's output.
#[derive(Default)]
pub(super) struct Recent {
    notable: VecDeque<Arc<Line>>,
    output: VecDeque<Arc<Line>>,
    /// The last lines, whatever they say.
    last: VecDeque<Arc<Line>>,
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
        self.notable.clear();
        self.output.clear();
        self.last.clear();
    }

    /// Reads a line that is neither Airflow's own account of the failure nor part of a traceback.
    pub(super) fn push(&mut self, line: &Arc<Line>, origin: Origin) {
        if origin == Origin::Noise {
            return;
        }
        keep(&mut self.last, LAST, line);
        if origin == Origin::Command {
            if line.text.starts_with("Running command: ") || *line.text == *"Output:" {
                self.output.clear();
                return;
            }
            if line.text.starts_with("Command exited with return code") {
                return;
            }
        }
        if matches!(origin, Origin::Command | Origin::Printed) {
            keep(&mut self.output, RING, line);
        }
        let severe = line.first && line.level.is_some_and(|level| level.at_least(Level::Warning));
        if severe || is_telling(&line.text) {
            keep(&mut self.notable, RING, line);
        }
    }

    /// The lines that explain `chain`: what repeats it and what repeats itself left out.
    pub(super) fn telling(
        &self,
        chain: &[Exception],
        headline: &str,
        clues: Clues,
    ) -> Vec<Arc<Line>> {
        let mut lines: Vec<_> = if clues == Clues::Output && !self.output.is_empty() {
            let last = self.output.len().saturating_sub(LAST);
            let is_wanted = |at: usize, line: &Arc<Line>| at >= last || is_telling(&line.text);
            let wanted = self.output.iter().enumerate().filter(|(at, line)| is_wanted(*at, line));
            wanted.map(|(_, line)| Arc::clone(line)).collect()
        } else {
            self.notable.iter().map(Arc::clone).collect()
        };
        if clues == Clues::LastWords {
            lines.extend(self.last.iter().map(Arc::clone));
            lines.sort_by_key(|line| line.number);
            lines.dedup_by_key(|line| line.number);
        }
        lines.retain(|line| !repeats(line, chain, headline));
        let mut seen = Vec::new();
        let mut kept = Vec::new();
        for line in lines.into_iter().rev() {
            let mut masked = String::new();
            mask(&line.text, &mut masked);
            if !line.text.trim().is_empty() && !seen.contains(&masked) {
                seen.push(masked);
                kept.push(line);
            }
        }
        kept.truncate(MAX_TELLING);
        kept.reverse();
        kept
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.notable.iter().chain(&self.output).chain(&self.last).map(|line| weight(line)).sum()
    }
}

fn keep(ring: &mut VecDeque<Arc<Line>>, limit: usize, line: &Arc<Line>) {
    if ring.len() == limit {
        ring.pop_front();
    }
    if line.text.len() > MAX_CHARS {
        let text = line.text.truncate_chars(MAX_CHARS);
        ring.push_back(Arc::new(Line { text, ..Line::clone(line) }));
    } else {
        ring.push_back(Arc::clone(line));
    }
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
