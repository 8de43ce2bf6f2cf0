//! Streamable HTTP: `/mcp`, stateless, with `/healthz` (the process lives) and `/readyz` (Airflow
//! answers) beside it.
//!
//! Each request stands alone: no session, so any number of these servers can stand behind a load
//! balancer. Hosts, origins and callers are checked before the body is read. Pages of the origins
//! that may call get the headers that browsers ask for (CORS), before anybody asks who calls: a
//! browser's preflight carries no credential.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use airvane_api::catalog;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use super::auth::{Gate, Verdict};
use super::connections;
use super::guard::Guard;
use super::messages::{self, Line};
use crate::Server;
use crate::mcp::Mcp;
use crate::server::CallerContext;
use crate::settings::HttpSettings;

/// How long a message may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// How long browsers remember what a page may do.
const PREFLIGHT_AGE: Duration = Duration::from_secs(600);

/// A listening server. Kept apart from [`serve`], so that its address is known first.
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listening {
    /// Binds the address. Port 0 takes a free one.
    pub async fn bind(settings: &HttpSettings) -> io::Result<Self> {
        let listener = TcpListener::bind((settings.host, settings.port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where clients find it.
    pub fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }
}

/// Serves until `ended` is cancelled.
pub async fn serve(
    listening: Listening,
    server: Server,
    settings: &HttpSettings,
    ended: CancellationToken,
) -> io::Result<()> {
    let guard = Guard::new(listening.address, &settings.allowed_hosts, &settings.allowed_origins);
    let state = Arc::new(Shared {
        guard,
        gate: Gate::new(server.clone(), settings.auth.clone()),
        readiness: Mutex::default(),
        server: server.clone(),
    });
    let app = router(state, Mcp::over_http(server, &settings.auth), &ended);
    connections::serve(listening.listener, app, &ended).await;
    Ok(())
}

struct Shared {
    guard: Guard,
    gate: Gate,
    readiness: Mutex<Option<(Instant, bool)>>,
    server: Server,
}

fn router(state: Arc<Shared>, mcp: Mcp, ended: &CancellationToken) -> Router {
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
        .route_service("/mcp", service)
        .layer(middleware::from_fn_with_state(Arc::clone(&state), admit))
        .layer(cors(&state))
        .layer(middleware::from_fn_with_state(Arc::clone(&state), known))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(state)
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
    match shared.gate.check(request.headers()).await {
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

/// Whether Airflow answers. Says nothing else, and asks at most every two seconds.
async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    const REMEMBER: Duration = Duration::from_secs(2);
    let known = *shared.readiness.lock().unwrap_or_else(PoisonError::into_inner);
    let ready = match known {
        Some((at, ready)) if at.elapsed() < REMEMBER => ready,
        _ => {
            let ready = airflow_answers(&shared.server).await;
            *shared.readiness.lock().unwrap_or_else(PoisonError::into_inner) =
                Some((Instant::now(), ready));
            ready
        }
    };
    if ready {
        "ok\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "Airflow does not answer\n").into_response()
    }
}

async fn airflow_answers(server: &Server) -> bool {
    const TIME: Duration = Duration::from_secs(5);
    let airflow = server.airflow(&CallerContext::configured(), TIME);
    airflow.ask_json(&catalog::GET_VERSION, |request| request).await.is_ok()
}
