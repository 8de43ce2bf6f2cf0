//! `list_asset_events`: when assets were updated, and what that started.

use airvane_api::catalog;
use airvane_api::ids::DagId;
use airvane_api::models::{AssetEvent, Page};
use schemars::JsonSchema;
use serde::Deserialize;

use super::listing::Paging;
use crate::output::{Document, time};
use crate::tool::{Call, Tool, ToolResult};

/// Lists updates of assets.
pub struct ListAssetEvents;

/// Filters and page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    asset_id: Option<i64>,
    #[schemars(with = "Option<String>")]
    source_dag_id: Option<DagId>,
    source_task_id: Option<String>,
    source_run_id: Option<String>,
    limit: Option<u32>,
    offset: Option<u32>,
}

impl Tool for ListAssetEvents {
    const NAME: &'static str = "list_asset_events";
    const TITLE: &'static str = "List asset events";
    const DESCRIPTION: &'static str =
        "List asset (dataset) updates, newest first, and the runs they started.";
    const TOOLSET: &'static str = "asset";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let paging = Paging::new(input.limit, input.offset);
        let page: Page<AssetEvent> = call
            .airflow
            .ask(&catalog::LIST_ASSET_EVENTS, |request| {
                paging
                    .fill(request)
                    .query("order_by", "-timestamp")
                    .query_some("asset_id", input.asset_id)
                    .query_some("source_dag_id", input.source_dag_id.as_ref())
                    .query_some("source_task_id", input.source_task_id.as_deref())
                    .query_some("source_run_id", input.source_run_id.as_deref())
            })
            .await?;
        let mut document = Document::new();
        document.line(paging.headline(&page, "asset events"));
        let columns = [
            "timestamp",
            "asset_id",
            "uri",
            "source_dag",
            "source_task",
            "source_run",
            "runs_started",
        ];
        document.table("asset_events", &columns, page.items.iter().map(row).collect());
        document.more(Paging::more(Self::NAME));
        Ok(document)
    }
}

fn row(event: &AssetEvent) -> Vec<String> {
    let started: Vec<String> = event.created_dagruns.iter().filter_map(started_run).collect();
    vec![
        time::short_some(event.timestamp.as_deref()),
        event.asset_id.map(|id| id.to_string()).unwrap_or_default(),
        event.uri.clone().unwrap_or_default(),
        event.source_dag_id.clone().unwrap_or_default(),
        event.source_task_id.clone().unwrap_or_default(),
        event.source_run_id.clone().unwrap_or_default(),
        started.join(","),
    ]
}

fn started_run(run: &serde_json::Value) -> Option<String> {
    let dag_id = run.get("dag_id")?.as_str()?;
    let run_id = run.get("run_id").or_else(|| run.get("dag_run_id"))?.as_str()?;
    Some(format!("{dag_id}/{run_id}"))
}
