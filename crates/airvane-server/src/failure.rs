//! What went wrong, in words a model can act on.
//!
//! Every way to fail has one sentence of ours, Airflow's own words where there are any (redacted),
//! and a hint at what to do. Failures of a call are tool results with `isError`, so that the model
//! reads them; only malformed protocol is a protocol error.

use airvane_api::{ApiError, RequestError, ids::IdError};
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
    /// What to do.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure in our own words.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), detail: None, hint: None }
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
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
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
        if let Some(hint) = &self.hint {
            document.next(hint.clone());
        }
        document
    }

    /// What Airflow's or a proxy's refusal means.
    pub(crate) fn from_api(error: &ApiError, redactor: &Redactor) -> Self {
        use FailureKind as Kind;
        let safe = |detail: &airvane_api::Untrusted| Some(redactor.text(detail.reveal()));
        let (kind, message, detail, hint) = match error {
            ApiError::Unauthorized { detail } => (
                Kind::Unauthorized,
                "Airflow refused the credential (401)".to_owned(),
                safe(detail),
                Some("check AIRFLOW_AUTH_TOKEN, or AIRFLOW_USERNAME and AIRFLOW_PASSWORD; `airvane doctor` tests them".to_owned()),
            ),
            ApiError::Forbidden { permission, detail } => (
                Kind::Forbidden,
                forbidden(permission),
                safe(detail),
                Some("an Airflow admin can grant it to this user's role".to_owned()),
            ),
            ApiError::NotFound { detail } => (Kind::NotFound, "not found (404)".to_owned(), safe(detail), None),
            ApiError::Conflict { detail } => (
                Kind::Conflict,
                "this conflicts with the current state (409)".to_owned(),
                safe(detail),
                Some("look at the current state before trying again".to_owned()),
            ),
            ApiError::Invalid { detail } => {
                (Kind::Rejected, "Airflow does not accept the request".to_owned(), safe(detail), None)
            }
            ApiError::RateLimited { retry_after } => (
                Kind::RateLimited,
                "Airflow asks for fewer requests (429)".to_owned(),
                None,
                Some(retry_after.map_or_else(
                    || "wait a little before trying again".to_owned(),
                    |wait| format!("wait {} s before trying again", wait.as_secs()),
                )),
            ),
            ApiError::Redirected { location } => (
                Kind::BadAnswer,
                "Airflow's address redirects elsewhere; credentials are not sent there".to_owned(),
                safe(location),
                Some("set AIRFLOW_API_URL to Airflow's final address".to_owned()),
            ),
            ApiError::Server { status, detail } => (
                Kind::Server,
                format!("Airflow failed with status {status}"),
                safe(detail),
                Some("get_system_health shows which part is down; a proxy may also answer so".to_owned()),
            ),
            ApiError::NotAirflow { content_type, detail } => (
                Kind::BadAnswer,
                format!("the answer is not what Airflow's API gives ({})", or_unknown(content_type)),
                safe(detail),
                Some("does AIRFLOW_API_URL lead to Airflow itself, or to a login page or proxy?".to_owned()),
            ),
            ApiError::Unexpected { status, detail } => {
                (Kind::Server, format!("Airflow answered with status {status}"), safe(detail), None)
            }
        };
        Self { kind, message, detail, hint }
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
            DetectError::NoAirflow { url, .. } => Self::new(
                FailureKind::BadAnswer,
                format!("{url} answers, but neither as Airflow 3 nor as Airflow 2"),
            )
            .hint("is AIRFLOW_API_URL the address of an Airflow, with its base path?"),
        }
    }
}

fn forbidden(permission: &str) -> String {
    if permission.is_empty() {
        "Airflow forbids this to the current user (403)".to_owned()
    } else {
        format!("Airflow forbids this (403): the current user lacks the permission `{permission}`")
    }
}

fn or_unknown(content_type: &str) -> &str {
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
