//! An Airflow that answers in part: an answer is the whole truth, or says what is unknown.

use serde_json::{Value, json};

use super::TOKEN;
use super::airflow::{FakeAirflow, Route, Scope, Trick};
use super::session::{Called, Session};

/// Random halves that are refused.
const HALVES: u64 = 40;

/// One of them in whatever was not found out, or was cut.
const ADMISSIONS: &[&str] = &[
    "unknown",
    "can't tell",
    "can't be",
    "not known",
    "no answer on",
    "not read to the end",
    "not diagnosed",
    "left out",
];

fn questions() -> Vec<(&'static str, Value)> {
    vec![
        ("diagnose_dag_run", json!({"dag_id": "probe", "dag_run_id": "r1"})),
        ("diagnose_dag_run", json!({"dag_id": "probe"})),
        ("list_failures", json!({})),
        ("get_system_health", json!({})),
        ("explore_dag", json!({"dag_id": "probe"})),
    ]
}

async fn open(trick: Trick, variables: &[(&str, &str)]) -> (FakeAirflow, Session) {
    let fake = FakeAirflow::start(trick, Scope::Everything).await;
    // What it is need not be asked, so that its version can be refused like anything else.
    let told = [("AIRFLOW_AUTH_TOKEN", TOKEN), ("AIRFLOW_API_VERSION", "2")];
    let session = Session::open(&fake.url, &[&told, variables].concat()).await;
    (fake, session)
}

async fn ask(routes: Vec<Route>, tool: &str, arguments: Value) -> Called {
    let (_fake, mut session) = open(Trick::Routes(routes), &[]).await;
    session.call(tool, arguments).await
}

/// The lines without the frame's marks and the time from which on was looked: they differ from
/// call to call.
fn lines(called: &Called) -> Vec<String> {
    let framed = called
        .text
        .lines()
        .filter(|line| !line.starts_with("[airflow ") && !line.starts_with("[/airflow "));
    framed.map(|line| line.split(" failed since ").next().unwrap().to_owned()).collect()
}

fn admits(text: &str) -> bool {
    let text = text.to_lowercase();
    ADMISSIONS.iter().any(|words| text.contains(words))
}

/// What an answer says that is neither in the truthful one nor an admission.
fn guesses(truth: &[String], told: &[String]) -> Vec<String> {
    let known = truth.join("\n");
    // Parts of what is true are true; proposals claim nothing.
    let is_true = |part: &str| part.trim().is_empty() || known.contains(part.trim());
    let guessed = |line: &&String| {
        let parts = line.split(['|', ';', ':', '(', ')', '[', ']']);
        !line.starts_with("Next: ") && !admits(line) && !parts.into_iter().all(is_true)
    };
    told.iter().filter(guessed).cloned().collect()
}

#[tokio::test]
async fn when_half_of_the_requests_fail_an_answer_says_what_is_unknown_and_guesses_nothing() {
    let mut truths = Vec::new();
    for (tool, arguments) in questions() {
        let truth = ask(Vec::new(), tool, arguments).await;
        assert!(!truth.is_error && !admits(&truth.text), "{tool}: {}", truth.text);
        truths.push(lines(&truth));
    }
    let (mut whole, mut partial, mut refused) = (0, 0, 0);
    let mut faults = Vec::new();
    for seed in 0..HALVES {
        let (_fake, mut session) = open(Trick::Half(seed), &[]).await;
        for ((tool, arguments), truth) in questions().into_iter().zip(&truths) {
            let called = session.call(tool, arguments).await;
            let told = lines(&called);
            if called.is_error {
                refused += 1;
            } else if told == *truth {
                whole += 1;
            } else {
                partial += 1;
                let guessed = guesses(truth, &told);
                if !admits(&called.text) || !guessed.is_empty() {
                    faults.push(format!("{tool}, half {seed}, {guessed:?}:\n{}", called.text));
                }
            }
        }
    }
    println!("{whole} answers whole, {partial} in part, {refused} refused");
    assert!(partial > 40, "too few to prove anything: {whole}, {partial}, {refused}");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n\n"));
}

#[tokio::test]
async fn a_check_that_failed_is_unknown_and_nothing_is_healthy_then() {
    let checks = [
        ("/version", "version"),
        ("/health", "heartbeats"),
        ("/importErrors", "import errors"),
        ("/dagWarnings", "DAG warnings"),
        ("/pools", "pools"),
        ("/dagRuns", "runs of the last 24 h"),
    ];
    let truth = ask(Vec::new(), "get_system_health", json!({})).await.text;
    assert!(truth.contains("Healthy"), "{truth}");
    for (route, check) in checks {
        let text = ask(vec![Route::refused(route)], "get_system_health", json!({})).await.text;
        assert!(text.contains(&format!("{check} | UNKNOWN")), "{route}: {text}");
        assert!(!text.contains("Healthy") && text.contains("no answer on"), "{route}: {text}");
    }
}

#[tokio::test]
async fn a_page_that_was_cut_is_not_the_whole() {
    let pools = r#"{"pools": [{"name": "a", "slots": 5, "open_slots": 5, "scheduled_slots": 0}],
        "total_entries": 250}"#;
    let pools = Route { path: "/pools", query: "", status: 200, body: pools };
    let health = ask(vec![pools], "get_system_health", json!({})).await.text;
    assert!(health.contains("pools | UNKNOWN | only the first 1 of 250"), "{health}");
    assert!(!health.contains("Healthy"), "{health}");

    // The list goes on saying that there is more than it gives.
    let failed = r#"{"task_instances": [{"dag_id": "probe", "dag_run_id": "r1", "task_id": "load",
        "map_index": -1, "state": "failed", "try_number": 1}], "total_entries": 900}"#;
    let route = Route { path: "/taskInstances", query: "state=failed", status: 200, body: failed };
    let run = json!({"dag_id": "probe", "dag_run_id": "r1"});
    let diagnosis = ask(vec![route.clone()], "diagnose_dag_run", run).await.text;
    // The same instance comes on every page, as it may where a list has no order.
    let unknown = "[unknown: which tasks 899 of the 900 failed instances belong to";
    assert!(diagnosis.contains(unknown), "{diagnosis}");
    let failures = ask(vec![route], "list_failures", json!({})).await.text;
    assert!(failures.contains("900") && failures.contains("are of 1 of them"), "{failures}");
}

#[tokio::test]
async fn an_answer_that_holds_no_log_is_no_empty_log() {
    for body in [r#"{"content": [{"event": "load"#, r#"{"detail": "moved"}"#, "{}"] {
        let route = Route { path: "/logs/1", query: "", status: 200, body };
        let log = json!({"dag_id": "probe", "dag_run_id": "r1", "task_id": "load"});
        for (tool, arguments) in questions().into_iter().take(3).chain([("get_task_logs", log)]) {
            let text = ask(vec![route.clone()], tool, arguments).await.text;
            assert!(text.contains("not read to the end"), "{body} / {tool}: {text}");
            assert!(!text.contains("empty") && !text.contains("error; it ends"), "{tool}: {text}");
        }
    }
}

#[tokio::test]
async fn an_old_link_is_resolved_or_says_what_did_not_match() {
    let link = |date: &str| json!({"url": format!("http://h/graph?dag_id=probe&execution_date={date}&task_id=load")});
    for date in ["2026-01-01T00%3A00%3A00%2B00%3A00", "2026-01-01T00:00:00+00:00"] {
        let text = ask(Vec::new(), "resolve_url", link(date)).await.text;
        assert!(text.contains("dag_run_id: r1") && text.contains("task_id: load"), "{text}");
    }
    let none = r#"{"dag_runs": [], "total_entries": 0}"#;
    let gone = Route { path: "/dagRuns", query: "logical_date", status: 200, body: none };
    let text = ask(vec![gone], "resolve_url", link("2026-01-01T00:00:00Z")).await.text;
    let words = "[no run of it has the link's date 2026-01-01 00:00:00Z]";
    assert!(text.contains(words) && text.contains("dag_id: probe"), "{text}");
    let text = ask(Vec::new(), "resolve_url", link("yesterday")).await.text;
    assert!(text.contains("[the link's date yesterday is none]"), "{text}");
}

#[tokio::test]
async fn a_diagnosis_that_fails_does_not_hide_that_a_run_was_triggered() {
    let route = Route::refused("/taskInstances");
    let (_fake, mut session) =
        open(Trick::Routes(vec![route]), &[("AIRVANE_ALLOW_WRITE", "true")]).await;
    let called = session.call("trigger_dag_and_wait", json!({"dag_id": "probe"})).await;
    let text = &called.text;
    assert!(!called.is_error && text.contains("the triggered run failed"), "{text}");
    assert!(text.contains("[not diagnosed: ") && text.contains("r1"), "{text}");
    assert!(text.contains("Next: diagnose_dag_run(dag_id=probe, dag_run_id=r1)"), "{text}");
}

#[tokio::test]
async fn only_what_the_caller_may_do_is_proposed() {
    let paused = r#"{"dag_id": "probe", "is_paused": true, "has_import_errors": false}"#;
    let dag = Route { path: "/details", query: "", status: 200, body: paused };
    let queued = r#"{"dag_id": "probe", "dag_run_id": "r1", "state": "queued"}"#;
    let run = Route { path: "/r1", query: "", status: 200, body: queued };
    let none = r#"{"task_instances": [], "total_entries": 0}"#;
    let instances = Route { path: "/taskInstances", query: "", status: 200, body: none };
    let routes = vec![dag, run, instances];
    let arguments = json!({"dag_id": "probe", "dag_run_id": "r1"});
    for (variables, may) in [
        (vec![], false),
        (vec![("AIRVANE_ALLOW_WRITE", "true")], true),
        (vec![("AIRVANE_ALLOW_WRITE", "true"), ("AIRVANE_EXCLUDE_TOOLS", "unpause_dag")], false),
    ] {
        let (_fake, mut session) = open(Trick::Routes(routes.clone()), &variables).await;
        let text = session.call("diagnose_dag_run", arguments.clone()).await.text;
        assert!(text.contains("the DAG is paused"), "{text}");
        assert_eq!(text.contains("unpause_dag"), may, "{variables:?}: {text}");
    }
}
