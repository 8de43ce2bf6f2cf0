//! The one way to Airflow, and the choke point.
//!
//! [`Airflow`] sends a catalog request, and what comes back is cleaned and redacted before
//! anybody sees it: `ask` gives values decoded from redacted JSON, `read_log` events whose text
//! is redacted. The backend and its raw answers are private to this module, so a tool cannot get
//! around it.

mod log;
mod release;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use airvane_api::request::RequestBuilder;
use airvane_api::{ApiVersion, Operation, Request};
use airvane_client::{CallError, Context, RestBackend};
use airvane_redact::{Redactor, SafeJson, SafeText};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::failure::{Failure, FailureKind};

pub use log::{LogRequest, LogScan};
pub use stream::LastLine;

/// Requests that one call may have under way at once.
const PARALLEL: usize = 8;

/// The connected Airflow, as one caller within one call. Cheap to clone.
#[derive(Clone)]
pub struct Airflow {
    upstream: Arc<Upstream>,
    context: Context,
    under_way: Arc<Semaphore>,
}

/// What all calls share.
pub struct Upstream {
    backend: Option<RestBackend>,
    redactor: Redactor,
}

impl Upstream {
    /// The way to an Airflow; without a backend every call says how to configure one.
    pub fn new(backend: Option<RestBackend>, redactor: Redactor) -> Self {
        Self { backend, redactor }
    }

    /// The redactor, for what does not come through a request: arguments that are echoed.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// The configured address.
    pub fn url(&self) -> Option<&str> {
        self.backend.as_ref().map(RestBackend::url)
    }
}

impl Airflow {
    /// The connected Airflow for one call.
    pub fn new(upstream: Arc<Upstream>, context: Context) -> Self {
        Self { upstream, context, under_way: Arc::new(Semaphore::new(PARALLEL)) }
    }

    /// Time that is left for this call.
    pub fn remaining(&self) -> Duration {
        self.context.remaining()
    }

    /// The configured address.
    pub fn url(&self) -> Option<&str> {
        self.upstream.url()
    }

    /// Makes a text that came from the caller safe to repeat.
    pub fn redact(&self, text: &str) -> SafeText {
        self.upstream.redactor.text(text)
    }

    /// The value of a named thing, masked whole if its name says that it is secret.
    pub fn redact_named(&self, name: &str, value: &str) -> SafeText {
        self.upstream.redactor.named(name, value)
    }

    /// Whether values under this name are masked whole.
    pub fn is_sensitive_name(&self, name: &str) -> bool {
        self.upstream.redactor.is_sensitive_name(name)
    }

    /// Which API it speaks. Found out once and remembered.
    pub async fn api(&self) -> Result<ApiVersion, Failure> {
        let api = self.backend()?.api(&self.context).await;
        api.map_err(|error| Failure::from_detect(error, &self.upstream.redactor))
    }

    /// Asks for something and decodes the redacted answer.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<T, Failure> {
        let json = self.ask_json(operation, fill).await?;
        json.decode().map_err(|_| {
            Failure::new(
                FailureKind::BadAnswer,
                format!(
                    "the answer to `{}` does not have the shape Airflow documents",
                    operation.name
                ),
            )
        })
    }

    /// Asks for something and gives the redacted answer as it is.
    pub async fn ask_json(
        &self,
        operation: &'static Operation,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<SafeJson, Failure> {
        let request = fill(Request::builder(operation, self.api().await?)).build()?;
        let raw = self.send(&request).await?;
        Ok(self.upstream.redactor.json(raw))
    }

    /// Does something whose answer does not matter: an empty body is a success.
    pub async fn act(
        &self,
        operation: &'static Operation,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<(), Failure> {
        self.ask_json(operation, fill).await.map(drop)
    }

    async fn send(&self, request: &Request) -> Result<Value, Failure> {
        let backend = self.backend()?;
        let _turn = self.turn().await;
        let result = airvane_client::call(backend, request, &self.context).await;
        self.learn_secrets().await;
        result.map_err(|error| {
            let failure = self.failure(error);
            let in_doubt = matches!(failure.kind, FailureKind::Timeout | FailureKind::BadAnswer);
            if in_doubt && !request.operation().is_idempotent() {
                return failure.hint("the change may have been made: look before trying again");
            }
            failure
        })
    }

    fn failure(&self, error: CallError) -> Failure {
        Failure::from_call(error, &self.upstream.redactor)
    }

    async fn turn(&self) -> Option<tokio::sync::OwnedSemaphorePermit> {
        // Never closed, so there is always a permit in the end.
        Arc::clone(&self.under_way).acquire_owned().await.ok()
    }

    /// Tokens are minted on the way: the redactor must know them before it sees an answer.
    async fn learn_secrets(&self) {
        let Some(backend) = &self.upstream.backend else { return };
        for secret in backend.known_secrets().await {
            self.upstream.redactor.add_known_secret(&secret);
        }
    }

    fn backend(&self) -> Result<&RestBackend, Failure> {
        self.upstream.backend.as_ref().ok_or_else(|| {
            Failure::new(FailureKind::NotConfigured, "no Airflow is configured").hint(
                "set AIRFLOW_API_URL (and AIRFLOW_USERNAME with AIRFLOW_PASSWORD, or AIRFLOW_AUTH_TOKEN) \
                 in this server's environment and start it again",
            )
        })
    }
}
