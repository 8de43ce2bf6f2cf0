//! Measures the redactor: `measure recall CORPUS…`, `measure logs FILE…`, `measure stream FILE…`,
//! `measure growth`.
//!
//! One JSON object a line, for `cargo xtask bench redact`. A corpus is one JSON object a line with
//! `is_secret`, `rule`, and `text` and `secret` in base64. With `SHOW=1`, `recall` prints what was
//! missed and `logs` the lines that were masked.

#![allow(clippy::cast_precision_loss)] // figures for people

use std::{collections::BTreeMap, fmt::Write as _, fs, io::Write, time::Duration};

use airvane_redact::Redactor;
use base64::{Engine, engine::general_purpose::STANDARD};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let mut args = std::env::args().skip(1);
    let mut out = std::io::stdout().lock();
    let start = now();
    let redactor = Redactor::default();
    redactor.text("warm up: password=x");
    let start = now().saturating_sub(start);
    let task = args.next().unwrap_or_default();
    match task.as_str() {
        "recall" => {
            for path in args {
                recall(&redactor, &fs::read_to_string(path)?, &mut out)?;
            }
        }
        "logs" => {
            for path in args {
                let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
                logs(&redactor, &path, &text, &mut out)?;
            }
        }
        "stream" => {
            for path in args {
                stream(&redactor, &path, &fs::read(&path)?, &mut out)?;
            }
        }
        "growth" => growth(&redactor, &mut out)?,
        _ => {}
    }
    writeln!(out, "{}", json!({"start_ns": nanoseconds(start)}))?;
    Ok(())
}

/// Time of this thread on a processor: other programs on the machine do not count.
fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let (seconds, nanoseconds) = (time.tv_sec, time.tv_nsec);
    Duration::new(
        u64::try_from(seconds).unwrap_or_default(),
        u32::try_from(nanoseconds).unwrap_or_default(),
    )
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn shows() -> bool {
    std::env::var_os("SHOW").is_some()
}

/// What became of the examples of one class.
#[derive(Default)]
struct Class {
    examples: usize,
    hit: usize,
    spans: usize,
    whole: usize,
}

fn recall(redactor: &Redactor, corpus: &str, out: &mut impl Write) -> Outcome {
    let mut classes: BTreeMap<String, Class> = BTreeMap::new();
    let (mut negatives, mut masked) = (0, 0);
    for line in corpus.lines() {
        let row: Value = serde_json::from_str(line)?;
        let text = field(&row, "text").unwrap_or_default();
        let safe = redactor.text(&text);
        let hit = safe.contains("[redacted:");
        if row.get("is_secret").and_then(Value::as_bool) != Some(true) {
            negatives += 1;
            masked += usize::from(hit);
            continue;
        }
        let rule = row.get("rule").and_then(Value::as_str).unwrap_or_default();
        let class = classes.entry(rule.to_owned()).or_default();
        class.examples += 1;
        class.hit += usize::from(hit);
        let secret = field(&row, "secret").filter(|secret| !secret.is_empty());
        let whole = hit && secret.as_ref().is_none_or(|secret| !leaks(&safe, secret));
        class.spans += usize::from(secret.is_some());
        class.whole += usize::from(secret.is_some() && whole);
        if !whole && shows() {
            let brief = |text: &str| text.chars().take(200).collect::<String>();
            writeln!(out, "MISS {rule} | {:?} | {:?}", brief(&text), brief(&safe))?;
        }
    }
    let classes: BTreeMap<_, _> = classes
        .into_iter()
        .map(|(rule, c)| (rule, json!([c.examples, c.hit, c.spans, c.whole])))
        .collect();
    let figures = json!({"classes": classes, "negatives": negatives, "masked": masked});
    writeln!(out, "{figures}")?;
    Ok(())
}

fn field(row: &Value, name: &str) -> Option<String> {
    let bytes = STANDARD.decode(row.get(name)?.as_str()?).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether the secret, or eight characters of it in a row, is still there. A mask's own words do
/// not count: some begin like the token they stand for.
fn leaks(safe: &str, secret: &str) -> bool {
    let mut rest = safe;
    let mut left = String::new();
    while let Some((head, tail)) = rest.split_once("[redacted:") {
        left.push_str(head);
        left.push('\n');
        rest = tail.split_once(']').map_or("", |(_, rest)| rest);
    }
    left.push_str(rest);
    let safe = left.as_str();
    let chars: Vec<char> = secret.chars().collect();
    safe.contains(secret)
        || chars.windows(8).any(|window| safe.contains(&window.iter().collect::<String>()))
}

fn logs(redactor: &Redactor, name: &str, text: &str, out: &mut impl Write) -> Outcome {
    let kinds = redactor.count(text);
    let memchr = best(9, || memchr::memchr(0, text.as_bytes()).unwrap_or(text.len()));
    let redact = best(7, || redactor.text(text).len());
    let figures = json!({
        "file": name,
        "bytes": text.len(),
        "masks": kinds.values().sum::<usize>(),
        "kinds": kinds,
        "memchr_ns": nanoseconds(memchr),
        "redact_ns": nanoseconds(redact),
    });
    writeln!(out, "{figures}")?;
    if shows() {
        for line in text.lines() {
            let safe = redactor.text(line);
            if safe.contains("[redacted:") && safe.as_str() != line {
                let brief = |text: &str| text.chars().take(300).collect::<String>();
                writeln!(out, "MASK {}\n   = {}", brief(line), brief(&safe))?;
            }
        }
    }
    Ok(())
}

/// Speed of a stream, which a log of any length is: it comes in pieces and goes in pieces.
fn stream(redactor: &Redactor, name: &str, log: &[u8], out: &mut impl Write) -> Outcome {
    /// As `airvane redact` reads.
    const PIECE: usize = 64 * 1024;
    let memchr = best(9, || memchr::memchr(0, log).unwrap_or(log.len()));
    let redact = best(7, || {
        let mut stream = redactor.stream();
        let size: usize = log.chunks(PIECE).map(|piece| stream.push(piece).len()).sum();
        size + stream.finish().len()
    });
    let figures = json!({
        "file": name,
        "bytes": log.len(),
        "memchr_ns": nanoseconds(memchr),
        "redact_ns": nanoseconds(redact),
    });
    writeln!(out, "{figures}")?;
    Ok(())
}

fn best(runs: usize, mut work: impl FnMut() -> usize) -> Duration {
    let run = |_| {
        let start = now();
        std::hint::black_box(work());
        now().saturating_sub(start)
    };
    (0..runs).map(run).min().unwrap_or_default()
}

/// What each detector reacts to, over and over: the worst that a hostile log can do.
const HOSTILE: &[(&str, &str)] = &[
    ("names", "password="),
    ("names in a row", "apikeysecret"),
    ("quoted names", "\"token\": \""),
    ("open quotes", "password=\"a "),
    ("lists", "\"api_keys\": [\"a\", "),
    ("flags", " -p"),
    ("commands", "mysql -p"),
    ("users", "curl -u a:b1c2d3e4 "),
    ("schemes", "://"),
    ("user information", "a://b:c"),
    ("webhooks", "https://hooks.slack.com/services/"),
    ("private keys", "-----BEGIN RSA PRIVATE KEY-----"),
    ("private keys in lines", "-----BEGIN RSA PRIVATE KEY-----\n"),
    ("PuTTY", "PuTTY-User-Key-File-2: "),
    ("JWTs", "eyJhbGciOiJIUzI1NiJ9."),
    ("JWTs without end", "eyJ"),
    ("tokens", "ghp_"),
    ("fine-grained tokens", "github_pat_"),
    ("AWS ids", "AKIA "),
    ("hashes", "$2b$12$"),
    ("telegram", "1:aa"),
    ("signed keys", "JQQJ99"),
    ("calls", "jwt.sign("),
    ("nested calls", "getconnection((("),
    ("inserts", "(password) values ("),
    ("headers", "Cookie: a=b; "),
    ("schemes of headers", "Basic "),
    ("services", "mailgun "),
    ("XML", "<a password=\"x\" "),
    ("masks", "[redacted:"),
    ("escapes", "\x1b]"),
    ("manifests", "kind: Secret\n"),
    ("block scalars", "password: |\n"),
    ("names above", "- name: TOKEN\n"),
    ("identified", "user a identified by "),
    ("several names", "a, token = "),
    ("places in formats", "token={} "),
    ("expressions", "token = f((("),
    ("SecureString", "securestring "),
    ("pipes", "echo a | sudo -s"),
    ("distinct values", ""),
];

/// How long doubling texts take; the last column is the time per byte against the smallest.
fn growth(redactor: &Redactor, out: &mut impl Write) -> Outcome {
    for (name, piece) in HOSTILE {
        let times: Vec<u64> = [1 << 14, 1 << 16, 1 << 18, 1 << 20]
            .into_iter()
            .map(|size: usize| {
                let text = hostile(piece, size);
                let runs = if size < 1 << 20 { 3 } else { 1 };
                nanoseconds(best(runs, || redactor.text(&text).len()))
            })
            .collect();
        writeln!(out, "{}", json!({"growth": name, "ns": times}))?;
    }
    Ok(())
}

fn hostile(piece: &str, size: usize) -> String {
    if !piece.is_empty() {
        return piece.repeat(size / piece.len());
    }
    let mut text = String::new();
    let mut i = 0u64;
    while text.len() < size {
        let _ = writeln!(text, "password=Xy9{:016x}", i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        i += 1;
    }
    text
}
