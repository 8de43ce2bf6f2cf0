//! Why a DAG starts no run: paused, gone, not scheduled, not due, or assets that nobody updated.

use airvane_api::catalog;
use airvane_api::ids::DagId;
use airvane_api::models::{Asset, AssetEvent, Dag, Page, QueuedAssetEvent};
use futures::future::join_all;

use super::unknown;
use crate::airflow::Airflow;
use crate::failure::Failure;
use crate::output::{Document, time};
use crate::suggest;
use crate::tool::Call;
use crate::tools::list_import_errors::last_line;

/// Assets whose last update is looked up.
const LOOKED_AT: usize = 3;

/// A DAG without runs: its file may have stopped importing.
pub(super) async fn no_runs(call: &Call, dag_id: &DagId) -> Document {
    let mut document = Document::new();
    document.line(format!("{dag_id} has never run"));
    if let Some(error) = suggest::broken_file(&call.airflow, dag_id).await {
        document.line(format!(
            "Its file {} fails to import: {}",
            error.filename,
            last_line(&error)
        ));
        document.next("list_import_errors shows the whole traceback");
    } else {
        reasons(call, dag_id, &mut document).await;
        document.next("explore_dag shows its schedule and its tasks");
    }
    document
}

/// Why no run starts.
async fn reasons(call: &Call, dag_id: &DagId, document: &mut Document) {
    let dag: Result<Dag, Failure> =
        call.airflow.ask(&catalog::GET_DAG_DETAILS, |request| request.path("dag_id", dag_id)).await;
    match dag {
        Ok(dag) => {
            for line in lines(&call.airflow, dag_id, &dag).await {
                document.line(line);
            }
        }
        Err(failure) => {
            document.line(format!("[unknown: {}]", unknown("why it does not run", &failure)));
        }
    }
}

/// What keeps the DAG from starting by itself, line by line; nothing if it is only not due yet.
pub(super) async fn lines(airflow: &Airflow, dag_id: &DagId, dag: &Dag) -> Vec<String> {
    let mut lines = settings(dag);
    if waits_for_assets(dag) {
        match assets(airflow, dag_id).await {
            Ok(found) => lines.extend(found),
            Err(failure) => lines.push(format!(
                "[unknown: {}]",
                unknown("which of its assets were updated", &failure)
            )),
        }
    }
    lines
}

fn settings(dag: &Dag) -> Vec<String> {
    let mut lines = Vec::new();
    if dag.is_gone() {
        lines.push("No DAG file defines it any more".to_owned());
    }
    if dag.is_paused {
        lines.push("The DAG is paused: no run starts until somebody unpauses it".to_owned());
    }
    if waits_for_assets(dag) {
        return lines;
    }
    match (dag.schedule().as_deref(), dag.next_dagrun_run_after.as_deref()) {
        (None | Some("None" | "none" | "null"), _) => {
            lines.push("It has no schedule: it runs only when it is triggered".to_owned());
        }
        (Some(_), Some(next)) => {
            lines.push(format!("Its next run is due after {}", time::short(next)));
        }
        (Some(schedule), None) => {
            lines.push(format!("It is scheduled {schedule}, with no next run"));
        }
    }
    lines
}

/// Airflow 3 says so in the summary, Airflow 2 calls them datasets.
fn waits_for_assets(dag: &Dag) -> bool {
    let is_set = |value: &serde_json::Value| !value.is_null();
    let summary = dag.schedule().unwrap_or_default().to_lowercase();
    dag.asset_expression.as_ref().is_some_and(is_set)
        || summary.contains("asset")
        || summary.contains("dataset")
}

async fn assets(airflow: &Airflow, dag_id: &DagId) -> Result<Vec<String>, Failure> {
    let (assets, queued) = tokio::join!(
        airflow.ask::<Page<Asset>>(&catalog::LIST_ASSETS, |request| {
            request.query("dag_ids", dag_id).query("limit", 100)
        }),
        airflow.ask::<Page<QueuedAssetEvent>>(&catalog::LIST_DAG_ASSET_QUEUED_EVENTS, |request| {
            request.path("dag_id", dag_id)
        }),
    );
    // Without an update in its queue Airflow answers 404.
    let queued = match queued {
        Ok(page) => page.items,
        Err(failure) if failure.is_not_found() => Vec::new(),
        Err(failure) => return Err(failure),
    };
    let assets = assets?.items;
    let missing = missing(&assets, &queued, dag_id.as_str());
    let last =
        join_all(missing.iter().take(LOOKED_AT).map(|asset| last_event(airflow, asset))).await;
    let mut lines: Vec<String> =
        missing.iter().zip(last).map(|(asset, last)| not_updated(asset, &last)).collect();
    if missing.len() > LOOKED_AT {
        lines.push(format!("[{} more assets it waits for]", missing.len() - LOOKED_AT));
    }
    Ok(lines)
}

/// Assets it is scheduled on that were not updated since its last run.
fn missing<'a>(assets: &'a [Asset], queued: &[QueuedAssetEvent], dag_id: &str) -> Vec<&'a Asset> {
    let is_queued = |asset: &Asset| {
        queued.iter().any(|event| {
            event.uri.as_deref() == Some(asset.uri.as_str())
                || (event.asset_id.is_some() && event.asset_id == asset.id)
        })
    };
    assets
        .iter()
        .filter(|asset| asset.scheduled_dags.iter().any(|dag| dag.dag_id == dag_id))
        .filter(|asset| !is_queued(asset))
        .collect()
}

async fn last_event(airflow: &Airflow, asset: &Asset) -> Result<Option<AssetEvent>, Failure> {
    let page: Page<AssetEvent> = airflow
        .ask(&catalog::LIST_ASSET_EVENTS, |request| {
            request
                .query_some("asset_id", asset.id)
                .query("order_by", "-timestamp")
                .query("limit", 1)
        })
        .await?;
    Ok(page.items.into_iter().next())
}

fn not_updated(asset: &Asset, last: &Result<Option<AssetEvent>, Failure>) -> String {
    let by: Vec<String> = asset
        .producing_tasks
        .iter()
        .take(LOOKED_AT)
        .map(|task| format!("{}.{}", task.dag_id, task.task_id.as_deref().unwrap_or("?")))
        .collect();
    let by = if by.is_empty() {
        "no task of any DAG updates it".to_owned()
    } else {
        format!("updated by {}", by.join(", "))
    };
    let uri = &asset.uri;
    match last {
        Ok(None) => format!("It waits for asset {uri}, which was never updated ({by})"),
        Ok(Some(event)) => format!(
            "It waits for asset {uri}, last updated {} ({by})",
            time::short_some(event.timestamp.as_deref())
        ),
        Err(failure) => format!(
            "It waits for asset {uri} ({by}) [unknown: {}]",
            unknown("when it was last updated", failure)
        ),
    }
}

#[cfg(test)]
mod tests {
    use airvane_api::models::AssetRef;
    use serde_json::json;

    use super::*;

    fn asset(id: i64, uri: &str) -> Asset {
        let one = |dag: &str, task: Option<&str>| {
            vec![AssetRef { dag_id: dag.to_owned(), task_id: task.map(str::to_owned) }]
        };
        Asset {
            id: Some(id),
            uri: uri.to_owned(),
            scheduled_dags: one("rollup", None),
            producing_tasks: one("orders", Some("load")),
            ..Asset::default()
        }
    }

    #[test]
    fn only_assets_without_a_queued_update_are_waited_for() {
        let assets = [asset(1, "s3://a"), asset(2, "s3://b"), asset(3, "s3://c")];
        let queued = [
            QueuedAssetEvent { asset_id: Some(1), ..QueuedAssetEvent::default() },
            QueuedAssetEvent { uri: Some("s3://b".to_owned()), ..QueuedAssetEvent::default() },
        ];
        let uris: Vec<&str> =
            missing(&assets, &queued, "rollup").iter().map(|asset| asset.uri.as_str()).collect();
        assert_eq!(uris, ["s3://c"]);
        assert!(missing(&assets, &queued, "orders").is_empty());
        assert_eq!(
            not_updated(&assets[2], &Ok(None)),
            "It waits for asset s3://c, which was never updated (updated by orders.load)"
        );
    }

    #[test]
    fn what_keeps_a_dag_idle_is_told_by_its_settings() {
        let mut dag = Dag { is_paused: true, ..Dag::default() };
        let lines = settings(&dag);
        assert!(lines[0].contains("paused") && lines[1].contains("no schedule"), "{lines:?}");
        dag = Dag {
            timetable_summary: Some("0 3 * * *".to_owned()),
            next_dagrun_run_after: Some("2026-11-21T03:00:00Z".to_owned()),
            ..Dag::default()
        };
        assert_eq!(settings(&dag), ["Its next run is due after 2026-11-21 03:00:00Z"]);
        dag.asset_expression = Some(json!({"all": []}));
        assert!(waits_for_assets(&dag) && settings(&dag).is_empty());
    }
}
