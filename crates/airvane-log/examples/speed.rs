//! Prints how fast each half of this crate reads a log, beside a `memchr` pass over the same bytes.
//!
//! `cargo run --release -p airvane-log --example speed [MEGABYTES] [FILE]`; a file whose name ends
//! in `.ndjson` is read as Airflow 3's events, any other as text. On Linux it counts time on the
//! processor, so that a busy machine does not blur it.

#![allow(clippy::print_stdout)]

use std::fmt::Write as _;
use std::time::Instant;

use airvane_log::{Decoder, EventRedactor, Finder, FinderOptions, Format, PageOptions};
use airvane_redact::Redactor;

const CHUNK: usize = 64 * 1024;

fn main() {
    let megabytes = std::env::args().nth(1).and_then(|arg| arg.parse().ok()).unwrap_or(200);
    if let Some(path) = std::env::args().nth(2) {
        let format = if path.ends_with(".ndjson") { Format::Ndjson } else { Format::Text };
        return std::fs::read(&path).map_or_else(
            |error| println!("{path}: {error}"),
            |body| measure(&path, format, &repeated(&body, megabytes)),
        );
    }
    measure("Airflow 2 text", Format::Text, text(megabytes).as_bytes());
    measure("Airflow 3 NDJSON", Format::Ndjson, ndjson(megabytes).as_bytes());
}

fn repeated(body: &[u8], megabytes: usize) -> Vec<u8> {
    body.repeat((megabytes << 20) / body.len().max(1) + 1)
}

fn text(megabytes: usize) -> String {
    let mut log = String::new();
    for n in 0_u32.. {
        if log.len() >= megabytes << 20 {
            break;
        }
        let (second, part) = (n / 100 % 60, n % 7);
        let _ = writeln!(
            log,
            "[2026-11-20T21:39:{second:02}.{:03}+0000] {{load.py:{}}} INFO - Loaded batch {n} of table \
             orders_{part}: {} rows in {}.{part} s",
            n % 1000,
            40 + part,
            n * 17 % 9973,
            n % 31,
        );
    }
    log
}

fn ndjson(megabytes: usize) -> String {
    let mut log = String::new();
    for n in 0_u32.. {
        if log.len() >= megabytes << 20 {
            break;
        }
        let second = n / 100 % 60;
        let _ = writeln!(
            log,
            r#"{{"timestamp":"2026-11-20T21:38:{second:02}.343068Z","event":"Loaded batch {n} of table orders: {} rows","level":"info","logger":"warehouse.load","ti_id":"01a1fae5-092c-75e0-8665-961b0555341e","try_number":1,"task_id":"load","run_id":"r1","map_index":-1,"dag_id":"orders","filename":"load.py","lineno":50}}"#,
            n * 17 % 9973,
        );
    }
    log
}

fn measure(name: &str, format: Format, body: &[u8]) {
    println!("{name}: {} MB", body.len() >> 20);
    let pass = seconds(|| memchr::memchr_iter(b'\n', body).count() as u64);
    let time = |name: &str, run: &mut dyn FnMut() -> u64| print(name, body, seconds(run), pass.0);
    print("memchr", body, pass, pass.0);
    time("decode", &mut || {
        let mut events = 0;
        decode(format, body, &mut |_| events += 1);
        events
    });
    let redactor = Redactor::default();
    time("decode, redact", &mut || {
        let (mut events, mut redact) = (0, EventRedactor::new(&redactor));
        decode(format, body, &mut |raw| {
            drop(raw.redact(&mut redact));
            events += 1;
        });
        events
    });
    let least = FinderOptions { tail: 100, ..FinderOptions::default() };
    time("decode, redact, find", &mut || find(format, body, &redactor, least.clone()));
    let page = Some(PageOptions { first: 1000, lines: 100 });
    let all = FinderOptions { tail: 100, digest: true, page, ..FinderOptions::default() };
    time("decode, redact, find, digest", &mut || find(format, body, &redactor, all.clone()));
}

fn find(format: Format, body: &[u8], redactor: &Redactor, options: FinderOptions) -> u64 {
    let (mut finder, mut redact) = (Finder::new(options), EventRedactor::new(redactor));
    decode(format, body, &mut |raw| finder.push(raw.redact(&mut redact)));
    println!("  {:>8} bytes held", finder.held_bytes());
    finder.finish().counts.lines
}

fn decode(format: Format, body: &[u8], sink: &mut dyn FnMut(airvane_log::RawEvent<'_>)) {
    let mut decoder = Decoder::new(format);
    for chunk in body.chunks(CHUNK) {
        decoder.push(chunk, sink);
    }
    decoder.finish(sink);
}

/// Seconds that it took, and what it counted.
fn seconds(run: impl FnOnce() -> u64) -> (f64, u64) {
    let (start, busy) = (Instant::now(), cpu_seconds());
    let lines = run();
    let wall = start.elapsed().as_secs_f64();
    (cpu_seconds().zip(busy).map_or(wall, |(now, before)| now - before), lines)
}

#[allow(clippy::cast_precision_loss, reason = "a speed to print")]
fn print(name: &str, body: &[u8], (seconds, lines): (f64, u64), pass: f64) {
    let (speed, ratio) = (body.len() as f64 / 1e6 / seconds, seconds / pass);
    println!("  {speed:>8.0} MB/s {ratio:>6.1} x memchr  {name} ({lines} lines)");
}

/// What this thread has used of a processor, where the system tells.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos: f64 = stat.split(' ').next()?.parse().ok()?;
    Some(nanos / 1e9)
}
