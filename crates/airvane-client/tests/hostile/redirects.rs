//! Redirects: told, never followed, and no credential leaves for the other host.

use airvane_api::ApiError;
use airvane_client::{CallError, Credentials, SecretString};

use crate::fixtures::{ask, password, read, with, write};
use crate::server::{Server, answer, json};

#[tokio::test]
async fn nothing_reaches_the_other_host() {
    let token = Credentials::Token(SecretString::from("opaque-token"));
    for (status, request) in [("302 Found", read()), ("307 Later", write()), ("308 There", write())]
    {
        let other = Server::new(|_, _| json("200 OK", "[]")).await;
        let location = format!("Location: {}stolen", other.url);
        let server = Server::new(move |_, _| answer(status, &[&location], "")).await;
        let outcome = ask(&with(&server.url, token.clone()), &request).await;
        let Err(CallError::Api(ApiError::Redirected { location })) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(location.reveal(), format!("{}stolen", other.url));
        assert!(other.received().is_empty());
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn a_password_is_not_sent_on() {
    let other = Server::new(|_, _| json("201 Created", r#"{"access_token": "x"}"#)).await;
    let location = format!("Location: {}auth/token", other.url);
    let server = Server::new(move |_, _| answer("307 Later", &[&location], "")).await;
    assert!(ask(&with(&server.url, password()), &read()).await.is_err());
    assert!(other.received().is_empty());
}
