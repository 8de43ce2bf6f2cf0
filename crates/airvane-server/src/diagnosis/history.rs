//! Whether a failure is new: the runs before it, and whether they failed alike.
//!
//! One list of runs says how many failed and since when. Of the failed runs just before this one
//! at most [`LOGS`] are looked into, and one of an earlier series; what was not looked at is said
//! to be so.

use airvane_api::catalog;
use airvane_api::ids::DagRunId;
use airvane_api::models::{DagRun, Page, TaskInstance};
use futures::future::join_all;

use super::cause::{Cause, LogAddress, headline_of, signature};
use super::picture::Picture;
use crate::failure::Failure;
use crate::output::time;
use crate::tool::Call;

/// Runs that are looked back on, this one included.
const RUNS: u32 = 25;

/// Failed runs just before this one whose logs are read.
const LOGS: usize = 2;

/// The runs before one that failed.
pub(super) struct History {
    /// Those that ended, newest first.
    before: Vec<DagRun>,
    /// Whether there are older ones that were not listed.
    older: bool,
}

/// How another run failed, compared with this one.
#[derive(Debug, PartialEq)]
pub(super) enum Likeness {
    /// The same task with the same error.
    Same,
    /// The same task with another error.
    OtherError(String),
    /// Other tasks.
    OtherTasks(Vec<String>),
    /// Not known, and why.
    Unknown(String),
}

impl History {
    /// Lists the runs before this one; `None` if it has not started, as then none is before it.
    pub(super) async fn of(call: &Call, picture: &Picture) -> Result<Option<Self>, Failure> {
        let Some(start) = picture.run.start_date.as_deref() else { return Ok(None) };
        let page: Page<DagRun> = call
            .airflow
            .ask(&catalog::LIST_DAG_RUNS, |request| {
                request
                    .path("dag_id", &picture.dag_id)
                    .query("start_date_lte", start)
                    .query("order_by", "-start_date")
                    .query("limit", RUNS)
            })
            .await?;
        Ok(Some(Self::new(page, &picture.run.dag_run_id)))
    }

    fn new(page: Page<DagRun>, this: &str) -> Self {
        let older = (page.items.len() as u64) < page.total_or_shown();
        let ended = |run: &DagRun| run.dag_run_id != this && run.state.is_finished();
        Self { before: page.items.into_iter().filter(ended).collect(), older }
    }

    /// The last run before this one that succeeded.
    pub(super) fn last_good(&self) -> Option<&DagRun> {
        self.before.iter().find(|run| is_good(run))
    }

    /// Failed runs between the last good one and this, newest first.
    fn series(&self) -> &[DagRun] {
        let length = self.before.iter().take_while(|run| !is_good(run)).count();
        self.before.get(..length).unwrap_or_default()
    }

    /// The last failure before the last good run, and the good run that came right after it.
    pub(super) fn earlier_series(&self) -> Option<(&DagRun, &DagRun)> {
        let earlier = self.before.get(self.series().len()..)?;
        let failed = earlier.iter().position(|run| !is_good(run))?;
        Some((earlier.get(failed)?, earlier.get(failed.checked_sub(1)?)?))
    }

    /// How often and since when, and whether the failures just before were alike.
    pub(super) fn told(&self, this: &DagRun, likenesses: &[Likeness]) -> String {
        let mut line = self.counted(this);
        let series = self.series().len();
        if series > 0 && !likenesses.is_empty() {
            line.push_str("; ");
            line.push_str(&told_alike(likenesses, series));
        }
        line
    }

    fn counted(&self, this: &DagRun) -> String {
        let all = self.before.len() + 1;
        let failed = self.before.iter().filter(|run| !is_good(run)).count() + 1;
        let series = self.series().len() + 1;
        let of = if self.older { format!("the last {all} runs") } else { format!("{all} runs") };
        let Some(good) = self.last_good() else {
            return match (all, self.older) {
                (1, false) => "History: its first run".to_owned(),
                (1, true) => {
                    "History: unknown, none of the runs listed before it has ended".to_owned()
                }
                (all, false) => format!("Recurring: all {all} runs so far failed"),
                (all, true) => {
                    format!(
                        "Recurring: the last {all} runs all failed; older ones were not looked at"
                    )
                }
            };
        };
        let good = format!("last good run: {}, {}", good.dag_run_id, started(good));
        match (failed, series) {
            (1, _) => format!("New: the first failure in {of} ({good})"),
            (failed, 1) => {
                format!("Again: {failed} of {of} failed, the one before was good ({good})")
            }
            (failed, series) if failed == series => {
                format!(
                    "Recurring: {failed} of {of} failed, all since {} ({good})",
                    self.since(this)
                )
            }
            (failed, series) => format!(
                "Recurring: {failed} of {of} failed, the last {series} in a row since {} ({good})",
                self.since(this)
            ),
        }
    }

    /// When the first run of the series started.
    fn since(&self, this: &DagRun) -> String {
        started(self.series().last().unwrap_or(this))
    }

    /// Looks into the failed runs just before this one.
    pub(super) async fn likenesses(
        &self,
        call: &Call,
        picture: &Picture,
        cause: &Cause,
    ) -> Vec<Likeness> {
        let runs = self.series().iter().take(LOGS);
        join_all(runs.map(|run| likeness(call, picture, cause, run))).await
    }
}

/// Whether a run failed as this one did: one list, and one log if the same task failed.
pub(super) async fn likeness(
    call: &Call,
    picture: &Picture,
    cause: &Cause,
    run: &DagRun,
) -> Likeness {
    compare(call, picture, cause, run)
        .await
        .unwrap_or_else(|failure| Likeness::Unknown(failure.message))
}

async fn compare(
    call: &Call,
    picture: &Picture,
    cause: &Cause,
    run: &DagRun,
) -> Result<Likeness, Failure> {
    const LISTED: u32 = 100;
    let run_id = DagRunId::new(run.dag_run_id.as_str())?;
    let page: Page<TaskInstance> = call
        .airflow
        .ask(&catalog::LIST_TASK_INSTANCES, |request| {
            request
                .path("dag_id", &picture.dag_id)
                .path("dag_run_id", &run_id)
                .query("state", "failed")
                .query("limit", LISTED)
        })
        .await?;
    let task_id = &cause.key.task_id;
    let Some(instance) = page.items.iter().find(|instance| instance.task_id == *task_id) else {
        let total = page.total_or_shown();
        return Ok(if (page.items.len() as u64) < total {
            Likeness::Unknown(format!("{total} instances failed, too many to look at"))
        } else {
            Likeness::OtherTasks(task_ids(&page.items))
        });
    };
    let address = LogAddress { dag_id: &picture.dag_id, dag_run_id: &run_id };
    let reading = address.read(call, instance, instance.try_number).await;
    let (then, now) = (signature(&reading), cause.signature());
    Ok(match (then, now, reading) {
        (Some(then), Some(now), _) if then == now => Likeness::Same,
        (Some(_), Some(_), reading) => Likeness::OtherError(headline_of(&reading)),
        (_, _, Err(failure)) => Likeness::Unknown(failure.message),
        _ => Likeness::Unknown("there is no error to compare".to_owned()),
    })
}

fn task_ids(instances: &[TaskInstance]) -> Vec<String> {
    let mut ids: Vec<String> = instances.iter().map(|one| one.task_id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Newest first, as far as they were looked at.
fn told_alike(likenesses: &[Likeness], series: usize) -> String {
    let same = likenesses.iter().take_while(|likeness| **likeness == Likeness::Same).count();
    let looked = likenesses.len();
    let rest = series.saturating_sub(looked);
    let older = if rest > 0 && same == looked {
        format!(" (the {rest} older: not looked at)")
    } else {
        String::new()
    };
    let first = match same {
        0 => String::new(),
        1 => "the one before with the same error".to_owned(),
        n => format!("the {n} before with the same error"),
    };
    let other = likenesses.get(same).map(|likeness| {
        let which = if same == 0 { "the one before" } else { "the one before that" };
        match likeness {
            Likeness::Same => String::new(),
            Likeness::OtherError(headline) => format!("{which} failed otherwise: {headline}"),
            Likeness::OtherTasks(tasks) if tasks.is_empty() => {
                format!("{which} has no failed task")
            }
            Likeness::OtherTasks(tasks) => {
                format!("{which} failed at other tasks: {}", shown(tasks))
            }
            Likeness::Unknown(why) => format!("[unknown: how {which} failed ({why})]"),
        }
    });
    let parts: Vec<String> =
        [first, other.unwrap_or_default()].into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}{older}", parts.join(", "))
}

fn shown(tasks: &[String]) -> String {
    const SHOWN: usize = 3;
    let more = tasks.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let names: Vec<&str> = tasks.iter().take(SHOWN).map(String::as_str).collect();
    format!("{}{more}", names.join(", "))
}

fn is_good(run: &DagRun) -> bool {
    run.state.as_str() == "success"
}

fn started(run: &DagRun) -> String {
    time::short_some(run.start_date.as_deref())
}

#[cfg(test)]
mod tests {
    use airvane_api::models::State;

    use super::*;

    fn run(number: usize, state: &str) -> DagRun {
        DagRun {
            dag_run_id: format!("r{number}"),
            state: State::new(state),
            start_date: Some(format!("2026-11-{number:02}T06:00:00Z")),
            ..DagRun::default()
        }
    }

    /// Newest first; the first is this run.
    fn history(states: &[&str], total: u64) -> (History, DagRun) {
        let runs: Vec<DagRun> = states
            .iter()
            .enumerate()
            .map(|(index, state)| run(states.len() - index, state))
            .collect();
        let this = runs.first().cloned().unwrap();
        let page = Page { items: runs, total: Some(total) };
        (History::new(page, &this.dag_run_id), this)
    }

    fn told(states: &[&str], total: u64, likenesses: &[Likeness]) -> String {
        let (history, this) = history(states, total);
        history.told(&this, likenesses)
    }

    #[test]
    fn a_first_failure_is_new() {
        assert_eq!(
            told(&["failed", "success", "success"], 40, &[]),
            "New: the first failure in the last 3 runs (last good run: r2, 2026-11-02 06:00:00Z)"
        );
        assert_eq!(told(&["failed"], 1, &[]), "History: its first run");
        assert_eq!(
            told(&["failed", "running", "success"], 3, &[]),
            "New: the first failure in 2 runs (last good run: r1, 2026-11-01 06:00:00Z)"
        );
    }

    #[test]
    fn a_series_has_a_beginning_and_its_errors_are_compared() {
        let same = [Likeness::Same, Likeness::Same];
        assert_eq!(
            told(&["failed", "failed", "failed", "success"], 4, &same),
            "Recurring: 3 of 4 runs failed, all since 2026-11-02 06:00:00Z \
             (last good run: r1, 2026-11-01 06:00:00Z); the 2 before with the same error"
        );
        let (history, _) = history(&["failed", "failed", "failed", "failed", "success"], 5);
        assert_eq!(history.series().len(), 3);
        assert!(told_alike(&same, 3).ends_with("(the 1 older: not looked at)"));
        assert_eq!(
            told_alike(&[Likeness::Same, Likeness::OtherTasks(vec!["load".to_owned()])], 2),
            "the one before with the same error, the one before that failed at other tasks: load"
        );
        assert_eq!(
            told_alike(&[Likeness::Unknown("not found (404)".to_owned())], 1),
            "[unknown: how the one before failed (not found (404))]"
        );
    }

    #[test]
    fn what_was_not_listed_is_not_judged() {
        assert_eq!(
            told(&["failed", "failed"], 99, &[]),
            "Recurring: the last 2 runs all failed; older ones were not looked at"
        );
        assert_eq!(told(&["failed", "failed"], 2, &[]), "Recurring: all 2 runs so far failed");
    }

    #[test]
    fn an_earlier_series_ends_with_the_good_run_right_after_it() {
        let (history, _) = history(&["failed", "success", "success", "failed", "success"], 5);
        let (failed, good) = history.earlier_series().unwrap();
        assert_eq!((failed.dag_run_id.as_str(), good.dag_run_id.as_str()), ("r2", "r3"));
        assert!(self::history(&["failed", "failed", "success"], 3).0.earlier_series().is_none());
    }
}
