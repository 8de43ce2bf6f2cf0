//! Connections that fail before an answer begins.

use std::time::{Duration, Instant};

use airvane_client::{
    Backend, CallError, ConnectProblem, RestBackend, RestSettings, RetryPolicy, TransportError,
    Waiting,
};
use tokio::net::TcpListener;

use crate::fixtures::{ask, backend, context, read, settings, write};
use crate::server::{Answer, Server, json};

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let outcome = ask(&backend(&format!("http://{address}").parse().unwrap()), &read()).await;
    let host = address.to_string();
    let expected = TransportError::Connect { host, problem: ConnectProblem::Refused };
    assert_eq!(outcome, Err(CallError::Transport(expected)));
}

#[tokio::test]
async fn a_name_that_does_not_exist() {
    let url = "http://airflow.invalid/".parse().unwrap();
    let outcome = ask(&backend(&url), &read()).await;
    let expected = TransportError::Dns { host: "airflow.invalid".to_owned() };
    assert_eq!(outcome, Err(CallError::Transport(expected)));
}

#[tokio::test]
async fn a_server_that_says_nothing() {
    let server = Server::new(|_, _| Answer::Hang).await;
    let began = Instant::now();
    let outcome = ask(&backend(&server.url), &read()).await;
    let after = Duration::from_millis(1500);
    let expected = TransportError::Timeout { waiting: Waiting::Answer, after };
    assert_eq!(outcome, Err(CallError::Transport(expected)));
    assert!(began.elapsed() < Duration::from_secs(3));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_handshake_that_never_ends() {
    // Accepted by the kernel, never by a program: TLS waits for the other side.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap()).parse().unwrap();
    let connect_timeout = Duration::from_millis(200);
    let retry = RetryPolicy::NEVER;
    let backend =
        RestBackend::new(RestSettings { connect_timeout, retry, ..settings(&url) }).unwrap();
    let outcome = ask(&backend, &read()).await;
    let expected = TransportError::Timeout { waiting: Waiting::Connection, after: connect_timeout };
    assert_eq!(outcome, Err(CallError::Transport(expected)));
}

#[tokio::test]
async fn the_deadline_ends_a_call_that_hangs() {
    let server = Server::new(|_, _| Answer::Hang).await;
    let mut context = context();
    context.deadline = tokio::time::Instant::now() + Duration::from_millis(100);
    let error = backend(&server.url).send(&read(), &context).await.unwrap_err();
    assert!(matches!(error, TransportError::Timeout { waiting: Waiting::Deadline, .. }));
}

#[tokio::test]
async fn a_call_can_be_cancelled() {
    let server = Server::new(|_, _| Answer::Hang).await;
    let context = context();
    let cancel = context.cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        cancel.cancel();
    });
    let error = backend(&server.url).send(&read(), &context).await.unwrap_err();
    assert_eq!(error, TransportError::Cancelled);
}

#[tokio::test]
async fn a_connection_closed_without_an_answer() {
    for answer in [|| Answer::Raw(Vec::new()), || Answer::Reset(Vec::new())] {
        let server = Server::new(move |_, _| answer()).await;
        let outcome = ask(&backend(&server.url), &read()).await;
        assert_eq!(outcome, Err(CallError::Transport(TransportError::Closed)));
        assert_eq!(server.received().len(), 3, "a read is sent again");

        let server = Server::new(move |_, _| answer()).await;
        let outcome = ask(&backend(&server.url), &write()).await;
        assert_eq!(outcome, Err(CallError::Transport(TransportError::Closed)));
        assert_eq!(server.received().len(), 1, "a write is not");
    }
}

#[tokio::test]
async fn a_head_that_breaks_off_is_no_answer() {
    let server = Server::new(|_, _| Answer::Raw(b"HTTP/1.1 200 OK\r\nContent-".to_vec())).await;
    let outcome = ask(&backend(&server.url), &write()).await;
    assert_eq!(outcome, Err(CallError::Transport(TransportError::Closed)));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_connection_that_recovers_is_enough_for_a_read() {
    let server = Server::new(|_, before| match before {
        0 => Answer::Reset(Vec::new()),
        _ => json("200 OK", "[]"),
    })
    .await;
    assert!(ask(&backend(&server.url), &read()).await.is_ok());
    assert_eq!(server.received().len(), 2);
}
