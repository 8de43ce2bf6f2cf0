//! `list_variables`: which variables there are. Never their values.

use airvane_api::catalog;
use airvane_api::models::{Page, Variable};
use schemars::JsonSchema;
use serde::Deserialize;

use super::listing::{Paging, filter_if_known};
use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Lists variables.
pub struct ListVariables;

/// Filters and page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Airflow 3: part of the key.
    variable_key_pattern: Option<String>,
    limit: Option<u32>,
    offset: Option<u32>,
}

impl Tool for ListVariables {
    const NAME: &'static str = "list_variables";
    const TITLE: &'static str = "List variables";
    const DESCRIPTION: &'static str = "List variables: keys and descriptions, without values.";
    const TOOLSET: &'static str = "variable";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let paging = Paging::new(input.limit, input.offset);
        let mut document = Document::new();
        let pattern = input.variable_key_pattern.as_deref();
        let page: Page<Variable> = call
            .airflow
            .ask(&catalog::LIST_VARIABLES, |request| {
                filter_if_known(
                    paging.fill(request),
                    &mut document,
                    "variable_key_pattern",
                    pattern,
                )
            })
            .await?;
        document.line(paging.headline(&page, "variables"));
        let rows = page
            .items
            .into_iter()
            .map(|variable| vec![variable.key, variable.description.unwrap_or_default()])
            .collect();
        document.table("variables", &["key", "description"], rows).more(Paging::more(Self::NAME));
        Ok(document)
    }
}
