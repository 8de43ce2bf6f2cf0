//! The one trait that does I/O.

use airvane_api::Request;
use futures::future::BoxFuture;

use crate::{Context, Response, TransportError};

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

    /// What this way can do.
    fn capabilities(&self) -> Capabilities;
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
