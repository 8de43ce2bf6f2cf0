//! A log much larger than the memory there is: the real binary finds the line in its middle, holds
//! less than 64 MiB, and says how far it came where the log is not delivered in time.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on fails")]
#![allow(clippy::print_stdout, reason = "the figures are worth reading")]

use std::path::Path;

use airvane_e2e::long_log::{DAG, LongLog, RAISED, REASON, RUN, TASK, Upstream};
use airvane_e2e::mcp::{Answer, Session, clean};
use airvane_e2e::rest::Major;
use serde_json::json;

/// About 64 MiB in either form.
const LINES: u64 = 600_000;
/// In KiB, all that the process holds.
const MOST_MEMORY: u64 = 64 * 1024;

fn ask(upstream: &Upstream, tool: &str) -> (Answer, u64) {
    let mut command = clean(Path::new(env!("CARGO_BIN_EXE_airvane")));
    command.arg("serve").env("AIRFLOW_API_URL", &upstream.url);
    let mut session = Session::start(command).unwrap();
    let mut arguments = json!({"dag_id": DAG, "dag_run_id": RUN});
    if tool == "get_task_logs" {
        arguments["task_id"] = TASK.into();
    }
    let answer = session.wire.call(tool, &arguments).unwrap();
    let peak = session.peak_memory().unwrap();
    session.end().unwrap();
    (answer, peak)
}

fn found(major: Major) {
    let upstream = Upstream::start(LongLog::new(major, LINES), None).unwrap();
    for tool in ["get_task_logs", "diagnose_dag_run"] {
        let (answer, peak) = ask(&upstream, tool);
        let text = &answer.text;
        assert!(text.contains(REASON) && text.contains(RAISED), "{tool}: {text}");
        assert!(!text.contains("not read to the end"), "{tool}: {text}");
        assert!(peak < MOST_MEMORY, "{tool}: {peak} KiB");
        println!("{major:?} {tool}: {:.1} s, {peak} KiB", answer.time.as_secs_f64());
    }
}

/// At this pace the call ends long before the log does, but after its middle.
fn cut(major: Major) {
    let pace = 2_400_000;
    let upstream = Upstream::start(LongLog::new(major, LINES), Some(pace)).unwrap();
    let ((answer, peak), (diagnosis, _)) = std::thread::scope(|scope| {
        let diagnosis = scope.spawn(|| ask(&upstream, "diagnose_dag_run"));
        (ask(&upstream, "get_task_logs"), diagnosis.join().unwrap())
    });
    let text = &answer.text;
    assert!(!answer.is_error && peak < MOST_MEMORY, "{peak} KiB: {text}");
    // What came is told, and that it is not all: neither an end nor a reason is claimed.
    assert!(text.contains("lines read"), "{text}");
    assert!(text.contains("what comes after them is unknown"), "{text}");
    assert!(text.contains("[not read to the end: "), "{text}");
    assert!(text.contains("last of them, 30:"), "{text}");
    assert!(!text.contains(RAISED) && !text.contains("failure") && !text.contains("last lines"));
    let lines: u64 =
        text.split(" lines read").next().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    assert!(lines > LINES / 4 && lines < LINES, "{text}");
    let text = &diagnosis.text;
    assert!(text.contains("its log was not read to the end") && !text.contains(RAISED), "{text}");
}

#[test]
fn airflow_3_finds_the_middle_of_a_long_log() {
    found(Major::Three);
}

#[test]
fn airflow_2_finds_the_middle_of_a_long_log() {
    found(Major::Two);
}

#[test]
fn airflow_3_says_how_far_it_came() {
    cut(Major::Three);
}

#[test]
fn airflow_2_says_how_far_it_came() {
    cut(Major::Two);
}
