//! The backend that keeps what another one answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use airvane_api::{ApiVersion, Request};
use airvane_client::{
    Backend, BoxFuture, CallError, Capabilities, Context, DetectError, Instance, Json, Response,
    SecretString, TransportError,
};
use airvane_redact::Redactor;
use bytes::{Bytes, BytesMut};
use futures::FutureExt;

use super::body::Body;
use super::file::{Cassette, Question, Recording, key};
use crate::failure::Failure;

/// The beginning of a body that is kept. Logs may be longer; a replay then says that it was cut.
const LONGEST: usize = 8 << 20;

/// Passes requests on, and gives answers as they are kept: redacted, and the same for the same
/// request, however often it is asked. So a recording and its replay can't differ.
pub(super) struct Recorder {
    inner: Arc<dyn Backend>,
    /// Knows all secrets of this process, and exempts no name: nobody sends anything back.
    redactor: Redactor,
    began: SystemTime,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    asked: usize,
    answers: HashMap<String, (usize, Recording)>,
}

impl Recorder {
    pub(super) fn new(inner: Arc<dyn Backend>) -> Self {
        let redactor = Redactor::default();
        Self { inner, redactor, began: SystemTime::now(), kept: Mutex::default() }
    }

    /// All that was answered so far.
    pub(super) async fn cassette(
        &self,
        question: &Question,
        context: &Context,
    ) -> Result<Cassette, Failure> {
        let instance = self.inner.detect(context).await;
        let instance = instance.map_err(|error| Failure::from_detect(error, &self.redactor))?;
        self.learn(context).await;
        let version = instance.version_text.as_ref();
        let version = version.map(|text| self.redactor.text(text.reveal()).into_string());
        let arguments = self.redactor.json(question.arguments.clone().into()).into_value();
        let question = Question {
            tool: question.tool.clone(),
            arguments: arguments.as_object().cloned().unwrap_or_default(),
        };
        let mut answers: Vec<_> = self.kept().answers.values().cloned().collect();
        answers.sort_by_key(|(asked, _)| *asked);
        let answers = answers.into_iter().map(|(_, answer)| answer).collect();
        let began = self.began.try_into().unwrap_or_default();
        Ok(Cassette::new(began, (version, instance.api), question, answers))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(
        &self,
        request: &Request,
        context: &Context,
    ) -> Result<Response, TransportError> {
        if !request.operation().is_idempotent() {
            let refused = "only reads are recorded: this was not sent";
            return Err(TransportError::Recorded(refused.to_owned()));
        }
        self.learn(context).await;
        let key = key(&self.redactor, request);
        let number = {
            let mut kept = self.kept();
            kept.asked += 1;
            kept.asked
        };
        let known = self.kept().answers.get(&key).map(|(_, answer)| answer.clone());
        if let Some(known) = known {
            return known.response(context);
        }
        let came = match self.inner.send(request, context).await {
            Err(TransportError::Cancelled) => return Err(TransportError::Cancelled),
            Err(error) => Recording::failed(error.to_string()),
            Ok(response) => {
                // A token may have been minted on the way.
                self.learn(context).await;
                self.read(response).await?
            }
        };
        let recording = Recording { request: key.clone(), ..came };
        let (_, first) = {
            let mut kept = self.kept();
            kept.answers.entry(key).or_insert((number, recording)).clone()
        };
        first.response(context)
    }

    /// The configured credential and the caller's own: neither may be in anything that is kept.
    async fn learn(&self, context: &Context) {
        let known = self.inner.known_secrets().await;
        for secret in known.iter().chain(&context.caller.secrets()) {
            self.redactor.add_known_secret(secret);
        }
    }

    async fn read(&self, mut response: Response) -> Result<Recording, TransportError> {
        let mut bytes = BytesMut::new();
        let failed = loop {
            match response.chunk().await {
                Ok(None) => break None,
                Ok(Some(piece)) => bytes.extend_from_slice(&piece),
                Err(TransportError::Cancelled) => return Err(TransportError::Cancelled),
                Err(error) => break Some(error.to_string()),
            }
            if bytes.len() > LONGEST {
                bytes.truncate(LONGEST);
                break Some(TransportError::BodyTooLarge { limit: LONGEST }.to_string());
            }
        };
        let header = |name| response.headers.get(name).and_then(|value| value.to_str().ok());
        let content_type = header(http::header::CONTENT_TYPE).unwrap_or_default().to_owned();
        Ok(Recording {
            request: String::new(),
            status: Some(response.status.as_u16()),
            retry_after: header(http::header::RETRY_AFTER).and_then(|text| text.parse().ok()),
            body: self.redacted(bytes.freeze(), content_type).await?,
            failed,
        })
    }

    /// Where it holds up nobody else.
    async fn redacted(
        &self,
        bytes: Bytes,
        content_type: String,
    ) -> Result<Option<Body>, TransportError> {
        let redactor = self.redactor.clone();
        let redacting =
            tokio::spawn(async move { Body::of(bytes, &content_type, &redactor).await });
        redacting.await.map_err(|_| TransportError::Cancelled)
    }
}

impl Recording {
    fn failed(why: String) -> Self {
        let failed = Some(why);
        Self { request: String::new(), status: None, retry_after: None, body: None, failed }
    }
}

impl Backend for Recorder {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Response, TransportError>> {
        self.answer(request, context).boxed()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { streaming: false, ..self.inner.capabilities() }
    }

    fn detect<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Instance, DetectError>> {
        self.inner.detect(context)
    }

    fn api<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<ApiVersion, DetectError>> {
        self.inner.api(context)
    }

    /// Not kept: no tool that is recorded asks for it.
    fn openapi<'a>(
        &'a self,
        api: ApiVersion,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Json, CallError>> {
        self.inner.openapi(api, context)
    }

    fn known_secrets(&self) -> BoxFuture<'_, Vec<SecretString>> {
        self.inner.known_secrets()
    }

    fn url(&self) -> Option<&str> {
        self.inner.url()
    }

    fn now(&self) -> SystemTime {
        self.began
    }
}
