//! The catalog holds exactly the operations of the OpenAPI documents that running Airflows serve:
//! same method, path, id, parameters and body fields; none is missing, none is made up.
//!
//! The documents are read here once more, by other code than that which generates the facts, so
//! that a mistake of the generator is not its own witness.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, reason = "the figures are worth reading")]

#[path = "contract/document.rs"]
mod document;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use airvane_api::catalog::{self, OPERATIONS};
use airvane_api::operation::{AccessLevel, Endpoint, Operation, ParameterPlace};
use airvane_api::version::ApiVersion;
use airvane_e2e::env::{Airflow, TestEnv};
use airvane_e2e::rest::{Major, Rest};
use serde_json::Value;

use document::{Document, Fields, Parameter, Route};

#[test]
fn the_contract_with_airflow_2() {
    assert_eq!(hold(&TestEnv::load().airflow2), (89, 0));
}

#[test]
fn the_contract_with_airflow_3() {
    assert_eq!(hold(&TestEnv::load().airflow3), (126, 2));
}

/// Compares all; gives how many may be called and how many are refused.
fn hold(airflow: &Airflow) -> (usize, usize) {
    let rest = Rest::login(airflow, "viewer").unwrap();
    let document = Document::new(rest.openapi().unwrap());
    let api = if rest.major == Major::Two { ApiVersion::V1 } else { ApiVersion::V2 };
    let served = document.routes();
    let mut ours: BTreeMap<_, _> = OPERATIONS
        .iter()
        .filter_map(|operation| Some((*operation, operation.endpoint(api)?)))
        .map(|(operation, end)| ((end.method.as_str().to_owned(), end.path.to_owned()), operation))
        .collect();
    let mut faults = Vec::new();
    let (mut same, mut refused) = (0, 0);
    for (route, served) in &served {
        let Some(operation) = ours.remove(route) else {
            faults.push(format!("{} {} is not in the catalog", route.0, route.1));
            continue;
        };
        let found = differences(operation, operation.endpoint(api).unwrap(), served);
        if found.is_empty() {
            *if operation.refused { &mut refused } else { &mut same } += 1;
        }
        faults.extend(found);
    }
    faults.extend(ours.values().map(|operation| format!("{} is made up", operation.name)));
    let callable = served.len() - served.keys().filter(|route| is_refused(route)).count();
    let more = if refused == 0 { String::new() } else { format!(" and the {refused} refused") };
    println!("Airflow {}: {same}/{callable}{more}", airflow.version);
    assert!(faults.is_empty(), "{} differences: {faults:#?}", faults.len());
    (same, refused)
}

/// Login and logout, as anybody would tell by the path.
fn is_refused((_, path): &(String, String)) -> bool {
    path.starts_with("/auth/")
}

/// Where a row is not what Airflow serves.
fn differences(operation: &Operation, ours: &Endpoint, served: &Route) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, ours: &dyn Debug, served: &dyn Debug| {
        let (ours, served) = (format!("{ours:?}"), format!("{served:?}"));
        if ours != served {
            found.push(format!("{}: {what}: {ours}, Airflow has {served}", operation.name));
        }
    };
    compare("id", &ours.operation_id, &served.operation_id);
    let route = (served.method.clone(), served.path.clone());
    compare("refused", &operation.refused, &is_refused(&route));
    let (mine, theirs) = (parameters(ours), &served.parameters);
    let only = |a: &BTreeSet<Parameter>, b: &BTreeSet<Parameter>| -> Vec<_> {
        a.difference(b).cloned().collect()
    };
    compare("parameters", &only(&mine, theirs), &only(theirs, &mine));
    let body = ours.body.map(|body| serde_json::from_str::<Value>(body).unwrap());
    compare("has a body", &body.is_some(), &served.fields.is_some());
    if let (Some(body), Some(theirs)) = (body, &served.fields) {
        let mine = Document::new(body.clone()).fields(&body);
        let only = |a: &Fields, b: &Fields| -> Vec<_> { a.difference(b).cloned().collect() };
        compare("fields", &only(&mine, theirs), &only(theirs, &mine));
    }
    found
}

fn parameters(endpoint: &Endpoint) -> BTreeSet<Parameter> {
    let place = |place| match place {
        ParameterPlace::Path | ParameterPlace::PathTail => "path",
        ParameterPlace::Query => "query",
        ParameterPlace::Header => "header",
    };
    let parameters = endpoint.parameters.iter();
    parameters
        .map(|parameter| Parameter {
            name: parameter.wire_name.to_owned(),
            place: place(parameter.place).to_owned(),
            required: parameter.required,
        })
        .collect()
}

/// What the test above must see, planted into what an Airflow serves.
#[test]
fn a_planted_difference_is_seen() {
    let document = Document::new(serde_json::json!({"paths": {"/api/v2/pools/{pool_name}": {
        "patch": {
            "operationId": "patch_pool",
            "parameters": [
                {"name": "pool_name", "in": "path", "required": true},
                {"name": "update_mask", "in": "query", "required": true},
                {"name": "force", "in": "query"},
            ],
            "requestBody": {"content": {"application/json": {"schema": {
                "required": ["slots"],
                "properties": {"slots": {}, "colour": {}},
            }}}},
        },
    }}}));
    let routes = document.routes();
    let served = routes.values().next().unwrap();
    assert_eq!(catalog::PATCH_POOL.level, AccessLevel::Write);
    let found = differences(&catalog::PATCH_POOL, catalog::PATCH_POOL.v2.as_ref().unwrap(), served);
    let told = found.join("\n");
    for difference in ["update_mask", "force", "colour", "\"slots\", required: true"] {
        assert!(told.contains(difference), "{difference} is not told: {told}");
    }
}
