//! `trigger_dag`: a new run, now. Never unpauses: a paused DAG's run stays queued, and the answer
//! says so.

use airvane_api::catalog;
use airvane_api::ids::{DagId, DagRunId};
use airvane_api::models::{Dag, DagRun};
use airvane_api::{AccessLevel, ApiVersion};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::get_dag_run;
use crate::airflow::Airflow;
use crate::failure::Failure;
use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Triggers a run.
pub struct TriggerDag;

/// What to run.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    pub(super) dag_id: DagId,
    pub(super) conf: Option<Map<String, Value>>,
    pub(super) note: Option<String>,
    /// ISO 8601; none if not given.
    pub(super) logical_date: Option<String>,
    #[schemars(with = "Option<String>")]
    pub(super) dag_run_id: Option<DagRunId>,
}

impl Tool for TriggerDag {
    const NAME: &'static str = "trigger_dag";
    const TITLE: &'static str = "Trigger DAG";
    const DESCRIPTION: &'static str = "Start a new run of a DAG, with conf. Does not unpause it.";
    const LEVEL: AccessLevel = AccessLevel::Write;
    const TOOLSET: &'static str = "dagrun";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let run = trigger(&call.airflow, &input).await?;
        let mut document = Document::new();
        document.line("triggered");
        get_dag_run::fields(&mut document, &run);
        if let Some(warning) = paused_warning(&call.airflow, &input.dag_id).await {
            document.line(warning);
        }
        let arguments = [("dag_id", run.dag_id.as_str()), ("dag_run_id", run.dag_run_id.as_str())];
        document.next_call("diagnose_dag_run", &arguments, "follows it");
        Ok(document)
    }
}

/// Asks for the run.
pub(super) async fn trigger(airflow: &Airflow, input: &Input) -> Result<DagRun, Failure> {
    let body = body(airflow.api().await?, input);
    airflow
        .ask(&catalog::TRIGGER_DAG_RUN, |request| request.path("dag_id", &input.dag_id).body(body))
        .await
}

/// Airflow 3 wants `logical_date` present, also as null; Airflow 2 wants it absent.
fn body(api: ApiVersion, input: &Input) -> Value {
    let mut body = Map::new();
    if let Some(conf) = &input.conf {
        body.insert("conf".to_owned(), Value::Object(conf.clone()));
    }
    if let Some(note) = &input.note {
        body.insert("note".to_owned(), json!(note));
    }
    if let Some(run_id) = &input.dag_run_id {
        body.insert("dag_run_id".to_owned(), json!(run_id));
    }
    match (&input.logical_date, api) {
        (None, ApiVersion::V1) => None,
        (date, _) => body.insert("logical_date".to_owned(), json!(date)),
    };
    Value::Object(body)
}

/// Warns that the run will wait; says nothing if this can't be found out.
pub(super) async fn paused_warning(airflow: &Airflow, dag_id: &DagId) -> Option<String> {
    let dag: Dag =
        airflow.ask(&catalog::GET_DAG, |request| request.path("dag_id", dag_id)).await.ok()?;
    dag.is_paused.then(|| {
        format!("{dag_id} is paused: the run stays queued until somebody unpauses it (unpause_dag)")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(arguments: Value) -> Input {
        serde_json::from_value(arguments).unwrap()
    }

    #[test]
    fn the_logical_date_is_null_on_airflow_3_and_absent_on_2() {
        let none = input(json!({"dag_id": "d"}));
        assert_eq!(body(ApiVersion::V2, &none), json!({"logical_date": null}));
        assert_eq!(body(ApiVersion::V1, &none), json!({}));
        let dated =
            input(json!({"dag_id": "d", "logical_date": "2026-01-01T00:00:00Z", "conf": {"a": 1}}));
        let expected = json!({"logical_date": "2026-01-01T00:00:00Z", "conf": {"a": 1}});
        assert_eq!(body(ApiVersion::V1, &dated), expected);
    }
}
