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
        "record",
        "replay",
        "redact",
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
        (&["--profile", "astro"], &[], "there are astro-airflow-mcp"),
        (&["--sse"], &[], "use `http`"),
        (&["--airflow-project-dir", "/nowhere"], &[], "names no port"),
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
fn a_profile_lists_nothing_but_its_tools() {
    let listed = |arguments: &[&str]| {
        let text = out(&run(&[&["tools"], arguments].concat(), &[]));
        text.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let read = listed(&["--profile", "mwaa"]);
    assert_eq!(read.len(), 13, "{read:?}");
    assert!(read.contains(&"list-dags".to_owned()));
    assert_eq!(listed(&["--profile", "mwaa", "--allow-destructive"]).len(), 20);
    assert_eq!(
        listed(&["--profile", "mcp-server-apache-airflow", "--allow-destructive"]).len(),
        68
    );
    let some = ["--profile", "mcp-server-apache-airflow", "--apis", "dagstats", "--apis", "config"];
    assert_eq!(listed(&some), ["get_config", "get_dag_stats", "get_value"]);
    // Nothing answers, so the ids are Airflow 3's.
    assert!(
        listed(&["--static-tools", "--api-url", "http://127.0.0.1:9"])
            .contains(&"get_assets".to_owned())
    );
    let two = ["--profile", "openapi", "--api-version", "v1", "--api-url", "http://127.0.0.1:9"];
    assert!(listed(&two).contains(&"get_datasets".to_owned()));
}

#[test]
fn a_tool_of_another_server_is_called_by_its_name_and_level_whatever_is_listed() {
    let down = [("AIRFLOW_API_URL", "http://127.0.0.1:9")];
    let said = |arguments: &[&str]| out(&run(&[&["call"], arguments].concat(), &down));
    assert!(said(&["fetch_dags", "only_active=true"]).contains("no connection"));
    assert!(said(&["list-dags", "environment_name=127.0.0.1"]).contains("no connection"));
    assert!(said(&["list-dags", "environment_name=prod"]).contains("to no other"));
    assert!(said(&["get_log", "dag_id=d"]).contains("`get_log` needs `task_id`"));
    let write = said(&["--profile", "mwaa", "trigger-dag-run", "dag_id=d"]);
    assert!(write.contains("`trigger-dag-run` needs write access"), "{write}");
    let shut = said(&["--exclude-tools", "get_task", "get_task", "dag_id=d", "task_id=t"]);
    assert!(shut.contains("switched off"), "{shut}");
}

#[test]
fn what_another_server_called_unsafe_allows_nothing_and_says_what_would() {
    let output = run(&["tools", "--unsafe"], &[]);
    assert!(err(&output).contains("--allow-write, and --allow-destructive"), "{}", err(&output));
    assert!(!out(&output).contains("trigger_dag"), "{}", out(&output));
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
fn doctor_looks_at_the_proxy_where_requests_go_through_one() {
    // No name server knows this host; the proxy would.
    let proxy = super::airflow::serve(|_| (200, r#"{"dags": [], "total_entries": 0}"#.to_owned()));
    let variables = [
        ("AIRFLOW_API_URL", "http://airflow.invalid:8080"),
        ("AIRFLOW_AUTH_TOKEN", "some-token-of-mine"),
        ("HTTP_PROXY", proxy.as_str()),
    ];
    let text = out(&run(&["doctor", "--json"], &variables));
    let checks: serde_json::Value = serde_json::from_str(&text).unwrap();
    let check = |name: &str| {
        let all = checks.as_array().or_else(|| checks["checks"].as_array()).unwrap();
        all.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("{text}")).clone()
    };
    for name in ["dns", "tcp"] {
        assert_eq!(check(name)["status"], "ok", "{text}");
        assert!(check(name)["detail"].as_str().unwrap().contains("the proxy"), "{text}");
    }
    assert_eq!(check("version")["status"], "ok", "{text}");
    let direct = [variables[0], variables[1]];
    assert!(out(&run(&["doctor", "--json"], &direct)).contains("airflow.invalid has no address"));
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
