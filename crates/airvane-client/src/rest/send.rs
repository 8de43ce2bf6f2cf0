//! One exchange over the wire, and what surrounds it: credential, retries, one log line.

use std::time::Duration;

use airvane_api::{ApiError, ApiVersion, Request};
use futures::{StreamExt, TryStreamExt};
use http::{HeaderValue, StatusCode, header};
use hyper_util::client::proxy::matcher::Matcher;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::{RestSettings, SettingsError, Target, classify, tls};
use crate::auth::{Auth, Authorization};
use crate::retry::RetryPolicy;
use crate::{Context, Response, TransportError, Waiting};

/// Servers close connections that idle for 5 s (uvicorn's default). Ours end before that, so that
/// a write doesn't meet one that is just being closed and is left unanswered.
const POOL_IDLE: Duration = Duration::from_secs(4);

/// Largest refusal that is read to learn whether the token was at fault.
const REFUSAL_LIMIT: usize = 64 << 10;

/// The HTTP client and what it was set up with.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) target: Target,
    pub(crate) retry: RetryPolicy,
    /// Whether the environment's proxies count.
    proxies: bool,
    client: reqwest::Client,
    connect_timeout: Duration,
    request_timeout: Duration,
    idle_timeout: Duration,
}

/// A request in the form in which it is sent, once or more.
pub(crate) struct Outgoing {
    /// What it is called in logs: an operation's name, because a path holds ids, and an id may be
    /// anything a caller wrote.
    pub(crate) name: &'static str,
    pub(crate) method: reqwest::Method,
    pub(crate) url: Url,
    pub(crate) accept: &'static str,
    /// Parameters that go into headers. Marked sensitive.
    pub(crate) headers: Vec<(&'static str, HeaderValue)>,
    pub(crate) body: Option<Value>,
    pub(crate) idempotent: bool,
}

impl Outgoing {
    /// The form in which a request is sent to `target`.
    pub(crate) fn of(request: &Request, target: &Target) -> Result<Self, TransportError> {
        let path = format!("{}{}", request.api().prefix(), request.path());
        Ok(Self {
            name: request.operation().name,
            method: method(request),
            url: target.url(&path, request.query())?,
            accept: request.accept().as_str(),
            headers: headers(request)?,
            body: request.body().cloned(),
            idempotent: request.operation().is_idempotent(),
        })
    }

    /// The one line a request leaves. Of the query only how many parameters it has: values may be
    /// anything.
    pub(crate) fn log(
        &self,
        number: u32,
        took: Duration,
        outcome: &Result<Response, TransportError>,
    ) {
        let millis = took.as_secs_f64() * 1000.0;
        let (method, name) = (&self.method, self.name);
        let parameters = self.url.query_pairs().count();
        match outcome {
            Ok(response) => {
                let status = response.status.as_u16();
                tracing::debug!(%method, name, parameters, status, millis, number, "answered");
            }
            Err(error) => {
                tracing::debug!(%method, name, parameters, %error, millis, number, "failed");
            }
        }
    }
}

impl Wire {
    pub(crate) fn new(settings: &RestSettings) -> Result<Self, SettingsError> {
        let target = Target::new(&settings.url)?;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config(settings)?)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(POOL_IDLE)
            .user_agent(concat!("airvane/", env!("CARGO_PKG_VERSION")));
        let proxies = settings.environment_proxies && !target.is_loopback();
        if !proxies {
            builder = builder.no_proxy();
        }
        Ok(Self {
            target,
            proxies,
            retry: settings.retry,
            client: builder.build().map_err(|_| SettingsError::Client)?,
            connect_timeout: settings.connect_timeout,
            request_timeout: settings.request_timeout,
            idle_timeout: settings.idle_timeout,
        })
    }

    pub(crate) fn proxy(&self) -> Option<(String, u16)> {
        let target = self.target.base().parse().ok()?;
        let proxy = self.proxies.then(|| Matcher::from_env().intercept(&target)).flatten()?;
        let uri = proxy.uri();
        let implied = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        Some((uri.host()?.to_owned(), uri.port_u16().unwrap_or(implied)))
    }

    /// Sends with the caller's credential, again if that may be, and once more with a new token if
    /// the old one was refused. The latter is safe for writes: the first was refused unread.
    pub(crate) async fn send_as(
        &self,
        outgoing: &Outgoing,
        api: ApiVersion,
        auth: &Auth,
        context: &Context,
    ) -> Result<Response, TransportError> {
        let credential = auth.authorization(api, self, context).await?;
        let response = self.send(outgoing, credential.as_ref(), context).await?;
        let Some(credential) = credential else { return Ok(response) };
        let (response, refused) = token_refused(response).await?;
        if !refused || !auth.refused(&credential).await {
            return Ok(response);
        }
        let renewed = auth.authorization(api, self, context).await?;
        self.send(outgoing, renewed.as_ref(), context).await
    }

    /// Sends, and again if that may be.
    pub(crate) async fn send(
        &self,
        outgoing: &Outgoing,
        credential: Option<&Authorization>,
        context: &Context,
    ) -> Result<Response, TransportError> {
        let policy = if outgoing.idempotent { self.retry } else { RetryPolicy::NEVER };
        let header = credential.map(|credential| &credential.header);
        policy.run(context, |number| self.exchange(outgoing, header, context, number)).await
    }

    /// Sends once and waits for the answer's head.
    async fn exchange(
        &self,
        outgoing: &Outgoing,
        authorization: Option<&HeaderValue>,
        context: &Context,
        number: u32,
    ) -> Result<Response, TransportError> {
        let began = Instant::now();
        let request = self.request(outgoing, authorization).send();
        let outcome = context
            .bounds()
            .wait(Waiting::Answer, self.request_timeout, request)
            .await
            .and_then(|sent| sent.map_err(|error| self.failure(&error)))
            .map(|response| self.response(response, context));
        outgoing.log(number, began.elapsed(), &outcome);
        outcome
    }

    fn request(
        &self,
        outgoing: &Outgoing,
        authorization: Option<&HeaderValue>,
    ) -> reqwest::RequestBuilder {
        let mut request = self
            .client
            .request(outgoing.method.clone(), outgoing.url.clone())
            .header(header::ACCEPT, outgoing.accept);
        for (name, value) in &outgoing.headers {
            request = request.header(*name, value.clone());
        }
        if let Some(value) = authorization {
            request = request.header(header::AUTHORIZATION, value.clone());
        }
        match &outgoing.body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    fn failure(&self, error: &reqwest::Error) -> TransportError {
        classify::of_sending(error, self.target.host(), self.connect_timeout)
    }

    fn response(&self, mut response: reqwest::Response, context: &Context) -> Response {
        let headers = std::mem::take(response.headers_mut());
        let status = response.status();
        let pieces = response.bytes_stream().map_err(|error| classify::of_body(&error)).boxed();
        Response::streaming(status, headers, pieces, context, self.idle_timeout)
    }
}

fn method(request: &Request) -> reqwest::Method {
    match request.method() {
        airvane_api::Method::Get => reqwest::Method::GET,
        airvane_api::Method::Post => reqwest::Method::POST,
        airvane_api::Method::Put => reqwest::Method::PUT,
        airvane_api::Method::Patch => reqwest::Method::PATCH,
        airvane_api::Method::Delete => reqwest::Method::DELETE,
    }
}

fn headers(request: &Request) -> Result<Vec<(&'static str, HeaderValue)>, TransportError> {
    let sensitive = |(name, value): &(&'static str, String)| {
        let mut value = HeaderValue::from_str(value).map_err(|_| TransportError::Header)?;
        value.set_sensitive(true);
        Ok((*name, value))
    };
    request.headers().iter().map(sensitive).collect()
}

/// Whether Airflow refused the token itself: 401, or Airflow 3's 403 "Invalid JWT token". A body
/// that had to be read for that is put back.
async fn token_refused(response: Response) -> Result<(Response, bool), TransportError> {
    match response.status {
        StatusCode::UNAUTHORIZED => Ok((response, true)),
        StatusCode::FORBIDDEN => {
            let response = response.hold(REFUSAL_LIMIT).await?;
            let body = response.held();
            let error = ApiError::from_status(response.status, &response.headers, body, "");
            Ok((response, matches!(error, Some(ApiError::Unauthorized { .. }))))
        }
        _ => Ok((response, false)),
    }
}
