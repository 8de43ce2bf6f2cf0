//! What was measured, one row a case, ours and the other server's side by side.

use std::fmt::Write as _;
use std::time::Duration;

use airvane_e2e::env::Airflow;
use airvane_e2e::judge::{Row, wrong_ones};

use crate::peer::Asked;

/// One incident, put to both.
pub struct Case {
    pub ours: Row,
    /// What ours asked of Airflow.
    pub requests: usize,
    pub theirs: Asked,
}

/// The table, and under it every wrong answer in full.
pub fn table(airflow: &Airflow, cases: &[Case], happened: Duration, all: Duration) -> String {
    let version = &airflow.version;
    let mut out = String::from(HEAD);
    for case in cases {
        let _ = writeln!(out, "{}", line(case, version));
    }
    let _ = writeln!(
        out,
        "all had happened after {} s, done after {} s",
        happened.as_secs(),
        all.as_secs()
    );
    sums(&mut out, cases, version);
    out + &wrong_ones(version, cases.iter().map(|case| &case.ours))
}

/// `tokens` of ours counts the text, `struct.` the structured content. The other server is asked
/// for the failed task's log as well where its diagnosis lacks the error, so it may take two calls.
/// `error` says whether its answers hold the exact error, `hit` whether they are right as ours have
/// to be: the right task first, no decoy.
const HEAD: &str = "
                             ----------- airvane ------------   ------- astro-airflow-mcp -------
incident             Airflow hit tokens struct. requests   ms   hit error calls tokens requests    ms
";

fn line(case: &Case, version: &str) -> String {
    let Case { ours, requests, theirs } = case;
    let Row { name, tokens, structured_tokens, .. } = ours;
    let yes = |good| if good { "yes" } else { "no" };
    format!(
        "{name:<20} {version:<7} {:<3} {tokens:>6} {structured_tokens:>7} {requests:>8} {:>4}   \
         {:<3} {:<5} {:>5} {:>6} {:>8} {:>5}",
        yes(ours.wrong.is_empty()),
        ours.time.as_millis(),
        yes(theirs.hit),
        yes(theirs.has_error),
        theirs.calls,
        theirs.tokens,
        theirs.requests,
        theirs.time.as_millis(),
    )
}

fn sums(out: &mut String, cases: &[Case], version: &str) {
    let hits = |is_hit: fn(&Case) -> bool| cases.iter().filter(|case| is_hit(case)).count();
    let _ = writeln!(
        out,
        "airvane on {version}: {} of {} right, {}, requests median {}, ms median {}",
        hits(|case| case.ours.wrong.is_empty()),
        cases.len(),
        spread(cases, tokens),
        median(cases, |case| case.requests),
        median(cases, |case| millis(case.ours.time)),
    );
    let _ = writeln!(
        out,
        "astro-airflow-mcp on {version}: {} of {} right, {} hold the error, {}, requests median \
         {}, ms median {}",
        hits(|case| case.theirs.hit),
        cases.len(),
        hits(|case| case.theirs.has_error),
        spread(cases, |case| case.theirs.tokens),
        median(cases, |case| case.theirs.requests),
        median(cases, |case| millis(case.theirs.time)),
    );
}

/// What a model may have to read: the dearer of the two forms.
pub fn tokens(case: &Case) -> usize {
    case.ours.tokens.max(case.ours.structured_tokens)
}

fn millis(time: Duration) -> usize {
    usize::try_from(time.as_millis()).unwrap_or(usize::MAX)
}

fn spread(cases: &[Case], of: fn(&Case) -> usize) -> String {
    let most = cases.iter().map(of).max().unwrap_or_default();
    format!("tokens median {} most {most}", median(cases, of))
}

/// The middle of all, 0 of none.
pub fn median(cases: &[Case], of: fn(&Case) -> usize) -> usize {
    let mut values: Vec<usize> = cases.iter().map(of).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}
