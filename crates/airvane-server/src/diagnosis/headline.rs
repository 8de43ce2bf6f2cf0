//! The first lines of a diagnosis: what, in which state, since when, and what of it failed.

use jiff::Timestamp;

use super::picture::Picture;
use crate::output::{Document, time};

/// Adds them.
pub(super) fn headline(document: &mut Document, picture: &Picture, now: Timestamp) {
    let run = &picture.run;
    let took = time::elapsed_at(now, run.start_date.as_deref(), run.end_date.as_deref());
    let when = match run.start_date.as_deref() {
        Some(start) => format!("started {}, {took}", time::short(start)),
        None => "not started".to_owned(),
    };
    let chosen = if picture.chosen {
        ", the last failed run or else the last: no dag_run_id was given"
    } else {
        ""
    };
    document.line(format!(
        "Run {} of {} is {} ({when}{chosen})",
        run.dag_run_id, run.dag_id, run.state
    ));
    let timeout = timed_out(picture);
    if let Some(timeout) = timeout {
        document.line(format!(
            "It ran longer than its dagrun_timeout of {}, at which Airflow fails a run and stops its tasks",
            time::duration(timeout)
        ));
    }
    if timeout.is_none() || picture.failed.total > 0 {
        document.line(what_failed(picture));
    }
}

/// The longest time of a run, if this one failed after it: Airflow says so nowhere.
fn timed_out(picture: &Picture) -> Option<f64> {
    let run = &picture.run;
    let timeout = picture.dag.as_ref()?.run_timeout_seconds()?;
    let took = time::seconds_between(run.start_date.as_deref(), run.end_date.as_deref())?;
    (run.state.is_failure() && took >= timeout).then_some(timeout)
}

fn what_failed(picture: &Picture) -> String {
    let failed = picture.failed.total;
    let tasks = picture.failed.tasks().len();
    let instances = match (failed, tasks) {
        (0, _) => String::new(),
        (1, _) => "1 task failed".to_owned(),
        (n, tasks) if n == tasks as u64 => format!("{n} tasks failed"),
        (n, 1) => format!("{n} task instances of one task failed"),
        (n, tasks) => format!("{n} task instances of {tasks} tasks failed"),
    };
    match (failed, picture.run.state.as_str()) {
        (0, "failed") => {
            "No task failed: the run itself was failed, by its dagrun_timeout, by hand, or because \
             nothing could run any more"
                .to_owned()
        }
        (0, "success") => "No task failed".to_owned(),
        (0, _) if picture.retrying.total > 0 => {
            format!("{} task instances failed and will be tried again", picture.retrying.total)
        }
        (0, _) => "Nothing has failed so far".to_owned(),
        (_, "success") => format!(
            "The run is green although {instances}: what follows them runs whatever their state \
             (trigger_rule), they are teardown tasks, or the run was marked by hand"
        ),
        _ => instances,
    }
}
