//! The page in Airflow's UI: who sees it, what it says, and what a browser makes of it. Pictures go
//! to `target/tmp/`.

use std::path::PathBuf;

use airvane_e2e::env::{Airflow, PluginEnv};
use airvane_e2e::posted;
use airvane_e2e::proxied::{Passing, proxied};
use airvane_e2e::rest::{Major, Rest};
use ureq::http::Response;

use crate::browser::{Browser, has_chromium, knows_cookies};

const PAGE: &str = "/mcp/v1/page";

fn header<'a>(response: &'a Response<ureq::Body>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn text(mut response: Response<ureq::Body>) -> String {
    response.body_mut().read_to_string().unwrap()
}

#[test]
fn plugin_page_shows_each_user_how_to_connect_and_what_they_may_read() {
    let airflow = PluginEnv::load().airflow;
    for role in ["admin", "viewer"] {
        let refused = refused(&airflow, role);
        assert_eq!(refused > 0, role == "viewer", "{role}: {refused}");
        let response = Browser::login(&airflow, role).get(PAGE);
        assert_eq!(response.status(), 200, "{role}");
        assert_eq!(header(&response, "cache-control"), "no-store");
        assert_eq!(header(&response, "x-frame-options"), "SAMEORIGIN");
        assert!(header(&response, "content-security-policy").contains("frame-ancestors 'self'"));
        let page = text(response);
        let endpoint = format!("{}/mcp/v1/", airflow.url);
        for part in [endpoint.as_str(), &airflow.version, "read, write and delete", "codex"] {
            assert!(page.contains(part), "{role}: {part}: {page}");
        }
        assert_eq!(page.matches("class=\"no\"").count(), refused, "{role}: {page}");
        assert!(!page.contains("<script") && !page.contains("gave no clear answer"), "{page}");
    }
}

/// How many of the lists that the page speaks of plain REST refuses.
fn refused(airflow: &Airflow, role: &str) -> usize {
    let rest = Rest::login(airflow, role).unwrap();
    let assets = if rest.major == Major::Two { "datasets" } else { "assets" };
    let rest_of_them = ["pools", "variables", "connections", "eventLogs", assets];
    let lists = ["dags", "dags/~/dagRuns", "importErrors"].into_iter().chain(rest_of_them);
    let status = |list| rest.send("GET", &format!("/{list}?limit=1"), None).unwrap().status;
    lists.map(status).filter(|status| *status == 403).count()
}

/// Where a proxy stands before Airflow, the page shows the proxy's address.
#[test]
fn plugin_page_shows_the_address_that_was_asked() {
    let airflow = PluginEnv::load().airflow;
    let behind = proxied(&airflow, Passing::AsItCame).unwrap();
    let Browser { credential: (name, value), .. } = Browser::login(&airflow, "viewer");
    let page = text(Browser::stranger(&behind, name, &value).get(PAGE));
    assert!(page.contains(&format!("{}/mcp/v1/", behind.url)), "{}: {page}", behind.url);
    assert!(!page.contains(&airflow.url), "{}: {page}", airflow.url);
}

#[test]
fn plugin_page_says_nothing_to_strangers() {
    let airflow = PluginEnv::load().airflow;
    for (name, value) in [
        ("Cookie", "nothing=here"),
        ("Cookie", "_token=eyJhbGciOiJIUzI1NiJ9.e30.c2ln; session=c0ffee.c0ffee"),
        ("Authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln"),
    ] {
        let response = Browser::stranger(&airflow, name, value).get(PAGE);
        assert_eq!(response.status(), 401, "{name}: {value}");
        let page = text(response);
        assert!(page.contains("Log in to Airflow first"), "{page}");
        assert!(!page.contains(&airflow.version) && !page.contains("/mcp/v1/"), "{page}");
    }
}

/// What a browser knows is good for the look only.
#[test]
fn plugin_page_cookie_opens_nothing_else() {
    let airflow = PluginEnv::load().airflow;
    if !knows_cookies(&airflow) {
        return;
    }
    let (name, value) = Browser::login(&airflow, "admin").credential;
    let message = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#;
    for path in ["/mcp/v1/", PAGE] {
        let url = format!("{}{path}", airflow.url);
        let status = posted::post(&url, &[(name, &value)], message).unwrap().status();
        // Airflow 2 takes no POST for the page, or takes it for a forged one.
        let refused = if path == PAGE { [400, 405] } else { [401, 401] };
        assert!(refused.contains(&status.as_u16()), "{path}: {status}");
    }
}

#[test]
fn plugin_page_stands_in_the_menu() {
    let airflow = PluginEnv::load().airflow;
    let browser = Browser::login(&airflow, "admin");
    if airflow.version.starts_with('2') {
        let home = text(browser.get("/home"));
        assert!(home.contains("/team/airflow/mcp/v1/page\">MCP</a>"), "{home}");
        return;
    }
    let plugins = text(browser.get("/api/v2/plugins"));
    assert_eq!(plugins.contains("mcp/v1/page"), knows_cookies(&airflow), "{plugins}");
}

#[test]
fn plugin_page_is_drawn_by_chromium() {
    let airflow = PluginEnv::load().airflow;
    if !has_chromium() || !knows_cookies(&airflow) {
        println!("not drawn: no chromium here, or an Airflow that knows no cookies");
        return;
    }
    let browser = Browser::login(&airflow, "viewer");
    let light = draw(&airflow, &browser, PAGE, "light", &[]);
    let dark = draw(&airflow, &browser, PAGE, "dark", &["--blink-settings=preferredColorScheme=0"]);
    assert!(light != dark, "the same picture in the dark");
    if !airflow.version.starts_with('2') {
        // Airflow's own pages learn what is in the menu from the list of plugins.
        let plugins = Rest::login(&airflow, "viewer").unwrap().send("GET", "/plugins", None);
        let role = if plugins.unwrap().status == 200 { "viewer" } else { "admin" };
        draw(&airflow, &Browser::login(&airflow, role), "/plugin/mcp", "within", &[]);
    }
}

fn draw(airflow: &Airflow, browser: &Browser, path: &str, name: &str, further: &[&str]) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let picture = folder.join(format!("page-{}-{name}.png", airflow.version));
    let _ = std::fs::remove_file(&picture);
    let complaints = browser.draw(path, &picture, further);
    for word in ["Content Security Policy", "Refused to", "X-Frame-Options"] {
        assert!(!complaints.contains(word), "{complaints}");
    }
    let drawn = std::fs::read(&picture).unwrap();
    println!("{}: {} kB", picture.display(), drawn.len() / 1000);
    // That of a stranger, one line of text, has 19 kB.
    assert!(drawn.len() > 50_000, "{}", drawn.len());
    drawn
}
