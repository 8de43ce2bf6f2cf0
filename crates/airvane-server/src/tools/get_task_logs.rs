//! `get_task_logs`: a task's log. The failure first, then what was asked for: the end, a page,
//! matching lines, or a digest of all.

use std::fmt::Write as _;

use airvane_api::ids::{DagId, DagRunId, TaskId};
use airvane_api::models::TaskInstance;
use airvane_log::{
    Counts, DigestSummary, FinderOptions, Grep, GrepOptions, Level, Line, Matches, Page,
    PageOptions,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::get_task_instance::{Address, instance};
use super::log_extent::Extent;
use crate::airflow::{LogRequest, LogScan};
use crate::diagnosis::write_failure;
use crate::failure::Failure;
use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Shows a log.
pub struct GetTaskLogs;

/// Lines of the end where nothing else is asked for.
const TAIL: usize = 30;

/// What a log may cost a model, unless more lines are asked for.
const BUDGET: usize = 2_500;

/// Which log, which part.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
    #[schemars(with = "String")]
    dag_run_id: DagRunId,
    #[schemars(with = "String")]
    task_id: TaskId,
    map_index: Option<i64>,
    /// Default: the latest.
    try_number: Option<u32>,
    /// Last lines; default 30.
    tail: Option<usize>,
    /// Regular expression.
    grep: Option<String>,
    /// Lines around each match.
    context: Option<usize>,
    /// Least severe to show: debug, info, warning, error.
    level: Option<String>,
    /// Show lines from this number on.
    from_line: Option<u64>,
    /// Collapse similar lines of the whole log.
    digest: Option<bool>,
}

impl Tool for GetTaskLogs {
    const NAME: &'static str = "get_task_logs";
    const TITLE: &'static str = "Task log";
    const DESCRIPTION: &'static str =
        "Show a task's log: its failure first, then the last lines, matches, a page or a digest.";
    const TOOLSET: &'static str = "taskinstance";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let options = input.options()?;
        let address = input.address();
        // Before the log: a task that has ended by now writes no more.
        let instance = instance(&call.airflow, &address).await;
        let log = input.log(address, &instance)?;
        let scan = call.airflow.read_log(&log, options).await?;
        let extent = Extent::of(&instance, log.try_number, &scan);
        let mut document = Document::new();
        document.budget(input.budget());
        headline(&mut document, &log, &scan, &extent);
        show_error(&mut document, &scan, &extent);
        show_selection(&mut document, &scan, &extent);
        Ok(document)
    }
}

impl Input {
    /// What to look for, before anything is sent.
    fn options(&self) -> Result<FinderOptions, Failure> {
        let least_level = self.level.as_deref().map(level).transpose()?;
        let grep = self.grep.as_deref().map(|pattern| self.grep(pattern)).transpose()?;
        let page = self.from_line.map(|first| PageOptions {
            first: first.max(1),
            lines: self.tail.unwrap_or(100).clamp(1, 1_000),
        });
        let selects_otherwise = grep.is_some() || page.is_some() || self.digest == Some(true);
        let tail = match (self.tail, selects_otherwise) {
            (Some(lines), false) => lines.clamp(1, 1_000),
            (None, false) => TAIL,
            (_, true) => 0,
        };
        Ok(FinderOptions { tail, least_level, digest: self.digest == Some(true), grep, page })
    }

    fn grep(&self, pattern: &str) -> Result<Grep, Failure> {
        let around = self.context.unwrap_or(0).min(20);
        Grep::new(GrepOptions {
            pattern: pattern.to_owned(),
            ignore_case: true,
            before: around,
            after: around,
            skip: 0,
            limit: 50,
        })
        .map_err(|error| Failure::arguments(format!("grep: {error}")))
    }

    fn address(&self) -> Address {
        Address {
            dag_id: self.dag_id.clone(),
            dag_run_id: self.dag_run_id.clone(),
            task_id: self.task_id.clone(),
            map_index: self.map_index.unwrap_or(-1),
        }
    }

    fn log(
        &self,
        address: Address,
        instance: &Result<TaskInstance, Failure>,
    ) -> Result<LogRequest, Failure> {
        let try_number = match (self.try_number, instance) {
            (Some(0), _) => return Err(Failure::arguments("try_number counts from 1")),
            (Some(number), _) => number,
            (None, Ok(instance)) => latest_try(instance)?,
            (None, Err(failure)) => return Err(failure.clone()),
        };
        let Address { dag_id, dag_run_id, task_id, map_index } = address;
        Ok(LogRequest { dag_id, dag_run_id, task_id, map_index, try_number })
    }

    /// More lines cost more: about as much as they are likely to take.
    fn budget(&self) -> usize {
        const TOKENS_PER_LINE: usize = 45;
        BUDGET.max(self.tail.unwrap_or(0).saturating_mul(TOKENS_PER_LINE))
    }
}

fn latest_try(instance: &TaskInstance) -> Result<u32, Failure> {
    match instance.try_number {
        0 => {
            let message = format!("{} has not started, so it has no log", instance.task_id);
            Err(Failure::not_found(message).hint("diagnose_dag_run says what it waits for"))
        }
        number => Ok(number),
    }
}

/// What was asked for besides the error.
fn show_selection(document: &mut Document, scan: &LogScan, extent: &Extent) {
    let found = &scan.findings;
    if let Some(matches) = &found.matches {
        show_matches(document, matches);
    } else if let Some(page) = &found.page {
        show_page(document, page);
    } else if let Some(digest) = &found.digest {
        show_digest(document, digest);
    } else {
        let which = if scan.cut.is_some() { "last of them" } else { "last lines" };
        document.line(format!("{which}, {}:", found.tail.len()));
        show_lines(document, "tail", found.tail.iter().map(AsRef::as_ref));
        document.more("get_task_logs with from_line, grep or digest=true");
    }
    let next = found.counts.lines + 1;
    if extent.may_grow() && found.page.as_ref().is_none_or(|page| page.next.is_none()) {
        let next = next.to_string();
        document.next_call("get_task_logs", &[("from_line", &next)], "brings what comes after");
    }
}

fn show_page(document: &mut Document, page: &Page) {
    if page.lines.is_empty() {
        document.line("there is no line with that number, or none so severe after it");
    }
    show_lines(document, "page", page.lines.iter().map(AsRef::as_ref));
    if let Some(next) = page.next {
        document.next_call("get_task_logs", &[("from_line", &next.to_string())], "shows more");
    }
}

fn level(name: &str) -> Result<Level, Failure> {
    Level::named(name)
        .filter(|level| !matches!(level, Level::Unknown(_)))
        .ok_or_else(|| Failure::arguments("level: use debug, info, warning, error or critical"))
}

fn headline(document: &mut Document, log: &LogRequest, scan: &LogScan, extent: &Extent) {
    let counts = &scan.findings.counts;
    let index = if log.map_index < 0 { String::new() } else { format!("[{}]", log.map_index) };
    document.line(format!(
        "{}{index}, try {}: {}{}; {}",
        log.task_id,
        log.try_number,
        extent.lines(counts.lines),
        levels(counts),
        extent.outcome(scan.findings.outcome),
    ));
    if counts.is_empty() && scan.cut.is_none() {
        document.line("the log is empty");
    }
    for note in scan.findings.notes.iter().filter(|note| counts.is_empty() || is_trouble(note)) {
        document.line(format!("[{}]", note.as_str()));
    }
    if let Some(cut) = &scan.cut {
        document.line(format!("[not read to the end: {}]", cut.message));
    }
}

/// Airflow's log readers say which file they read; only what went wrong is worth a line, unless
/// they found nothing.
fn is_trouble(note: &str) -> bool {
    let note = note.to_lowercase();
    ["could not", "failed", "error", "not found", "denied", "no logs"]
        .iter()
        .any(|word| note.contains(word))
}

fn levels(counts: &Counts) -> String {
    let named =
        [(counts.warning, "warnings"), (counts.error, "errors"), (counts.critical, "critical")];
    let texts: Vec<String> = named
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    if texts.is_empty() { String::new() } else { format!(" ({})", texts.join(", ")) }
}

fn show_error(document: &mut Document, scan: &LogScan, extent: &Extent) {
    let Some(failure) = &scan.findings.failure else { return };
    let (name, shown) = extent.error(failure);
    let mut text = format!("{name}, line {}:\n", failure.line);
    write_failure(&mut text, shown.failure());
    document.text("failure", text);
}

fn show_lines<'a>(
    document: &mut Document,
    name: &'static str,
    lines: impl Iterator<Item = &'a Line>,
) {
    let mut text = String::new();
    for line in lines {
        push(&mut text, line, "");
    }
    document.text(name, text);
}

/// A line as it is shown: its level where it is worth attention, and the text.
fn push(out: &mut String, line: &Line, prefix: &str) {
    let level = line.level.as_ref().filter(|level| level.at_least(Level::Warning) && line.first);
    let level = level.map(|level| format!("{} ", level.name())).unwrap_or_default();
    let _ = writeln!(out, "{prefix}{level}{}", line.text.as_str());
}

fn show_matches(document: &mut Document, matches: &Matches) {
    let mut text = String::new();
    let mut last = 0;
    for found in &matches.lines {
        if last != 0 && found.line.number > last + 1 {
            text.push_str("--\n");
        }
        last = found.line.number;
        let sign = if found.matched { ':' } else { '-' };
        push(&mut text, &found.line, &format!("{}{sign} ", found.line.number));
    }
    document.line(format!(
        "{} matches{}",
        matches.total,
        match matches.remaining() {
            0 => String::new(),
            rest => format!(", {rest} of them not shown; narrow the pattern"),
        }
    ));
    document.text("matches", text);
}

fn show_digest(document: &mut Document, digest: &DigestSummary) {
    let mut text = String::new();
    for template in &digest.templates {
        let shown = if template.count == 1 {
            template.example.text.as_str()
        } else {
            template.text.as_str()
        };
        let _ = writeln!(text, "{}× {shown}", template.count);
    }
    document.line("similar lines collapsed, with how often each occurs:").text("digest", text);
    if digest.forgotten > 0 {
        document.line(format!(
            "[{} rare kinds of lines ({} lines) left out: too many kinds]",
            digest.forgotten, digest.forgotten_lines
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn input(extra: &serde_json::Value) -> Input {
        let mut arguments = json!({"dag_id": "d", "dag_run_id": "r", "task_id": "t"});
        arguments.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        serde_json::from_value(arguments).unwrap()
    }

    #[test]
    fn bad_patterns_and_levels_are_refused_before_anything_is_sent() {
        assert!(input(&json!({"grep": "("})).options().unwrap_err().message.starts_with("grep: "));
        assert!(
            input(&json!({"level": "loud"})).options().unwrap_err().message.starts_with("level: ")
        );
    }

    #[test]
    fn the_end_is_shown_unless_something_else_is_asked_for() {
        assert_eq!(input(&json!({})).options().unwrap().tail, TAIL);
        assert_eq!(input(&json!({"tail": 5})).options().unwrap().tail, 5);
        assert_eq!(input(&json!({"grep": "x"})).options().unwrap().tail, 0);
        assert!(input(&json!({"from_line": 10})).options().unwrap().page.is_some());
    }

    #[test]
    fn notes_on_sources_are_shown_if_they_tell_of_trouble_or_are_all_there_is() {
        let shown = |text| {
            let unknown = Err(Failure::arguments("unknown"));
            let input = input(&json!({"try_number": 1}));
            let log = input.log(input.address(), &unknown).unwrap();
            let mut document = Document::new();
            headline(&mut document, &log, &LogScan::of(text), &Extent::Unknown);
            format!("{document:?}")
        };
        assert!(shown("*** Found local files:\n").contains("[Found local files:]"));
        let log = shown(
            "*** Found local files:\n*** Could not read served logs: refused\n\
             [2026-11-20T10:00:00.000+0000] {task.py:1} INFO - loaded\n",
        );
        assert!(!log.contains("Found") && log.contains("[Could not read served logs"), "{log}");
    }
}
