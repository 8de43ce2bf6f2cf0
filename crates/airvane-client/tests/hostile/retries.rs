//! Failures that pass: what is sent again, how often, and what never is.

use std::time::{Duration, Instant};

use airvane_api::ApiError;
use airvane_client::CallError;

use crate::fixtures::{ask, backend, delete, read, write};
use crate::server::{Server, answer, json};

#[tokio::test]
async fn a_storm_ends_after_three_tries() {
    for status in [502, 503, 504] {
        let server = Server::new(move |_, _| json(&format!("{status} Oh"), "{}")).await;
        let outcome = ask(&backend(&server.url), &read()).await;
        let Err(CallError::Api(ApiError::Server { status: told, .. })) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!((told, server.received().len()), (status, 3));
    }
}

#[tokio::test]
async fn a_500_is_not_sent_again() {
    let server = Server::new(|_, _| answer("500 Oh", &[], "Internal Server Error")).await;
    let outcome = ask(&backend(&server.url), &read()).await;
    assert!(matches!(outcome, Err(CallError::Api(ApiError::Server { status: 500, .. }))));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_write_is_never_sent_again() {
    for request in [write(), delete()] {
        for status in ["429 Slow", "500 Oh", "502 Oh", "503 Oh", "504 Oh"] {
            let server = Server::new(move |_, _| answer(status, &["Retry-After: 0"], "")).await;
            assert!(ask(&backend(&server.url), &request).await.is_err());
            assert_eq!(server.received().len(), 1, "{status}");
        }
    }
}

#[tokio::test]
async fn a_short_storm_passes() {
    let server = Server::new(|_, before| match before {
        0 | 1 => json("503 Oh", "{}"),
        _ => json("200 OK", "[]"),
    })
    .await;
    assert!(ask(&backend(&server.url), &read()).await.is_ok());
}

#[tokio::test]
async fn retry_after_is_obeyed() {
    let server = Server::new(|_, before| match before {
        0 => answer("429 Slow", &["Retry-After: 1"], ""),
        _ => json("200 OK", "[]"),
    })
    .await;
    let began = Instant::now();
    assert!(ask(&backend(&server.url), &read()).await.is_ok());
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_retry_after_past_the_deadline_is_told_at_once() {
    let server = Server::new(|_, _| answer("429 Slow", &["Retry-After: 600"], "")).await;
    let began = Instant::now();
    let outcome = ask(&backend(&server.url), &read()).await;
    let retry_after = Some(Duration::from_secs(600));
    assert_eq!(outcome, Err(CallError::Api(ApiError::RateLimited { retry_after })));
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!(server.received().len(), 1);
}
