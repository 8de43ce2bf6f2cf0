//! Tokens: minted once, renewed when refused, not asked for again and again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use airvane_api::ApiError;
use airvane_client::{
    AuthError, Backend, CallError, Caller, Context, Credentials, ExposeSecret, SecretString,
    TransportError, call,
};

use crate::fixtures::{ask, context, password, read, read_v1, with, write};
use crate::server::{Answer, Received, Server, answer, json};

const MINT: &str = "/auth/token";
const DAGS: &str = "/api/v2/dags";
const TRIGGER: &str = "/api/v2/dags/etl/dagRuns";

/// An Airflow 3 that mints `token-1`, `token-2`… and takes those from `first_good` on.
async fn airflow(first_good: usize, refusal: fn() -> Answer) -> Server {
    let minted = AtomicUsize::new(0);
    Server::new(move |request, _| {
        if request.path == MINT {
            let number = minted.fetch_add(1, Ordering::SeqCst) + 1;
            return json("201 Created", &format!(r#"{{"access_token": "token-{number}"}}"#));
        }
        match number(request) {
            Some(number) if number >= first_good => json("200 OK", r#"{"ok": true}"#),
            _ => refusal(),
        }
    })
    .await
}

fn number(request: &Received) -> Option<usize> {
    request.authorization.as_deref()?.strip_prefix("Bearer token-")?.parse().ok()
}

fn unauthorized() -> Answer {
    json("401 Unauthorized", r#"{"detail": "Token Expired"}"#)
}

fn invalid() -> Answer {
    json("403 Forbidden", r#"{"detail": "Invalid JWT token"}"#)
}

fn forbidden() -> Answer {
    json("403 Forbidden", r#"{"detail": "Forbidden"}"#)
}

#[tokio::test]
async fn a_password_is_exchanged_once() {
    let server = airflow(1, unauthorized).await;
    let backend = with(&server.url, password());
    for _ in 0..3 {
        ask(&backend, &read()).await.unwrap();
    }
    assert_eq!((server.count(MINT), server.count(DAGS)), (1, 3));
    let body: serde_json::Value = serde_json::from_str(&server.received()[0].body).unwrap();
    assert_eq!(body, serde_json::json!({"username": "ann", "password": "correct horse"}));
    let methods: Vec<_> = server.received().into_iter().map(|request| request.method).collect();
    assert_eq!(methods, ["POST", "GET", "GET", "GET"]);
    let secrets = backend.known_secrets().await;
    let secrets: Vec<_> = secrets.iter().map(ExposeSecret::expose_secret).collect();
    assert_eq!(secrets, ["correct horse", "token-1"]);
}

#[tokio::test]
async fn fifty_calls_at_once_mint_once() {
    let server = Server::new(|request, _| match request.path.as_str() {
        MINT => {
            let minted = json("201 Created", r#"{"access_token": "token-1"}"#);
            Answer::After(Duration::from_millis(150), Box::new(minted))
        }
        _ => json("200 OK", "[]"),
    })
    .await;
    let backend = with(&server.url, password());
    let request = read();
    let calls = (0..50).map(|_| ask(&backend, &request));
    for outcome in futures::future::join_all(calls).await {
        outcome.unwrap();
    }
    assert_eq!((server.count(MINT), server.count(DAGS)), (1, 50));
}

#[tokio::test]
async fn fifty_refusals_at_once_renew_once() {
    let server = airflow(2, unauthorized).await;
    let backend = with(&server.url, password());
    let request = read();
    let calls = (0..50).map(|_| ask(&backend, &request));
    for outcome in futures::future::join_all(calls).await {
        outcome.unwrap();
    }
    assert_eq!(server.count(MINT), 2);
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_the_request_sent_again() {
    for refusal in [unauthorized as fn() -> Answer, invalid] {
        for (request, path) in [(read(), DAGS), (write(), TRIGGER)] {
            let server = airflow(2, refusal).await;
            ask(&with(&server.url, password()), &request).await.unwrap();
            assert_eq!((server.count(MINT), server.count(path)), (2, 2));
            let sent: Vec<_> = server.received().iter().filter_map(number).collect();
            assert_eq!(sent, [1, 2]);
        }
    }
}

#[tokio::test]
async fn a_missing_permission_renews_nothing() {
    let server = airflow(9, forbidden).await;
    let outcome = ask(&with(&server.url, password()), &read()).await;
    let Err(CallError::Api(ApiError::Forbidden { permission, detail })) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((permission, detail.reveal()), (read().permission(), "Forbidden"));
    assert_eq!((server.count(MINT), server.count(DAGS)), (1, 1));
}

#[tokio::test]
async fn a_token_refused_for_good_is_renewed_once_only() {
    let server = airflow(99, unauthorized).await;
    let backend = with(&server.url, password());
    for _ in 0..10 {
        let outcome = ask(&backend, &read()).await;
        assert!(matches!(outcome, Err(CallError::Api(ApiError::Unauthorized { .. }))));
    }
    assert_eq!(server.count(MINT), 2);
}

#[tokio::test]
async fn a_wrong_password_is_not_tried_again_and_again() {
    let server = Server::new(|_, _| json("401 No", r#"{"detail": "Invalid credentials"}"#)).await;
    let backend = with(&server.url, password());
    for request in [read(), write(), read(), write()] {
        let outcome = ask(&backend, &request).await;
        let Err(CallError::Transport(TransportError::Credential(AuthError::Refused { detail }))) =
            outcome
        else {
            panic!("{outcome:?}")
        };
        assert_eq!(detail.reveal(), "Invalid credentials");
    }
    assert_eq!((server.count(MINT), server.received().len()), (1, 1));
}

#[tokio::test]
async fn token_endpoints_that_give_no_token() {
    type Case = (fn() -> Answer, AuthError);
    let cases: [Case; 4] = [
        (|| answer("404 No", &[], ""), AuthError::NotOffered { status: 404 }),
        (|| answer("302 Found", &["Location: /login"], ""), AuthError::NotOffered { status: 302 }),
        (|| answer("500 Oh", &[], ""), AuthError::Failed { status: 500 }),
        (|| answer("200 OK", &[], "<html>"), AuthError::NotAToken { source_name: MINT }),
    ];
    for (reply, expected) in cases {
        let server = Server::new(move |_, _| reply()).await;
        let outcome = ask(&with(&server.url, password()), &read()).await;
        assert_eq!(outcome, Err(CallError::Transport(TransportError::Credential(expected))));
    }
}

#[tokio::test]
async fn airflow_2_gets_basic_authentication() {
    let server = Server::new(|_, _| json("200 OK", "[]")).await;
    ask(&with(&server.url, password()), &read_v1()).await.unwrap();
    let received = server.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].path, "/api/v1/dags");
    assert_eq!(received[0].authorization.as_deref(), Some("Basic YW5uOmNvcnJlY3QgaG9yc2U="));
}

#[tokio::test]
async fn a_callers_own_credential_is_forwarded_as_it_is() {
    let server = Server::new(|_, _| unauthorized()).await;
    let backend = with(&server.url, password());
    let forwarded = Caller::Forwarded(SecretString::from("Bearer theirs"));
    let theirs = Context::within(forwarded, Duration::from_secs(5));
    let outcome = call(&backend, &read(), &theirs).await;
    assert!(matches!(outcome, Err(CallError::Api(ApiError::Unauthorized { .. }))));
    let received = server.received();
    assert_eq!(received.len(), 1, "nobody else's credential is tried instead");
    assert_eq!(received[0].authorization.as_deref(), Some("Bearer theirs"));
}

#[tokio::test]
async fn a_credential_that_is_no_header_is_refused() {
    let server = Server::new(|_, _| unauthorized()).await;
    let forwarded = Caller::Forwarded(SecretString::from("Bearer a\r\nX-Evil: b"));
    let theirs = Context::within(forwarded, Duration::from_secs(5));
    let error = with(&server.url, Credentials::None).send(&read(), &theirs).await.unwrap_err();
    assert_eq!(error, TransportError::Credential(AuthError::Malformed));
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_fixed_token_that_is_refused_is_told() {
    let server = Server::new(|_, _| invalid()).await;
    let backend = with(&server.url, Credentials::Token(SecretString::from("mine")));
    let outcome = ask(&backend, &read()).await;
    assert!(matches!(outcome, Err(CallError::Api(ApiError::Unauthorized { .. }))));
    assert_eq!(server.received().len(), 1);
    assert_eq!(server.received()[0].authorization.as_deref(), Some("Bearer mine"));
}

#[tokio::test]
async fn a_mint_that_hangs_ends_in_time() {
    let server = Server::new(|_, _| Answer::Hang).await;
    let backend = with(&server.url, password());
    let mut context = context();
    context.deadline = tokio::time::Instant::now() + Duration::from_millis(300);
    let error = backend.send(&read(), &context).await.unwrap_err();
    assert!(matches!(error, TransportError::Timeout { .. }), "{error:?}");
}
