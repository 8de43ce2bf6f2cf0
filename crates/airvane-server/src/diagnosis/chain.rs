//! Follows what a task waits for, or failed for, into other DAGs.
//!
//! An `ExternalTaskSensor` waits for the run of another DAG for a certain date: its log names the
//! date; without its log the date of its own run is taken, which is right unless the sensor has an
//! `execution_delta`. A `TriggerDagRunOperator` waits for the run it started: the one of its DAG
//! that started while it ran. Each step takes two requests, and [`HOPS`] are taken at most.

use std::fmt::Write as _;

use airvane_api::catalog;
use airvane_api::ids::{DagId, DagRunId};
use airvane_api::models::{DagRun, Page, TaskInstance};

use super::unknown;
use crate::airflow::Airflow;
use crate::failure::Failure;
use crate::output::time;

/// DAGs that are followed.
const HOPS: usize = 3;

/// What leads on from a task: a DAG, and which of its runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lead {
    dag_id: String,
    which: Which,
}

#[derive(Clone, Debug, PartialEq)]
enum Which {
    /// The run for this date.
    For { date: String, certain: bool },
    /// The run that started then.
    StartedWithin { from: String, to: Option<String> },
}

impl Lead {
    /// Where a task leads, if it leads anywhere; `log` are lines of its log.
    pub(super) fn of<'a>(
        instance: &TaskInstance,
        log: impl Iterator<Item = &'a str>,
    ) -> Option<Self> {
        let fields = &instance.rendered_fields;
        if let Some(dag_id) = fields.external_dag_id.clone() {
            let said = log.filter_map(poked_date).last();
            let certain = said.is_some();
            let date = said.or_else(|| instance.logical_date.clone())?;
            return Some(Self { dag_id, which: Which::For { date, certain } });
        }
        let which = Which::StartedWithin {
            from: instance.start_date.clone()?,
            to: instance.end_date.clone(),
        };
        Some(Self { dag_id: fields.trigger_dag_id.clone()?, which })
    }
}

/// `Poking for tasks ['load'] in dag orders on 2026-05-02T00:00:00+00:00 ... `: the date.
fn poked_date(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("oking for ")?;
    let (_, dates) = rest.rsplit_once(" on ")?;
    let date = dates.trim().trim_end_matches('.').trim().split(',').next()?;
    time::parse(date).map(|_| date.to_owned())
}

/// One DAG on the way: its run, and the task there that failed or waits.
#[derive(Debug)]
struct Hop {
    dag_id: String,
    which: Which,
    found: Found,
}

#[derive(Debug)]
enum Found {
    Run {
        run: Box<DagRun>,
        at: Option<Box<TaskInstance>>,
    },
    /// Nothing for that date; the DAG's last run, if it has one.
    Nothing {
        last: Option<Box<DagRun>>,
    },
    Unknown(String),
}

/// Follows a lead, and tells where it ends.
pub(super) async fn follow(airflow: &Airflow, lead: Lead) -> String {
    let mut hops: Vec<Hop> = Vec::new();
    let mut next = Some(lead);
    while let Some(lead) = next.take().filter(|_| hops.len() < HOPS) {
        if hops.iter().any(|hop| hop.dag_id == lead.dag_id) {
            break;
        }
        let found = hop(airflow, &lead)
            .await
            .unwrap_or_else(|failure| Found::Unknown(unknown("its run", &failure)));
        if let Found::Run { at: Some(at), .. } = &found {
            next = Lead::of(at, std::iter::empty());
        }
        hops.push(Hop { dag_id: lead.dag_id, which: lead.which, found });
    }
    told(&hops)
}

async fn hop(airflow: &Airflow, lead: &Lead) -> Result<Found, Failure> {
    let dag_id = DagId::new(lead.dag_id.as_str())?;
    let Some(run) = run(airflow, &dag_id, &lead.which).await? else {
        return Ok(Found::Nothing { last: last_run(airflow, &dag_id).await?.map(Box::new) });
    };
    let at = if run.state.as_str() == "success" { None } else { held_at(airflow, &run).await? };
    Ok(Found::Run { run: Box::new(run), at: at.map(Box::new) })
}

async fn run(airflow: &Airflow, dag_id: &DagId, which: &Which) -> Result<Option<DagRun>, Failure> {
    let page: Page<DagRun> = airflow
        .ask(&catalog::LIST_DAG_RUNS, |request| {
            let request = request.path("dag_id", dag_id).query("limit", 2);
            match which {
                Which::For { date, .. } => {
                    request.query("logical_date_gte", date).query("logical_date_lte", date)
                }
                Which::StartedWithin { from, to } => request
                    .query("start_date_gte", from)
                    .query_some("start_date_lte", to.as_deref()),
            }
        })
        .await?;
    // Of two that started then, neither is known to be the one.
    let only = page.items.len() == 1;
    Ok(page.items.into_iter().next().filter(|_| only))
}

async fn last_run(airflow: &Airflow, dag_id: &DagId) -> Result<Option<DagRun>, Failure> {
    let page: Page<DagRun> = airflow
        .ask(&catalog::LIST_DAG_RUNS, |request| {
            request.path("dag_id", dag_id).query("order_by", "-start_date").query("limit", 1)
        })
        .await?;
    Ok(page.items.into_iter().next())
}

/// The first task that failed, or else one that waits.
async fn held_at(airflow: &Airflow, run: &DagRun) -> Result<Option<TaskInstance>, Failure> {
    let dag_id = DagId::new(run.dag_id.as_str())?;
    let run_id = DagRunId::new(run.dag_run_id.as_str())?;
    let page: Page<TaskInstance> = airflow
        .ask(&catalog::LIST_TASK_INSTANCES, |request| {
            request
                .path("dag_id", &dag_id)
                .path("dag_run_id", &run_id)
                .query_each("state", ["failed", "up_for_reschedule", "deferred", "running"])
                .query("limit", 100)
        })
        .await?;
    let rank = |one: &TaskInstance| (!one.state.is_failure(), one.end_date.clone());
    Ok(page.items.into_iter().min_by_key(rank))
}

/// The way from DAG to DAG in one sentence, with the call that explains its end.
fn told(hops: &[Hop]) -> String {
    let mut out = String::new();
    for (index, hop) in hops.iter().enumerate() {
        out.push_str(if index == 0 { "depends on " } else { ", which depends on " });
        out.push_str(&hop.text());
    }
    let end = hops.iter().rev().find_map(Hop::run).filter(|run| run.state.as_str() != "success");
    if let Some(run) = end {
        let _ = write!(
            out,
            "; diagnose_dag_run(dag_id={}, dag_run_id={}) explains it",
            run.dag_id, run.dag_run_id
        );
    }
    out
}

impl Hop {
    fn run(&self) -> Option<&DagRun> {
        match &self.found {
            Found::Run { run, .. } => Some(run),
            Found::Nothing { .. } | Found::Unknown(_) => None,
        }
    }

    fn text(&self) -> String {
        let dag_id = &self.dag_id;
        match &self.found {
            Found::Run { run, at: None } => {
                format!("{dag_id} run {}, which is {}", run.dag_run_id, run.state)
            }
            Found::Run { run, at: Some(at) } => {
                let state = if at.state.is_failure() { "failed" } else { at.state.as_str() };
                format!(
                    "{dag_id} run {}, which is {}: {} {state}",
                    run.dag_run_id,
                    run.state,
                    at.key()
                )
            }
            Found::Nothing { last } => {
                let last = match last {
                    None => "it has no run at all".to_owned(),
                    Some(run) => format!(
                        "its last is {}, {}, {}",
                        run.dag_run_id,
                        run.state,
                        time::short_some(run.start_date.as_deref())
                    ),
                };
                format!("{dag_id}, {} ({last})", self.which.missing())
            }
            Found::Unknown(why) => format!("{dag_id} [unknown: {why}]"),
        }
    }
}

impl Which {
    fn missing(&self) -> String {
        match self {
            Self::For { date, certain: true } => {
                format!("which has no run for {}", time::short(date))
            }
            Self::For { date, certain: false } => format!(
                "which has no run for {} [unknown: whether it looks for another date]",
                time::short(date)
            ),
            Self::StartedWithin { .. } => "[unknown: which of its runs]".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use airvane_api::models::{RenderedFields, State};

    use super::*;

    fn sensor() -> TaskInstance {
        TaskInstance {
            task_id: "wait".to_owned(),
            state: State::new("failed"),
            logical_date: Some("2026-05-02T03:00:00Z".to_owned()),
            rendered_fields: RenderedFields {
                external_dag_id: Some("orders".to_owned()),
                ..RenderedFields::default()
            },
            ..TaskInstance::default()
        }
    }

    const POKING: &str =
        "Poking for tasks ['load'] in dag orders on 2026-05-02T00:00:00+00:00 ... ";

    #[test]
    fn the_log_says_for_which_date_a_sensor_waits() {
        let lead = Lead::of(&sensor(), [POKING].into_iter()).unwrap();
        let date = "2026-05-02T00:00:00+00:00".to_owned();
        assert_eq!(lead.which, Which::For { date, certain: true });
        let lead = Lead::of(&sensor(), std::iter::empty()).unwrap();
        let date = "2026-05-02T03:00:00Z".to_owned();
        assert_eq!(lead.which, Which::For { date, certain: false });
        assert_eq!(Lead::of(&TaskInstance::default(), std::iter::empty()), None);
    }

    fn hop(dag_id: &str, found: Found) -> Hop {
        let which = Which::For { date: "2026-05-02T00:00:00Z".to_owned(), certain: true };
        Hop { dag_id: dag_id.to_owned(), which, found }
    }

    fn run(dag_id: &str, state: &str) -> Box<DagRun> {
        Box::new(DagRun {
            dag_id: dag_id.to_owned(),
            dag_run_id: "r1".to_owned(),
            state: State::new(state),
            ..DagRun::default()
        })
    }

    #[test]
    fn the_end_of_the_way_is_named_with_the_call_that_explains_it() {
        let load = TaskInstance { task_id: "load".to_owned(), ..sensor() };
        let hops = [
            hop(
                "orders",
                Found::Run { run: run("orders", "failed"), at: Some(Box::new(sensor())) },
            ),
            hop("raw", Found::Run { run: run("raw", "failed"), at: Some(Box::new(load)) }),
        ];
        assert_eq!(
            told(&hops),
            "depends on orders run r1, which is failed: wait failed, which depends on raw run r1, \
             which is failed: load failed; diagnose_dag_run(dag_id=raw, dag_run_id=r1) explains it"
        );
    }

    #[test]
    fn a_run_that_does_not_exist_is_told_and_nothing_is_guessed() {
        let nothing = hop("orders", Found::Nothing { last: Some(run("orders", "success")) });
        assert!(
            told(&[nothing])
                .contains("has no run for 2026-05-02 00:00:00Z (its last is r1, success")
        );
        let unknown = hop("orders", Found::Unknown("its run (not found (404))".to_owned()));
        assert_eq!(told(&[unknown]), "depends on orders [unknown: its run (not found (404))]");
    }
}
