//! `list_dag_runs`: runs of one DAG or of all.

use airvane_api::catalog;
use airvane_api::ids::DagId;
use airvane_api::models::{DagRun, Page};
use schemars::JsonSchema;
use serde::Deserialize;

use super::listing::Paging;
use crate::output::{Document, time};
use crate::suggest;
use crate::tool::{Call, Tool, ToolResult};

/// Lists runs.
pub struct ListDagRuns;

/// Filters and page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// All DAGs if not given.
    #[schemars(with = "Option<String>")]
    dag_id: Option<DagId>,
    /// queued, running, success, failed.
    state: Option<Vec<String>>,
    /// ISO 8601.
    start_date_gte: Option<String>,
    start_date_lte: Option<String>,
    /// Newest first if not given.
    order_by: Option<String>,
    limit: Option<u32>,
    offset: Option<u32>,
}

impl Tool for ListDagRuns {
    const NAME: &'static str = "list_dag_runs";
    const TITLE: &'static str = "List DAG runs";
    const DESCRIPTION: &'static str = "List runs, newest first, of one DAG or of all.";
    const TOOLSET: &'static str = "dagrun";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let paging = Paging::new(input.limit, input.offset);
        let dag_id = input.dag_id.unwrap_or_else(every_dag);
        let page: Page<DagRun> = call
            .airflow
            .ask(&catalog::LIST_DAG_RUNS, |request| {
                paging
                    .fill(request.path("dag_id", &dag_id))
                    .query("order_by", input.order_by.as_deref().unwrap_or("-start_date"))
                    .query_each("state", input.state.iter().flatten())
                    .query_some("start_date_gte", input.start_date_gte.as_deref())
                    .query_some("start_date_lte", input.start_date_lte.as_deref())
            })
            .await?;
        if page.items.is_empty()
            && let Some(missing) = suggest::missing(&call.airflow, &dag_id, None).await
        {
            return Err(missing);
        }
        let mut document = Document::new();
        document.line(paging.headline(&page, "runs"));
        document.table("dag_runs", &COLUMNS, page.items.iter().map(row).collect());
        document.more(Paging::more(Self::NAME));
        if page.items.iter().any(|run| run.state.is_failure()) {
            document.next("diagnose_dag_run explains a failed run");
        }
        Ok(document)
    }
}

/// What Airflow takes for "all DAGs" in a path.
pub(crate) fn every_dag() -> DagId {
    // `~` is a valid id in every respect, so this cannot fail.
    DagId::new("~").unwrap_or_else(|_| unreachable!("`~` is an id"))
}

pub(crate) const COLUMNS: [&str; 7] =
    ["dag_id", "dag_run_id", "state", "run_type", "start", "duration", "note"];

pub(crate) fn row(run: &DagRun) -> Vec<String> {
    vec![
        run.dag_id.clone(),
        run.dag_run_id.clone(),
        run.state.to_string(),
        run.run_type.clone().unwrap_or_default(),
        time::short_some(run.start_date.as_deref()),
        time::elapsed(run.start_date.as_deref(), run.end_date.as_deref()),
        run.note.clone().unwrap_or_default(),
    ]
}
