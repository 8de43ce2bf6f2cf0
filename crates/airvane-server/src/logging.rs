//! Log lines on standard error; standard output belongs to the protocol.
//!
//! Whatever `RUST_LOG` says, crates that handle whole requests never log below `warn` (rmcp not
//! below `error`): at `trace` they print headers and bodies, and with them credentials.

use tracing::Metadata;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{EnvFilter, FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

use crate::settings::Transport;

/// Crates that see headers or bodies.
const CAPPED: [&str; 10] = [
    "hyper",
    "hyper_util",
    "h2",
    "reqwest",
    "rustls",
    "axum",
    "axum_core",
    "tower",
    "tower_http",
    "hyper_rustls",
];

/// Starts logging. If something has started it already, that stays.
pub fn start(transport: &Transport) {
    let default = match transport {
        Transport::Stdio => LevelFilter::WARN,
        Transport::Http(_) => LevelFilter::INFO,
    };
    let wanted = EnvFilter::builder().with_default_directive(default.into()).from_env_lossy();
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let _ = registry().with(lines.with_filter(wanted.and(filter_fn(is_safe)))).try_init();
}

fn is_safe(metadata: &Metadata<'_>) -> bool {
    let origin = metadata.target().split("::").next().unwrap_or_default();
    match origin {
        // Its warnings repeat what clients sent.
        "rmcp" => *metadata.level() == tracing::Level::ERROR,
        _ => !CAPPED.contains(&origin) || *metadata.level() <= tracing::Level::WARN,
    }
}
