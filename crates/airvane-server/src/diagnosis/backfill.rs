//! Runs of a backfill that do not start: the backfill is paused, or as many run as it allows
//! (Airflow 3; `max_active_runs` of the DAG does not count for them).

use airvane_api::models::{Backfill, DagRun, Page};
use airvane_api::{ApiVersion, catalog};

use super::picture::Picture;
use super::unknown;
use crate::failure::Failure;
use crate::output::time;
use crate::tool::Call;

/// Why a queued run of a backfill waits; nothing for other runs.
pub(super) async fn lines(call: &Call, picture: &Picture) -> Vec<String> {
    if picture.run.run_type.as_deref() != Some("backfill") {
        return Vec::new();
    }
    match reasons(call, picture).await {
        Ok(lines) => lines,
        Err(failure) => {
            vec![format!("[unknown: {}]", unknown("whether its backfill is paused", &failure))]
        }
    }
}

async fn reasons(call: &Call, picture: &Picture) -> Result<Vec<String>, Failure> {
    if call.airflow.api().await? == ApiVersion::V1 {
        return Ok(Vec::new());
    }
    let (backfills, running) = tokio::join!(
        call.airflow.ask::<Page<Backfill>>(&catalog::LIST_BACKFILLS, |request| {
            request.query("dag_id", &picture.dag_id).query("order_by", "-id").query("limit", 20)
        }),
        call.airflow.ask::<Page<DagRun>>(&catalog::LIST_DAG_RUNS, |request| {
            request
                .path("dag_id", &picture.dag_id)
                .query("state", "running")
                .query("run_type", "backfill")
                .query("limit", 1)
        }),
    );
    Ok(told(&backfills?.items, running?.total_or_shown()))
}

/// A DAG has at most one backfill that is not completed.
fn told(backfills: &[Backfill], running: u64) -> Vec<String> {
    let Some(backfill) = backfills.iter().find(|one| one.completed_at.is_none()) else {
        return Vec::new();
    };
    let range = format!(
        "backfill {} ({} to {})",
        backfill.id,
        time::short_some(backfill.from_date.as_deref()),
        time::short_some(backfill.to_date.as_deref())
    );
    if backfill.is_paused {
        return vec![format!("It waits because {range} is paused")];
    }
    match backfill.max_active_runs {
        Some(limit) if running >= u64::from(limit) => vec![format!(
            "It waits for its turn: {range} runs at most {limit} at once and {running} are running"
        )],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backfill_holds_its_runs_by_pause_or_limit() {
        let open = Backfill { id: 7, max_active_runs: Some(2), ..Backfill::default() };
        let done = Backfill { completed_at: Some("2026-11-20".to_owned()), ..open.clone() };
        let paused = Backfill { is_paused: true, ..open.clone() };
        let both = [done, open];
        assert!(told(&both[..1], 9).is_empty());
        assert!(told(&both, 1).is_empty());
        assert!(told(&both, 2)[0].contains("at most 2 at once and 2 are running"));
        assert!(told(&[paused], 0)[0].contains("backfill 7"));
    }
}
