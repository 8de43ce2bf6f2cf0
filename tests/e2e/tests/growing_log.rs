//! The log of a task that is still running, read on a real Airflow 2 and 3: the last lines are the
//! latest, the answer says that more may follow, and the call it names brings exactly what came
//! after.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on fails")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use airvane_e2e::env::{Airflow, TestEnv};
use airvane_e2e::mcp::Session;
use airvane_e2e::on_both_majors;
use airvane_e2e::rest::Rest;
use serde_json::{Map, Value, json};

const DAG: &str = "slow_ticks";
const PATIENCE: Duration = Duration::from_secs(240);

on_both_majors!(the_end_of_a_growing_log_is_right);

fn the_end_of_a_growing_log_is_right(env: &TestEnv, airflow: &Airflow) {
    let task = Ticking::start(airflow);
    let mut session = Session::open(&env.airvane, airflow, "op", &[], "warn").unwrap();
    let mut ask = |tool: &str, more: Value| {
        let mut arguments = json!({"dag_id": DAG, "dag_run_id": task.run_id, "task_id": "tick"});
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = session.wire.call(tool, &arguments).unwrap();
        assert!(!answer.is_error, "{}", answer.text);
        answer.text
    };

    // The error is logged before line 3: so many later, it is not among the last five.
    wait("nine lines", || (task.last() >= 8).then_some(()));
    for (tool, more) in [
        ("get_task_logs", json!({"tail": 5})),
        ("get_log_tail", json!({"tail": 5})),
        ("get_task_logs", json!({"tail": 5, "try_number": 1})),
    ] {
        let before = task.last();
        let text = ask(tool, more);
        let shown = ticks(&text);
        let last = *shown.last().unwrap();
        assert!(last >= before && last <= task.last(), "not the latest lines: {text}");
        let in_a_row: Vec<u64> = (last - 4..=last).collect();
        assert_eq!(shown, in_a_row, "{text}");
        assert!(text.contains("the task is running: more may follow"), "{text}");
        // It was logged, and the task went on: nobody may call that its failure.
        assert!(text.contains("last error so far, line"), "{text}");
        assert!(!text.contains("failure") && !text.contains("probably"), "{text}");
        assert!(text.contains(&format!("from_line={}", next_line(&text))), "{text}");
    }

    let text = ask("get_task_logs", json!({"tail": 1}));
    let (last, next) = (*ticks(&text).last().unwrap(), next_line(&text));
    wait("two more lines", || (task.last() >= last + 2).then_some(()));
    let text = ask("get_task_logs", json!({"from_line": next}));
    let shown = ticks(&text);
    assert_eq!(shown.first(), Some(&(last + 1)), "lines are lost or told again: {text}");
    assert!(shown.len() >= 2 && text.contains("more may follow"), "{text}");
    let later = next_line(&text);
    assert_eq!(later, next + shown.len() as u64, "{text}");
    let text = ask("get_task_logs", json!({"from_line": later + 1000}));
    assert!(ticks(&text).is_empty() && text.contains("no line with that number"), "{text}");

    let seen = *shown.last().unwrap();
    wait("one more line", || (task.last() > seen).then_some(()));
    task.end();
    let last = task.last();
    let text = ask("get_task_logs", json!({"tail": 30}));
    assert_eq!(ticks(&text).last(), Some(&last), "{text}");
    assert!(!text.contains("more may follow") && !text.contains("from_line="), "{text}");
    let rest = ask("get_task_logs", json!({"from_line": later}));
    assert_eq!(ticks(&rest).last(), Some(&last), "{rest}");
    session.end().unwrap();
}

/// A run whose only task logs a line each second until it is told to end, however slow the machine.
struct Ticking {
    rest: Rest,
    run_id: String,
    /// Ends the task when it exists.
    end: PathBuf,
}

impl Ticking {
    fn start(airflow: &Airflow) -> Self {
        let rest = Rest::login(airflow, "admin").unwrap();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/growing_log/slow_ticks.py");
        std::fs::copy(file, airflow.dags.join("slow_ticks.py")).unwrap();
        let path = format!("/dags/{DAG}");
        wait("the DAG", || (rest.send("GET", &path, None).unwrap().status == 200).then_some(()));
        let end = airflow.dags.join("slow_ticks.end");
        if end.exists() {
            std::fs::remove_file(&end).unwrap();
        }
        let conf = Map::from_iter([("end".to_owned(), json!(end))]);
        let run_id = rest.trigger(DAG, &conf, false).unwrap();
        let task = Self { rest, run_id, end };
        wait("the task's start", || (task.state() == "running").then_some(()));
        task
    }

    fn end(&self) {
        std::fs::write(&self.end, "").unwrap();
        wait("the task's end", || (self.state() == "success").then_some(()));
    }

    fn instance(&self) -> Value {
        let instances = self.rest.task_instances(DAG, &self.run_id).unwrap();
        instances.into_iter().next().unwrap_or_default()
    }

    fn state(&self) -> String {
        self.instance()["state"].as_str().unwrap_or_default().to_owned()
    }

    /// The number of the last line that Airflow itself shows now; 0 before the second.
    fn last(&self) -> u64 {
        let log = self.rest.log(DAG, &self.run_id, &self.instance()).unwrap();
        ticks(&log).last().copied().unwrap_or_default()
    }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        // A test that failed leaves no task running.
        let _ = std::fs::write(&self.end, "");
    }
}

/// The numbers of the lines `tick 7 at …` in a text.
fn ticks(text: &str) -> Vec<u64> {
    let after = text.split("tick ").skip(1).filter(|rest| rest.contains(" at "));
    after.filter_map(|rest| rest.split(' ').next()?.parse().ok()).collect()
}

/// The line from which the proposed call goes on: the one after all there are.
fn next_line(text: &str) -> u64 {
    let lines = text.split(" lines so far").next().unwrap();
    lines.rsplit(' ').next().unwrap().parse::<u64>().unwrap() + 1
}

fn wait<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "{what} did not come within {} s", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(500));
    }
}
