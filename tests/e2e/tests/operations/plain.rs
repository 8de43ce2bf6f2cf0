//! An operation as plain REST: the request that its row of the catalog describes.

use airvane_api::operation::{Endpoint, ParameterPlace};
use airvane_e2e::rest::{Reply, Rest, segment};
use anyhow::Result;
use serde_json::{Map, Value};

/// Sends what the arguments say; any status is a reply.
pub fn send(rest: &Rest, endpoint: &Endpoint, arguments: &Map<String, Value>) -> Result<Reply> {
    let mut body = arguments.clone();
    let mut path = endpoint.path.to_owned();
    let mut query = Vec::new();
    let mut headers = vec![("Accept", "application/json".to_owned())];
    for parameter in endpoint.parameters {
        let fixed = parameter.fixed.map(Value::from);
        let Some(value) = body.remove(parameter.name).or(fixed) else { continue };
        match parameter.place {
            ParameterPlace::Path | ParameterPlace::PathTail => {
                let open = format!("{{{}}}", parameter.wire_name);
                path = path.replace(&open, &segment(&text(&value)));
                // Airflow wants it in the body once more.
                if endpoint.body.is_some_and(|body| names(body, parameter.name)) {
                    body.insert(parameter.name.to_owned(), value);
                }
            }
            ParameterPlace::Query if parameter.joined => {
                query.push((parameter.wire_name, texts(&value).join(",")));
            }
            ParameterPlace::Query => {
                query.extend(texts(&value).into_iter().map(|value| (parameter.wire_name, value)));
            }
            ParameterPlace::Header => headers.push((parameter.wire_name, text(&value))),
        }
    }
    for (number, (name, value)) in query.iter().enumerate() {
        let mark = if number == 0 { '?' } else { '&' };
        path.extend([&*format!("{mark}{name}="), &*segment(value)]);
    }
    for (name, wire_name) in endpoint.body_names {
        if let Some(value) = body.remove(*name) {
            body.insert((*wire_name).to_owned(), value);
        }
    }
    let body = endpoint.body.map(|_| body.remove("body").unwrap_or(Value::Object(body)));
    rest.send_with(endpoint.method.as_str(), &path, &headers, body.as_ref())
}

/// Whether the body's own fields have that name.
fn names(schema: &str, name: &str) -> bool {
    let schema: Value = serde_json::from_str(schema).unwrap();
    schema["properties"].get(name).is_some()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().map_or_else(|| vec![text(value)], |items| items.iter().map(text).collect())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
