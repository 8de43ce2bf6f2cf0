//! Operations of an Airflow that is newer than the catalog, from the document that it serves.

use serde_json::json;

use super::airflow::serve;
use super::process::{out, run};

/// Airflow 3 with a GET and a POST that nobody here has heard of, and with what a document must
/// not be believed.
fn airflow(request: &str) -> (u16, String) {
    let line = request.lines().next().unwrap_or_default();
    match line.split_whitespace().collect::<Vec<_>>()[..2] {
        ["GET", "/openapi.json"] => (200, document().to_string()),
        ["GET", "/api/v2/dags/orders/budget?currency=EUR"] => (200, r#"{"spent": 7}"#.to_owned()),
        ["POST", "/api/v2/dags/orders/budget"] => {
            let body = request.split("\r\n\r\n").nth(1).unwrap_or_default();
            assert!(body.contains(r#""amount":12"#), "{request}");
            (200, r#"{"amount": 12}"#.to_owned())
        }
        _ => (404, json!({"detail": format!("no route for {line}")}).to_string()),
    }
}

fn document() -> serde_json::Value {
    let dag_id =
        json!({"name": "dag_id", "in": "path", "required": true, "schema": {"type": "string"}});
    let currency = json!({"name": "currency", "in": "query", "schema": {"type": "string"}});
    let body = json!({"content": {"application/json": {"schema": {
        "type": "object", "required": ["amount"], "additionalProperties": false,
        "properties": {"amount": {"type": "integer"}},
    }}}});
    json!({"paths": {
        "/api/v2/dags/{dag_id}/budget": {
            "get": {"operationId": "get_dag_budget", "summary": "How much a DAG may spend.",
                    "parameters": [dag_id, currency]},
            "post": {"operationId": "set_dag_budget", "summary": "Limit what a DAG may spend.",
                     "parameters": [dag_id], "requestBody": body},
        },
        "/admin/everything": {"get": {"operationId": "get_everything"}},
        "/api/v2/../secrets": {"get": {"operationId": "get_secrets"}},
        "/api/v2/auth/quit": {"get": {"operationId": "quit"}},
        "https://evil.example/api/v2/x": {"get": {"operationId": "get_evil"}},
    }})
}

fn call(arguments: &[&str]) -> String {
    let url = serve(airflow);
    let mut line: Vec<&str> = arguments.to_vec();
    line.push("--api-url");
    line.push(&url);
    out(&run(&line, &[]))
}

#[test]
fn an_operation_that_appeared_after_our_release_is_found_and_called() {
    let found = call(&["call", "find_operation", "query=budget of a DAG"]);
    assert!(found.contains("get_dag_budget (read, from this Airflow's own document)"), "{found}");
    assert!(found.contains("takes: dag_id*, currency"), "{found}");
    assert!(found.contains("set_dag_budget (destructive, not allowed on this server"), "{found}");
    let arguments = r#"arguments={"dag_id": "orders", "currency": "EUR"}"#;
    let read = call(&["call", "read_operation", "operation=get_dag_budget", arguments]);
    assert!(read.contains("spent: 7"), "{read}");
}

#[test]
fn what_is_no_get_is_destructive() {
    let arguments = r#"arguments={"dag_id": "orders", "amount": 12}"#;
    let post = |tool, level| call(&["call", tool, "operation=set_dag_budget", arguments, level]);
    let read = post("read_operation", "--allow-destructive");
    assert!(read.contains("needs destructive access"), "{read}");
    let off = post("destroy_operation", "--allow-write");
    assert!(off.contains("--allow-destructive"), "{off}");
    let done = post("destroy_operation", "--allow-destructive");
    assert!(done.contains("set_dag_budget done") && done.contains("amount: 12"), "{done}");
}

#[test]
fn arguments_of_such_an_operation_obey_the_rules_of_all() {
    for dag_id in ["..", "%2e%2e", "a/b"] {
        let arguments = format!(r#"arguments={{"dag_id": "{dag_id}"}}"#);
        let refused = call(&["call", "read_operation", "operation=get_dag_budget", &arguments]);
        assert!(refused.contains("dag_id may not contain"), "{refused}");
    }
    let wrong = r#"arguments={"dag_id": "orders", "amount": "much"}"#;
    let refused = call(&[
        "call",
        "destroy_operation",
        "operation=set_dag_budget",
        wrong,
        "--allow-destructive",
    ]);
    assert!(refused.contains("amount is a text, and should be integer"), "{refused}");
}

#[test]
fn nothing_outside_the_api_is_taken_from_a_document() {
    for name in ["get_everything", "get_secrets", "quit", "get_evil"] {
        let operation = format!("operation={name}");
        let refused = call(&["call", "read_operation", &operation]);
        assert!(refused.contains("there is no operation"), "{refused}");
    }
}

#[test]
fn login_and_logout_are_called_at_no_level() {
    for name in ["login", "logout"] {
        let operation = format!("operation={name}");
        let refused = call(&["call", "destroy_operation", &operation, "--allow-destructive"]);
        assert!(refused.contains("is never called"), "{refused}");
    }
}
