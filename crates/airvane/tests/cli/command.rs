//! The command line.

use super::process::{err, out, run};

#[test]
fn help_names_commands_options_variables_and_exit_codes() {
    let help = out(&run(&["--help"], &[]));
    for word in [
        "serve",
        "tools",
        "call",
        "doctor",
        "completions",
        "--api-url",
        "AIRFLOW_API_URL",
        "--allow-destructive",
        "READ_ONLY",
        "--auth-token-file",
        "Examples:",
        "Exit codes:",
    ] {
        assert!(help.contains(word), "{word} is missing in:\n{help}");
    }
    assert_eq!(out(&run(&["--version"], &[])), format!("airvane {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_password_in_the_environment_is_not_shown_by_help() {
    let help = run(
        &["--help"],
        &[("AIRFLOW_PASSWORD", "horse-battery-77"), ("AIRFLOW_AUTH_TOKEN", "horse-battery-77")],
    );
    assert!(!out(&help).contains("horse-battery-77"));
}

#[test]
fn settings_that_cannot_be_end_with_two_and_say_what_would_be_right() {
    for (arguments, variables, words) in [
        (&["--transport", "sse"][..], &[][..], "use `http`"),
        (&["--transport", "http", "--host", "0.0.0.0"], &[], "--auth passthrough"),
        (&["--tools", "list_dgas"], &[], "did you mean `list_dags`?"),
        (&["--exclude-tools", "xyzzy"], &[], "unknown tool `xyzzy`"),
        (&["tools", "--toolsets", "conn"], &[], "did you mean `connection`?"),
        (&["doctor"], &[("AIRFLOW_API_URL", "ftp://x")], "AIRFLOW_API_URL"),
        (&[], &[("READ_ONLY", "maybe")], "neither true nor false"),
        (&["doctor"], &[("AIRFLOW_API_URL", "http://u:p4ss-word-x@h")], "may not hold credentials"),
        (&["call", "list_dags", "limit"], &[], "key=value"),
        (&["call", "list_dgas"], &[], "did you mean `list_dags`?"),
        (&["--no-such-flag"], &[], "--no-such-flag"),
    ] {
        let output = run(arguments, variables);
        let message = err(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {variables:?}: {message}");
        assert!(message.contains(words), "{arguments:?}: {message}");
        assert!(!message.contains("p4ss-word-x"), "{message}");
        assert!(out(&output).is_empty());
    }
}

#[test]
fn tools_lists_what_a_client_sees() {
    let read = out(&run(&["tools"], &[]));
    assert!(read.starts_with("diagnose_dag_run") && !read.contains("delete_dag_run"), "{read}");
    let all = out(&run(&["tools", "--json"], &[("AIRVANE_ALLOW_DESTRUCTIVE", "1")]));
    let all: serde_json::Value = serde_json::from_str(&all).unwrap();
    let delete = all.as_array().unwrap().iter().find(|tool| tool["name"] == "delete_dag_run");
    assert_eq!(delete.unwrap()["level"], "destructive");
    let one = out(&run(&["tools", "--tools", "get_dag_run"], &[]));
    assert_eq!(one.lines().count(), 1, "{one}");
}

#[test]
fn a_call_that_fails_ends_with_one_and_prints_the_same_answer() {
    let down = [("AIRFLOW_API_URL", "http://127.0.0.1:9")];
    let output = run(&["call", "list_dags", "limit=3"], &down);
    assert_eq!(output.status.code(), Some(1));
    let text = out(&output);
    assert!(text.starts_with("[airflow ") && text.contains("no connection"), "{text}");
    let output = run(&["call", "list_dags", "--json"], &down);
    assert_eq!(output.status.code(), Some(1));
    let answer: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    assert!(answer["summary"].as_str().unwrap().contains("no connection"), "{answer}");
    let refused = run(&["call", "pause_dag", "dag_id=a"], &down);
    assert!(out(&refused).contains("needs write access"), "{}", out(&refused));
}

#[test]
fn doctor_says_what_is_wrong_and_how_to_mend_it() {
    let output = run(&["doctor"], &[("AIRFLOW_API_URL", "http://127.0.0.1:9")]);
    assert_eq!(output.status.code(), Some(1));
    let text = out(&output);
    assert!(text.contains("FAIL     tcp") && text.contains("->"), "{text}");
    let output = run(&["doctor", "--json"], &[]);
    assert_eq!(output.status.code(), Some(1));
    let checks: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(
        (checks[0]["name"].as_str(), checks[0]["status"].as_str()),
        (Some("url"), Some("fail"))
    );
}

#[test]
fn completions_exist_for_the_usual_shells() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let output = run(&["completions", shell], &[]);
        assert!(output.status.success() && out(&output).contains("allow-write"), "{shell}");
    }
    assert_eq!(run(&["completions", "tcsh"], &[]).status.code(), Some(2));
}
