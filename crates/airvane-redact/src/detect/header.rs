//! Headers whose value is a credential, and the schemes that announce one: `Authorization: Bearer
//! x`, `Cookie: a=b`, `Basic x` on its own.

use super::{Found, value};
use crate::{
    names::Names,
    values,
    view::{ALNUM, BASE64, BLANK, View},
};

/// `Authorization: …`, `Cookie: …`: the value is the rest of the header.
pub(super) fn is_header(name: &str) -> bool {
    let text = name.trim_start_matches('-').to_ascii_lowercase();
    matches!(
        text.as_str(),
        "authorization"
            | "proxy-authorization"
            | "cookie"
            | "set-cookie"
            | "http_authorization"
            | "http_cookie"
    )
}

pub(super) fn detect(
    line: View<'_>,
    name: usize,
    kind: &'static str,
    at: usize,
    found: &mut Vec<Found>,
) {
    let quoted = value::quoted(line, at);
    let bare = quoted.is_none();
    let (start, end) =
        quoted.map_or_else(|| (at, bare_end(line, name, at)), |value| (value.start, value.end));
    let text = line.get(start, end);
    // A package's name and version: `"cookie": "^0.5.0"`.
    if bare && is_declared(text) || values::is_version(text) || is_link(text) {
        return;
    }
    let skip = scheme_word(text);
    let start = start + skip;
    let value = text.get(skip..).unwrap_or_default().trim();
    // `Digest username="b", …, response="x"`: the parts belong together.
    let opens = value.ends_with('=') && line.at(end) == b'"';
    if bare && (skip > 0 && value.contains("=\"") || opens) {
        let end = line.text.trim_end().len().max(end);
        found.push(Found { start, end, kind, from: name, named: false });
        return;
    }
    // One credential follows the scheme; what a logger puts behind it is none of it.
    let single = skip > 0 && bare && !value.contains('=');
    let value = if single { value.split(' ').next().unwrap_or(value) } else { value };
    if is_credential(value) {
        found.push(Found { start, end: start + value.len(), kind, from: name, named: true });
    }
}

/// A declaration of Python, `cookie: str | None = None,`, or Go's `for _, cookie := range cookies`.
fn is_declared(text: &str) -> bool {
    const TYPES: &[&str] = &["str", "bytes", "dict", "list", "Optional"];
    let behind = TYPES.iter().find_map(|kind| text.strip_prefix(kind));
    let typed = |rest: &str| {
        rest.is_empty() || ["[", " |", " = ", ","].iter().any(|sign| rest.starts_with(sign))
    };
    // An expression: `algorithm + ' ' + scope`, `await jar.get(name)`.
    let joined = text.split_once(" + ").is_some_and(|(first, _)| !first.contains(' '));
    behind.is_some_and(typed)
        || joined
        || ["range ", "await ", "async ", ","].iter().any(|start| text.starts_with(start))
}

/// An address where something is authorized, without a query that could hold a credential.
fn is_link(text: &str) -> bool {
    text.starts_with("http") && text.contains("://") && !text.contains(['@', '?', ' '])
}

fn is_credential(value: &str) -> bool {
    let words = value.bytes().all(|b| b.is_ascii_lowercase() || b == b' ')
        || value.matches(' ').count() > 1
            && value.bytes().all(|b| b.is_ascii_alphabetic() || b == b' ');
    value.len() >= 4
        && !words
        && !is_empty(value)
        && !values::is_placeholder(value)
        && !values::is_code(value, &Names::default())
}

/// Whether a header holds no credential: a template behind the scheme's word, or a cookie's
/// attributes beside templates.
fn is_empty(value: &str) -> bool {
    const ATTRIBUTES: &[&str] =
        &["httponly", "secure", "path", "domain", "max-age", "expires", "samesite"];
    let scheme = value.split_once(' ').is_some_and(|(scheme, rest)| {
        let word = scheme.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-');
        word && values::is_template(rest)
    });
    let plain = |part: &str| {
        let (name, value) = part.trim().split_once('=').unwrap_or((part.trim(), ""));
        let attribute = ATTRIBUTES.iter().any(|known| known.eq_ignore_ascii_case(name));
        // The padding of base64 is no value.
        attribute || value.len() > 1 && !value.starts_with('=') && values::is_template(value)
    };
    scheme || value.split(';').all(plain)
}

/// Unquoted headers end with the line, before what a logger put behind them, or where the quote
/// closes that opened before the name: `-H 'Cookie: a=b'`.
fn bare_end(line: View<'_>, name: usize, at: usize) -> usize {
    let rest = line.rest(at);
    let outer = line.before(name);
    let quoted = matches!(outer, b'"' | b'\'');
    let close = quoted.then(|| memchr::memchr(outer, rest.as_bytes())).flatten();
    at + close.unwrap_or_else(|| {
        let stop = rest.find(['"', '\'', '`']).unwrap_or(rest.len());
        rest.find("\\r\\n").or_else(|| rest.find("\\n")).unwrap_or(stop).min(stop)
    })
}

/// `Bearer x` and `Basic x` outside a header.
pub(super) fn scheme(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    if ALNUM.has(line.before(at)) {
        return;
    }
    let mut word = line.run(at, &ALNUM);
    // RFC 4954: after the command and its mechanism follows base64, as with `Basic`.
    let smtp = line.get(at, word).eq_ignore_ascii_case("auth");
    if smtp {
        word = line.run(word + 1, &ALNUM);
    }
    let basic = smtp || word - at == 5;
    let start = line.run(word + usize::from(line.at(word) == b','), &BLANK);
    let mut end = line.run(start, &BASE64);
    while line.at(end) == b'.' || line.at(end) == b'~' {
        end = line.run(end + 1, &BASE64);
    }
    let value = line.get(start, end);
    let padded = value.ends_with('=') && value.len().is_multiple_of(4);
    let enough = if basic { padded || value.len() >= 16 } else { value.len() >= 12 };
    let mixed = value.bytes().any(|b| b.is_ascii_digit()) || (basic && padded);
    let varied = value.bytes().any(|b| b.is_ascii_alphabetic());
    if enough && mixed && varied && !values::is_placeholder(value) {
        found.push(Found { start, end, kind: "authorization", from: at, named: true });
    }
}

/// Length of `Bearer `, `Basic ` or `Token ` before the credential proper.
pub(super) fn scheme_word(text: &str) -> usize {
    const SCHEMES: &[&str] = &[
        "bearer",
        "ssws",
        "basic",
        "token",
        "apikey",
        "api-key",
        "negotiate",
        "digest",
        "jwt",
        "key",
        "githubtoken",
        "splunk",
        "flyv1",
        "genieKey",
        "sharedaccesssignature",
        "oauth",
        "bot",
        "hawk",
    ];
    let Some((word, rest)) = text.split_once(' ') else { return 0 };
    let known = SCHEMES.iter().any(|s| s.eq_ignore_ascii_case(word));
    if known && !rest.trim().is_empty() { text.len() - rest.trim_start().len() } else { 0 }
}
