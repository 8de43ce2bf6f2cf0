//! Every operation of both REST APIs, compiled in.
//!
//! The rows lie in `catalog/`: what people wrote about an operation, and below it in `facts/` what
//! `cargo xtask generate` reads from installed Airflows. Each is a `static` here, so that code says
//! `catalog::LIST_DAG_RUNS`; [`OPERATIONS`] has them all. Nothing is parsed when a program starts.

use crate::operation::Operation;

pub use rows::*;

#[allow(clippy::doc_markdown, reason = "summaries are written for people, not for rustdoc")]
mod rows {
    use crate::operation::{AccessLevel, Endpoint, Method, Operation, Parameter, ParameterPlace};
    use crate::version::AirflowVersion;

    include!(concat!(env!("OUT_DIR"), "/catalog.rs"));
}

/// The operation of that name.
pub fn find(name: &str) -> Option<&'static Operation> {
    let place = OPERATIONS.binary_search_by_key(&name, |operation| operation.name).ok()?;
    OPERATIONS.get(place).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::operation::{AccessLevel, Endpoint, Method, Parameter, ParameterPlace};
    use crate::version::{AirflowVersion, ApiVersion};

    const BOTH: [ApiVersion; 2] = [ApiVersion::V1, ApiVersion::V2];

    fn endpoints() -> impl Iterator<Item = (&'static Operation, &'static Endpoint)> {
        OPERATIONS.iter().flat_map(|operation| {
            BOTH.iter().filter_map(|api| Some((*operation, operation.endpoint(*api)?)))
        })
    }

    fn in_path(parameter: &Parameter) -> bool {
        matches!(parameter.place, ParameterPlace::Path | ParameterPlace::PathTail)
    }

    #[test]
    fn every_operation_of_both_airflows_is_there() {
        let count = |api, refused| {
            let has = |operation: &&&Operation| operation.endpoint(api).is_some();
            OPERATIONS.iter().filter(has).filter(|operation| operation.refused == refused).count()
        };
        assert_eq!((count(ApiVersion::V1, false), count(ApiVersion::V1, true)), (89, 0));
        assert_eq!((count(ApiVersion::V2, false), count(ApiVersion::V2, true)), (126, 2));
        assert!(
            OPERATIONS.iter().all(|operation| operation.v1.is_some() || operation.v2.is_some())
        );
    }

    #[test]
    fn names_are_unique_sorted_and_found() {
        assert!(OPERATIONS.is_sorted_by(|a, b| a.name < b.name));
        for operation in OPERATIONS {
            assert!(std::ptr::eq(find(operation.name).unwrap(), *operation));
        }
        assert!(find("list_dag").is_none());
    }

    #[test]
    fn a_route_belongs_to_one_row() {
        for api in BOTH {
            let of_api = || OPERATIONS.iter().filter_map(|operation| operation.endpoint(api));
            let routes: BTreeSet<_> = of_api().map(|end| (end.method.as_str(), end.path)).collect();
            assert_eq!(routes.len(), of_api().count());
        }
    }

    #[test]
    fn levels_follow_methods() {
        for (operation, endpoint) in endpoints() {
            let name = operation.name;
            match endpoint.method {
                Method::Get => {
                    assert!(operation.refused || operation.level == AccessLevel::Read, "{name}");
                }
                Method::Delete => assert_eq!(operation.level, AccessLevel::Destructive, "{name}"),
                // What reads with a body says so by its path.
                Method::Post | Method::Put | Method::Patch => {
                    let reads =
                        endpoint.path.ends_with("/list") || endpoint.path.ends_with("/dry_run");
                    assert_eq!(operation.level == AccessLevel::Read, reads, "{name}");
                }
            }
        }
    }

    #[test]
    fn what_overwrites_secrets_or_answers_for_people_is_destructive() {
        let names = [
            "enqueue_connection_test",
            "patch_connection",
            "patch_user",
            "patch_variable",
            "test_connection",
            "update_hitl_detail",
        ];
        for operation in names.iter().map(|name| find(name).unwrap()) {
            assert_eq!(operation.level, AccessLevel::Destructive, "{}", operation.name);
        }
    }

    #[test]
    fn bodies_that_can_delete_are_marked() {
        for (operation, endpoint) in endpoints() {
            let can_delete = endpoint.body.is_some_and(|body| body.contains(r#""const":"delete""#));
            assert_eq!(operation.bulk.is_some(), can_delete, "{}", operation.name);
        }
    }

    #[test]
    fn placeholders_are_parameters() {
        for (operation, endpoint) in endpoints() {
            let open: BTreeSet<&str> = endpoint
                .path
                .split('{')
                .skip(1)
                .map(|part| part.split_once('}').unwrap().0)
                .collect();
            let declared: BTreeSet<&str> = endpoint
                .parameters
                .iter()
                .filter(|parameter| in_path(parameter))
                .map(|parameter| parameter.wire_name)
                .collect();
            assert_eq!(open, declared, "{}", operation.name);
        }
    }

    #[test]
    fn parameters_have_distinct_names_and_schemas_of_values() {
        for (operation, endpoint) in endpoints() {
            let names: BTreeSet<_> =
                endpoint.parameters.iter().map(|parameter| parameter.name).collect();
            assert_eq!(names.len(), endpoint.parameters.len(), "{}", operation.name);
            for parameter in endpoint.parameters {
                let schema: Value = serde_json::from_str(parameter.schema).unwrap();
                assert!(schema.is_object(), "{}: {}", operation.name, parameter.name);
                assert!(parameter.since >= endpoint.since);
                assert!(parameter.required || !in_path(parameter));
            }
            if let Some(body) = endpoint.body {
                let schema: Value = serde_json::from_str(body).unwrap();
                assert!(schema.is_object());
                assert!(!body.contains("$ref"), "{}", operation.name);
            }
        }
    }

    #[test]
    fn summaries_are_one_short_sentence() {
        for operation in OPERATIONS {
            let summary = operation.summary;
            assert!(summary.chars().count() <= 100, "{}: {summary}", operation.name);
            assert!(summary.ends_with('.') && summary.starts_with(char::is_uppercase), "{summary}");
            assert!(!summary.contains('\n'));
        }
    }

    #[test]
    fn where_a_row_is_missing_the_other_one_is_there() {
        for operation in OPERATIONS {
            let Some(instead) = operation.instead else { continue };
            let other = find(instead).unwrap_or_else(|| panic!("{}: {instead}", operation.name));
            for api in BOTH {
                assert!(operation.endpoint(api).is_some() || other.endpoint(api).is_some());
            }
        }
    }

    #[test]
    fn only_health_version_and_login_ask_for_nothing() {
        for (operation, endpoint) in endpoints().filter(|(_, end)| end.permission.is_empty()) {
            let public = ["get_health", "get_version", "login", "logout"];
            assert!(public.contains(&operation.name), "{} {}", operation.name, endpoint.path);
        }
        let on = |api| LIST_DAG_RUNS.endpoint(api).unwrap().permission;
        assert_eq!(on(ApiVersion::V1), "can read on DAGs, can read on DAG Runs");
        assert_eq!(on(ApiVersion::V2), "GET on DAG runs (DagAccessEntity.RUN)");
    }

    #[test]
    fn rows_know_since_when_they_exist() {
        let since = |operation: &Operation, api| operation.endpoint(api).unwrap().since;
        assert_eq!(since(&LIST_DAGS, ApiVersion::V1), AirflowVersion::new(2, 4, 0));
        assert_eq!(since(&LIST_HITL_DETAILS, ApiVersion::V2), AirflowVersion::new(3, 1, 0));
        assert_eq!(since(&GET_TASK_STATE_STORE, ApiVersion::V2), AirflowVersion::new(3, 3, 0));
        let paused = LIST_DAGS.v1.as_ref().and_then(|end| end.parameter("paused")).unwrap();
        assert_eq!(paused.since, AirflowVersion::new(2, 6, 0));
    }
}
