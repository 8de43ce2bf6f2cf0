//! Reads redacted events one at a time and finds what somebody wants to see of a log.

mod counts;
mod digest;
mod failure;
mod grep;
mod line;
mod mask;
mod page;
mod sources;
mod tail;

use std::sync::Arc;

use airvane_redact::SafeText;
pub use counts::Counts;
use digest::Digest;
pub use digest::{DigestSummary, Template};
use failure::FailureFinder;
pub use failure::{Certainty, Failure, FailureKind, Outcome, Signature};
use grep::Grepper;
pub use grep::{Grep, GrepError, GrepOptions, MAX_CONTEXT, MAX_MATCHES, Match, Matches};
pub use line::Line;
use line::Numbering;
use page::Pager;
pub use page::{MAX_PAGE, Page, PageOptions};
use sources::Sources;
pub use tail::MAX_TAIL;
use tail::Tail;

use crate::event::Event;
use crate::level::Level;

/// What to look for.
#[derive(Clone, Debug, Default)]
pub struct FinderOptions {
    /// How many of the last lines to keep, at most [`MAX_TAIL`].
    pub tail: usize,
    /// Selections (not the counts, not the failure) leave out lines less severe than this.
    pub least_level: Option<Level>,
    /// Whether to collapse similar lines into templates.
    pub digest: bool,
    /// A pattern to look for.
    pub grep: Option<Grep>,
    /// A stretch of lines to give.
    pub page: Option<PageOptions>,
}

/// Reads a log's events in order. What it holds does not grow with the log: some 64 KiB for counts,
/// failure and a short tail of ordinary lines, at most 16 MiB with every selection and the longest
/// lines; [`Finder::held_bytes`] says how much it is.
pub struct Finder {
    least_level: Option<Level>,
    numbering: Numbering,
    lines: Vec<Arc<Line>>,
    counts: Counts,
    tail: Tail,
    digest: Option<Digest>,
    grep: Option<Grepper>,
    page: Option<Pager>,
    failure: FailureFinder,
    sources: Sources,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Findings {
    /// How much there is.
    pub counts: Counts,
    /// The last lines, oldest first.
    pub tail: Vec<Arc<Line>>,
    /// Similar lines collapsed, if asked for.
    pub digest: Option<DigestSummary>,
    /// What the pattern found, if there was one.
    pub matches: Option<Matches>,
    /// The lines asked for, if there were.
    pub page: Option<Page>,
    /// How the task ended, as far as the log says.
    pub outcome: Outcome,
    /// Why it was skipped, if it was and the log says so.
    pub skip_reason: Option<SafeText>,
    /// What made the task fail; `None` when the log shows no failure.
    pub failure: Option<Failure>,
    /// What Airflow's log readers say of their sources (paths, `Could not read served logs: …`),
    /// at most twenty. They are no lines of the log.
    pub notes: Vec<SafeText>,
}

impl Finder {
    /// A finder at the start of a log.
    pub fn new(options: FinderOptions) -> Self {
        Self {
            least_level: options.least_level,
            numbering: Numbering::default(),
            lines: Vec::new(),
            counts: Counts::default(),
            tail: Tail::new(options.tail),
            digest: options.digest.then(Digest::default),
            grep: options.grep.map(Grepper::new),
            page: options.page.map(Pager::new),
            failure: FailureFinder::default(),
            sources: Sources::default(),
        }
    }

    /// Reads the next event.
    pub fn push(&mut self, mut event: Event) {
        if self.sources.take(&event) {
            return;
        }
        self.counts.push(&event);
        self.lines.clear();
        self.numbering.lines(&mut event, &mut self.lines);
        self.failure.push(&event, &self.lines);
        for line in &self.lines {
            self.counts.lines += 1;
            self.counts.bytes += line.text.len() as u64;
            if self.least_level.is_none_or(|least| line.level.is_some_and(|l| l.at_least(least))) {
                self.tail.push(line);
                self.digest.iter_mut().for_each(|digest| digest.push(line));
                self.grep.iter_mut().for_each(|grep| grep.push(line));
                self.page.iter_mut().for_each(|page| page.push(line));
            }
        }
    }

    /// Ends the log.
    pub fn finish(mut self) -> Findings {
        let outcome = self.failure.outcome();
        let skip_reason = self.failure.skip_reason().cloned();
        Findings {
            counts: self.counts,
            tail: self.tail.finish(),
            digest: self.digest.map(Digest::finish),
            matches: self.grep.map(Grepper::finish),
            page: self.page.map(Pager::finish),
            outcome,
            skip_reason,
            failure: self.failure.finish(),
            notes: self.sources.finish(),
        }
    }

    /// Bytes of text and lines held now; it does not grow with the log.
    pub fn held_bytes(&self) -> usize {
        self.tail.held_bytes()
            + self.digest.as_ref().map_or(0, Digest::held_bytes)
            + self.grep.as_ref().map_or(0, Grepper::held_bytes)
            + self.page.as_ref().map_or(0, Pager::held_bytes)
            + self.failure.held_bytes()
            + self.sources.held_bytes()
    }
}
