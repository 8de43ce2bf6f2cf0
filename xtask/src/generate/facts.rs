//! One operation as Airflow tells it, and the TOML we keep of it.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Deserialize;
use toml::Value;

use super::releases::{self, History};

/// What our programs print of an operation.
#[derive(Deserialize)]
pub(crate) struct Fact {
    method: String,
    path: String,
    /// Airflow's id of it, unique within a major.
    pub(crate) operation_id: String,
    permission: String,
    parameters: Vec<Parameter>,
    body: Option<String>,
}

#[derive(Deserialize)]
struct Parameter {
    name: String,
    r#in: String,
    required: bool,
    joined: bool,
    fixed: Option<String>,
    schema: String,
}

impl Fact {
    /// Method and path.
    pub(crate) fn route(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The table of that name.
    pub(crate) fn render(&self, name: &str, history: &History) -> Result<String> {
        let major = if name.ends_with("v1") { 2 } else { 3 };
        let route = releases::blank(&self.route());
        let since = history.route(major, &route)?;
        let mut text = format!("[{name}]\n");
        for (key, value) in [
            ("method", &self.method),
            ("path", &self.path),
            ("operation_id", &self.operation_id),
            ("since", &since.to_string()),
            ("permission", &self.permission),
        ] {
            writeln!(text, "{key} = {}", quoted(value))?;
        }
        if !self.parameters.is_empty() {
            text.push_str("parameters = [\n");
            for parameter in &self.parameters {
                let first = match parameter.r#in.as_str() {
                    "path" | "tail" => since,
                    _ => history.parameter(major, &route, &parameter.name)?,
                };
                writeln!(
                    text,
                    "  {},",
                    parameter.render((first != since).then(|| first.to_string()))
                )?;
            }
            text.push_str("]\n");
        }
        if let Some(body) = &self.body {
            writeln!(text, "body = {}", quoted(body))?;
        }
        Ok(text)
    }
}

impl Parameter {
    /// What is as usual is left out: not required, as old as its route, a list is repeated.
    fn render(&self, since: Option<String>) -> String {
        let mut parts =
            vec![format!("name = {}", quoted(&self.name)), format!("in = {}", quoted(&self.r#in))];
        if self.required {
            parts.push("required = true".to_owned());
        }
        if self.joined {
            parts.push("joined = true".to_owned());
        }
        if let Some(since) = since {
            parts.push(format!("since = {}", quoted(&since)));
        }
        if let Some(fixed) = &self.fixed {
            parts.push(format!("fixed = {}", quoted(fixed)));
        }
        parts.push(format!("schema = {}", quoted(&self.schema)));
        format!("{{ {} }}", parts.join(", "))
    }
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_usual_is_left_out() {
        let parameter = |text| serde_json::from_str::<Parameter>(text).unwrap();
        let plain = parameter(
            r#"{"name": "limit", "in": "query", "required": false, "joined": false, "schema": "{}"}"#,
        );
        assert_eq!(plain.render(None), r#"{ name = "limit", in = "query", schema = "{}" }"#);
        let full = parameter(
            r#"{"name": "x", "in": "path", "required": true, "joined": true, "fixed": "~", "schema": "{\"const\":\"~\"}"}"#,
        );
        assert_eq!(
            full.render(Some("3.1".to_owned())),
            r#"{ name = "x", in = "path", required = true, joined = true, since = "3.1", fixed = "~", schema = '{"const":"~"}' }"#
        );
    }
}
