//! Apache Airflow's REST API as values.
//!
//! A request names an [`Operation`] of the catalog, fills its path and query, and becomes a
//! [`Request`] that any transport can send; a response's status becomes an [`ApiError`] in one
//! function. Nothing here does I/O, waits or reads the environment.
//!
//! The crate refuses what could reach another endpoint than the one that was named: ids are types
//! that encode themselves as one path segment (see [`ids`]).

pub mod catalog;
pub mod error;
pub mod ids;
pub mod models;
pub mod operation;
pub mod profile;
pub mod request;
mod routing;
pub mod version;

pub use error::{ApiError, Untrusted};
pub use operation::{AccessLevel, Endpoint, Method, Operation, Parameter, ParameterPlace};
pub use request::{Accept, Request, RequestError};
pub use version::{AirflowVersion, ApiVersion};
