//! Many callers at once: no error, no answer that is another's, steady memory, and a web server
//! that goes on serving its users.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use airvane_e2e::mcp::memory;
use anyhow::{Context, Result};
use serde_json::json;

use super::latency::{Caller, at, millis};
use crate::airflow::{Airflow, ROLES};
use crate::http::Client;
use crate::stop;

const CALLERS: usize = 64;

/// Tokens for each role: identities are told apart by what their roles may read.
const TOKENS_EACH: usize = 2;

/// What is called in turn, with what Airflow's own answer to the same role decides.
const TOOLS: [(&str, &str); 3] = [
    ("list_pools", "/api/v2/pools?limit=1"),
    ("list_connections", "/api/v2/connections?limit=1"),
    ("list_dags", "/api/v2/dags?limit=1"),
];

/// What a page of the UI asks for.
const PAGE: &str = "/ui/dags?limit=10";

/// How long the page is asked for while nobody else calls.
const IDLE: Duration = Duration::from_secs(15);

/// After so long, memory is what it should stay.
const SETTLED: Duration = Duration::from_secs(10);

struct Identity {
    token: String,
    /// Which of the tools Airflow lets it use.
    allowed: Vec<bool>,
}

#[derive(Default)]
struct Counts {
    calls: AtomicU64,
    errors: AtomicU64,
    mixed_up: AtomicU64,
}

/// Runs the load and prints what came of it.
pub(super) fn run(airflow: &Airflow, web_server: u32, seconds: u64) -> Result<()> {
    let identities = identities(airflow)?;
    let page = Caller::new(&airflow.url, &identities.last().context("nobody")?.token);
    let idle = pages(&page, Instant::now() + IDLE)?;
    let counts = Counts::default();
    let until = Instant::now() + Duration::from_secs(seconds);
    let (busy, settled, last) = std::thread::scope(|scope| {
        for (number, identity) in identities.iter().cycle().take(CALLERS).enumerate() {
            let counts = &counts;
            scope.spawn(move || call(&airflow.url, identity, number, until, counts));
        }
        let settled = scope.spawn(|| {
            stop::sleep(SETTLED)?;
            memory(web_server, "VmRSS:")
        });
        let busy = pages(&page, until);
        (busy, settled.join(), memory(web_server, "VmRSS:"))
    });
    let settled = settled.map_err(|_| anyhow::anyhow!("reading memory panicked"))??;
    print(&counts, seconds, (settled, last?), &idle, &busy?);
    Ok(())
}

fn identities(airflow: &Airflow) -> Result<Vec<Identity>> {
    let mut all = Vec::new();
    for role in ROLES.iter().rev() {
        for _ in 0..TOKENS_EACH {
            let token = format!("Bearer {}", airflow.token(role)?);
            let client = Client::new(&airflow.url).authorized(token.clone());
            let status = |(_, path): &(&str, &str)| Ok(client.get(path)?.status == 200);
            all.push(Identity { token, allowed: TOOLS.iter().map(status).collect::<Result<_>>()? });
            // A token issued within the same second may be the same.
            stop::sleep(Duration::from_millis(1100))?;
        }
    }
    all.reverse();
    Ok(all)
}

fn call(url: &str, identity: &Identity, number: usize, until: Instant, counts: &Counts) {
    let caller = Caller::new(url, &identity.token);
    let mut turn = number;
    while Instant::now() < until && !stop::asked() {
        turn += 1;
        let asked = TOOLS.iter().zip(&identity.allowed).nth(turn % TOOLS.len());
        let Some(((tool, _), allowed)) = asked else { return };
        counts.calls.fetch_add(1, Ordering::Relaxed);
        match caller.call(tool, &json!({})) {
            Ok(answer) if answer.is_error != *allowed => {}
            // What its role may not do was done, or the other way round.
            Ok(answer) if answer.text.contains("(403)") || !answer.is_error => {
                counts.mixed_up.fetch_add(1, Ordering::Relaxed);
            }
            Ok(answer) => counts.failed(&answer.text),
            Err(error) => counts.failed(&error.to_string()),
        }
    }
}

impl Counts {
    fn failed(&self, why: &str) {
        if self.errors.fetch_add(1, Ordering::Relaxed) == 0 {
            println!("first error: {why}");
        }
    }
}

/// Asks for the page a few times a second, as its users do. Times in order of length.
fn pages(caller: &Caller, until: Instant) -> Result<Vec<Duration>> {
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
    counts: &Counts,
    seconds: u64,
    (settled, last): (u64, u64),
    idle: &[Duration],
    busy: &[Duration],
) {
    let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
    let calls = of(&counts.calls);
    println!("\n{CALLERS} callers with {} identities for {seconds} s", ROLES.len() * TOKENS_EACH);
    println!("  calls {calls}, {:.0} a second", calls as f64 / seconds as f64);
    println!("  errors {}, mixed up {}", of(&counts.errors), of(&counts.mixed_up));
    let growth = (last as f64 / settled as f64 - 1.0) * 100.0;
    println!("  memory after 10 s {settled} KiB, at the end {last} KiB ({growth:+.1} %)");
    let (idle, busy) = (millis(at(idle, 99)), millis(at(busy, 99)));
    println!("  the UI's p99: {idle:.0} ms idle, {busy:.0} ms meanwhile ({:.1} x)", busy / idle);
}
