//! The MCP surface of Airvane.
//!
//! A call travels one way: transport → [`policy`] → the tool → [`airflow`] (request, answer,
//! clean and redact) → the tool's selection → [`output`] (cut, frame) → transport. Tools see
//! Airflow only through [`airflow::Airflow`], which gives out nothing that was not redacted.

pub mod airflow;
pub mod cassette;
pub mod clients;
mod diagnosis;
pub mod doctor;
mod failure;
pub mod logging;
pub mod mcp;
mod nearest;
pub mod output;
pub mod page;
pub mod policy;
mod profiles;
pub mod reach;
mod references;
pub mod registry;
mod server;
pub mod settings;
mod suggest;
pub mod tool;
mod tools;
pub mod transport;

pub use failure::{Failure, FailureKind};
pub use nearest::nearest;
pub use server::{Answer, CallerContext, Server, StartError};
