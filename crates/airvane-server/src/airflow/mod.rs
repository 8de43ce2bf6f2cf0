//! The one way to Airflow, and the choke point.
//!
//! [`Airflow`] sends a catalog request, and what comes back is cleaned and redacted before
//! anybody sees it: `ask` gives values decoded from redacted JSON, `read_log` events whose text
//! is redacted. The backend and its raw answers are private to this module, so a tool cannot get
//! around it.

mod live;
mod log;
mod release;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use airvane_api::request::RequestBuilder;
use airvane_api::{ApiVersion, Operation, Request, catalog};
use airvane_client::{Backend, CallError, Caller, Context, Json};
use airvane_redact::{Redactor, SafeJson, SafeText};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::failure::{Failure, FailureKind};

pub use log::{LogRequest, LogScan};
pub use stream::LastLine;

/// Kept of a call's time to write the answer, while it reads what does not end.
const RESERVE: Duration = Duration::from_secs(3);

/// Requests that one call may have under way at once.
const PARALLEL: usize = 8;

/// The connected Airflow, as one caller within one call. Cheap to clone.
#[derive(Clone)]
pub struct Airflow {
    upstream: Arc<Upstream>,
    redactor: Redactor,
    context: Context,
    under_way: Arc<Semaphore>,
}

/// What all calls share.
pub struct Upstream {
    backend: Option<Arc<dyn Backend>>,
    environment: Option<String>,
    redactor: Redactor,
    live: live::LiveRows,
}

impl Upstream {
    /// The way to an Airflow; without a backend every call says how to configure one.
    pub fn new(
        backend: Option<Arc<dyn Backend>>,
        environment: Option<String>,
        redactor: Redactor,
    ) -> Self {
        Self { backend, environment, redactor, live: live::LiveRows::default() }
    }

    /// The redactor for what one caller gets. It knows the caller's own credential, and no other
    /// caller's does: who may guess at one must not be told by a mask that the guess was right.
    pub fn redactor_for(&self, caller: &Caller) -> Redactor {
        match caller {
            Caller::Configured => self.redactor.clone(),
            Caller::Forwarded(_) => {
                let own = self.redactor.fork();
                caller.secrets().iter().for_each(|secret| own.add_known_secret(secret));
                own
            }
        }
    }

    /// The configured address.
    pub fn url(&self) -> Option<&str> {
        self.backend.as_deref().and_then(Backend::url)
    }
}

impl Airflow {
    /// The connected Airflow for one call.
    pub fn new(upstream: Arc<Upstream>, context: Context) -> Self {
        let redactor = upstream.redactor_for(&context.caller);
        Self { upstream, redactor, context, under_way: Arc::new(Semaphore::new(PARALLEL)) }
    }

    /// Time that is left for this call.
    pub fn remaining(&self) -> Duration {
        self.context.remaining()
    }

    /// The configured address.
    pub fn url(&self) -> Option<&str> {
        self.upstream.url()
    }

    /// What people call it: an environment's name, or the host.
    pub fn environment(&self) -> Option<&str> {
        self.upstream.environment.as_deref()
    }

    /// Makes a text that came from the caller safe to repeat.
    pub fn redact(&self, text: &str) -> SafeText {
        self.redactor.text(text)
    }

    /// The value of a named thing, masked whole if its name says that it is secret.
    pub fn redact_named(&self, name: &str, value: &str) -> SafeText {
        self.redactor.named(name, value)
    }

    /// Whether values under this name are masked whole.
    pub fn is_sensitive_name(&self, name: &str) -> bool {
        self.redactor.is_sensitive_name(name)
    }

    /// The time at which what it answers is true.
    pub fn now(&self) -> Timestamp {
        let now = self.upstream.backend.as_deref().map(Backend::now);
        now.and_then(|now| now.try_into().ok()).unwrap_or_else(Timestamp::now)
    }

    /// Which API it speaks. Found out once and remembered.
    pub async fn api(&self) -> Result<ApiVersion, Failure> {
        let api = self.backend()?.api(&self.context).await;
        api.map_err(|error| Failure::from_detect(error, &self.redactor))
    }

    /// Asks for something and decodes the redacted answer.
    pub async fn ask<T: DeserializeOwned + Send + 'static>(
        &self,
        operation: &'static Operation,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<T, Failure> {
        let decoded = self.ask_for(operation, fill, SafeJson::decode).await?;
        decoded.map_err(|_| {
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
        self.ask_for(operation, fill, |safe| safe).await
    }

    async fn ask_for<T: Send + 'static>(
        &self,
        operation: &'static Operation,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
        decode: impl FnOnce(SafeJson) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let request = fill(Request::builder(operation, self.api().await?)).build()?;
        let mut raw = self.send(&request).await?;
        name_handles(operation, &mut raw.value);
        let safe = self.make_safe(raw, decode).await;
        safe.map_err(|failure| in_doubt(failure, &request))
    }

    /// Redacts an answer and decodes it before the next large one may be read: what nobody wanted
    /// of it takes no memory any more. A large one of the wrong words takes long: that holds up no
    /// other call, and ends with this one. What is not redacted by then is not shown.
    async fn make_safe<T: Send + 'static>(
        &self,
        raw: Json,
        decode: impl FnOnce(SafeJson) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let (redactor, context) = (self.redactor.clone(), self.before_the_end());
        let Json { value, turn } = raw;
        let safe = aside(move || {
            let safe = redactor.json_until(value, &|| context.is_over()).map(decode);
            drop(turn);
            safe
        });
        safe.await?.ok_or_else(too_slow)
    }

    /// Does something whose answer does not matter: an empty body is a success.
    pub async fn act(
        &self,
        operation: &'static Operation,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<(), Failure> {
        let request = fill(Request::builder(operation, self.api().await?)).build()?;
        self.send(&request).await.map(drop)
    }

    /// The call's context for work whose result must still be written.
    fn before_the_end(&self) -> Context {
        let early = self.context.deadline - RESERVE;
        let at_least = (Instant::now() + RESERVE / 4).min(self.context.deadline);
        Context { deadline: early.max(at_least), ..self.context.clone() }
    }

    async fn send(&self, request: &Request) -> Result<Json, Failure> {
        let backend = self.backend()?;
        let _turn = self.turn().await;
        let result = airvane_client::call(backend, request, &self.context).await;
        self.learn_secrets().await;
        result.map_err(|error| in_doubt(self.failure(error), request))
    }

    fn failure(&self, error: CallError) -> Failure {
        Failure::from_call(error, &self.redactor)
    }

    async fn turn(&self) -> Option<tokio::sync::OwnedSemaphorePermit> {
        // Never closed, so there is always a permit in the end.
        Arc::clone(&self.under_way).acquire_owned().await.ok()
    }

    /// Tokens are minted on the way: the redactor must know them before it sees an answer.
    async fn learn_secrets(&self) {
        let Some(backend) = &self.upstream.backend else { return };
        for secret in backend.known_secrets().await {
            self.redactor.add_known_secret(&secret);
        }
    }

    fn backend(&self) -> Result<&dyn Backend, Failure> {
        self.upstream.backend.as_deref().ok_or_else(|| {
            Failure::new(FailureKind::NotConfigured, "no Airflow is configured").hint(
                "set AIRFLOW_API_URL (and AIRFLOW_USERNAME with AIRFLOW_PASSWORD, or AIRFLOW_AUTH_TOKEN) \
                 in this server's environment and start it again",
            )
        })
    }
}

/// What only asks for the result of a queued test is no credential, and is called so.
fn name_handles(operation: &Operation, answer: &mut Value) {
    if operation.name == catalog::ENQUEUE_CONNECTION_TEST.name
        && let Some(fields) = answer.as_object_mut()
        && let Some(token) = fields.remove("token")
    {
        fields.insert("connection_test_token".to_owned(), token);
    }
}

/// A write that got no readable answer may have been done.
fn in_doubt(failure: Failure, request: &Request) -> Failure {
    let unclear = matches!(failure.kind, FailureKind::Timeout | FailureKind::BadAnswer);
    if unclear && !request.operation().is_idempotent() {
        return failure.hint("the change may have been made: look before trying again");
    }
    failure
}

/// Does what may take long where it holds up no other call.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    // It ends without a value when the process ends.
    done.map_err(|_| Failure::new(FailureKind::Cancelled, "cancelled"))
}

fn too_slow() -> Failure {
    let words = "the answer came, but no whole answer could be checked for secrets within the \
                 call's time, so nothing of it is shown";
    Failure::new(FailureKind::Timeout, words).hint("ask for less (a smaller limit, one run)")
}
