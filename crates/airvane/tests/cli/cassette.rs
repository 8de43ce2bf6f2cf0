//! `airvane record` and `airvane replay`.

use std::path::PathBuf;
use std::time::Duration;

use super::airflow;
use super::process::{err, out, run};

/// Echoed by the fake in a log, where nobody may find it again.
const TOKEN: &str = "echoed-credential-8Fz3Kq9Lw2";

/// A run that still runs, so that the answer tells how long: a replay must not look at the clock.
fn answer(request: &str) -> (u16, String) {
    let (path, query) = {
        let target = request.split(' ').nth(1).unwrap_or_default();
        target.split_once('?').unwrap_or((target, ""))
    };
    let instance = r#"{"dag_id": "probe", "dag_run_id": "r1", "task_id": "load", "map_index": -1,
        "state": "failed", "try_number": 1, "max_tries": 0, "operator": "PythonOperator",
        "start_date": "2026-01-01T00:00:02Z", "end_date": "2026-01-01T00:00:05Z"}"#;
    let run = r#"{"dag_id": "probe", "dag_run_id": "r1", "state": "running",
        "start_date": "2026-01-01T00:00:00Z", "conf": {"password": "horse-battery-77"}}"#;
    let body = match path.rsplit('/').next().unwrap_or_default() {
        "r1" => run.to_owned(),
        "taskInstances" if query.contains("state=failed") => {
            format!("{{\"task_instances\": [{instance}], \"total_entries\": 1}}")
        }
        "details" => return (403, r#"{"detail": "Forbidden"}"#.to_owned()),
        _ if path.contains("/logs/") => format!(
            r#"{{"content": [{{"event": "sent {TOKEN} upstream", "level": "info"}},
            {{"event": "Task failed", "level": "error", "logger": "task", "error_detail":
            [{{"exc_type": "ValueError", "exc_value": "row 7 has no price", "frames": []}}]}}]}}"#
        ),
        _ => r#"{"dag_runs": [], "task_instances": [], "tasks": [], "event_logs": [],
            "hitl_details": [], "total_entries": 0}"#
            .to_owned(),
    };
    (200, body)
}

/// A file of this test's own, gone in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let name = format!("airvane-{}-{name}.json", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Without the frame, whose marker is drawn anew each time.
fn body(text: &str) -> Vec<&str> {
    let framed = |line: &&str| line.starts_with("[airflow ") || line.starts_with("[/airflow ");
    text.lines().filter(|line| !framed(line)).collect()
}

#[test]
fn what_was_recorded_is_replayed_later_with_the_same_words_and_without_airflow() {
    let url = airflow::serve(answer);
    let connected = [("AIRFLOW_API_URL", url.as_str()), ("AIRFLOW_AUTH_TOKEN", TOKEN)];
    let file = Scratch::new("same");
    let recorded = run(&["record", "probe", "r1", "--out", file.path()], &connected);
    assert!(recorded.status.success(), "{}", err(&recorded));
    assert!(out(&recorded).contains("row 7 has no price"), "{}", out(&recorded));
    assert!(err(&recorded).contains("look through it"), "{}", err(&recorded));

    let kept = file.text();
    assert!(kept.contains("[redacted:"), "{kept}");
    for secret in
        [TOKEN, "horse-battery-77", "Bearer", "uthorization", url.trim_start_matches("http://")]
    {
        assert!(!kept.contains(secret), "{secret} is in {kept}");
    }

    let piped = out(&run(&["record", "probe", "r1", "--out", "-"], &connected));
    assert!(piped.starts_with("{\n \"airvane_cassette\": 1,"), "{piped}");

    std::thread::sleep(Duration::from_millis(1_100));
    let replayed = run(&["replay", file.path()], &[]);
    assert!(replayed.status.success(), "{}", err(&replayed));
    assert_eq!(body(&out(&replayed)), body(&out(&recorded)));
    assert_eq!(err(&replayed), "");
    let json = out(&run(&["replay", file.path(), "--json"], &[]));
    assert!(serde_json::from_str::<serde_json::Value>(&json).unwrap().is_object());
}

#[test]
fn a_request_that_was_not_recorded_is_named() {
    let file = Scratch::new("missing");
    let url = airflow::serve(answer);
    let connected = [("AIRFLOW_API_URL", url.as_str())];
    run(&["record", "probe", "r1", "--out", file.path()], &connected);
    let without = file.text().replace("GET /dags/probe/tasks", "GET /dags/other/tasks");
    std::fs::write(&file.0, without).unwrap();
    let replayed = run(&["replay", file.path()], &[]);
    let named = "the cassette holds no answer to GET /dags/probe/tasks";
    assert!(out(&replayed).contains(named), "{}", out(&replayed));
    assert!(err(&replayed).contains("GET /dags/probe/tasks"), "{}", err(&replayed));
}

#[test]
fn files_that_cannot_be_replayed_or_written_are_refused_with_what_is_wrong() {
    let file = Scratch::new("broken");
    for (text, words) in [
        ("{\"airvane_cassette\": 1,\n \"airvane\": \"0.1", "breaks off in line 2"),
        ("<html>", "something other than JSON"),
        ("{\"dags\": []}", "`airvane record` writes one"),
        ("{\"airvane_cassette\": 9, \"airvane\": \"7.0.0\"}", "format 9, written by airvane 7.0.0"),
        ("{\"airvane_cassette\": 1}", "broken cassette: missing field"),
    ] {
        std::fs::write(&file.0, text).unwrap();
        let output = run(&["replay", file.path()], &[]);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(err(&output).contains(words), "{text}: {}", err(&output));
        assert!(out(&output).is_empty());
    }
    let taken = run(&["record", "probe", "--out", file.path()], &[]);
    assert!(err(&taken).contains("is there already"), "{}", err(&taken));
    assert!(file.text().contains("airvane_cassette"));
    assert!(err(&run(&["replay", "/nowhere/x.json"], &[])).contains("can't read /nowhere/x.json"));
}

#[test]
fn without_an_answer_there_is_no_file() {
    for (name, variables) in
        [("down", &[("AIRFLOW_API_URL", "http://127.0.0.1:9")][..]), ("none", &[])]
    {
        let file = Scratch::new(name);
        let output = run(&["record", "probe", "r1", "--out", file.path()], variables);
        assert_eq!(output.status.code(), Some(1));
        assert!(err(&output).contains("AIRFLOW_API_URL"), "{}", err(&output));
        assert!(!file.0.exists());
    }
}

#[test]
fn with_nothing_but_refusals_there_is_no_file() {
    let url = airflow::serve(|_| (403, r#"{"detail": "Forbidden"}"#.to_owned()));
    let connected = [("AIRFLOW_API_URL", url.as_str()), ("AIRFLOW_AUTH_TOKEN", TOKEN)];
    let file = Scratch::new("refused");
    let output = run(&["record", "probe", "r1", "--out", file.path()], &connected);
    assert_eq!(output.status.code(), Some(1));
    let told = err(&output);
    assert!(told.contains("nothing to record") && told.contains("403"), "{told}");
    assert!(!file.0.exists());
}
