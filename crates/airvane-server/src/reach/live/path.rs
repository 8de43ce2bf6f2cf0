//! Which paths of a document can be an operation's.

use airvane_api::ApiVersion;
use serde_json::Value;

/// Longest path that is taken, in bytes.
const LONGEST: usize = 300;

/// Whether a document speaks of the server it came from: it names none, or paths only.
pub(super) fn are_servers_own(servers: Option<&Value>) -> bool {
    let servers = servers.and_then(Value::as_array);
    servers.into_iter().flatten().all(|server| {
        let url = server.get("url").and_then(Value::as_str).unwrap_or_default();
        url.is_empty() || url.starts_with('/') && !url.starts_with("//")
    })
}

/// A path below the API's prefix, if it is one, and nothing in it could lead elsewhere. Airflow 2
/// leaves the prefix to `servers`.
pub(super) fn of(path: &str, api: ApiVersion) -> Option<String> {
    let below = match api {
        ApiVersion::V1 => path.strip_prefix(api.prefix()).unwrap_or(path),
        ApiVersion::V2 => path.strip_prefix(api.prefix())?,
    };
    let mut parts = below.split('/');
    let rooted = parts.next() == Some("");
    let mut parts = parts.peekable();
    let allowed = parts.peek().is_some_and(|first| !matches!(*first, "auth" | "api"));
    (rooted && allowed && below.len() <= LONGEST && parts.all(is_part)).then(|| below.to_owned())
}

/// One word, or one placeholder.
fn is_part(part: &str) -> bool {
    let inner = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let word = inner.unwrap_or(part);
    let extra = if inner.is_some() { "_" } else { "_-.~" };
    !matches!(word, "" | "." | "..")
        && word.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
}

/// The names of a path's placeholders.
pub(super) fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// A path without the names of its placeholders.
pub(super) fn shape(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}
