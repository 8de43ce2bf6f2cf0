//! `logging/setLevel`, for clients of the versions that have it: how each tool call ended, as log
//! messages beside its answer.
//!
//! Requests over HTTP have no session, so the level is remembered for the caller's credential.
//! MCP 2026-07-28 dropped the method.
#![expect(deprecated, reason = "rmcp marks logging so because MCP 2026-07-28 has it no more")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use airvane_client::CacheKey;
use rmcp::model::{LoggingLevel, LoggingMessageNotificationParam};
use rmcp::service::{Peer, RoleServer};
use serde_json::json;

use crate::server::Answer;

/// Callers whose level is remembered; beyond that, all set theirs anew.
const CALLERS: usize = 1_000;

/// The levels that clients asked for. Without one, nothing is sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Logging {
    levels: Arc<Mutex<HashMap<CacheKey, LoggingLevel>>>,
}

impl Logging {
    /// Remembers what a caller wants to hear.
    pub(super) fn set(&self, caller: CacheKey, level: LoggingLevel) {
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        if levels.len() >= CALLERS {
            levels.clear();
        }
        levels.insert(caller, level);
    }

    /// Tells how a call ended, if the caller wants to hear that. A client that has gone misses it.
    pub(super) async fn call_ended(
        &self,
        caller: CacheKey,
        peer: &Peer<RoleServer>,
        tool: &'static str,
        answer: &Answer,
    ) {
        let level = if answer.is_error { LoggingLevel::Warning } else { LoggingLevel::Info };
        if self.hears(caller, level) {
            let data = json!({"tool": tool, "failed": answer.is_error});
            let message = LoggingMessageNotificationParam::new(level, data).with_logger("airvane");
            let _ = peer.notify_logging_message(message).await;
        }
    }

    fn hears(&self, caller: CacheKey, level: LoggingLevel) -> bool {
        let levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        levels.get(&caller).is_some_and(|least| severity(*least) <= severity(level))
    }
}

/// RFC 5424's order, the least severe first.
fn severity(level: LoggingLevel) -> u8 {
    match level {
        LoggingLevel::Debug => 0,
        LoggingLevel::Info => 1,
        LoggingLevel::Notice => 2,
        LoggingLevel::Warning => 3,
        LoggingLevel::Error => 4,
        LoggingLevel::Critical => 5,
        LoggingLevel::Alert => 6,
        LoggingLevel::Emergency => 7,
    }
}

#[cfg(test)]
mod tests {
    use airvane_client::Caller;

    use super::*;

    #[test]
    fn a_caller_hears_what_it_asked_for_and_others_hear_nothing() {
        let logging = Logging::default();
        let caller = |token: &str| Caller::Forwarded(token.to_owned().into()).cache_key();
        logging.set(caller("one"), LoggingLevel::Warning);
        assert!(logging.hears(caller("one"), LoggingLevel::Error));
        assert!(!logging.hears(caller("one"), LoggingLevel::Info));
        assert!(!logging.hears(caller("two"), LoggingLevel::Emergency));
    }
}
