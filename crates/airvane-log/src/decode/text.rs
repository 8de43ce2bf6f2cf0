//! Reads the header of a plain text line: Airflow 2's `[timestamp] {file:line} LEVEL - message`,
//! the console form of Airflow 3's components, and what remote handlers put before them.

use std::borrow::Cow;

use jiff::Timestamp;
use memchr::memchr;

use crate::level::Level;
use crate::raw::RawEvent;
use crate::timestamp;

/// No timestamp seen in a log is longer.
const MAX_TIMESTAMP: usize = 40;

/// What stands before the message.
#[derive(Clone, Copy, Default)]
struct Header<'a> {
    timestamp: Option<Timestamp>,
    level: Option<Level>,
    file: &'a str,
    lineno: Option<u32>,
    /// Bytes of the line that belong to the header.
    length: usize,
}

/// Makes an event of one line. `continues` is whether a headed line came before it.
pub(super) fn event(line: Cow<'_, str>, continues: bool) -> RawEvent<'_> {
    match line {
        Cow::Borrowed(line) => parse(line, continues),
        Cow::Owned(line) => owned(parse(&line, continues)),
    }
}

fn owned(event: RawEvent<'_>) -> RawEvent<'static> {
    RawEvent {
        timestamp: event.timestamp,
        level: event.level,
        logger: Cow::Owned(event.logger.into_owned()),
        file: Cow::Owned(event.file.into_owned()),
        lineno: event.lineno,
        message: Cow::Owned(event.message.into_owned()),
        continues: event.continues,
        exceptions: event.exceptions,
        extras: event.extras,
    }
}

pub(super) fn parse(line: &str, continues: bool) -> RawEvent<'_> {
    let header = match line.as_bytes().first() {
        Some(b'[') => bracketed(line),
        Some(b' ') => levelled(line, 1),
        Some(byte) if byte.is_ascii_digit() => console(line),
        _ => None,
    };
    match header {
        Some(header) => RawEvent {
            timestamp: header.timestamp,
            level: header.level,
            file: Cow::Borrowed(header.file),
            lineno: header.lineno,
            message: Cow::Borrowed(line.get(header.length..).unwrap_or_default()),
            ..RawEvent::default()
        },
        None => RawEvent { message: Cow::Borrowed(line), continues, ..RawEvent::default() },
    }
}

/// `[timestamp] {file:line} LEVEL - `, each part after the timestamp optional. A remote handler's
/// own timestamp may stand before Airflow's.
fn bracketed(line: &str) -> Option<Header<'_>> {
    let end = memchr(b']', line.as_bytes().get(..MAX_TIMESTAMP.min(line.len()))?)?;
    let timestamp = timestamp::parse(line.as_bytes().get(1..end)?)?;
    let start = after_blank(line, end + 1);
    let rest = line.get(start..)?;
    let mut header = match rest.as_bytes().first() {
        Some(b'[') => bracketed(rest).map(|inner| Header { length: inner.length + start, ..inner }),
        Some(b'{') => source(line, start),
        _ => levelled(line, start),
    }
    .unwrap_or(Header { length: start, ..Header::default() });
    header.timestamp = header.timestamp.or(Some(timestamp));
    Some(header)
}

fn after_blank(line: &str, at: usize) -> usize {
    if line.as_bytes().get(at) == Some(&b' ') { at + 1 } else { at }
}

/// `{file:line} LEVEL - `
fn source(line: &str, start: usize) -> Option<Header<'_>> {
    let rest = line.get(start + 1..)?;
    let end = memchr(b'}', rest.as_bytes())?;
    let (file, lineno) = rest.get(..end)?.rsplit_once(':')?;
    let lineno = lineno.parse().ok()?;
    let after = after_blank(line, start + 1 + end + 1);
    let mut header = levelled(line, after).unwrap_or(Header { length: after, ..Header::default() });
    header.file = file;
    header.lineno = Some(lineno);
    Some(header)
}

/// `LEVEL - `, the level in capitals.
fn levelled(line: &str, start: usize) -> Option<Header<'_>> {
    let rest = line.get(start..)?;
    let length = rest.bytes().take_while(u8::is_ascii_uppercase).count();
    let level = Level::named(rest.get(..length)?)?;
    let is_header = rest.get(length..)?.starts_with(" - ");
    let length = start + length + 3;
    is_header.then(|| Header { level: Some(level), length, ..Header::default() })
}

/// `2026-11-20T21:36:54.070092Z [info     ] message`, or a timestamp and then anything.
fn console(line: &str) -> Option<Header<'_>> {
    let bytes = line.as_bytes();
    let from = match bytes.get(10)? {
        b'T' => 10,
        b' ' if bytes.get(4) == Some(&b'-') => 11,
        _ => return None,
    };
    let blank = from + memchr(b' ', bytes.get(from..(from + MAX_TIMESTAMP).min(bytes.len()))?)?;
    let timestamp = timestamp::parse(bytes.get(..blank)?)?;
    let start = blank + 1;
    let (level, length) = match line.get(start..)?.strip_prefix('[') {
        Some(rest) => bracketed_level(rest)
            .map_or((None, start), |(level, length)| (Some(level), start + 1 + length)),
        None => (None, start),
    };
    Some(Header { timestamp: Some(timestamp), level, length, ..Header::default() })
}

fn bracketed_level(rest: &str) -> Option<(Level, usize)> {
    let end = memchr(b']', rest.as_bytes().get(..16.min(rest.len()))?)?;
    let level = Level::known(rest.get(..end)?.trim_end())?;
    Some((level, after_blank(rest, end + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn airflow_2_header() {
        let line = "[2026-11-20T21:28:47.123+0000] {taskinstance.py:3310} ERROR - Task failed";
        let event = parse(line, false);
        assert_eq!(event.timestamp.unwrap().to_string(), "2026-11-20T21:28:47.123Z");
        assert_eq!((event.level, event.lineno), (Some(Level::Error), Some(3310)));
        assert_eq!((&*event.file, &*event.message), ("taskinstance.py", "Task failed"));
    }

    #[test]
    fn a_remote_handlers_own_timestamp_stands_before_airflows() {
        let line = "[2026-11-20, 21:28:50 UTC] [2026-11-20T21:28:47.000+0000] {a.py:1} INFO - x";
        let event = parse(line, false);
        assert_eq!(event.timestamp.unwrap().to_string(), "2026-11-20T21:28:47Z");
        assert_eq!(event.message, "x");
    }

    #[test]
    fn header_parts_are_optional() {
        let event = parse(" INFO - ::group::Log message source details", true);
        assert_eq!((event.level, event.continues), (Some(Level::Info), false));
        let event = parse("[2026-11-20T21:28:47Z] NOTICE - x", true);
        assert_eq!(event.level.unwrap().name(), "NOTICE");
        let event = parse("2026-11-20T21:36:54.070092Z [info     ] Stamping  [airflow.db]", true);
        assert_eq!((event.level, &*event.message), (Some(Level::Info), "Stamping  [airflow.db]"));
    }

    #[test]
    fn a_line_without_header_continues_the_one_before() {
        for line in ["  File \"/opt/airflow/dags/a.py\", line 1, in f", "", "[1, 2]", "2026 rows"] {
            let event = parse(line, true);
            assert!(event.continues && event.level.is_none() && event.timestamp.is_none());
            assert_eq!(event.message, line);
        }
    }
}
