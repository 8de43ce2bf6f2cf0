//! `airvane`: the MCP server for Apache Airflow, and its tools from the shell.
//!
//! Only the command line lives here; what it starts is `airvane-server`.
//!
//! Exit codes: 0 all is well, 1 the call, the check or the server failed, 2 the command line or a
//! setting is wrong.

mod call;
mod cassette;
mod cli;
mod doctor;
mod listing;
mod redact;
mod serve;

use std::io::{self, Write};
use std::process::ExitCode;

use airvane_server::cassette::CassetteError;
use airvane_server::settings::{RawSettings, Settings};
use airvane_server::{Server, StartError, logging};
use clap::ArgMatches;
use clap_complete::Shell;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Success,
    Failure,
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Failure => 1,
            Exit::Usage => 2,
        })
    }
}

fn main() -> ExitCode {
    let matches = cli::command().get_matches();
    let exit = run(&matches).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        if is_usage(&error) { Exit::Usage } else { Exit::Failure }
    });
    exit.into()
}

fn is_usage(error: &anyhow::Error) -> bool {
    error.is::<airvane_server::settings::SettingsError>()
        || error.is::<StartError>()
        || matches!(error.downcast_ref(), Some(CassetteError::Start(_)))
        || error.is::<cli::UsageError>()
}

fn run(matches: &ArgMatches) -> anyhow::Result<Exit> {
    if let Some(("completions", arguments)) = matches.subcommand() {
        if let Some(shell) = arguments.get_one::<Shell>("shell") {
            clap_complete::generate(*shell, &mut cli::command(), "airvane", &mut io::stdout());
        }
        return Ok(Exit::Success);
    }
    if let Some(("redact", arguments)) = matches.subcommand() {
        return redact::run(arguments);
    }
    let settings = settings(matches)?;
    if let Some(notice) = cli::notice(matches) {
        eprintln!("{notice}");
    }
    logging::start(&settings.transport);
    let runtime = runtime()?;
    let exit = match matches.subcommand() {
        Some(("tools", arguments)) => {
            let server = Server::new(&settings)?;
            runtime.block_on(listing::print(&server, arguments.get_flag("json")))
        }
        Some(("call", arguments)) => runtime.block_on(call::run(&settings, arguments)),
        Some(("record", arguments)) => runtime.block_on(cassette::record(&settings, arguments)),
        Some(("replay", arguments)) => runtime.block_on(cassette::replay(&settings, arguments)),
        Some(("doctor", arguments)) => {
            runtime.block_on(doctor::run(&settings, arguments.get_flag("json")))
        }
        _ => runtime.block_on(serve::run(&settings)),
    };
    // A read of standard input that is under way must not keep the process.
    runtime.shutdown_background();
    exit
}

/// Flags over environment variables; nothing below reads the environment.
fn settings(matches: &ArgMatches) -> anyhow::Result<Settings> {
    let mut raw = RawSettings::from_environment(|name| std::env::var(name).ok());
    cli::set_flags(&mut raw, matches);
    Ok(Settings::resolve(&raw)?)
}

/// Few threads: the work is waiting, and each thread costs memory.
fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(8)
        .thread_name("airvane")
        .enable_all()
        .build()
}

/// Writes to standard output. A reader that has gone (`| head`) is no failure.
fn print(text: &str) -> anyhow::Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}
