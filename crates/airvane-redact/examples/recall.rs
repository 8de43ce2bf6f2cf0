//! Development figures: `recall <labelled corpus> [log file…]`.
//!
//! The corpus is one JSON object a line with `is_secret`, `rule`, and `text` and `secret` in
//! base64. Of the logs it prints finds per megabyte and the speed beside a `memchr` pass.

#![allow(clippy::cast_precision_loss)] // figures for people

use std::{collections::BTreeMap, fs, io::Write, time::Instant};

use airvane_redact::Redactor;
use base64::{Engine, engine::general_purpose::STANDARD};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let mut out = std::io::stdout().lock();
    let start = Instant::now();
    let redactor = Redactor::default();
    redactor.text("warm up: password=x");
    writeln!(out, "start-up {:?}", start.elapsed())?;
    if let Some(corpus) = args.next().filter(|path| path != "-") {
        recall(&redactor, &fs::read_to_string(corpus)?, &mut out)?;
    }
    for log in args {
        let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        measure(&redactor, &log, &text, &mut out)?;
    }
    Ok(())
}

fn field(row: &serde_json::Value, name: &str) -> Option<String> {
    let bytes = STANDARD.decode(row.get(name)?.as_str()?).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn recall(
    redactor: &Redactor,
    corpus: &str,
    out: &mut impl Write,
) -> Result<(), Box<dyn std::error::Error>> {
    let verbose = std::env::var_os("MISSES").is_some();
    let (mut positives, mut hits, mut spans, mut whole, mut negatives, mut false_hits) =
        (0, 0, 0, 0, 0, 0);
    let mut missed: BTreeMap<String, usize> = BTreeMap::new();
    for line in corpus.lines() {
        let row: serde_json::Value = serde_json::from_str(line)?;
        let text = field(&row, "text").unwrap_or_default();
        let safe = redactor.text(&text);
        let hit = safe.contains("[redacted:");
        let rule = row.get("rule").and_then(|rule| rule.as_str()).unwrap_or_default().to_owned();
        if row.get("is_secret").and_then(serde_json::Value::as_bool) == Some(true) {
            positives += 1;
            hits += usize::from(hit);
            let secret = field(&row, "secret").filter(|s| !s.is_empty());
            let gone = secret.as_ref().is_none_or(|s| !safe.contains(s.as_str()));
            if secret.is_some() {
                spans += 1;
                whole += usize::from(hit && gone && !leaks(&safe, secret.as_deref()));
            }
            if !(hit && gone && !leaks(&safe, secret.as_deref())) {
                *missed.entry(rule.clone()).or_default() += 1;
                if verbose {
                    let brief: String = text.chars().take(300).collect();
                    let after: String = safe.chars().take(300).collect();
                    writeln!(out, "MISS {rule} | {brief:?} | {after:?}")?;
                }
            }
        } else {
            negatives += 1;
            false_hits += usize::from(hit);
        }
    }
    writeln!(out, "hit   {hits}/{positives} = {:.1} %", percent(hits, positives))?;
    writeln!(out, "whole {whole}/{spans} = {:.1} %", percent(whole, spans))?;
    writeln!(out, "near-misses masked {false_hits}/{negatives}")?;
    writeln!(out, "missed by rule: {missed:?}")?;
    Ok(())
}

/// Whether a run of eight characters of the secret is still there.
fn leaks(safe: &str, secret: Option<&str>) -> bool {
    let Some(secret) = secret else { return false };
    let chars: Vec<char> = secret.chars().collect();
    chars.windows(8).any(|w| safe.contains(&w.iter().collect::<String>()))
}

fn measure(
    redactor: &Redactor,
    name: &str,
    text: &str,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let mb = text.len() as f64 / 1e6;
    let count = redactor.count(text);
    let finds: usize = count.values().sum();
    let best = |work: &mut dyn FnMut() -> usize| {
        let run = || {
            let start = Instant::now();
            std::hint::black_box(work());
            start.elapsed()
        };
        let mut run = run;
        (0..7).map(|_| run()).min().unwrap_or_default()
    };
    let memchr = best(&mut || memchr::memchr(0, text.as_bytes()).unwrap_or(text.len()));
    let redact = best(&mut || redactor.text(text).len());
    let speed = mb / redact.as_secs_f64();
    let ratio = redact.as_secs_f64() / memchr.as_secs_f64();
    writeln!(
        out,
        "{name}: {mb:.1} MB, {:.2} finds/MB {count:?}, {speed:.0} MB/s, {ratio:.1}x memchr ({:.0} MB/s)",
        finds as f64 / mb,
        mb / memchr.as_secs_f64()
    )?;
    if std::env::var_os("FINDS").is_some() {
        for (raw, safe) in text.lines().zip(redactor.text(text).lines()) {
            if safe.contains("[redacted:") && raw != safe {
                let brief: String = raw.chars().take(400).collect();
                writeln!(
                    out,
                    "  FIND {brief}\n     = {}",
                    safe.chars().take(400).collect::<String>()
                )?;
            }
        }
    }
    Ok(())
}

fn percent(part: usize, of: usize) -> f64 {
    100.0 * part as f64 / of as f64
}
