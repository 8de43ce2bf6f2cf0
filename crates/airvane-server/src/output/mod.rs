//! The shape of answers.
//!
//! A tool fills a [`Document`]; the document is cut to its budget of tokens, written as one
//! compact text and framed, and the same cut document gives the structured form where a client
//! asked for it. So both forms carry the same and neither can outgrow the promise.

mod cut;
mod document;
mod frame;
mod json;
pub mod time;
mod tokens;

pub use document::{Block, Document};
pub use frame::Frame;
pub use json::{Object, Records};
pub use tokens::estimate as estimate_tokens;
