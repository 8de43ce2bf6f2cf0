//! Operations that the connected Airflow has and the catalog has not, from the OpenAPI document
//! that Airflow serves.
//!
//! A row made of it says less than one of the catalog, and nothing in the document is believed
//! that could widen what may be called: an operation is a read if it is a GET and destructive
//! otherwise; what the catalog knows stays as the catalog knows it, whatever the document calls
//! it; paths outside the API, of other hosts, with dots or below `/auth` are refused. Rows are kept
//! as long as the program runs, so there is a limit to how many are taken.

mod path;
mod schema;

use airvane_api::{
    AccessLevel, AirflowVersion, ApiVersion, Endpoint, Method, Operation, Parameter,
    ParameterPlace, catalog,
};
use serde_json::{Map, Value};

/// Most rows that are made of a document.
const MOST: usize = 200;

/// Most parameters of one row.
const MOST_PARAMETERS: usize = 80;

/// Longest name and longest summary, in characters.
const LONGEST_NAME: usize = 80;
const LONGEST_SUMMARY: usize = 120;

/// The toolset of what only the document has.
pub(crate) const TOOLSET: &str = "live";

const METHODS: [(&str, Method); 5] = [
    ("get", Method::Get),
    ("post", Method::Post),
    ("put", Method::Put),
    ("patch", Method::Patch),
    ("delete", Method::Delete),
];

/// The rows of a document that the catalog lacks. `redact` makes its words safe to show.
pub(crate) fn operations(
    document: &Value,
    api: ApiVersion,
    redact: &dyn Fn(&str) -> String,
) -> Vec<&'static Operation> {
    let mut found: Vec<&'static Operation> = Vec::new();
    if !path::are_servers_own(document.get("servers")) {
        return found;
    }
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let Some(path) = path::of(path, api).filter(|_| item.get("servers").is_none()) else {
            continue;
        };
        for (key, method) in METHODS {
            let Some(described) = item.get(key) else { continue };
            if found.len() == MOST {
                return found;
            }
            if is_known(&path, method, api) || described.get("servers").is_some() {
                continue;
            }
            let row = Row { document, item, described, path: &path, method, api };
            if let Some(operation) = row.operation(&found, redact) {
                found.push(Box::leak(Box::new(operation)));
            }
        }
    }
    found
}

/// Whether the catalog has a route, under whichever names its placeholders go.
fn is_known(path: &str, method: Method, api: ApiVersion) -> bool {
    let shape = path::shape(path);
    let mut endpoints = catalog::OPERATIONS.iter().filter_map(|operation| operation.endpoint(api));
    endpoints.any(|end| end.method == method && path::shape(end.path) == shape)
}

/// One operation of a document.
struct Row<'a> {
    document: &'a Value,
    item: &'a Value,
    described: &'a Value,
    path: &'a str,
    method: Method,
    api: ApiVersion,
}

impl Row<'_> {
    fn operation(
        &self,
        taken: &[&'static Operation],
        redact: &dyn Fn(&str) -> String,
    ) -> Option<Operation> {
        let id = self.described.get("operationId").and_then(Value::as_str).unwrap_or_default();
        let name = self.name(id, taken)?;
        let endpoint = self.endpoint(name)?;
        let summary = self.described.get("summary").or_else(|| self.described.get("description"));
        let summary = one_line(&redact(summary.and_then(Value::as_str).unwrap_or(name)));
        let (v1, v2) = match self.api {
            ApiVersion::V1 => (Some(endpoint), None),
            ApiVersion::V2 => (None, Some(endpoint)),
        };
        Some(Operation {
            name,
            summary: summary.leak(),
            level: match self.method {
                Method::Get => AccessLevel::Read,
                _ => AccessLevel::Destructive,
            },
            toolset: TOOLSET,
            refused: false,
            bulk: None,
            instead: None,
            words: &[],
            tools: &[],
            v1,
            v2,
        })
    }

    /// The id in snake case; what the catalog or another row is called already gets a number.
    fn name(&self, id: &str, taken: &[&'static Operation]) -> Option<&'static str> {
        let words = if id.is_empty() {
            format!("{}_{}", self.method.as_str(), self.path)
        } else {
            id.to_owned()
        };
        let name = snake(&words);
        if name.is_empty() {
            return None;
        }
        let is_free = |name: &str| {
            catalog::find(name).is_none() && taken.iter().all(|other| other.name != name)
        };
        let numbered = (2..9).map(|number| format!("{name}_{number}"));
        let name = std::iter::once(name.clone()).chain(numbered).find(|name| is_free(name))?;
        Some(name.leak())
    }

    fn endpoint(&self, name: &'static str) -> Option<Endpoint> {
        let parameters = self.parameters()?;
        let open: Vec<&str> = path::placeholders(self.path).collect();
        let is_path = |parameter: &&Parameter| parameter.place == ParameterPlace::Path;
        let declared = parameters.iter().filter(is_path);
        if declared.clone().count() != open.len()
            || !declared.clone().all(|parameter| open.contains(&parameter.wire_name))
        {
            return None;
        }
        let body =
            self.described.get("requestBody").map(|body| schema::resolved(self.document, body));
        let body = body.and_then(|body| body.pointer("/content/application~1json/schema").cloned());
        let body = body.map(|schema| schema::tidy(self.document, &schema).to_string());
        Some(Endpoint {
            method: self.method,
            path: self.path.to_owned().leak(),
            operation_id: name,
            since: AirflowVersion::new(0, 0, 0),
            parameters: parameters.leak(),
            body: body.map(|text| &*text.leak()),
            body_names: &[],
            permission: "",
        })
    }

    /// Those of the path's item and its own; `None` if one can't be used and has to be.
    fn parameters(&self) -> Option<Vec<Parameter>> {
        let mut parameters: Vec<Parameter> = Vec::new();
        let lists = [self.item.get("parameters"), self.described.get("parameters")];
        for described in lists.into_iter().flatten().filter_map(Value::as_array).flatten() {
            let described = schema::resolved(self.document, described);
            let Some(described) = described.as_object() else { continue };
            match self.parameter(described) {
                Some(parameter) => {
                    parameters.retain(|other| other.wire_name != parameter.wire_name);
                    parameters.push(parameter);
                }
                None if described.get("required") == Some(&Value::Bool(true)) => return None,
                None => {}
            }
        }
        parameters.truncate(MOST_PARAMETERS);
        Some(parameters)
    }

    fn parameter(&self, described: &Map<String, Value>) -> Option<Parameter> {
        let text = |key| described.get(key).and_then(Value::as_str);
        let name = text("name").filter(|name| is_name(name))?;
        let place = match text("in")? {
            "path" => ParameterPlace::Path,
            "query" => ParameterPlace::Query,
            // Headers of the document's choice could speak to a proxy.
            _ => return None,
        };
        let schema = described.get("schema").unwrap_or(&Value::Null);
        let schema = schema::tidy(self.document, schema).to_string();
        let name: &'static str = name.to_owned().leak();
        Some(Parameter {
            name,
            wire_name: name,
            place,
            required: place == ParameterPlace::Path
                || described.get("required") == Some(&Value::Bool(true)),
            since: AirflowVersion::new(0, 0, 0),
            joined: described.get("explode") == Some(&Value::Bool(false)),
            schema: schema.leak(),
            fixed: None,
        })
    }
}

/// Whether a text can be nothing but a name.
fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    !text.is_empty() && text.len() <= LONGEST_NAME && text.chars().all(allowed)
}

/// `getThings`, `get-things` and `Get Things` as `get_things`.
fn snake(text: &str) -> String {
    let mut out = String::new();
    let mut was_lower = false;
    for c in text.chars().take(LONGEST_NAME) {
        if c.is_ascii_uppercase() && was_lower {
            out.push('_');
        }
        was_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        out.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    }
    let words: Vec<&str> = out.split('_').filter(|word| !word.is_empty()).collect();
    words.join("_")
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(LONGEST_SUMMARY).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(document: &Value) -> Vec<&'static Operation> {
        operations(document, ApiVersion::V2, &str::to_owned)
    }

    #[test]
    fn what_the_catalog_lacks_becomes_a_row() {
        let rows = found(&json!({"paths": {
            "/api/v2/dags/{dag_id}/budget": {
                "get": {
                    "operationId": "getDagBudget",
                    "summary": "The budget\nof a DAG.",
                    "parameters": [
                        {"$ref": "#/components/parameters/Dag"},
                        {"name": "currency", "in": "query", "schema": {"enum": ["EUR", "USD"]}},
                    ],
                },
                "post": {
                    "operationId": "set_budget",
                    "parameters": [{"$ref": "#/components/parameters/Dag"}],
                    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/B"}}}},
                },
            },
            "/api/v2/dags/{dag_id}": {"get": {"operationId": "get_dag"}},
        }, "components": {
            "parameters": {"Dag": {"name": "dag_id", "in": "path", "required": true, "schema": {"type": "string"}}},
            "schemas": {"B": {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer"}}}},
        }}));
        let names: Vec<_> = rows.iter().map(|row| (row.name, row.level, row.summary)).collect();
        assert_eq!(
            names,
            [
                ("get_dag_budget", AccessLevel::Read, "The budget of a DAG."),
                ("set_budget", AccessLevel::Destructive, "set_budget"),
            ]
        );
        let endpoint = rows[1].v2.as_ref().unwrap();
        assert!(endpoint.body.unwrap().contains(r#""required":["amount"]"#));
        assert_eq!(rows[0].v2.as_ref().unwrap().path, "/dags/{dag_id}/budget");
    }

    #[test]
    fn a_hostile_document_gives_nothing() {
        let get = json!({"get": {"operationId": "x"}});
        for path in [
            "/admin",
            "/api/v1/dags2",
            "/api/v2/../admin",
            "/api/v2/a/%2e%2e/admin",
            "/api/v2//evil.example/x",
            "/api/v2/auth/elsewhere",
            "/api/v2/a?b=c",
            "/api/v2/a#b",
            "/api/v2/a/",
            "https://evil.example/api/v2/x",
            "//evil.example/api/v2/x",
            "/api/v2/{undeclared}",
            "/api/v2/a\\..\\b",
        ] {
            assert!(found(&json!({"paths": {path: get.clone()}})).is_empty(), "{path}");
        }
        for server in ["https://evil.example", "//evil.example", "ftp:x"] {
            let document =
                json!({"servers": [{"url": server}], "paths": {"/api/v2/new": get.clone()}});
            assert!(found(&document).is_empty(), "{server}");
        }
        let elsewhere =
            json!({"get": {"operationId": "x", "servers": [{"url": "https://evil.example"}]}});
        assert!(found(&json!({"paths": {"/api/v2/new": elsewhere}})).is_empty());
    }

    #[test]
    fn what_the_catalog_knows_keeps_its_level_and_its_name() {
        let renamed = json!({"paths": {
            "/api/v2/dags/{anything}": {"delete": {"operationId": "harmless"}},
            "/api/v2/new": {"get": {"operationId": "delete_dag"}},
        }});
        let rows = found(&renamed);
        let names: Vec<_> = rows.iter().map(|row| row.name).collect();
        assert_eq!(names, ["delete_dag_2"]);
    }

    #[test]
    fn a_document_without_end_is_cut() {
        let paths: Map<String, Value> = (0..1000)
            .map(|n| {
                (format!("/api/v2/new{n}"), json!({"get": {"operationId": format!("new{n}")}}))
            })
            .collect();
        assert_eq!(found(&json!({ "paths": paths })).len(), MOST);
        let cycle = json!({"paths": {"/api/v2/new": {"post": {
            "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}},
        }}}, "components": {"schemas": {"A": {"properties": {"a": {"$ref": "#/components/schemas/A"}}}}}});
        assert_eq!(found(&cycle).len(), 1);
    }
}
