//! The file: JSON that a person can read, in one format with a number.

use std::fmt::Write as _;
use std::time::Duration;

use airvane_api::{ApiVersion, Request};
use airvane_client::{Context, Response, TransportError};
use airvane_redact::Redactor;
use futures::StreamExt;
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::body::Body;
use super::layout;

/// The format that is written, and the only one that is read.
pub const FORMAT: u32 = 1;

/// What Airflow answered to one question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cassette {
    /// The number of its format.
    #[serde(rename = "airvane_cassette")]
    format: u32,
    /// The version of Airvane that recorded it.
    pub airvane: String,
    /// When it was recorded: "now" in a replay.
    pub recorded_at: Timestamp,
    /// The release of Airflow, as it names it.
    pub airflow: Option<String>,
    /// The API it speaks.
    pub api: ApiVersion,
    /// What was asked.
    pub question: Question,
    /// What was answered, in the order in which it was asked for.
    pub answers: Vec<Recording>,
}

/// A tool and its arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: Map<String, Value>,
}

/// One answer of Airflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// The request, as [`key`] writes it.
    pub request: String,
    /// The status; none if no answer began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Seconds to wait, where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// What came of the body; none if it was empty.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// Why no whole answer came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// Why a text is no cassette that can be replayed.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It ends too early.
    #[error("it breaks off in line {line}: it was not written or copied whole")]
    Truncated {
        /// The last line.
        line: usize,
    },
    /// It is no JSON.
    #[error("it is no cassette, but something other than JSON from line {line} on")]
    NotJson {
        /// The first line that is not.
        line: usize,
    },
    /// It is some other JSON.
    #[error("it is no cassette: `airvane record` writes one, with `airvane_cassette` in it")]
    Foreign,
    /// A newer Airvane wrote it, or nobody did.
    #[error(
        "it has format {found}, written by airvane {airvane}; this airvane ({}) reads format \
         {FORMAT}", env!("CARGO_PKG_VERSION")
    )]
    Format {
        /// Its format.
        found: u64,
        /// The version that it says has written it.
        airvane: String,
    },
    /// It says what it is, but is not.
    #[error("it is a broken cassette: {0}")]
    Broken(String),
}

impl Cassette {
    /// What was recorded.
    pub(super) fn new(
        recorded_at: Timestamp,
        (airflow, api): (Option<String>, ApiVersion),
        question: Question,
        answers: Vec<Recording>,
    ) -> Self {
        let airvane = env!("CARGO_PKG_VERSION").to_owned();
        Self { format: FORMAT, airvane, recorded_at, airflow, api, question, answers }
    }

    /// Whether any request succeeded.
    pub(super) fn has_success(&self) -> bool {
        let mut statuses = self.answers.iter().filter_map(|answer| answer.status);
        statuses.any(|status| (200..300).contains(&status))
    }

    /// The JSON that answers a request, if it does.
    pub fn answer_to(&self, request: &str) -> Option<&Value> {
        let answer = self.answers.iter().find(|answer| answer.request == request)?;
        if let Some(Body::Json(value)) = &answer.body { Some(value) } else { None }
    }

    /// The file's text.
    pub fn to_text(&self) -> serde_json::Result<String> {
        layout::write(self)
    }

    /// Reads a file's text.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let value: Value = serde_json::from_str(text).map_err(|error| match error.classify() {
            Category::Eof => FileError::Truncated { line: error.line() },
            _ => FileError::NotJson { line: error.line() },
        })?;
        let found = value.get("airvane_cassette").and_then(Value::as_u64);
        let found = found.ok_or(FileError::Foreign)?;
        if found != u64::from(FORMAT) {
            let airvane = value.get("airvane").and_then(Value::as_str).unwrap_or("unknown");
            let airvane = Redactor::default().text(airvane).truncate_chars(32).into_string();
            return Err(FileError::Format { found, airvane });
        }
        serde_json::from_value(value).map_err(|error| {
            FileError::Broken(Redactor::default().text(&error.to_string()).into_string())
        })
    }
}

impl Recording {
    /// The answer as it came.
    pub(super) fn response(&self, context: &Context) -> Result<Response, TransportError> {
        let failure = self.failed.clone().map(TransportError::Recorded);
        let status = match (self.status, &failure) {
            (None, Some(failure)) => return Err(failure.clone()),
            (status, _) => status.and_then(|status| StatusCode::from_u16(status).ok()),
        };
        let broken = || TransportError::Recorded("the recorded answer has no status".to_owned());
        let status = status.ok_or_else(broken)?;
        let mut headers = HeaderMap::new();
        let content_type = self.body.as_ref().map(Body::content_type);
        if let Some(value) = content_type.and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(http::header::CONTENT_TYPE, value);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(http::header::RETRY_AFTER, seconds.into());
        }
        let bytes = self.body.as_ref().map(Body::bytes).unwrap_or_default();
        Ok(match failure {
            None => Response::whole(status, headers, bytes),
            Some(failure) => {
                let pieces = futures::stream::iter([Ok(bytes), Err(failure)]).boxed();
                Response::streaming(status, headers, pieces, context, Duration::from_secs(1))
            }
        })
    }
}

/// A request as a person reads it, without secrets: what its answer is found by.
///
/// Masks lose the digits that tell values apart: those are drawn anew in each process.
pub(super) fn key(redactor: &Redactor, request: &Request) -> String {
    let path = percent_decode_str(request.path()).decode_utf8_lossy();
    let mut line = format!("{} {path}", request.method().as_str());
    for (index, (name, value)) in request.query().iter().enumerate() {
        let mark = if index == 0 { '?' } else { '&' };
        let _ = write!(line, "{mark}{name}={value}");
    }
    without_digits(&redactor.text(&line))
}

fn without_digits(masked: &str) -> String {
    const OPEN: &str = "[redacted:";
    let mut parts = masked.split(OPEN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(OPEN);
        match part.split_once(']') {
            Some((mask, rest)) => {
                let kind = mask.split_once('#').map_or(mask, |(kind, _)| kind);
                let _ = write!(out, "{kind}]{rest}");
            }
            None => out.push_str(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use airvane_api::catalog;
    use airvane_api::ids::{DagId, DagRunId};

    use super::*;

    fn cassette() -> Cassette {
        Cassette::new(
            "2026-11-21T15:00:00Z".parse().unwrap(),
            (Some("3.3.2".to_owned()), ApiVersion::V2),
            Question::diagnosis("orders", Some("r1")),
            vec![Recording {
                request: "GET /dags/orders".to_owned(),
                status: Some(200),
                retry_after: None,
                body: Some(Body::Json(serde_json::json!({"dag_id": "orders"}))),
                failed: None,
            }],
        )
    }

    #[test]
    fn what_is_written_can_be_read() {
        let text = cassette().to_text().unwrap();
        assert!(text.starts_with("{\n \"airvane_cassette\": 1,\n \"airvane\": \""), "{text}");
        assert_eq!(Cassette::parse(&text).unwrap(), cassette());
    }

    #[test]
    fn what_is_no_cassette_is_told_apart() {
        let text = cassette().to_text().unwrap();
        let told = |text: &str| Cassette::parse(text).unwrap_err().to_string();
        assert!(told(&text[..text.len() / 2]).contains("breaks off in line"));
        assert!(told("").contains("breaks off"));
        assert!(told("<html>").contains("no cassette, but something other than JSON"));
        assert!(told("{\"dags\": []}").contains("`airvane record` writes one"));
        let newer = text.replace("\"airvane_cassette\": 1", "\"airvane_cassette\": 2");
        assert!(told(&newer).contains("it has format 2, written by airvane"), "{}", told(&newer));
        assert!(
            told(&text.replace("\"v2\"", "\"v9\"")).contains("broken cassette: unknown variant")
        );
    }

    #[test]
    fn a_request_is_found_by_a_line_without_secrets() {
        let request = |run_id: &str| {
            Request::builder(&catalog::LIST_TASK_INSTANCES, ApiVersion::V2)
                .path("dag_id", &DagId::new("orders").unwrap())
                .path("dag_run_id", &DagRunId::new(run_id).unwrap())
                .query("state", "failed")
                .query("limit", 100)
                .build()
                .unwrap()
        };
        let redactor = Redactor::default();
        assert_eq!(
            key(&redactor, &request("manual__2026-01-01T00:00:00+00:00")),
            "GET /dags/orders/dagRuns/manual__2026-01-01T00:00:00+00:00/taskInstances\
             ?state=failed&limit=100"
        );
        let secret = request("run-ghp_Qm4Zt8Kx2Vb6Nc1Rd5Wf9Hj3Ls7Py0Ga4TuE");
        let told = key(&redactor, &secret);
        assert!(!told.contains("Qm4Zt8") && !told.contains('#'), "{told}");
        assert_eq!(told, key(&Redactor::default(), &secret));
    }

    #[tokio::test]
    async fn an_answer_that_broke_off_breaks_off_again() {
        let context = Context::within(airvane_client::Caller::Configured, Duration::from_secs(5));
        let lines = vec!["a".to_owned(), String::new()];
        let mut recording = Recording {
            request: String::new(),
            status: Some(200),
            retry_after: Some(7),
            body: Some(Body::Text { content_type: "text/plain".to_owned(), lines }),
            failed: Some("the answer was cut off".to_owned()),
        };
        let mut response = recording.response(&context).unwrap();
        assert_eq!(response.headers["retry-after"], "7");
        assert_eq!(response.chunk().await.unwrap().unwrap(), "a\n");
        let error = response.chunk().await.unwrap_err();
        assert_eq!(error.to_string(), "the answer was cut off");
        recording.status = None;
        assert_eq!(recording.response(&context).unwrap_err().to_string(), "the answer was cut off");
        recording.failed = None;
        assert!(recording.response(&context).is_err());
    }
}
