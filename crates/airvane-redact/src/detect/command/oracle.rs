//! Oracle's `user/password@database`, as its programs and drivers take it.

use crate::{
    detect::{
        Found,
        value::{self, Value},
    },
    values::{self, Form},
    view::{BLANK, Class, View},
};

/// What stands before it. Sources: Oracle's SQL*Plus, RMAN and Utilities references, and the JDBC
/// guide on database URLs.
pub(crate) const ANCHORS: &[&str] = &[
    "sqlplus ",
    "connect ",
    "conn ",
    "rman target ",
    "expdp ",
    "impdp ",
    "sqlldr ",
    "userid=",
    "oracle:thin:",
    "oracle:oci:",
    "oracle:oci8:",
];

/// Longest user name.
const MAX_USER: usize = 128;

pub(crate) fn detect(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let Some(anchor) = ANCHORS.iter().find(|anchor| line.has_at(at, anchor)) else { return };
    if line.before(at).is_ascii_alphanumeric() {
        return;
    }
    let Some(Value { start, end, .. }) = login(line, at + anchor.len()) else { return };
    // "connect a/b" may be a path; only an address behind it tells.
    let addressed = line.at(end) == b'@' || line.at(end + 1) == b'@';
    let sure = addressed || !anchor.starts_with("conn");
    if sure && end - start >= 3 && !values::is_template(line.get(start, end)) {
        found.push(Found { start, end, kind: "password", from: at, named: true });
    }
}

/// The password of `bob/password@db`, which may stand in quotes.
fn login(line: View<'_>, at: usize) -> Option<Value> {
    static OPEN: Class = Class::of(b" \t\"'");
    static ENDS: Class = Class::of(b"/@ \"'\t");
    let mut user = line.run(at, &OPEN);
    // `sqlplus -S -L bob/x@db`
    while line.at(user) == b'-' {
        let flag = (user..line.len()).find(|i| BLANK.has(line.at(*i)))?;
        user = line.run(flag, &OPEN);
    }
    let reach = line.len().min(user + MAX_USER);
    let slash = (user..reach).find(|i| ENDS.has(line.at(*i)))?;
    if line.at(slash) != b'/' || slash == user {
        return None;
    }
    if let Some(value) = value::quoted(line, slash + 1) {
        return Some(value);
    }
    let start = slash + 1;
    let end =
        (start..line.len()).find(|i| matches!(line.at(*i), b'@' | b' ' | b'"' | b'\'' | b'\t'));
    Some(Value { start, end: end.unwrap_or(line.len()), form: Form::Tight })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_password_and_leaves_paths() {
        let secrets = |text: &str| {
            let mut found = Vec::new();
            detect(View::new(text), 0, &mut found);
            found.iter().map(|f| text[f.start..f.end].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(secrets("sqlplus -S scott/hunter2@orcl"), ["hunter2"]);
        assert_eq!(secrets("connect scott/\"hun@ter2\"@orcl"), ["hun@ter2"]);
        assert!(secrets("connect etc/passwd").is_empty());
        assert!(secrets("sqlplus /nolog").is_empty());
    }
}
