//! Lines that match a pattern, with the lines around them. It reads redacted text only, so a
//! pattern cannot be used to guess a secret.

use std::collections::VecDeque;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};
use thiserror::Error;

use super::line::{Line, weight};

/// Most lines of context on either side.
pub const MAX_CONTEXT: usize = 50;
/// Most matches given at once.
pub const MAX_MATCHES: usize = 1_000;
/// Most bytes given at once.
const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Bytes a compiled pattern may take.
const MAX_PATTERN: usize = 1024 * 1024;

/// What to look for and how much to give.
#[derive(Clone, Debug, Default)]
pub struct GrepOptions {
    /// A regular expression in the syntax of Rust's `regex` crate.
    pub pattern: String,
    /// Whether letters match in either case.
    pub ignore_case: bool,
    /// Lines of context before a match, at most [`MAX_CONTEXT`].
    pub before: usize,
    /// Lines of context after a match, at most [`MAX_CONTEXT`].
    pub after: usize,
    /// Matches to pass over: those an earlier call has given.
    pub skip: u64,
    /// Matches to give, at most [`MAX_MATCHES`].
    pub limit: usize,
}

/// A pattern that cannot be used.
#[derive(Debug, Error)]
pub enum GrepError {
    /// It is no regular expression of this syntax.
    #[error("The pattern is no valid regular expression: {0}")]
    Invalid(String),
    /// It would take too much memory.
    #[error("The pattern is too large. Use a shorter one or smaller repetitions.")]
    TooLarge,
}

/// A pattern ready to be used.
#[derive(Clone, Debug)]
pub struct Grep {
    pattern: Regex,
    options: GrepOptions,
}

impl Grep {
    /// Compiles the pattern; its size is limited, its speed linear in the text.
    pub fn new(options: GrepOptions) -> Result<Self, GrepError> {
        let pattern = RegexBuilder::new(&options.pattern)
            .case_insensitive(options.ignore_case)
            .size_limit(MAX_PATTERN)
            .dfa_size_limit(MAX_PATTERN)
            .build()
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => GrepError::TooLarge,
                other => GrepError::Invalid(other.to_string()),
            })?;
        Ok(Self { pattern, options })
    }
}

/// A line of a match or of its context.
#[derive(Clone, Debug)]
pub struct Match {
    /// The line.
    pub line: Arc<Line>,
    /// Whether it matched, rather than stands beside a match.
    pub matched: bool,
}

/// What a pattern found.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    /// The matches and their context, in order, each line once.
    pub lines: Vec<Match>,
    /// Matching lines in the whole log.
    pub total: u64,
    /// Matches passed over and given: `skip` for the call that continues.
    pub seen: u64,
}

impl Matches {
    /// Matches after those given.
    pub fn remaining(&self) -> u64 {
        self.total.saturating_sub(self.seen)
    }
}

pub(super) struct Grepper {
    grep: Grep,
    before: VecDeque<Arc<Line>>,
    /// Lines of context still to give.
    after: usize,
    given: usize,
    bytes: usize,
    found: Matches,
}

impl Grepper {
    pub(super) fn new(grep: Grep) -> Self {
        let found = Matches { seen: grep.options.skip, ..Matches::default() };
        Self { grep, before: VecDeque::new(), after: 0, given: 0, bytes: 0, found }
    }

    pub(super) fn push(&mut self, line: &Arc<Line>) {
        let matched = self.grep.pattern.is_match(&line.text);
        if matched {
            self.found.total += 1;
            if self.is_wanted() {
                self.found.seen += 1;
                self.given += 1;
                while let Some(line) = self.before.pop_front() {
                    self.give(&line, false);
                }
                self.give(line, true);
                self.after = self.grep.options.after.min(MAX_CONTEXT);
                return;
            }
        }
        if self.after > 0 {
            self.after -= 1;
            self.give(line, matched);
        } else {
            self.remember(line);
        }
    }

    fn is_wanted(&self) -> bool {
        self.found.total > self.grep.options.skip
            && self.given < self.grep.options.limit.min(MAX_MATCHES)
            && self.bytes < MAX_BYTES
    }

    fn give(&mut self, line: &Arc<Line>, matched: bool) {
        self.bytes += weight(line);
        self.found.lines.push(Match { line: Arc::clone(line), matched });
    }

    fn remember(&mut self, line: &Arc<Line>) {
        let keep = self.grep.options.before.min(MAX_CONTEXT);
        if keep > 0 && self.given < self.grep.options.limit.min(MAX_MATCHES) {
            if self.before.len() == keep {
                self.before.pop_front();
            }
            self.before.push_back(Arc::clone(line));
        }
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.bytes + self.before.iter().map(|line| weight(line)).sum::<usize>()
    }

    pub(super) fn finish(self) -> Matches {
        self.found
    }
}
