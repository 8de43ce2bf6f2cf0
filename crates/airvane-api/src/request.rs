//! A request as a value: what to ask, before anybody decides how to send it.

use std::fmt::Display;

use serde_json::Value;

use crate::ids::PathSegment;
use crate::operation::{Endpoint, Method, Operation, Parameter, ParameterPlace};
use crate::routing;
use crate::version::ApiVersion;

/// What a caller would like the body of the answer to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accept {
    /// `application/json`.
    #[default]
    Json,
    /// `application/x-ndjson`: Airflow 3 streams a task's log event by event.
    Ndjson,
    /// `text/plain`: DAG source, and logs of Airflow 2.
    Text,
}

impl Accept {
    /// The media type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Text => "text/plain",
        }
    }
}

/// One request to Airflow. Made by [`Request::builder`] only, so that its path is always that of
/// the operation it names.
#[derive(Clone, Debug)]
pub struct Request {
    operation: &'static Operation,
    api: ApiVersion,
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<Value>,
    accept: Accept,
}

impl Request {
    /// Begins a request for an operation on one of the two APIs.
    pub fn builder(operation: &'static Operation, api: ApiVersion) -> RequestBuilder {
        match operation.endpoint(api) {
            Some(endpoint) => RequestBuilder::new(operation, api, endpoint),
            None => RequestBuilder {
                state: Err(RequestError::NotOffered { operation: operation.name, api }),
            },
        }
    }

    /// The operation it is a request for.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The API it is written for.
    pub fn api(&self) -> ApiVersion {
        self.api
    }

    /// The permission that Airflow's own route asks for; empty if none.
    pub fn permission(&self) -> &'static str {
        self.operation.endpoint(self.api).map_or("", |endpoint| endpoint.permission)
    }

    /// HTTP method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// Encoded path below the API's prefix; begins with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Query parameters, not yet encoded, in the order they were given.
    pub fn query(&self) -> &[(&'static str, String)] {
        &self.query
    }

    /// Headers that the route itself asks for, `Accept` and the credential apart.
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// JSON body, if it has one.
    pub fn body(&self) -> Option<&Value> {
        self.body.as_ref()
    }

    /// What the caller would like to read.
    pub fn accept(&self) -> Accept {
        self.accept
    }
}

/// Why a request could not be built. All of them are found before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The connected major has no such operation.
    #[error("Airflow {} has no `{operation}`", api.airflow_major())]
    NotOffered {
        /// The operation asked for.
        operation: &'static str,
        /// The API of the connected Airflow.
        api: ApiVersion,
    },
    /// The route knows no such parameter.
    #[error("`{operation}` takes no parameter `{name}` on Airflow {}", api.airflow_major())]
    UnknownParameter {
        /// The operation asked for.
        operation: &'static str,
        /// The parameter.
        name: String,
        /// The API of the connected Airflow.
        api: ApiVersion,
    },
    /// The value has a slash and this major routes none there.
    #[error("Airflow {} cannot address a `{name}` that contains `/`", api.airflow_major())]
    Slash {
        /// The parameter.
        name: &'static str,
        /// The API of the connected Airflow.
        api: ApiVersion,
    },
    /// The value spells a word that Airflow routes to another operation.
    #[error("`{operation}` cannot be asked for this: Airflow takes the path as `{other}`")]
    Shadowed {
        /// The operation asked for.
        operation: &'static str,
        /// The operation that would answer.
        other: &'static str,
    },
    /// A placeholder of the path was left open.
    #[error("`{operation}` needs `{name}`")]
    MissingParameter {
        /// The operation asked for.
        operation: &'static str,
        /// The parameter.
        name: &'static str,
    },
}

/// Fills in a request. The first mistake is kept and told by [`RequestBuilder::build`].
#[derive(Debug)]
#[must_use]
pub struct RequestBuilder {
    state: Result<(Request, &'static Endpoint), RequestError>,
}

impl RequestBuilder {
    fn new(operation: &'static Operation, api: ApiVersion, endpoint: &'static Endpoint) -> Self {
        let request = Request {
            operation,
            api,
            method: endpoint.method,
            path: endpoint.path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            accept: Accept::Json,
        };
        Self { state: Ok((request, endpoint)) }
    }

    /// Fills a placeholder of the path, by Airflow 3's name for it.
    pub fn path(self, name: &str, value: &impl PathSegment) -> Self {
        self.with(name, |request, parameter| {
            let encoded = value.encoded();
            match parameter.place {
                ParameterPlace::Query | ParameterPlace::Header => return Ok(false),
                ParameterPlace::Path if encoded.contains('/') => {
                    return Err(RequestError::Slash { name: parameter.name, api: request.api });
                }
                ParameterPlace::Path | ParameterPlace::PathTail => {
                    fill(request, parameter, &encoded);
                }
            }
            Ok(true)
        })
    }

    /// Adds a query parameter, or one that travels as a header, by Airflow 3's name for it. May be
    /// given again for a list that is repeated; see [`RequestBuilder::query_each`].
    pub fn query(self, name: &str, value: impl Display) -> Self {
        self.with(name, |request, parameter| {
            let place = match parameter.place {
                ParameterPlace::Query => &mut request.query,
                ParameterPlace::Header => &mut request.headers,
                ParameterPlace::Path | ParameterPlace::PathTail => return Ok(false),
            };
            place.push((parameter.wire_name, value.to_string()));
            Ok(true)
        })
    }

    /// Adds a query parameter if there is a value.
    pub fn query_some(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a list: the parameter once for each value, or once with commas where the route wants
    /// that.
    pub fn query_each(self, name: &str, values: impl IntoIterator<Item = impl Display>) -> Self {
        if self.parameter(name).is_some_and(|parameter| parameter.joined) {
            let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
            return if values.is_empty() { self } else { self.query(name, values.join(",")) };
        }
        values.into_iter().fold(self, |builder, value| builder.query(name, value))
    }

    /// Sets the JSON body.
    pub fn body(mut self, body: Value) -> Self {
        if let Ok((request, _)) = &mut self.state {
            request.body = Some(body);
        }
        self
    }

    /// Says what the answer should be.
    pub fn accept(mut self, accept: Accept) -> Self {
        if let Ok((request, _)) = &mut self.state {
            request.accept = accept;
        }
        self
    }

    /// Whether this API's route knows the parameter, so that a caller may filter itself if not.
    pub fn knows(&self, name: &str) -> bool {
        self.parameter(name).is_some()
    }

    fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.state.as_ref().ok().and_then(|(_, endpoint)| endpoint.parameter(name))
    }

    /// The finished request, or the first mistake made on the way.
    pub fn build(self) -> Result<Request, RequestError> {
        let (mut request, endpoint) = self.state?;
        for parameter in endpoint.parameters {
            if let Some(value) = parameter.fixed {
                fill(&mut request, parameter, value);
            }
        }
        let open = endpoint.parameters.iter().find(|parameter| is_open(&request, parameter));
        match open {
            Some(open) => Err(RequestError::MissingParameter {
                operation: request.operation.name,
                name: open.name,
            }),
            None => Ok(()),
        }?;
        match routing::shadow(request.operation, request.api, &request.path) {
            Some(other) => {
                Err(RequestError::Shadowed { operation: request.operation.name, other: other.name })
            }
            None => Ok(request),
        }
    }

    fn with(
        mut self,
        name: &str,
        fill: impl FnOnce(&mut Request, &'static Parameter) -> Result<bool, RequestError>,
    ) -> Self {
        let Ok((request, endpoint)) = &mut self.state else { return self };
        let filled = match endpoint.parameter(name) {
            Some(parameter) => fill(request, parameter),
            None => Ok(false),
        };
        match filled {
            Ok(true) => self,
            Ok(false) => {
                let (operation, api) = (request.operation.name, request.api);
                let name = name.to_owned();
                Self { state: Err(RequestError::UnknownParameter { operation, name, api }) }
            }
            Err(error) => Self { state: Err(error) },
        }
    }
}

fn fill(request: &mut Request, parameter: &Parameter, encoded: &str) {
    request.path = request.path.replace(&format!("{{{}}}", parameter.wire_name), encoded);
}

/// Whether a placeholder of the path is still there. Values can't look like one: they are encoded.
fn is_open(request: &Request, parameter: &Parameter) -> bool {
    matches!(parameter.place, ParameterPlace::Path | ParameterPlace::PathTail)
        && request.path.contains(&format!("{{{}}}", parameter.wire_name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog;
    use crate::ids::{ConnectionId, DagId, DagRunId, PoolName, TaskId, VariableKey};

    const BOTH: [ApiVersion; 2] = [ApiVersion::V1, ApiVersion::V2];

    fn dag() -> DagId {
        DagId::new("sales").unwrap()
    }

    #[test]
    fn a_trigger_is_the_same_on_both_majors() {
        for api in BOTH {
            let request = Request::builder(&catalog::TRIGGER_DAG_RUN, api)
                .path("dag_id", &dag())
                .body(json!({"conf": {}}))
                .build()
                .unwrap();
            assert_eq!((request.method(), request.path()), (Method::Post, "/dags/sales/dagRuns"));
            assert_eq!(request.body(), Some(&json!({"conf": {}})));
        }
    }

    #[test]
    fn a_log_is_asked_for_by_the_names_of_airflow_3() {
        for api in BOTH {
            let request = Request::builder(&catalog::GET_TASK_LOG, api)
                .path("dag_id", &dag())
                .path("dag_run_id", &DagRunId::new("manual__2026-01-01T00:00:00+00:00").unwrap())
                .path("task_id", &TaskId::new("group.load").unwrap())
                .path("try_number", &2_i64)
                .query("map_index", 3)
                .accept(Accept::Text)
                .build()
                .unwrap();
            assert_eq!(
                request.path(),
                "/dags/sales/dagRuns/manual__2026-01-01T00%3A00%3A00%2B00%3A00\
                 /taskInstances/group.load/logs/2"
            );
            assert_eq!(request.query(), [("map_index", "3".to_owned())]);
        }
    }

    #[test]
    fn a_filter_goes_out_under_the_name_of_its_major() {
        let query = |api| {
            let request = Request::builder(&catalog::LIST_DAG_RUNS, api)
                .path("dag_id", &dag())
                .query_some("logical_date_gte", Some("2026-01-01"))
                .query_some("end_date_lte", None::<&str>)
                .query_each("state", ["failed", "running"])
                .build()
                .unwrap();
            request
                .query()
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
        };
        let states = ["state=failed", "state=running"];
        assert_eq!(query(ApiVersion::V1), ["execution_date_gte=2026-01-01", states[0], states[1]]);
        assert_eq!(query(ApiVersion::V2), ["logical_date_gte=2026-01-01", states[0], states[1]]);
    }

    #[test]
    fn lists_have_commas_where_airflow_2_splits_at_them() {
        let query = |api| {
            let builder = Request::builder(&catalog::GET_DAG_STATS, api);
            builder.query_each("dag_ids", ["a", "b"]).build().unwrap().query().to_vec()
        };
        assert_eq!(query(ApiVersion::V1), [("dag_ids", "a,b".to_owned())]);
        assert_eq!(
            query(ApiVersion::V2),
            [("dag_ids", "a".to_owned()), ("dag_ids", "b".to_owned())]
        );
        let none = Request::builder(&catalog::LIST_ASSETS, ApiVersion::V1);
        assert!(none.query_each("dag_ids", [""; 0]).build().unwrap().query().is_empty());
    }

    #[test]
    fn a_slash_stays_where_airflow_routes_it_and_is_refused_elsewhere() {
        let key = VariableKey::new("team/a b").unwrap();
        for api in BOTH {
            let builder = Request::builder(&catalog::GET_VARIABLE, api);
            let request = builder.path("variable_key", &key).build().unwrap();
            assert_eq!(request.path(), "/variables/team/a%20b");
        }
        let pool = PoolName::new("a/b").unwrap();
        let build =
            |api| Request::builder(&catalog::GET_POOL, api).path("pool_name", &pool).build();
        assert_eq!(build(ApiVersion::V2).unwrap().path(), "/pools/a/b");
        let refused = RequestError::Slash { name: "pool_name", api: ApiVersion::V1 };
        assert_eq!(build(ApiVersion::V1).unwrap_err(), refused);
    }

    #[test]
    fn an_id_that_is_a_word_of_another_path_is_refused() {
        let id = ConnectionId::new("enqueue-test").unwrap();
        let of =
            |operation, api| Request::builder(operation, api).path("connection_id", &id).build();
        let operation = "get_connection";
        assert_eq!(
            of(&catalog::GET_CONNECTION, ApiVersion::V2).unwrap_err(),
            RequestError::Shadowed { operation, other: "get_connection_test" }
        );
        assert!(of(&catalog::GET_CONNECTION, ApiVersion::V1).is_ok());
        assert!(of(&catalog::DELETE_CONNECTION, ApiVersion::V2).is_ok());
    }

    #[test]
    fn placeholders_with_one_value_fill_themselves() {
        for api in BOTH {
            let request =
                Request::builder(&catalog::LIST_TASK_INSTANCES_BATCH, api).build().unwrap();
            assert_eq!(request.path(), "/dags/~/dagRuns/~/taskInstances/list");
        }
    }

    #[test]
    fn a_parameter_may_travel_as_a_header() {
        let builder = Request::builder(&catalog::GET_CONNECTION_TEST, ApiVersion::V2);
        let request = builder.query("connection_test_token", "t").build().unwrap();
        assert_eq!(request.headers(), [("Airflow-Connection-Test-Token", "t".to_owned())]);
        assert!(request.query().is_empty());
    }

    #[test]
    fn mistakes_are_told_before_anything_is_sent() {
        let builder = |api| Request::builder(&catalog::GET_DAG, api);
        let operation = "get_dag";
        assert_eq!(
            builder(ApiVersion::V2).build().unwrap_err(),
            RequestError::MissingParameter { operation, name: "dag_id" }
        );
        let unknown = |name: &str, api| RequestError::UnknownParameter {
            operation,
            name: name.to_owned(),
            api,
        };
        let fields = |api| builder(api).path("dag_id", &dag()).query("fields", "dag_id").build();
        assert!(fields(ApiVersion::V1).is_ok());
        assert_eq!(fields(ApiVersion::V2).unwrap_err(), unknown("fields", ApiVersion::V2));
        let misplaced = builder(ApiVersion::V1).query("dag_id", "x").build();
        assert_eq!(misplaced.unwrap_err(), unknown("dag_id", ApiVersion::V1));
        let only_3 = Request::builder(&catalog::LIST_JOBS, ApiVersion::V1).build();
        let operation = "list_jobs";
        let not_offered = RequestError::NotOffered { operation, api: ApiVersion::V1 };
        assert_eq!(only_3.unwrap_err(), not_offered);
    }
}
