//! What is held does not grow with the log, and the telling line is found in the middle of it.
//! Broken input breaks nothing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::fmt::Write as _;

use airvane_log::{
    Decoder, EventRedactor, Finder, FinderOptions, Format, Grep, GrepOptions, PageOptions,
};
use airvane_redact::Redactor;

/// All selections at once, and long lines, may hold this much and no more.
const BOUND: usize = 16 * 1024 * 1024;

fn everything() -> FinderOptions {
    let grep = GrepOptions {
        pattern: "batch .*7 ".into(),
        before: 5,
        after: 5,
        limit: 1000,
        ..GrepOptions::default()
    };
    FinderOptions {
        tail: usize::MAX,
        digest: true,
        grep: Some(Grep::new(grep).unwrap()),
        page: Some(PageOptions { first: 100, lines: usize::MAX }),
        ..FinderOptions::default()
    }
}

struct Log {
    decoder: Decoder,
    redact: EventRedactor,
    finder: Finder,
    most: usize,
}

impl Log {
    fn new(format: Format, options: FinderOptions) -> Self {
        Self {
            decoder: Decoder::new(format),
            redact: EventRedactor::new(&Redactor::default()),
            finder: Finder::new(options),
            most: 0,
        }
    }

    fn push(&mut self, text: &str) {
        let Self { decoder, redact, finder, .. } = self;
        decoder.push(text.as_bytes(), &mut |event| finder.push(event.redact(redact)));
        self.most = self.most.max(self.finder.held_bytes());
    }
}

#[test]
fn a_million_lines_with_the_failure_in_the_middle() {
    let options = FinderOptions { tail: 50, ..FinderOptions::default() };
    let mut log = Log::new(Format::Text, options);
    let header = "[2026-11-20T21:39:07.205+0000]";
    let mut chunk = String::new();
    for n in 0..1_000_000 {
        writeln!(chunk, "{header} {{load.py:40}} INFO - Loaded batch {n}").unwrap();
        if n == 500_000 {
            chunk.push_str(
                "[2026-11-20T21:39:07.422+0000] {taskinstance.py:3337} ERROR - Task failed with exception\n\
                 Traceback (most recent call last):\n  File \"/opt/airflow/dags/load.py\", line 41, in load\n\
                 \x20   check(row)\nValueError: bad row 17\n",
            );
        }
        if chunk.len() > 64 * 1024 {
            log.push(&chunk);
            chunk.clear();
        }
    }
    log.push(&chunk);
    assert!(log.most < 64 * 1024, "{} bytes held", log.most);
    let findings = log.finder.finish();
    assert_eq!(findings.counts.lines, 1_000_005);
    assert_eq!(findings.tail.len(), 50);
    assert_eq!(findings.tail[49].text, "Loaded batch 999999");
    let failure = findings.failure.unwrap();
    assert_eq!((failure.headline.as_str(), failure.line), ("ValueError: bad row 17", 500_002));
}

#[test]
fn the_worst_lines_stay_within_the_bound() {
    let mut log = Log::new(Format::Text, everything());
    let filler = "xyz ".repeat(20_000);
    for n in 0..200_u8 {
        let word = char::from(b'a' + n % 26).to_string().repeat(usize::from(n % 40) + 1);
        log.push(&format!(
            "[2026-11-20T21:39:07.205+0000] {{a.py:1}} ERROR - {word} batch {n}7 {filler}\n"
        ));
        log.push(&format!(
            "Traceback (most recent call last):\n{filler}\nValueError: {filler}\n{filler}\n"
        ));
    }
    log.push(&filler.repeat(10));
    let Log { mut decoder, mut redact, mut finder, most } = log;
    decoder.finish(&mut |event| finder.push(event.redact(&mut redact)));
    assert!(most > BOUND / 4, "the test is too mild: {most} bytes held");
    assert!(most.max(finder.held_bytes()) < BOUND, "{most} bytes held");
    let findings = finder.finish();
    assert!(findings.tail.last().unwrap().text.ends_with("bytes of this line dropped]"));
}

#[test]
fn many_forms_of_lines_are_forgotten_and_said_so() {
    let options = FinderOptions { digest: true, ..FinderOptions::default() };
    let mut log = Log::new(Format::Text, options);
    let letters = |n: u32| -> String {
        let letter = |place: u32| char::from_digit(16 + n / 20_u32.pow(place) % 20, 36).unwrap();
        (0..4).map(letter).collect()
    };
    for n in 0..20_000 {
        log.push(&format!("{} {} stands alone\n", letters(n), letters(n * 7919)));
        log.push("the same every time\n");
    }
    assert!(log.most < 2 * 1024 * 1024, "{} bytes held", log.most);
    let digest = log.finder.finish().digest.unwrap();
    assert!(digest.templates.len() <= 512 && digest.forgotten > 1000);
    let counted: u64 = digest.templates.iter().map(|template| template.count).sum();
    assert_eq!(counted + digest.forgotten_lines, 40_000);
    assert!(digest.templates.iter().any(|t| t.text == "the same every time" && t.count == 20_000));
}

/// Flips, repeats and drops bytes of real logs; the same every time.
#[test]
fn broken_logs_break_nothing() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let seeds = [
        (Format::Ndjson, include_str!("../testdata/airflow3/group.ndjson")),
        (Format::Json, include_str!("../testdata/airflow3/cause.json")),
        (Format::Json, include_str!("../testdata/airflow2/cause.json")),
        (Format::Text, include_str!("../testdata/airflow2/group.txt")),
        (Format::Text, include_str!("../testdata/airflow2/java.txt")),
    ];
    for round in 0..200 {
        let (format, seed) = seeds[round % seeds.len()];
        let mut body = seed.as_bytes().to_vec();
        for _ in 0..=random(20) {
            let (at, length) = (random(body.len()), random(200));
            let end = (at + length).min(body.len());
            match random(3) {
                0 => body[at] = u8::try_from(random(256)).unwrap(),
                1 => drop(body.drain(at..end)),
                _ => drop(body.splice(at..at, seed.as_bytes()[..length].to_vec())),
            }
        }
        let mut log = Log::new(format, everything());
        let Log { decoder, redact, finder, .. } = &mut log;
        for chunk in body.chunks(random(5000) + 1) {
            decoder.push(chunk, &mut |event| finder.push(event.redact(redact)));
        }
        decoder.finish(&mut |event| finder.push(event.redact(redact)));
        let is_told = log.finder.finish().counts.lines > 0 || !log.decoder.is_complete();
        assert!(is_told, "round {round} lost everything and did not say so");
    }
}
