//! What went wrong, in words a model can act on.
//!
//! Every way to fail has one sentence of ours, Airflow's own words where there are any (redacted),
//! and a hint at what to do. Failures of a call are tool results with `isError`, so that the model
//! reads them; only malformed protocol is a protocol error.

use std::time::Duration;

use airvane_api::ids::IdError;
use airvane_api::{ApiError, RequestError, Untrusted};
use airvane_client::{AuthError, CallError, DetectError, TransportError};
use airvane_redact::{Redactor, SafeText};

use crate::output::Document;
use crate::policy::Refusal;

/// The kinds of failure, as structured answers name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// No Airflow URL was given.
    NotConfigured,
    /// The arguments are wrong; nothing was sent.
    InvalidArguments,
    /// This server does not allow it; nothing was sent.
    NotAllowed,
    /// The connected major has no such thing.
    NotOffered,
    /// No connection.
    Unreachable,
    /// The credential was refused, or there is none.
    Unauthorized,
    /// The role is not enough.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// It conflicts with the current state.
    Conflict,
    /// Airflow does not accept the request.
    Rejected,
    /// Too many requests.
    RateLimited,
    /// Airflow failed.
    Server,
    /// No answer in time.
    Timeout,
    /// The client cancelled.
    Cancelled,
    /// The answer broke off, is too large or is not Airflow's.
    BadAnswer,
}

/// A failed call.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Which kind.
    pub kind: FailureKind,
    /// Our sentence.
    pub message: String,
    /// Airflow's words.
    pub detail: Option<SafeText>,
    /// What exists that is close to what was asked for.
    pub close: Vec<String>,
    /// What to do.
    pub hint: Option<&'static str>,
}

impl Failure {
    /// A failure in our own words.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), detail: None, close: Vec::new(), hint: None }
    }

    /// Wrong arguments.
    pub fn arguments(message: impl Into<String>) -> Self {
        Self::new(FailureKind::InvalidArguments, message)
    }

    /// Nothing there.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(FailureKind::NotFound, message)
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Adds what exists that is close.
    #[must_use]
    pub fn close(mut self, names: Vec<String>) -> Self {
        self.close = names;
        self
    }

    /// Whether there is no such thing, as opposed to not being able to tell.
    pub fn is_not_found(&self) -> bool {
        self.kind == FailureKind::NotFound
    }

    /// The failure as an answer.
    pub fn document(&self) -> Document {
        let mut document = Document::new();
        document.line(match &self.detail {
            Some(detail) if !detail.trim().is_empty() => {
                format!("{} Airflow says: {}", sentence(&self.message), detail.trim())
            }
            _ => sentence(&self.message),
        });
        if !self.close.is_empty() {
            document.field("did you mean", self.close.join(", "));
        }
        if let Some(hint) = self.hint {
            document.next(hint);
        }
        document
    }

    /// What Airflow's or a proxy's refusal means.
    pub(crate) fn from_api(error: &ApiError, redactor: &Redactor) -> Self {
        let (kind, message) = refusal(error);
        let detail = words(error).map(|detail| redactor.text(detail.reveal()));
        Self { kind, message, detail, close: Vec::new(), hint: remedy(error) }
    }

    /// Why no answer came.
    pub(crate) fn from_transport(error: &TransportError) -> Self {
        use FailureKind as Kind;
        let message = error.to_string();
        let (kind, hint) = match error {
            TransportError::Dns { .. } | TransportError::Connect { .. } => (
                Kind::Unreachable,
                "is Airflow running, and is AIRFLOW_API_URL right? `airvane doctor` tells more",
            ),
            TransportError::Tls { .. } => (
                Kind::Unreachable,
                "for a private certificate authority set AIRFLOW_CA_CERT to its PEM file",
            ),
            TransportError::Timeout { .. } => {
                (Kind::Timeout, "ask for less (a smaller limit, one run), or try again later")
            }
            TransportError::Cancelled => (Kind::Cancelled, ""),
            TransportError::Recorded(_) => (Kind::BadAnswer, ""),
            TransportError::BodyTooLarge { .. } => (Kind::BadAnswer, "ask for less with `limit`"),
            TransportError::Credential(error) => return Self::from_auth(error),
            _ => (
                Kind::BadAnswer,
                "a proxy between may cut connections; a write may have been done: look before trying again",
            ),
        };
        let failure = Self::new(kind, message);
        if hint.is_empty() { failure } else { failure.hint(hint) }
    }

    fn from_auth(error: &AuthError) -> Self {
        Self::new(FailureKind::Unauthorized, error.to_string()).hint(
            "set AIRFLOW_AUTH_TOKEN, AIRFLOW_TOKEN_COMMAND, or AIRFLOW_USERNAME and AIRFLOW_PASSWORD; \
             `airvane doctor` tests them",
        )
    }

    pub(crate) fn from_call(error: CallError, redactor: &Redactor) -> Self {
        match error {
            CallError::Transport(error) => Self::from_transport(&error),
            CallError::Api(error) => Self::from_api(&error, redactor),
        }
    }

    pub(crate) fn from_detect(error: DetectError, redactor: &Redactor) -> Self {
        match error {
            DetectError::Transport(error) => Self::from_transport(&error),
            DetectError::Unavailable(error) => Self::from_api(&error, redactor),
            DetectError::NoAirflow { v2: redirect @ ApiError::Redirected { .. }, .. }
            | DetectError::NoAirflow { v1: redirect @ ApiError::Redirected { .. }, .. } => {
                Self::from_api(&redirect, redactor)
            }
            DetectError::NoAirflow { url, .. } => Self::new(
                FailureKind::BadAnswer,
                format!("{url} answers, but neither as Airflow 3 nor as Airflow 2"),
            )
            .hint("is AIRFLOW_API_URL the address of an Airflow, with its base path?"),
        }
    }
}

/// Which kind a refusal is, and our sentence for it.
fn refusal(error: &ApiError) -> (FailureKind, String) {
    use FailureKind as Kind;
    match error {
        ApiError::Unauthorized { .. } => {
            (Kind::Unauthorized, "Airflow refused the credential (401)".to_owned())
        }
        ApiError::Forbidden { permission, .. } => (Kind::Forbidden, forbidden(permission)),
        ApiError::NotFound { .. } => (Kind::NotFound, "not found (404)".to_owned()),
        ApiError::Conflict { .. } => {
            (Kind::Conflict, "this conflicts with the current state (409)".to_owned())
        }
        ApiError::Invalid { .. } => {
            (Kind::Rejected, "Airflow does not accept the request".to_owned())
        }
        ApiError::RateLimited { retry_after } => (Kind::RateLimited, rate_limited(*retry_after)),
        ApiError::Redirected { .. } => (
            Kind::BadAnswer,
            "Airflow's address redirects elsewhere; credentials are not sent there".to_owned(),
        ),
        ApiError::Server { status, .. } => {
            (Kind::Server, format!("Airflow failed with status {status}"))
        }
        ApiError::NotAirflow { content_type, .. } => (
            Kind::BadAnswer,
            format!("the answer is not what Airflow's API gives ({})", or_none(content_type)),
        ),
        ApiError::Unexpected { status, .. } => {
            (Kind::Server, format!("Airflow answered with status {status}"))
        }
    }
}

/// Airflow's own words, where it has any.
fn words(error: &ApiError) -> Option<&Untrusted> {
    match error {
        ApiError::RateLimited { .. } => None,
        ApiError::Redirected { location } => Some(location),
        ApiError::Unauthorized { detail }
        | ApiError::Forbidden { detail, .. }
        | ApiError::NotFound { detail }
        | ApiError::Conflict { detail }
        | ApiError::Invalid { detail }
        | ApiError::Server { detail, .. }
        | ApiError::NotAirflow { detail, .. }
        | ApiError::Unexpected { detail, .. } => Some(detail),
    }
}

/// What to do about a refusal.
fn remedy(error: &ApiError) -> Option<&'static str> {
    Some(match error {
        ApiError::Unauthorized { .. } => {
            "check AIRFLOW_AUTH_TOKEN, or AIRFLOW_USERNAME and AIRFLOW_PASSWORD; `airvane doctor` \
             tests them"
        }
        ApiError::Forbidden { .. } => {
            "an Airflow admin can grant it to this user's role; Airflow 2 answers 403 to a wrong \
             password as well (`airvane doctor` tells)"
        }
        ApiError::Conflict { .. } => "look at the current state before trying again",
        ApiError::RateLimited { .. } => "wait before trying again",
        ApiError::Redirected { .. } => "set AIRFLOW_API_URL to Airflow's final address",
        ApiError::Server { .. } => {
            "get_system_health shows which part is down; a proxy may also answer so"
        }
        ApiError::NotAirflow { .. } => {
            "does AIRFLOW_API_URL lead to Airflow itself, or to a login page or proxy?"
        }
        ApiError::NotFound { .. } | ApiError::Invalid { .. } | ApiError::Unexpected { .. } => {
            return None;
        }
    })
}

fn rate_limited(retry_after: Option<Duration>) -> String {
    let wait = retry_after.map(|wait| format!("; it says to wait {} s", wait.as_secs()));
    format!("Airflow asks for fewer requests (429){}", wait.unwrap_or_default())
}

fn forbidden(permission: &str) -> String {
    if permission.is_empty() {
        "Airflow forbids this to the current user (403)".to_owned()
    } else {
        format!("Airflow forbids this (403): the current user lacks the permission `{permission}`")
    }
}

fn or_none(content_type: &str) -> &str {
    if content_type.is_empty() { "no content type" } else { content_type }
}

/// With a full stop at the end. Ids begin sentences, so the first letter stays as it is.
fn sentence(text: &str) -> String {
    let mut out = text.trim().to_owned();
    if !out.ends_with(['.', '!', '?', ':']) {
        out.push('.');
    }
    out
}

impl From<IdError> for Failure {
    fn from(error: IdError) -> Self {
        Self::arguments(error.to_string())
            .hint("nothing was sent; pass the id exactly as Airflow lists it")
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self::new(FailureKind::NotOffered, error.to_string())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::new(FailureKind::NotAllowed, refusal.to_string()).hint(refusal.hint())
    }
}
