//! What Airflow's refusals mean: one function from status and body to an error with a name.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// Text from Airflow that nobody has cleaned or redacted yet.
///
/// It has no `Display` and its `Debug` tells only its size, so that it reaches neither a model nor
/// a log by accident. [`Untrusted::reveal`] is for the redactor.
#[derive(Clone, PartialEq, Eq)]
pub struct Untrusted(String);

impl Untrusted {
    /// Wraps a text as it came.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The raw text. Only for what makes it safe.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({} bytes)", self.0.len())
    }
}

/// A refusal or failure that Airflow, or a proxy before it, answered with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// 401, or Airflow 3's 403 "Invalid JWT token".
    #[error("Airflow refused the credential")]
    Unauthorized {
        /// Airflow's words.
        detail: Untrusted,
    },
    /// 403: the credential is good, the role is not enough.
    #[error("Airflow forbids this")]
    Forbidden {
        /// The permission that the route asks for; empty if the catalog does not know.
        permission: &'static str,
        /// Airflow's words.
        detail: Untrusted,
    },
    /// 404.
    #[error("not found")]
    NotFound {
        /// Airflow's words.
        detail: Untrusted,
    },
    /// 409.
    #[error("conflict with the current state")]
    Conflict {
        /// Airflow's words.
        detail: Untrusted,
    },
    /// 400 or 422.
    #[error("Airflow does not accept the request")]
    Invalid {
        /// Airflow's words.
        detail: Untrusted,
    },
    /// 429, after retries.
    #[error("too many requests")]
    RateLimited {
        /// How long Airflow asked to wait.
        retry_after: Option<Duration>,
    },
    /// A redirect that was not followed.
    #[error("redirected")]
    Redirected {
        /// Where to, as the answer said.
        location: Untrusted,
    },
    /// Any 5xx, after retries.
    #[error("Airflow failed with status {status}")]
    Server {
        /// The status.
        status: u16,
        /// The body's words.
        detail: Untrusted,
    },
    /// A success whose body is not what Airflow's API answers: a login page, a proxy's page,
    /// truncated JSON.
    #[error("the answer is not Airflow's")]
    NotAirflow {
        /// Its media type.
        content_type: String,
        /// How it begins.
        detail: Untrusted,
    },
    /// Any other status.
    #[error("unexpected status {status}")]
    Unexpected {
        /// The status.
        status: u16,
        /// The body's words.
        detail: Untrusted,
    },
}

impl ApiError {
    /// What a status that is no success means. `None` for 2xx.
    ///
    /// `permission` is what the catalog says the route asks for: Airflow itself answers only
    /// "Forbidden".
    pub fn from_status(
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        permission: &'static str,
    ) -> Option<Self> {
        if status.is_success() {
            return None;
        }
        let detail = Untrusted::new(words(body));
        Some(match status.as_u16() {
            300..=399 => Self::Redirected { location: Untrusted::new(header(headers, "location")) },
            400 | 422 => Self::Invalid { detail },
            401 => Self::Unauthorized { detail },
            403 if is_invalid_token(&detail) => Self::Unauthorized { detail },
            403 => Self::Forbidden { permission, detail },
            404 => Self::NotFound { detail },
            409 => Self::Conflict { detail },
            429 => Self::RateLimited { retry_after: retry_after(headers) },
            status @ 500.. => Self::Server { status, detail },
            status => Self::Unexpected { status, detail },
        })
    }
}

/// Airflow 3's `SimpleAuthManager` and FAB answer a bad token with 403 and these words.
fn is_invalid_token(detail: &Untrusted) -> bool {
    let text = detail.reveal();
    text.contains("Invalid JWT token") || text.contains("Signature has expired")
}

fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// `Retry-After` in its form of seconds; dates are rare and a back-off serves as well.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    header(headers, "retry-after").trim().parse().ok().map(Duration::from_secs)
}

/// The human part of an error body, in each shape that Airflow gives it: `{"detail": …}` with a
/// text, a list of `FastAPI`'s `{"loc", "msg"}` or an object (`{"reason", "message"}`), the problem
/// details of Airflow 2 (`title`, `detail`), or plain text.
fn words(body: &[u8]) -> String {
    const LONGEST: usize = 2000;
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(value) => json_words(&value),
        Err(_) => String::from_utf8_lossy(body).trim().to_owned(),
    };
    text.chars().take(LONGEST).collect()
}

fn json_words(value: &Value) -> String {
    let Some(object) = value.as_object() else { return plain(value) };
    match (object.get("detail"), object.get("title").and_then(Value::as_str)) {
        (Some(Value::Array(problems)), _) => {
            problems.iter().map(validation_words).collect::<Vec<_>>().join("; ")
        }
        (Some(Value::Object(inner)), _) => inner
            .get("message")
            .or_else(|| inner.get("reason"))
            .map_or_else(|| Value::Object(inner.clone()).to_string(), plain),
        (Some(detail), Some(title)) if !detail.is_null() => format!("{title}: {}", plain(detail)),
        (Some(detail), None) => plain(detail),
        (_, Some(title)) => title.to_owned(),
        (None, None) => value.to_string(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

fn validation_words(problem: &Value) -> String {
    let place = problem
        .get("loc")
        .and_then(Value::as_array)
        .map(|parts| parts.iter().skip(1).map(plain).collect::<Vec<_>>().join("."));
    let message = problem.get("msg").map_or_else(|| plain(problem), plain);
    match place {
        Some(place) if !place.is_empty() => format!("{place}: {message}"),
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> ApiError {
        let status = StatusCode::from_u16(status).unwrap();
        ApiError::from_status(status, &HeaderMap::new(), body.as_bytes(), "DAG.RUN: GET").unwrap()
    }

    #[test]
    fn an_empty_204_is_a_success() {
        assert_eq!(ApiError::from_status(StatusCode::NO_CONTENT, &HeaderMap::new(), b"", ""), None);
    }

    #[test]
    fn a_bad_token_is_told_from_a_missing_permission() {
        let bad = error(403, r#"{"detail": "Invalid JWT token"}"#);
        assert!(matches!(bad, ApiError::Unauthorized { .. }));
        let ApiError::Forbidden { permission, .. } = error(403, r#"{"detail": "Forbidden"}"#)
        else {
            panic!("not forbidden")
        };
        assert_eq!(permission, "DAG.RUN: GET");
    }

    #[test]
    fn words_are_found_in_every_shape() {
        let detail = |status, body| match error(status, body) {
            ApiError::Invalid { detail } | ApiError::NotFound { detail } => {
                detail.reveal().to_owned()
            }
            other => panic!("{other:?}"),
        };
        let fastapi = r#"{"detail": [{"loc": ["query", "limit"], "msg": "too large"}]}"#;
        assert_eq!(detail(422, fastapi), "limit: too large");
        let problem = r#"{"title": "DAG not found", "detail": null, "status": 404, "type": "x"}"#;
        assert_eq!(detail(404, problem), "DAG not found");
        let both = r#"{"title": "Bad Request", "detail": "no such state", "status": 400}"#;
        assert_eq!(detail(400, both), "Bad Request: no such state");
        assert_eq!(detail(404, r#"{"detail": {"reason": "r", "message": "gone"}}"#), "gone");
        assert_eq!(detail(404, "<h1>nope</h1>"), "<h1>nope</h1>");
    }

    #[test]
    fn raw_text_does_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", Untrusted::new("hunter2")), "Untrusted(7 bytes)");
    }
}
