//! Airflow's own JSON as parts of an answer: a list as a table, an object as fields.
//!
//! The text leaves out what is empty and says once what is the same in every row; the structured
//! form is the JSON itself, of the rows that the text has.

use serde_json::{Map, Value};

use super::tokens::estimate;

/// Longest cell of a table, in characters; one object shows its values whole.
const CELL: usize = 160;

/// How a cell that is longer ends.
const CUT: &str = " …";

/// A list of Airflow's.
#[derive(Clone, Debug, PartialEq)]
pub struct Records {
    /// What they are, in Airflow's words: `dag_runs`.
    pub name: String,
    /// The elements: objects as a rule.
    pub rows: Vec<Value>,
    /// The call that brings what a cut leaves out.
    pub more: Option<String>,
}

impl Records {
    pub(super) fn text(&self) -> String {
        if let Some(only) = self.only() {
            return Object(only.clone()).text();
        }
        let columns = Columns::of(&self.rows);
        let mut lines = columns.head();
        lines.extend(self.rows.iter().map(|row| columns.row(row)));
        if lines.iter().any(|line| line.contains(CUT)) {
            lines.push(format!("[values that end in{CUT} are cut; alone they are shown whole]"));
        }
        lines.into_iter().map(|line| line + "\n").collect()
    }

    /// The row of a list of one, which is shown like an object.
    fn only(&self) -> Option<&Map<String, Value>> {
        match self.rows.as_slice() {
            [Value::Object(only)] => Some(only),
            _ => None,
        }
    }

    pub(super) fn structured(&self) -> Value {
        Value::Array(self.rows.clone())
    }

    /// The first rows, as many as fit, and how many were left out.
    pub(super) fn cut(mut self, tokens: usize) -> Option<(Self, usize)> {
        if let Some(only) = self.only() {
            let (kept, _) = Object(only.clone()).cut(tokens)?;
            self.rows = vec![Value::Object(kept.0)];
            return Some((self, 0));
        }
        let columns = Columns::of(&self.rows);
        let cost = |line: &String| estimate(line) + 1;
        // The note on cut cells is paid for as well.
        let head: usize = columns.head().iter().map(cost).sum();
        let mut left = tokens.checked_sub(head + 20)?;
        let mut fits = 0;
        for row in &self.rows {
            let Some(rest) = left.checked_sub(cost(&columns.row(row))) else { break };
            (left, fits) = (rest, fits + 1);
        }
        let left_out = self.rows.len() - fits;
        self.rows.truncate(fits);
        (fits > 0).then_some((self, left_out))
    }
}

/// The columns of a list, and what is not worth one because it is the same in every row.
struct Columns {
    names: Vec<String>,
    same: Vec<(String, String)>,
}

impl Columns {
    fn of(rows: &[Value]) -> Self {
        let mut names: Vec<String> = Vec::new();
        for name in rows.iter().filter_map(Value::as_object).flat_map(Map::keys) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names.sort_by_key(|name| place(name));
        let mut columns = Self { names: Vec::new(), same: Vec::new() };
        for name in names {
            let cells: Vec<String> = rows.iter().map(|row| cell(row.get(&name))).collect();
            match cells.split_first() {
                Some((first, rest)) if !rest.is_empty() && rest.iter().all(|c| c == first) => {
                    columns.same.push((name, first.clone()));
                }
                _ if cells.iter().all(String::is_empty) => {}
                _ => columns.names.push(name),
            }
        }
        columns.same.retain(|(_, value)| !value.is_empty());
        columns
    }

    fn head(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.same.is_empty() {
            let same: Vec<String> =
                self.same.iter().map(|(name, value)| format!("{name}={value}")).collect();
            lines.push(format!("in every row: {}", same.join(", ")));
        }
        if !self.names.is_empty() {
            lines.push(self.names.join(" | "));
        }
        lines
    }

    fn row(&self, row: &Value) -> String {
        if !row.is_object() {
            return cell(Some(row));
        }
        let cells: Vec<String> = self.names.iter().map(|name| cell(row.get(name))).collect();
        cells.join(" | ")
    }
}

/// What names a thing comes first, then how it is; the rest stays in alphabetical order.
fn place(name: &str) -> u8 {
    match name {
        "id" | "key" | "name" => 0,
        name if name.ends_with("_id") => 0,
        "state" | "status" => 1,
        _ => 2,
    }
}

fn cell(value: Option<&Value>) -> String {
    let text = one_line(&plain(value.unwrap_or(&Value::Null)));
    match text.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}{CUT}", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// A value as text: nothing for what is empty, compact JSON for what has parts.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => String::new(),
        Value::Array(items) if items.iter().all(|item| item.is_string() || item.is_number()) => {
            items.iter().map(plain).collect::<Vec<_>>().join(",")
        }
        Value::Object(fields) if fields.is_empty() => String::new(),
        other => other.to_string(),
    }
}

fn one_line(text: &str) -> String {
    if text.contains(['\n', '\r']) {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        text.to_owned()
    }
}

/// An object of Airflow's.
#[derive(Clone, Debug, PartialEq)]
pub struct Object(pub Map<String, Value>);

impl Object {
    pub(super) fn text(&self) -> String {
        let mut fields: Vec<_> = self.0.iter().collect();
        fields.sort_by_key(|(name, value)| (is_long(value), place(name)));
        fields.into_iter().map(|(name, value)| field(name, value)).collect()
    }

    pub(super) fn structured(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The fields that fit; a long one is shortened. Also says how many were shortened or left
    /// out.
    pub(super) fn cut(self, tokens: usize) -> Option<(Self, usize)> {
        const WORTH_SHORTENING: usize = 40;
        let mut left = tokens;
        let mut kept = Map::new();
        let mut lost = 0;
        let mut fields: Vec<_> = self.0.into_iter().collect();
        fields.sort_by_key(|(name, value)| (is_long(value), place(name)));
        for (name, value) in fields {
            let text = field(&name, &value);
            let cost = estimate(&text) + text.lines().count();
            if cost <= left {
                left -= cost;
                kept.insert(name, value);
                continue;
            }
            lost += 1;
            if left > WORTH_SHORTENING {
                kept.insert(name, shortened(&value, left));
                left = 0;
            }
        }
        (!kept.is_empty()).then_some((Self(kept), lost))
    }
}

/// Text of several lines stands behind everything else.
fn is_long(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim_end().contains('\n'))
}

fn field(name: &str, value: &Value) -> String {
    let text = plain(value);
    match text.trim_end() {
        "" => String::new(),
        text if text.contains('\n') => format!("{name}:\n{text}\n"),
        text => format!("{name}: {text}\n"),
    }
}

/// The beginning of a value, as text.
fn shortened(value: &Value, tokens: usize) -> Value {
    let text = plain(value);
    let mut left = tokens.saturating_sub(10);
    let mut kept = String::new();
    for piece in text.split_inclusive([' ', '\n', ',']) {
        let piece: String = piece.chars().take(left * 2).collect();
        let Some(rest) = left.checked_sub(estimate(&piece) + 1) else { break };
        left = rest;
        kept.push_str(&piece);
    }
    Value::from(format!("{}…", kept.trim_end()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn records(rows: &Value) -> Records {
        let rows = rows.as_array().unwrap().clone();
        Records { name: "rows".to_owned(), rows, more: None }
    }

    #[test]
    fn a_list_says_once_what_is_the_same_and_nothing_of_what_is_empty() {
        let list = records(&json!([
            {"id": 1, "dag_id": "d", "note": null, "tags": [], "conf": {"a": 1}},
            {"id": 2, "dag_id": "d", "note": null, "tags": ["x", "y"], "conf": {}},
        ]));
        assert_eq!(
            list.text(),
            "in every row: dag_id=d\nid | conf | tags\n1 | {\"a\":1} | \n2 |  | x,y\n"
        );
        assert_eq!(records(&json!(["a", "b"])).text(), "a\nb\n");
        assert_eq!(records(&json!([{"a": "x\ny"}, {"a": 1}])).text(), "a\nx y\n1\n");
        assert_eq!(records(&json!([{"a": "x\ny"}])).text(), "a:\nx\ny\n");
        let long = records(&json!([{"a": "x".repeat(500)}, {"a": 1}])).text();
        assert!(long.len() < 300 && long.ends_with("shown whole]\n"), "{long}");
    }

    #[test]
    fn a_cut_list_keeps_its_first_rows_in_both_forms() {
        let rows: Vec<Value> =
            (0..100).map(|n| json!({"name": format!("row number {n}")})).collect();
        let (cut, left_out) = records(&Value::Array(rows)).cut(100).unwrap();
        assert_eq!(cut.rows.len() + left_out, 100);
        assert!(estimate(&cut.text()) <= 100);
        assert_eq!(cut.structured().as_array().unwrap().len(), cut.rows.len());
    }

    #[test]
    fn an_object_shows_its_values_whole_and_shortens_the_longest_when_cut() {
        let object = Object(
            json!({"state": "ok", "note": null, "text": "a b\nc", "n": {"x": [1]}})
                .as_object()
                .unwrap()
                .clone(),
        );
        assert_eq!(object.text(), "state: ok\nn: {\"x\":[1]}\ntext:\na b\nc\n");
        let long = json!({"id": "x", "text": "word ".repeat(1000), "zone": "z"});
        let (cut, lost) = Object(long.as_object().unwrap().clone()).cut(100).unwrap();
        assert_eq!(lost, 2);
        assert!(estimate(&cut.text()) <= 100, "{}", estimate(&cut.text()));
        assert!(cut.text().starts_with("id: x\n"));
    }
}
