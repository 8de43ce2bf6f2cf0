//! Tasks that took much longer or shorter in one run than in another.

use airvane_api::catalog;
use airvane_api::ids::DagRunId;
use airvane_api::models::{DagRun, Page, TaskInstance};

use super::picture::Picture;
use crate::failure::{Failure, FailureKind};
use crate::output::time;
use crate::tool::Call;

/// A task that took less is not told of.
const LONG: f64 = 60.0;

/// How many times as long is much unlike.
const TIMES: f64 = 3.0;

/// Tasks that took much longer or shorter. Only instances of a minute and more are listed, so one
/// that is missing took less, or did not run.
pub(super) async fn between(
    call: &Call,
    picture: &Picture,
    older: &DagRun,
    newer: &DagRun,
) -> Result<Vec<String>, Failure> {
    let took = |run: &DagRun| {
        time::seconds_between(run.start_date.as_deref(), run.end_date.as_deref()).unwrap_or(LONG)
    };
    if took(older) < LONG && took(newer) < LONG {
        return Ok(Vec::new());
    }
    let (before, now) = tokio::join!(long(call, picture, older), long(call, picture, newer));
    Ok(of_durations(&before?, &now?))
}

async fn long(call: &Call, picture: &Picture, run: &DagRun) -> Result<Vec<TaskInstance>, Failure> {
    let run_id = DagRunId::new(run.dag_run_id.as_str())?;
    let page: Page<TaskInstance> = call
        .airflow
        .ask(&catalog::LIST_TASK_INSTANCES, |request| {
            request
                .path("dag_id", &picture.dag_id)
                .path("dag_run_id", &run_id)
                .query("duration_gte", LONG)
                .query("limit", 100)
        })
        .await?;
    let total = page.total_or_shown();
    if (page.items.len() as u64) < total {
        // Of one that was not listed nothing is known, not that it took less.
        let message = format!("{total} instances took over a minute, too many to compare");
        return Err(Failure::new(FailureKind::NotOffered, message));
    }
    Ok(page.items)
}

fn of_durations(older: &[TaskInstance], newer: &[TaskInstance]) -> Vec<String> {
    const SHOWN: usize = 3;
    let longest = |instances: &[TaskInstance], task_id: &str| {
        instances
            .iter()
            .filter(|one| one.task_id == task_id)
            .filter_map(|one| one.duration)
            .fold(None, |longest: Option<f64>, one| Some(longest.map_or(one, |it| it.max(one))))
    };
    let mut task_ids: Vec<&str> =
        newer.iter().chain(older).map(|one| one.task_id.as_str()).collect();
    task_ids.sort_unstable();
    task_ids.dedup();
    let mut unlike: Vec<(f64, String)> = Vec::new();
    for task_id in task_ids {
        let (before, now) = (longest(older, task_id), longest(newer, task_id));
        let times = match (before, now) {
            (Some(before), Some(now)) => (now / before).max(before / now),
            (None, Some(now)) => now / LONG,
            // It may not have got so far: no sign of anything.
            (_, None) => continue,
        };
        if times >= TIMES {
            let before = before.map_or_else(|| "under 1m or not run".to_owned(), time::duration);
            let now = now.map(time::duration).unwrap_or_default();
            unlike.push((times, format!("{task_id} {before} → {now}")));
        }
    }
    unlike.sort_by(|a, b| b.0.total_cmp(&a.0));
    unlike.into_iter().take(SHOWN).map(|(_, text)| text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(task_id: &str, seconds: f64) -> TaskInstance {
        TaskInstance {
            task_id: task_id.to_owned(),
            duration: Some(seconds),
            ..TaskInstance::default()
        }
    }

    #[test]
    fn only_durations_much_unlike_are_told() {
        let older = [took("extract", 62.0), took("load", 100.0)];
        let newer = [took("extract", 723.0), took("load", 150.0), took("sum", 200.0)];
        assert_eq!(
            of_durations(&older, &newer),
            ["extract 1m 2s → 12m 3s", "sum under 1m or not run → 3m 20s"]
        );
    }
}
