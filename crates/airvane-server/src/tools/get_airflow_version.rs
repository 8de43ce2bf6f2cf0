//! `get_airflow_version`: which Airflow this is.

use airvane_api::catalog;
use airvane_api::models::Version;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Shows the version.
pub struct GetAirflowVersion;

/// Nothing.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

impl Tool for GetAirflowVersion {
    const NAME: &'static str = "get_airflow_version";
    const TITLE: &'static str = "Airflow version";
    const DESCRIPTION: &'static str = "Show Airflow's version and which REST API it speaks.";
    const TOOLSET: &'static str = "monitoring";
    const LISTED: bool = false;
    type Input = Input;

    async fn call(call: &Call, _input: Input) -> ToolResult {
        let version: Version = call.airflow.ask(&catalog::GET_VERSION, |request| request).await?;
        let mut document = Document::new();
        document
            .field("airflow", version.version)
            .field("git_version", version.git_version.unwrap_or_default())
            .field("api", call.airflow.api().await?.to_string())
            .field("url", call.airflow.url().unwrap_or_default())
            .field("airvane", env!("CARGO_PKG_VERSION"));
        Ok(document)
    }
}
