//! `list_import_errors`: DAG files that Python can't import.

use airvane_api::catalog;
use airvane_api::models::{ImportError, Page};
use schemars::JsonSchema;
use serde::Deserialize;

use super::listing::Paging;
use crate::output::{Document, time};
use crate::tool::{Call, Tool, ToolResult};

/// Lists import errors.
pub struct ListImportErrors;

/// Page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    limit: Option<u32>,
    offset: Option<u32>,
}

impl Tool for ListImportErrors {
    const NAME: &'static str = "list_import_errors";
    const TITLE: &'static str = "List import errors";
    const DESCRIPTION: &'static str =
        "List DAG files that fail to import, with the error: why a DAG is missing.";
    const TOOLSET: &'static str = "importerror";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let paging = Paging::new(input.limit, input.offset);
        let page: Page<ImportError> =
            call.airflow.ask(&catalog::LIST_IMPORT_ERRORS, |request| paging.fill(request)).await?;
        let mut document = Document::new();
        document.line(paging.headline(&page, "import errors"));
        for error in &page.items {
            document
                .line(format!(
                    "{} (seen {})",
                    error.filename,
                    time::short_some(error.timestamp.as_deref())
                ))
                .text("stack_trace", error.stack_trace.trim());
        }
        Ok(document)
    }
}

/// What an import error comes down to: the last line of Python's traceback.
pub(crate) fn last_line(error: &ImportError) -> &str {
    error.stack_trace.trim_end().lines().next_back().unwrap_or_default().trim()
}
