//! Weighs the accounts of a failure that a log gives, and tells the best.

use std::sync::Arc;

use airvane_redact::SafeText;

use super::finder::Attempt;
use super::kind::{self, FailureKind};
use super::telling::{Clues, Recent, repeats};
use super::{Certainty, Failure, Outcome, Signature, phrases};
use crate::event::{Event, Exception, Extra, Frame, Relation};
use crate::find::line::{Line, weight};

/// User frames given with a failure, the innermost.
const MAX_FRAMES: usize = 12;

/// Members of an exception group named in the headline.
const MAX_MEMBERS: usize = 3;

/// How much an account counts. Of two with the same rank the later wins, except for what befell
/// the process: there the first is the cause and the rest its consequences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A line logged as an error.
    #[default]
    Line,
    /// A traceback somebody printed.
    Printed,
    /// A traceback somebody logged.
    Logged,
    /// The process ended with an error code.
    Exit,
    /// Airflow 2's repetition of the exception.
    Echo,
    /// The process was killed or told to stop.
    Process,
    /// The task runner's word.
    Anchor,
}

impl Rank {
    /// The rank of an exception told by an event of this rank.
    pub(super) fn with_exception(self) -> Self {
        self.max(Self::Printed)
    }
}

/// One account of the failure.
#[derive(Clone)]
pub(super) struct Candidate {
    rank: Rank,
    kind: Option<FailureKind>,
    line: Arc<Line>,
    /// `None`: the line itself.
    headline: Option<SafeText>,
    chain: Vec<Exception>,
    /// Whether the headline is the log's own sentence rather than an exception.
    worded: bool,
    /// The lines before it that explain it; looked for at the end where the account may well be
    /// replaced by the next line.
    telling: Option<Vec<Arc<Line>>>,
}

impl Candidate {
    pub(super) fn new(
        rank: Rank,
        line: &Arc<Line>,
        chain: Vec<Exception>,
        recent: &Recent,
    ) -> Self {
        let kind = (!chain.is_empty()).then(|| kind::of_chain(&chain));
        let headline = headline(&chain);
        let mut candidate = Self::bare(rank, kind, line, chain);
        candidate.headline = headline;
        candidate.look(recent);
        candidate
    }

    /// Looks for what explains it, unless the next line may well replace it.
    fn look(&mut self, recent: &Recent) {
        if self.rank >= Rank::Exit {
            let clues = self.kind.map_or(Clues::Notable, FailureKind::clues);
            let headline = self.headline.as_ref().unwrap_or(&self.line.text);
            self.telling = Some(recent.telling(&self.chain, headline, clues));
        }
    }

    fn bare(
        rank: Rank,
        kind: Option<FailureKind>,
        line: &Arc<Line>,
        chain: Vec<Exception>,
    ) -> Self {
        let (headline, telling) = (None, None);
        let worded = chain.is_empty();
        Self { rank, kind, line: Arc::clone(line), headline, chain, worded, telling }
    }

    /// An account without an exception; the event's extras belong to what it says.
    pub(super) fn word(
        rank: Rank,
        kind: FailureKind,
        event: &Event,
        line: &Arc<Line>,
        recent: &Recent,
    ) -> Self {
        let mut candidate = Self::bare(rank, Some(kind), line, Vec::new());
        let said = without_advice(&line.text.truncate_chars(1_000));
        let short = event.extras.iter().filter(|extra| extra.text().len() <= 200);
        let parts = std::iter::once(&said).chain(short.map(Extra::text));
        let mut headline = SafeText::join(parts, " ");
        let is_named = kind.signal_name().is_some_and(|name| headline.contains(name));
        if let (false, Some(note)) = (is_named, kind.signal_note()) {
            headline = SafeText::join([&headline, &SafeText::default()], note);
        }
        candidate.headline = Some(headline);
        candidate.look(recent);
        candidate
    }

    pub(super) fn held_bytes(&self) -> usize {
        let telling = self.telling.iter().flatten().map(|line| weight(line)).sum::<usize>();
        let chain = self.chain.iter().map(Exception::held_bytes).sum::<usize>();
        let headline = self.headline.as_ref().map_or(0, |headline| headline.len());
        weight(&self.line) + headline + telling + chain
    }
}

/// `Process terminated by signal. For more information, see https://…` without the advice.
fn without_advice(text: &SafeText) -> SafeText {
    let end = text.find(" For more information").or_else(|| text.find("For more information"));
    end.and_then(|end| text.slice(..end)).map_or_else(|| text.clone(), |text| text.trimmed())
}

impl Attempt {
    pub(super) fn offer(&mut self, candidate: Candidate) {
        match candidate.rank {
            Rank::Printed => self.printed = Some(candidate.clone()),
            Rank::Echo => self.echo = Some(candidate.clone()),
            Rank::Process => {
                self.stopped.get_or_insert_with(|| candidate.clone());
            }
            _ => {}
        }
        let wins = self.best.as_ref().is_none_or(|best| {
            candidate.rank > best.rank
                || (candidate.rank == best.rank && candidate.rank != Rank::Process)
        });
        if wins {
            self.best = Some(candidate);
        }
    }
}

/// The failure of an attempt, if it failed.
pub(super) fn choose(attempt: Attempt, recent: &Recent) -> Option<Failure> {
    if !matches!(attempt.outcome, Outcome::Unknown | Outcome::Failed) {
        return None;
    }
    let Attempt { best, stopped, echo, printed, .. } = attempt;
    let mut best = best?;
    borrow_frames(&mut best, echo);
    if best.kind == Some(FailureKind::Stopped)
        && let Some(stopped) = stopped
    {
        // The task's own `Received SIGTERM` only follows from it.
        best.headline = stopped.headline;
        best.worded = true;
        best.kind = stopped.kind;
        best.line = stopped.line;
    }
    attach_output(&mut best, printed);
    Some(told(best, recent))
}

/// Airflow 2 tells `sys.exit` without its frames first, and with them when it says it again.
fn borrow_frames(best: &mut Candidate, echo: Option<Candidate>) {
    if best.chain.is_empty()
        && best.rank == Rank::Anchor
        && let Some(echo) = echo
    {
        best.chain = echo.chain;
        if best.kind.is_none() {
            best.kind = echo.kind;
            best.headline = echo.headline;
            best.worded = false;
        }
    }
}

/// Puts what a command printed behind the exception that only reports the command's failure.
fn attach_output(best: &mut Candidate, printed: Option<Candidate>) {
    let Some(printed) = printed.filter(|_| best.kind.is_some_and(FailureKind::has_output)) else {
        return;
    };
    if best.rank == Rank::Printed || best.chain.is_empty() {
        return;
    }
    best.headline = printed.headline;
    for (at, mut exception) in printed.chain.into_iter().enumerate() {
        if at == 0 {
            exception.relation = Relation::Output;
        }
        best.chain.push(exception);
    }
}

fn told(best: Candidate, recent: &Recent) -> Failure {
    let Candidate { rank, kind, line, headline, chain, worded, telling } = best;
    let headline = headline.unwrap_or_else(|| line.text.truncate_chars(1_000));
    let kind = kind.unwrap_or(FailureKind::Logged);
    let mut telling = telling.unwrap_or_default();
    if telling.is_empty() && (rank < Rank::Exit || kind.has_output()) {
        // With output: Airflow 3 writes what a task printed after the word on its failure.
        telling = recent.telling(&chain, &headline, kind.clues());
    }
    telling.retain(|told| {
        told.number != line.number
            && (told.number < line.number || kind.has_output())
            && !repeats(told, &chain, &headline)
    });
    let kind = pod_reason(kind, &telling);
    let root = root(&chain);
    let signature = match root {
        Some(root) if !worded => Signature::of_exception(root),
        _ => Signature::of_kind(kind, &headline),
    };
    Failure {
        kind,
        certainty: if rank >= Rank::Exit { Certainty::Certain } else { Certainty::Likely },
        frames: frames(&chain, root),
        headline,
        telling_lines: telling,
        line: line.number,
        signature,
        chain,
    }
}

/// The exception that tells most: down the direct causes, and into a command's output. A bare
/// key (`KeyError: 'CHF'`) says less than what was raised for it.
fn root(chain: &[Exception]) -> Option<&Exception> {
    let start = output(chain).unwrap_or_default();
    let is_cause = |exception: &&Exception| exception.relation == Relation::Cause;
    let causes = chain.iter().skip(start + 1).take_while(is_cause);
    let telling = causes.filter(|cause| {
        !matches!(cause.short_type(), "KeyError" | "StopIteration") && !cause.value().is_empty()
    });
    telling.last().or_else(|| chain.get(start))
}

/// Where what a command printed begins.
fn output(chain: &[Exception]) -> Option<usize> {
    chain.iter().position(|exception| exception.relation == Relation::Output)
}

/// The root's own line; a group's members with it, a message that begins with a line break with
/// its first words.
fn headline(chain: &[Exception]) -> Option<SafeText> {
    let root = root(chain)?;
    let mut parts = vec![root.headline()];
    if root.value().is_empty() {
        parts.extend(root.more.iter().find(|line| !line.trim().is_empty()).map(SafeText::trimmed));
    }
    let members = root.members.iter().filter(|member| member.relation == Relation::Member);
    parts.extend(members.take(MAX_MEMBERS).map(Exception::headline));
    Some(
        SafeText::join(&parts, if root.members.is_empty() { " " } else { "; " })
            .truncate_chars(1_000),
    )
}

fn pod_reason(kind: FailureKind, telling: &[Arc<Line>]) -> FailureKind {
    match kind {
        FailureKind::Kubernetes { reason: None } => FailureKind::Kubernetes {
            reason: telling.iter().rev().find_map(|line| phrases::pod_reason(&line.text)),
        },
        other => other,
    }
}

fn frames(chain: &[Exception], root: Option<&Exception>) -> Vec<Frame> {
    let of = |exception: &Exception| -> Vec<Frame> { exception.user_frames().cloned().collect() };
    let printed = chain.iter().skip(output(chain).unwrap_or_default());
    let mut all = root.into_iter().chain(printed).chain(chain);
    let mut frames = all.find_map(|e| Some(of(e)).filter(|f| !f.is_empty())).unwrap_or_default();
    let surplus = frames.len().saturating_sub(MAX_FRAMES);
    frames.drain(..surplus);
    frames
}

/// A dbt error as an exception: `Database Error in model orders (models/orders.sql)`.
pub(super) fn dbt_exception(text: &SafeText) -> Exception {
    let start = text.len() - phrases::strip_clock(text).len();
    let summary = text.slice(start..).unwrap_or_default().truncate_chars(1_000);
    Exception { summary, ..Exception::default() }
}
