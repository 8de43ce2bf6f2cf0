//! What the Python source of a DAG refers to by literal name: variables, connections, other DAGs.
//!
//! Names that are computed, or that stand in a module the file imports, are not found.

use std::collections::BTreeSet;

/// Names found in a source, each once, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct References {
    pub(crate) variables: BTreeSet<String>,
    pub(crate) connections: BTreeSet<String>,
    /// DAGs that its sensors wait for.
    pub(crate) waits_for: BTreeSet<String>,
    /// DAGs that it triggers.
    pub(crate) triggers: BTreeSet<String>,
}

/// Calls whose first argument is a name.
const VARIABLE_CALLS: &[&str] = &["Variable.get(", "Variable.update("];
const CONNECTION_CALLS: &[&str] =
    &["BaseHook.get_connection(", "Connection.get(", "get_connection_from_secrets("];

/// What stands before a name in a template.
const VARIABLE_TEMPLATES: &[&str] = &["var.value.", "var.json."];
const CONNECTION_TEMPLATES: &[&str] = &["conn."];

impl References {
    /// Finds them; comments do not count.
    pub(crate) fn of(source: &str) -> Self {
        let mut found = Self::default();
        for line in source.lines().filter(|line| !line.trim_start().starts_with('#')) {
            found.variables.extend(arguments(line, VARIABLE_CALLS));
            found.variables.extend(templates(line, VARIABLE_TEMPLATES));
            found.connections.extend(arguments(line, CONNECTION_CALLS));
            found.connections.extend(templates(line, CONNECTION_TEMPLATES));
            // `conn_id=`, `postgres_conn_id=`, `aws_conn_id=`…
            found.connections.extend(keywords(line, "conn_id"));
            found.waits_for.extend(keywords(line, "external_dag_id"));
            found.triggers.extend(keywords(line, "trigger_dag_id"));
        }
        found
    }
}

/// Literals that are the first argument of a call.
fn arguments(line: &str, calls: &[&str]) -> Vec<String> {
    let after = |call: &&str| line.split(*call).skip(1).map(str::to_owned).collect::<Vec<_>>();
    calls
        .iter()
        .flat_map(after)
        .filter_map(|rest| {
            let rest = rest.trim_start();
            // Also when it is named.
            let rest = ["key=", "conn_id=", "default_var="]
                .iter()
                .find_map(|name| rest.strip_prefix(name))
                .unwrap_or(rest);
            literal(rest)
        })
        .collect()
}

/// Literals given to a keyword argument whose name ends so.
fn keywords(line: &str, name: &str) -> Vec<String> {
    line.split(name)
        .skip(1)
        .filter_map(|rest| literal(rest.trim_start().strip_prefix('=')?.trim_start()))
        .collect()
}

/// Names in `{{ var.value.NAME }}`.
fn templates(line: &str, prefixes: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    for template in line.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()) {
        for prefix in prefixes {
            for rest in template.trim().split(prefix).skip(1) {
                let name: String = rest.chars().take_while(|c| is_name(*c)).collect();
                // `var.value.get('NAME', …)`
                match rest.strip_prefix("get(").and_then(literal) {
                    Some(name) => names.push(name),
                    None if name.is_empty() || name == "get" => {}
                    None => names.push(name),
                }
            }
        }
    }
    names
}

/// A string literal at the start of a text, if it holds a plain name.
fn literal(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|c| *c == '"' || *c == '\'')?;
    let name = text.get(1..)?.split(quote).next()?;
    let plain = |c: char| is_name(c) || "-./ :".contains(c);
    (!name.is_empty() && name.chars().all(plain)).then(|| name.to_owned())
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: &BTreeSet<String>) -> Vec<&str> {
        found.iter().map(String::as_str).collect()
    }

    #[test]
    fn literal_names_are_found_in_every_form() {
        let found = References::of(
            r#"
            rate = Variable.get("rate", default_var=1)
            other = Variable.get(key='other')
            sql = "select {{ var.value.schema }} {{ var.json.limits.rows }} {{ var.value.get('x', 1) }}"
            hook = PostgresHook(postgres_conn_id="warehouse")
            BaseHook.get_connection("shop"); url = "{{ conn.crm.host }}"
            ExternalTaskSensor(task_id="w", external_dag_id="orders")
            TriggerDagRunOperator(task_id="t", trigger_dag_id='mail')
            "#,
        );
        assert_eq!(names(&found.variables), ["limits", "other", "rate", "schema", "x"]);
        assert_eq!(names(&found.connections), ["crm", "shop", "warehouse"]);
        assert_eq!(names(&found.waits_for), ["orders"]);
        assert_eq!(names(&found.triggers), ["mail"]);
    }

    #[test]
    fn comments_and_computed_names_are_passed_over() {
        let found = References::of(
            "# Variable.get('old')\nVariable.get(name)\nHook(conn_id=f\"{x}\")\nconn_id=\"{y}\"",
        );
        assert_eq!(found, References::default());
    }
}
