//! Every operation of the catalog is called on every Airflow that has it: through Airvane, with the
//! real binary, over MCP. Plain REST then says whether the effect is there.
//!
//! What is called, and what must come of it, is written down in `operations/*.toml`, one file a
//! resource; `operations/README.md` describes the form. An operation without a step fails the test,
//! so a new row of the catalog needs one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, reason = "the figures are worth reading")]

#[path = "operations/look.rs"]
mod look;
#[path = "operations/plain.rs"]
mod plain;
#[path = "operations/play.rs"]
mod play;
#[path = "operations/script.rs"]
mod script;
#[path = "operations/table.rs"]
mod table;
#[path = "operations/values.rs"]
mod values;
#[path = "operations/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use airvane_api::catalog::OPERATIONS;
use airvane_api::operation::Operation;
use airvane_e2e::env::{Airflow, TestEnv};

use play::{By, Player};
use script::Script;
use table::{Outcome, Outcomes};

/// Both tests act on the same things.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[test]
fn every_operation_is_called() {
    call_all(By::Level);
}

/// As a client of a server made from the document would call them.
#[test]
fn every_operation_is_called_by_its_id() {
    call_all(By::Id);
}

fn call_all(by: By) {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let env = TestEnv::load();
    let scripts = script::all();
    let (two, three) = std::thread::scope(|scope| {
        let two = scope.spawn(|| play_all(&env, &env.airflow2, &scripts, by));
        let three = scope.spawn(|| play_all(&env, &env.airflow3, &scripts, by));
        (two.join().unwrap(), three.join().unwrap())
    });
    let columns = [(&*env.airflow2.version, two), (&*env.airflow3.version, three)];
    println!("{}", table::of(&columns));
    let faults: Vec<String> = columns.iter().flat_map(table::faults).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Plays all scripts; one outcome for each operation that this Airflow has.
fn play_all(env: &TestEnv, airflow: &Airflow, scripts: &[Script], by: By) -> Outcomes {
    let mut player = Player::new(env, airflow, by);
    let mut outcomes: Outcomes = BTreeMap::new();
    for script in scripts {
        for (number, step) in script.steps.iter().enumerate() {
            if !step.is_for(player.major()) {
                continue;
            }
            let outcome = player.play(step);
            let name = step.operation.as_deref();
            let place = format!("{} step {}", script.name, number + 1);
            if let Err(error) = &outcome {
                // The table comes only when all is done.
                println!("Airflow {} {place}: {error:#}", airflow.version);
            }
            table::note(&mut outcomes, name, &place, outcome);
        }
    }
    for operation in OPERATIONS.iter().filter(|operation| is_callable(operation, &player)) {
        outcomes.entry(operation.name.to_owned()).or_insert_with(|| {
            Outcome::Failed(vec![format!("no step of {}.toml calls it", operation.toolset)])
        });
    }
    outcomes
}

fn is_callable(operation: &Operation, player: &Player) -> bool {
    operation.endpoint(player.api()).is_some() && !operation.refused
}
