//! `list_connections`: what Airflow can connect to. Never a password, never `extra`.

use airvane_api::catalog;
use airvane_api::models::{Connection, Page};
use schemars::JsonSchema;
use serde::Deserialize;

use super::listing::{Paging, filter_if_known};
use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Lists connections.
pub struct ListConnections;

/// Filters and page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Airflow 3: part of the id.
    connection_id_pattern: Option<String>,
    limit: Option<u32>,
    offset: Option<u32>,
}

impl Tool for ListConnections {
    const NAME: &'static str = "list_connections";
    const TITLE: &'static str = "List connections";
    const DESCRIPTION: &'static str = "List connections: id, type, host, without secrets.";
    const TOOLSET: &'static str = "connection";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let paging = Paging::new(input.limit, input.offset);
        let mut document = Document::new();
        let pattern = input.connection_id_pattern.as_deref();
        let page: Page<Connection> = call
            .airflow
            .ask(&catalog::LIST_CONNECTIONS, |request| {
                filter_if_known(
                    paging.fill(request),
                    &mut document,
                    "connection_id_pattern",
                    pattern,
                )
            })
            .await?;
        document.line(paging.headline(&page, "connections"));
        let columns = ["connection_id", "type", "host", "port", "schema", "login", "description"];
        document.table("connections", &columns, page.items.iter().map(row).collect());
        document.more(Paging::more(Self::NAME));
        Ok(document)
    }
}

fn row(connection: &Connection) -> Vec<String> {
    vec![
        connection.connection_id.clone(),
        connection.conn_type.clone().unwrap_or_default(),
        connection.host.clone().unwrap_or_default(),
        connection.port.map(|port| port.to_string()).unwrap_or_default(),
        connection.schema.clone().unwrap_or_default(),
        connection.login.clone().unwrap_or_default(),
        connection.description.clone().unwrap_or_default(),
    ]
}
