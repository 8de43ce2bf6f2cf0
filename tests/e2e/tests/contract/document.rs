//! An OpenAPI document, as far as the contract goes: routes, their parameters, their body's fields.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A document as it was served. A schema without references is one as well.
pub struct Document(Value);

/// An operation as Airflow serves it.
pub struct Route {
    pub method: String,
    pub path: String,
    pub operation_id: String,
    pub parameters: BTreeSet<Parameter>,
    /// `None` when it takes no body.
    pub fields: Option<Fields>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parameter {
    pub name: String,
    pub place: String,
    pub required: bool,
}

/// A field of a body, at any depth: `actions[].entities[].pool`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Field {
    pub name: String,
    pub required: bool,
}

pub type Fields = BTreeSet<Field>;

impl Document {
    pub fn new(document: Value) -> Self {
        Self(document)
    }

    /// All routes by method and path, the path without the API's prefix.
    pub fn routes(&self) -> BTreeMap<(String, String), Route> {
        let mut routes = BTreeMap::new();
        for (path, item) in self.0["paths"].as_object().unwrap() {
            for method in ["get", "post", "put", "patch", "delete"] {
                if let Some(operation) = item.get(method) {
                    let route = self.route(method, path, item, operation);
                    routes.insert((route.method.clone(), route.path.clone()), route);
                }
            }
        }
        routes
    }

    fn route(&self, method: &str, path: &str, item: &Value, operation: &Value) -> Route {
        let parameters = [item, operation]
            .iter()
            .flat_map(|part| part["parameters"].as_array().into_iter().flatten())
            .map(|parameter| self.resolved(parameter))
            .filter(|parameter| parameter["in"] != "cookie")
            // It belongs to the exchange, not to the caller.
            .filter(|parameter| parameter["name"].as_str() != Some("accept"))
            .map(|parameter| Parameter {
                name: parameter["name"].as_str().unwrap().to_owned(),
                place: parameter["in"].as_str().unwrap().to_owned(),
                required: parameter["required"] == true,
            })
            .collect();
        let body = operation.get("requestBody").map(|body| {
            let schema = &self.resolved(body)["content"]["application/json"]["schema"];
            self.fields(schema)
        });
        Route {
            method: method.to_uppercase(),
            path: path.strip_prefix("/api/v2").unwrap_or(path).to_owned(),
            operation_id: operation["operationId"].as_str().unwrap().to_owned(),
            parameters,
            fields: body,
        }
    }

    /// What a reference points at.
    fn resolved<'a>(&'a self, mut node: &'a Value) -> &'a Value {
        while let Some(reference) = node["$ref"].as_str() {
            node = self.0.pointer(reference.strip_prefix('#').unwrap()).unwrap();
        }
        node
    }

    /// All fields of a body.
    pub fn fields(&self, schema: &Value) -> Fields {
        let mut fields = Fields::new();
        self.walk(schema, "", &mut Vec::new(), &mut fields);
        fields
    }

    fn walk<'a>(
        &'a self,
        schema: &'a Value,
        path: &str,
        inside: &mut Vec<&'a Value>,
        fields: &mut Fields,
    ) {
        let schema = self.resolved(schema);
        // A schema that holds itself ends here.
        if inside.iter().any(|outer| std::ptr::eq(*outer, schema)) {
            return;
        }
        inside.push(schema);
        let required = schema["required"].as_array().into_iter().flatten();
        let required: Vec<&str> = required.filter_map(Value::as_str).collect();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            // Airflow only ever answers with these.
            if self.resolved(field)["readOnly"] == true {
                continue;
            }
            let required = required.contains(&name.as_str());
            let name = format!("{path}{name}");
            self.walk(field, &format!("{name}."), inside, fields);
            fields.insert(Field { name, required });
        }
        let within = format!("{}[].", path.trim_end_matches('.'));
        self.walk(&schema["items"], &within, inside, fields);
        self.walk(&schema["additionalProperties"], &within, inside, fields);
        for key in ["allOf", "anyOf", "oneOf"] {
            for part in schema[key].as_array().into_iter().flatten() {
                self.walk(part, path, inside, fields);
            }
        }
        inside.pop();
    }
}
