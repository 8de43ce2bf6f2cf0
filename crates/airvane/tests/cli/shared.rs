//! Callers who ask the same at the same time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::airflow;
use super::process::Listening;

static ANN: AtomicUsize = AtomicUsize::new(0);
static BEN: AtomicUsize = AtomicUsize::new(0);

/// Takes its time, and counts who asks for the list of DAGs.
fn answer(request: &str) -> (u16, String) {
    if request.contains("/api/v2/dags?limit=25") {
        let ann = request.contains("quiet-harbour-of-ann");
        (if ann { &ANN } else { &BEN }).fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_secs(3));
        let whose = if ann { "of_ann" } else { "of_ben" };
        let dag = format!(r#"{{"dag_id": "{whose}", "is_paused": false}}"#);
        return (200, format!(r#"{{"dags": [{dag}], "total_entries": 1}}"#));
    }
    (200, r#"{"dags": [], "total_entries": 0}"#.to_owned())
}

#[test]
fn one_caller_asks_airflow_once_and_another_asks_for_itself() {
    let airflow = airflow::serve(answer);
    let server = Listening::start(&["--auth", "passthrough"], &[("AIRFLOW_API_URL", &airflow)]);
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_dags","arguments":{"limit":25}}}"#;
    let ask = |who: &str| {
        let authorization = format!("Bearer quiet-harbour-of-{who}");
        server.post(&[("Authorization", authorization.as_str())], call).body
    };
    let answers: Vec<String> = std::thread::scope(|scope| {
        let asking = ["ann", "ann", "ben", "ann"].map(|who| scope.spawn(move || ask(who)));
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for (answer, own) in answers.iter().zip(["of_ann", "of_ann", "of_ben", "of_ann"]) {
        assert!(answer.contains(own), "{own}: {answer}");
    }
    assert_eq!((ANN.load(Ordering::SeqCst), BEN.load(Ordering::SeqCst)), (1, 1));
}
