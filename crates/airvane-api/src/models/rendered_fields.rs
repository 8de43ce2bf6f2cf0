//! Arguments of a task after templating: those that lead to other DAGs, the rest is passed over.

use serde::Deserialize;
use serde_json::Value;

/// What `ExternalTaskSensor` and `TriggerDagRunOperator` were told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Value")]
pub struct RenderedFields {
    /// The DAG that a sensor waits for.
    pub external_dag_id: Option<String>,
    /// The tasks that it waits for; none means the whole run.
    pub external_task_ids: Vec<String>,
    /// The DAG that an operator triggers.
    pub trigger_dag_id: Option<String>,
}

impl From<Value> for RenderedFields {
    /// Any answer will do: an operator may name its own fields likewise and fill them otherwise.
    fn from(fields: Value) -> Self {
        let texts = |name: &str| fields.get(name).map(texts).unwrap_or_default();
        let mut external_task_ids = texts("external_task_ids");
        if external_task_ids.is_empty() {
            external_task_ids = texts("external_task_id");
        }
        Self {
            external_dag_id: texts("external_dag_id").into_iter().next(),
            external_task_ids,
            trigger_dag_id: texts("trigger_dag_id").into_iter().next(),
        }
    }
}

/// A text, or a list of them; a list that is not JSON comes as Python writes it.
fn texts(value: &Value) -> Vec<String> {
    let is_said = |text: &&str| !text.is_empty() && *text != "None";
    let owned = |text: &str| text.to_owned();
    match value {
        Value::String(text) if text.starts_with('[') => text
            .split(['[', ']', ',', ' ', '\'', '"'])
            .filter(|text| !text.is_empty())
            .map(owned)
            .collect(),
        Value::String(text) => Some(text.as_str()).filter(is_said).map(owned).into_iter().collect(),
        Value::Array(items) => {
            items.iter().filter_map(Value::as_str).filter(is_said).map(owned).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_leads_to_other_dags_is_read_in_every_form() {
        let fields = |value: Value| RenderedFields::from(value);
        let sensor = fields(json!({
            "external_dag_id": "orders", "external_task_id": null, "external_task_ids": ["load"],
        }));
        assert_eq!(sensor.external_dag_id.as_deref(), Some("orders"));
        assert_eq!(sensor.external_task_ids, ["load"]);
        let written = fields(json!({"external_task_ids": "['load', 'sum']"}));
        assert_eq!(written.external_task_ids, ["load", "sum"]);
        assert_eq!(fields(json!({"external_task_id": "None"})), RenderedFields::default());
        assert_eq!(fields(json!("no object")), RenderedFields::default());
    }
}
