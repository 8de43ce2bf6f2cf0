//! A server that misbehaves in every way we know, and what a caller is told of each.
//!
//! Every case must end in time, with an error of its own, and without a request too many.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod auth;
mod bodies;
mod command;
mod connections;
mod detection;
mod fixtures;
mod redirects;
mod retries;
mod server;
mod tls;
