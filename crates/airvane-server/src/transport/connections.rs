//! Accepts connections, and ends those that only take up room.
//!
//! A client that sends its request's head byte by byte, or nothing at all, is let go after ten
//! seconds; a head has a largest size, and connections a largest number: more than that wait.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long a request's head may take, and a connection idle.
pub(super) const HEAD_TIME: Duration = Duration::from_secs(10);

/// Largest head of a request.
const HEAD_BYTES: u16 = 32 * 1024;

/// Most connections at once.
const CONNECTIONS: usize = 512;

/// Requests under way on one HTTP/2 connection.
const STREAMS: u32 = 100;

/// How long calls may go on after the server was asked to end.
const LAST_CALLS: Duration = Duration::from_secs(5);

/// Serves until `ended` is cancelled and the last calls are answered.
pub(super) async fn serve(listener: TcpListener, app: Router, ended: &CancellationToken) {
    let builder = Arc::new(builder());
    let turns = Arc::new(Semaphore::new(CONNECTIONS));
    let under_way = GracefulShutdown::new();
    loop {
        let next = async {
            let turn = Arc::clone(&turns).acquire_owned().await;
            (accept(&listener).await, turn)
        };
        let (stream, turn) = tokio::select! {
            () = ended.cancelled() => break,
            next = next => next,
        };
        let (builder, app, watcher) = (Arc::clone(&builder), app.clone(), under_way.watcher());
        tokio::spawn(async move {
            connection(&builder, stream, app, watcher).await;
            drop(turn);
        });
    }
    // What has not ended by then is cut off with the process.
    let _ = tokio::time::timeout(LAST_CALLS, under_way.shutdown()).await;
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES.into());
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEAD_TIME)
        .max_header_list_size(HEAD_BYTES.into())
        .max_concurrent_streams(STREAMS);
    builder
}

/// The next connection. Running out of file handles is no reason to end.
async fn accept(listener: &TcpListener) -> TcpStream {
    const PAUSE: Duration = Duration::from_millis(200);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn connection(
    builder: &Builder<TokioExecutor>,
    stream: TcpStream,
    app: Router,
    watcher: Watcher,
) {
    // Answers are written whole; waiting for more would only delay them.
    let _ = stream.set_nodelay(true);
    let begun = Arc::new(AtomicBool::new(false));
    let mark = Arc::clone(&begun);
    let app = app.map_request(move |request: http::Request<hyper::body::Incoming>| {
        mark.store(true, Ordering::Relaxed);
        request.map(axum::body::Body::new)
    });
    let serving = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    let mut serving = pin!(watcher.watch(serving));
    // Before the first bytes tell HTTP/1 from HTTP/2, neither's own limit holds.
    tokio::select! {
        _ = &mut serving => return,
        () = tokio::time::sleep(HEAD_TIME) => {}
    }
    if begun.load(Ordering::Relaxed) {
        // A connection that breaks is the client's affair.
        let _ = serving.await;
    }
}
