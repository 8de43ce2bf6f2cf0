//! Data sources that have no scheme, `root:x@tcp(db)/orders`, lines of `.pgpass`, and what a password with
//! an `@` or a colon leaves in errors about hosts and ports.

use crate::{
    detect::{
        Found,
        value::{self, Value},
    },
    values::{self, Form},
    view::{BLANK, Class, NAME, View},
};

/// How far from its sign a part of an address may begin, in bytes.
const REACH: usize = 160;

/// The data source of Go's `sql.Open("mysql", "root:x@/orders")`.
pub(crate) fn go_source(line: View<'_>, _: usize, end: usize) -> Option<Value> {
    let driver = value::quoted(line, end - 1)?;
    let source = value::quoted(line, line.run(driver.end + 2, &BLANK))?;
    let text = line.get(source.start, source.end);
    let (user, rest) = text.split_once(':').filter(|_| !text.contains("://"))?;
    let (start, length) = (source.start + user.len() + 1, rest.find("@/")?);
    Some(Value { start, end: start + length, ..source })
}

/// "could not translate host name "ss@db01" to address": what a password with an `@` left there.
pub(crate) fn host(line: View<'_>, _: usize, end: usize) -> Option<Value> {
    static ENDS: Class = Class::of(b" \t\"'");
    let quote = end + line.slashes(end);
    let start = quote + usize::from(matches!(line.at(quote), b'"' | b'\''));
    let near = line.near(start, REACH);
    let host = near.bytes().take_while(|b| !ENDS.has(*b)).count();
    let at = near.get(..host)?.rfind('@').filter(|at| *at > 0)?;
    // The user of an address that was taken for a host.
    if near.get(..at) == Some("git") {
        return None;
    }
    Some(Value { start, end: start + at, form: Form::Tight })
}

/// The same where the host stands in quotes: "host name bob@web1 resolved" says something else.
pub(crate) fn quoted_host(line: View<'_>, at: usize, end: usize) -> Option<Value> {
    host(line, at, end).filter(|value| value.start > end)
}

/// "Port could not be cast to integer value as 'x'": a part of a password with a colon.
pub(crate) fn port(line: View<'_>, end: usize) -> Option<Value> {
    let value = value::quoted(line, end.checked_sub(1)?)?;
    let text = line.get(value.start, value.end);
    let drawn = text.bytes().any(|b| b.is_ascii_digit() || b.is_ascii_punctuation());
    let number = text.bytes().all(|b| b.is_ascii_digit());
    (drawn && !number && !values::is_template(text)).then_some(value)
}

/// "connecting with bob:x@db:5432"
pub(crate) fn connecting(line: View<'_>, at: usize, _: usize) -> Option<Value> {
    let port = line.run_within(at + 1, &NAME, 6) - at - 1;
    let host = line.back_within(at, &NAME, REACH);
    // Go's data source name without a protocol has the host in brackets.
    let host = host - usize::from(line.before(host) == b'(');
    let sign = host.checked_sub(1).filter(|i| line.at(*i) == b'@')?;
    let value = data_source(line, sign, at)?;
    let plain = !line.get(value.start, sign).contains(['/', ':']);
    (plain && matches!(port, 4 | 5)).then_some(value)
}

/// Go's data source name, `user:x@tcp(host:port)/database`; the anchor is at the `@`.
pub(crate) fn data_source(line: View<'_>, at: usize, _: usize) -> Option<Value> {
    static ENDS: Class = Class::of(b" \t\"'`()");
    let mut user = at;
    while user > at.saturating_sub(REACH) && !ENDS.has(line.before(user)) && user > 0 {
        user -= 1;
    }
    let text = line.get(user, at);
    let colon = text.find(':').filter(|_| !text.contains("://") && !text.contains('['))?;
    Some(Value { start: user + colon + 1, end: at, form: Form::Tight })
}
/// A line of `.pgpass`, `host:port:database:user:password`; the anchor is in its middle.
pub(crate) fn pgpass(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    if line.len() > 512 {
        return;
    }
    let mut start = line.run(0, &BLANK);
    let mut fields = line.rest(start).splitn(5, ':');
    for position in 0..4 {
        let Some(field) = fields.next() else { return };
        let port = position != 1 || field == "*" || field.bytes().all(|b| b.is_ascii_digit());
        let plain = field.bytes().all(|b| b.is_ascii_alphanumeric() || b"*._-".contains(&b));
        if field.is_empty() || !port || !plain {
            return;
        }
        start += field.len() + 1;
    }
    let password = line.rest(start).trim_end();
    if password.len() >= 3 && !password.contains([' ', '/']) && !values::is_placeholder(password) {
        let end = start + password.len();
        found.push(Found { start, end, kind: "password", from: at.min(start), named: true });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_pgpass() {
        let find = |text: &str| {
            let mut found = Vec::new();
            pgpass(View::new(text), 0, &mut found);
            found.len()
        };
        assert_eq!(find("db.example.com:5432:app:bob:hunter2"), 1);
        assert_eq!(find("*:*:*:bob:hunter2"), 1);
        assert_eq!(find("[2026-01-01] http://h:5432:x:y z"), 0);
    }
}
