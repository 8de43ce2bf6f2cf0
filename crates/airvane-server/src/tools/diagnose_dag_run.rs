//! `diagnose_dag_run`: why a run failed, or what it waits for, in one call.

use airvane_api::ids::{DagId, DagRunId};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnosis;
use crate::tool::{Call, Tool, ToolResult};

/// Explains a run.
pub struct DiagnoseDagRun;

/// Which run.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
    /// The last failed run if not given.
    #[schemars(with = "Option<String>")]
    dag_run_id: Option<DagRunId>,
}

impl Tool for DiagnoseDagRun {
    const NAME: &'static str = "diagnose_dag_run";
    const TITLE: &'static str = "Diagnose DAG run";
    const DESCRIPTION: &'static str = "Why a run failed, or what it waits for: root causes with errors, new or recurring, what changed \
        since the last good run, consequences also in other DAGs. Start here; no log needs to be read before.";
    const TOOLSET: &'static str = "dagrun";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        diagnosis::diagnose(call, &input.dag_id, input.dag_run_id.as_ref()).await
    }
}
