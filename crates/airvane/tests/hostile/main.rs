//! What stands where Airflow should be may be broken or hostile: every call ends within 30 s, in
//! less than 64 MiB above what the server holds idle, with an answer that says what is wrong.
//!
//! The real binary over stdio, one process for each tool and trick, all side by side.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, reason = "the figures are worth reading")]

mod airflow;
mod bodies;
mod partial;
mod session;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use airflow::{FakeAirflow, Scope, Trick};
use session::{Called, Session};

const LONGEST: Duration = Duration::from_secs(30);
const MOST_MEMORY: u64 = 64 * 1024;

/// Long and random, as a token is; no part of it may reach a stranger or an answer.
const TOKEN: &str = "hostile-test-credential-5Yk2vQ8nTz";

struct Case {
    name: &'static str,
    trick: Trick,
    scope: Scope,
    /// Each answer must hold one of these: they tell this trouble from the others. None where the
    /// answer is right, only dear to read: it may be given or refused.
    words: &'static [&'static str],
}

fn case(name: &'static str, trick: Trick, scope: Scope, words: &'static [&'static str]) -> Case {
    Case { name, trick, scope, words }
}

fn cases() -> Vec<Case> {
    use Scope::{AllButVersion, Everything, Logs};
    let slow = &["no answer within", "no whole answer within"];
    let stalled = &["no more of the answer within", "no whole answer within"];
    let large = &["is larger than"];
    let cut = &["was cut off", "connection was closed"];
    vec![
        case("hangs from the start", Trick::Hang, Everything, slow),
        case("hangs later", Trick::Hang, AllButVersion, slow),
        case("resets from the start", Trick::Reset, Everything, &["connection was closed"]),
        case("resets later", Trick::Reset, AllButVersion, &["connection was closed"]),
        case("resets inside a body", Trick::ResetInside, AllButVersion, cut),
        case("stalls inside a body", Trick::Stall, AllButVersion, stalled),
        case("drips from the start", Trick::Drip, Everything, stalled),
        case("drips later", Trick::Drip, AllButVersion, stalled),
        case("10 GB from the start", Trick::Huge, Everything, large),
        case("10 GB later", Trick::Huge, AllButVersion, large),
        case("an endless chunked body", Trick::Endless, AllButVersion, large),
        case("a gzip bomb", Trick::GzipBomb, AllButVersion, large),
        case("millions of tiny values", Trick::TinyValues(16 << 20), AllButVersion, large),
        // Just what is still read.
        case("149,000 tiny values", Trick::TinyValues(298_000), AllButVersion, &[]),
        case("truncated JSON", Trick::Truncated, AllButVersion, &["not what Airflow's API gives"]),
        case("a login page", Trick::LoginPage, AllButVersion, &["login page", "text/html"]),
        case(
            "a login page from the start",
            Trick::LoginPage,
            Everything,
            &["neither as Airflow 3"],
        ),
        case("500 storm from the start", Trick::Status(500), Everything, &["status 500"]),
        case("500 storm", Trick::Status(500), AllButVersion, &["status 500"]),
        case("503 storm", Trick::Status(503), AllButVersion, &["status 503"]),
        case("429 for an hour", Trick::Throttle, AllButVersion, &["fewer requests (429)"]),
        case("an endless log", Trick::EndlessLog, Logs, &["not read to the end"]),
        case("an endless line in a log", Trick::EndlessLine, Logs, &["not read to the end"]),
        case("a log that hangs", Trick::Hang, Logs, slow),
        case("a login page for a log", Trick::LoginPage, Logs, &["login page", "text/html"]),
        case("a log as gzip bomb", Trick::GzipBomb, Logs, &["not read to the end"]),
    ]
}

/// What long texts are made of: they cost time in the redactor, some more than others.
const WORDS: &[(&str, &str)] = &[
    ("ordinary words", "the nightly load of orders took longer than usual again "),
    ("words like secrets", "conf key_id=4711 http://host/path?user=probe step (done) "),
    ("tokens", "ghp_Qm4Zt8Kx2Vb6Nc1Rd5Wf9Hj3Ls7Py0Ga4TuE and AKIAQ7XMPL4ZK2WD9TRB "),
    ("lines of passwords", "password=Qm4Zt8Kx2Vb6\\ntoken: Nc1Rd5Wf9Hj3\\n"),
    ("flags", " -p x"),
    ("names of secrets", "password="),
    ("openings of key blocks", "-----BEGIN PRIVATE KEY----- "),
    ("BEGIN", "BEGIN "),
    ("addresses", "postgres://u:p@"),
    ("brackets", "[redacted:"),
];

/// As long as is still read, in lists and in logs. Never wrong, only dear.
fn long_texts() -> Vec<Case> {
    let long = |&(name, words), scope| case(name, Trick::LongText(4_000_000, words), scope, &[]);
    let scopes = [Scope::Lists, Scope::Logs];
    scopes.iter().flat_map(|scope| WORDS.iter().map(move |words| long(words, *scope))).collect()
}

fn tools(scope: Scope) -> Vec<(&'static str, Value)> {
    let run = json!({"dag_id": "probe", "dag_run_id": "r1"});
    let log = json!({"dag_id": "probe", "dag_run_id": "r1", "task_id": "load"});
    let logs = [("diagnose_dag_run", run), ("get_task_logs", log)];
    let lists = [("list_dags", json!({})), ("get_system_health", json!({}))];
    match scope {
        Scope::Logs => logs.to_vec(),
        Scope::Lists => lists.to_vec(),
        Scope::Everything | Scope::AllButVersion => [logs, lists].concat(),
    }
}

/// A tool that puts several checks together may answer without an error, if it says what it could
/// not find out.
fn admits(called: &Called, tool: &str, scope: Scope) -> bool {
    let parts = tool == "get_system_health" || scope == Scope::Logs;
    called.is_error
        || (parts && !called.text.contains("Healthy") && {
            let text = called.text.to_lowercase();
            ["unknown", "can't tell", "no answer on", "not read to the end", "can't be read"]
                .iter()
                .any(|words| text.contains(words))
        })
}

fn judge(case: &Case, tool: &str, called: &Called) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |bad: bool, what: String| {
        if bad {
            faults.push(format!("{} / {tool}: {what}\n    {}", case.name, called.text));
        }
    };
    fault(called.took > LONGEST, format!("took {:.1} s", called.took.as_secs_f64()));
    fault(called.above_idle > MOST_MEMORY, format!("{} KiB above idle", called.above_idle));
    if !case.words.is_empty() {
        fault(!admits(called, tool, case.scope), "does not admit that it failed".to_owned());
        let told = case.words.iter().any(|words| called.text.contains(words));
        fault(!told, format!("says none of {:?}", case.words));
    }
    fault(called.is_error && !called.text.contains("\nNext: "), "gives no hint".to_owned());
    fault(called.text.contains(TOKEN), "shows the credential".to_owned());
    faults
}

#[tokio::test]
async fn every_call_ends_in_time_in_little_memory_and_says_why() {
    let all_at_once = usize::MAX >> 3;
    hold(cases(), all_at_once).await;
}

/// What costs time in the server itself is called by as many as a small machine has processors.
#[tokio::test]
async fn a_long_text_of_any_words_is_read_in_time() {
    hold(long_texts(), 2).await;
}

/// What is measured in time and memory is measured alone.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Calls each tool in each case, so many at once, and judges the answers.
async fn hold(cases: Vec<Case>, at_once: usize) {
    let _alone = ALONE.lock().await;
    let turns = Arc::new(Semaphore::new(at_once));
    // A hundred programs that start at the same moment would be measured against each other.
    let starts = Arc::new(Semaphore::new(2));
    let mut calls = JoinSet::new();
    for case in cases {
        let fake = Arc::new(FakeAirflow::start(case.trick.clone(), case.scope).await);
        let case = Arc::new(case);
        for (tool, arguments) in tools(case.scope) {
            let (case, fake) = (case.clone(), fake.clone());
            let (turns, starts) = (turns.clone(), starts.clone());
            calls.spawn(async move {
                let _turn = turns.acquire().await.unwrap();
                let start = starts.acquire().await.unwrap();
                let mut session = Session::open(&fake.url, &[("AIRFLOW_AUTH_TOKEN", TOKEN)]).await;
                drop(start);
                let called = session.call(tool, arguments).await;
                let row = format!(
                    "{:28} {tool:18} {:5.1} s {:6} KiB above idle, {:5} MB taken",
                    case.name,
                    called.took.as_secs_f64(),
                    called.above_idle,
                    fake.written() / 1_000_000,
                );
                (row, case.name, tool, called.text.clone(), judge(&case, tool, &called))
            });
        }
    }
    let mut rows = Vec::new();
    let mut faults = Vec::new();
    let mut answers: BTreeMap<&str, String> = BTreeMap::new();
    while let Some(done) = calls.join_next().await {
        let (row, name, tool, text, more) = done.unwrap();
        rows.push(row);
        faults.extend(more);
        if tool == "list_dags" {
            answers.insert(name, text);
        }
    }
    rows.sort();
    println!("{}", rows.join("\n"));
    for (name, text) in &answers {
        println!("{name}:\n    {}", text.replace('\n', "\n    "));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Where a redirect leads to, nothing arrives: no credential, not even a connection.
#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let password = [("AIRFLOW_USERNAME", "probe"), ("AIRFLOW_PASSWORD", TOKEN)];
    let token = [("AIRFLOW_AUTH_TOKEN", TOKEN)];
    let credentials: [&[(&str, &str)]; 2] = [&password, &token];
    let mut faults = Vec::new();
    for credential in credentials {
        for scope in [Scope::Everything, Scope::AllButVersion] {
            let stranger = TcpListener::bind("127.0.0.1:0").await.unwrap();
            // Another host, as clients see it, that a request would reach nevertheless.
            let port = stranger.local_addr().unwrap().port();
            let trick = Trick::Redirect(format!("http://localhost:{port}"));
            let fake = FakeAirflow::start(trick, scope).await;
            let mut session = Session::open(&fake.url, credential).await;
            for (tool, arguments) in tools(scope) {
                let called = session.call(tool, arguments).await;
                let text = &called.text;
                // A redirect where a token should be minted is told by its status.
                let told = text.contains("redirects elsewhere") || text.contains("(status 307)");
                if !told || !admits(&called, tool, scope) || text.contains(TOKEN) {
                    faults.push(format!("{tool}, {scope:?}: {text}"));
                }
            }
            let arrived = tokio::time::timeout(Duration::from_millis(300), stranger.accept()).await;
            if let Ok(Ok((mut stream, _))) = arrived {
                let mut bytes = vec![0; 4096];
                let count = stream.read(&mut bytes).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&bytes[..count]).into_owned();
                faults.push(format!("the stranger got: {request}"));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The stranger of the test above is reachable: silence there is no accident.
#[tokio::test]
async fn a_stranger_would_notice() {
    let stranger = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = stranger.local_addr().unwrap().port();
    let knock = tokio::net::TcpStream::connect(("localhost", port));
    let (accepted, knocked) = tokio::join!(stranger.accept(), knock);
    assert!(accepted.is_ok() && knocked.is_ok());
}
