//! `airvane tools`.

use airvane_server::{CallerContext, Server};
use serde_json::json;

use crate::Exit;

/// Prints the tools that a client sees.
pub(crate) async fn print(server: &Server, as_json: bool) -> anyhow::Result<Exit> {
    let context = CallerContext::configured();
    let tools: Vec<_> = server.tools(&context).await.collect();
    let text = if as_json {
        let tools: Vec<_> = tools
            .iter()
            .map(|tool| {
                json!({
                    "name": tool.name,
                    "title": tool.title,
                    "description": tool.description,
                    "level": tool.level.to_string(),
                    "toolset": tool.toolset,
                    "input_schema": tool.input_schema(),
                })
            })
            .collect();
        format!("{}\n", serde_json::to_string_pretty(&tools)?)
    } else {
        let widest = tools.iter().map(|tool| tool.name.len()).max().unwrap_or(0);
        let lines = tools.iter().map(|tool| {
            let level = tool.level.to_string();
            format!("{:widest$}  {level:11}  {}\n", tool.name, tool.description)
        });
        lines.collect::<Vec<_>>().concat()
    };
    crate::print(&text)?;
    Ok(Exit::Success)
}
