//! `get_dag_details`: one DAG's settings.

use airvane_api::catalog;
use airvane_api::ids::DagId;
use airvane_api::models::Dag;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::output::{Document, time};
use crate::tool::{Call, Tool, ToolResult};

/// Shows one DAG's settings. `explore_dag` answers with shape and history besides, so this one is
/// not listed by default.
pub struct GetDagDetails;

/// Which DAG.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
}

impl Tool for GetDagDetails {
    const NAME: &'static str = "get_dag_details";
    const TITLE: &'static str = "DAG details";
    const DESCRIPTION: &'static str =
        "Show one DAG's settings: schedule, limits, params, owners, docs, file.";
    const TOOLSET: &'static str = "dag";
    const LISTED: bool = false;
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let dag: Dag = call
            .airflow
            .ask(&catalog::GET_DAG_DETAILS, |request| request.path("dag_id", &input.dag_id))
            .await?;
        let mut document = Document::new();
        settings(&mut document, &dag);
        document.next("explore_dag shows its tasks and recent runs");
        Ok(document)
    }
}

/// A DAG's settings as fields.
pub(crate) fn settings(document: &mut Document, dag: &Dag) {
    const DOC_CHARS: usize = 1_000;
    let tags: Vec<&str> = dag.tags.iter().map(|tag| tag.name.as_str()).collect();
    document
        .field("dag_id", &dag.dag_id)
        .field("paused", if dag.is_paused { "yes" } else { "no" })
        .field_some("gone", dag.is_gone().then_some("yes: no DAG file defines it any more"))
        .field_some("import_error", dag.has_import_errors.then_some("yes: see list_import_errors"))
        .field("description", dag.description.clone().unwrap_or_default())
        .field("schedule", dag.schedule().unwrap_or_else(|| "none".to_owned()))
        .field("schedule_in_words", dag.timetable_description.clone().unwrap_or_default())
        .field_some("timezone", dag.timezone.as_ref())
        .field("owners", dag.owners.join(", "))
        .field("tags", tags.join(", "))
        .field("next_run_after", time::short_some(dag.next_dagrun_run_after.as_deref()))
        .field_some("max_active_runs", dag.max_active_runs)
        .field_some("max_active_tasks", dag.max_active_tasks)
        .field_some("catchup", dag.catchup)
        .field(
            "params",
            dag.params
                .as_ref()
                .filter(|params| !is_empty(params))
                .map(ToString::to_string)
                .unwrap_or_default(),
        )
        .field("file", dag.fileloc.clone().unwrap_or_default())
        .field("last_parsed", time::short_some(dag.last_parsed_time.as_deref()))
        .field_some(
            "version",
            dag.latest_dag_version.as_ref().and_then(|version| version.version_number),
        );
    if let Some(doc) = dag.doc_md.as_ref().filter(|doc| !doc.trim().is_empty()) {
        document.text("doc", doc.chars().take(DOC_CHARS).collect::<String>());
    }
}

fn is_empty(params: &serde_json::Value) -> bool {
    params.is_null() || params.as_object().is_some_and(serde_json::Map::is_empty)
}
