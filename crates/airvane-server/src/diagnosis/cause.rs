//! What made tasks fail: their logs, read and told once each.

use std::fmt::Write as _;
use std::sync::Arc;

use airvane_api::ids::{DagId, DagRunId, TaskId};
use airvane_api::models::{TaskInstance, TaskInstanceKey};
use airvane_log::{
    Certainty, Exception, Failure as LogFailure, FinderOptions, Findings, Level, Line,
};
use futures::future::join_all;

use super::chain::Lead;
use super::instances::Instances;
use super::picture::Picture;
use crate::airflow::{LogRequest, LogScan};
use crate::failure::Failure;
use crate::output::time;
use crate::tool::Call;
use crate::tools::list_task_instances::tries;

/// Failed tasks that are looked into; the rest is counted.
const TASKS: usize = 4;

/// Instances of one mapped task whose logs are read.
const INSTANCES: usize = 4;

/// Earlier tries whose logs are read.
const EARLIER_TRIES: u32 = 3;

/// Last lines that are kept of a log.
const TAIL: usize = 12;

/// Last lines that are shown of a log without an error.
const SHOWN_TAIL: usize = 6;

/// Characters of one shown line.
const LINE: usize = 300;

/// What was found.
pub(super) struct Causes {
    pub(super) shown: Vec<Cause>,
    /// Failed tasks that were not looked into.
    pub(super) left_out: usize,
}

/// One failed task and why.
pub(super) struct Cause {
    pub(super) key: TaskInstanceKey,
    instance: TaskInstance,
    /// Failed instances of the task that are known, this one included.
    instances: Vec<i64>,
    /// How many there are.
    count: u64,
    /// Other errors on instances of the same task.
    others: Vec<(TaskInstanceKey, String)>,
    reading: Reading,
    earlier: Vec<(u32, String)>,
    /// How many failed tasks come before it.
    after: usize,
}

/// What a log gave.
pub(crate) type Reading = Result<LogScan, Failure>;

/// Reads the logs of what failed, or of what failed and will be tried again.
pub(super) async fn find(call: &Call, picture: &Picture) -> Causes {
    let waits_for_retry = picture.failed.items.is_empty() && !picture.run.state.is_finished();
    let list = if waits_for_retry { &picture.retrying } else { &picture.failed };
    let groups = ordered_groups(picture, list);
    let left_out = groups.len().saturating_sub(TASKS);
    let looked_into = groups.into_iter().take(TASKS).map(|group| look_into(call, picture, group));
    Causes { shown: join_all(looked_into).await, left_out }
}

/// The failed instances of one task.
struct Group<'a> {
    instances: Vec<&'a TaskInstance>,
    count: u64,
    after: usize,
}

/// Groups by task: root causes first, then what failed earlier.
fn ordered_groups<'a>(picture: &Picture, list: &'a Instances) -> Vec<Group<'a>> {
    let ids = list.tasks();
    let group = |task_id: &&str| {
        let own = list.items.iter().filter(|instance| instance.task_id == **task_id);
        let mut instances: Vec<&TaskInstance> = own.collect();
        instances.sort_by_key(|instance| instance.map_index);
        let after = picture.graph.ancestors_among(task_id, &ids);
        Group { instances, count: list.count_of(task_id), after }
    };
    let mut groups: Vec<Group<'a>> = ids.iter().map(group).collect();
    groups.sort_by_key(|group| (group.after, earliest_end(group)));
    groups
}

/// Instants in ISO 8601 of one offset sort as texts.
fn earliest_end<'a>(group: &Group<'a>) -> Option<&'a str> {
    group.instances.iter().filter_map(|instance| instance.end_date.as_deref()).min()
}

async fn look_into(call: &Call, picture: &Picture, group: Group<'_>) -> Cause {
    let sampled: Vec<&TaskInstance> = sample(&group.instances);
    let readings =
        join_all(sampled.iter().map(|instance| read(call, picture, instance, instance.try_number)));
    let mut readings: Vec<(TaskInstance, Reading)> =
        sampled.iter().map(|instance| (*instance).clone()).zip(readings.await).collect();
    let (instance, reading) = readings.remove(0);
    let first = signature(&reading);
    let others = readings
        .iter()
        .filter(|(_, other)| signature(other).is_some() && signature(other) != first)
        .map(|(instance, other)| (instance.key(), headline_of(other)))
        .collect();
    let earlier = earlier_tries(call, picture, &instance, first.as_deref()).await;
    Cause {
        key: instance.key(),
        instances: group.instances.iter().map(|instance| instance.map_index).collect(),
        count: group.count,
        others,
        reading,
        earlier,
        after: group.after,
        instance,
    }
}

/// The first few instances and the last: errors of one mapped task are mostly the same.
fn sample<'a>(instances: &[&'a TaskInstance]) -> Vec<&'a TaskInstance> {
    let mut sampled: Vec<&TaskInstance> = instances.iter().copied().take(INSTANCES - 1).collect();
    if let Some(last) = instances.get(INSTANCES - 1..).and_then(<[_]>::last) {
        sampled.push(last);
    }
    sampled
}

/// Names a log in an answer.
pub(crate) struct LogAddress<'a> {
    pub(crate) dag_id: &'a DagId,
    pub(crate) dag_run_id: &'a DagRunId,
}

impl LogAddress<'_> {
    /// Reads the log of one try.
    pub(crate) async fn read(
        &self,
        call: &Call,
        instance: &TaskInstance,
        try_number: u32,
    ) -> Reading {
        if try_number == 0 {
            return Err(Failure::not_found("it never started, so there is no log"));
        }
        let log = LogRequest {
            dag_id: self.dag_id.clone(),
            dag_run_id: self.dag_run_id.clone(),
            task_id: TaskId::new(instance.task_id.as_str())?,
            map_index: instance.map_index,
            try_number,
        };
        call.airflow.read_log(&log, FinderOptions { tail: TAIL, ..FinderOptions::default() }).await
    }
}

async fn read(call: &Call, picture: &Picture, instance: &TaskInstance, try_number: u32) -> Reading {
    call.progress.say(format!("reading the log of {}", instance.key()));
    let address = LogAddress { dag_id: &picture.dag_id, dag_run_id: &picture.run_id };
    address.read(call, instance, try_number).await
}

/// Earlier tries that failed otherwise than the last.
async fn earlier_tries(
    call: &Call,
    picture: &Picture,
    instance: &TaskInstance,
    last: Option<&str>,
) -> Vec<(u32, String)> {
    let first = instance.try_number.saturating_sub(EARLIER_TRIES).max(1);
    let tries = first..instance.try_number;
    let readings =
        join_all(tries.clone().map(|number| read(call, picture, instance, number))).await;
    tries
        .zip(readings)
        .filter(|(_, reading)| {
            signature(reading).is_some() && signature(reading).as_deref() != last
        })
        .map(|(number, reading)| (number, headline_of(&reading)))
        .collect()
}

fn failure(reading: &Reading) -> Option<&LogFailure> {
    reading.as_ref().ok()?.findings.failure.as_ref()
}

/// What the same error has in common wherever it appears; `None` where none was found.
pub(crate) fn signature(reading: &Reading) -> Option<String> {
    failure(reading).map(|failure| failure.signature.as_str().to_owned())
}

/// The error in one line, or why it is not known.
pub(crate) fn headline_of(reading: &Reading) -> String {
    match reading {
        Ok(scan) => match &scan.findings.failure {
            Some(failure) => shortened(&failure.headline),
            None => match &scan.cut {
                None => "its log shows no error".to_owned(),
                Some(cut) => format!("unknown: its log was not read to the end: {}", cut.message),
            },
        },
        Err(failure) => format!("its log can't be read: {}", failure.message),
    }
}

fn shortened(text: &str) -> String {
    let mut line: String = text.chars().take(LINE).collect();
    if line.len() < text.len() {
        line.push('…');
    }
    line
}

impl Cause {
    /// What the same error has in common wherever it appears.
    pub(super) fn signature(&self) -> Option<String> {
        signature(&self.reading)
    }

    /// The error in one line.
    pub(super) fn headline(&self) -> String {
        headline_of(&self.reading)
    }

    /// The instance whose log was read.
    pub(super) fn instance(&self) -> &TaskInstance {
        &self.instance
    }

    /// Whether its log was read, and has no error.
    pub(super) fn is_unexplained(&self) -> bool {
        matches!(&self.reading, Ok(scan) if scan.findings.failure.is_none())
    }

    /// Where it leads to in another DAG.
    pub(super) fn lead(&self) -> Option<Lead> {
        let tail = self.reading.as_ref().map(|scan| scan.findings.tail.as_slice());
        Lead::of(&self.instance, tail.unwrap_or_default().iter().map(|line| line.text.as_ref()))
    }

    /// The cause as an answer shows it.
    pub(super) fn text(&self, number: usize, of: usize) -> String {
        let mut out = String::new();
        let number = if of > 1 { format!("{number}. ") } else { String::new() };
        let _ = writeln!(out, "{number}{}", self.title());
        match &self.reading {
            Ok(scan) => write_scan(&mut out, scan),
            Err(failure) => {
                let _ = writeln!(out, "  its log can't be read: {}", failure.message);
            }
        }
        for (key, headline) in &self.others {
            let _ = writeln!(out, "  otherwise on {key}: {headline}");
        }
        for (number, headline) in &self.earlier {
            let _ = writeln!(out, "  try {number} failed otherwise: {headline}");
        }
        out
    }

    fn title(&self) -> String {
        let instance = &self.instance;
        let operator = instance.operator().unwrap_or("task");
        let state = if instance.state.is_failure() { "failed" } else { instance.state.as_str() };
        let took = instance.duration.map(|took| format!(" after {}", time::duration(took)));
        let mut title = format!(
            "{} ({operator}) {state}, try {}{}",
            self.key,
            tries(instance),
            took.unwrap_or_default()
        );
        if self.count > 1 {
            let _ = write!(
                title,
                "; {} instances failed: {} ({} logs read)",
                self.count,
                self.indices(),
                self.instances.len().min(INSTANCES)
            );
        }
        if self.after > 0 {
            title.push_str("; comes after the above and may be its consequence");
        }
        title
    }

    fn indices(&self) -> String {
        const SHOWN: usize = 10;
        let shown: Vec<String> =
            self.instances.iter().take(SHOWN).map(ToString::to_string).collect();
        let more = if self.count > SHOWN as u64 { ", …" } else { "" };
        format!("[{}{more}]", shown.join(", "))
    }
}

fn write_scan(out: &mut String, scan: &LogScan) {
    match &scan.findings.failure {
        Some(failure) => {
            write_failure(out, failure);
            write_last_words(out, failure, &scan.findings);
        }
        None => write_tail(out, scan),
    }
    if let Some(cut) = &scan.cut {
        let _ = writeln!(out, "  [its log was not read to the end: {}]", cut.message);
    }
}

pub(crate) fn write_failure(out: &mut String, failure: &LogFailure) {
    let sure = match failure.certainty {
        Certainty::Certain => "error",
        Certainty::Likely => "probably",
    };
    let _ = writeln!(out, "  {sure}: {}", shortened(&failure.headline));
    let root = failure.chain.iter().find(|link| link.headline() == failure.headline);
    if let Some(root) = root {
        write_further_lines(out, root);
    }
    write_chain(out, failure);
    write_members(out, failure);
    write_frames(out, failure);
    if !failure.telling_lines.is_empty() {
        let _ = writeln!(out, "  before it:");
        for line in &failure.telling_lines {
            let level =
                line.level.as_ref().map(|level| format!("{} ", level.name())).unwrap_or_default();
            let _ = writeln!(out, "    {level}{}", shortened(&line.text));
        }
    }
}

/// The other links of the chain: what wrapped the error, and what it came from.
fn write_chain(out: &mut String, failure: &LogFailure) {
    const SHOWN: usize = 3;
    let at = failure
        .chain
        .iter()
        .position(|link| link.headline() == failure.headline)
        .unwrap_or_default();
    for link in failure.chain.iter().take(at).take(SHOWN) {
        let _ = writeln!(out, "  raised as: {}", shortened(&link.headline()));
    }
    for link in failure.chain.iter().skip(at + 1).take(SHOWN) {
        let _ = writeln!(out, "  while handling: {}", shortened(&link.headline()));
    }
}

/// Messages of several lines: SQL errors, validation reports.
fn write_further_lines(out: &mut String, exception: &Exception) {
    const SHOWN: usize = 6;
    for line in exception
        .more
        .iter()
        .chain(&exception.notes)
        .filter(|line| !line.trim().is_empty())
        .take(SHOWN)
    {
        let _ = writeln!(out, "    {}", shortened(line));
    }
}

/// What an `ExceptionGroup` holds.
fn write_members(out: &mut String, failure: &LogFailure) {
    const SHOWN: usize = 5;
    let members = failure.chain.iter().flat_map(|link| &link.members);
    for member in members.take(SHOWN).filter(|member| member.headline() != failure.headline) {
        let _ = writeln!(out, "  in the group: {}", shortened(&member.headline()));
    }
}

/// The user's own code, innermost call first.
fn write_frames(out: &mut String, failure: &LogFailure) {
    const SHOWN: usize = 3;
    for (index, frame) in failure.frames.iter().rev().take(SHOWN).enumerate() {
        let label = if index == 0 { "at" } else { "called from" };
        let line = frame.lineno.map(|line| format!(":{line}")).unwrap_or_default();
        let _ = writeln!(out, "  {label} {}{line} in {}", &*frame.file, &*frame.name);
    }
}

/// What a program that exits prints may reach the log after Airflow's word that it exited.
fn write_last_words(out: &mut String, failure: &LogFailure, findings: &Findings) {
    const SHOWN: usize = 3;
    if !failure.telling_lines.is_empty() || !failure.chain.is_empty() {
        return;
    }
    let is_error = |line: &&Arc<Line>| {
        line.number > failure.line
            && line.level.as_ref().is_some_and(|level| level.at_least(Level::Error))
    };
    for line in findings.tail.iter().filter(is_error).take(SHOWN) {
        let _ = writeln!(out, "  after it: {}", shortened(&line.text));
    }
}

/// Says of a log that was cut no more than what was read of it shows.
fn write_tail(out: &mut String, scan: &LogScan) {
    let findings = &scan.findings;
    let words = match (findings.counts.is_empty(), scan.cut.is_some()) {
        (true, true) => return,
        (true, false) => "its log is empty: the task may have been killed before it could write",
        (false, true) => "what was read of its log shows no error; that ends:",
        (false, false) => "its log shows no error; it ends:",
    };
    let _ = writeln!(out, "  {words}");
    if findings.counts.is_empty() {
        for note in findings.notes.iter().take(SHOWN_TAIL) {
            let _ = writeln!(out, "    [{}]", shortened(note));
        }
    }
    for line in findings.tail.iter().skip(findings.tail.len().saturating_sub(SHOWN_TAIL)) {
        let _ = writeln!(out, "    {}", shortened(&line.text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a log could not be read, Airflow's readers say so in their notes and in nothing else.
    #[test]
    fn of_an_empty_log_the_notes_are_shown() {
        let shown = |log| {
            let mut out = String::new();
            write_tail(&mut out, &LogScan::of(log));
            out
        };
        let note = "Could not read served logs: connection refused";
        let empty = shown("*** Could not read served logs: connection refused\n");
        assert!(empty.contains("its log is empty") && empty.contains(note), "{empty}");
        let full = shown(
            "*** Could not read served logs: connection refused\n\
             [2026-11-20T10:00:00.000+0000] {task.py:1} INFO - loaded\n",
        );
        assert!(full.contains("loaded") && !full.contains(note), "{full}");
    }
}
