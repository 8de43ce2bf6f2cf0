//! Which Airflow it is, when it is one.

use airvane_api::{AirflowVersion, ApiError, ApiVersion};
use airvane_client::{
    Backend, Credentials, DetectError, RestBackend, RestSettings, SecretString, TransportError,
};

use crate::fixtures::{backend, context, password, settings, with};
use crate::server::{Answer, Server, answer, json};

const V2: &str = "/api/v2/version";
const V1: &str = "/api/v1/version";

async fn airflow(path: &'static str, version: &'static str) -> Server {
    Server::new(move |request, _| {
        if request.path == path {
            json("200 OK", &format!(r#"{{"version": "{version}", "git_version": ""}}"#))
        } else {
            answer("404 NOT FOUND", &["Content-Type: text/html"], "<h1>Airflow 404</h1>")
        }
    })
    .await
}

#[tokio::test]
async fn each_major_is_recognised_and_remembered() {
    let cases = [
        (V2, "3.1.0rc1", ApiVersion::V2, AirflowVersion::new(3, 1, 0), 1),
        (V1, "2.11.2+astro.1", ApiVersion::V1, AirflowVersion::new(2, 11, 2), 2),
    ];
    for (path, text, api, version, requests) in cases {
        let server = airflow(path, text).await;
        let backend = backend(&server.url);
        for _ in 0..3 {
            let instance = backend.detect(&context()).await.unwrap();
            assert_eq!((instance.api, instance.version), (api, Some(version)));
            assert_eq!(instance.version_text.unwrap().reveal(), text);
        }
        assert_eq!(server.received().len(), requests);
    }
}

#[tokio::test]
async fn a_password_is_not_shown_to_what_is_not_yet_known() {
    let server = airflow(V2, "3.3.2").await;
    with(&server.url, password()).detect(&context()).await.unwrap();
    assert!(server.received().iter().all(|request| request.authorization.is_none()));
    let token = Credentials::Token(SecretString::from("mine"));
    with(&server.url, token).detect(&context()).await.unwrap();
    assert_eq!(server.received()[1].authorization.as_deref(), Some("Bearer mine"));
}

#[tokio::test]
async fn a_hint_is_believed_without_asking() {
    let server = airflow(V1, "2.8.4").await;
    let hinted = RestSettings { api: Some(ApiVersion::V1), ..settings(&server.url) };
    let backend = RestBackend::new(hinted).unwrap();
    assert_eq!(backend.api(&context()).await, Ok(ApiVersion::V1));
    assert!(server.received().is_empty());
    let instance = backend.detect(&context()).await.unwrap();
    assert_eq!(instance.version, Some(AirflowVersion::new(2, 8, 4)));
    assert_eq!((server.count(V1), server.count(V2)), (1, 0));
}

#[tokio::test]
async fn an_airflow_that_comes_up_later_is_found() {
    let server = Server::new(|_, before| match before {
        0..3 => answer("503 Oh", &[], ""),
        _ => json("200 OK", r#"{"version": "3.3.2"}"#),
    })
    .await;
    let backend = backend(&server.url);
    let error = backend.detect(&context()).await.unwrap_err();
    assert!(matches!(error, DetectError::Unavailable(ApiError::Server { status: 503, .. })));
    assert_eq!(backend.api(&context()).await, Ok(ApiVersion::V2));
}

#[tokio::test]
async fn something_else_is_no_airflow() {
    let server = Server::new(|_, _| answer("200 OK", &["Content-Type: text/html"], "<h1>Hi")).await;
    let error = backend(&server.url).detect(&context()).await.unwrap_err();
    assert!(matches!(error, DetectError::NoAirflow { .. }), "{error:?}");
    let server = Server::new(|_, _| json("200 OK", r#"{"service": "pets"}"#)).await;
    let error = backend(&server.url).detect(&context()).await.unwrap_err();
    assert!(matches!(error, DetectError::NoAirflow { .. }), "{error:?}");
}

#[tokio::test]
async fn callers_at_once_ask_once() {
    let server = Server::new(|_, _| {
        let version = json("200 OK", r#"{"version": "3.3.2"}"#);
        Answer::After(std::time::Duration::from_millis(100), Box::new(version))
    })
    .await;
    let backend = backend(&server.url);
    let context = context();
    let outcomes = futures::future::join_all((0..50).map(|_| backend.api(&context))).await;
    assert!(outcomes.iter().all(|outcome| *outcome == Ok(ApiVersion::V2)));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn one_callers_haste_is_not_the_others_failure() {
    let server = Server::new(|_, before| match before {
        0 => Answer::Hang,
        _ => json("200 OK", r#"{"version": "3.3.2"}"#),
    })
    .await;
    let backend = backend(&server.url);
    let mut hasty = context();
    hasty.deadline = tokio::time::Instant::now() + std::time::Duration::from_millis(50);
    let error = backend.detect(&hasty).await.unwrap_err();
    assert!(matches!(error, DetectError::Transport(TransportError::Timeout { .. })));
    assert_eq!(backend.api(&context()).await, Ok(ApiVersion::V2));
}
