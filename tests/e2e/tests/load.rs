//! A shared server under load, for two minutes: 64 callers with the credentials of eight users. Nobody
//! gets an answer that is another's, nothing fails, memory stays. `cargo xtask test --full` runs it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, reason = "the figures are worth reading")]

use std::time::Duration;

use airvane_e2e::env::{Airflow, TestEnv};
use airvane_e2e::load::{self, Identity};
use airvane_e2e::mcp::{clean, memory};
use airvane_e2e::on_both_majors;
use airvane_e2e::served::Served;

const CALLERS: usize = 64;
const TIME: Duration = Duration::from_secs(120);
/// From then on memory may not grow by more than a twentieth.
const SETTLED: Duration = Duration::from_secs(10);

on_both_majors!(long_load_keeps_callers_apart);

fn long_load_keeps_callers_apart(env: &TestEnv, airflow: &Airflow) {
    let identities = load::identities(airflow).unwrap();
    let refusals = |identity: &Identity| identity.questions.iter().filter(|q| q.is_error).count();
    let refused: Vec<usize> = identities.iter().map(refusals).collect();
    assert!(refused[0] > 0 && refused[7] == 0, "answers do not tell identities apart: {refused:?}");

    let mut command = clean(&env.airvane);
    command.env("AIRFLOW_API_URL", &airflow.url).env("AIRVANE_AUTH", "passthrough");
    let served = Served::start(command).unwrap();
    let (mut settled, mut most) = (0, 0);
    let outcome = load::run(&served.url, &identities, CALLERS, TIME, |now| {
        let resident = memory(served.id(), "VmRSS:")?;
        let figure = if now < SETTLED { &mut settled } else { &mut most };
        *figure = resident.max(*figure);
        Ok(())
    })
    .unwrap();
    println!(
        "{}: {} calls, median {:?}, p99 {:?}; {settled} KiB in the first 10 s, {most} KiB after",
        airflow.version,
        outcome.times.len(),
        outcome.quantile(500),
        outcome.quantile(990),
    );
    let shown = &outcome.faults[..outcome.faults.len().min(5)];
    assert!(outcome.faults.is_empty(), "{} faults: {shown:#?}", outcome.faults.len());
    assert!(most * 20 <= settled * 21, "{most} KiB after {settled} KiB");
}
