//! A body as a cassette holds it: redacted, and in a form that a person can read.

use airvane_client::{JSON_LIMIT, Json, Response};
use airvane_redact::{Redactor, SafeText, StreamRedactor};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// JSON.
    Json(Value),
    /// A log of Airflow 3: an object for each event, a text for a line that is none.
    Events(Vec<Value>),
    /// Any other text: a log of Airflow 2, a page of a proxy.
    Text {
        /// Its media type.
        content_type: String,
        /// Its lines.
        lines: Vec<String>,
    },
}

/// The media type of a log of Airflow 3.
const NDJSON: &str = "application/x-ndjson";

/// Parts of an event that are messages: they share one stream, as the log's reader has it.
const MESSAGES: [&str; 7] =
    ["event", "message", "msg", "exception", "exc_text", "traceback", "stacktrace"];

impl Body {
    /// Redacts a body that has come; none if it is empty.
    pub(super) async fn of(bytes: Bytes, content_type: &str, redactor: &Redactor) -> Option<Self> {
        if bytes.trim_ascii().is_empty() {
            return None;
        }
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if essence == NDJSON {
            return Some(Self::Events(events(&bytes, redactor)));
        }
        if let Some(value) = json(bytes.clone()).await {
            let mut value = redactor.json(value).into_value();
            leave_out_handles(&mut value);
            return Some(Self::Json(value));
        }
        let text = redactor.text(&String::from_utf8_lossy(&bytes));
        let lines = text.split('\n').map(str::to_owned).collect();
        let content_type = redactor.text(essence).into_string();
        Some(Self::Text { content_type, lines })
    }

    /// Its media type.
    pub(super) fn content_type(&self) -> &str {
        match self {
            Self::Json(_) => "application/json",
            Self::Events(_) => NDJSON,
            Self::Text { content_type, .. } => content_type,
        }
    }

    /// As it goes over the wire.
    pub(super) fn bytes(&self) -> Bytes {
        match self {
            Self::Json(value) => value.to_string().into(),
            Self::Events(events) => events.iter().map(line).collect::<String>().into(),
            Self::Text { lines, .. } => lines.join("\n").into(),
        }
    }
}

/// What Airflow signs with its secret key and wants back: nobody sends it anywhere from a file, and
/// a signature is something to guess the key by.
fn leave_out_handles(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "file_token" && value.is_string() {
                    *value = Value::from("(left out)");
                } else {
                    leave_out_handles(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_handles),
        _ => {}
    }
}

/// Within the bounds that a backend's answers are read with.
async fn json(bytes: Bytes) -> Option<Value> {
    if bytes.len() > JSON_LIMIT {
        return None;
    }
    let whole = Response::whole(StatusCode::OK, HeaderMap::new(), bytes);
    airvane_client::json(whole, "").await.ok().map(|Json { value, .. }| value)
}

fn line(event: &Value) -> String {
    match event {
        Value::String(text) => format!("{text}\n"),
        event => format!("{event}\n"),
    }
}

fn events(bytes: &[u8], redactor: &Redactor) -> Vec<Value> {
    let mut log = Log { redactor, stream: redactor.stream() };
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.map(|line| log.event(&String::from_utf8_lossy(line))).collect()
}

/// The events of one log, in order: a secret may be spread over the messages of several.
struct Log<'a> {
    redactor: &'a Redactor,
    stream: StreamRedactor,
}

impl Log<'_> {
    fn event(&mut self, line: &str) -> Value {
        let Ok(Value::Object(fields)) = serde_json::from_str(line) else {
            return Value::String(self.spoken(line));
        };
        let (messages, rest): (Map<_, _>, Map<_, _>) =
            fields.into_iter().partition(|(name, _)| MESSAGES.contains(&name.as_str()));
        let mut safe = self.messages(messages);
        let (errors, rest): (Map<_, _>, Map<_, _>) =
            rest.into_iter().partition(|(name, _)| name == "error_detail");
        safe.extend(self.messages(errors));
        if let Value::Object(rest) = self.redactor.json(Value::Object(rest)).into_value() {
            safe.extend(rest);
        }
        Value::Object(safe)
    }

    fn messages(&mut self, fields: Map<String, Value>) -> Map<String, Value> {
        let mut message = |(name, value): (String, Value)| {
            let value = self.message(&name, value);
            (self.redactor.text(&name).into_string(), value)
        };
        fields.into_iter().map(&mut message).collect()
    }

    fn message(&mut self, name: &str, value: Value) -> Value {
        match value {
            // Names beside a message must not come between the lines of a key block.
            value if name == "frames" => self.redactor.json(value).into_value(),
            Value::String(text) => Value::String(self.spoken(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.message(name, item)).collect(),
            Value::Object(fields) => Value::Object(self.messages(fields)),
            other => other,
        }
    }

    fn spoken(&mut self, text: &str) -> String {
        let lines: Vec<_> = text.split('\n').map(|line| self.stream.line(line)).collect();
        SafeText::join(&lines, "\n").into_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PASSWORD: &str = "Qm4Zt8Kx2Vb6";

    async fn body(content_type: &str, text: String) -> Body {
        Body::of(Bytes::from(text), content_type, &Redactor::default()).await.unwrap()
    }

    #[tokio::test]
    async fn ordinary_bodies_are_kept_to_the_letter() {
        let page = json!({"dags": [{"dag_id": "orders", "n": 1.5, "none": null}]}).to_string();
        assert_eq!(body("application/json", page.clone()).await.bytes(), page);
        let log =
            "{\"event\":\"a\",\"level\":\"info\"}\nno event\n{\"event\":\"b\\nc\",\"lineno\":3}\n";
        let events = body("application/x-ndjson; charset=utf-8", log.to_owned()).await;
        assert_eq!(events.content_type(), NDJSON);
        assert_eq!(events.bytes(), log);
        let text = "worker-1\n\n*** Found\n[2026-11-20] {a.py:1} INFO - x\n";
        assert_eq!(body("text/plain", text.to_owned()).await.bytes(), text);
        assert_eq!(Body::of(Bytes::from(" \n"), "text/plain", &Redactor::default()).await, None);
    }

    #[tokio::test]
    async fn nothing_secret_is_kept() {
        let log = json!({
            "event": format!("connecting with password={PASSWORD}"),
            "api_key": "Nc1Rd5Wf9Hj3Ls7P",
            "error_detail": [{"exc_type": "ValueError", "exc_value": format!("bad {PASSWORD}"),
                "frames": [{"filename": "/dags/a.py", "lineno": 3, "name": "f"}]}],
        });
        let events = body(NDJSON, format!("{log}\npassword: {PASSWORD}\n")).await;
        let page = json!({"conf": {"password": PASSWORD}}).to_string();
        for body in [
            events,
            body("application/json", page).await,
            body("text/plain", format!("password={PASSWORD}\n then {PASSWORD}")).await,
        ] {
            let kept = serde_json::to_string(&body).unwrap();
            assert!(!kept.contains(PASSWORD) && !kept.contains("Nc1Rd5"), "{kept}");
            assert!(kept.contains("[redacted:password#"), "{kept}");
        }
    }

    #[tokio::test]
    async fn what_airflow_signed_is_left_out() {
        let signed = "eyJidW5kbGUiOiJkYWdzIn0.DsYaYXExaRnCmkbYiF8fjjwWSRQ";
        let page = json!({"dags": [{"dag_id": "orders", "file_token": signed}]}).to_string();
        let kept = serde_json::to_string(&body("application/json", page).await).unwrap();
        assert!(kept.contains("orders") && !kept.contains("DsYaYX"), "{kept}");
    }

    #[tokio::test]
    async fn a_key_block_over_several_events_is_kept_by_none() {
        let lines = [
            "-----BEGIN PRIVATE KEY-----",
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7",
            "VJTUt9Us8cKjMzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDu",
            "-----END PRIVATE KEY-----",
        ];
        let event = |line: &&str| {
            json!({"event": line, "logger": "task.stdout", "filename": "a.py"}).to_string() + "\n"
        };
        let events = body(NDJSON, lines.iter().map(event).collect()).await;
        let kept = serde_json::to_string(&events).unwrap();
        assert!(!kept.contains("MIIEv") && !kept.contains("VJTUt"), "{kept}");
    }
}
