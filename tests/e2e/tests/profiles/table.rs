//! What came of each tool of a profile, as a table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Result;

use crate::play::Played;

/// What came of a tool on one Airflow, over all steps that call it.
#[derive(Default)]
pub struct Outcome {
    done: u32,
    refused: BTreeSet<String>,
    faults: Vec<String>,
}

/// By tool; what is no tool's fault is under the step that went wrong.
pub type Outcomes = BTreeMap<String, Outcome>;

/// Takes down what came of a step.
pub fn note(outcomes: &mut Outcomes, tool: Option<&str>, place: &str, played: Result<Played>) {
    let Some(tool) = tool.or(played.is_err().then_some(place)) else { return };
    let outcome = outcomes.entry(tool.to_owned()).or_default();
    match played {
        Ok(Played::Done) => outcome.done += 1,
        Ok(Played::Refused(reason)) => drop(outcome.refused.insert(reason)),
        Err(error) => outcome.faults.push(format!("{place}: {error:#}")),
    }
}

/// One row for each tool, then the reasons of those that cannot be.
pub fn of(profile: &str, columns: &[(&str, Outcomes)]) -> String {
    let tools: BTreeSet<&String> = columns.iter().flat_map(|(_, column)| column.keys()).collect();
    let mut text = format!("{profile:36}");
    for (version, _) in columns {
        write!(text, "{:>16}", format!("Airflow {version}")).unwrap();
    }
    for tool in tools {
        write!(text, "\n{tool:36}").unwrap();
        for (_, column) in columns {
            let result = column.get(tool).map_or_else(|| "-".to_owned(), Outcome::word);
            write!(text, "{result:>16}").unwrap();
        }
    }
    for (version, column) in columns {
        let count = |is: fn(&Outcome) -> bool| column.values().filter(|one| is(one)).count();
        let called = count(|one| one.done > 0 && one.faults.is_empty());
        let refused = count(|one| one.done == 0 && one.faults.is_empty());
        let failed = count(|one| !one.faults.is_empty());
        write!(text, "\nAirflow {version}: {called} called, {refused} refused, {failed} failed")
            .unwrap();
        for (tool, outcome) in column {
            for reason in &outcome.refused {
                write!(text, "\n  {tool}: {reason}").unwrap();
            }
        }
    }
    text
}

impl Outcome {
    fn word(&self) -> String {
        match (self.done, self.refused.is_empty(), self.faults.is_empty()) {
            (_, _, false) => "FAILED".to_owned(),
            (0, false, true) => "refused".to_owned(),
            (done, true, true) => format!("called {done}"),
            (done, false, true) => format!("called {done} (r)"),
        }
    }
}

/// All that did not fit.
pub fn faults(profile: &str, columns: &[(&str, Outcomes)]) -> Vec<String> {
    let mut all = Vec::new();
    for (version, column) in columns {
        for (tool, outcome) in column {
            let told = |fault: &String| format!("{version} {profile} {tool}: {fault}");
            all.extend(outcome.faults.iter().map(told));
        }
    }
    all
}
