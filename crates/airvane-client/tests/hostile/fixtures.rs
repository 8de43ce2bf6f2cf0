//! Requests and settings for the cases, with limits short enough for tests.

use std::time::Duration;

use airvane_api::ids::DagId;
use airvane_api::{ApiVersion, Request, catalog};
use airvane_client::{
    Backend, CallError, Caller, Context, Credentials, RestBackend, RestSettings, RetryPolicy,
    SecretString, call,
};
use serde_json::Value;
use url::Url;

/// A request that may be repeated.
pub(crate) fn read() -> Request {
    Request::builder(&catalog::LIST_DAGS, ApiVersion::V2).build().unwrap()
}

/// The same for Airflow 2.
pub(crate) fn read_v1() -> Request {
    Request::builder(&catalog::LIST_DAGS, ApiVersion::V1).build().unwrap()
}

/// A request that may not.
pub(crate) fn write() -> Request {
    Request::builder(&catalog::TRIGGER_DAG_RUN, ApiVersion::V2)
        .path("dag_id", &DagId::new("etl").unwrap())
        .body(serde_json::json!({"logical_date": null}))
        .build()
        .unwrap()
}

/// Another that may not.
pub(crate) fn delete() -> Request {
    Request::builder(&catalog::DELETE_DAG, ApiVersion::V2)
        .path("dag_id", &DagId::new("etl").unwrap())
        .build()
        .unwrap()
}

pub(crate) fn settings(url: &Url) -> RestSettings {
    RestSettings {
        connect_timeout: Duration::from_millis(1500),
        request_timeout: Duration::from_millis(1500),
        idle_timeout: Duration::from_millis(400),
        token_command_timeout: Duration::from_millis(600),
        retry: RetryPolicy {
            tries: 3,
            first_pause: Duration::from_millis(10),
            longest_pause: Duration::from_millis(40),
        },
        ..RestSettings::new(url.clone())
    }
}

pub(crate) fn backend(url: &Url) -> RestBackend {
    RestBackend::new(settings(url)).unwrap()
}

pub(crate) fn with(url: &Url, credentials: Credentials) -> RestBackend {
    RestBackend::new(RestSettings { credentials, ..settings(url) }).unwrap()
}

pub(crate) fn password() -> Credentials {
    Credentials::Password {
        username: "ann".to_owned(),
        password: SecretString::from("correct horse"),
    }
}

/// A call that must end within five seconds.
pub(crate) fn context() -> Context {
    Context::within(Caller::Configured, Duration::from_secs(5))
}

/// Sends a request and reads JSON.
pub(crate) async fn ask(backend: &RestBackend, request: &Request) -> Result<Value, CallError> {
    Ok(call(backend as &dyn Backend, request, &context()).await?.value)
}
