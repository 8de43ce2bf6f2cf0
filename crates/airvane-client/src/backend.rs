//! The one trait that does I/O.

use std::time::SystemTime;

use airvane_api::{ApiVersion, Request};
use futures::FutureExt;
use futures::future::BoxFuture;
use secrecy::SecretString;

use crate::{CallError, Context, DetectError, Instance, Json, Response, TransportError};

/// A way to an Airflow: REST, a managed service's own API, or in process.
///
/// An implementation ends every call by the context's deadline, stops when it is cancelled, sends
/// the caller's credential to its one Airflow only, and never sends a request that is not
/// idempotent a second time.
pub trait Backend: Send + Sync + 'static {
    /// Sends one request. `Ok` is any answer, whatever its status.
    fn send<'a>(
        &'a self,
        request: &'a Request,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Response, TransportError>>;

    /// The API that requests are to be written for.
    fn api<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<ApiVersion, DetectError>> {
        async { self.detect(context).await.map(|instance| instance.api) }.boxed()
    }

    /// The Airflow that answers.
    fn detect<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Instance, DetectError>>;

    /// The OpenAPI document that Airflow serves, bounded like every answer; 3.3's has 350 kB.
    fn openapi<'a>(
        &'a self,
        api: ApiVersion,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Json, CallError>>;

    /// Where Airflow is for its users, if that is known. Without a credential.
    fn url(&self) -> Option<&str>;

    /// The secrets that this process holds for Airflow now. For the redactor, which masks them
    /// wherever they appear.
    fn known_secrets(&self) -> BoxFuture<'_, Vec<SecretString>>;

    /// What this way can do.
    fn capabilities(&self) -> Capabilities;

    /// The time at which its answers are true: now, but for a recording.
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// What a [`Backend`] can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether a body arrives in pieces as Airflow writes it, rather than whole.
    pub streaming: bool,
    /// Longest path it takes, in bytes, `None` if nothing is known to limit it.
    pub longest_path: Option<usize>,
    /// Largest body it can answer with, in bytes, `None` if nothing limits it.
    pub largest_body: Option<usize>,
}
