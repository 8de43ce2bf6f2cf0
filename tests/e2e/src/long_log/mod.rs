//! A small Airflow whose one failed task has a log of any length, made while it is sent.
//!
//! It answers what a diagnosis needs to get to the log, and the log as Airflow sends it: 3 as
//! events in NDJSON, chunk by chunk, 2 as text. The line that tells what happened stands in the
//! middle, among warnings; the end only says that something did.

mod upstream;
mod world;

use std::io;
use std::sync::Arc;

use crate::rest::Major;
pub use upstream::Upstream;

/// The DAG, its run and its failed task.
pub const DAG: &str = "clickstream_rollup";
/// The run.
pub const RUN: &str = "r1";
/// The task.
pub const TASK: &str = "roll_up";
/// The line in the middle.
pub const REASON: &str =
    "ERROR shard 17: checksum mismatch in clicks-2026-05-02-17.parquet, 4096 rows lost";
/// What the task raised at the end.
pub const RAISED: &str = "rollup failed, see log";

/// Lines made once and sent again and again.
const PATTERN: u64 = 8 * 1024;

/// A log of so many lines, in the form that a major sends.
#[derive(Clone)]
pub struct LongLog {
    major: Major,
    lines: u64,
    pattern: Arc<[String]>,
}

impl LongLog {
    /// Describes it; nothing of it is made yet but a pattern of some hundred kilobytes.
    pub fn new(major: Major, lines: u64) -> Self {
        let pieces = (0..PATTERN).collect::<Vec<_>>();
        let pattern = pieces.chunks(256).map(|numbers| {
            numbers.iter().map(|number| line(major, *number, &message(*number))).collect()
        });
        Self { major, lines, pattern: pattern.collect() }
    }

    /// Writes all of it in pieces.
    pub fn write(&self, sink: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let half = self.lines / 2;
        sink(start(self.major).as_bytes())?;
        self.ordinary(half, sink)?;
        sink(line(self.major, half, REASON).as_bytes())?;
        self.ordinary(self.lines - half, sink)?;
        sink(end(self.major).as_bytes())
    }

    /// About so many lines: whole pieces of the pattern.
    fn ordinary(
        &self,
        lines: u64,
        sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let pieces = usize::try_from(lines / 256).unwrap_or(usize::MAX);
        self.pattern.iter().cycle().take(pieces).try_for_each(|piece| sink(piece.as_bytes()))
    }
}

/// What a job prints: progress, a URL, key and value, JSON, now and then a warning.
fn message(number: u64) -> String {
    let (shard, rows, time) = (number % 64, number * 7_919 % 99_991, number * 31 % 977);
    match number % 16 {
        0 => format!(
            "GET https://store.example/clicks/{shard}/part-{rows:05}.parquet 200 in {time} ms"
        ),
        1 => format!("stage=merge shard={shard} rows={rows} bytes={} ok=true", rows * 211),
        2 => {
            format!("{{\"step\": \"merge\", \"shard\": {shard}, \"rows\": {rows}, \"ms\": {time}}}")
        }
        3 if number % 512 == 3 => format!("WARN shard {shard}: {rows} late rows, kept for later"),
        4 => format!("DEBUG cache hit for key clicks:{shard}:{rows} after {time} us"),
        _ => format!(
            "INFO shard {shard}: {rows} rows merged in {time} ms, {} to go",
            rows * 3 % 8_191
        ),
    }
}

/// A printed line as Airflow keeps it.
fn line(major: Major, number: u64, message: &str) -> String {
    let (second, millis) = (number / 1000 % 60, number % 1000);
    match major {
        Major::Three => {
            let message = message.replace('"', "\\\"");
            format!(
                "{{\"timestamp\":\"2026-05-02T03:04:{second:02}.{millis:03}711Z\",\
                 \"event\":\"{message}\",\"level\":\"info\",\"logger\":\"task.stdout\"}}\n"
            )
        }
        Major::Two => format!(
            "[2026-05-02T03:04:{second:02}.{millis:03}+0000] {{logging_mixin.py:190}} INFO - {message}\n"
        ),
    }
}

fn start(major: Major) -> String {
    match major {
        Major::Three => event("::group::Pre Execute", "info", ""),
        Major::Two => "worker-1\n*** Found local files:\n\
             ***   * /opt/airflow/logs/attempt=1.log\n\
             [2026-05-02T03:04:00.000+0000] {taskinstance.py:2885} INFO - Starting attempt 1 of 1\n"
            .to_owned(),
    }
}

/// How Airflow says that the task failed.
fn end(major: Major) -> String {
    match major {
        Major::Three => {
            let frames = r#"[{"filename":"/opt/airflow/dags/clickstream_rollup.py","lineno":26,"name":"roll_up"}]"#;
            let detail = format!(
                ",\"error_detail\":[{{\"exc_type\":\"RuntimeError\",\"exc_value\":\"{RAISED}\",\
                 \"exc_notes\":[],\"syntax_error\":null,\"is_cause\":false,\"frames\":{frames},\
                 \"is_group\":false,\"exceptions\":[]}}]"
            );
            event("Task failed with exception", "error", &detail)
                + &event("::group::Post Execute", "info", "")
                + &event("::endgroup::", "info", "")
        }
        Major::Two => format!(
            "[2026-05-02T03:05:00.000+0000] {{taskinstance.py:3336}} ERROR - Task failed with exception\n\
             Traceback (most recent call last):\n  \
             File \"/opt/airflow/dags/clickstream_rollup.py\", line 26, in roll_up\n    \
             raise RuntimeError(\"{RAISED}\")\n\
             RuntimeError: {RAISED}\n\
             [2026-05-02T03:05:00.100+0000] {{local_task_job_runner.py:266}} INFO - \
             Task exited with return code 1\n"
        ),
    }
}

fn event(event: &str, level: &str, more: &str) -> String {
    format!(
        "{{\"timestamp\":\"2026-05-02T03:05:00.000000Z\",\"event\":\"{event}\",\"level\":\"{level}\",\
         \"logger\":\"task\",\"filename\":\"task_runner.py\",\"lineno\":1676{more}}}\n"
    )
}
