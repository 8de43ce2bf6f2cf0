//! What a few operations need beyond their row.

use std::collections::BTreeMap;

use airvane_api::{ApiVersion, Operation, catalog};
use serde_json::{Map, Value};

/// Bodies that repeat an id of the path: operation, parameter, field. Airflow refuses a patch
/// whose body does not name what the path names.
const REPEATED: [(&Operation, &str, &str); 5] = [
    (&catalog::PATCH_CONNECTION, "connection_id", "connection_id"),
    // Airflow 2 takes part of a pool, and there the field has another name.
    (&catalog::PATCH_POOL, "pool_name", "pool"),
    (&catalog::PATCH_ROLE, "role_name", "name"),
    (&catalog::PATCH_USER, "username", "username"),
    (&catalog::PATCH_VARIABLE, "variable_key", "key"),
];

/// Seconds between Airflow's looks at a run that is waited for, where the caller says none.
const INTERVAL: u32 = 2;

/// Adds what callers should not have to know.
pub(crate) fn complete(
    operation: &'static Operation,
    api: ApiVersion,
    parameters: &mut BTreeMap<String, Value>,
    body: &mut Map<String, Value>,
) {
    if is(operation, &catalog::PATCH_POOL) {
        only_given_fields(parameters, body);
    }
    for (_, parameter, field) in REPEATED.iter().filter(|(of, ..)| is(operation, of)) {
        if let Some(id) = parameters.get(*parameter).filter(|_| has_field(operation, api, field)) {
            body.entry(*field).or_insert_with(|| id.clone());
        }
    }
    if is(operation, &catalog::WAIT_DAG_RUN_UNTIL_FINISHED) {
        parameters.entry("interval".to_owned()).or_insert_with(|| INTERVAL.into());
    }
    if is(operation, &catalog::TRIGGER_DAG_RUN) {
        dated(api, body);
    }
}

pub(crate) fn is(operation: &'static Operation, other: &Operation) -> bool {
    operation.name == other.name
}

fn has_field(operation: &Operation, api: ApiVersion, field: &str) -> bool {
    let body = operation.endpoint(api).and_then(|endpoint| endpoint.body);
    body.is_some_and(|body| body.contains(&format!("{field:?}:")))
}

/// Airflow 3 wants `logical_date` present, also as null; Airflow 2 refuses a null.
fn dated(api: ApiVersion, body: &mut Map<String, Value>) {
    match api {
        ApiVersion::V2 => {
            body.entry("logical_date").or_insert(Value::Null);
        }
        ApiVersion::V1 => body.retain(|_, value| !value.is_null()),
    }
}

/// Airflow 2 wants a whole pool, and Airflow 3 refuses a whole `default_pool`, unless a mask names
/// the fields that change.
fn only_given_fields(parameters: &mut BTreeMap<String, Value>, body: &Map<String, Value>) {
    let is_named = body.contains_key("name") || body.contains_key("pool");
    if !(is_named && body.contains_key("slots")) {
        let fields: Vec<Value> = body.keys().map(|field| Value::from(field.as_str())).collect();
        parameters.entry("update_mask".to_owned()).or_insert(Value::Array(fields));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn completed(
        operation: &'static Operation,
        api: ApiVersion,
        parameters: &Value,
        body: &Value,
    ) -> (Value, Value) {
        let mut parameters: BTreeMap<String, Value> =
            parameters.as_object().unwrap().clone().into_iter().collect();
        let mut body = body.as_object().unwrap().clone();
        complete(operation, api, &mut parameters, &mut body);
        (parameters.into_iter().collect(), Value::Object(body))
    }

    #[test]
    fn a_trigger_has_a_date_or_null_on_airflow_3_and_no_null_on_2() {
        let of = |api, body| completed(&catalog::TRIGGER_DAG_RUN, api, &json!({}), &body).1;
        assert_eq!(of(ApiVersion::V2, json!({})), json!({"logical_date": null}));
        assert_eq!(of(ApiVersion::V1, json!({"logical_date": null})), json!({}));
        let dated = json!({"logical_date": "2026-01-01T00:00:00Z"});
        assert_eq!(of(ApiVersion::V2, dated.clone()), dated);
    }

    #[test]
    fn a_patch_repeats_its_id() {
        let (parameters, body) = (json!({"variable_key": "k"}), json!({"value": "v"}));
        let (_, body) = completed(&catalog::PATCH_VARIABLE, ApiVersion::V1, &parameters, &body);
        assert_eq!(body, json!({"key": "k", "value": "v"}));
        let of = |operation, api, parameters| completed(operation, api, &parameters, &json!({})).1;
        let user = json!({"username": "u"});
        assert_eq!(of(&catalog::PATCH_USER, ApiVersion::V1, user.clone()), user);
        let pool = json!({"pool_name": "p"});
        assert_eq!(of(&catalog::PATCH_POOL, ApiVersion::V2, pool.clone()), json!({"pool": "p"}));
        assert_eq!(of(&catalog::PATCH_POOL, ApiVersion::V1, pool), json!({}));
    }

    #[test]
    fn a_part_of_a_pool_is_masked() {
        let pool = json!({"pool_name": "p"});
        let mask = |api, body: Value| completed(&catalog::PATCH_POOL, api, &pool, &body).0;
        for api in [ApiVersion::V1, ApiVersion::V2] {
            let masked = json!({"pool_name": "p", "update_mask": ["slots"]});
            assert_eq!(mask(api, json!({"slots": 3})), masked);
        }
        assert_eq!(mask(ApiVersion::V1, json!({"name": "p", "slots": 3})), pool);
        assert_eq!(mask(ApiVersion::V2, json!({"pool": "p", "slots": 3})), pool);
    }
}
