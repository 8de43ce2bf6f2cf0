//! A way to an Airflow that counts the requests that pass, whoever sends them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result};

use crate::env::Airflow;

/// Counts requests to one Airflow. Its threads end with the test.
pub struct Counted {
    /// The same Airflow, reached through here.
    pub airflow: Airflow,
    requests: Arc<AtomicUsize>,
}

impl Counted {
    /// Listens on a free port of this machine.
    pub fn new(airflow: &Airflow) -> Result<Self> {
        let address =
            airflow.url.strip_prefix("http://").context("the test's Airflow is no HTTP")?;
        let upstream: SocketAddr = address.parse()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        relay_all(listener, upstream, move |head| {
            counter.fetch_add(1, Ordering::SeqCst);
            head
        });
        Ok(Self { airflow: Airflow { url, ..airflow.clone() }, requests })
    }

    /// Requests since this was last asked.
    pub fn take(&self) -> usize {
        self.requests.swap(0, Ordering::SeqCst)
    }
}

/// Passes connections on, with what becomes of each request's head.
pub(crate) fn relay_all(
    listener: TcpListener,
    upstream: SocketAddr,
    pass: impl Fn(Vec<u8>) -> Vec<u8> + Clone + Send + 'static,
) {
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let pass = pass.clone();
            // A connection that breaks off is the client's to report.
            thread::spawn(move || relay(client, upstream, pass).ok());
        }
    });
}

fn relay(client: TcpStream, upstream: SocketAddr, pass: impl Fn(Vec<u8>) -> Vec<u8>) -> Result<()> {
    let mut server = TcpStream::connect(upstream)?;
    let (mut answers, mut back) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        // Ends when either side does.
        let _ = std::io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Write);
    });
    let mut client = BufReader::new(client);
    while let Some(Head { bytes, length }) = head(&mut client)? {
        server.write_all(&pass(bytes))?;
        std::io::copy(&mut (&mut client).take(length), &mut server)?;
    }
    Ok(server.shutdown(Shutdown::Write)?)
}

/// A request's head as it came, and how long its body is.
pub(crate) struct Head {
    pub(crate) bytes: Vec<u8>,
    pub(crate) length: u64,
}

/// Reads a request's head; `None` when the client has ended.
pub(crate) fn head(client: &mut BufReader<TcpStream>) -> Result<Option<Head>> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    loop {
        let from = bytes.len();
        if client.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(bytes.get(from..).unwrap_or_default()).to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
        if line.trim().is_empty() && from > 0 {
            return Ok(Some(Head { bytes, length }));
        }
    }
}
