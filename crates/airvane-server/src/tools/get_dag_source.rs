//! `get_dag_source`: the Python file that defines a DAG.

use airvane_api::ids::{DagId, FileToken};
use airvane_api::models::{Dag, DagSource};
use airvane_api::{Accept, ApiVersion, catalog};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::airflow::Airflow;
use crate::failure::Failure;
use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Shows a DAG's source, redacted.
pub struct GetDagSource;

/// Which DAG, which lines.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
    /// First line to show, from 1.
    start_line: Option<usize>,
    /// Number of lines, 400 by default.
    lines: Option<usize>,
}

impl Tool for GetDagSource {
    const NAME: &'static str = "get_dag_source";
    const TITLE: &'static str = "DAG source";
    const DESCRIPTION: &'static str = "Show the Python source of a DAG.";
    const TOOLSET: &'static str = "dag";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        const LINES: usize = 400;
        let source = source(&call.airflow, &input.dag_id).await?;
        let first = input.start_line.unwrap_or(1).max(1);
        let wanted = input.lines.unwrap_or(LINES).max(1);
        let all = source.lines().count();
        let shown: Vec<&str> = source.lines().skip(first - 1).take(wanted).collect();
        let last = first - 1 + shown.len();
        let mut document = Document::new();
        if shown.is_empty() {
            document.line(format!("{} has {all} lines; none from line {first}", input.dag_id));
            return Ok(document);
        }
        let rest =
            if last < all { format!("; more with start_line={}", last + 1) } else { String::new() };
        document
            .line(format!("source of {}: lines {first} to {last} of {all}{rest}", input.dag_id));
        document.text("source", shown.join("\n")).more("get_dag_source with start_line and lines");
        Ok(document)
    }
}

/// The whole source. Airflow 2 asks for the file's signed token rather than the DAG's id.
pub(crate) async fn source(airflow: &Airflow, dag_id: &DagId) -> Result<String, Failure> {
    let answer: DagSource = match airflow.api().await? {
        ApiVersion::V2 => {
            airflow.ask(&catalog::GET_DAG_SOURCE, |request| request.path("dag_id", dag_id)).await?
        }
        ApiVersion::V1 => {
            let dag: Dag =
                airflow.ask(&catalog::GET_DAG, |request| request.path("dag_id", dag_id)).await?;
            let token = FileToken::new(dag.file_token.unwrap_or_default())?;
            airflow
                .ask(&catalog::GET_DAG_SOURCE, |request| {
                    request.path("file_token", &token).accept(Accept::Json)
                })
                .await?
        }
    };
    Ok(answer.content.unwrap_or_default())
}
