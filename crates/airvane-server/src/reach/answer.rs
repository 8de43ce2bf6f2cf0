//! What an operation answered, as a document.

use airvane_api::{AccessLevel, Operation, catalog};
use airvane_redact::SafeJson;
use serde_json::{Map, Value};

use super::special;
use crate::airflow::LastLine;
use crate::output::{Document, Object, Records};
use crate::tool::Call;

/// The document of an answer. `arguments` are what the caller asked with.
pub(crate) fn document(
    call: &Call,
    operation: &'static Operation,
    answer: SafeJson,
    arguments: &Map<String, Value>,
    edit: impl FnOnce(&mut Value),
) -> Document {
    let mut document = Document::new();
    if operation.level > AccessLevel::Read {
        document.line(done(call, operation, arguments));
    }
    let mut answer = answer.into_value();
    guard(call, operation, &mut answer);
    edit(&mut answer);
    match answer {
        Value::Null if operation.level == AccessLevel::Read => {
            document.line("Airflow's answer is empty");
        }
        Value::Null => {}
        Value::Object(fields) => object(&mut document, operation, fields, arguments),
        Value::Array(rows) => {
            document.line(format!("{} entries", rows.len()));
            records(&mut document, operation, "entries", rows);
        }
        Value::String(text) => {
            document.text("answer", text);
        }
        other => {
            document.field("answer", other.to_string());
        }
    }
    document
}

/// What was done to what.
fn done(call: &Call, operation: &Operation, arguments: &Map<String, Value>) -> String {
    let ids: Vec<String> = arguments
        .iter()
        .filter(|(name, _)| is_id(operation, name))
        .map(|(name, value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("{name}={}", call.airflow.redact(&value).as_str())
        })
        .collect();
    let of = if ids.is_empty() { String::new() } else { format!(": {}", ids.join(", ")) };
    format!("{} done{of}", operation.name)
}

/// Whether an argument stands in the path.
fn is_id(operation: &Operation, name: &str) -> bool {
    [&operation.v1, &operation.v2].into_iter().flatten().any(|endpoint| {
        endpoint.parameter(name).is_some()
            && endpoint
                .path
                .contains(&format!("{{{}}}", endpoint.parameter(name).map_or("", |p| p.wire_name)))
    })
}

fn object(
    document: &mut Document,
    operation: &Operation,
    mut fields: Map<String, Value>,
    arguments: &Map<String, Value>,
) {
    let Some(name) = list_name(&fields) else {
        document.object(Object(fields));
        return;
    };
    let rows = match fields.remove(&name) {
        Some(Value::Array(rows)) => rows,
        _ => Vec::new(),
    };
    let total = fields.remove("total_entries").and_then(|total| total.as_u64());
    document.line(headline(&name, rows.len(), total, arguments));
    fields.retain(|_, value| !value.is_null());
    if !fields.is_empty() {
        document.object(Object(fields));
    }
    if !rows.is_empty() {
        records(document, operation, &name, rows);
    }
}

fn records(document: &mut Document, operation: &Operation, name: &str, rows: Vec<Value>) {
    let more = format!("{} with a smaller `limit` and `offset`, or with filters,", operation.name);
    document.records(Records { name: name.to_owned(), rows, more: Some(more) });
}

/// The field that is the list, if an object is nothing but a list and what is said of it.
fn list_name(fields: &Map<String, Value>) -> Option<String> {
    const MOST: usize = 5;
    let mut lists = fields.iter().filter(|(_, value)| value.is_array());
    let (name, rows) = lists.next()?;
    let others_are_plain = fields.values().all(|value| value == rows || !value.is_object());
    let alone = lists.next().is_none() && others_are_plain;
    let is_list = fields.contains_key("total_entries") && fields.len() <= MOST || fields.len() == 1;
    (alone && is_list).then(|| name.clone())
}

/// How many there are, and how to get the rest.
fn headline(
    name: &str,
    shown: usize,
    total: Option<u64>,
    arguments: &Map<String, Value>,
) -> String {
    let number = |name: &str| {
        let value = arguments.get(name)?;
        value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
    };
    let (key, offset) = match number("page_offset") {
        Some(offset) => ("page_offset", offset),
        None if arguments.contains_key("page_limit") => ("page_offset", 0),
        None => ("offset", number("offset").unwrap_or(0)),
    };
    let shown = shown as u64;
    let name = name.replace('_', " ");
    let limit = number("limit").or_else(|| number("page_limit")).unwrap_or(super::PAGE);
    let Some(total) = total else {
        let more = if shown == limit { "; there may be more" } else { "" };
        return format!("{shown} {name}, from {offset}{more}");
    };
    if offset == 0 && shown >= total {
        return format!("{shown} {name}");
    }
    let next = offset + shown;
    let more =
        if next < total && shown > 0 { format!("; more with {key}={next}") } else { String::new() };
    format!("{shown} of {total} {name}, from {offset}{more}")
}

/// What lists never show, and what is masked whole because of its name.
fn guard(call: &Call, operation: &'static Operation, answer: &mut Value) {
    let hidden: &[(&Operation, &str, &[&str])] = &[
        (&catalog::LIST_VARIABLES, "variables", &["value"]),
        (&catalog::LIST_CONNECTIONS, "connections", &["extra", "password"]),
    ];
    for (of, list, fields) in hidden {
        if special::is(operation, of)
            && let Some(Value::Array(rows)) = answer.get_mut(*list)
        {
            for row in rows.iter_mut().filter_map(Value::as_object_mut) {
                row.retain(|name, _| !fields.contains(&name.as_str()));
            }
        }
    }
    if operation.toolset == "variable"
        && let Some(fields) = answer.as_object_mut()
        && let (Some(Value::String(key)), Some(value)) =
            (fields.get("key").cloned(), fields.get_mut("value"))
    {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        *value = Value::from(call.airflow.redact_named(&key, &text).into_string());
    }
}

/// The end of a wait, or how far it is.
pub(crate) fn waited(last: LastLine) -> Document {
    let mut document = Document::new();
    if !last.ended {
        document.line("the run has not ended yet; the same call waits on");
    }
    match last.line.map(SafeJson::into_value) {
        Some(Value::Object(fields)) => {
            document.object(Object(fields));
        }
        Some(other) => {
            document.field("answer", other.to_string());
        }
        None => {}
    }
    document
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(answer: &Value, arguments: &Value) -> String {
        let mut document = Document::new();
        let fields = answer.as_object().unwrap().clone();
        object(&mut document, &catalog::LIST_DAG_RUNS, fields, arguments.as_object().unwrap());
        document.body()
    }

    #[test]
    fn a_list_says_how_many_there_are_and_how_to_get_the_rest() {
        let page = json!({"dag_runs": [{"id": "a"}, {"id": "b"}], "total_entries": 340});
        assert_eq!(
            body(&page, &json!({})),
            "2 of 340 dag runs, from 0; more with offset=2\nid\na\nb\n"
        );
        assert!(
            body(&page, &json!({"offset": "338"})).starts_with("2 of 340 dag runs, from 338\n")
        );
        assert!(body(&page, &json!({"page_limit": 2})).contains("more with page_offset=2"));
        let all = json!({"dag_runs": [{"id": "a"}], "total_entries": 1, "next_cursor": null});
        assert_eq!(body(&all, &json!({})), "1 dag runs\nid: a\n");
        let uncounted = json!({"dag_runs": [{"id": "a"}]});
        assert!(
            body(&uncounted, &json!({"limit": 1}))
                .starts_with("1 dag runs, from 0; there may be more")
        );
        let none = json!({"dag_runs": [], "total_entries": 0});
        assert_eq!(body(&none, &json!({})), "0 dag runs\n");
    }

    #[test]
    fn an_object_with_lists_is_an_object() {
        let dag = json!({"dag_id": "d", "tags": [{"name": "x"}], "owners": ["o"]});
        assert_eq!(body(&dag, &json!({})), "dag_id: d\nowners: o\ntags: [{\"name\":\"x\"}]\n");
    }
}
