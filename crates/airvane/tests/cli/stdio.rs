//! One client on standard input and output.

use rustix::process::Signal;
use serde_json::{Value, json};

use super::airflow;
use super::process::{Piped, initialize, signal};

const DOWN: [(&str, &str); 1] = [("AIRFLOW_API_URL", "http://127.0.0.1:9")];

#[test]
fn tools_are_listed_with_what_clients_need() {
    let mut server = Piped::ready(&[], &[]);
    let answer = server.request("tools/list", &json!({}));
    let tools = answer["result"]["tools"].as_array().unwrap();
    assert_eq!(tools[0]["name"], "diagnose_dag_run");
    for tool in tools {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        assert_eq!(tool["annotations"]["openWorldHint"], false, "{tool}");
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
        assert!(tool["title"].is_string(), "{tool}");
    }
    assert!(answer["result"].get("cacheScope").is_none(), "not part of 2025-11-25");
    assert_eq!(server.close(), 0);
}

fn names(server: &mut Piped) -> Vec<String> {
    let answer = server.request("tools/list", &json!({}));
    let tools = answer["result"]["tools"].as_array().unwrap().clone();
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn levels_decide_what_is_listed_and_what_runs() {
    let allow = ("AIRVANE_ALLOW_DESTRUCTIVE", "true");
    let mut all = Piped::ready(&[], &[allow]);
    assert!(names(&mut all).contains(&"delete_dag_run".to_owned()));
    let mut read = Piped::ready(&["--allow-write"], &[allow, ("READ_ONLY", "true")]);
    let listed = names(&mut read);
    assert!(!listed.iter().any(|name| name.starts_with("delete") || name.starts_with("trigger")));
    let arguments = json!({"dag_id": "a", "dag_run_id": "b"});
    let answer =
        read.request("tools/call", &json!({"name": "delete_dag_run", "arguments": arguments}));
    assert_eq!(answer["result"]["isError"], true);
    let text = answer["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("needs destructive access"), "{text}");
}

#[test]
fn the_process_survives_what_is_no_message() {
    let mut server = Piped::start(&[], &[]);
    let code = |answer: Value| answer["error"]["code"].as_i64().unwrap_or_default();
    // Before the handshake: none of these may end it.
    assert_eq!(code(server.ask("hello")), -32700);
    server.send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    server.send(r#"{"jsonrpc":"2.0","id":9,"result":{}}"#);
    assert_eq!(code(server.ask("[]")), -32600);
    assert_eq!(code(server.ask(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)), -32602);
    assert!(server.ask(r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)["result"].is_object());
    assert!(server.ask(&initialize("2025-06-18"))["result"].is_object());
    // After it.
    server.send_bytes(b"\xff\xfe\x00");
    assert_eq!(code(server.read()), -32700);
    let answer = server.ask(r#"{"id":"x","method":1}"#);
    assert_eq!((answer["id"].as_str(), code(answer.clone())), (Some("x"), -32600));
    server.send(&"x".repeat(5 * 1024 * 1024));
    assert_eq!(code(server.read()), -32600);
    assert_eq!(code(server.ask(&"[".repeat(200_000))), -32700);
    server.send(r#"{"jsonrpc":"2.0","method":"no/such/notification"}"#);
    assert_eq!(code(server.request("no/such/method", &json!({}))), -32601);
    assert_eq!(code(server.request("tools/call", &json!({}))), -32602);
    assert!(server.request("tools/list", &json!({}))["result"].is_object());
    assert_eq!(server.close(), 0);
}

#[test]
fn every_protocol_version_is_spoken() {
    for version in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut server = Piped::start(&[], &[]);
        assert_eq!(server.ask(&initialize(version))["result"]["protocolVersion"], version);
    }
    // 2026-07-28 has no handshake: each request says what it speaks.
    let mut server = Piped::start(&[], &[]);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let answer = server.request("server/discover", &json!({"_meta": meta}));
    let versions = answer["result"]["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!("2026-07-28")) && !versions.contains(&json!("2024-11-05")));
    let answer = server.request("tools/list", &json!({"_meta": meta}));
    assert_eq!(answer["result"]["cacheScope"], "private", "{}", answer["error"]);
}

#[test]
fn an_unknown_tool_is_a_protocol_error_with_the_nearest_name() {
    let mut server = Piped::ready(&[], &[]);
    let answer = server.request("tools/call", &json!({"name": "diagnose_dagrun"}));
    assert_eq!(answer["error"]["code"], -32602);
    assert!(
        answer["error"]["message"].as_str().unwrap().contains("`diagnose_dag_run`"),
        "{answer}"
    );
}

#[test]
fn it_starts_while_airflow_is_down_and_says_so() {
    let mut server = Piped::ready(&[], &DOWN);
    let answer = server.request("tools/call", &json!({"name": "list_dags", "arguments": {}}));
    let result = &answer["result"];
    assert_eq!(result["isError"], true);
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("no connection to 127.0.0.1:9") && text.contains("\nNext: "), "{text}");
    let marker = result["_meta"]["airvane/untrusted"]["marker"].as_str().unwrap();
    assert!(text.starts_with(&format!("[airflow {marker}]\n")), "{text}");
    // A completion is a convenience: silence instead of an error.
    let reference = json!({"type": "ref/prompt", "name": "onboard_new_dag"});
    let completion = json!({"ref": reference, "argument": {"name": "dag_id", "value": "a"}});
    let answer = server.request("completion/complete", &completion);
    assert_eq!(answer["result"]["completion"]["values"], json!([]));
}

#[test]
fn without_an_airflow_every_call_says_what_to_set() {
    let mut server = Piped::ready(&[], &[]);
    let answer = server.request("tools/call", &json!({"name": "list_dags"}));
    let text = answer["result"]["content"][0]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("AIRFLOW_API_URL"), "{text}");
}

#[test]
fn wrong_arguments_send_nothing() {
    let mut server = Piped::ready(&[], &DOWN);
    for arguments in [json!({"dag_id": "../x"}), json!({}), json!({"dag_id": "a", "day": 1})] {
        let params = json!({"name": "get_dag_source", "arguments": arguments});
        let answer = server.request("tools/call", &params);
        let text = answer["result"]["content"][0]["text"].as_str().unwrap().to_owned();
        assert!(text.contains("nothing was sent"), "{text}");
    }
}

#[test]
fn resources_and_prompts_obey_the_same_rules() {
    let mut server =
        Piped::ready(&["--exclude-tools", "get_airflow_version,get_system_health"], &DOWN);
    let listed = server.request("resources/list", &json!({}))["result"]["resources"].to_string();
    assert!(
        !listed.contains("airflow://version") && listed.contains("airflow://providers"),
        "{listed}"
    );
    let answer = server.request("resources/read", &json!({"uri": "airflow://version"}));
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("switched off"), "{message}");
    let prompts = server.request("prompts/list", &json!({}))["result"]["prompts"].to_string();
    assert!(
        !prompts.contains("daily_health_check") && prompts.contains("onboard_new_dag"),
        "{prompts}"
    );
    let answer = server.request("resources/read", &json!({"uri": "airflow://dags/%2e%2e/source"}));
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    let answer = server.request("resources/read", &json!({"uri": "airflow://nothing"}));
    assert_eq!(answer["error"]["code"], -32002, "{answer}");
}

#[test]
fn piped_requests_are_all_answered_before_it_ends() {
    let mut server = Piped::start(&[], &DOWN);
    server.send(&initialize("2025-11-25"));
    for id in 1..=20 {
        let call = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": "list_dags"}});
        server.send(&call.to_string());
    }
    let mut answered: Vec<i64> = Vec::new();
    for _ in 0..=20 {
        answered.push(server.read()["id"].as_i64().unwrap());
    }
    answered.sort_unstable();
    assert_eq!(answered, (0..=20).collect::<Vec<_>>());
    assert_eq!(server.close(), 0);
}

#[test]
fn signals_end_it_cleanly_while_the_input_is_open() {
    for sent in [Signal::TERM, Signal::INT] {
        let mut server = Piped::ready(&[], &[]);
        signal(server.id(), sent);
        assert_eq!(server.wait(), 0, "{sent:?}");
    }
}

/// A run that is seen running twice and then has succeeded.
fn slow_run(request: &str) -> (u16, String) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static SEEN: AtomicUsize = AtomicUsize::new(0);

    let run = |state| {
        format!(
            r#"{{"dag_id": "orders", "dag_run_id": "manual__1", "state": "{state}", "run_type": "manual"}}"#
        )
    };
    if request.starts_with("POST ") {
        return (200, run("queued"));
    }
    if request.contains("/dagRuns/manual__1") {
        let seen = SEEN.fetch_add(1, Ordering::Relaxed);
        return (200, run(if seen < 2 { "running" } else { "success" }));
    }
    (200, r#"{"dag_id": "orders", "is_paused": false}"#.to_owned())
}

#[test]
fn a_long_call_reports_its_progress_where_asked_to() {
    let url = airflow::serve(slow_run);
    let variables = [("AIRFLOW_API_URL", url.as_str()), ("AIRFLOW_AUTH_TOKEN", "t")];
    let mut server = Piped::ready(&["--allow-write"], &variables);
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "trigger_dag_and_wait",
        "arguments": {"dag_id": "orders"},
        "_meta": {"progressToken": "token-1"},
    }});
    server.send(&call.to_string());
    let mut progress = Vec::new();
    let answer = loop {
        let message = server.read();
        if message["method"] != "notifications/progress" {
            break message;
        }
        assert_eq!(message["params"]["progressToken"], "token-1");
        progress.push(message["params"]["progress"].as_f64().unwrap());
    };
    assert!(progress.len() >= 2 && progress.is_sorted(), "{progress:?}");
    assert_eq!(answer["result"]["isError"], false, "{answer}");
}

fn hangs(_request: &str) -> (u16, String) {
    std::thread::sleep(std::time::Duration::from_secs(20));
    (200, "{}".to_owned())
}

#[test]
fn a_cancelled_call_gets_no_answer_and_holds_nothing_up() {
    let url = airflow::serve(hangs);
    let mut server = Piped::ready(&[], &[("AIRFLOW_API_URL", &url)]);
    let started = std::time::Instant::now();
    let call =
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_dags"}});
    server.send(&call.to_string());
    let cancelled =
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    server.send(&cancelled.to_string());
    // The next line answers this request, not the cancelled one.
    assert!(server.request("tools/list", &json!({}))["result"].is_object());
    assert_eq!(server.close(), 0);
    assert!(started.elapsed().as_secs() < 8, "{:?}", started.elapsed());
}
