//! The heads of requests and answers between Python's forms and ours.

use std::sync::Arc;

use airvane_client::Application;
use airvane_server::page::Page;
use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

/// Headers as ASGI has them.
pub(crate) type Headers = Vec<(PyBackedBytes, PyBackedBytes)>;

/// What a caller's request says before its body.
pub(crate) struct Head<'a> {
    pub(crate) method: &'a str,
    pub(crate) headers: Headers,
    /// The whole address if the page was asked for, and not MCP.
    pub(crate) page: Option<&'a str>,
}

/// A caller's request. Cookies are for the page; for MCP they never count. A header that is none
/// is left out, and a method that is none is answered as one that is not offered.
pub(crate) fn request(
    head: Head<'_>,
    application: Arc<dyn Application>,
    body: Body,
) -> http::Request<Body> {
    let mut request = http::Request::new(body);
    *request.method_mut() = Method::from_bytes(head.method.as_bytes()).unwrap_or(Method::TRACE);
    *request.headers_mut() = header_map(head.headers);
    *request.uri_mut() = head.page.and_then(|page| page.parse().ok()).unwrap_or_default();
    if !Page::is_at(request.uri()) {
        request.headers_mut().remove(header::COOKIE);
    }
    request.extensions_mut().insert(application);
    request
}

/// Headers as Rust has them.
pub(crate) fn header_map(headers: Headers) -> HeaderMap {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(&name), HeaderValue::from_bytes(&value))
        {
            map.append(name, value);
        }
    }
    map
}

/// Headers as Python has them.
pub(crate) fn pairs<'py>(
    py: Python<'py>,
    headers: &HeaderMap,
) -> Vec<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)> {
    let bytes = |bytes: &[u8]| PyBytes::new(py, bytes);
    let pair = |(name, value): (&HeaderName, &HeaderValue)| {
        (bytes(name.as_ref()), bytes(value.as_bytes()))
    };
    headers.iter().map(pair).collect()
}
