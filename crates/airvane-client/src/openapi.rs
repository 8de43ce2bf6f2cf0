//! Airflow's description of itself, which tells of operations that are newer than ours.

use airvane_api::ApiVersion;

use crate::call::{self, Json};
use crate::rest::Outgoing;
use crate::{CallError, Context, RestBackend};

impl RestBackend {
    /// The OpenAPI document that Airflow serves: at its root on Airflow 3, below the API on
    /// Airflow 2. Both serve it to everybody, and what stands before them may want a credential.
    /// Bounded like every answer; Airflow 3.3's has 350 kB.
    pub async fn openapi(&self, api: ApiVersion, context: &Context) -> Result<Json, CallError> {
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
        call::json(answer, "").await
    }
}
