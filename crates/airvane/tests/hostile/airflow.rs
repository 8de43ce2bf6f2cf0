//! A fake Airflow 3 that misbehaves as a test tells it to.
//!
//! It speaks just enough HTTP for a client to fall for it; every answer ends its connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{bodies, world};

/// What it does instead of answering.
#[derive(Clone, Debug)]
pub enum Trick {
    /// Says nothing, and keeps the connection.
    Hang,
    /// Ends the connection with a reset as soon as the request is there.
    Reset,
    /// Ends the connection with a reset in the middle of a body.
    ResetInside,
    /// Begins a body and never goes on.
    Stall,
    /// One byte of the body at a time, always in time for the next.
    Drip,
    /// Announces ten gigabytes, and sends as many as anybody reads.
    Huge,
    /// Sends a JSON string without end, in chunks.
    Endless,
    /// Sends log events without end.
    EndlessLog,
    /// Sends one log event without end: a line that never breaks.
    EndlessLine,
    /// Sends a small body that unpacks to a JSON string without end.
    GzipBomb,
    /// Sends valid JSON of so many bytes in tiny values, which take much more memory than text.
    TinyValues(usize),
    /// Sends valid JSON of about so many bytes that is one long text: these words, again and again.
    LongText(usize, &'static str),
    /// Sends whole JSON without its end.
    Truncated,
    /// Sends a page for people.
    LoginPage,
    /// Answers with a status.
    Status(u16),
    /// Answers 429 and asks to come back in an hour.
    Throttle,
    /// Sends everybody to another address.
    Redirect(String),
    /// Answers these routes (a path's end, and what its query holds) with a body of a status.
    Routes(Vec<Route>),
    /// Refuses half of all requests, in one of several ways. Which half, a seed says: the same
    /// request always gets the same, also when it is repeated.
    Half(u64),
}

/// An answer of its own for some requests.
#[derive(Clone, Debug)]
pub struct Route {
    pub path: &'static str,
    /// Part of the query; empty for any.
    pub query: &'static str,
    pub status: u16,
    pub body: &'static str,
}

impl Route {
    /// Fails where the path ends so.
    pub fn refused(path: &'static str) -> Self {
        Self { path, query: "", status: 500, body: r#"{"detail": "out of order"}"# }
    }

    fn is_for(&self, path: &str, query: &str) -> bool {
        path.ends_with(self.path) && query.contains(self.query)
    }
}

/// Which requests it plays its trick on; the others get what Airflow would answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scope {
    /// All, from the very first.
    Everything,
    /// All but the one that tells which Airflow this is.
    AllButVersion,
    /// All but that and logs.
    Lists,
    /// Only a task's log.
    Logs,
}

/// A listening fake. Ends with the runtime of its test.
pub struct FakeAirflow {
    /// Its address.
    pub url: String,
    written: Arc<AtomicU64>,
}

impl FakeAirflow {
    pub async fn start(trick: Trick, scope: Scope) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let written = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&written);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (trick, counter) = (trick.clone(), Arc::clone(&counter));
                // A client that has gone is what these tests want.
                tokio::spawn(async move { serve(stream, &trick, scope, &counter).await.ok() });
            }
        });
        Self { url, written }
    }

    /// How many bytes of bodies clients took, or the kernel for them.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }
}

async fn serve(
    mut stream: TcpStream,
    trick: &Trick,
    scope: Scope,
    written: &AtomicU64,
) -> std::io::Result<()> {
    let Some((method, target)) = request(&mut stream).await? else { return Ok(()) };
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let tricked = match scope {
        Scope::Everything => true,
        Scope::AllButVersion => !path.ends_with("/version"),
        Scope::Lists => !path.ends_with("/version") && !path.contains("/logs/"),
        Scope::Logs => path.contains("/logs/"),
    };
    if !tricked {
        return send(&mut stream, 200, &[], world::honest(&method, path, query).as_bytes()).await;
    }
    match trick {
        Trick::Routes(routes) => match routes.iter().find(|route| route.is_for(path, query)) {
            Some(route) => send(&mut stream, route.status, &[], route.body.as_bytes()).await,
            None => {
                send(&mut stream, 200, &[], world::honest(&method, path, query).as_bytes()).await
            }
        },
        Trick::Half(seed) => match hash(*seed, &target) % 6 {
            0 => send(&mut stream, 500, &[], b"{\"detail\": \"out of order\"}").await,
            1 => send(&mut stream, 403, &[], b"{\"detail\": \"Forbidden\"}").await,
            2 => send(&mut stream, 200, &[], b"{\"task_instances\": [{\"task_").await,
            _ => send(&mut stream, 200, &[], world::honest(&method, path, query).as_bytes()).await,
        },
        Trick::Hang => std::future::pending().await,
        Trick::Reset => stream.set_zero_linger(),
        Trick::ResetInside => {
            stream.write_all(&head(200, &["Content-Length: 5000"])).await?;
            stream.write_all(b"{\"dags\": [").await?;
            tokio::time::sleep(Duration::from_millis(50)).await;
            stream.set_zero_linger()
        }
        Trick::Stall => {
            stream.write_all(&head(200, &["Content-Length: 5000"])).await?;
            stream.write_all(b"{\"dags\": [").await?;
            std::future::pending().await
        }
        Trick::Drip => {
            stream.write_all(&head(200, &["Content-Length: 100000"])).await?;
            loop {
                stream.write_all(b" ").await?;
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
        Trick::Huge => {
            stream.write_all(&head(200, &["Content-Length: 10000000000"])).await?;
            flood(&mut stream, b"[\"", &[b'0'; 8192], written).await
        }
        Trick::Endless => {
            stream.write_all(&head(200, &["Transfer-Encoding: chunked"])).await?;
            flood(&mut stream, b"2\r\n[\"\r\n", &bodies::chunk(&[b'0'; 8192]), written).await
        }
        Trick::EndlessLog => {
            stream.write_all(&log_head()).await?;
            flood(&mut stream, b"", &bodies::chunk(&bodies::log_events()), written).await
        }
        Trick::EndlessLine => {
            stream.write_all(&log_head()).await?;
            let start = bodies::chunk(b"{\"event\": \"");
            flood(&mut stream, &start, &bodies::chunk(&[b'a'; 8192]), written).await
        }
        Trick::GzipBomb => {
            let headers = ["Content-Encoding: gzip", "Transfer-Encoding: chunked"];
            stream.write_all(&head(200, &headers)).await?;
            let (start, again) = bodies::gzip_bomb();
            flood(&mut stream, &bodies::chunk(&start), &bodies::chunk(&again), written).await
        }
        Trick::TinyValues(bytes) => send(&mut stream, 200, &[], &bodies::tiny_values(*bytes)).await,
        Trick::LongText(bytes, words) => {
            send(&mut stream, 200, &[], &bodies::long_text(*bytes, words)).await
        }
        Trick::Truncated => {
            send(&mut stream, 200, &[], b"{\"dags\": [{\"dag_id\": \"probe\", \"is_pau").await
        }
        Trick::LoginPage => {
            let page = b"<!doctype html><title>Sign in</title><form>Password</form>";
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n").await?;
            let rest = format!("Content-Length: {}\r\nConnection: close\r\n\r\n", page.len());
            stream.write_all(rest.as_bytes()).await?;
            stream.write_all(page).await
        }
        Trick::Status(status) => {
            send(&mut stream, *status, &[], b"{\"detail\": \"out of order\"}").await
        }
        Trick::Throttle => {
            send(&mut stream, 429, &["Retry-After: 3600"], b"{\"detail\": \"slow down\"}").await
        }
        Trick::Redirect(to) => {
            let location = format!("Location: {to}{path}");
            send(&mut stream, 307, &[&location], b"").await
        }
    }
}

/// Writes as long as anybody reads.
async fn flood(
    stream: &mut TcpStream,
    start: &[u8],
    again: &[u8],
    written: &AtomicU64,
) -> std::io::Result<()> {
    stream.write_all(start).await?;
    loop {
        stream.write_all(again).await?;
        written.fetch_add(again.len() as u64, Ordering::Relaxed);
    }
}

/// FNV-1a, mixed: the same in every run.
fn hash(seed: u64, text: &str) -> u64 {
    // Times in a query differ from run to run.
    let stable = text.split(['?', '&']).filter(|part| !part.contains("date"));
    let bytes = stable.flat_map(str::bytes);
    let hash = bytes
        .fold(0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
    (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32
}

/// Reads a request with its body, of which only method, path and query matter.
async fn request(stream: &mut TcpStream) -> std::io::Result<Option<(String, String)>> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let end = loop {
        let count = stream.read(&mut piece).await?;
        if count == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&piece[..count]);
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
    let mut missing = length.map_or(0, |length| length.parse().unwrap());
    missing -= (bytes.len() - end).min(missing);
    while missing > 0 {
        let count = stream.read(&mut piece).await?;
        if count == 0 {
            return Ok(None);
        }
        missing -= count.min(missing);
    }
    let line = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut words = line.split_whitespace().map(str::to_owned);
    Ok(words.next().zip(words.next()))
}

fn head(status: u16, headers: &[&str]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("Connection: close\r\n\r\n");
    head.into_bytes()
}

fn log_head() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
        .to_vec()
}

async fn send(
    stream: &mut TcpStream,
    status: u16,
    headers: &[&str],
    body: &[u8],
) -> std::io::Result<()> {
    let length = format!("Content-Length: {}", body.len());
    let headers: Vec<&str> = headers.iter().copied().chain([length.as_str()]).collect();
    stream.write_all(&head(status, &headers)).await?;
    stream.write_all(body).await?;
    stream.shutdown().await
}
