//! The real binary, without any Airflow.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod airflow;
mod cassette;
mod command;
mod http;
mod operations;
mod process;
mod redact;
mod shared;
mod stdio;
