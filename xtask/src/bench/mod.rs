//! `cargo xtask bench`: what a user waits for and a model reads. One file for each bench.

mod logs;
mod plugin;
mod redact;
mod serve;

use anyhow::Result;
use clap::{Args, Subcommand};
pub(crate) use redact::tuning_texts;

/// Options of `cargo xtask bench`.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    bench: Option<Bench>,
}

#[derive(Subcommand)]
enum Bench {
    /// Start, memory, tokens and one question, beside other MCP servers (the default).
    Serve,
    /// The plugin beside plain requests and another plugin, and under load.
    Plugin(plugin::Options),
    /// Logs of ten million lines: the right answer, memory, time beside a plain reader.
    Logs(logs::Options),
    /// The redactor: recall, false masks, speed.
    Redact(redact::Options),
}

/// Runs one bench.
pub(crate) fn run(options: &Options) -> Result<()> {
    match &options.bench {
        None | Some(Bench::Serve) => serve::run(),
        Some(Bench::Plugin(options)) => plugin::run(options),
        Some(Bench::Logs(options)) => logs::run(options),
        Some(Bench::Redact(options)) => redact::run(options),
    }
}
