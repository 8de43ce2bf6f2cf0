//! Streamable HTTP: `/mcp`, stateless, with `/healthz` (the process lives) and `/readyz` (Airflow
//! answers) beside it.
//!
//! Each request stands alone: no session, so any number of these servers can stand behind a load
//! balancer. Hosts, origins and callers are checked before the body is read.

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
use http::{HeaderValue, Method, StatusCode, header};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::auth::{Gate, Verdict};
use super::guard::Guard;
use super::messages::{self, Line};
use crate::Server;
use crate::mcp::Mcp;
use crate::server::CallerContext;
use crate::settings::HttpSettings;

/// How long calls may go on after the server was asked to end.
const LAST_CALLS: Duration = Duration::from_secs(5);

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
    let graceful = ended.clone();
    let serving = axum::serve(listening.listener, app)
        .with_graceful_shutdown(async move { graceful.cancelled().await });
    tokio::select! {
        result = serving => result,
        () = async {
            ended.cancelled().await;
            tokio::time::sleep(LAST_CALLS).await;
        } => Ok(()),
    }
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
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(state)
}

async fn admit(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if let Err(stranger) = shared.guard.check(request.uri(), request.headers()) {
        return refusal(StatusCode::FORBIDDEN, &stranger.to_string());
    }
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
    let Ok(body) = axum::body::to_bytes(body, messages::LONGEST).await else {
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
