//! Streamable HTTP.

use std::io::ErrorKind::{TimedOut, WouldBlock};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use super::airflow;
use super::process::{Listening, err, initialize, run, signal};

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;

/// An Airflow 3 that knows two credentials: it answers by the `Authorization` header alone.
fn answer(request: &str) -> (u16, String) {
    let has = |words: &str| request.to_ascii_lowercase().contains(words);
    let (status, body) = if has("authorization: bearer known-to-airflow") {
        (200, r#"{"dags": [], "total_entries": 0}"#)
    } else if has("authorization: bearer known-without-permission") {
        (403, r#"{"detail": "Forbidden"}"#)
    } else if has("authorization: ") {
        (403, r#"{"detail": "Invalid JWT token"}"#)
    } else {
        (401, r#"{"detail": "Not authenticated"}"#)
    };
    (status, body.to_owned())
}

#[test]
fn each_request_stands_alone() {
    let server = Listening::start(&[], &[]);
    let answer = server.post(&[], LIST);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["result"]["tools"][0]["name"], "diagnose_dag_run");
    assert!(answer.head.contains("application/json"));
    assert!(!answer.head.contains("\nmcp-session-id:"), "{}", answer.head);
    for version in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let answer = server.post(&[("MCP-Protocol-Version", version)], &initialize(version));
        assert_eq!(answer.json()["result"]["protocolVersion"], version);
    }
    assert_eq!(server.send("GET", "/mcp", &[("Accept", "text/event-stream")], "").status, 405);
    assert_eq!(server.post(&[("MCP-Protocol-Version", "1999-01-01")], LIST).status, 400);
}

#[test]
fn what_is_no_message_is_answered_as_json_rpc() {
    let server = Listening::start(&[], &[]);
    for (body, code) in [("hello", -32700), ("[]", -32600), ("{\"id\":3}", -32600)] {
        let answer = server.post(&[], body);
        assert_eq!(
            (answer.status, answer.json()["error"]["code"].as_i64()),
            (400, Some(code)),
            "{body}"
        );
    }
    assert_eq!(server.post(&[], &" ".repeat(5 * 1024 * 1024)).status, 413);
    assert_eq!(server.post(&[], LIST).status, 200);
}

#[test]
fn strange_hosts_and_origins_are_refused() {
    let options =
        ["--allowed-hosts", "airvane.example.com", "--allowed-origins", "https://ide.example.com"];
    let server = Listening::start(&options, &[]);
    let status = |headers: &[(&str, &str)]| server.post(headers, LIST).status;
    assert_eq!(status(&[("Host", "airvane.example.com")]), 200);
    assert_eq!(status(&[("Host", "evil.example.com")]), 403);
    assert_eq!(status(&[("Origin", "https://ide.example.com")]), 200);
    assert_eq!(status(&[("Origin", "http://evil.example.com")]), 403);
    assert_eq!(status(&[("Origin", "null")]), 403);
    let own = format!("http://{}", server.address);
    assert_eq!(status(&[("Origin", &own)]), 200);
}

#[test]
fn a_page_of_an_allowed_origin_may_call_from_a_browser() {
    let token = std::env::temp_dir().join(format!("airvane-cors-{}", std::process::id()));
    std::fs::write(&token, "a-token-of-some-length").unwrap();
    let file = token.to_str().unwrap();
    let options = ["--allowed-origins", "https://ide.example.com", "--auth-token-file", file];
    let server = Listening::start(&options, &[]);
    std::fs::remove_file(&token).unwrap();
    let preflight = |origin: &str| {
        let wanted = "authorization,content-type,mcp-protocol-version,mcp-session-id";
        let headers = [
            ("Origin", origin),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", wanted),
        ];
        server.send("OPTIONS", "/mcp", &headers, "")
    };
    // Without a credential: a browser sends none with its preflight.
    let answer = preflight("https://ide.example.com");
    assert_eq!(answer.status, 200, "{}", answer.head);
    for line in [
        "access-control-allow-origin: https://ide.example.com",
        "access-control-allow-headers: authorization,content-type,mcp-protocol-version,mcp-session-id",
        "access-control-allow-methods: post",
    ] {
        assert!(answer.head.contains(line), "{line}\n{}", answer.head);
    }
    assert!(!answer.head.contains("allow-credentials"), "{}", answer.head);
    let stranger = preflight("https://evil.example.com");
    assert_eq!(stranger.status, 403);
    assert!(!stranger.head.contains("access-control"), "{}", stranger.head);
    // The call itself, and a refusal that the page must be able to read.
    let page = ("Origin", "https://ide.example.com");
    let called = server.post(&[page, ("Authorization", "Bearer a-token-of-some-length")], LIST);
    let refused = server.post(&[page], LIST);
    assert_eq!((called.status, refused.status), (200, 401));
    for answer in [called, refused] {
        assert!(
            answer.head.contains("access-control-allow-origin: https://ide"),
            "{}",
            answer.head
        );
        let exposed = answer.head.lines().find(|line| line.contains("expose-headers")).unwrap();
        assert!(exposed.contains("mcp-session-id") && exposed.contains("mcp-protocol-version"));
    }
    let outside = server.post(&[("Authorization", "Bearer a-token-of-some-length")], LIST);
    assert!(!outside.head.contains("allow-origin"), "{}", outside.head);
}

/// Reads until the server closes; how long that took, and what it said.
fn until_closed(mut stream: TcpStream, drip: Option<u8>) -> (Duration, String) {
    let started = Instant::now();
    let mut said = Vec::new();
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    while started.elapsed() < Duration::from_secs(40) {
        let mut piece = [0; 1024];
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => said.extend_from_slice(&piece[..count]),
            Err(error) if matches!(error.kind(), WouldBlock | TimedOut) => {}
            Err(_) => break,
        }
        if drip.is_some_and(|byte| stream.write_all(&[byte]).is_err()) {
            break;
        }
    }
    (started.elapsed(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn a_client_that_drips_its_request_is_let_go() {
    let server = Listening::start(&[], &[]);
    let start = |head: &str| {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
    // HTTP/1, and the beginning of what may still become HTTP/2.
    let drips = [(start(head), Some(b'a')), (start("PRI * HTTP/2.0\r\n\r\nS"), None)];
    let ends: Vec<_> = drips
        .into_iter()
        .map(|(stream, drip)| std::thread::spawn(move || until_closed(stream, drip)))
        .collect();
    // Others are served meanwhile.
    assert_eq!(server.post(&[], LIST).status, 200);
    for end in ends {
        let (took, said) = end.join().unwrap();
        assert!(took < Duration::from_secs(20), "{took:?} {said}");
    }
}

#[test]
fn a_head_without_end_is_refused() {
    let server = Listening::start(&[], &[]);
    let long = "a".repeat(200 * 1024);
    let answer = server.post(&[("X-Long", &long)], LIST);
    assert!(matches!(answer.status, 0 | 431), "{}", answer.status);
    assert_eq!(server.post(&[], LIST).status, 200);
}

#[test]
fn headers_tighten_and_never_widen() {
    let server = Listening::start(&["--allow-write"], &[]);
    let names = |headers: &[(&str, &str)]| server.post(headers, LIST).body;
    assert!(names(&[]).contains("\"trigger_dag\""));
    assert!(!names(&[("X-Airvane-Read-Only", "true")]).contains("\"trigger_dag\""));
    assert!(!names(&[("X-Airvane-Access", "destructive")]).contains("\"delete_dag_run\""));
    let arguments = json!({"name": "pause_dag", "arguments": {"dag_id": "a"}});
    let call =
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": arguments}).to_string();
    let answer = server.post(&[("X-Airvane-Access", "read")], &call);
    assert!(answer.body.contains("needs write access"), "{}", answer.body);
    let answer = server.post(&[("X-Airvane-Structured", "true")], &call);
    assert!(answer.json()["result"]["structuredContent"].is_object(), "{}", answer.body);
}

#[test]
fn a_token_is_asked_for_and_compared() {
    let file = std::env::temp_dir().join(format!("airvane-token-{}", std::process::id()));
    std::fs::write(&file, "  a-token-of-some-length\n").unwrap();
    let server = Listening::start(&["--auth-token-file", file.to_str().unwrap()], &[]);
    std::fs::remove_file(&file).unwrap();
    let answer = server.post(&[], LIST);
    assert_eq!(answer.status, 401);
    assert!(answer.head.contains("www-authenticate: bearer"), "{}", answer.head);
    let status = |value: &str| server.post(&[("Authorization", value)], LIST).status;
    assert_eq!(status("Bearer a-token-of-some-length"), 200);
    assert_eq!(status("Bearer a-token-of-some-lengthX"), 401);
    assert_eq!(status("Basic a-token-of-some-length"), 401);
    assert_eq!(server.post(&[("Cookie", "token=a-token-of-some-length")], LIST).status, 401);
    assert_eq!(server.send("GET", "/healthz", &[], "").status, 200);
}

#[test]
fn passthrough_proves_the_credential_before_any_method() {
    // A configured credential must not stand in for the caller's.
    let airflow = airflow::serve(answer);
    let variables =
        [("AIRFLOW_API_URL", airflow.as_str()), ("AIRFLOW_AUTH_TOKEN", "known-to-airflow")];
    let server = Listening::start(&["--auth", "passthrough"], &variables);
    let answer = server.post(&[], LIST);
    assert_eq!(answer.status, 401);
    assert!(answer.head.contains("www-authenticate: bearer"), "{}", answer.head);
    let status =
        |value: &str| server.post(&[("Authorization", value)], &initialize("2025-11-25")).status;
    assert_eq!(status("Bearer wrong"), 401);
    assert_eq!(status("Bearer known-to-airflow"), 200);
    assert_eq!(status("Bearer known-without-permission"), 200);
    assert_eq!(server.post(&[("Cookie", "_token=known-to-airflow")], LIST).status, 401);
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_dags"}}"#;
    let answer = server.post(&[("Authorization", "Bearer known-without-permission")], call);
    assert_eq!(answer.json()["result"]["isError"], true, "{}", answer.body);
    assert_eq!(server.send("GET", "/readyz", &[], "").status, 200);
}

/// An Airflow 2 says the same to a wrong password as to who lacks a permission. `YW5u…` may read
/// DAGs, `YmVu…` pools only.
fn answer_2(request: &str) -> (u16, String) {
    let has = |words: &str| request.contains(words);
    let allowed = has("YW5uOnBhc3N3b3Jk") || has("YmVuOnBhc3N3b3Jk") && has("/api/v1/pools");
    let forbidden = r#"{"detail": null, "status": 403, "title": "Forbidden"}"#;
    let body = r#"{"dags": [], "pools": [], "total_entries": 0}"#;
    if allowed { (200, body.to_owned()) } else { (403, forbidden.to_owned()) }
}

#[test]
fn on_airflow_2_whoever_may_read_anything_is_somebody() {
    let airflow = airflow::serve_2(answer_2);
    let server = Listening::start(&["--auth", "passthrough"], &[("AIRFLOW_API_URL", &airflow)]);
    let list = |value: &str| server.post(&[("Authorization", value)], LIST);
    assert_eq!(list("Basic YW5uOnBhc3N3b3Jk").status, 200);
    assert_eq!(list("Basic YmVuOnBhc3N3b3Jk").status, 200);
    let wrong = list("Basic d3Jvbmc6d3Jvbmc=");
    assert_eq!(wrong.status, 401);
    assert!(wrong.body.contains("Airflow 2 does not say which"), "{}", wrong.body);
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_dags"}}"#;
    let refused = server.post(&[("Authorization", "Basic YmVuOnBhc3N3b3Jk")], call);
    assert!(refused.body.contains("lacks the permission"), "{}", refused.body);
}

/// An Airflow that repeats the credential it was given, in names and in errors, beside another's.
fn echo(request: &str) -> (u16, String) {
    let lower = request.to_ascii_lowercase();
    let given = lower.split("authorization: bearer ").nth(1).and_then(|rest| rest.lines().next());
    let given = given.unwrap_or("nobody");
    if lower.contains("get /api/v2/dags?") {
        let dag = |id: &str| format!(r#"{{"dag_id": "seen.{id}", "is_paused": false}}"#);
        let dags = ["quiet-harbour-of-ann", "quiet-harbour-of-ben"].map(dag).join(",");
        (200, format!(r#"{{"dags": [{dags}], "total_entries": 2}}"#))
    } else {
        (409, format!(r#"{{"detail": "the caller {given} is already here"}}"#))
    }
}

#[test]
fn a_forwarded_credential_is_masked_for_its_caller_and_known_to_no_other() {
    let airflow = airflow::serve(echo);
    let server = Listening::start(&["--auth", "passthrough"], &[("AIRFLOW_API_URL", &airflow)]);
    let ask = |credential: &str, tool: &str, arguments: &str| {
        let call = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments}}}}}"#
        );
        let authorization = format!("Bearer {credential}");
        let answer = server.post(&[("Authorization", authorization.as_str())], &call);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    };
    let (ann, ben) = ("quiet-harbour-of-ann", "quiet-harbour-of-ben");
    // Twice: what one call taught must not reach the next caller's.
    for _ in 0..2 {
        for (own, other) in [(ann, ben), (ben, ann)] {
            let listed = ask(own, "list_dags", "{}");
            assert!(!listed.contains(own) && listed.contains("known-secret"), "{listed}");
            assert!(listed.contains(other), "{other} is no secret of this caller: {listed}");
            let refused = ask(own, "get_dag_source", r#"{"dag_id": "orders"}"#);
            assert!(refused.contains("already here") && !refused.contains(own), "{refused}");
            let repeated = ask(own, &format!("tool-{own}"), "{}");
            assert!(!repeated.contains(own), "{repeated}");
        }
    }
}

/// A resource, and why it can't be had.
fn resource(server: &Listening, uri: &str) -> String {
    let read =
        json!({"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": uri}});
    let answer = server.post(&[], &read.to_string()).json();
    answer["error"]["message"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_resource_is_refused_with_the_tool_that_gives_the_same() {
    for (tool, uri) in [
        ("list_providers", "airflow://providers"),
        ("list_plugins", "airflow://plugins"),
        ("get_airflow_config", "airflow://config"),
        ("get_config", "airflow://config"),
        ("get_airflow_version", "airflow://version"),
        ("get_task_logs", "airflow://dags/a/runs/b/tasks/c/log"),
        ("get_dag_source", "airflow://dags/a/source"),
    ] {
        let down = [("AIRFLOW_API_URL", "http://127.0.0.1:9")];
        let server = Listening::start(&["--exclude-tools", tool], &down);
        let refused = resource(&server, uri);
        assert!(refused.contains("switched off"), "{tool}, {uri}: {refused}");
        let list = r#"{"jsonrpc":"2.0","id":1,"method":"resources/list"}"#;
        assert!(!server.post(&[], list).body.contains(&format!("\"{uri}\"")), "{tool}");
    }
}

#[test]
fn why_a_resource_cannot_be_had_holds_no_secret() {
    // The address is in the message when nothing at it is an Airflow.
    let airflow = airflow::nothing();
    let token = "ghp_Qm4Zt8Kx2Vb6Nc1Rd5Wf9Hj3Ls7Py0Ga4TuE";
    let url = format!("{airflow}/{token}");
    let server = Listening::start(&[], &[("AIRFLOW_API_URL", &url)]);
    let ids = [format!("airflow://dags/../{token}/source"), format!("airflow://{token}")];
    let lists = ["airflow://providers", "airflow://plugins", "airflow://config"];
    for uri in lists.into_iter().chain(ids.iter().map(String::as_str)) {
        let said = resource(&server, uri);
        assert!(!said.is_empty() && !said.contains(token), "{uri}: {said}");
    }
    for prompt in [token, "onboard_new_dag"] {
        let arguments = json!({"dag_id": format!("../{token}")});
        let get = json!({"jsonrpc": "2.0", "id": 1, "method": "prompts/get",
            "params": {"name": prompt, "arguments": arguments}});
        let answer = server.post(&[], &get.to_string()).body;
        assert!(answer.contains("error") && !answer.contains(token), "{answer}");
    }
}

#[test]
fn when_airflow_is_down_nobody_can_be_proven() {
    let down = [("AIRFLOW_API_URL", "http://127.0.0.1:9")];
    let server = Listening::start(&["--auth", "passthrough"], &down);
    let answer = server.post(&[("Authorization", "Bearer x")], LIST);
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(server.send("GET", "/healthz", &[], "").status, 200);
    let ready = server.send("GET", "/readyz", &[], "");
    assert_eq!(ready.status, 503);
    assert!(!ready.body.contains("127.0.0.1"), "{}", ready.body);
}

#[test]
fn many_wrong_credentials_are_slowed_down() {
    let airflow = airflow::serve(answer);
    let server = Listening::start(&["--auth", "passthrough"], &[("AIRFLOW_API_URL", &airflow)]);
    let statuses: Vec<u16> = (0..40)
        .map(|n| server.post(&[("Authorization", &format!("Bearer wrong-{n}"))], LIST).status)
        .collect();
    assert_eq!((statuses[0], statuses[39]), (401, 429), "{statuses:?}");
}

#[test]
fn it_ends_on_a_signal_and_says_when_a_port_is_taken() {
    let mut server = Listening::start(&[], &[]);
    let port = server.address.rsplit(':').next().unwrap().to_owned();
    let taken = run(&["--transport", "http", "--port", &port], &[]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(err(&taken).contains("can't listen on 127.0.0.1"), "{}", err(&taken));
    signal(server.id(), Signal::TERM);
    assert_eq!(server.wait(), Some(0));
}

#[test]
fn no_log_line_holds_a_credential() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let airflow = airflow::serve(answer);
    let variables = [
        ("AIRFLOW_API_URL", airflow.as_str()),
        ("RUST_LOG", "trace,rmcp=trace,hyper=trace,h2=trace"),
    ];
    let arguments = ["serve", "--transport", "http", "--port", "0", "--auth", "passthrough"];
    let mut child =
        super::process::airvane(&arguments, &variables).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let address = lines.find_map(|line| {
        Some(line.strip_prefix("listening on http://")?.strip_suffix("/mcp")?.to_owned())
    });
    let reader = std::thread::spawn(move || lines.collect::<Vec<_>>().join("\n"));
    let server = Listening::at(child, address.unwrap());
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_dags","arguments":{"note":"sunk-cost-4711"}}}"#;
    assert_eq!(server.post(&[("Authorization", "Bearer known-to-airflow")], call).status, 200);
    signal(server.id(), Signal::TERM);
    let log = reader.join().unwrap();
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "nothing was logged, so nothing is proven:\n{log}"
    );
    assert!(!log.contains("known-to-airflow") && !log.contains("sunk-cost-4711"), "{log}");
}
