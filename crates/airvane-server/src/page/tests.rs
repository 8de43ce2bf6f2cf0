use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use airvane_client::{Application, BoxFuture, InProcessBackend, Pieces, TransportError};
use bytes::Bytes;
use futures::{FutureExt, StreamExt};
use http::HeaderMap;

use super::*;

const ASKED: &str = "https://airflow.example.com/team/mcp/v1/page";

/// Knows the visitor with one cookie, who may not read connections.
#[derive(Debug, Default)]
struct Airflow {
    seen: Mutex<Vec<String>>,
    fails: bool,
}

impl Airflow {
    fn status(&self, path: &str, headers: &HeaderMap) -> (u16, &'static str) {
        let cookie = headers.get("cookie").and_then(|value| value.to_str().ok());
        match cookie {
            _ if self.fails => (500, "{}"),
            Some("_token=known") if path.contains("/connections") => (403, "{}"),
            Some("_token=known") => (200, "{\"secret\": \"of Airflow\"}"),
            Some(_) => (403, "{\"detail\": \"Invalid JWT token\"}"),
            None => (401, "{}"),
        }
    }
}

impl Application for Airflow {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Pieces>, TransportError>> {
        let path = request.uri().path().to_owned();
        let (status, body) = self.status(&path, request.headers());
        self.seen.lock().unwrap().push(path);
        let pieces = futures::stream::iter([Ok(Bytes::from(body))]);
        let mut response = http::Response::new(pieces.boxed());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        futures::future::ready(Ok(response)).boxed()
    }
}

fn page(environment: &[(&str, &str)]) -> Page {
    let variable = |name: &str| {
        let found = environment.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let settings = Settings::within_airflow(variable, &HashMap::new()).unwrap();
    let backend = InProcessBackend::new("3.3.2", None).unwrap();
    let server = Server::with_backend(&settings, Arc::new(backend)).unwrap();
    Page::new(server, settings, "3.3.2", None)
}

struct Seen {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

async fn visit(page: &Page, airflow: &Arc<Airflow>, uri: &str, cookie: Option<&str>) -> Seen {
    let mut request = http::Request::get(uri).body(Body::empty()).unwrap();
    if let Some(cookie) = cookie {
        request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
    }
    request.extensions_mut().insert(Arc::clone(airflow) as Arc<dyn Application>);
    let (head, body) = page.handle(request).await.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    Seen { status: head.status, headers: head.headers, text }
}

#[tokio::test]
async fn who_is_logged_in_sees_how_to_connect_and_what_they_may_read() {
    let airflow = Arc::new(Airflow::default());
    let seen = visit(&page(&[]), &airflow, ASKED, Some("_token=known")).await;
    assert_eq!(seen.status, StatusCode::OK);
    for part in [
        "https://airflow.example.com/team/mcp/v1/",
        "read only",
        "Claude Code",
        "serverUrl",
        "GET on connections",
        "diagnose_dag_run",
    ] {
        assert!(seen.text.contains(part), "{part}: {}", seen.text);
    }
    assert_eq!(seen.text.matches("class=\"no\"").count(), 1);
    assert!(!seen.text.contains("of Airflow\""), "no data");
}

#[tokio::test]
async fn strangers_learn_nothing_and_cost_one_request() {
    for cookie in [None, Some("_token=forged")] {
        let airflow = Arc::new(Airflow::default());
        let seen = visit(&page(&[]), &airflow, ASKED, cookie).await;
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
        assert!(seen.headers[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Bearer"));
        for secret in ["3.3.2", "airflow.example.com", "read only", "mcp/v1"] {
            assert!(!seen.text.contains(secret), "{secret}");
        }
        assert_eq!(airflow.seen.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_airflow_that_fails_knows_nobody() {
    let airflow = Arc::new(Airflow { fails: true, ..Airflow::default() });
    let seen = visit(&page(&[]), &airflow, ASKED, Some("_token=known")).await;
    assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!seen.text.contains("mcp/v1"));
}

#[tokio::test]
async fn whatever_the_address_holds_is_text() {
    let airflow = Arc::new(Airflow::default());
    let uri = "https://airflow.example.com/%22'&quot;/mcp/v1/page";
    let seen = visit(&page(&[]), &airflow, uri, Some("_token=known")).await;
    assert!(seen.text.contains("/%22'&amp;quot;/mcp/v1/"), "{}", seen.text);
    assert!(!seen.text.contains("<script"));
}

#[tokio::test]
async fn the_browser_is_told_to_run_and_fetch_nothing() {
    let airflow = Arc::new(Airflow::default());
    let seen = visit(&page(&[]), &airflow, ASKED, Some("_token=known")).await;
    let policy = seen.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'nonce-"), "{policy}");
    assert!(policy.ends_with("frame-ancestors 'self'"), "{policy}");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(seen.text.contains(&format!("<style nonce=\"{nonce}\">")));
    assert!(
        !["src=", "@import", "url(", "<link", "onclick"].iter().any(|out| seen.text.contains(out))
    );
    assert_eq!(seen.headers[header::X_FRAME_OPTIONS], "SAMEORIGIN");
    assert_eq!(seen.headers[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn an_airflow_elsewhere_is_named_without_its_password_and_its_rights_are_its_own() {
    let elsewhere = [
        ("AIRFLOW_API_URL", "https://elsewhere.example.com/base/"),
        ("AIRVANE_ALLOW_WRITE", "true"),
        ("AIRVANE_EXCLUDE_TOOLS", "pause_dag"),
    ];
    let airflow = Arc::new(Airflow::default());
    let seen = visit(&page(&elsewhere), &airflow, ASKED, Some("_token=known")).await;
    assert!(seen.text.contains("https://elsewhere.example.com/base/auth/token"));
    assert!(seen.text.contains("read and write") && !seen.text.contains("What you may read"));
    assert!(seen.text.contains("<code>unpause_dag") && !seen.text.contains("<code>pause_dag"));
}

#[test]
fn the_page_is_known_by_the_end_of_its_path() {
    let is_at = |uri| Page::is_at(&Uri::from_static(uri));
    assert!(is_at(ASKED) && is_at("/mcp/v1/page"));
    assert!(!is_at("/mcp/v1/") && !is_at("/mcp/v1/homepage") && !is_at("/"));
}
