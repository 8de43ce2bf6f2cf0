//! `list_pools`: slots, taken and free.

use airvane_api::catalog;
use airvane_api::models::{Page, Pool};
use schemars::JsonSchema;
use serde::Deserialize;

use super::listing::Paging;
use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Lists pools.
pub struct ListPools;

/// Page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    limit: Option<u32>,
    offset: Option<u32>,
}

impl Tool for ListPools {
    const NAME: &'static str = "list_pools";
    const TITLE: &'static str = "List pools";
    const DESCRIPTION: &'static str =
        "List pools with slots in all, open, running, queued and wanted.";
    const TOOLSET: &'static str = "pool";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let paging = Paging::new(input.limit, input.offset);
        let page: Page<Pool> =
            call.airflow.ask(&catalog::LIST_POOLS, |request| paging.fill(request)).await?;
        let mut document = Document::new();
        document.line(paging.headline(&page, "pools"));
        let columns =
            ["pool", "slots", "open", "running", "queued", "scheduled", "deferred", "description"];
        document.table("pools", &columns, page.items.iter().map(row).collect());
        document.more(Paging::more(Self::NAME));
        Ok(document)
    }
}

fn row(pool: &Pool) -> Vec<String> {
    let mut cells = vec![pool.name.clone()];
    let counts = [
        pool.slots,
        pool.open_slots,
        pool.running_slots,
        pool.queued_slots,
        pool.scheduled_slots,
        pool.deferred_slots,
    ];
    cells.extend(counts.map(|count| count.to_string()));
    cells.push(pool.description.clone().unwrap_or_default());
    cells
}
