//! Prints what this crate finds in logs on disk.
//!
//! `cargo run -p airvane-log --example explain FILE…`; a file that begins with `{` is read as
//! Airflow 3's events, any other as text.

#![allow(clippy::print_stdout)]

use airvane_log::{Decoder, EventRedactor, Finder, FinderOptions, Findings, Format};
use airvane_redact::Redactor;

fn main() {
    for path in std::env::args().skip(1) {
        match std::fs::read(&path) {
            Ok(body) => print(&path, &find(&body)),
            Err(error) => println!("{path}: {error}"),
        }
    }
}

fn find(body: &[u8]) -> Findings {
    let format = if body.starts_with(b"{") { Format::Ndjson } else { Format::Text };
    let mut redact = EventRedactor::new(&Redactor::default());
    let mut finder = Finder::new(FinderOptions { digest: true, ..FinderOptions::default() });
    let mut decoder = Decoder::new(format);
    decoder.push(body, &mut |event| finder.push(event.redact(&mut redact)));
    decoder.finish(&mut |event| finder.push(event.redact(&mut redact)));
    finder.finish()
}

fn print(path: &str, findings: &Findings) {
    println!("{path}: {} lines, {:?}", findings.counts.lines, findings.outcome);
    let Some(failure) = &findings.failure else { return };
    println!(
        "  {} ({:?}, line {}): {}",
        failure.kind.name(),
        failure.certainty,
        failure.line,
        failure.headline
    );
    for exception in &failure.chain {
        println!("  {:?}: {}", exception.relation, exception.headline());
    }
    for frame in &failure.frames {
        println!("  at {} {}:{}", frame.name, frame.file, frame.lineno.unwrap_or_default());
    }
    for line in &failure.telling_lines {
        println!("  > {}", line.text);
    }
    println!("  = {}", failure.signature);
}
