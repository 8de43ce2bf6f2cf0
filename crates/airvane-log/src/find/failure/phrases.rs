//! The sentences by which Airflow says how a task ended, and the words that make a line of a
//! command's output telling. Taken from the sources of Airflow 2 and 3 and their providers.

use std::sync::LazyLock;

use aho_corasick::packed::Searcher;

/// What a sentence of Airflow's task runner means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phrase {
    /// A new attempt, or the task's return from a deferral or reschedule.
    Start,
    /// The task's exception follows.
    TaskFailed,
    /// The task called `sys.exit`.
    SystemExit,
    /// Airflow 2 tells the exception a second time.
    Echo,
    /// The task's process was killed by a signal.
    Killed,
    /// The task could not start: DAG or task not found, too many startup reschedules.
    Startup,
    /// Somebody or something set the task's state while it ran.
    Stopped,
    /// No heartbeat, or heartbeats refused.
    Heartbeat,
    /// `Task exited with return code n`.
    ReturnCode,
    /// `Marking task as …` and what says the same on Airflow 3.
    Succeeded,
    Failed,
    Skipped,
    Deferred,
    Rescheduled,
    /// Airflow has left the task's own code: unless it said why, all is well.
    PostExecute,
}

/// Sentence beginnings, in the order they are tried.
const PHRASES: &[(&str, Phrase)] = &[
    ("::group::Pre Execute", Phrase::Start),
    ("::group::Pre task execution logs", Phrase::Start),
    ("Starting attempt ", Phrase::Start),
    ("::group::Post Execute", Phrase::PostExecute),
    // Airflow 3.0 has no groups.
    ("Pushing xcom", Phrase::PostExecute),
    ("Task failed with exception", Phrase::TaskFailed),
    ("Top level error", Phrase::TaskFailed),
    ("Task failed due to SystemExit", Phrase::SystemExit),
    ("Task exited with return code ", Phrase::ReturnCode),
    ("Task exited", Phrase::SystemExit),
    ("Failed to execute job ", Phrase::Echo),
    ("Failed to execute task ", Phrase::Echo),
    ("Process terminated by signal", Phrase::Killed),
    ("Process exited abnormally", Phrase::Killed),
    ("Segmentation Fault", Phrase::Killed),
    ("Task failed with return code of 137", Phrase::Killed),
    ("Dag not found during start up", Phrase::Startup),
    ("DAG not found during start up", Phrase::Startup),
    ("Task not found in Dag during start up", Phrase::Startup),
    ("Task not found in DAG during start up", Phrase::Startup),
    ("Startup reschedule limit exceeded", Phrase::Startup),
    ("Dag Run already exists, marking task as failed", Phrase::Startup),
    ("DagRun finished with failed state", Phrase::Startup),
    ("Server indicated the task shouldn't be running anymore", Phrase::Stopped),
    ("State of this instance has been externally set to ", Phrase::Stopped),
    ("Received SIGTERM", Phrase::Stopped),
    ("DagRun timed out after ", Phrase::Stopped),
    ("Heartbeat time limit exceeded", Phrase::Heartbeat),
    ("Too many failed heartbeats", Phrase::Heartbeat),
    ("Detected zombie job", Phrase::Heartbeat),
    ("Detected a task instance without a heartbeat", Phrase::Heartbeat),
    ("Task instance heartbeat timeout", Phrase::Heartbeat),
    ("The recorded hostname ", Phrase::Heartbeat),
    ("Recorded pid ", Phrase::Heartbeat),
    ("Marking task as SUCCESS", Phrase::Succeeded),
    ("Marking task as FAILED", Phrase::Failed),
    ("Marking task as UP_FOR_RETRY", Phrase::Failed),
    ("Immediate failure requested. Marking task as FAILED", Phrase::Failed),
    ("Marking task as SKIPPED", Phrase::Skipped),
    ("Skipping task.", Phrase::Skipped),
    ("Pausing task as DEFERRED", Phrase::Deferred),
    ("Rescheduling task, marking task as UP_FOR_RESCHEDULE", Phrase::Rescheduled),
];

/// What a message of the task runner means, if anything.
pub(super) fn phrase(message: &str) -> Option<Phrase> {
    // These have a number or a name in the middle.
    if message.starts_with("Job ") && message.contains("was killed before it finished") {
        return Some(Phrase::Killed);
    }
    if message.starts_with("Executor ") && message.contains("reported that the task instance") {
        return Some(Phrase::Heartbeat);
    }
    PHRASES.iter().find(|(start, _)| begins(message, start)).map(|(_, phrase)| *phrase)
}

/// Whether an operator says that its work is done; the same on both majors.
pub(super) fn is_done(message: &str) -> bool {
    begins(message, "Done. Returned value was: ")
}

/// Whether a line is the heading of Airflow's explanation of a segmentation fault, which begins
/// with an empty line.
pub(super) fn is_segfault(text: &str) -> bool {
    begins(text, "*****") && text.contains("Received SIGSEGV")
}

/// `starts_with`, with the first byte compared before anything is called.
fn begins(text: &str, start: &str) -> bool {
    text.as_bytes().first() == start.as_bytes().first() && text.starts_with(start)
}

/// Words that make a line worth telling, in command output or under any level. At most 64, for the
/// vectorised search.
const WORDS: &[&str] = &[
    "Error",
    "error:",
    "error ",
    "ERROR",
    "xception",
    "Caused by",
    "atal:",
    "FATAL",
    "CRITICAL",
    "FAIL",
    "ailed ",
    "ailure",
    "denied",
    "Denied",
    "refused",
    "not found",
    "No such",
    "annot ",
    "ould not",
    "imed out",
    "imeout",
    "nauthorized",
    "orbidden",
    "not exist",
    "n't exist",
    "nvalid ",
    "illed",
    "f memory",
    "No space",
    "BackOff",
    "ErrImage",
    "Evicted",
    "FailedSch",
    "Insufficient",
    "on fault",
    "dumped",
    "panic",
    "aborted",
    "Aborted",
    "nbound ",
    "uota",
    "xpired",
    "eadlock",
    "WARN",
];

static TELLING: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(WORDS));

/// Whether a line says that something is wrong.
pub(super) fn is_telling(text: &str) -> bool {
    TELLING.as_ref().is_some_and(|words| words.find(text).is_some())
}

/// Kubernetes' words for a pod that did not run or did not end well.
const POD: &[&str] = &[
    "OOMKilled",
    "ImagePullBackOff",
    "ErrImagePull",
    "InvalidImageName",
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "FailedScheduling",
    "Evicted",
    "DeadlineExceeded",
    "Unschedulable",
];

/// Kubernetes' word for what went wrong with a pod, if the line has one.
pub(super) fn pod_reason(text: &str) -> Option<&'static str> {
    POD.iter().find(|word| text.contains(**word)).copied()
}

/// Whether a line is the first of a dbt error.
pub(super) fn is_dbt_error(text: &str) -> bool {
    const STARTS: &[&str] =
        &["Database Error", "Compilation Error", "Runtime Error in ", "Failure in test "];
    let text = strip_clock(text);
    STARTS.iter().any(|start| begins(text, start))
}

/// Whether a line after a dbt error belongs to it: indented more than dbt indents what it says.
pub(super) fn is_dbt_detail(text: &str) -> bool {
    let indented = match text.as_bytes() {
        [_, _, b':', _, _, b':', _, _, rest @ ..] => rest.starts_with(b"    "),
        rest => rest.starts_with(b"  "),
    };
    indented && !text.trim().is_empty()
}

/// A dbt line without its `21:39:07  ` clock.
pub(super) fn strip_clock(text: &str) -> &str {
    match text.as_bytes() {
        [_, _, b':', _, _, b':', _, _, b' ', ..] => text.get(8..).unwrap_or(text).trim_start(),
        _ => text.trim_start(),
    }
}
