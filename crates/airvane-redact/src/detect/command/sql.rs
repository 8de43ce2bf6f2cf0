//! Credentials in SQL: `IDENTIFIED BY 'x'`, and the columns of an `INSERT` that are named like
//! secrets.

use crate::{
    detect::{Detector, Found, command, value},
    names::Strength,
    values::{self, Form},
    view::{BLANK, View},
};

/// Longest list of columns, and how many rows of values are read.
const MAX_COLUMNS: usize = 1024;
const MAX_ROWS: usize = 64;

/// `IDENTIFIED BY 'x'`, `IDENTIFIED WITH caching_sha2_password BY 'x'`; the anchor is at `tified`.
pub(crate) fn identified_by(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    const REPLACE: &str = " replace ";
    let Some(start) = at.checked_sub(4).filter(|&i| line.has_at(i, "identified")) else { return };
    if line.get(start, start + 1) == "i" && !is_statement(line, start) {
        return;
    }
    let head = at..line.len().min(at + 80);
    let Some(by) = head.into_iter().find(|&i| line.has_at(i, " by ")) else { return };
    let mut value = line.run(by + 4, &BLANK);
    for word in ["password ", "values "] {
        if line.has_at(value, word) {
            value += word.len();
        }
    }
    command::push(line, value, start, found);
    // The password before this one: `IDENTIFIED BY x REPLACE y`.
    let replaced = (value..line.len().min(value + 80)).find(|&i| line.has_at(i, REPLACE));
    if let Some(at) = replaced {
        command::push(line, at + REPLACE.len(), at, found);
    }
}

/// Whether what stands before a small `identified by` is SQL, not prose: nothing, or a name behind
/// `user`, `role`, `exists` or `to`.
fn is_statement(line: View<'_>, start: usize) -> bool {
    const REACH: usize = 64;
    let mut words = line.behind(start, REACH).split_whitespace().rev();
    let (name, word) = (words.next(), words.next());
    let created = line.get(0, start).to_ascii_lowercase();
    name.is_none()
        || ["create user ", "alter user "].iter().any(|verb| created.contains(verb))
        || word.is_some_and(|w| {
            ["user", "role", "exists", "to"].iter().any(|k| k.eq_ignore_ascii_case(w))
        })
}

/// `(name, password) VALUES ('bob', 'x')`; the anchor is at `values`.
pub(crate) fn insert(
    detector: &Detector,
    line: View<'_>,
    at: usize,
    found: &mut Vec<Found>,
) -> Option<()> {
    let close = line.text.get(..at)?.trim_end().strip_suffix(')')?.len();
    let floor = close.saturating_sub(MAX_COLUMNS);
    let open = memchr::memrchr(b'(', line.bytes().get(floor..close)?)? + floor;
    let columns: Vec<_> = line
        .get(open + 1, close)
        .split(',')
        .map(|name| detector.names.judge(name.trim().trim_matches(['"', '\'', '`', '[', ']'])))
        .collect();
    if columns.iter().all(|column| column.strength < Strength::Medium) {
        return None;
    }
    let mut i = line.run(at + "values".len(), &BLANK);
    for _ in 0..MAX_ROWS {
        if line.at(i) != b'(' {
            return None;
        }
        i += 1;
        for judged in &columns {
            i = line.run(i, &BLANK);
            let literal = value::quoted(line, i);
            if let Some(value) = literal
                && judged.strength >= Strength::Medium
                && values::is_secret(
                    line.get(value.start, value.end),
                    Form::Quoted,
                    *judged,
                    &detector.names,
                )
            {
                let (start, end) = (value.start, value.end);
                found.push(Found { start, end, kind: judged.kind, from: start, named: true });
            }
            i = literal.map_or(i, |value| value.end + 1);
            while i < line.len() && !matches!(line.at(i), b',' | b')') {
                i += 1;
            }
            i += 1;
        }
        i = line.run(i, &BLANK);
        i = line.run(i + usize::from(line.at(i) == b','), &BLANK);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{names::Names, settings::Patterns};

    #[test]
    fn columns_give_their_values_away() {
        let detector = Detector { names: Names::default(), patterns: Patterns::default() };
        let text =
            "INSERT INTO u (name, `password`) VALUES ('bob', 'hunter2'), ('eve', 'swordf1sh')";
        let mut found = Vec::new();
        insert(&detector, View::new(text), text.find("VALUES").unwrap(), &mut found);
        let secrets: Vec<&str> = found.iter().map(|f| &text[f.start..f.end]).collect();
        assert_eq!(secrets, ["hunter2", "swordf1sh"]);
    }
}
