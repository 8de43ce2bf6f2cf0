//! Credentials in a query whose names say little: `?code=x` of Azure Functions and OAuth,
//! `&p=x` of `InfluxDB`.

use crate::{
    detect::{
        Found,
        value::{self, Reach},
    },
    entropy, values,
    view::View,
};

/// Names and what stands before them.
#[rustfmt::skip]
pub(crate) const ANCHORS: &[&str] = &[
    "?code=", "&code=", "?ticket=", "&ticket=", "~hmac=", "&hmac=", ";jsessionid=",
    "samlresponse=", "assertion=", "?app_id=",
    "&app_id=",
    "?appid=", "&appid=",
];

/// How far apart user and password may stand in a query, in bytes.
const REACH: usize = 128;

/// Looks at the parameter whose anchor is at `at`.
pub(crate) fn detect(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    const MIN: usize = 16;
    let password = line.has_at(at + 1, "p=");
    let Some(sign) = line.rest(at).find('=') else { return };
    let read = value::bare(line, at + sign + 1, Reach::Query);
    let (start, end) = (read.start, read.end);
    let text = line.get(start, end);
    let hashed = line.has_at(at + 1, "hmac=")
        || line.has_at(at + 1, "jsessionid=")
        || line.has_at(at + 1, "appid=");
    let secret = if password {
        has_user(line, at, end) && text.bytes().any(|b| !b.is_ascii_digit())
    } else if hashed {
        values::is_service_key(text)
    } else {
        entropy::looks_random(text, MIN) && !entropy::is_identifier(text)
    };
    if secret && text.len() >= 3 && !values::is_template(text) {
        let kind = if password { "password" } else { "token" };
        found.push(Found { start, end, kind, from: at, named: false });
    }
}

/// Whether `u=` is in the same query: `query?u=admin&p=x`.
fn has_user(line: View<'_>, at: usize, end: usize) -> bool {
    let near = |from: usize, to: usize| line.text.get(from..to).unwrap_or_default();
    let before = near(at.saturating_sub(REACH), at);
    let before = before.rsplit([' ', '"', '\'']).next().unwrap_or_default();
    let after = near(end, line.len().min(end + REACH));
    let after = after.split([' ', '"', '\'']).next().unwrap_or_default();
    (before.contains("?u=") || before.contains("&u=") || after.contains("&u="))
        && before.contains("://")
}
