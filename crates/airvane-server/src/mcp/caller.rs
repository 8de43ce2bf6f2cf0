//! Who calls, and what the request itself narrows.
//!
//! Over HTTP the request's headers travel with the message; on standard input and output there
//! are none. Headers can only tighten: an unknown value of an access header counts as `read`, and
//! nothing in a request raises what the server allows. A cookie is never looked at.

use std::sync::Arc;

use airvane_api::AccessLevel;
use airvane_client::{Application, Caller};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use rmcp::model::ErrorData;
use rmcp::service::{RequestContext, RoleServer};
use secrecy::SecretString;

use super::Mcp;
use crate::server::CallerContext;

const READ_ONLY: &str = "x-airvane-read-only";
const ACCESS: &str = "x-airvane-access";
const STRUCTURED: &str = "x-airvane-structured";

impl Mcp {
    /// The caller of a request.
    pub(super) fn caller(
        &self,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallerContext, ErrorData> {
        let request = context.extensions.get::<http::request::Parts>();
        let headers = request.map(|parts| &parts.headers);
        let mut caller = CallerContext::configured();
        caller.application = request.and_then(|parts| application(&parts.extensions));
        caller.cancel = context.ct.clone();
        if self.forward_credentials {
            // The transport has answered 401 already; this holds if it is ever reached otherwise.
            caller.caller = headers.and_then(forwarded).ok_or_else(|| {
                ErrorData::invalid_request("the request carries no credential", None)
            })?;
        }
        if let Some(headers) = headers {
            caller.at_most = at_most(headers);
            caller.structured = header(headers, STRUCTURED).is_some_and(|value| is_true(&value));
        }
        Ok(caller)
    }
}

/// The web application that a request came through, where it came through one.
pub(crate) fn application(extensions: &http::Extensions) -> Option<Arc<dyn Application>> {
    extensions.get().cloned()
}

/// The caller's own credential. Several `Authorization` headers are none: which one counts would
/// be a guess.
pub(crate) fn forwarded(headers: &HeaderMap) -> Option<Caller> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let value = value.to_str().ok().map(str::trim).filter(|value| !value.is_empty())?;
    Some(Caller::Forwarded(SecretString::from(value.to_owned())))
}

fn at_most(headers: &HeaderMap) -> Option<AccessLevel> {
    let read_only = headers.contains_key(READ_ONLY)
        && header(headers, READ_ONLY).is_none_or(|value| !is_false(&value));
    if read_only {
        return Some(AccessLevel::Read);
    }
    if !headers.contains_key(ACCESS) {
        return None;
    }
    match header(headers, ACCESS)?.as_str() {
        "write" => Some(AccessLevel::Write),
        "destructive" => Some(AccessLevel::Destructive),
        _ => Some(AccessLevel::Read),
    }
}

/// The strictest reading of a header: given twice or unreadable, it is the empty text.
fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() {
        return Some(String::new());
    }
    Some(first.to_str().unwrap_or_default().trim().to_ascii_lowercase())
}

fn is_true(value: &str) -> bool {
    matches!(value, "true" | "1" | "yes" | "on")
}

fn is_false(value: &str) -> bool {
    matches!(value, "false" | "0" | "no" | "off")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    #[test]
    fn headers_narrow_and_what_is_unclear_narrows_most() {
        let level = |pairs: &[_]| at_most(&headers(pairs));
        assert_eq!(level(&[]), None);
        assert_eq!(level(&[(READ_ONLY, "true")]), Some(AccessLevel::Read));
        assert_eq!(level(&[(READ_ONLY, "")]), Some(AccessLevel::Read));
        assert_eq!(level(&[(READ_ONLY, "false")]), None);
        assert_eq!(level(&[(ACCESS, "Write")]), Some(AccessLevel::Write));
        assert_eq!(level(&[(ACCESS, "everything")]), Some(AccessLevel::Read));
        assert_eq!(level(&[(ACCESS, "write"), (ACCESS, "destructive")]), Some(AccessLevel::Read));
        assert_eq!(level(&[(ACCESS, "write"), (READ_ONLY, "1")]), Some(AccessLevel::Read));
    }

    #[test]
    fn only_one_authorization_header_is_a_credential() {
        assert!(forwarded(&headers(&[("authorization", "Bearer one")])).is_some());
        assert!(forwarded(&headers(&[("cookie", "session=one")])).is_none());
        assert!(forwarded(&headers(&[("authorization", " ")])).is_none());
        assert!(
            forwarded(&headers(&[("authorization", "Bearer a"), ("authorization", "Bearer b")]))
                .is_none()
        );
    }
}
