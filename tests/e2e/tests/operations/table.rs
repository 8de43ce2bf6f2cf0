//! What came of each operation, as a table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Result;

use crate::play::Played;

/// What came of an operation on one Airflow, over all steps that call it.
pub enum Outcome {
    /// It did what it should, so often.
    Called(u32),
    /// Airflow itself refuses it, in these words.
    Excused(String),
    /// What did not fit, step by step.
    Failed(Vec<String>),
}

/// By operation; what is no operation's fault is under the step that went wrong.
pub type Outcomes = BTreeMap<String, Outcome>;

/// A column of the table.
pub type Column<'a> = (&'a str, Outcomes);

/// Takes down what came of a step.
pub fn note(outcomes: &mut Outcomes, operation: Option<&str>, place: &str, played: Result<Played>) {
    let key = operation.unwrap_or(place).to_owned();
    let old = outcomes.remove(&key);
    let new = match (old, played, operation) {
        (Some(Outcome::Failed(mut faults)), Err(error), _) => {
            faults.push(format!("{place}: {error:#}"));
            Outcome::Failed(faults)
        }
        (_, Err(error), _) => Outcome::Failed(vec![format!("{place}: {error:#}")]),
        (Some(failed @ Outcome::Failed(_)), Ok(_), _) => failed,
        (_, Ok(Played::Refused(words)), _) => Outcome::Excused(words),
        (Some(Outcome::Called(times)), Ok(Played::Done), _) => Outcome::Called(times + 1),
        (Some(excused @ Outcome::Excused(_)), Ok(Played::Done), _) => excused,
        (None, Ok(Played::Done), Some(_)) => Outcome::Called(1),
        // It only prepared something.
        (None, Ok(Played::Done), None) => return,
    };
    outcomes.insert(key, new);
}

/// One row for each operation, then the counts.
pub fn of(columns: &[Column]) -> String {
    let names: BTreeSet<&String> = columns.iter().flat_map(|(_, column)| column.keys()).collect();
    let mut text = format!("{:40}", "operation");
    for (version, _) in columns {
        write!(text, "{:>14}", format!("Airflow {version}")).unwrap();
    }
    for name in names {
        write!(text, "\n{name:40}").unwrap();
        for (_, column) in columns {
            let result = match column.get(name) {
                None => "-".to_owned(),
                Some(Outcome::Called(times)) => format!("called {times}"),
                Some(Outcome::Excused(_)) => "excused".to_owned(),
                Some(Outcome::Failed(_)) => "FAILED".to_owned(),
            };
            write!(text, "{result:>14}").unwrap();
        }
    }
    for (version, column) in columns {
        let count = |is: fn(&Outcome) -> bool| column.values().filter(|one| is(one)).count();
        let called = count(|one| matches!(one, Outcome::Called(_)));
        let excused = count(|one| matches!(one, Outcome::Excused(_)));
        let failed = count(|one| matches!(one, Outcome::Failed(_)));
        write!(text, "\nAirflow {version}: {called} called, {excused} excused, {failed} failed")
            .unwrap();
        for (name, outcome) in column {
            if let Outcome::Excused(words) = outcome {
                write!(text, "\n  excused: {name}: plain REST says {words}").unwrap();
            }
        }
    }
    text
}

/// All that did not fit.
pub fn faults((version, column): &Column) -> Vec<String> {
    let mut all = Vec::new();
    for (name, outcome) in column {
        if let Outcome::Failed(faults) = outcome {
            all.extend(faults.iter().map(|fault| format!("{version} {name}: {fault}")));
        }
    }
    all
}
