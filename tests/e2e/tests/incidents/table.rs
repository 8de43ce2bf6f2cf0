//! What was measured, one row a case, ours and the other server's side by side.

use std::fmt::Write as _;
use std::time::Duration;

use airvane_e2e::env::Airflow;

use super::Row;

/// The table, and under it every wrong answer in full.
pub fn table(airflow: &Airflow, rows: &[Row], happened: Duration, all: Duration) -> String {
    let version = &airflow.version;
    let mut out = String::from(HEAD);
    for row in rows {
        let _ = writeln!(out, "{}", line(row, version));
    }
    let _ = writeln!(
        out,
        "all had happened after {} s, done after {} s",
        happened.as_secs(),
        all.as_secs()
    );
    sums(&mut out, rows, version);
    for row in rows.iter().filter(|row| !row.wrong.is_empty()) {
        let _ =
            writeln!(out, "\n{} on {version}: {}\n{}", row.name, row.wrong.join("; "), row.text);
    }
    out
}

/// `tokens` of ours counts the text, `struct.` the structured content. The other server is asked
/// for the failed task's log as well where its diagnosis lacks the error, so it may take two calls.
/// `error` says whether its answers hold the exact error, `hit` whether they are right as ours have
/// to be: the right task first, no decoy.
const HEAD: &str = "
                             ----------- airvane ------------   ------- astro-airflow-mcp -------
incident             Airflow hit tokens struct. requests   ms   hit error calls tokens requests    ms
";

fn line(row: &Row, version: &str) -> String {
    let Row { name, tokens, structured_tokens, requests, theirs, .. } = row;
    let yes = |good| if good { "yes" } else { "no" };
    format!(
        "{name:<20} {version:<7} {:<3} {tokens:>6} {structured_tokens:>7} {requests:>8} {:>4}   \
         {:<3} {:<5} {:>5} {:>6} {:>8} {:>5}",
        yes(row.wrong.is_empty()),
        row.time.as_millis(),
        yes(theirs.hit),
        yes(theirs.has_error),
        theirs.calls,
        theirs.tokens,
        theirs.requests,
        theirs.time.as_millis(),
    )
}

fn sums(out: &mut String, rows: &[Row], version: &str) {
    let hits = |is_hit: fn(&Row) -> bool| rows.iter().filter(|row| is_hit(row)).count();
    let _ = writeln!(
        out,
        "airvane on {version}: {} of {} right, {}, requests median {}, ms median {}",
        hits(|row| row.wrong.is_empty()),
        rows.len(),
        spread(rows, |row| row.tokens.max(row.structured_tokens)),
        median(rows, |row| row.requests),
        median(rows, |row| millis(row.time)),
    );
    let _ = writeln!(
        out,
        "astro-airflow-mcp on {version}: {} of {} right, {} hold the error, {}, requests median \
         {}, ms median {}",
        hits(|row| row.theirs.hit),
        rows.len(),
        hits(|row| row.theirs.has_error),
        spread(rows, |row| row.theirs.tokens),
        median(rows, |row| row.theirs.requests),
        median(rows, |row| millis(row.theirs.time)),
    );
}

fn millis(time: Duration) -> usize {
    usize::try_from(time.as_millis()).unwrap_or(usize::MAX)
}

fn spread(rows: &[Row], of: fn(&Row) -> usize) -> String {
    let most = rows.iter().map(of).max().unwrap_or_default();
    format!("tokens median {} most {most}", median(rows, of))
}

/// The middle of all, 0 of none.
pub fn median(rows: &[Row], of: fn(&Row) -> usize) -> usize {
    let mut values: Vec<usize> = rows.iter().map(of).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}
