//! `airvane redact`.

use std::io::Write;
use std::process::Stdio;

use super::process::{airvane, err, out, run};

fn redact(arguments: &[&str], input: &[u8]) -> std::process::Output {
    let arguments = [&["redact"], arguments].concat();
    let mut child = airvane(&arguments, &[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    output
}

#[test]
fn masks_standard_input_without_any_setting() {
    let output = redact(&[], b"Connecting with password=horse-battery-77 to db\nrows: 12\n");
    let text = out(&output);
    assert!(output.status.success(), "{}", err(&output));
    assert!(text.starts_with("Connecting with password=[redacted:password#"), "{text}");
    assert!(text.ends_with("] to db\nrows: 12\n"), "{text}");
}

#[test]
fn a_long_text_streams_through_unchanged_where_nothing_is_secret() {
    let line = "[2026-05-01T00:00:00.000+0000] {taskinstance.py:1} INFO - rows: 17 grüße\n";
    let text = line.repeat(40_000);
    assert_eq!(out(&redact(&[], text.as_bytes())), text);
}

#[test]
fn counts_kinds_instead_of_printing_the_text() {
    let text =
        b"password=horse-battery-77\npassword=cow-battery-78\ntoken: 9f86d081884c7d659a2feaa0\n";
    let count = out(&redact(&["--count"], text));
    assert_eq!(count, "      2  password\n      1  token\n      3  in all\n");
    assert_eq!(out(&redact(&["--count"], b"nothing here\n")), "      0  in all\n");
}

#[test]
fn patterns_of_ones_own_mask_and_keep() {
    let text = b"order ACME-12345678 password=horse-battery-77\n";
    let masked = out(&redact(&["--mask", "ACME-[0-9]{8}", "--keep", "horse-.*"], text));
    assert!(masked.starts_with("order [redacted:denied#"), "{masked}");
    assert!(masked.ends_with("] password=horse-battery-77\n"), "{masked}");
    let wrong = run(&["redact", "--mask", "("], &[]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(err(&wrong).contains("not a usable regular expression"), "{}", err(&wrong));
}

#[test]
fn help_has_an_example() {
    assert!(out(&run(&["redact", "--help"], &[])).contains("airvane redact < task.log"));
}
