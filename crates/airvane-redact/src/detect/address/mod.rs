//! Addresses that hold a credential, or are one.

pub(super) mod connection;
pub(super) mod query;
pub(super) mod source;
pub(super) mod uri;
pub(super) mod webhook;
