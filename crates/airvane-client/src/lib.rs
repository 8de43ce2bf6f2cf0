//! Sends [`airvane_api::Request`] values to an Airflow and hands back what it answered.
//!
//! [`Backend`] is the one trait that does I/O; [`RestBackend`] is the one that speaks HTTP, and
//! [`InProcessBackend`] asks the web application that lives in the same process. A call carries
//! explicitly whose credential it uses, by when it must end and what cancels it ([`Context`]). A
//! status that is no success is a [`Response`]; an error of the transport means that no whole
//! answer came ([`TransportError`]). [`json`] and [`success`] make an [`airvane_api::ApiError`] of
//! the former.
//!
//! The crate refuses: to follow a redirect, to send a credential to another host than the one it
//! was configured for, to send a write twice (but for one that Airflow refused unread, because the
//! token had expired), to keep a body of unknown size in memory, and to outlast the deadline. No
//! secret is part of any error, `Debug` output or log line.
//!
//! The environment is read by dependencies in two places: proxies (`HTTPS_PROXY`, `HTTP_PROXY`,
//! `ALL_PROXY`, `NO_PROXY`; never for a loopback address) and the system's certificates
//! (`SSL_CERT_FILE`, `SSL_CERT_DIR`).

mod auth;
mod backend;
mod bounded;
mod call;
mod context;
mod detect;
mod error;
mod in_process;
mod openapi;
mod response;
mod rest;
mod retry;
mod shared;
mod turns;

pub use auth::{AuthError, Credentials};
pub use backend::{Backend, Capabilities};
pub use call::{CallError, JSON_LIMIT, Json, MOST_VALUES, call, json, log, success};
pub use context::{CacheKey, Caller, Context};
pub use detect::{DetectError, Instance};
pub use error::{ConnectProblem, TlsProblem, TransportError, Waiting};
pub use futures::future::BoxFuture;
pub use in_process::{Application, InProcessBackend, Pieces};
pub use response::Response;
pub use rest::{CaCertificate, RestBackend, RestSettings, SettingsError};
pub use retry::RetryPolicy;
pub use secrecy::{ExposeSecret, SecretString};
pub use shared::SharedReads;
pub use tokio_util::sync::CancellationToken;
pub use turns::Turn;
