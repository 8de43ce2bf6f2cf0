//! Digest, grep, pages, levels: what a reader may ask of a log besides the failure.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use airvane_log::{
    Decoder, EventRedactor, Finder, FinderOptions, Findings, Format, Grep, GrepError, GrepOptions,
    Level, PageOptions,
};
use airvane_redact::Redactor;

const LOG: &str = "\
[2026-11-20T21:00:00.000+0000] {load.py:1} INFO - Connecting to warehouse
[2026-11-20T21:00:01.000+0000] {load.py:2} INFO - Loaded batch 1 of orders: 120 rows
[2026-11-20T21:00:02.000+0000] {load.py:2} INFO - Loaded batch 2 of orders: 98 rows
[2026-11-20T21:00:03.000+0000] {load.py:3} WARNING - Batch 3 of orders is empty
[2026-11-20T21:00:04.000+0000] {load.py:2} INFO - Loaded batch 4 of customers: 7 rows
[2026-11-20T21:00:05.000+0000] {load.py:4} ERROR - Batch 5 failed:
  column 7
  column 9
[2026-11-20T21:00:06.000+0000] {load.py:2} INFO - Loaded batch 6 of orders: 1 rows
";

fn find(options: FinderOptions) -> Findings {
    let mut redact = EventRedactor::new(&Redactor::default());
    let mut finder = Finder::new(options);
    let mut decoder = Decoder::new(Format::Text);
    decoder.push(LOG.as_bytes(), &mut |event| finder.push(event.redact(&mut redact)));
    decoder.finish(&mut |event| finder.push(event.redact(&mut redact)));
    finder.finish()
}

fn grep(options: GrepOptions) -> airvane_log::Matches {
    let grep = Some(Grep::new(options).unwrap());
    find(FinderOptions { grep, ..FinderOptions::default() }).matches.unwrap()
}

fn shown(matches: &airvane_log::Matches) -> Vec<(u64, bool)> {
    matches.lines.iter().map(|found| (found.line.number, found.matched)).collect()
}

#[test]
fn a_digest_collapses_what_differs_in_numbers_and_names() {
    let digest = find(FinderOptions { digest: true, ..FinderOptions::default() }).digest.unwrap();
    let told: Vec<_> = digest
        .templates
        .iter()
        .map(|t| (t.count, t.text.as_str(), t.example.number, t.last))
        .collect();
    assert_eq!(
        told,
        [
            (1, "Connecting to warehouse", 1, 1),
            (4, "Loaded batch * of * * rows", 2, 9),
            (1, "Batch * of orders is empty", 4, 4),
            (1, "Batch * failed:", 6, 6),
            (2, "  column *", 7, 8),
        ]
    );
    assert_eq!(digest.forgotten, 0);
    assert_eq!(digest.templates[3].level, Some(Level::Error));
}

#[test]
fn grep_gives_context_once_and_counts_all() {
    let options = GrepOptions {
        pattern: "batch [24]".into(),
        before: 1,
        after: 1,
        limit: 10,
        ..GrepOptions::default()
    };
    let matches = grep(options);
    assert_eq!(shown(&matches), [(2, false), (3, true), (4, false), (5, true), (6, false)]);
    assert_eq!((matches.total, matches.remaining()), (2, 0));
}

#[test]
fn grep_goes_on_where_it_left_off() {
    let options = GrepOptions {
        pattern: "loaded".into(),
        ignore_case: true,
        limit: 3,
        ..GrepOptions::default()
    };
    let first = grep(options.clone());
    assert_eq!(shown(&first), [(2, true), (3, true), (5, true)]);
    assert_eq!((first.total, first.seen, first.remaining()), (4, 3, 1));
    let second = grep(GrepOptions { skip: first.seen, ..options });
    assert_eq!(shown(&second), [(9, true)]);
    assert_eq!(second.remaining(), 0);
}

#[test]
fn a_bad_pattern_is_an_error_not_a_panic() {
    let new = |pattern: &str| {
        Grep::new(GrepOptions { pattern: pattern.into(), ..GrepOptions::default() })
    };
    assert!(matches!(new("(").unwrap_err(), GrepError::Invalid(_)));
    assert!(matches!(new("(\\w{500}){500}").unwrap_err(), GrepError::TooLarge));
}

#[test]
fn pages_join_to_the_whole_log() {
    let mut first = 1;
    let mut numbers = Vec::new();
    loop {
        let page = Some(PageOptions { first, lines: 4 });
        let page = find(FinderOptions { page, ..FinderOptions::default() }).page.unwrap();
        numbers.extend(page.lines.iter().map(|line| line.number));
        match page.next {
            Some(next) => first = next,
            None => break,
        }
    }
    assert_eq!(numbers, (1..=9).collect::<Vec<_>>());
}

#[test]
fn a_least_level_filters_selections_and_keeps_continuations() {
    let options =
        FinderOptions { tail: 10, least_level: Some(Level::Warning), ..FinderOptions::default() };
    let findings = find(options);
    let tail: Vec<_> = findings.tail.iter().map(|line| line.number).collect();
    assert_eq!(tail, [4, 6, 7, 8]);
    assert_eq!((findings.counts.lines, findings.counts.info, findings.counts.error), (9, 5, 1));
}

#[test]
fn counts_and_times() {
    let counts = find(FinderOptions::default()).counts;
    assert_eq!(counts.first.unwrap().to_string(), "2026-11-20T21:00:00Z");
    assert_eq!(counts.last.unwrap().to_string(), "2026-11-20T21:00:06Z");
    assert_eq!(counts.warning, 1);
}

#[test]
fn secrets_are_masked_before_anything_looks() {
    let secret = ["hunter", "2-is-not-", "enough"].concat();
    let log = format!("INFO connecting with password={secret} to db\n");
    let pattern = GrepOptions { pattern: secret.clone(), limit: 5, ..GrepOptions::default() };
    let options = FinderOptions {
        tail: 5,
        grep: Some(Grep::new(pattern).unwrap()),
        ..FinderOptions::default()
    };
    let mut redact = EventRedactor::new(&Redactor::default());
    let mut finder = Finder::new(options);
    let mut decoder = Decoder::new(Format::Text);
    decoder.push(log.as_bytes(), &mut |event| {
        assert!(!format!("{event:?}").contains(&secret));
        finder.push(event.redact(&mut redact));
    });
    let findings = finder.finish();
    assert_eq!(findings.matches.unwrap().total, 0);
    assert!(
        findings.tail[0].text.contains("password=") && !findings.tail[0].text.contains(&secret)
    );
}
