//! `list_dags`: which DAGs are there.

use airvane_api::catalog;
use airvane_api::models::{Dag, Page};
use schemars::JsonSchema;
use serde::Deserialize;

use super::listing::{Paging, filter_if_known, mark};
use crate::output::{Document, time};
use crate::tool::{Call, Tool, ToolResult};

/// Lists DAGs.
pub struct ListDags;

/// Filters and page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Part of the id.
    dag_id_pattern: Option<String>,
    tags: Option<Vec<String>>,
    /// From Airflow 2.6.
    paused: Option<bool>,
    /// Airflow 3: only DAGs whose last run has this state.
    last_dag_run_state: Option<String>,
    limit: Option<u32>,
    offset: Option<u32>,
}

impl Tool for ListDags {
    const NAME: &'static str = "list_dags";
    const TITLE: &'static str = "List DAGs";
    const DESCRIPTION: &'static str =
        "List DAGs with schedule, owners, tags and whether they are paused.";
    const TOOLSET: &'static str = "dag";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let paging = Paging::new(input.limit, input.offset);
        let mut document = Document::new();
        let page: Page<Dag> = call
            .airflow
            .ask(&catalog::LIST_DAGS, |request| {
                let request = paging.fill(request).query_some("paused", input.paused);
                let request = request.query_each("tags", input.tags.iter().flatten());
                let request = request.query_some("dag_id_pattern", input.dag_id_pattern.as_deref());
                filter_if_known(
                    request,
                    &mut document,
                    "last_dag_run_state",
                    input.last_dag_run_state.as_deref(),
                )
            })
            .await?;
        document.line(paging.headline(&page, "DAGs"));
        let columns = [
            "dag_id",
            "paused",
            "schedule",
            "owners",
            "tags",
            "next_run",
            "import_error",
            "description",
        ];
        document.table("dags", &columns, page.items.iter().map(row).collect());
        document.more(Paging::more(Self::NAME));
        Ok(document)
    }
}

fn row(dag: &Dag) -> Vec<String> {
    const DESCRIPTION_CHARS: usize = 80;
    let tags: Vec<&str> = dag.tags.iter().map(|tag| tag.name.as_str()).collect();
    vec![
        dag.dag_id.clone(),
        mark(dag.is_paused),
        dag.schedule().unwrap_or_default(),
        dag.owners.join(","),
        tags.join(","),
        time::short_some(dag.next_dagrun_run_after.as_deref()),
        mark(dag.has_import_errors),
        dag.description.iter().flat_map(|text| text.chars()).take(DESCRIPTION_CHARS).collect(),
    ]
}
