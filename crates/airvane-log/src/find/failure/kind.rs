//! What sort of failure an exception chain is.

use super::phrases;
use super::telling::Clues;
use crate::event::Exception;

/// What made a task fail. New kinds may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// An exception of no special sort.
    Exception,
    /// Several exceptions at once.
    ExceptionGroup,
    /// A command, container or script ended with an error.
    Command {
        /// The code it ended with, if the log says so.
        exit_code: Option<i32>,
    },
    /// The task called `sys.exit`, or its process ended with a code of its own.
    Exit {
        /// The code, if the log says so.
        exit_code: Option<i32>,
    },
    /// The process was killed by a signal; 9 is most often the kernel, out of memory.
    Killed {
        /// The signal's number, if the log says so.
        signal: Option<i32>,
    },
    /// Somebody or something set the task's state while it ran, or it was told to stop.
    Stopped,
    /// The scheduler lost sight of the task.
    Heartbeat,
    /// The task could not start: its DAG or itself was not found.
    Startup,
    /// A sensor waited in vain.
    SensorTimeout,
    /// The task's `execution_timeout` was over.
    TaskTimeout,
    /// A connection is not defined.
    MissingConnection,
    /// A variable is not defined.
    MissingVariable,
    /// A module could not be imported.
    Import,
    /// A template could not be rendered.
    Template,
    /// A database refused a statement or a connection.
    Sql,
    /// A Kubernetes pod did not run or did not end well.
    Kubernetes {
        /// Kubernetes' own word for why, such as `OOMKilled`, if the log has it.
        reason: Option<&'static str>,
    },
    /// A Spark job failed.
    Spark,
    /// A dbt run failed.
    Dbt,
    /// A Java program failed.
    Java,
    /// The trigger of a deferred task failed or timed out.
    Trigger,
    /// The task raised `AirflowFailException`: no retry wanted.
    FailedOnPurpose,
    /// No exception, only an error that was logged.
    Logged,
}

impl FailureKind {
    /// A stable name in `snake_case`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exception => "exception",
            Self::ExceptionGroup => "exception_group",
            Self::Command { .. } => "command",
            Self::Exit { .. } => "exit",
            Self::Killed { .. } => "killed",
            Self::Stopped => "stopped",
            Self::Heartbeat => "heartbeat",
            Self::Startup => "startup",
            Self::SensorTimeout => "sensor_timeout",
            Self::TaskTimeout => "task_timeout",
            Self::MissingConnection => "missing_connection",
            Self::MissingVariable => "missing_variable",
            Self::Import => "import",
            Self::Template => "template",
            Self::Sql => "sql",
            Self::Kubernetes { .. } => "kubernetes",
            Self::Spark => "spark",
            Self::Dbt => "dbt",
            Self::Java => "java",
            Self::Trigger => "trigger",
            Self::FailedOnPurpose => "failed_on_purpose",
            Self::Logged => "logged",
        }
    }

    /// Where to look for what explains it.
    pub(super) fn clues(self) -> Clues {
        match self {
            _ if self.has_output() => Clues::Output,
            Self::SensorTimeout
            | Self::TaskTimeout
            | Self::Killed { .. }
            | Self::Exit { .. }
            | Self::Stopped
            | Self::Heartbeat => Clues::LastWords,
            _ => Clues::Notable,
        }
    }

    /// The name of the signal that killed the process, of those that do.
    pub fn signal_name(self) -> Option<&'static str> {
        self.signal_note().map(|note| note.trim_matches([' ', '(', ')']))
    }

    /// The signal's name as it is put behind a sentence.
    pub(super) fn signal_note(self) -> Option<&'static str> {
        let Self::Killed { signal } = self else { return None };
        Some(match signal? {
            1 => " (SIGHUP)",
            2 => " (SIGINT)",
            3 => " (SIGQUIT)",
            4 => " (SIGILL)",
            6 => " (SIGABRT)",
            7 => " (SIGBUS)",
            8 => " (SIGFPE)",
            9 => " (SIGKILL)",
            11 => " (SIGSEGV)",
            13 => " (SIGPIPE)",
            14 => " (SIGALRM)",
            15 => " (SIGTERM)",
            24 => " (SIGXCPU)",
            _ => return None,
        })
    }

    /// Whether the exception only reports the failure of a program whose output says why.
    pub(super) fn has_output(self) -> bool {
        matches!(
            self,
            Self::Command { .. }
                | Self::Kubernetes { .. }
                | Self::Spark
                | Self::Dbt
                | Self::Trigger
        )
    }
}

/// The kind of a chain: the first exception, from the outermost in, that is of a special sort.
pub(super) fn of_chain(chain: &[Exception]) -> FailureKind {
    chain.iter().find_map(of_exception).unwrap_or(FailureKind::Exception)
}

fn of_exception(exception: &Exception) -> Option<FailureKind> {
    by_type(exception).or_else(|| by_message(exception))
}

fn by_type(exception: &Exception) -> Option<FailureKind> {
    let value = exception.value();
    Some(match exception.short_type() {
        "AirflowSensorTimeout" => FailureKind::SensorTimeout,
        "AirflowTaskTimeout" => FailureKind::TaskTimeout,
        "AirflowTaskTerminated" => FailureKind::Stopped,
        "AirflowFailException" => FailureKind::FailedOnPurpose,
        "AirflowNotFoundException" if value.contains("conn_id") => FailureKind::MissingConnection,
        "AirflowRuntimeError" if value.contains("CONNECTION_NOT_FOUND") => {
            FailureKind::MissingConnection
        }
        "AirflowRuntimeError" if value.contains("VARIABLE_NOT_FOUND") => {
            FailureKind::MissingVariable
        }
        "KeyError" if value.contains("Variable ") && value.contains(" does not exist") => {
            FailureKind::MissingVariable
        }
        "ModuleNotFoundError" | "ImportError" => FailureKind::Import,
        "UndefinedError"
        | "TemplateSyntaxError"
        | "TemplateNotFound"
        | "TemplateAssertionError"
        | "TemplateRuntimeError"
        | "TemplatesNotFound" => FailureKind::Template,
        "SystemExit" => FailureKind::Exit { exit_code: value.parse().ok() },
        "ExceptionGroup" | "BaseExceptionGroup" => FailureKind::ExceptionGroup,
        "CalledProcessError" => FailureKind::Command { exit_code: exit_code(value) },
        "ProgrammingError" | "OperationalError" | "DatabaseError" | "IntegrityError"
        | "DataError" | "InternalError" | "NotSupportedError" | "UndefinedTable"
        | "UndefinedColumn" | "UniqueViolation" => FailureKind::Sql,
        "PodLaunchFailedException"
        | "PodNotFoundException"
        | "PodReconciliationError"
        | "PodLaunchTimeoutException"
        | "PodCredentialsExpiredFailure" => pod(exception),
        "TaskDeferralError" | "TaskDeferralTimeout" => FailureKind::Trigger,
        "Py4JJavaError" | "SparkException" | "AnalysisException" => FailureKind::Spark,
        "DbtCloudJobRunException" | "DbtCloudJobRunDetailsException" => FailureKind::Dbt,
        _ if exception.exc_type().starts_with("java.") => FailureKind::Java,
        _ => return None,
    })
}

fn by_message(exception: &Exception) -> Option<FailureKind> {
    let value = exception.value();
    if value.starts_with("Pod ") && value.contains("returned a failure") {
        return Some(pod(exception));
    }
    if value.contains("spark-submit") || value.contains("spark job") {
        return Some(FailureKind::Spark);
    }
    if value.contains("dbt command") || value.starts_with("dbt ") {
        return Some(FailureKind::Dbt);
    }
    if value.contains("Task received SIGTERM signal") {
        return Some(FailureKind::Stopped);
    }
    exit_code(value).map(|code| FailureKind::Command { exit_code: Some(code) })
}

fn pod(exception: &Exception) -> FailureKind {
    let mut texts = std::iter::once(&exception.summary).chain(&exception.more);
    FailureKind::Kubernetes { reason: texts.find_map(|text| phrases::pod_reason(text)) }
}

/// The code in `… a non-zero exit code 3.`, `exit status 3` and the like.
fn exit_code(value: &str) -> Option<i32> {
    const BEFORE: &[&str] = &[
        "exit code ",
        "exit code: ",
        "exit status ",
        "exit status: ",
        "exit status = ",
        "Error code is: ",
        "exit_code=",
        "'StatusCode': ",
    ];
    let (_, after) = BEFORE.iter().find_map(|before| value.rsplit_once(before))?;
    number(after)
}

/// The number a text begins with.
pub(super) fn number(text: &str) -> Option<i32> {
    let digits = text
        .char_indices()
        .find(|(at, c)| !(c.is_ascii_digit() || (*at == 0 && *c == '-')))
        .map_or(text, |(end, _)| text.get(..end).unwrap_or_default());
    digits.parse().ok()
}
