//! The backend that answers from a cassette.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use airvane_api::{AirflowVersion, ApiVersion, Request, Untrusted};
use airvane_client::{
    Backend, BoxFuture, CallError, Capabilities, Context, DetectError, Instance, Json, Response,
    SecretString, TransportError,
};
use airvane_redact::Redactor;
use futures::FutureExt;

use super::file::{Cassette, Recording, key};

/// Sends nothing anywhere.
pub(super) struct Player {
    answers: HashMap<String, Recording>,
    instance: Instance,
    recorded_at: SystemTime,
    redactor: Redactor,
    missing: Mutex<BTreeSet<String>>,
}

impl Player {
    pub(super) fn new(cassette: Cassette) -> Self {
        let redactor = Redactor::default();
        let answers = cassette.answers.into_iter().map(|mut answer| {
            // Whoever sent the file may have written into it.
            answer.failed = answer.failed.map(|why| redactor.text(&why).into_string());
            (answer.request.clone(), answer)
        });
        Self {
            answers: answers.collect(),
            instance: Instance {
                api: cassette.api,
                version: cassette.airflow.as_deref().and_then(AirflowVersion::parse),
                version_text: cassette.airflow.map(Untrusted::new),
                url: URL.to_owned(),
            },
            recorded_at: cassette.recorded_at.into(),
            redactor,
            missing: Mutex::default(),
        }
    }

    /// What was asked for and is not there.
    pub(super) fn missing(&self) -> Vec<String> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn answer(&self, request: &Request, context: &Context) -> Result<Response, TransportError> {
        let key = key(&self.redactor, request);
        if let Some(answer) = self.answers.get(&key) {
            return answer.response(context);
        }
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        Err(TransportError::Recorded(format!("the cassette holds no answer to {key}")))
    }
}

/// What stands in the place of an address.
const URL: &str = "cassette:";

impl Backend for Player {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Response, TransportError>> {
        std::future::ready(self.answer(request, context)).boxed()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { streaming: false, longest_path: None, largest_body: None }
    }

    fn detect<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Instance, DetectError>> {
        std::future::ready(Ok(self.instance.clone())).boxed()
    }

    fn api<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<ApiVersion, DetectError>> {
        std::future::ready(Ok(self.instance.api)).boxed()
    }

    fn openapi<'a>(
        &'a self,
        _: ApiVersion,
        _: &'a Context,
    ) -> BoxFuture<'a, Result<Json, CallError>> {
        let none = TransportError::Recorded("a cassette holds no OpenAPI document".to_owned());
        std::future::ready(Err(none.into())).boxed()
    }

    fn known_secrets(&self) -> BoxFuture<'_, Vec<SecretString>> {
        std::future::ready(Vec::new()).boxed()
    }

    fn url(&self) -> Option<&str> {
        Some(URL)
    }

    fn now(&self) -> SystemTime {
        self.recorded_at
    }
}
