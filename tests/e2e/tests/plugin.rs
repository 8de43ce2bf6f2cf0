//! The plugin within an Airflow: every tool through `/mcp/v1/` of its own web server, as every role,
//! below a base path. `cargo xtask test --full` starts several, one at a time.
//!
//! On Airflow 2 the web server has a single synchronous worker: a call that waited for another
//! request would wait for ever.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, reason = "the figures are worth reading")]

#[path = "plugin/browser.rs"]
mod browser;
#[path = "roles/compare.rs"]
mod compare;
#[allow(dead_code, reason = "the plugin is reached over HTTP only")]
#[path = "clients/drive.rs"]
mod drive;
#[path = "plugin/page.rs"]
mod page;
#[path = "roles/probes.rs"]
mod probes;
#[path = "roles/world.rs"]
mod world;

use std::process::Command;
use std::time::{Duration, Instant};

use airvane_e2e::env::{Airflow, PluginEnv};
use airvane_e2e::mcp::Wire;
use airvane_e2e::posted;
use airvane_e2e::proxied::{Passing, proxied};
use airvane_e2e::rest::{Major, Rest};
use serde_json::{Value, json};

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#;

/// What its settings say that users find before each path.
const BASE_PATH: &str = "/team/airflow";

fn endpoint(airflow: &Airflow) -> String {
    format!("{}/mcp/v1/", airflow.url)
}

fn open(airflow: &Airflow, role: &str, further: &[(&str, &str)]) -> Wire {
    let rest = Rest::login(airflow, role).unwrap();
    let mut headers = vec![("Authorization", rest.authorization())];
    headers.extend(further);
    let mut wire = posted::wire(&endpoint(airflow), &headers).unwrap();
    wire.initialize("airvane-e2e").unwrap();
    wire
}

/// Status, `WWW-Authenticate` and body.
fn post(airflow: &Airflow, headers: &[(&str, &str)]) -> (u16, Option<String>, Value) {
    let mut response = posted::post(&endpoint(airflow), headers, LIST).unwrap();
    let challenge = response.headers().get("www-authenticate").cloned();
    let challenge = challenge.map(|value| value.to_str().unwrap().to_owned());
    let text = response.body_mut().read_to_string().unwrap();
    (response.status().as_u16(), challenge, serde_json::from_str(&text).unwrap_or_default())
}

#[test]
fn plugin_gives_every_role_what_plain_rest_gives() {
    let env = PluginEnv::load();
    compare::every_role(&env.airflow, |role| open(&env.airflow, role, &[]));
}

#[test]
fn plugin_lists_nothing_to_strangers() {
    let env = PluginEnv::load();
    let rest = Rest::login(&env.airflow, "viewer").unwrap();
    let token = rest.authorization().split_once(' ').unwrap().1.to_owned();
    let cookies = format!("session={token}; _token={token}");
    for headers in [
        &[][..],
        &[("Cookie", cookies.as_str())],
        &[("Authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln"), ("Cookie", cookies.as_str())],
        &[("Authorization", "Basic bm9ib2R5OmluLXBhcnRpY3VsYXI=")],
    ] {
        let (status, challenge, body) = post(&env.airflow, headers);
        assert_eq!(status, 401, "{body}");
        assert!(challenge.unwrap().starts_with("Bearer"), "{body}");
        assert!(body["error"].is_string() && body.get("result").is_none(), "{body}");
    }
    let (status, _, body) = post(&env.airflow, &[("Authorization", rest.authorization())]);
    assert_eq!(status, 200, "{body}");
    assert!(body["result"]["tools"].as_array().unwrap().len() > 10, "{body}");
}

/// What a proxy adds, and what the pages of others try.
#[test]
fn plugin_is_reached_through_a_proxy_and_not_by_strange_pages() {
    let env = PluginEnv::load();
    let rest = Rest::login(&env.airflow, "viewer").unwrap();
    let proxied = [
        ("Host", "airflow.example.com"),
        ("X-Forwarded-For", "192.0.2.7"),
        ("X-Forwarded-Host", "airflow.example.com"),
        ("X-Forwarded-Proto", "https"),
    ];
    let mut wire = open(&env.airflow, "viewer", &proxied);
    let answer = wire.call("get_airflow_version", &json!({})).unwrap();
    assert!(answer.text.contains(&env.airflow.version), "{answer:?}");
    let authorized = ("Authorization", rest.authorization());
    let with_origin = |origin| post(&env.airflow, &[authorized, ("Origin", origin)]).0;
    assert_eq!(with_origin("https://evil.example.com"), 403);
    let own = env.airflow.url.trim_end_matches(BASE_PATH);
    assert_eq!(with_origin(own), 200);
}

/// A proxy may leave the base path as it is, or cut it off, which only Airflow 3 takes.
#[test]
fn plugin_is_found_below_a_base_path_behind_a_proxy() {
    let env = PluginEnv::load();
    for passing in [Passing::AsItCame, Passing::CutOff] {
        let airflow = proxied(&env.airflow, passing).unwrap();
        let rest = Rest::login(&env.airflow, "viewer").unwrap();
        if rest.major == Major::Two && passing == Passing::CutOff {
            let headers = [("Authorization", rest.authorization())];
            assert_eq!(post(&airflow, &headers).0, 404);
            continue;
        }
        let headers = [("Authorization", rest.authorization())];
        let mut wire = posted::wire(&endpoint(&airflow), &headers).unwrap();
        wire.initialize("airvane-e2e").unwrap();
        let answer = wire.call("list_dags", &json!({"limit": 100})).unwrap();
        assert!(answer.text.contains(world::PAUSED), "{passing:?}: {answer:?}");
        let answer = wire.call("list_connections", &json!({})).unwrap();
        assert!(answer.is_error, "{passing:?}: {answer:?}");
    }
}

/// Whoever leaves the last slash away is answered as well; what is beside the endpoint is not there.
#[test]
fn plugin_has_one_endpoint() {
    let env = PluginEnv::load();
    let rest = Rest::login(&env.airflow, "viewer").unwrap();
    let headers = [("Authorization", rest.authorization())];
    let status = |path: &str| {
        let answer = posted::post(&format!("{}{path}", env.airflow.url), &headers, LIST);
        answer.unwrap().status().as_u16()
    };
    assert_eq!(status("/mcp/v1/"), 200);
    assert_eq!(status("/mcp/v1"), 200);
    for path in ["/mcp/v1/elsewhere", "/mcp/v2/", "/mcp/"] {
        // Airflow's own pages, which take no POST, may stand there.
        assert!([404, 405].contains(&status(path)), "{path}");
    }
}

#[test]
fn plugin_obeys_what_a_request_narrows() {
    let env = PluginEnv::load();
    let mut wire = open(&env.airflow, "admin", &[("X-Airvane-Read-Only", "true")]);
    let listed = wire.tools().unwrap();
    assert!(listed.iter().all(|tool| tool["name"] != "trigger_dag"));
    let answer = wire.call("pause_dag", &json!({"dag_id": world::PAUSED})).unwrap();
    assert!(answer.is_error && answer.text.contains("--allow-write"), "{answer:?}");
}

/// A message that is none, one that is too long, and one that never ends.
#[test]
fn plugin_survives_what_is_no_message() {
    let env = PluginEnv::load();
    let rest = Rest::login(&env.airflow, "viewer").unwrap();
    let authorized = [("Authorization", rest.authorization())];
    let send = |body: &str| {
        let answer = posted::post(&endpoint(&env.airflow), &authorized, body);
        answer.map_or(0, |response| response.status().as_u16())
    };
    assert_eq!(send("hello"), 400);
    let long = format!("{{\"x\": \"{}\"}}", "x".repeat(5 << 20));
    // Refused before all of it was read, which some clients take for a broken connection.
    assert!([413, 0].contains(&send(&long)));
    assert_eq!(send(LIST), 200);
}

/// Many at once, with two identities: each answer is the caller's own.
#[test]
fn plugin_never_mixes_callers_up() {
    const EACH: usize = 12;
    let env = PluginEnv::load();
    let started = Instant::now();
    let airflow = &env.airflow;
    std::thread::scope(|scope| {
        for caller in 0..8 {
            scope.spawn(move || {
                let role = if caller % 2 == 0 { "admin" } else { "viewer" };
                let mut wire = open(airflow, role, &[]);
                for _ in 0..EACH {
                    let answer = wire.call("list_connections", &json!({})).unwrap();
                    assert_eq!(answer.is_error, role == "viewer", "{role}: {answer:?}");
                }
            });
        }
    });
    let calls = 8 * EACH;
    let each = started.elapsed() / u32::try_from(calls).unwrap();
    println!("{calls} calls, 8 at once: {each:?} each");
    assert!(each < Duration::from_secs(2));
}

#[test]
fn plugin_is_used_by_the_clients_that_people_build_on() {
    let env = PluginEnv::load();
    let rest = Rest::login(&env.airflow, "viewer").unwrap();
    let installed =
        drive::Installed { node: &env.node, npm_root: &env.npm_root, python_mcp: &env.python_mcp };
    let endpoint = endpoint(&env.airflow);
    let way = drive::Way::Http(&endpoint, Some(rest.authorization()));
    for client in [drive::inspector, drive::python, drive::typescript] as [drive::Client; 3] {
        let calls = [("list_dags", json!({"limit": 100})), ("get_system_health", json!({}))];
        let seen = client(&installed, &way, &calls);
        assert!(seen.tools.iter().any(|tool| tool == "diagnose_dag_run"), "{seen:?}");
        assert!(seen.answers.iter().all(|answer| !answer.is_error), "{seen:?}");
        assert!(seen.answers[0].text.contains(world::PAUSED), "{seen:?}");
    }
}

#[test]
fn plugin_comes_with_the_program() {
    let env = PluginEnv::load();
    let said = Command::new(&env.airvane).arg("--version").output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.starts_with("airvane "), "{said}");
}
