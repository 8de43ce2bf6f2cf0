//! `list_assets`: what DAGs exchange; Airflow 2 calls them datasets.

use airvane_api::catalog;
use airvane_api::models::{Asset, AssetRef, Page};
use schemars::JsonSchema;
use serde::Deserialize;

use super::listing::Paging;
use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Lists assets.
pub struct ListAssets;

/// Filters and page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    uri_pattern: Option<String>,
    limit: Option<u32>,
    offset: Option<u32>,
}

impl Tool for ListAssets {
    const NAME: &'static str = "list_assets";
    const TITLE: &'static str = "List assets";
    const DESCRIPTION: &'static str =
        "List assets (datasets) with the DAGs that produce and consume them.";
    const TOOLSET: &'static str = "asset";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let paging = Paging::new(input.limit, input.offset);
        let page: Page<Asset> = call
            .airflow
            .ask(&catalog::LIST_ASSETS, |request| {
                paging.fill(request).query_some("uri_pattern", input.uri_pattern.as_deref())
            })
            .await?;
        let mut document = Document::new();
        document.line(paging.headline(&page, "assets"));
        let columns = ["asset_id", "name", "uri", "producers", "consumers"];
        document.table("assets", &columns, page.items.iter().map(row).collect());
        document.more(Paging::more(Self::NAME));
        Ok(document)
    }
}

fn row(asset: &Asset) -> Vec<String> {
    let name = asset.name.clone().filter(|name| *name != asset.uri);
    vec![
        asset.id.map(|id| id.to_string()).unwrap_or_default(),
        name.unwrap_or_default(),
        asset.uri.clone(),
        places(&asset.producing_tasks),
        places(&asset.scheduled_dags),
    ]
}

fn places(references: &[AssetRef]) -> String {
    let texts: Vec<String> = references
        .iter()
        .map(|place| match &place.task_id {
            Some(task) => format!("{}.{task}", place.dag_id),
            None => place.dag_id.clone(),
        })
        .collect();
    texts.join(",")
}
