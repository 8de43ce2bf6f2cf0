//! Failures of other systems, as their operators put them into a task's log. The texts are ours,
//! their form is what the systems write.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::fmt::Write as _;

use airvane_log::{
    Certainty, Decoder, EventRedactor, Failure, Finder, FinderOptions, Findings, Format, Outcome,
};
use airvane_redact::Redactor;

fn find(format: Format, body: &str) -> Findings {
    let mut redact = EventRedactor::new(&Redactor::default());
    let mut finder = Finder::new(FinderOptions { tail: 10, ..FinderOptions::default() });
    let mut decoder = Decoder::new(format);
    decoder.push(body.as_bytes(), &mut |event| finder.push(event.redact(&mut redact)));
    decoder.finish(&mut |event| finder.push(event.redact(&mut redact)));
    finder.finish()
}

/// A log of Airflow 2: `file` logs each line of `output`, then the task fails with `error`.
fn failed(file: &str, output: &str, error: &str) -> Failure {
    let mut body = String::new();
    for line in output.lines() {
        writeln!(body, "[2026-11-20T21:00:00.000+0000] {{{file}:106}} INFO - {line}").unwrap();
    }
    writeln!(
        body,
        "[2026-11-20T21:00:01.000+0000] {{taskinstance.py:3337}} ERROR - Task failed with exception"
    )
    .unwrap();
    writeln!(body, "Traceback (most recent call last):").unwrap();
    writeln!(
        body,
        "  File \"/usr/local/lib/python3.12/site-packages/airflow/x.py\", line 9, in execute"
    )
    .unwrap();
    writeln!(body, "    raise AirflowException(").unwrap();
    writeln!(body, "{error}").unwrap();
    writeln!(body, "[2026-11-20T21:00:02.000+0000] {{taskinstance.py:1242}} INFO - Marking task as FAILED. dag_id=d").unwrap();
    find(Format::Text, &body).failure.unwrap()
}

fn lines(failure: &Failure) -> Vec<&str> {
    failure.telling_lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn a_script_run_by_bash_tells_its_own_exception() {
    let output = "Running command: ['bash', '-c', 'python etl.py']\nOutput:\nloading\n\
        Traceback (most recent call last):\n  File \"/opt/jobs/etl.py\", line 7, in main\n    run()\n\
        ZeroDivisionError: division by zero\nCommand exited with return code 1";
    let error = "airflow.exceptions.AirflowException: Bash command failed. The command returned a non-zero exit code 1.";
    let failure = failed("subprocess.py", output, error);
    assert_eq!(failure.headline, "ZeroDivisionError: division by zero");
    assert_eq!(failure.kind, airvane_log::FailureKind::Command { exit_code: Some(1) });
    assert_eq!(failure.frames[0].name, "main");
    assert!(failure.raised().unwrap().value().starts_with("Bash command failed"));
    assert_eq!(failure.signature.as_str(), "ZeroDivisionError: division by zero @ main");
}

#[test]
fn dbt_tells_what_failed_and_why() {
    let output = "21:39:01  Running with dbt=1.9.1\n21:39:07  1 of 3 ERROR creating sql table model dw.orders ... [ERROR in 0.31s]\n\
        21:39:07  Completed with 1 error, 0 partial successes, and 0 warnings:\n\
        21:39:07    Database Error in model orders (models/orders.sql)\n\
        21:39:07    relation \"raw.orders\" does not exist\n\
        21:39:07    LINE 4: select * from raw.orders\n\
        21:39:07  Done. PASS=2 WARN=0 ERROR=1 SKIP=0 TOTAL=3";
    let error = "airflow.exceptions.AirflowException: Bash command failed. The command returned a non-zero exit code 1.";
    let failure = failed("subprocess.py", output, error);
    assert_eq!(
        failure.headline,
        "Database Error in model orders (models/orders.sql): relation \"raw.orders\" does not exist"
    );
    assert!(lines(&failure).iter().any(|line| line.contains("1 of 3 ERROR creating")));
}

#[test]
fn a_java_trace_of_spark_submit() {
    let output = "24/01/01 00:00:01 INFO SparkContext: Running Spark version 3.5.1\n\
        Exception in thread \"main\" org.apache.spark.SparkException: Job aborted due to stage failure\n\
        \tat org.apache.spark.scheduler.DAGScheduler.failJobAndIndependentStages(DAGScheduler.scala:2844)\n\
        \tat com.acme.Orders$.main(Orders.scala:17)\n\
        Caused by: java.lang.NumberFormatException: For input string: \"12a\"\n\
        \tat com.acme.Rows$.parse(Rows.scala:9)\n\t... 30 more\n\
        24/01/01 00:00:02 INFO ShutdownHookManager: Shutdown hook called";
    let error = "airflow.exceptions.AirflowException: Cannot execute: spark-submit --master yarn orders.jar. Error code is: 1.";
    let failure = failed("spark_submit.py", output, error);
    assert_eq!(failure.kind.name(), "spark");
    assert_eq!(failure.headline, "NumberFormatException: For input string: \"12a\"");
    assert_eq!(failure.frames[0].name, "com.acme.Rows$.parse");
}

#[test]
fn a_pod_out_of_memory() {
    let output =
        "[base] loading 4 GB\n[base] still loading\nPod Event: Killing - Stopping container base";
    let error = "airflow.exceptions.AirflowException: Pod orders-load-x7k2p returned a failure.\n\
        remote_pod: {'status': {'container_statuses': [{'state': {'terminated': {'exit_code': 137, 'reason': 'OOMKilled'}}}]}}";
    let failure = failed("pod_manager.py", output, error);
    assert_eq!(failure.kind, airvane_log::FailureKind::Kubernetes { reason: Some("OOMKilled") });
    assert_eq!(failure.headline, "AirflowException: Pod orders-load-x7k2p returned a failure.");
}

#[test]
fn a_pod_whose_image_cannot_be_pulled() {
    let output = "Building pod orders-load-x7k2p\nPod Event: BackOff - Back-off pulling image \"acme/orders:nope\"\n\
        Pod Event: Failed - Error: ImagePullBackOff";
    let error = "airflow.providers.cncf.kubernetes.utils.pod_manager.PodLaunchFailedException: Pod docker image cannot be pulled";
    let failure = failed("pod_manager.py", output, error);
    assert_eq!(
        failure.kind,
        airvane_log::FailureKind::Kubernetes { reason: Some("ImagePullBackOff") }
    );
    assert_eq!(lines(&failure).len(), 2);
}

#[test]
fn sql_through_sqlalchemy_tells_the_drivers_error() {
    let error = "sqlalchemy.exc.ProgrammingError: (psycopg2.errors.UndefinedTable) relation \"raw.orders\" does not exist\n\
        LINE 1: select * from raw.orders\n                      ^\n[SQL: select * from raw.orders]";
    let failure = failed("sql.py", "Running statement: select * from raw.orders", error);
    assert_eq!(failure.kind.name(), "sql");
    assert!(failure.headline.ends_with("relation \"raw.orders\" does not exist"));
    assert_eq!(failure.chain[0].more[0], "LINE 1: select * from raw.orders");
}

#[test]
fn a_trigger_that_failed_behind_a_deferred_task() {
    let body = "[2026-11-20T21:00:00.000+0000] {baseoperator.py:1798} ERROR - Trigger failed:\n\
        Traceback (most recent call last):\n  File \"/opt/airflow/dags/triggers.py\", line 31, in run\n    await poll()\n\
        aiohttp.client_exceptions.ClientResponseError: 403, message='Forbidden'\n\
        [2026-11-20T21:00:01.000+0000] {taskinstance.py:3337} ERROR - Task failed with exception\n\
        Traceback (most recent call last):\n  File \"/usr/lib/python3.12/site-packages/airflow/models/baseoperator.py\", line 1, in resume_execution\n    raise TaskDeferralError\n\
        airflow.exceptions.TaskDeferralError: Trigger failure\n";
    let failure = find(Format::Text, body).failure.unwrap();
    assert_eq!(failure.kind.name(), "trigger");
    assert_eq!(failure.headline, "ClientResponseError: 403, message='Forbidden'");
    assert_eq!(failure.frames[0].name, "run");
}

#[test]
fn a_task_whose_state_was_set_from_outside() {
    let body = "[2026-11-20T21:00:00.000+0000] {local_task_job_runner.py:346} WARNING - State of this instance has been externally set to failed. Terminating instance.\n\
        [2026-11-20T21:00:00.100+0000] {taskinstance.py:3118} ERROR - Received SIGTERM. Terminating subprocesses.\n\
        [2026-11-20T21:00:00.200+0000] {taskinstance.py:3337} ERROR - Task failed with exception\n\
        Traceback (most recent call last):\n  File \"/opt/airflow/dags/a.py\", line 3, in wait\n    sleep(100)\n\
        airflow.exceptions.AirflowTaskTerminated: Task received SIGTERM signal\n\
        [2026-11-20T21:00:01.000+0000] {local_task_job_runner.py:266} INFO - Task exited with return code -15\n";
    let failure = find(Format::Text, body).failure.unwrap();
    assert_eq!(failure.kind.name(), "stopped");
    assert_eq!(
        failure.headline,
        "State of this instance has been externally set to failed. Terminating instance."
    );
    assert_eq!(failure.frames[0].name, "wait");
}

#[test]
fn a_lost_heartbeat_on_airflow_3() {
    let body = r#"{"timestamp":"2026-11-20T21:00:00Z","event":"working","level":"info","logger":"etl"}
{"timestamp":"2026-11-20T21:00:05Z","event":"Server indicated the task shouldn't be running anymore. Terminating process","level":"error","logger":"task","detail":{"reason":"not_running","current_state":"failed"}}
{"timestamp":"2026-11-20T21:00:06Z","event":"Task killed!","level":"error","logger":"task"}
"#;
    let findings = find(Format::Ndjson, body);
    let failure = findings.failure.unwrap();
    assert_eq!(failure.kind.name(), "stopped");
    assert!(
        failure.headline.starts_with("Server indicated the task shouldn't be running anymore.")
    );
    assert!(failure.headline.contains("not_running"));
}

#[test]
fn airflow_3_prints_a_traceback_on_standard_error_line_by_line() {
    let mut body = String::new();
    let lines = [
        "Traceback (most recent call last):",
        "  File \"/opt/airflow/dags/a.py\", line 3, in f",
        "    g()",
        "ValueError: inner",
        "",
        "During handling of the above exception, another exception occurred:",
        "",
        "Traceback (most recent call last):",
        "  File \"/opt/airflow/dags/a.py\", line 5, in f",
        "    raise KeyError('k')",
        "KeyError: 'k'",
        "unrelated output",
    ];
    for line in lines {
        let event = serde_json::json!({"event": line, "level": "error", "logger": "task.stderr"});
        writeln!(body, "{event}").unwrap();
    }
    let failure = find(Format::Ndjson, &body).failure.unwrap();
    assert_eq!(
        (failure.headline.as_str(), failure.certainty),
        ("KeyError: 'k'", Certainty::Likely)
    );
    assert_eq!(failure.chain[1].headline(), "ValueError: inner");
    assert_eq!(failure.frames[0].code.as_deref().unwrap(), "raise KeyError('k')");
}

#[test]
fn a_log_that_ends_in_the_middle_gives_its_last_error_as_likely() {
    let body = "[2026-11-20T21:00:00.000+0000] {a.py:1} ERROR - first\n\
        [2026-11-20T21:00:01.000+0000] {a.py:2} ERROR - disk /data is full (99%)\n\
        [2026-11-20T21:00:02.000+0000] {a.py:3} INFO - going on\n";
    let findings = find(Format::Text, body);
    let failure = findings.failure.unwrap();
    assert_eq!(
        (failure.headline.as_str(), failure.certainty),
        ("disk /data is full (99%)", Certainty::Likely)
    );
    assert_eq!(
        (failure.kind.name(), failure.line, findings.outcome),
        ("logged", 2, Outcome::Unknown)
    );
}

#[test]
fn without_a_failure_there_is_none() {
    for body in
        ["", "\n\n", "[2026-11-20T21:00:00.000+0000] {a.py:1} INFO - fine\n", "plain words\n"]
    {
        assert!(find(Format::Text, body).failure.is_none(), "{body:?}");
    }
    let findings = find(Format::Ndjson, "");
    assert!(findings.failure.is_none() && findings.counts.is_empty());
}

#[test]
fn only_the_last_attempt_counts_where_a_log_holds_several() {
    let one = "[2026-11-20T21:00:00.000+0000] {taskinstance.py:1} INFO - Starting attempt 1 of 2\n\
        [2026-11-20T21:00:00.000+0000] {taskinstance.py:3337} ERROR - Task failed with exception\n\
        Traceback (most recent call last):\n  File \"/opt/airflow/dags/a.py\", line 3, in f\n    g()\nValueError: first\n";
    let two = one.replace("attempt 1", "attempt 2").replace("first", "second");
    let failure = find(Format::Text, &format!("{one}{two}")).failure.unwrap();
    assert_eq!(failure.headline, "ValueError: second");
    let good = "[2026-11-20T21:00:00.000+0000] {taskinstance.py:1} INFO - Starting attempt 2 of 2\n\
        [2026-11-20T21:00:00.000+0000] {taskinstance.py:2} INFO - Marking task as SUCCESS. dag_id=d\n";
    let findings = find(Format::Text, &format!("{one}{good}"));
    assert!(findings.failure.is_none());
    assert_eq!(findings.outcome, Outcome::Succeeded);
}

#[test]
fn elasticsearch_and_s3_lines() {
    let body = "*** Reading remote log from s3://logs/dag_id=d/attempt=1.log\n\
        {\"asctime\":\"2026-11-20T21:28:47.123+0000\",\"filename\":\"taskinstance.py\",\"lineno\":3310,\"levelname\":\"ERROR\",\"message\":\"Task failed with exception\\nTraceback (most recent call last):\\n  File \\\"/opt/airflow/dags/a.py\\\", line 3, in f\\n    g()\\nValueError: bad row 17\"}\n\
        {\"asctime\":\"2026-11-20T21:28:48.123+0000\",\"filename\":\"taskinstance.py\",\"lineno\":1,\"levelname\":\"INFO\",\"message\":\"Marking task as FAILED.\"}\n";
    let findings = find(Format::Text, body);
    assert_eq!(findings.notes, ["Reading remote log from s3://logs/dag_id=d/attempt=1.log"]);
    let failure = findings.failure.unwrap();
    assert_eq!((failure.headline.as_str(), failure.line), ("ValueError: bad row 17", 1));
}

/// A worker serves the log as long as the task runs: that source goes, and no line's number with it.
#[test]
fn lines_have_the_same_numbers_while_and_after_the_task_runs() {
    let line = |text: &str| format!("[2026-11-20T21:00:00.000+0000] {{a.py:1}} INFO - {text}\n");
    let log = [line("one"), line("two"), "*** the task's own stars\n".to_owned()].concat();
    let group = |sources: &str| {
        format!(
            "worker-1\n INFO - ::group::Log message source details\n*** Found local files:\n\
             ***   * /logs/1.log\n{sources} INFO - ::endgroup::\n{log}"
        )
    };
    let served = "*** Found logs served from host http://worker-1:8793/log/1.log\n";
    let object = |event: &str| format!("{{\"timestamp\":null,\"event\":\"{event}\"}}\n");
    let events = |sources: &str| {
        let group = object("::group::Log message source details");
        let end = object("::endgroup::");
        let event = r#"{"timestamp":"2026-11-20T21:00:00Z","event":"one"}"#;
        format!("{group}{}{sources}{end}{event}\n", object("/logs/1.log"))
    };
    for (format, running, ended, notes) in [
        (Format::Text, group(served), group(""), 3),
        (Format::Ndjson, events(&object("http://worker-1:8793/log/1.log")), events(""), 2),
    ] {
        let (running, ended) = (find(format, &running), find(format, &ended));
        let numbered = |findings: &Findings| -> Vec<(u64, String)> {
            findings.tail.iter().map(|line| (line.number, line.text.to_string())).collect()
        };
        assert_eq!(numbered(&running), numbered(&ended));
        assert_eq!(running.counts.lines, ended.counts.lines);
        assert_eq!((running.notes.len(), ended.notes.len()), (notes, notes - 1));
    }
    let stars = find(Format::Text, &group("")).tail.last().unwrap().text.to_string();
    assert_eq!(stars, "*** the task's own stars");
}

#[test]
fn a_segmentation_fault_on_either_major() {
    let stars = "*".repeat(43);
    let three = serde_json::json!({
        "timestamp": "2026-11-20T21:00:00Z", "level": "critical", "logger": "task",
        "event": format!("\n{stars} Received SIGSEGV {stars}\nSIGSEGV (Segmentation Violation) signal indicates…"),
    });
    let two = format!(
        "[2026-11-20T21:00:00.000+0000] {{local_task_job_runner.py:133}} CRITICAL - \n\
         {stars} Received SIGSEGV {stars}\nSIGSEGV (Segmentation Violation) signal indicates…\n"
    );
    for failure in [find(Format::Ndjson, &format!("{three}\n")), find(Format::Text, &two)] {
        let failure = failure.failure.unwrap();
        assert_eq!(failure.kind, airvane_log::FailureKind::Killed { signal: Some(11) });
        assert!(failure.headline.contains("Received SIGSEGV"));
        assert_eq!(failure.signature.as_str(), "killed: SIGSEGV");
    }
}

#[test]
fn airflow_3_0_has_no_groups_and_names_the_stream_apart() {
    let log = |rest: &str| {
        let start = r#"{"timestamp":"2026-11-20T21:00:00Z","event":"retrying","level":"error","logger":"etl","error_detail":[{"exc_type":"ConnectionError","exc_value":"refused","frames":[]}]}"#;
        find(Format::Ndjson, &format!("{start}\n{rest}\n"))
    };
    let printed = r#"{"timestamp":"2026-11-20T21:00:01Z","event":"loaded","chan":"stdout","level":"info","logger":"task"}"#;
    assert_eq!(log(printed).failure.unwrap().certainty, Certainty::Likely);
    let done = r#"{"timestamp":"2026-11-20T21:00:01Z","event":"Done. Returned value was: None","level":"info","logger":"airflow.task.operators.airflow.providers.standard.decorators.python._PythonDecoratedOperator"}"#;
    assert_eq!((log(done).failure.is_none(), log(done).outcome), (true, Outcome::Succeeded));
    let xcom = r#"{"timestamp":"2026-11-20T21:00:01Z","event":"Pushing xcom","level":"info","logger":"task"}"#;
    assert!(log(xcom).failure.is_none());
}
