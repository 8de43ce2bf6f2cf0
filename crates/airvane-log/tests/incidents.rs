//! What is found in logs that real Airflows (3.3.2 and 2.11.2) wrote, one task a failure. The same
//! DAG ran on both; its tasks are named after what they do.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::fmt::Write as _;
use std::path::Path;

use airvane_log::{
    Certainty, Decoder, EventRedactor, Finder, FinderOptions, Findings, Format, Outcome,
};
use airvane_redact::Redactor;

fn read(path: &str) -> (Format, Vec<u8>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(path);
    let format = match path.extension().and_then(|extension| extension.to_str()) {
        Some("ndjson") => Format::Ndjson,
        Some("json") => Format::Json,
        _ => Format::Text,
    };
    (format, std::fs::read(&path).unwrap())
}

fn find(path: &str, chunk: usize) -> Findings {
    let (format, body) = read(path);
    let mut redact = EventRedactor::new(&Redactor::default());
    let mut finder = Finder::new(FinderOptions { tail: 5, ..FinderOptions::default() });
    let mut decoder = Decoder::new(format);
    let mut sink = |event: airvane_log::RawEvent<'_>| finder.push(event.redact(&mut redact));
    for chunk in body.chunks(chunk) {
        decoder.push(chunk, &mut sink);
    }
    decoder.finish(&mut sink);
    assert!(decoder.is_complete());
    finder.finish()
}

/// Everything about a failure, in lines.
fn told(findings: &Findings) -> String {
    let mut out = String::new();
    let Some(failure) = &findings.failure else {
        return format!("no failure, {:?}\n", findings.outcome);
    };
    writeln!(out, "{:?} {:?}: {}", failure.kind, failure.certainty, failure.headline).unwrap();
    writeln!(out, "line {}", failure.line).unwrap();
    for exception in &failure.chain {
        writeln!(out, "{:?} {}", exception.relation, exception.headline()).unwrap();
        for text in exception.more.iter().chain(&exception.notes) {
            writeln!(out, "  | {text}").unwrap();
        }
        for member in &exception.members {
            writeln!(out, "  {:?} {}", member.relation, member.headline()).unwrap();
        }
    }
    for frame in &failure.frames {
        let code = frame.code.as_ref().map_or("", |code| code.as_str());
        let lineno = frame.lineno.unwrap_or(0);
        writeln!(out, "at {} {}:{lineno} {code}", frame.name, frame.file).unwrap();
    }
    for line in &failure.telling_lines {
        writeln!(out, "> {} {}", line.number, line.text).unwrap();
    }
    writeln!(out, "= {}", failure.signature).unwrap();
    out
}

/// Task, kind, headline: the same on both majors.
const EXPECTED: &[(&str, &str, &str)] = &[
    (
        "bash3",
        "command",
        "AirflowException: Bash command failed. The command returned a non-zero exit code 3.",
    ),
    (
        "bash127",
        "command",
        "AirflowException: Bash command failed. The command returned a non-zero exit code 127.",
    ),
    ("cause", "exception", "ValueError: invalid literal for int() with base 10: '12a'"),
    ("context", "exception", "ValueError: region is missing from the settings"),
    ("decoy", "exception", "PermissionError: no write access to table sales.orders"),
    (
        "failfast",
        "failed_on_purpose",
        "AirflowFailException: quota is used up, retrying is useless",
    ),
    (
        "group",
        "exception_group",
        "ExceptionGroup: 2 tables failed (2 sub-exceptions); ValueError: orders: 3 duplicates; KeyError: 'customer_id'",
    ),
    ("importerr", "import", "ModuleNotFoundError: No module named 'pandas_of_nowhere'"),
    ("java", "spark", "FileNotFoundException: s3a://lake/orders/part-4.parquet"),
    (
        "noconn",
        "missing_connection",
        "AirflowNotFoundException: The conn_id `warehouse_prod` isn't defined",
    ),
    ("noted", "exception", "ValueError: line one"),
    ("prints", "exception", "TypeError: unsupported operand type(s) for +: 'int' and 'str'"),
    ("template_undefined", "template", "UndefinedError: 'undefined_thing' is undefined"),
    (
        "template_missing_file",
        "template",
        "TemplateNotFound: 'scripts/missing.sh' not found in search path: '/opt/airflow/dags'",
    ),
];

#[test]
fn the_same_failure_is_found_on_both_majors() {
    for (task, kind, headline) in EXPECTED {
        for path in [format!("airflow3/{task}.ndjson"), format!("airflow2/{task}.txt")] {
            let findings = find(&path, 4096);
            let failure = findings.failure.unwrap();
            assert_eq!(
                (failure.kind.name(), failure.headline.as_str()),
                (*kind, *headline),
                "{path}"
            );
            assert_eq!(failure.certainty, Certainty::Certain, "{path}");
            assert_eq!(findings.outcome, Outcome::Failed, "{path}");
        }
    }
}

#[test]
fn its_signature_is_the_same_on_both_majors() {
    for task in EXPECTED.iter().map(|row| row.0).chain(["killed", "sensor", "sysexit", "timeout"]) {
        let signature = |path: String| find(&path, 4096).failure.unwrap().signature;
        let three = signature(format!("airflow3/{task}.ndjson"));
        assert_eq!(three, signature(format!("airflow2/{task}.txt")), "{task}");
    }
}

#[test]
fn a_task_that_ended_well_has_no_failure_whatever_it_logged() {
    for path in ["airflow3/handled_ok.ndjson", "airflow2/handled_ok.txt"] {
        let findings = find(path, 4096);
        assert!(findings.failure.is_none() && findings.counts.error > 0, "{path}");
        assert_eq!(findings.outcome, Outcome::Succeeded, "{path}");
    }
    for path in ["airflow3/skip.ndjson", "airflow2/skip.txt"] {
        let findings = find(path, 4096);
        assert!(findings.failure.is_none(), "{path}");
        assert_eq!(findings.outcome, Outcome::Skipped, "{path}");
    }
    let reason = find("airflow3/skip.ndjson", 4096).skip_reason.unwrap();
    assert_eq!(reason, "nothing to do today");
}

#[test]
fn a_decoy_is_no_headline() {
    for path in ["airflow3/decoy.ndjson", "airflow2/decoy.txt"] {
        let failure = find(path, 4096).failure.unwrap();
        assert_eq!(failure.chain.len(), 1);
        assert!(
            !failure.headline.contains("refused")
                && !failure.signature.as_str().contains("refused")
        );
    }
}

#[test]
fn any_chunking_and_either_form_give_the_same() {
    for path in paths("airflow3").chain(paths("airflow2")) {
        let whole = told(&find(&path, usize::MAX));
        for chunk in [1, 7, 100] {
            assert_eq!(told(&find(&path, chunk)), whole, "{path} in chunks of {chunk}");
        }
        if let Some(stem) = path.strip_suffix(".json") {
            let other = if path.starts_with("airflow3") { "ndjson" } else { "txt" };
            let other = find(&format!("{stem}.{other}"), 4096);
            assert_eq!(told(&other), whole, "{path}");
            assert_eq!(other.counts, find(&path, 4096).counts, "{path}");
        }
    }
}

#[test]
fn everything_told() {
    for major in ["airflow3", "airflow2"] {
        let mut out = String::new();
        for path in paths(major)
            .filter(|path| path.contains(if major == "airflow3" { "ndjson" } else { "txt" }))
        {
            write!(out, "## {path}\n{}\n", told(&find(&path, 4096))).unwrap();
        }
        insta::assert_snapshot!(major, out);
    }
}

fn paths(major: &'static str) -> impl Iterator<Item = String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(major);
    let entries = std::fs::read_dir(dir).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() > 20);
    names.into_iter().map(move |name| format!("{major}/{name}"))
}
