//! A tool as clients see it, and how long a list may be kept.

use std::sync::Arc;

use airvane_api::AccessLevel;
use rmcp::model::{CacheScope, ProtocolVersion, Tool, ToolAnnotations};
use rmcp::service::{RequestContext, RoleServer};

use crate::registry::Registered;

/// Lists change only with the server's settings and the request's own headers.
const LIST_MILLISECONDS: u64 = 60_000;

/// The protocol's form of a tool.
pub(super) fn tool(tool: &'static Registered) -> Tool {
    let read_only = tool.level == AccessLevel::Read;
    let annotations = ToolAnnotations::new()
        .read_only(read_only)
        .destructive(tool.level == AccessLevel::Destructive)
        .idempotent(read_only || tool.idempotent)
        .open_world(false);
    Tool::new(tool.name, tool.description, Arc::new(tool.input_schema()))
        .with_title(tool.title)
        .with_annotations(annotations)
}

/// A list is what one caller sees, so only that caller may keep it. Protocols before 2026-07-28
/// know no such hints.
pub(super) fn cache_hints(
    context: &RequestContext<RoleServer>,
) -> (Option<u64>, Option<CacheScope>) {
    hints(context, LIST_MILLISECONDS)
}

/// For what Airflow says now.
pub(super) fn not_cached(
    context: &RequestContext<RoleServer>,
) -> (Option<u64>, Option<CacheScope>) {
    hints(context, 0)
}

fn hints(context: &RequestContext<RoleServer>, ttl: u64) -> (Option<u64>, Option<CacheScope>) {
    if speaks_handshake(context) { (None, None) } else { (Some(ttl), Some(CacheScope::Private)) }
}

/// Whether a request's protocol is older than 2026-07-28, which has no handshake any more.
pub(super) fn speaks_handshake(context: &RequestContext<RoleServer>) -> bool {
    let version = context.protocol_version();
    version.is_none_or(|version| version.as_str() < ProtocolVersion::V_2026_07_28.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;

    #[test]
    fn annotations_follow_the_level() {
        for registered in registry::TOOLS {
            let annotations = tool(registered).annotations.unwrap();
            assert_eq!(annotations.read_only_hint, Some(registered.level == AccessLevel::Read));
            assert_eq!(
                annotations.destructive_hint,
                Some(registered.level == AccessLevel::Destructive),
                "{}",
                registered.name
            );
            assert_eq!(annotations.open_world_hint, Some(false));
        }
    }
}
