//! The little HTTP we speak ourselves: JSON with an Airflow on this machine.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use ureq::Agent;

/// A status and the body, which is null when it is no JSON.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// One connection pool with its `Authorization` header.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    url: String,
    authorization: Option<String>,
}

impl Client {
    /// A client for everything below `url`.
    pub(crate) fn new(url: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            // Only ever this machine: a proxy in the environment is not for us.
            .proxy(None)
            .build()
            .into();
        Self { agent, url: url.to_owned(), authorization: None }
    }

    /// The same client with an `Authorization` header.
    pub(crate) fn authorized(mut self, header: String) -> Self {
        self.authorization = Some(header);
        self
    }

    /// GETs a path.
    pub(crate) fn get(&self, path: &str) -> Result<Answer> {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let Some(header) = &self.authorization {
            request = request.header("Authorization", header);
        }
        answer(request.call().with_context(|| format!("GET {path}"))?)
    }

    /// Sends JSON to a path with POST or PATCH.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Result<Answer> {
        let url = format!("{}{path}", self.url);
        let mut request =
            if method == "PATCH" { self.agent.patch(url) } else { self.agent.post(url) };
        if let Some(header) = &self.authorization {
            request = request.header("Authorization", header);
        }
        answer(request.send_json(body).with_context(|| format!("{method} {path}"))?)
    }
}

fn answer(response: ureq::http::Response<ureq::Body>) -> Result<Answer> {
    let status = response.status().as_u16();
    let text = response.into_body().read_to_string()?;
    Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::Null) })
}
