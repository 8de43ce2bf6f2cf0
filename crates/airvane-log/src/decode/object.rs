//! Reads one JSON object of a log: Airflow 3's structured events, and the JSON lines that remote
//! handlers (Elasticsearch, `CloudWatch`) and user code write.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::exception;
use crate::level::Level;
use crate::raw::{RawEvent, RawException};
use crate::timestamp;

/// Extra keys kept of one event.
const MAX_EXTRAS: usize = 8;
/// Bytes kept of one extra.
const MAX_EXTRA_BYTES: usize = 512;

/// Whether Airflow puts the key on every event; the caller knows it already.
fn is_boring(key: &str) -> bool {
    matches!(
        key,
        "ti_id"
            | "try_number"
            | "task_id"
            | "run_id"
            | "map_index"
            | "dag_id"
            | "offset"
            | "log_id"
            | "host"
            | "hostname"
            | "execution_date"
            | "logical_date"
            | "levelno"
            | "thread"
            | "process"
            | "processName"
            | "threadName"
            | "pathname"
            | "module"
            | "funcName"
            | "relativeCreated"
            | "msecs"
            | "created"
            | "stack_info"
            | "exc_info"
            | "category"
            | "bundle_name"
            | "bundle_version"
            | "dag_file"
            | "bundle_prepare_ms"
            | "dag_file_parse_ms"
    )
}

/// The fields of an object that matter, whoever wrote it.
#[derive(Default)]
struct Fields<'a> {
    message: Option<Cow<'a, str>>,
    timestamp: Option<jiff::Timestamp>,
    level: Option<Level>,
    logger: Cow<'a, str>,
    file: Cow<'a, str>,
    lineno: Option<u32>,
    traceback: Option<Cow<'a, str>>,
    printed: bool,
    exceptions: Vec<RawException>,
    extras: Vec<String>,
}

/// An event of Airflow 3's API. `None` when the bytes are no such object.
pub(super) fn event(bytes: &[u8]) -> Option<RawEvent<'_>> {
    let fields: Fields<'_> = serde_json::from_str(std::str::from_utf8(bytes).ok()?).ok()?;
    fields.message.is_some().then(|| fields.into_event())
}

/// An event of a text log, where an object may also be something the task printed: it must say
/// when or how severe it is.
pub(super) fn event_of_line(bytes: &[u8]) -> Option<RawEvent<'_>> {
    let fields: Fields<'_> = serde_json::from_slice(bytes).ok()?;
    let is_event =
        fields.message.is_some() && (fields.timestamp.is_some() || fields.level.is_some());
    is_event.then(|| fields.into_event())
}

impl<'a> Fields<'a> {
    fn into_event(self) -> RawEvent<'a> {
        let mut message = self.message.unwrap_or_default();
        if let Some(traceback) = self.traceback {
            let message = message.to_mut();
            message.push('\n');
            message.push_str(traceback.trim_end());
        }
        RawEvent {
            timestamp: self.timestamp,
            level: self.level,
            logger: if self.printed { Cow::Borrowed("task.stdout") } else { self.logger },
            file: self.file,
            lineno: self.lineno,
            message,
            continues: false,
            exceptions: self.exceptions,
            extras: self.extras,
        }
    }

    fn set(&mut self, key: &str, value: Scalar<'a>) {
        match key {
            "event" | "message" | "msg" if self.message.is_none() => {
                self.message = Some(value.into_text());
            }
            "timestamp" | "@timestamp" | "asctime" | "ts" | "time" => {
                self.timestamp = self.timestamp.or_else(|| value.timestamp());
            }
            "level" | "levelname" | "severity" => self.level = self.level.or_else(|| value.level()),
            "logger" | "name" => self.logger = value.into_text(),
            // Airflow 3.0 names the stream apart from the logger `task`.
            "chan" => self.printed = matches!(value, Scalar::Text(_)),
            "filename" | "file" => self.file = value.into_text(),
            "lineno" | "line" => self.lineno = value.number().and_then(|n| u32::try_from(n).ok()),
            "exception" | "exc_text" | "traceback" | "stacktrace" => {
                self.traceback = Some(value.into_text()).filter(|text| !text.is_empty());
            }
            _ => self.extra(key, &value.into_text()),
        }
    }

    fn extra(&mut self, key: &str, value: &str) {
        if self.extras.len() < MAX_EXTRAS && !value.is_empty() {
            let mut extra = format!("{key}={value}");
            let mut end = extra.len().min(MAX_EXTRA_BYTES);
            while !extra.is_char_boundary(end) {
                end -= 1;
            }
            extra.truncate(end);
            self.extras.push(extra);
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a log event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields::default();
        while let Some(key) = map.next_key::<Scalar<'de>>()? {
            let key = key.into_text();
            if key == "error_detail" {
                fields.exceptions = exception::chain(map.next_value::<Value>()?);
            } else if is_boring(&key) {
                map.next_value::<IgnoredAny>()?;
            } else {
                fields.set(&key, map.next_value()?);
            }
        }
        Ok(fields)
    }
}

/// A value of any kind, strings borrowed where JSON allows.
enum Scalar<'a> {
    Text(Cow<'a, str>),
    Number(i64),
    Null,
}

impl<'a> Scalar<'a> {
    fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Null => Cow::Borrowed(""),
        }
    }

    fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            Self::Null => None,
        }
    }

    fn level(&self) -> Option<Level> {
        match self {
            Self::Text(text) => Level::named(text),
            Self::Number(number) => Some(Level::numbered(*number)),
            Self::Null => None,
        }
    }

    fn timestamp(&self) -> Option<jiff::Timestamp> {
        match self {
            Self::Text(text) => timestamp::parse(text.as_bytes()),
            // Milliseconds from the year 2001 on, seconds below.
            Self::Number(number @ 1_000_000_000_000..) => {
                jiff::Timestamp::from_millisecond(*number).ok()
            }
            Self::Number(number) => jiff::Timestamp::from_second(*number).ok(),
            Self::Null => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar<'de>, E> {
        Ok(i64::try_from(number)
            .map_or_else(|_| Scalar::Text(Cow::Owned(number.to_string())), Scalar::Number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(number.to_string())))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(if value { "true" } else { "false" })))
    }

    fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Null)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Scalar<'de>, A::Error> {
        let value = Value::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(Scalar::Text(Cow::Owned(value.to_string())))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, seq: A) -> Result<Scalar<'de>, A::Error> {
        let value = Value::deserialize(serde::de::value::SeqAccessDeserializer::new(seq))?;
        Ok(Scalar::Text(Cow::Owned(value.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn airflow_3_event() {
        let line = br#"{"timestamp":"2026-11-20T21:38:03.343068Z","event":"Task exited","level":"error","ti_id":"x","logger":"task","filename":"task_runner.py","lineno":1671,"exit_code":3}"#;
        let event = event(line).unwrap();
        assert_eq!((event.level, &*event.message), (Some(Level::Error), "Task exited"));
        assert_eq!(
            (&*event.logger, &*event.file, event.lineno),
            ("task", "task_runner.py", Some(1671))
        );
        assert_eq!(event.extras, ["exit_code=3"]);
    }

    #[test]
    fn a_key_this_crate_does_not_expect_is_data() {
        let event = event(br#"{"event":null,"level":40,"new":{"a":[1]},"timestamp":7}"#).unwrap();
        assert_eq!((event.level, &*event.message), (Some(Level::Error), ""));
        assert_eq!(event.extras, [r#"new={"a":[1]}"#]);
    }

    #[test]
    fn an_elasticsearch_line_with_its_traceback() {
        let line = br#"{"asctime":"2026-11-20T21:28:47.123+0000","filename":"a.py","lineno":3,"levelname":"ERROR","message":"Task failed with exception","exc_text":"Traceback\nValueError: x\n"}"#;
        let event = event_of_line(line).unwrap();
        assert_eq!(event.message, "Task failed with exception\nTraceback\nValueError: x");
    }

    #[test]
    fn what_a_task_printed_is_no_event_of_a_text_log() {
        assert!(event_of_line(br#"{"message":"a row of the table","id":1}"#).is_none());
        assert!(event(br#"{"event":"cut"#).is_none());
    }
}
