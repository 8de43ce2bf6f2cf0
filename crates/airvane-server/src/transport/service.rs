//! What answers an HTTP request, wherever it comes from: a socket of our own, or the web server
//! that the plugin lives in.
//!
//! Hosts, origins and callers are checked before the body is read. Pages of the origins that may
//! call get the headers that browsers ask for (CORS), before anybody asks who calls: a browser's
//! preflight carries no credential. Then the message goes to rmcp's stateless service.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use super::auth::{Gate, Verdict};
use super::guard::Guard;
use super::messages::{self, Line};
use crate::Server;
use crate::mcp::{self, Mcp};
use crate::settings::CallerAuth;

/// Where MCP is spoken.
pub(super) const PATH: &str = "/mcp";

/// How long a message may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// How long browsers remember what a page may do.
const PREFLIGHT_AGE: Duration = Duration::from_secs(600);

/// MCP inside another web server, which takes the connections. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    router: Router,
}

impl Service {
    /// For callers who bring their own Airflow credential. Pages of these origins may call, and
    /// those of the web server itself.
    pub fn new(server: Server, allowed_origins: &[String]) -> Self {
        let guard = Guard::within_web_server(allowed_origins);
        let ended = CancellationToken::new();
        Self { router: router(server, guard, &CallerAuth::Passthrough, &ended) }
    }

    /// Answers one request, whatever its path. Its extensions may hold the
    /// [`airvane_client::Application`] to ask, in an `Arc`. Dropping the future ends the call.
    pub async fn handle(&self, mut request: http::Request<Body>) -> http::Response<Body> {
        *request.uri_mut() = Uri::from_static(PATH);
        let answered = async {
            let answered: Result<_, Infallible> = self.router.clone().oneshot(request).await;
            answered.unwrap_or_else(|never| match never {})
        };
        unbroken(answered).await
    }
}

/// The answer, and 500 in place of a panic, which must not reach the web server.
pub async fn unbroken(answered: impl Future<Output = Response>) -> Response {
    let outcome = AssertUnwindSafe(answered).catch_unwind().await;
    outcome.unwrap_or_else(|_| refusal(StatusCode::INTERNAL_SERVER_ERROR, mcp::FAILED))
}

struct Shared {
    guard: Guard,
    gate: Gate,
}

/// The route of MCP with all that stands before it.
pub(super) fn router(
    server: Server,
    guard: Guard,
    auth: &CallerAuth,
    ended: &CancellationToken,
) -> Router {
    let mcp = Mcp::over_http(server.clone(), auth);
    let state = Arc::new(Shared { guard, gate: Gate::new(server, auth.clone()) });
    // Hosts and origins are checked by `Guard`, which compares ports as well.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(messages::LONGEST)
        .with_cancellation_token(ended.child_token())
        .disable_allowed_hosts()
        .disable_allowed_origins();
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(mcp.clone()), sessions, config);
    Router::new()
        .route_service(PATH, service)
        .layer(middleware::from_fn_with_state(Arc::clone(&state), admit))
        .layer(cors(&state))
        .layer(middleware::from_fn_with_state(state, known))
}

/// What pages of known origins may do: what any client may. No cookies: they count for nothing.
fn cors(state: &Arc<Shared>) -> CorsLayer {
    let state = Arc::clone(state);
    let known = AllowOrigin::predicate(move |origin, _| state.guard.knows_origin(origin));
    CorsLayer::new()
        .allow_origin(known)
        .allow_methods([Method::POST, Method::GET, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .allow_private_network(true)
        .expose_headers([
            HeaderName::from_static("mcp-session-id"),
            HeaderName::from_static("mcp-protocol-version"),
            header::WWW_AUTHENTICATE,
            header::RETRY_AFTER,
        ])
        .max_age(PREFLIGHT_AGE)
}

async fn known(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    match shared.guard.check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(stranger) => refusal(StatusCode::FORBIDDEN, &stranger.to_string()),
    }
}

async fn admit(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let application = mcp::application(request.extensions());
    match shared.gate.check(request.headers(), application).await {
        Verdict::Welcome => pass_on(request, next).await,
        Verdict::Unauthorized(words) => {
            let mut response = refusal(StatusCode::UNAUTHORIZED, words);
            let challenge = HeaderValue::from_static("Bearer realm=\"airvane\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            response
        }
        Verdict::SlowDown => {
            let words = "too many wrong credentials; try again in a few seconds";
            let mut response = refusal(StatusCode::TOO_MANY_REQUESTS, words);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
            response
        }
        Verdict::Unavailable(words) => {
            // Nobody has proven who they are yet: where Airflow is, is not for them.
            tracing::warn!(reason = words, "a credential can't be checked");
            let words = "Airflow can't be asked whether this credential is valid";
            refusal(StatusCode::SERVICE_UNAVAILABLE, words)
        }
    }
}

/// Answers what is no message as standard input would; rmcp's own answer is a bare 415.
async fn pass_on(request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let reading = axum::body::to_bytes(body, messages::LONGEST);
    let Ok(read) = tokio::time::timeout(BODY_TIME, reading).await else {
        return refusal(StatusCode::REQUEST_TIMEOUT, "the body takes too long to arrive");
    };
    let Ok(body) = read else {
        let words = "the body is cut off, or longer than a message may be";
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, words);
    };
    match messages::read(&body) {
        Line::Refused(answer) => json(StatusCode::BAD_REQUEST, answer.to_string()),
        Line::Nothing if !body.is_empty() => StatusCode::ACCEPTED.into_response(),
        _ => next.run(Request::from_parts(parts, Body::from(body))).await,
    }
}

/// A refusal before any message was read, in words for whoever set the client up.
fn refusal(status: StatusCode, words: &str) -> Response {
    json(status, serde_json::json!({ "error": words }).to_string())
}

fn json(status: StatusCode, body: String) -> Response {
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (status, kind, body).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use airvane_client::{Application, BoxFuture, InProcessBackend, Pieces, TransportError};
    use bytes::Bytes;
    use futures::StreamExt;
    use serde_json::{Value, json};

    use super::*;
    use crate::settings::Settings;

    /// Knows everybody, and panics where it is asked for what `breaks` names.
    #[derive(Debug)]
    struct Breaking {
        breaks: &'static str,
    }

    impl Application for Breaking {
        fn call(
            &self,
            request: http::Request<Bytes>,
        ) -> BoxFuture<'static, Result<http::Response<Pieces>, TransportError>> {
            assert!(!request.uri().path().ends_with(self.breaks), "broken on purpose");
            let body = Bytes::from_static(br#"{"dags": [], "pools": [], "total_entries": 0}"#);
            let pieces = futures::stream::iter([Ok(body)]).boxed();
            futures::future::ready(Ok(http::Response::new(pieces))).boxed()
        }
    }

    async fn list_pools(service: &Service, breaks: &'static str) -> (StatusCode, Value) {
        let call = json!({"name": "list_pools", "arguments": {}});
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call});
        let application: Arc<dyn Application> = Arc::new(Breaking { breaks });
        let request = http::Request::post("/")
            .header("host", "airflow.example.com")
            .header("authorization", format!("Bearer for-{breaks}"))
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .extension(application)
            .body(Body::from(message.to_string()));
        let answered = service.handle(request.unwrap());
        let response = tokio::time::timeout(Duration::from_secs(10), answered).await.unwrap();
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        (head.status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_next_call_is_answered() {
        let settings = Settings::within_airflow(|_| None, &HashMap::new()).unwrap();
        let backend = InProcessBackend::new("3.3.2", None).unwrap();
        let server = Server::with_backend(&settings, Arc::new(backend)).unwrap();
        let service = Service::new(server, &[]);
        // Before the message is read, while the credential is proven.
        let (status, body) = list_pools(&service, "/dags").await;
        assert_eq!(
            (status, &body["error"]),
            (StatusCode::INTERNAL_SERVER_ERROR, &mcp::FAILED.into())
        );
        // Within a tool.
        let (status, body) = list_pools(&service, "/pools").await;
        assert_eq!((status, &body["error"]["code"]), (StatusCode::OK, &json!(-32603)), "{body}");
        assert_eq!(body["error"]["message"], mcp::FAILED);
        let (status, body) = list_pools(&service, "nowhere").await;
        assert_eq!((status, &body["result"]["isError"]), (StatusCode::OK, &json!(false)), "{body}");
    }
}
