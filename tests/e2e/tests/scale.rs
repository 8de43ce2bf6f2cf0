//! Right and quick at the size of real deployments: 5,000 DAGs, 300,000 runs, a run of 10,000
//! mapped instances. The upstream is synthetic; what is right follows from its numbers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on fails")]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use airvane_e2e::env;
use airvane_e2e::mcp::{self, Answer, Session};
use airvane_e2e::rest::Major;
use airvane_e2e::synthetic::Synthetic;
use airvane_e2e::synthetic::world::{self, World};
use serde_json::{Value, json};

/// Most time of one answer.
const LONGEST: Duration = Duration::from_secs(2);

/// Most requests of one diagnosis.
const REQUESTS: usize = 30;

/// Most resident memory of the server at any time, in KiB.
const MEMORY: u64 = 64 << 10;

/// Times are measured: one at a time.
static ALONE: Mutex<()> = Mutex::new(());

struct Large {
    airflow: Synthetic,
    session: Session,
    major: Major,
    _alone: MutexGuard<'static, ()>,
}

impl Large {
    fn start(major: Major) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let airflow = Synthetic::start(major).unwrap();
        let mut command = mcp::clean(&env::airvane());
        command
            .env("AIRFLOW_API_URL", &airflow.url)
            .env("AIRFLOW_AUTH_TOKEN", "a-token-of-this-test");
        let mut session = Session::start(command).unwrap();
        // Which API it is, is asked once, and not what is measured.
        session.wire.call("get_airflow_version", &json!({})).unwrap();
        airflow.take_asked();
        Self { airflow, session, major, _alone: alone }
    }

    /// Calls, prints what it took, and holds that to the bounds.
    fn ask(&mut self, tool: &str, arguments: &Value) -> (Answer, usize) {
        let answer = self.session.wire.call(tool, arguments).unwrap();
        let asked = self.airflow.take_asked();
        let memory = self.session.peak_memory().unwrap();
        eprintln!(
            "{:?} {tool} {arguments}: {} requests, {} ms, peak {:.1} MiB",
            self.major,
            asked.len(),
            answer.time.as_millis(),
            f64::from(u32::try_from(memory).unwrap()) / 1024.0
        );
        let told = format!("{}\n{}", asked.join("\n"), answer.text);
        assert!(!answer.is_error, "{told}");
        assert!(answer.time < LONGEST, "{told}");
        assert!(memory < MEMORY, "{memory} KiB");
        eprintln!("{}\n", answer.text);
        (answer, asked.len())
    }

    fn diagnose(&mut self, dag: usize) -> String {
        let arguments = json!({"dag_id": World::dag_id(dag)});
        let (answer, requests) = self.ask("diagnose_dag_run", &arguments);
        assert!(requests < REQUESTS, "{requests} requests");
        answer.text
    }
}

fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word:?} is missing in\n{text}");
    }
}

fn large_runs_are_explained(major: Major) {
    let mut large = Large::start(major);
    let text = large.diagnose(world::SOME_FAILED);
    says(
        &text,
        &[
            "37 task instances of one task failed",
            "score[7] (",
            "37 instances failed: [7, 277, 547, ",
            "error: ValueError: model-00007.bin: checksum mismatch",
            "Did not run because of that (upstream_failed): publish",
            "New: the first failure in the last 25 runs",
        ],
    );
    assert!(!text.contains("unknown: which tasks"), "{text}");

    let text = large.diagnose(world::ALL_FAILED);
    says(
        &text,
        &[
            "10000 task instances of one task failed",
            "10000 instances failed: [0, 1, 2, ",
            "error: ValueError: model-00000.bin: checksum mismatch",
        ],
    );
    assert!(!text.contains("unknown: which tasks"), "{text}");
}

#[test]
fn runs_of_ten_thousand_instances_are_explained_on_airflow_2() {
    large_runs_are_explained(Major::Two);
}

#[test]
fn runs_of_ten_thousand_instances_are_explained_on_airflow_3() {
    large_runs_are_explained(Major::Three);
}

/// What failed within a day, as the numbers of the world say.
fn failed_within_a_day(world: World) -> (usize, usize, usize) {
    let since = world.at() - jiff::SignedDuration::from_hours(24);
    let runs = world.runs(None).filter(|run| world.start(*run) >= since);
    let (mut all, mut failed, mut instances) = (0, 0, 0);
    for run in runs {
        all += 1;
        if run.state() == "failed" {
            failed += 1;
        }
    }
    for run in world.runs(None).filter(|run| run.state() == "failed") {
        let ended = run.instances(|state| state == "failed");
        instances += ended.filter(|one| world.instance_end(one) >= since).count();
    }
    (all, failed, instances)
}

fn the_fleet_is_judged(major: Major) {
    let mut large = Large::start(major);
    let (all, failed, instances) = failed_within_a_day(large.airflow.world);
    let failures = large.ask("list_failures", &json!({})).0.text;
    says(
        &failures,
        &[
            &format!("{instances} task instances failed since"),
            "counts and times below are of ",
            // The run with ten thousand, and others beside it.
            &World::dag_id(world::ALL_FAILED),
            "ValueError: no scores for shop_",
            "more DAGs (shop_",
            "were not looked into; narrow with dag_id or hours",
        ],
    );
    let health = large.ask("get_system_health", &json!({})).0.text;
    // A second has passed since the world began, and may have moved a run over the edge.
    let near =
        |text: &str| (all - 1..=all + 1).any(|all| text.contains(&format!(" of {all} failed")));
    assert!(near(&health), "{failed} of {all}: {health}");
    says(&health, &["runs of the last 24 h | ok", "1 %; 1 % in the 7 days before", "Healthy"]);
}

#[test]
fn the_fleet_is_judged_on_airflow_2() {
    the_fleet_is_judged(Major::Two);
}

#[test]
fn the_fleet_is_judged_on_airflow_3() {
    the_fleet_is_judged(Major::Three);
}
