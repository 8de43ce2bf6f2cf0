//! Shared parts of the end-to-end tests.

pub mod env;
pub mod happen;
pub mod incident;
pub mod mcp;
pub mod plant;
pub mod planting;
pub mod rest;
pub mod served;
pub mod verdict;
