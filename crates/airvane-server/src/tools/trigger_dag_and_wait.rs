//! `trigger_dag_and_wait`: a new run, and how it ended.

use std::time::{Duration, Instant};

use airvane_api::ids::{DagId, DagRunId};
use airvane_api::models::DagRun;
use airvane_api::{AccessLevel, catalog};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{get_dag_run, trigger_dag};
use crate::diagnosis;
use crate::failure::Failure;
use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Triggers a run and waits for its end.
pub struct TriggerDagAndWait;

/// Kept for the answer when time is up.
const RESERVE: Duration = Duration::from_secs(6);

/// What to run, and how long to wait for it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
    conf: Option<Map<String, Value>>,
    note: Option<String>,
    /// ISO 8601; none if not given.
    logical_date: Option<String>,
    #[schemars(with = "Option<String>")]
    dag_run_id: Option<DagRunId>,
    /// Seconds; at most and by default 40.
    timeout: Option<f64>,
}

impl Input {
    /// What is left of the wait is measured from now; no number makes it longer than the call.
    fn patience(&self) -> Duration {
        let seconds = self.timeout.filter(|seconds| seconds.is_finite()).unwrap_or(f64::MAX);
        Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Self::LONGEST).min(Self::LONGEST)
    }

    const LONGEST: Duration = Duration::from_secs(40);

    fn trigger(self) -> trigger_dag::Input {
        let Self { dag_id, conf, note, logical_date, dag_run_id, timeout: _ } = self;
        trigger_dag::Input { dag_id, conf, note, logical_date, dag_run_id }
    }
}

impl Tool for TriggerDagAndWait {
    const NAME: &'static str = "trigger_dag_and_wait";
    const TITLE: &'static str = "Trigger DAG and wait";
    const DESCRIPTION: &'static str =
        "Start a run, wait up to 40 s, and report how it ended, with a diagnosis if it failed.";
    const LEVEL: AccessLevel = AccessLevel::Write;
    const TOOLSET: &'static str = "dagrun";
    const TIME: Duration = Duration::from_secs(48);
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let until = Instant::now() + input.patience();
        let input = input.trigger();
        let run = trigger_dag::trigger(&call.airflow, &input).await?;
        let run_id = DagRunId::new(run.dag_run_id.as_str())?;
        if let Some(warning) = trigger_dag::paused_warning(&call.airflow, &input.dag_id).await {
            let mut document = Document::new();
            document.line("triggered, not waited for");
            get_dag_run::fields(&mut document, &run);
            document.line(warning);
            return Ok(document);
        }
        let last = wait(call, &run, &run_id, until).await;
        report(call, &input, &run, last).await
    }
}

/// Looks until the run has ended or time is up. A look that fails is repeated: the run goes on.
async fn wait(
    call: &Call,
    run: &DagRun,
    run_id: &DagRunId,
    until: Instant,
) -> Result<DagRun, Failure> {
    let dag_id = DagId::new(run.dag_id.as_str())?;
    let mut pause = Duration::from_millis(500);
    loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(Duration::from_secs(3));
        let seen: Result<DagRun, Failure> = call
            .airflow
            .ask(&catalog::GET_DAG_RUN, |request| {
                request.path("dag_id", &dag_id).path("dag_run_id", run_id)
            })
            .await;
        if let Ok(run) = &seen {
            call.progress.say(format!("{} is {}", run.dag_run_id, run.state));
        }
        let ended = seen.as_ref().is_ok_and(|run| run.state.is_finished());
        let no_time = Instant::now() + pause > until;
        if ended || no_time || call.airflow.remaining() < RESERVE + pause {
            return seen;
        }
    }
}

async fn report(
    call: &Call,
    input: &trigger_dag::Input,
    triggered: &DagRun,
    last: Result<DagRun, Failure>,
) -> ToolResult {
    let mut document = Document::new();
    match last {
        Ok(run) if run.state.is_failure() => {
            let run_id = DagRunId::new(run.dag_run_id.as_str())?;
            match diagnosis::diagnose(call, &input.dag_id, Some(&run_id)).await {
                Ok(diagnosis) => return Ok(diagnosis),
                // The run was triggered: a failed diagnosis must not look like a failed trigger.
                Err(failure) => {
                    document.line("the triggered run failed");
                    get_dag_run::fields(&mut document, &run);
                    document.line(format!("[not diagnosed: {}]", failure.message));
                    let arguments =
                        [("dag_id", run.dag_id.as_str()), ("dag_run_id", run.dag_run_id.as_str())];
                    document.next_call("diagnose_dag_run", &arguments, "says why");
                }
            }
        }
        Ok(run) if run.state.is_finished() => {
            document.line("the triggered run ended");
            get_dag_run::fields(&mut document, &run);
        }
        Ok(run) => {
            document.line("triggered; time is up and the run goes on");
            get_dag_run::fields(&mut document, &run);
            let arguments =
                [("dag_id", run.dag_id.as_str()), ("dag_run_id", run.dag_run_id.as_str())];
            document.next_call("diagnose_dag_run", &arguments, "says what it waits for");
        }
        Err(failure) => {
            document.line(format!("triggered, but its state is unknown: {}", failure.message));
            get_dag_run::fields(&mut document, triggered);
            document.next("get_dag_run; do not trigger again before looking");
        }
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_timeout_outlasts_the_call() {
        let patience = |timeout: Value| {
            let input: Input =
                serde_json::from_value(json!({"dag_id": "d", "timeout": timeout})).unwrap();
            input.patience().as_secs()
        };
        assert_eq!(patience(json!(3600.0)), 40);
        assert_eq!(patience(json!(5)), 5);
        assert_eq!(patience(json!(-1)), 0);
        assert_eq!(patience(Value::Null), 40);
    }
}
