//! One answer held to its incident's expectation, and the table of all: the same for a real
//! Airflow and for a cassette.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use crate::incident::{Incident, Kind};
use crate::mcp::Answer;
use crate::{plant, verdict};

/// How an incident was answered.
#[derive(Debug, Default)]
pub struct Row {
    /// The incident.
    pub name: String,
    /// Tokens of the text.
    pub tokens: usize,
    /// Tokens of the structured content.
    pub structured_tokens: usize,
    /// How long it took.
    pub time: Duration,
    /// What is wrong with it; nothing is the best.
    pub wrong: Vec<String>,
    /// The text.
    pub text: String,
}

impl Row {
    /// An incident that could not be asked about.
    pub fn failed(name: &str, why: String) -> Self {
        Self { name: name.to_owned(), wrong: vec![why], ..Self::default() }
    }

    /// Holds an answer to the expectation. `structured` is the answer that has structured content
    /// (it may be the same), `tasks` are all tasks of the DAG.
    pub fn judged(
        name: &str,
        incident: &Incident,
        answer: &Answer,
        structured: &Answer,
        tasks: &[String],
    ) -> Self {
        let mut wrong = verdict::wrong(&incident.answer, &answer.text, tasks);
        // A DAG that does not exist can't be diagnosed; why not is what has to be said.
        if answer.is_error && incident.kind != Kind::ImportError {
            wrong.push("it is an error".to_owned());
        }
        let structured = structured.structured.clone().unwrap_or(Value::Null);
        if structured.is_null() {
            wrong.push("there is no structured content".to_owned());
        }
        if let Some(error) = &incident.answer.error
            && !plant::strings(&structured).contains(error)
        {
            wrong.push(format!("structured content lacks the error: {error:?}"));
        }
        let row = Self {
            name: name.to_owned(),
            tokens: verdict::tokens(&answer.text),
            structured_tokens: verdict::tokens(&structured.to_string()),
            time: answer.time,
            text: answer.text.clone(),
            wrong,
        };
        row.bounded()
    }

    fn bounded(mut self) -> Self {
        for (form, tokens) in
            [("text", self.tokens), ("structured content", self.structured_tokens)]
        {
            if tokens > verdict::MOST_TOKENS {
                self.wrong.push(format!("{form} has {tokens} tokens"));
            }
        }
        self
    }
}

/// What was measured, and under it every wrong answer in full. `figures` ends the summary.
pub fn table(version: &str, rows: &[Row], figures: &str) -> String {
    let mut out = format!("\n{:<20} {:<7} hit tokens structured     ms\n", "incident", "Airflow");
    for row in rows {
        let hit = if row.wrong.is_empty() { "yes" } else { "NO" };
        let (name, tokens, structured) = (&row.name, row.tokens, row.structured_tokens);
        let time = row.time.as_millis();
        let _ = writeln!(
            out,
            "{name:<20} {version:<7} {hit:<3} {tokens:>6} {structured:>10} {time:>6}"
        );
    }
    let hits = rows.iter().filter(|row| row.wrong.is_empty()).count();
    let mut tokens: Vec<usize> =
        rows.iter().map(|row| row.tokens.max(row.structured_tokens)).collect();
    tokens.sort_unstable();
    let median = tokens.get(tokens.len() / 2).copied().unwrap_or_default();
    let most = tokens.last().copied().unwrap_or_default();
    let _ = writeln!(
        out,
        "Airflow {version}: {hits} of {} right, tokens median {median} most {most}, {figures}",
        rows.len(),
    );
    out + &wrong_ones(version, rows)
}

/// Every wrong answer in full.
pub fn wrong_ones<'a>(version: &str, rows: impl IntoIterator<Item = &'a Row>) -> String {
    let mut out = String::new();
    for row in rows.into_iter().filter(|row| !row.wrong.is_empty()) {
        let _ =
            writeln!(out, "\n{} on {version}: {}\n{}", row.name, row.wrong.join("; "), row.text);
    }
    out
}

/// Prints the table, past the capture of `cargo test`, as it is worth seeing also when all is
/// well, and ends the test if an answer is wrong.
///
/// # Panics
/// When one is wrong.
pub fn settle<'a>(table: &str, rows: impl IntoIterator<Item = &'a Row>) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), table.as_bytes());
    let wrong = rows.into_iter().filter(|row| !row.wrong.is_empty()).count();
    assert!(wrong == 0, "{wrong} answers are wrong\n{table}");
}
