//! Who wrote a line: Airflow's task runner, a command it ran, or the task's own code.
//!
//! Judged on the raw logger and file name, so that it costs no text and no redaction.

/// Who wrote a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nothing says: a continuation, or a line from outside Airflow's logging.
    #[default]
    Unknown,
    /// Airflow's task runner: its word on how the task ended counts.
    TaskRunner,
    /// The task's standard output or error.
    Printed,
    /// Output of a command, container or job that an operator runs.
    Command,
    /// Python's `warnings`, and Airflow reading the DAG's file: never why a task fails.
    Noise,
    /// Airflow's template rendering, which also fails for other tasks of the same file.
    Templater,
    /// Any other logger.
    Logger,
}

/// Whether it is a source file of Airflow 2's task runner (or of Airflow 3's, which also has the
/// logger `task`).
fn is_runner(file: &str) -> bool {
    matches!(
        file,
        "taskinstance.py"
            | "standard_task_runner.py"
            | "cgroup_task_runner.py"
            | "base_task_runner.py"
            | "local_task_job_runner.py"
            | "local_task_job.py"
            | "task_runner.py"
            | "task_command.py"
            | "supervisor.py"
            | "task_context_logger.py"
            | "scheduler_job_runner.py"
            | "timeout.py"
    )
}

/// Whether it is a source file of an operator's hook that passes on another program's output.
fn is_command(file: &str) -> bool {
    matches!(
        file,
        "subprocess.py"
            | "pod_manager.py"
            | "spark_submit.py"
            | "docker.py"
            | "ssh.py"
            | "beam.py"
            | "dataproc.py"
            | "ecs.py"
    )
}

impl Origin {
    pub(crate) fn of(logger: &str, file: &str) -> Self {
        let file = file.rsplit('/').next().unwrap_or(file);
        match logger {
            "" => Self::of_file(file),
            "task.stdout" | "task.stderr" => Self::Printed,
            "task" => Self::TaskRunner,
            "py.warnings" => Self::Noise,
            _ if logger.starts_with("airflow.dag_processing.") => Self::Noise,
            _ if logger.ends_with(".templater") => Self::Templater,
            _ if logger.ends_with("SubprocessHook") || is_command(file) => Self::Command,
            _ => Self::Logger,
        }
    }

    fn of_file(file: &str) -> Self {
        match file {
            "" => Self::Unknown,
            "logging_mixin.py" => Self::Printed,
            "warnings.py" | "dagbag.py" => Self::Noise,
            "abstractoperator.py" | "templater.py" => Self::Templater,
            _ if is_runner(file) => Self::TaskRunner,
            _ if is_command(file) => Self::Command,
            _ => Self::Logger,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_majors() {
        assert_eq!(Origin::of("task", "task_runner.py"), Origin::TaskRunner);
        assert_eq!(Origin::of("", "taskinstance.py"), Origin::TaskRunner);
        assert_eq!(Origin::of("task.stdout", ""), Origin::Printed);
        assert_eq!(Origin::of("", "subprocess.py"), Origin::Command);
        assert_eq!(Origin::of("warehouse.load", "log_lab.py"), Origin::Logger);
        assert_eq!(Origin::of("", ""), Origin::Unknown);
    }
}
