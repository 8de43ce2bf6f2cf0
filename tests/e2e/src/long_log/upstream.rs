//! Sends the log over HTTP, as fast as it is read or held back to a pace.

use std::io::{BufReader, BufWriter, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::{DAG, LongLog, RUN, TASK, world};
use crate::counted::{Head, head};
use crate::rest::Major;

/// An Airflow with that log. Its threads end with the program.
pub struct Upstream {
    /// Its address.
    pub url: String,
    log_path: String,
}

impl Upstream {
    /// Listens on a free port of this machine. `pace` holds the log back to so many bytes a second.
    pub fn start(log: LongLog, pace: Option<u64>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let version = if log.major == Major::Two { "v1" } else { "v2" };
        let log_path =
            format!("/api/{version}/dags/{DAG}/dagRuns/{RUN}/taskInstances/{TASK}/logs/1");
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let log = log.clone();
                // Who has read enough goes.
                thread::spawn(move || serve(client, &log, pace).ok());
            }
        });
        Ok(Self { url, log_path })
    }

    /// The address of the log, for a plain reader.
    pub fn log_url(&self) -> String {
        format!("{}{}", self.url, self.log_path)
    }
}

fn serve(client: TcpStream, log: &LongLog, pace: Option<u64>) -> Result<()> {
    let mut out = BufWriter::with_capacity(256 * 1024, client.try_clone()?);
    let mut requests = BufReader::new(client);
    while let Some(Head { bytes, length }) = head(&mut requests)? {
        std::io::copy(&mut (&mut requests).take(length), &mut std::io::sink())?;
        let text = String::from_utf8(bytes)?;
        let target = text.split(' ').nth(1).context("a request without a target")?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path.contains("/logs/") {
            send_log(&mut out, log, pace)?;
        } else {
            let (status, body) = world::answer(log.major, path, query);
            let length = body.len();
            write!(out, "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n")?;
            write!(out, "Content-Length: {length}\r\n\r\n{body}")?;
        }
        out.flush()?;
    }
    Ok(())
}

fn send_log(out: &mut impl Write, log: &LongLog, pace: Option<u64>) -> Result<()> {
    let media = if log.major == Major::Two { "text/plain" } else { "application/x-ndjson" };
    write!(out, "HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nTransfer-Encoding: chunked\r\n\r\n")?;
    let (began, mut sent) = (Instant::now(), 0);
    log.write(&mut |piece| {
        if let Some(pace) = pace {
            let due = Duration::from_micros(sent * 1_000_000 / pace);
            thread::sleep(due.saturating_sub(began.elapsed()));
        }
        sent += piece.len() as u64;
        write!(out, "{:x}\r\n", piece.len())?;
        out.write_all(piece)?;
        out.write_all(b"\r\n")
    })?;
    Ok(out.write_all(b"0\r\n\r\n")?)
}
