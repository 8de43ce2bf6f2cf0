//! Airflow in the same process: requests go to the web application without a socket.
//!
//! Which [`Application`] that is travels with each call ([`Context::application`]): it is the one
//! that the caller's own request came through, with its event loop or worker thread. The caller's
//! credential goes along, and nothing else of its request does. Requests under way are bounded, in
//! all and for each caller, so that a model in a loop leaves the web server room for its users.

mod places;

use std::fmt;
use std::time::Duration;

use airvane_api::{AirflowVersion, ApiVersion, Request, Untrusted};
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use http::{HeaderValue, header};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use url::Url;

use self::places::Places;
use crate::auth::AuthError;
use crate::rest::{Outgoing, Target};
use crate::{
    Backend, CallError, Caller, Capabilities, Context, DetectError, Instance, Json, Response,
    SettingsError, TransportError, Waiting, json, openapi,
};

/// Longest wait for an answer to begin, its turn included, and for each piece of it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A body as it comes.
pub type Pieces = BoxStream<'static, Result<Bytes, TransportError>>;

/// A web application in this process.
pub trait Application: fmt::Debug + Send + Sync + 'static {
    /// Has it answer one request, whose URI is a path with a query. What comes back has its head,
    /// and its body in pieces as the application writes them. Whoever drops either has the
    /// application stop, as far as it can be stopped.
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Pieces>, TransportError>>;
}

/// The Airflow that this process is part of.
#[derive(Debug)]
pub struct InProcessBackend {
    target: Target,
    url: Option<String>,
    instance: Instance,
    places: Places,
}

impl InProcessBackend {
    /// For an Airflow of this release (`3.3.2`), which its users find at `url`, if that is known.
    pub fn new(release: &str, url: Option<&Url>) -> Result<Self, SettingsError> {
        let url = url.map(Target::new).transpose()?.map(|target| target.base().to_owned());
        let version = AirflowVersion::parse(release);
        let is_old = version.as_ref().is_some_and(|version| version.major < 3);
        let instance = Instance {
            api: if is_old { ApiVersion::V1 } else { ApiVersion::V2 },
            version,
            version_text: Some(Untrusted::new(release)),
            url: url.clone().unwrap_or_default(),
        };
        Ok(Self { target: Target::nowhere(), url, instance, places: Places::default() })
    }

    async fn exchange(
        &self,
        outgoing: &Outgoing,
        context: &Context,
    ) -> Result<Response, TransportError> {
        let began = Instant::now();
        let application = context.application.clone().ok_or(TransportError::Closed)?;
        let request = request(outgoing, &context.caller)?;
        let whole = async {
            let mut place = self.places.take(context.caller.cache_key()).await;
            let answer = place.begin(application.call(request)).await?;
            Ok((place, answer))
        };
        let answered = context.bounds().wait(Waiting::Answer, PATIENCE, whole).await;
        let outcome = answered.and_then(std::convert::identity).map(|(place, answer)| {
            let (head, pieces) = answer.into_parts();
            // The place is taken until the body has ended or nobody reads it any more.
            let pieces = pieces.map(move |piece| {
                let _ = &place;
                piece
            });
            Response::streaming(head.status, head.headers, pieces.boxed(), context, PATIENCE)
        });
        outgoing.log(1, began.elapsed(), &outcome);
        outcome
    }
}

impl Backend for InProcessBackend {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Response, TransportError>> {
        async move { self.exchange(&Outgoing::of(request, &self.target)?, context).await }.boxed()
    }

    fn api<'a>(&'a self, _context: &'a Context) -> BoxFuture<'a, Result<ApiVersion, DetectError>> {
        std::future::ready(Ok(self.instance.api)).boxed()
    }

    fn detect<'a>(&'a self, _context: &'a Context) -> BoxFuture<'a, Result<Instance, DetectError>> {
        std::future::ready(Ok(self.instance.clone())).boxed()
    }

    fn openapi<'a>(
        &'a self,
        api: ApiVersion,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Json, CallError>> {
        async move {
            let outgoing = openapi::request(&self.target, api)?;
            json(self.exchange(&outgoing, context).await?, "").await
        }
        .boxed()
    }

    fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// None: callers bring their own.
    fn known_secrets(&self) -> BoxFuture<'_, Vec<SecretString>> {
        std::future::ready(Vec::new()).boxed()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { streaming: true, longest_path: None, largest_body: None }
    }
}

/// The request as the application gets it. Of the caller's own request only the credential.
fn request(outgoing: &Outgoing, caller: &Caller) -> Result<http::Request<Bytes>, TransportError> {
    let query = outgoing.url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut builder = http::Request::builder()
        .method(outgoing.method.clone())
        .uri(format!("{}{query}", outgoing.url.path()))
        .header(header::ACCEPT, outgoing.accept)
        .header(header::USER_AGENT, concat!("airvane/", env!("CARGO_PKG_VERSION")));
    if let Caller::Forwarded(value) = caller {
        let value = HeaderValue::from_str(value.expose_secret());
        let mut value = value.map_err(|_| AuthError::Malformed)?;
        value.set_sensitive(true);
        builder = builder.header(header::AUTHORIZATION, value);
    }
    for (name, value) in &outgoing.headers {
        builder = builder.header(*name, value.clone());
    }
    let body = match &outgoing.body {
        Some(body) => {
            let body = Bytes::from(body.to_string());
            let length = HeaderValue::from(body.len());
            builder = builder
                .header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
                .header(header::CONTENT_LENGTH, length);
            body
        }
        None => Bytes::new(),
    };
    builder.body(body).map_err(|_| TransportError::Path)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use airvane_api::catalog;
    use http::HeaderMap;

    use super::*;

    /// Answers with what it was asked, and remembers it.
    #[derive(Debug, Default)]
    struct Echo {
        seen: Mutex<Vec<(String, HeaderMap, Bytes)>>,
        hangs: bool,
    }

    impl Application for Echo {
        fn call(
            &self,
            request: http::Request<Bytes>,
        ) -> BoxFuture<'static, Result<http::Response<Pieces>, TransportError>> {
            let (head, body) = request.into_parts();
            let line = format!("{} {}", head.method, head.uri);
            let text = format!(r#"{{"asked": "{line}"}}"#);
            self.seen.lock().unwrap().push((line, head.headers, body));
            let hangs = self.hangs;
            async move {
                let last = if hangs {
                    futures::stream::pending().boxed()
                } else {
                    futures::stream::empty().boxed()
                };
                let pieces = futures::stream::iter([Ok(Bytes::from(text))]).chain(last);
                Ok(http::Response::new(pieces.boxed()))
            }
            .boxed()
        }
    }

    fn backend(release: &str) -> InProcessBackend {
        let url = Url::parse("https://airflow.example.com/base").unwrap();
        InProcessBackend::new(release, Some(&url)).unwrap()
    }

    fn context(application: &Arc<Echo>) -> Context {
        let caller = Caller::Forwarded(SecretString::from("Bearer one"));
        let application = Arc::clone(application) as Arc<dyn Application>;
        let context = Context::within(caller, Duration::from_secs(1));
        Context { application: Some(application), ..context }
    }

    #[tokio::test]
    async fn the_request_holds_the_credential_and_nothing_else_of_the_caller() {
        let echo = Arc::new(Echo::default());
        let (backend, context) = (backend("2.11.2"), context(&echo));
        let api = backend.api(&context).await.unwrap();
        let request = Request::builder(&catalog::LIST_DAGS, api).query("limit", 3);
        let json = crate::call(&backend, &request.build().unwrap(), &context).await.unwrap();
        assert_eq!(json.value["asked"], "GET /api/v1/dags?limit=3");
        let seen = echo.seen.lock().unwrap();
        let names: Vec<&str> = seen[0].1.keys().map(http::HeaderName::as_str).collect();
        assert_eq!(names, ["accept", "user-agent", "authorization"]);
        assert_eq!(seen[0].1["authorization"], "Bearer one");
    }

    #[tokio::test]
    async fn the_release_decides_the_api_and_the_address_is_the_users() {
        let echo = Arc::new(Echo::default());
        let instance = backend("3.3.2").detect(&context(&echo)).await.unwrap();
        assert_eq!(instance.api, ApiVersion::V2);
        assert_eq!(instance.url, "https://airflow.example.com/base");
        let document = backend("3.3.2").openapi(ApiVersion::V2, &context(&echo)).await.unwrap();
        assert_eq!(document.value["asked"], "GET /openapi.json");
    }

    #[tokio::test]
    async fn without_an_application_nothing_is_sent() {
        let context = Context::within(Caller::Configured, Duration::from_secs(1));
        let request = Request::builder(&catalog::LIST_DAGS, ApiVersion::V2).build().unwrap();
        let error = backend("3.3.2").send(&request, &context).await.unwrap_err();
        assert_eq!(error, TransportError::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_being_read_keeps_its_place_until_it_is_dropped() {
        let echo = Arc::new(Echo { hangs: true, ..Echo::default() });
        let (backend, context) = (backend("3.3.2"), context(&echo));
        let request = Request::builder(&catalog::LIST_DAGS, ApiVersion::V2).build().unwrap();
        let mut open = Vec::new();
        for _ in 0..places::EACH {
            open.push(backend.send(&request, &context).await.unwrap());
        }
        let error = backend.send(&request, &context).await.unwrap_err();
        assert!(matches!(error, TransportError::Timeout { waiting: Waiting::Deadline, .. }));
        assert_eq!(echo.seen.lock().unwrap().len(), places::EACH, "the last was never sent");
        open.clear();
        let later = Context { deadline: Instant::now() + PATIENCE, ..context };
        assert!(backend.send(&request, &later).await.is_ok());
    }
}
