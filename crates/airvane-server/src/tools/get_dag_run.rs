//! `get_dag_run`: one run.

use airvane_api::catalog;
use airvane_api::ids::{DagId, DagRunId};
use airvane_api::models::DagRun;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::output::{Document, time};
use crate::tool::{Call, Tool, ToolResult};

/// Shows one run.
pub struct GetDagRun;

/// Which run.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
    #[schemars(with = "String")]
    dag_run_id: DagRunId,
}

impl Tool for GetDagRun {
    const NAME: &'static str = "get_dag_run";
    const TITLE: &'static str = "DAG run";
    const DESCRIPTION: &'static str = "Show one run: state, times, conf, note, who triggered it.";
    const TOOLSET: &'static str = "dagrun";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let run: DagRun = call
            .airflow
            .ask(&catalog::GET_DAG_RUN, |request| {
                request.path("dag_id", &input.dag_id).path("dag_run_id", &input.dag_run_id)
            })
            .await?;
        let mut document = Document::new();
        fields(&mut document, &run);
        match run.state.as_str() {
            "failed" => document.next("diagnose_dag_run explains the failure"),
            "queued" | "running" => document.next("diagnose_dag_run says what it waits for"),
            _ => &mut document,
        };
        Ok(document)
    }
}

/// A run as fields.
pub(crate) fn fields(document: &mut Document, run: &DagRun) {
    let conf =
        run.conf.as_ref().filter(|conf| conf.as_object().is_some_and(|conf| !conf.is_empty()));
    let versions: Vec<String> = run
        .dag_versions
        .iter()
        .filter_map(|version| version.version_number)
        .map(|n| n.to_string())
        .collect();
    document
        .field("dag_id", &run.dag_id)
        .field("dag_run_id", &run.dag_run_id)
        .field("state", run.state.to_string())
        .field("run_type", run.run_type.clone().unwrap_or_default())
        .field("logical_date", time::short_some(run.logical_date.as_deref()))
        .field("queued", time::short_some(run.queued_at.as_deref()))
        .field("start", time::short_some(run.start_date.as_deref()))
        .field("end", time::short_some(run.end_date.as_deref()))
        .field("duration", time::elapsed(run.start_date.as_deref(), run.end_date.as_deref()))
        .field("triggered_by", triggered_by(run))
        .field_some("conf", conf)
        .field("note", run.note.clone().unwrap_or_default())
        .field("dag_version", versions.join(", "));
}

fn triggered_by(run: &DagRun) -> String {
    match (&run.triggered_by, &run.triggering_user_name) {
        (Some(by), Some(user)) => format!("{by} ({user})"),
        (Some(by), None) => by.clone(),
        (None, user) => user.clone().unwrap_or_default(),
    }
}
