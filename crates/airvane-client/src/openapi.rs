//! Airflow's description of itself, which tells of operations that are newer than ours.

use airvane_api::ApiVersion;
use serde_json::Value;

use crate::rest::Outgoing;
use crate::{CallError, Context, RestBackend, bounded, call};

/// Largest document that is read: Airflow 3.3's has 350 kB.
const LIMIT: usize = 4 << 20;

impl RestBackend {
    /// The OpenAPI document that Airflow serves: at its root on Airflow 3, below the API on
    /// Airflow 2. Both serve it to everybody, and what stands before them may want a credential.
    pub async fn openapi(&self, api: ApiVersion, context: &Context) -> Result<Value, CallError> {
        let path = match api {
            ApiVersion::V1 => "/api/v1/openapi.json",
            ApiVersion::V2 => "/openapi.json",
        };
        let wire = &self.inner.wire;
        let outgoing = Outgoing {
            name: "openapi",
            method: reqwest::Method::GET,
            url: wire.target.url(path, &[])?,
            accept: "application/json",
            headers: Vec::new(),
            body: None,
            idempotent: true,
        };
        let answer = wire.send_as(&outgoing, api, &self.inner.auth, context).await?;
        let answer = call::success(answer, "").await?;
        let headers = answer.headers.clone();
        let body = answer.bytes(LIMIT).await?;
        bounded::parse(&body).map_err(|_| call::not_airflow(&headers, &body).into())
    }
}
