//! What runs and tasks tell of an Airflow's health: more failures than usual, runs that do not end,
//! tasks that no executor takes.

use airvane_api::catalog;
use airvane_api::ids::DagRunId;
use airvane_api::models::{DagRun, Page, TaskInstance};
use jiff::{SignedDuration, Timestamp};

use super::get_system_health::{Check, State, counted};
use super::list_dag_runs::every_dag;
use crate::failure::Failure;
use crate::output::time;
use crate::tool::Call;

/// Days before the last that say what is usual.
const USUAL_DAYS: i64 = 7;

/// A task that waits longer for an executor is stuck.
const QUEUED: SignedDuration = SignedDuration::from_mins(10);

/// Runs of a time, and how many of them failed.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    failed: u64,
    all: u64,
}

/// Runs that failed within a day, against the days before.
pub(super) async fn failed_runs(call: &Call) -> Check {
    const NAME: &str = "runs of the last 24 h";
    let now = call.airflow.now();
    let (day, week) = (ago(now, 24), ago(now, 24 * (USUAL_DAYS + 1)));
    let counts = tokio::try_join!(counts(call, &day, None), counts(call, &week, Some(&day)));
    match counts {
        Ok((now, usual)) => Check::of(NAME, is_much(now, usual), rates(now, usual)),
        Err(failure) => Check::unknown(NAME, &failure),
    }
}

async fn counts(call: &Call, from: &str, to: Option<&str>) -> Result<Counts, Failure> {
    let count = async |state: Option<&str>| {
        let page: Page<DagRun> = call
            .airflow
            .ask(&catalog::LIST_DAG_RUNS, |request| {
                request
                    .path("dag_id", &every_dag())
                    .query("start_date_gte", from)
                    .query_some("start_date_lte", to)
                    .query("limit", 1)
                    .query_some("state", state)
            })
            .await?;
        Ok::<_, Failure>(page.total_or_shown())
    };
    let (failed, all) = tokio::try_join!(count(Some("failed")), count(None))?;
    Ok(Counts { failed, all })
}

/// Failed runs are work for somebody, not a fault of Airflow: they count as a problem from one in
/// five, or from twice the usual rate where there are enough runs to tell.
fn is_much(now: Counts, usual: Counts) -> bool {
    const ENOUGH: u64 = 20;
    let often = now.failed > 0 && now.failed * 5 >= now.all;
    let more = now.all >= ENOUGH
        && usual.all >= ENOUGH
        && now.failed >= 3
        && now.failed * usual.all > 2 * usual.failed * now.all;
    often || more
}

fn rates(now: Counts, usual: Counts) -> String {
    let before = if usual.all == 0 {
        format!("no runs in the {USUAL_DAYS} days before")
    } else {
        format!("{} in the {USUAL_DAYS} days before", percent(usual))
    };
    format!("{} of {} failed, {}; {before} (list_failures)", now.failed, now.all, percent(now))
}

/// To the nearest; a few of very many are not none.
fn percent(counts: Counts) -> String {
    let all = counts.all.max(1);
    match (200 * counts.failed + all) / (2 * all) {
        0 if counts.failed > 0 => "under 1 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

/// Runs that have been running for long: a day is unusual for most.
pub(super) async fn long_runs(call: &Call) -> Check {
    const NAME: &str = "runs running for over 24 h";
    let before = ago(call.airflow.now(), 24);
    let page: Result<Page<DagRun>, Failure> = call
        .airflow
        .ask(&catalog::LIST_DAG_RUNS, |request| {
            request
                .path("dag_id", &every_dag())
                .query("state", "running")
                .query("start_date_lte", &before)
                .query("limit", 5)
        })
        .await;
    match page {
        Ok(page) => {
            let texts: Vec<String> =
                page.items.iter().map(|run| format!("{} {}", run.dag_id, run.dag_run_id)).collect();
            let total = page.total_or_shown();
            Check::of(NAME, total > 0, counted(total, &texts))
        }
        Err(failure) => Check::unknown(NAME, &failure),
    }
}

/// Tasks that were handed to the executor and that nothing takes.
pub(super) async fn queued_tasks(call: &Call) -> Check {
    const NAME: &str = "tasks queued for over 10 min";
    let Ok(every_run) = DagRunId::new("~") else { return Check::of(NAME, false, "none") };
    let page: Result<Page<TaskInstance>, Failure> = call
        .airflow
        .ask(&catalog::LIST_TASK_INSTANCES, |request| {
            request
                .path("dag_id", &every_dag())
                .path("dag_run_id", &every_run)
                .query("state", "queued")
                .query("limit", 100)
        })
        .await;
    match page {
        Ok(page) => long_queued(NAME, &page, call.airflow.now()),
        Err(failure) => Check::unknown(NAME, &failure),
    }
}

fn long_queued(name: &'static str, page: &Page<TaskInstance>, now: Timestamp) -> Check {
    const SHOWN: usize = 5;
    let waits = |instance: &&TaskInstance| {
        let since = instance.queued_when.as_deref().and_then(time::parse);
        since.is_some_and(|since| now.duration_since(since) > QUEUED)
    };
    let long: Vec<&TaskInstance> = page.items.iter().filter(waits).collect();
    let unread = page.total_or_shown().saturating_sub(page.items.len() as u64);
    if long.is_empty() && unread > 0 {
        let detail =
            format!("{unread} of {} queued tasks were not looked at", page.total_or_shown());
        return Check { name, state: State::Unknown, detail };
    }
    let texts: Vec<String> = long
        .iter()
        .take(SHOWN)
        .map(|one| {
            let queue = one.queue.as_deref().unwrap_or("default");
            format!("{}.{} in {} (queue {queue})", one.dag_id, one.key(), one.dag_run_id)
        })
        .collect();
    Check::of(name, !long.is_empty(), counted(long.len() as u64, &texts))
}

/// The instant so many hours ago, as Airflow takes it.
fn ago(now: Timestamp, hours: i64) -> String {
    now.checked_sub(SignedDuration::from_hours(hours))
        .map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(failed: u64, all: u64) -> Counts {
        Counts { failed, all }
    }

    #[test]
    fn failures_are_much_by_themselves_or_against_the_usual() {
        assert!(!is_much(of(0, 0), of(0, 0)));
        assert!(is_much(of(1, 5), of(0, 0)));
        assert!(!is_much(of(8, 100), of(40, 700)));
        assert!(is_much(of(12, 100), of(14, 700)));
        assert!(!is_much(of(2, 100), of(0, 700)), "two failures are no trend");
        assert_eq!(
            rates(of(12, 100), of(14, 700)),
            "12 of 100 failed, 12 %; 2 % in the 7 days before (list_failures)"
        );
        assert_eq!(percent(of(392, 40_000)), "1 %");
        assert_eq!(percent(of(3, 40_000)), "under 1 %");
        assert_eq!(percent(of(0, 40_000)), "0 %");
    }

    #[test]
    fn a_task_that_no_executor_takes_is_a_problem_and_an_unread_list_is_unknown() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let queued =
            |at: &str| TaskInstance { queued_when: Some(at.to_owned()), ..TaskInstance::default() };
        let state = |at: &str, total: u64| {
            let page = Page { items: vec![queued(at)], total: Some(total) };
            long_queued("queued", &page, now).state
        };
        assert_eq!(state("2026-11-20T11:59:00Z", 1), State::Ok);
        assert_eq!(state("2026-11-20T11:30:00Z", 900), State::Problem);
        assert_eq!(state("2026-11-20T11:59:00Z", 900), State::Unknown);
    }
}
