//! Whose path a filled-in path is.
//!
//! Airflow has routes whose words stand where other routes have an id: `/connections/enqueue-test`
//! beside `/connections/{connection_id}`. An id that spells such a word would reach the other
//! operation, however well it is encoded, so no request is built from it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::catalog;
use crate::operation::{Endpoint, Operation, ParameterPlace};
use crate::version::ApiVersion;

/// The operation that Airflow would take `path` for instead of `asked`: one with the same method
/// and a word where `asked` has a placeholder.
pub(crate) fn shadow(asked: &Operation, api: ApiVersion, path: &str) -> Option<&'static Operation> {
    let own = asked.endpoint(api)?;
    // Both Airflows decode a path before they route it.
    let path: Cow<'_, str> = percent_decode_str(path).decode_utf8_lossy();
    catalog::OPERATIONS.iter().copied().find(|other| {
        other.endpoint(api).is_some_and(|end| {
            end.method == own.method && is_more_literal(end.path, own.path) && takes(end, &path)
        })
    })
}

/// Whether `path` has a word at the first place where the two differ, and `own` has none.
fn is_more_literal(path: &str, own: &str) -> bool {
    let difference = path.split('/').zip(own.split('/')).find(|(theirs, ours)| theirs != ours);
    difference.is_some_and(|(theirs, ours)| ours.starts_with('{') && !theirs.starts_with('{'))
}

/// Whether a route matches a decoded path.
fn takes(endpoint: &Endpoint, path: &str) -> bool {
    let mut parts = path.split('/');
    for template in endpoint.path.split('/') {
        let Some(part) = parts.next() else { return false };
        if is_tail(endpoint, template) {
            return true;
        }
        let number = is_number(endpoint, template);
        if number && part.parse::<i64>().is_err() || !template.starts_with('{') && part != template
        {
            return false;
        }
    }
    parts.next().is_none()
}

fn is_tail(endpoint: &Endpoint, template: &str) -> bool {
    endpoint.parameters.iter().any(|parameter| {
        parameter.place == ParameterPlace::PathTail && is_for(template, parameter.wire_name)
    })
}

fn is_number(endpoint: &Endpoint, template: &str) -> bool {
    endpoint.parameters.iter().any(|parameter| {
        is_for(template, parameter.wire_name) && parameter.schema.contains(r#""type":"integer""#)
    })
}

fn is_for(template: &str, name: &str) -> bool {
    template.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_routes_are_found() {
        let of = |operation, api, path| shadow(operation, api, path).map(|other| other.name);
        let (v1, v2) = (ApiVersion::V1, ApiVersion::V2);
        assert_eq!(
            of(&catalog::GET_CONNECTION, v2, "/connections/enqueue-test"),
            Some("get_connection_test")
        );
        assert_eq!(of(&catalog::GET_CONNECTION, v2, "/connections/my-db"), None);
        assert_eq!(of(&catalog::GET_ASSET, v1, "/datasets/events"), Some("list_asset_events"));
        assert_eq!(
            of(&catalog::GET_ASSET, v1, "/datasets/queuedEvent%2Fx"),
            Some("list_asset_queued_events")
        );
        assert_eq!(of(&catalog::GET_ASSET, v1, "/datasets/s3%3A%2F%2Fb%2Fevents"), None);
    }

    #[test]
    fn every_path_of_the_catalog_is_its_own() {
        for api in [ApiVersion::V1, ApiVersion::V2] {
            for operation in catalog::OPERATIONS {
                let Some(endpoint) = operation.endpoint(api) else { continue };
                let path = endpoint.path.replace(['{', '}'], "1");
                assert!(shadow(operation, api, &path).is_none(), "{path}");
            }
        }
    }
}
