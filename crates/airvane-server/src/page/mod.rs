//! The page in Airflow's own UI: where the endpoint is, how clients connect to it, what the visitor
//! may read, and what the administrator has set. It never shows data.
//!
//! The visitor's browser says who asks: its cookies go along with a few reads of Airflow's own API
//! in the same process, and of what comes back only the status counts (`visitor`). That is all a
//! cookie is good for here; MCP never sees one. Whoever Airflow does not know gets 401 and learns
//! nothing about it.
//!
//! There is no script, and nothing comes from elsewhere; the page says so to the browser, and that
//! only Airflow itself may show it in a frame.

mod html;
mod place;
mod visitor;

use airvane_api::{AirflowVersion, ApiVersion};
use axum::body::Body;
use http::{HeaderValue, Method, StatusCode, Uri, header};
use maud::Markup;
use rand::Rng;
use url::Url;

use self::place::Place;
use self::visitor::{Known, Visitor};
use crate::Server;
use crate::mcp;
use crate::server::CallerContext;
use crate::settings::Settings;

/// The last part of its path.
const NAME: &str = "page";

/// The page of the plugin in one Airflow.
#[derive(Clone)]
pub struct Page {
    server: Server,
    settings: Settings,
    release: String,
    url: Option<Url>,
}

impl Page {
    /// For a server with these settings in an Airflow of this release (`3.3.2`), which its users
    /// find at `url`, if that is known.
    pub fn new(server: Server, settings: Settings, release: &str, url: Option<Url>) -> Self {
        Self { server, settings, release: release.to_owned(), url }
    }

    /// Whether a request is for the page; if not, it is for MCP.
    pub fn is_at(uri: &Uri) -> bool {
        uri.path().rsplit('/').next() == Some(NAME)
    }

    /// Answers a visitor. The URI is the whole address that was asked for; the extensions hold the
    /// [`airvane_client::Application`] to ask, in an `Arc`.
    pub async fn handle(&self, request: http::Request<Body>) -> http::Response<Body> {
        let (head, _) = request.into_parts();
        if head.method != Method::GET {
            return answer(StatusCode::METHOD_NOT_ALLOWED, |_| html::only_to_look_at());
        }
        let Some(application) = mcp::application(&head.extensions) else {
            return answer(StatusCode::SERVICE_UNAVAILABLE, |_| html::cannot_ask());
        };
        let visitor = Visitor::new(&head.headers, application, self.api());
        match visitor.introduce().await {
            Known::No => answer(StatusCode::UNAUTHORIZED, html::stranger),
            Known::Unclear => answer(StatusCode::SERVICE_UNAVAILABLE, |_| html::cannot_ask()),
            Known::Yes(rights) => {
                let place = Place::of(self.url.as_ref(), &head.uri);
                answer(StatusCode::OK, |nonce| html::page(self, &place, &rights, nonce))
            }
        }
    }

    fn api(&self) -> ApiVersion {
        let version = AirflowVersion::parse(&self.release);
        let is_old = version.is_some_and(|version| version.major < 3);
        if is_old { ApiVersion::V1 } else { ApiVersion::V2 }
    }

    /// Name and description of the tools that a client sees.
    fn tools(&self) -> Vec<(&'static str, &'static str)> {
        let shown = self.server.tools_of(&CallerContext::configured(), self.api());
        shown.map(|tool| (tool.name, tool.title)).collect()
    }
}

/// Writes a page whose style the browser knows by a word that is drawn for this answer.
fn answer(status: StatusCode, body: impl FnOnce(&str) -> Markup) -> http::Response<Body> {
    let nonce = format!("{:032x}", rand::rng().random::<u128>());
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'"
    );
    let mut response = http::Response::new(Body::from(body(&nonce).into_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer realm=\"airvane\"");
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

#[cfg(test)]
mod tests;
