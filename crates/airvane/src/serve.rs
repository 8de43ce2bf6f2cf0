//! `airvane serve`.

use std::io::IsTerminal;

use airvane_server::Server;
use airvane_server::settings::{HttpSettings, Settings, Transport};
use airvane_server::transport::{ended_by_signal, http, stdio};
use anyhow::Context;

use crate::Exit;

/// Serves until the client or a signal ends it.
pub(crate) async fn run(settings: &Settings) -> anyhow::Result<Exit> {
    let server = Server::new(settings)?;
    if settings.airflow.is_none() {
        tracing::warn!("no Airflow is configured: set AIRFLOW_API_URL");
    }
    match &settings.transport {
        Transport::Stdio => {
            if std::io::stdin().is_terminal() {
                eprintln!("airvane speaks MCP here, for a client to start it; try: airvane --help");
            }
            stdio::serve(server, ended_by_signal()).await?;
        }
        Transport::Http(settings) => listen(server, settings).await?,
    }
    Ok(Exit::Success)
}

async fn listen(server: Server, settings: &HttpSettings) -> anyhow::Result<()> {
    let ended = ended_by_signal();
    let listening = http::Listening::bind(settings)
        .await
        .with_context(|| format!("can't listen on {}:{}", settings.host, settings.port))?;
    // Not a log line: whoever starts it on port 0 reads the address here.
    eprintln!("listening on {}", listening.url());
    http::serve(listening, server, settings, ended).await?;
    Ok(())
}
