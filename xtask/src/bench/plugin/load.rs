//! Many callers at once: no error, no answer that is another's, steady memory, and a web server
//! that goes on serving its users.

use std::time::{Duration, Instant};

use airvane_e2e::env;
use airvane_e2e::load::{self, Outcome};
use airvane_e2e::mcp::memory;
use anyhow::{Context, Result, ensure};

use super::ENDPOINT;
use super::latency::{Caller, at, millis};
use crate::airflow::Airflow;
use crate::stop;

const CALLERS: usize = 64;

/// What a page of the UI asks for.
const PAGE: &str = "/ui/dags?limit=10";

/// After so long, memory is what it should stay.
const SETTLED: Duration = Duration::from_secs(10);

/// Runs the load and prints what came of it. Any wrong answer is an error.
pub(super) fn run(airflow: &Airflow, web_server: u32, seconds: u64) -> Result<()> {
    let described: env::Airflow = serde_json::from_value(airflow.describe())?;
    let identities = load::identities(&described)?;
    let page = Caller::new(&airflow.url, &identities.last().context("nobody")?.authorization);
    let time = Duration::from_secs(seconds);
    // As long as the load: what is rare, such as Python's collector going through all that lives,
    // is in both or in none.
    let idle = pages(&page, time)?;
    let (mut settled, mut last) = (0, 0);
    let (outcome, busy) = std::thread::scope(|scope| {
        let busy = scope.spawn(|| pages(&page, time));
        let endpoint = format!("{}{ENDPOINT}", airflow.url);
        let outcome = load::run(&endpoint, &identities, CALLERS, time, |now| {
            stop::check()?;
            last = memory(web_server, "VmRSS:")?;
            if now < SETTLED {
                settled = last;
            }
            Ok(())
        });
        (outcome, busy.join())
    });
    let (outcome, busy) = (outcome?, busy.map_err(|_| anyhow::anyhow!("asking pages panicked"))??);
    println!("\n{CALLERS} callers with {} identities for {seconds} s", identities.len());
    print(&outcome, seconds, (settled, last), (&idle, &busy));
    let shown: Vec<_> = outcome.faults.iter().take(3).collect();
    ensure!(shown.is_empty(), "wrong answers, such as {shown:#?}");
    Ok(())
}

/// Asks for the page a few times a second, as its users do. Times in order of length.
fn pages(caller: &Caller, time: Duration) -> Result<Vec<Duration>> {
    let until = Instant::now() + time;
    let mut times = Vec::new();
    while Instant::now() < until {
        times.push(caller.get(PAGE)?);
        stop::sleep(Duration::from_millis(150))?;
    }
    times.sort();
    Ok(times)
}

#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn print(
    outcome: &Outcome,
    seconds: u64,
    (settled, last): (u64, u64),
    (idle, busy): (&[Duration], &[Duration]),
) {
    let calls = outcome.times.len();
    let (median, p99) = (millis(outcome.quantile(500)), millis(outcome.quantile(990)));
    println!("  {calls} calls, {:.0} a second", calls as f64 / seconds as f64);
    println!("  median {median:.0} ms, p99 {p99:.0} ms, wrong answers {}", outcome.faults.len());
    let growth = (last as f64 / settled as f64 - 1.0) * 100.0;
    println!("  memory after 10 s {settled} KiB, at the end {last} KiB ({growth:+.1} %)");
    for (name, percent) in [("median", 50), ("p99", 99)] {
        let (idle, busy) = (millis(at(idle, percent)), millis(at(busy, percent)));
        let times = busy / idle;
        println!("  the UI's {name}: {idle:.0} ms idle, {busy:.0} ms meanwhile ({times:.1} x)");
    }
}
