//! Which Airflow answers: `/version` of the two APIs, which is public on both.

use std::time::Duration;

use airvane_api::{AirflowVersion, ApiError, ApiVersion, Untrusted};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::rest::Outgoing;
use crate::{CallError, Context, RestBackend, TransportError, Waiting, json};

/// A failure is shared for this long by those who ask, so that many calls at once don't each wait
/// for an Airflow that is down.
const REMEMBER_FAILURE: Duration = Duration::from_secs(1);

/// An Airflow that has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The API it speaks.
    pub api: ApiVersion,
    /// Its release; `None` if it did not say, or nothing that can be compared.
    pub version: Option<AirflowVersion>,
    /// Its release as it says it, suffixes of managed services included.
    pub version_text: Option<Untrusted>,
    /// Its base URL, which holds no credential.
    pub url: String,
}

/// Why it is not known which Airflow answers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DetectError {
    /// No whole answer came.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Airflow, or the proxy before it, can't answer now.
    #[error(transparent)]
    Unavailable(ApiError),
    /// Something answers at the URL, but neither API is there.
    #[error("no Airflow API answers below {url}")]
    NoAirflow {
        /// The base URL.
        url: String,
        /// What `/api/v2/version` answered.
        v2: ApiError,
        /// What `/api/v1/version` answered.
        v1: ApiError,
    },
}

#[derive(Debug)]
pub(crate) struct Detected {
    hint: Option<ApiVersion>,
    found: Mutex<Found>,
}

#[derive(Debug)]
enum Found {
    Nothing,
    Failure(DetectError, Instant),
    Instance(Instance),
}

impl Found {
    /// What others may know of an outcome. Not what only this caller's deadline, cancellation or
    /// credential made of it.
    fn after(outcome: &Result<Instance, DetectError>) -> Self {
        match outcome {
            Ok(instance) => Self::Instance(instance.clone()),
            Err(DetectError::Transport(
                TransportError::Cancelled
                | TransportError::Timeout { waiting: Waiting::Deadline, .. }
                | TransportError::Credential(_),
            )) => Self::Nothing,
            Err(error @ DetectError::Transport(_)) => Self::Failure(error.clone(), Instant::now()),
            Err(_) => Self::Nothing,
        }
    }
}

impl Detected {
    pub(crate) fn new(hint: Option<ApiVersion>) -> Self {
        Self { hint, found: Mutex::new(Found::Nothing) }
    }
}

impl RestBackend {
    /// The configured API at once, else the detected one.
    pub(crate) async fn find_api(&self, context: &Context) -> Result<ApiVersion, DetectError> {
        match self.inner.detected.hint {
            Some(api) => Ok(api),
            None => self.find_instance(context).await.map(|instance| instance.api),
        }
    }

    /// Asked once and remembered. A failure is
    /// not: Airflow may come up later. With a configured API only that one's `/version` is asked.
    pub(crate) async fn find_instance(&self, context: &Context) -> Result<Instance, DetectError> {
        let whole = async {
            let mut found = self.inner.detected.found.lock().await;
            match &*found {
                Found::Instance(instance) => return Ok(instance.clone()),
                Found::Failure(error, at) if at.elapsed() < REMEMBER_FAILURE => {
                    return Err(error.clone());
                }
                _ => {}
            }
            // Boxed, because it is large and seldom runs.
            let outcome = Box::pin(self.probe(context)).await;
            *found = Found::after(&outcome);
            outcome
        };
        context.bounds().wait(Waiting::Deadline, context.remaining(), whole).await?
    }

    async fn probe(&self, context: &Context) -> Result<Instance, DetectError> {
        let v2 = match self.inner.detected.hint {
            Some(api) => return self.probe_hinted(api, context).await,
            None => match self.version(ApiVersion::V2, context).await {
                Ok(version) => return Ok(self.instance(ApiVersion::V2, version)),
                Err(CallError::Transport(error)) => return Err(error.into()),
                Err(CallError::Api(
                    error @ (ApiError::Server { .. } | ApiError::RateLimited { .. }),
                )) => return Err(DetectError::Unavailable(error)),
                Err(CallError::Api(error)) => error,
            },
        };
        match self.version(ApiVersion::V1, context).await {
            Ok(version) => Ok(self.instance(ApiVersion::V1, version)),
            Err(CallError::Transport(error)) => Err(error.into()),
            Err(CallError::Api(v1)) => {
                Err(DetectError::NoAirflow { url: self.base().to_owned(), v2, v1 })
            }
        }
    }

    /// The configured API is believed even where `/version` is hidden.
    async fn probe_hinted(
        &self,
        api: ApiVersion,
        context: &Context,
    ) -> Result<Instance, DetectError> {
        match self.version(api, context).await {
            Ok(version) => Ok(self.instance(api, version)),
            Err(CallError::Transport(error)) => Err(error.into()),
            Err(CallError::Api(_)) => {
                Ok(Instance { api, version: None, version_text: None, url: self.base().to_owned() })
            }
        }
    }

    fn instance(&self, api: ApiVersion, version: String) -> Instance {
        Instance {
            api,
            version: AirflowVersion::parse(&version),
            version_text: Some(Untrusted::new(version)),
            url: self.base().to_owned(),
        }
    }

    /// What `/version` of an API says. An answer without a version is not Airflow's.
    async fn version(&self, api: ApiVersion, context: &Context) -> Result<String, CallError> {
        let wire = &self.inner.wire;
        let outgoing = Outgoing {
            name: "version",
            method: reqwest::Method::GET,
            url: wire.target.url(&format!("{}/version", api.prefix()), &[])?,
            accept: "application/json",
            headers: Vec::new(),
            body: None,
            idempotent: true,
        };
        let credential = self.inner.auth.while_probing(wire, context).await?;
        let response = wire.send(&outgoing, credential.as_ref(), context).await?;
        let answer = json(response, "").await?.value;
        match answer.get("version").and_then(Value::as_str) {
            Some(version) => Ok(version.chars().take(64).collect()),
            None => Err(CallError::Api(ApiError::NotAirflow {
                content_type: "application/json".to_owned(),
                detail: Untrusted::new(answer.to_string().chars().take(500).collect::<String>()),
            })),
        }
    }
}
