//! `cargo xtask demo`: from nothing to an explained failure, on a real Airflow.

use std::io::IsTerminal as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::airflow::{self, Airflow, Home, Major, Store};
use crate::artifact::{self, Profile};
use crate::clients::{Configuration, Reach, configurations};
use crate::mcp::{self, Session};
use crate::stop;

/// The incident that is explained on the screen comes first; the others are there to ask about.
const INCIDENTS: [&str; 5] =
    ["orders_daily", "warehouse_dump", "ledger_close", "inventory_import", "billing_export"];

/// Who asks: may see all a person on call may see.
const ROLE: &str = "op";

/// Options of `cargo xtask demo`.
#[derive(Args)]
pub(crate) struct Options {
    /// Which Airflow to show.
    #[arg(long, value_enum, default_value = "3")]
    airflow: Major,
    /// Stop everything again as soon as the diagnosis is printed.
    #[arg(long)]
    no_wait: bool,
}

/// Runs the demo until Ctrl-C.
pub(crate) fn run(options: &Options) -> Result<()> {
    let progress = Progress { start: Instant::now() };
    let shown = show(options, &progress);
    match shown {
        // Asked to stop: that is how a demo ends.
        Err(_) if stop::asked() => {
            progress.tell("stopped");
            Ok(())
        }
        other => other,
    }
}

fn show(options: &Options, progress: &Progress) -> Result<()> {
    let major = options.airflow;
    progress.tell("building airvane");
    let binary = artifact::airvane(Profile::Release)?;
    progress.tell(&format!("installing Airflow {} under target/airvane", major.version()));
    let bin = airflow::install(major)?;
    let home = Home::lasting(&format!("demo-{}", major.version()), bin)?;
    let airflow = airflow::start(major, &home, Store::Sqlite, &|what| progress.tell(what))?;
    progress.tell(&format!("Airflow {} is healthy at {}", major.version(), airflow.url));
    let first = break_things(&airflow, progress)?;
    explain(&airflow, &binary, &first)?;
    introduce(&airflow, &binary)?;
    if options.no_wait {
        return Ok(());
    }
    println!("Airflow and its failures stay up. Ctrl-C ends them.");
    loop {
        stop::sleep(Duration::from_secs(3600))?;
    }
}

/// Triggers the incident that is explained, waits for its end and triggers the others: on SQLite
/// Airflow 2 runs one task at a time. Returns the run.
fn break_things(airflow: &Airflow, progress: &Progress) -> Result<String> {
    progress.tell("waiting for the DAGs to be read");
    airflow.wait_for_dags(&INCIDENTS.map(str::to_owned))?;
    let client = airflow.client("admin")?;
    let trigger = |dag_id: &str| {
        progress.tell(&format!("triggering {dag_id}"));
        airflow.trigger(&client, dag_id)
    };
    let [explained, others @ ..] = INCIDENTS;
    let run = trigger(explained)?;
    progress.tell(&format!("waiting for {explained} to fail"));
    airflow.wait_for_run(&client, explained, &run)?;
    others.iter().try_for_each(|dag_id| trigger(dag_id).map(drop))?;
    Ok(run)
}

/// Asks as a client would: one tool call over stdio.
fn explain(airflow: &Airflow, binary: &Path, run: &str) -> Result<()> {
    let dag_id = INCIDENTS[0];
    let mut command = mcp::airvane(binary, &airflow.url, ROLE, airflow.password(ROLE)?);
    let mut session = Session::open("airvane-demo", &mut command)?;
    let asked = Instant::now();
    let arguments = json!({"dag_id": dag_id, "dag_run_id": run});
    let answer = session.call("diagnose_dag_run", &arguments)?;
    let time = asked.elapsed().as_millis();
    println!("\nWhy did {dag_id} fail? diagnose_dag_run {arguments} answers in {time} ms:\n");
    println!("{answer}\n");
    Ok(())
}

/// How to go on from here with one's own client.
fn introduce(airflow: &Airflow, binary: &Path) -> Result<()> {
    let password = airflow.password(ROLE)?;
    let environment = [
        ("AIRFLOW_API_URL", airflow.url.as_str()),
        ("AIRFLOW_USERNAME", ROLE),
        ("AIRFLOW_PASSWORD", password),
    ];
    println!("Connect your own client to it:\n");
    let command = binary.display().to_string();
    for found in configurations(Reach::Program { command: &command, environment: &environment }) {
        print_configuration(&found);
    }
    println!(
        "Airflow's own pages: {} (user admin, password {})",
        airflow.url,
        airflow.password("admin")?
    );
    println!(
        "Ask, for example: \"Why did warehouse_dump fail?\" or \"What failed in the last hour?\"\n"
    );
    Ok(())
}

fn print_configuration(found: &Configuration) {
    let file = found.file.map(|file| format!(" ({file})")).unwrap_or_default();
    println!("{}{file}\n", found.client);
    for line in found.text.lines() {
        println!("    {line}");
    }
    println!();
}

/// Tells what happens, with the time since the start.
struct Progress {
    start: Instant,
}

impl Progress {
    fn tell(&self, what: &str) {
        let time = self.start.elapsed().as_secs();
        if std::io::stdout().is_terminal() {
            println!("\x1b[2m[{time:>4} s]\x1b[0m {what}");
        } else {
            println!("[{time:>4} s] {what}");
        }
    }
}
