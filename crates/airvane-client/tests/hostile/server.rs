//! A TCP server that answers each request as a test tells it to, and remembers what it was sent.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) accept: Option<String>,
    pub(crate) body: String,
}

/// What to do with a request. Each ends the connection.
pub(crate) enum Answer {
    /// Writes these bytes.
    Raw(Vec<u8>),
    /// Waits, then answers.
    After(Duration, Box<Answer>),
    /// Says nothing and keeps the connection.
    Hang,
    /// Writes these bytes, says nothing more and keeps the connection.
    Stall(Vec<u8>),
    /// Writes these bytes and ends the connection with a reset.
    Reset(Vec<u8>),
    /// Writes a head, then one byte at a time for ever.
    Drip(Vec<u8>, Duration),
    /// Writes a head, then this piece again and again, as long as anybody reads.
    Flood(Vec<u8>, Vec<u8>),
}

/// A whole answer.
pub(crate) fn answer(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref();
    let mut head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("Connection: close\r\n\r\n");
    Answer::Raw([head.as_bytes(), body].concat())
}

/// A whole answer in JSON.
pub(crate) fn json(status: &str, body: &str) -> Answer {
    answer(status, &["Content-Type: application/json"], body)
}

type Handler = dyn Fn(&Received, usize) -> Answer + Send + Sync;

/// The server. Ends with the test.
pub(crate) struct Server {
    pub(crate) url: Url,
    received: Arc<Mutex<Vec<Received>>>,
    written: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Server {
    /// Begins to listen. The handler is told how many requests came before.
    pub(crate) async fn new(
        handler: impl Fn(&Received, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let received = Arc::default();
        let written = Arc::default();
        let shared = Shared {
            handler: Arc::new(handler),
            received: Arc::clone(&received),
            written: Arc::clone(&written),
        };
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(shared.clone().serve(stream));
            }
        });
        Self { url, received, written, task }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// How many requests came for a path.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.received().iter().filter(|request| request.path == path).count()
    }

    /// How many bytes of floods were taken from it.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Shared {
    handler: Arc<Handler>,
    received: Arc<Mutex<Vec<Received>>>,
    written: Arc<AtomicU64>,
}

impl Shared {
    async fn serve(self, mut stream: TcpStream) {
        let Some(request) = read(&mut stream).await else { return };
        let before = {
            let mut received = self.received.lock().unwrap();
            received.push(request.clone());
            received.len() - 1
        };
        let mut answer = (self.handler)(&request, before);
        while let Answer::After(pause, next) = answer {
            tokio::time::sleep(pause).await;
            answer = *next;
        }
        // A client that has gone is no failure of the server.
        let _ = self.write(stream, answer).await;
    }

    async fn write(self, mut stream: TcpStream, answer: Answer) -> std::io::Result<()> {
        match answer {
            Answer::Raw(bytes) => {
                stream.write_all(&bytes).await?;
                stream.shutdown().await
            }
            Answer::Hang => std::future::pending().await,
            Answer::Stall(bytes) => {
                stream.write_all(&bytes).await?;
                std::future::pending().await
            }
            Answer::Reset(bytes) => {
                stream.write_all(&bytes).await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
                stream.set_zero_linger()
            }
            Answer::Drip(head, every) => {
                stream.write_all(&head).await?;
                loop {
                    stream.write_all(b" ").await?;
                    tokio::time::sleep(every).await;
                }
            }
            Answer::Flood(head, piece) => {
                stream.write_all(&head).await?;
                loop {
                    stream.write_all(&piece).await?;
                    self.written.fetch_add(piece.len() as u64, Ordering::SeqCst);
                }
            }
            Answer::After(..) => unreachable!("unwrapped by the caller"),
        }
    }
}

/// Reads one request.
pub(crate) async fn read(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Option<Received> {
    let mut bytes = Vec::new();
    let head_end = loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
    };
    let length: usize = header("content-length").map_or(0, |text| text.parse().unwrap());
    let mut body = bytes[head_end..].to_vec();
    while body.len() < length {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        body.extend_from_slice(&piece[..count]);
    }
    let mut first = head.split_whitespace();
    Some(Received {
        method: first.next()?.to_owned(),
        path: first.next()?.to_owned(),
        authorization: header("authorization"),
        accept: header("accept"),
        body: String::from_utf8(body).unwrap(),
    })
}
