//! How clients reach the server: standard input and output, or Streamable HTTP, on a socket of our
//! own or within a web server.

mod auth;
mod connections;
mod guard;
pub mod http;
mod messages;
mod service;
pub mod stdio;

pub use service::{Service, unbroken};

use tokio_util::sync::CancellationToken;

/// A token that is cancelled when the process is asked to end.
pub fn ended_by_signal() -> CancellationToken {
    let ended = CancellationToken::new();
    let token = ended.clone();
    tokio::spawn(async move {
        signal().await;
        token.cancel();
    });
    ended
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};

    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        // Without handlers the signals keep their default effect, which ends the process as well.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
