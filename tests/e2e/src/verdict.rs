//! Whether an answer says what it has to.

use crate::incident::Expected;

/// Most tokens of an answer, in o200k.
pub const MOST_TOKENS: usize = 1_500;

/// Counts tokens in o200k.
pub fn tokens(text: &str) -> usize {
    tiktoken_rs::o200k_base_singleton().encode_with_special_tokens(text).len()
}

/// What is wrong with an answer; nothing is the best. `tasks` are all tasks of the DAG.
pub fn wrong(expected: &Expected, text: &str, tasks: &[String]) -> Vec<String> {
    let mut wrong = Vec::new();
    first_task(expected, text, tasks, &mut wrong);
    if let Some(error) = &expected.error {
        let count = text.matches(error.as_str()).count();
        if count == 0 {
            wrong.push(format!("the error is missing: {error:?}"));
        }
        if expected.once && count > 1 {
            wrong.push(format!("the error is there {count} times: {error:?}"));
        }
    }
    for said in expected.says.iter().chain(&expected.file) {
        if !text.contains(said.as_str()) {
            wrong.push(format!("not said: {said:?}"));
        }
    }
    if let Some(count) = expected.instances
        && word(text, &count.to_string()).is_none()
    {
        wrong.push(format!("the number of instances is missing: {count}"));
    }
    for decoy in &expected.never {
        if text.contains(decoy.as_str()) {
            wrong.push(format!("a decoy is there: {decoy:?}"));
        }
    }
    let anchor = expected.error.as_ref().or(expected.first_task.as_ref());
    let anchor = anchor.and_then(|anchor| text.find(anchor.as_str()));
    for later in &expected.later {
        if text.find(later.as_str()).is_some_and(|at| anchor.is_none_or(|anchor| at < anchor)) {
            wrong.push(format!("comes before the error: {later:?}"));
        }
    }
    wrong
}

/// The task that is named before all others, and in the same line its map index.
fn first_task(expected: &Expected, text: &str, tasks: &[String], wrong: &mut Vec<String>) {
    let Some(task) = &expected.first_task else { return };
    let Some(at) = word(text, task) else {
        wrong.push(format!("the task is not named: {task}"));
        return;
    };
    let others = tasks.iter().filter(|other| *other != task);
    for other in others.filter(|other| word(text, other).is_some_and(|other| other < at)) {
        wrong.push(format!("{other} is named before {task}"));
    }
    if let Some(index) = expected.map_index {
        let line = text.get(at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        if word(line, &index.to_string()).is_none() {
            wrong.push(format!("map index {index} is not in the line that names {task}: {line}"));
        }
    }
}

/// Where an id or a number stands by itself, not as a part of a longer one.
fn word(text: &str, word: &str) -> Option<usize> {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let (before, after) = (text.get(..*at), text.get(at + word.len()..));
        !part(before.and_then(|before| before.chars().next_back()))
            && !part(after.and_then(|after| after.chars().next()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> Expected {
        Expected {
            first_task: Some("load".to_owned()),
            map_index: Some(4),
            instances: Some(8),
            error: Some("no rate".to_owned()),
            once: true,
            says: vec!["KeyError".to_owned()],
            later: vec!["timed out".to_owned()],
            never: vec!["loaded".to_owned()],
            file: None,
        }
    }

    const GOOD: &str = "load[4] failed on 8 instances: no rate (KeyError)\nthen upload timed out";

    fn faults(text: &str) -> Vec<String> {
        wrong(&expected(), text, &["load".to_owned(), "upload".to_owned()])
    }

    #[test]
    fn a_right_answer_has_no_fault() {
        assert_eq!(faults(GOOD), Vec::<String>::new());
    }

    #[test]
    fn each_fault_is_found() {
        for (from, to, fault) in [
            ("load[4]", "upload, load[4]", "upload is named before load"),
            ("load[4]", "loaded", "the task is not named: load"),
            ("[4]", "[41]", "map index 4"),
            ("no rate", "no rates: none, NO RATE", ""),
            ("no rate", "rate", "the error is missing"),
            ("no rate", "no rate: no rate", "the error is there 2 times"),
            ("KeyError", "Error", "not said: \"KeyError\""),
            ("on 8", "on 18", "the number of instances is missing"),
            ("then", "loaded", "a decoy is there"),
            ("load[4] failed", "load[4] timed out", "comes before the error"),
        ] {
            let faults = faults(&GOOD.replacen(from, to, 1)).join("; ");
            assert!(
                if fault.is_empty() { faults.is_empty() } else { faults.contains(fault) },
                "{to}: {faults}"
            );
        }
    }
}
