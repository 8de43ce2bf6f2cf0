//! Airflow decides who may do what: for each tool and each role, Airvane gives what plain REST gives
//! under the same credential. A refused call names the permission it lacks and changes nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, reason = "the figures are worth reading")]

#[path = "roles/compare.rs"]
mod compare;
#[path = "roles/probes.rs"]
mod probes;
#[path = "roles/world.rs"]
mod world;

use airvane_e2e::env::{Airflow, TestEnv};
use airvane_e2e::mcp::{Session, airvane};
use airvane_e2e::on_both_majors;

on_both_majors!(every_role_gets_what_plain_rest_gives);

fn every_role_gets_what_plain_rest_gives(env: &TestEnv, airflow: &Airflow) {
    compare::every_role(airflow, |role| {
        let mut command = airvane(&env.airvane, airflow, role);
        command.arg("serve").env("AIRVANE_ALLOW_DESTRUCTIVE", "true");
        Session::start(command).unwrap()
    });
}
