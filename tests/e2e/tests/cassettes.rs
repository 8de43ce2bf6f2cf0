//! The incidents once more, without any Airflow: each cassette of `incidents/cassettes` is
//! diagnosed and held to the same expectation as the real one.
//!
//! When the diagnosis asks for more than was recorded, they are recorded anew:
//! `AIRVANE_WRITE_CASSETTES=1 cargo xtask test --only incidents`, or with `again` for `1` where a
//! kept Airflow has them all.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::time::Instant;

use airvane_e2e::judge::{self, Row};
use airvane_e2e::recording::{self, Replay};
use airvane_e2e::rest::Major;
use airvane_e2e::{incident, plant};

/// Bytes of all cassettes together.
const MOST: u64 = 2 << 20;

#[test]
fn incidents_of_airflow_2_are_explained_from_cassettes() {
    replay_all(Major::Two, "2.11.2");
}

#[test]
fn incidents_of_airflow_3_are_explained_from_cassettes() {
    replay_all(Major::Three, "3.3.2");
}

fn replay_all(major: Major, version: &str) {
    let began = Instant::now();
    let mut rows = Vec::new();
    for (name, incident) in incident::all(major).unwrap() {
        if name == recording::TOO_LARGE {
            continue;
        }
        let row = recording::replay(major, &name).map(|replay| {
            let Replay { answer, missing, tasks } = replay;
            let mut row = Row::judged(&name, &incident, &answer, &answer, &tasks);
            if !missing.is_empty() {
                row.wrong.push(format!("not recorded (record anew): {}", missing.join(", ")));
            }
            row
        });
        rows.push(row.unwrap_or_else(|error| Row::failed(&name, format!("{error:#}"))));
    }
    let figures = format!("from cassettes in {:.1} s", began.elapsed().as_secs_f64());
    judge::settle(&judge::table(version, &rows, &figures), &rows);
}

#[test]
fn cassettes_are_small_and_belong_to_an_incident() {
    let mut total = 0;
    for major in [Major::Two, Major::Three] {
        let names: Vec<String> =
            incident::all(major).unwrap().into_iter().map(|(name, _)| name).collect();
        for entry in std::fs::read_dir(recording::folder(major)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(names.contains(&name) || name.starts_with("fleet_"), "{}", path.display());
            total += path.metadata().unwrap().len();
        }
    }
    eprintln!("cassettes: {total} bytes in all");
    assert!(total <= MOST, "{total} bytes");
}

#[test]
fn a_cassette_can_be_replayed_twice_with_the_same_words() {
    let mut words = [0, 1].map(|_| {
        let answer = recording::replay(Major::Three, "orders_daily").unwrap().answer;
        assert!(!plant::strings(&answer.structured.unwrap()).is_empty());
        let mut lines: Vec<String> = answer.text.lines().map(str::to_owned).collect();
        // The marker of the frame is drawn anew each time.
        lines.retain(|line| !line.starts_with("[airflow ") && !line.starts_with("[/airflow "));
        lines
    });
    assert!(words[0].len() > 5 && words[0].iter().any(|line| line.contains("orders_daily")));
    assert_eq!(std::mem::take(&mut words[0]), words[1]);
}
