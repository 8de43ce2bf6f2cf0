//! Follows a log event by event and collects the accounts of a failure it gives.

use std::sync::Arc;

use airvane_redact::SafeText;

use super::choose::{self, Candidate, Rank};
use super::java::JavaTrace;
use super::kind::{self, FailureKind};
use super::phrases::{self, Phrase};
use super::telling::Recent;
use super::traceback::Traceback;
use super::{Failure, Outcome};
use crate::event::{Event, Exception, Extra};
use crate::find::line::Line;
use crate::level::Level;
use crate::origin::Origin;

#[derive(Default)]
pub(in crate::find) struct FailureFinder {
    traceback: Traceback,
    /// The line on which the traceback began.
    traced_from: Option<Arc<Line>>,
    java: JavaTrace,
    java_from: Option<Arc<Line>>,
    /// A dbt error whose details may follow.
    dbt: Option<(Arc<Line>, Exception)>,
    owner: Owner,
    recent: Recent,
    attempt: Attempt,
}

/// The last event with a header: a traceback after it is its.
#[derive(Default)]
struct Owner {
    line: Option<Arc<Line>>,
    rank: Rank,
    origin: Origin,
    /// Whether it concerns another task of the same file.
    foreign: bool,
}

/// What is known of the attempt being read.
#[derive(Default)]
pub(super) struct Attempt {
    pub(super) outcome: Outcome,
    pub(super) best: Option<Candidate>,
    /// The first word on an external stop, a lost heartbeat or a kill.
    pub(super) stopped: Option<Candidate>,
    /// Airflow 2's second account, which has the frames the first may lack.
    pub(super) echo: Option<Candidate>,
    /// The last exception that a command or the task printed.
    pub(super) printed: Option<Candidate>,
    pub(super) skip_reason: Option<SafeText>,
}

impl FailureFinder {
    /// Reads an event; `lines` are its lines.
    pub(in crate::find) fn push(&mut self, event: &Event, lines: &[Arc<Line>]) {
        for (at, line) in lines.iter().enumerate() {
            if line.exception {
                break;
            }
            let headed = at == 0 && !event.continues;
            let was_idle = self.traceback.is_idle();
            if let Some(chain) = self.traceback.push(&line.text, !headed) {
                self.traced(chain);
            }
            if headed {
                self.headed(event, line);
            }
            if self.traceback.is_idle() {
                self.plain(event, line);
            } else if was_idle || self.traced_from.is_none() {
                self.traced_from = Some(Arc::clone(line));
            }
        }
        if let (false, false, Some(line)) =
            (event.exceptions.is_empty(), self.owner.foreign, lines.first())
        {
            self.offer(self.owner.rank.with_exception(), line, event.exceptions.clone());
        }
    }

    pub(in crate::find) fn outcome(&self) -> Outcome {
        self.attempt.outcome
    }

    pub(in crate::find) fn skip_reason(&self) -> Option<&SafeText> {
        self.attempt.skip_reason.as_ref()
    }

    /// Ends the log.
    pub(in crate::find) fn finish(&mut self) -> Option<Failure> {
        if let Some(chain) = self.traceback.finish() {
            self.traced(chain);
        }
        if let Some(chain) = self.java.finish() {
            self.java_traced(chain);
        }
        self.dbt_ended();
        choose::choose(std::mem::take(&mut self.attempt), &self.recent)
    }

    /// Bytes of text held.
    pub(in crate::find) fn held_bytes(&self) -> usize {
        let attempt = &self.attempt;
        let candidates = [&attempt.best, &attempt.stopped, &attempt.echo, &attempt.printed];
        self.recent.held_bytes()
            + candidates.into_iter().flatten().map(Candidate::held_bytes).sum::<usize>()
    }

    /// A line with a header of its own.
    fn headed(&mut self, event: &Event, line: &Arc<Line>) {
        let phrase = match event.origin {
            Origin::TaskRunner => phrases::phrase(&line.text),
            Origin::Unknown if event.level.is_some() => phrases::phrase(&line.text),
            Origin::Logger if phrases::is_done(&line.text) => Some(Phrase::PostExecute),
            _ => None,
        };
        let severe = event.level.is_some_and(|level| level.at_least(Level::Error));
        let rank = match (phrase, event.origin) {
            (Some(Phrase::TaskFailed), _) => Rank::Anchor,
            (Some(Phrase::Echo), _) => Rank::Echo,
            (_, Origin::Printed | Origin::Command | Origin::Unknown) => Rank::Printed,
            // What a deferred task's trigger raised; the task then fails for it.
            _ if line.text.starts_with("Trigger failed") => Rank::Printed,
            _ if severe => Rank::Logged,
            _ => Rank::Printed,
        };
        // Airflow parses the whole file and says so for any of its tasks.
        let foreign = event.origin == Origin::Templater
            && line.text.starts_with("Failed to resolve template field");
        self.owner = Owner { line: Some(Arc::clone(line)), rank, origin: event.origin, foreign };
        if let Some(phrase) = phrase {
            self.said(phrase, event, line);
        } else if severe && event.exceptions.is_empty() && !foreign {
            self.offer(Rank::Line, line, Vec::new());
        }
    }

    /// Airflow's own word.
    fn said(&mut self, phrase: Phrase, event: &Event, line: &Arc<Line>) {
        match phrase {
            Phrase::Start => {
                self.attempt = Attempt::default();
                self.recent.clear();
            }
            Phrase::PostExecute if self.attempt.outcome == Outcome::Unknown => {
                self.attempt.outcome = Outcome::Succeeded;
            }
            Phrase::PostExecute | Phrase::Echo => {}
            Phrase::Succeeded => self.attempt.outcome = Outcome::Succeeded,
            Phrase::Failed => self.attempt.outcome = Outcome::Failed,
            Phrase::Deferred => self.attempt.outcome = Outcome::Deferred,
            Phrase::Rescheduled => self.attempt.outcome = Outcome::Rescheduled,
            Phrase::Skipped => {
                self.attempt.outcome = Outcome::Skipped;
                self.attempt.skip_reason = extra(event, "reason").map(|extra| {
                    let at = extra.key().len() + 1;
                    extra.text.slice(at..).unwrap_or_default()
                });
            }
            Phrase::TaskFailed => {
                self.attempt.outcome = Outcome::Failed;
                self.offer(Rank::Anchor, line, Vec::new());
            }
            Phrase::SystemExit => {
                self.attempt.outcome = Outcome::Failed;
                let exit_code = value(event, "exit_code").or_else(|| in_brackets(&line.text));
                self.word(Rank::Anchor, FailureKind::Exit { exit_code }, event, line);
            }
            Phrase::ReturnCode => self.return_code(event, line),
            Phrase::Killed => {
                let kind = match (value(event, "signal"), value(event, "exit_code")) {
                    (None, Some(code)) => FailureKind::Exit { exit_code: Some(code) },
                    (signal, _) => FailureKind::Killed { signal: signal.map(i32::abs) },
                };
                self.process(kind, event, line);
            }
            Phrase::Startup => self.process(FailureKind::Startup, event, line),
            Phrase::Stopped => self.process(FailureKind::Stopped, event, line),
            Phrase::Heartbeat => self.process(FailureKind::Heartbeat, event, line),
        }
    }

    /// `Task exited with return code -9`
    fn return_code(&mut self, event: &Event, line: &Arc<Line>) {
        let code = line.text.strip_prefix("Task exited with return code ").and_then(kind::number);
        match code {
            Some(0) if self.attempt.outcome == Outcome::Unknown => {
                self.attempt.outcome = Outcome::Succeeded;
            }
            Some(0) => {}
            Some(code @ (..0 | 129..=165)) => {
                let signal = if code < 0 { -code } else { code - 128 };
                self.process(FailureKind::Killed { signal: Some(signal) }, event, line);
            }
            exit_code => {
                // A task that was skipped or deferred may end its process as it likes.
                if matches!(self.attempt.outcome, Outcome::Unknown | Outcome::Failed) {
                    self.attempt.outcome = Outcome::Failed;
                    self.word(Rank::Exit, FailureKind::Exit { exit_code }, event, line);
                }
            }
        }
    }

    fn process(&mut self, kind: FailureKind, event: &Event, line: &Arc<Line>) {
        self.attempt.outcome = Outcome::Failed;
        let candidate = Candidate::word(Rank::Process, kind, event, line, &self.recent);
        self.attempt.offer(candidate);
    }

    fn word(&mut self, rank: Rank, kind: FailureKind, event: &Event, line: &Arc<Line>) {
        self.attempt.offer(Candidate::word(rank, kind, event, line, &self.recent));
    }

    fn offer(&mut self, rank: Rank, line: &Arc<Line>, chain: Vec<Exception>) {
        self.attempt.offer(Candidate::new(rank, line, chain, &self.recent));
    }

    /// A traceback has ended.
    fn traced(&mut self, chain: Vec<Exception>) {
        let from = self.traced_from.take();
        let rank = self.owner.rank.with_exception();
        let owner = self.owner.line.as_ref().filter(|_| rank != Rank::Printed);
        if let Some(line) = owner.cloned().or(from)
            && !chain.is_empty()
            && !self.owner.foreign
        {
            self.offer(rank, &line, chain);
        }
    }

    fn java_traced(&mut self, chain: Vec<Exception>) {
        if let Some(line) = self.java_from.take() {
            self.offer(Rank::Printed, &line, chain);
        }
    }

    /// A line outside any Python traceback.
    fn plain(&mut self, event: &Event, line: &Arc<Line>) {
        if let Some(chain) = self.java.push(line) {
            self.java_traced(chain);
        }
        if self.java.is_open() {
            self.java_from.get_or_insert_with(|| Arc::clone(line));
            return;
        }
        self.dbt_line(line);
        if self.owner.origin != Origin::TaskRunner {
            self.recent.push(line, self.owner.origin);
        } else if phrases::is_segfault(&line.text) {
            self.process(FailureKind::Killed { signal: Some(11) }, event, line);
        }
    }
}

impl FailureFinder {
    /// dbt says what failed on one line and why on the next.
    fn dbt_line(&mut self, line: &Arc<Line>) {
        if let Some((_, exception)) = &mut self.dbt {
            if phrases::is_dbt_detail(&line.text) && exception.more.len() < 3 {
                let start = line.text.len() - phrases::strip_clock(&line.text).len();
                let detail = line.text.slice(start..).unwrap_or_default().truncate_chars(500);
                if exception.more.is_empty() {
                    exception.summary = SafeText::join([&exception.summary, &detail], ": ");
                }
                exception.more.push(detail);
                return;
            }
            self.dbt_ended();
        }
        if phrases::is_dbt_error(&line.text) && self.owner.origin != Origin::TaskRunner {
            self.dbt = Some((Arc::clone(line), choose::dbt_exception(&line.text)));
        }
    }

    fn dbt_ended(&mut self) {
        if let Some((line, exception)) = self.dbt.take() {
            self.offer(Rank::Printed, &line, vec![exception]);
        }
    }
}

fn extra<'e>(event: &'e Event, key: &str) -> Option<&'e Extra> {
    event.extras.iter().find(|extra| extra.key() == key)
}

fn value(event: &Event, key: &str) -> Option<i32> {
    extra(event, key)?.value().parse().ok()
}

/// The number in `Task failed due to SystemExit(3)`.
fn in_brackets(text: &str) -> Option<i32> {
    text.rsplit_once('(').and_then(|(_, rest)| kind::number(rest))
}
