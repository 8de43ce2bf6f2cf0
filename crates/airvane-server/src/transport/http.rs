//! Streamable HTTP on a socket: `/mcp`, stateless, with `/healthz` (the process lives) and
//! `/readyz` (Airflow answers) beside it.
//!
//! Each request stands alone: no session, so any number of these servers can stand behind a load
//! balancer.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use airvane_api::catalog;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::guard::Guard;
use super::{connections, service};
use crate::Server;
use crate::server::CallerContext;
use crate::settings::HttpSettings;

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
        format!("http://{}{}", self.address, service::PATH)
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
    let mcp = service::router(server.clone(), guard, &settings.auth, &ended);
    let state = Arc::new(Health { server, readiness: Mutex::default() });
    let health = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(state);
    connections::serve(listening.listener, mcp.merge(health), &ended).await;
    Ok(())
}

struct Health {
    server: Server,
    readiness: Mutex<Option<(Instant, bool)>>,
}

/// Whether Airflow answers. Says nothing else, and asks at most every two seconds.
async fn ready(State(health): State<Arc<Health>>) -> Response {
    const REMEMBER: Duration = Duration::from_secs(2);
    let known = *health.readiness.lock().unwrap_or_else(PoisonError::into_inner);
    let ready = match known {
        Some((at, ready)) if at.elapsed() < REMEMBER => ready,
        _ => {
            let ready = airflow_answers(&health.server).await;
            *health.readiness.lock().unwrap_or_else(PoisonError::into_inner) =
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
