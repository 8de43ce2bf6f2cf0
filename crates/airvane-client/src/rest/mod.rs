//! Airflow's REST API over HTTP/1.1 and HTTP/2.

mod classify;
mod send;
mod settings;
mod target;
mod tls;

use std::sync::Arc;

use airvane_api::{ApiVersion, Request};
use futures::FutureExt;
use futures::future::BoxFuture;
use secrecy::SecretString;

use crate::auth::Auth;
use crate::detect::Detected;
use crate::{
    Backend, CallError, Capabilities, Context, DetectError, Instance, Json, Response,
    TransportError, json, openapi,
};

pub(crate) use send::{Outgoing, Wire};
pub use settings::{CaCertificate, RestSettings, SettingsError};
pub(crate) use target::Target;

/// One Airflow, reached by its REST API. Cheap to clone; clones share connections, token and what
/// was detected.
#[derive(Clone, Debug)]
pub struct RestBackend {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) wire: Wire,
    pub(crate) auth: Auth,
    pub(crate) detected: Detected,
}

impl RestBackend {
    /// Prepares the way. Nothing is sent yet.
    pub fn new(settings: RestSettings) -> Result<Self, SettingsError> {
        let wire = Wire::new(&settings)?;
        let hint = settings.api.or_else(|| wire.target.api_in_url());
        let auth = Auth::new(settings.credentials, settings.token_command_timeout)?;
        Ok(Self { inner: Arc::new(Inner { wire, auth, detected: Detected::new(hint) }) })
    }

    pub(crate) fn base(&self) -> &str {
        self.inner.wire.target.base()
    }

    /// Host and port of the proxy that requests go through, if the environment names one for this
    /// address: found as the HTTP client finds it. Without the proxy's credential.
    pub fn proxy(&self) -> Option<(String, u16)> {
        self.inner.wire.proxy()
    }
}

impl Backend for RestBackend {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Response, TransportError>> {
        let Inner { wire, auth, .. } = &*self.inner;
        async move {
            let outgoing = Outgoing::of(request, &wire.target)?;
            wire.send_as(&outgoing, request.api(), auth, context).await
        }
        .boxed()
    }

    fn api<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<ApiVersion, DetectError>> {
        self.find_api(context).boxed()
    }

    fn detect<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Instance, DetectError>> {
        self.find_instance(context).boxed()
    }

    fn openapi<'a>(
        &'a self,
        api: ApiVersion,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Json, CallError>> {
        let Inner { wire, auth, .. } = &*self.inner;
        async move {
            let outgoing = openapi::request(&wire.target, api)?;
            json(wire.send_as(&outgoing, api, auth, context).await?, "").await
        }
        .boxed()
    }

    /// Where it sends to. Holds no credential: URLs with one are refused.
    fn url(&self) -> Option<&str> {
        Some(self.base())
    }

    /// Configured ones and the current token.
    fn known_secrets(&self) -> BoxFuture<'_, Vec<SecretString>> {
        self.inner.auth.known_secrets().boxed()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { streaming: true, longest_path: None, largest_body: None }
    }
}
