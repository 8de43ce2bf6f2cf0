//! Who looks at the page, and what Airflow lets them read.
//!
//! Asked is Airflow itself, one small request after the other, with what the visitor's browser
//! sent. The first decides about strangers, who cost no more than that.

use std::sync::Arc;
use std::time::Duration;

use airvane_api::{ApiError, ApiVersion, Operation, catalog};
use airvane_client::Application;
use bytes::Bytes;
use futures::TryStreamExt;
use http::{HeaderMap, header};

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A resource in people's words, the operation that lists it, and what else keeps the list small:
/// those with millions of rows are asked for none.
const ASKED: [(&str, &Operation, &str); 8] = [
    ("DAGs", &catalog::LIST_DAGS, ""),
    ("DAG runs", &catalog::LIST_DAG_RUNS, "&start_date_gte=9999-01-01T00:00:00Z"),
    ("Import errors", &catalog::LIST_IMPORT_ERRORS, ""),
    ("Assets", &catalog::LIST_ASSETS, ""),
    ("Pools", &catalog::LIST_POOLS, ""),
    ("Variables", &catalog::LIST_VARIABLES, ""),
    ("Connections", &catalog::LIST_CONNECTIONS, ""),
    ("Audit log", &catalog::LIST_EVENT_LOGS, ""),
];

/// Whether Airflow lets the visitor read something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    Yes,
    /// Not without this permission.
    No(&'static str),
    /// Airflow gave no answer that says.
    Unclear,
}

/// A resource and the visitor's right to it.
pub(super) type Rights = Vec<(&'static str, Right)>;

/// Whether Airflow knows the visitor.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known {
    Yes(Rights),
    No,
    Unclear,
}

/// The visitor's credential: cookies, and whatever stands in `Authorization`.
pub(super) struct Visitor {
    credential: HeaderMap,
    application: Arc<dyn Application>,
    api: ApiVersion,
}

impl Visitor {
    pub(super) fn new(
        headers: &HeaderMap,
        application: Arc<dyn Application>,
        api: ApiVersion,
    ) -> Self {
        let mut credential = HeaderMap::new();
        for name in [header::COOKIE, header::AUTHORIZATION] {
            for value in headers.get_all(&name) {
                credential.append(name.clone(), value.clone());
            }
        }
        Self { credential, application, api }
    }

    /// Airflow 2 may answer a stranger as it does a user without any permission: who may read
    /// nothing at all is taken for a stranger there, as MCP does.
    pub(super) async fn introduce(&self) -> Known {
        let mut rights = Rights::new();
        for (name, operation, bound) in ASKED {
            match self.ask(operation, bound).await {
                Ok(right) => rights.push((name, right)),
                Err(Unknown) => return Known::No,
            }
        }
        let any = |wanted: fn(&Right) -> bool| rights.iter().any(|(_, right)| wanted(right));
        let has_some = any(|right| *right == Right::Yes);
        let lacks_some = any(|right| matches!(right, Right::No(_)));
        match self.api {
            _ if has_some => Known::Yes(rights),
            ApiVersion::V2 if lacks_some => Known::Yes(rights),
            ApiVersion::V1 if lacks_some => Known::No,
            _ => Known::Unclear,
        }
    }

    async fn ask(&self, operation: &'static Operation, bound: &str) -> Result<Right, Unknown> {
        let asked = tokio::time::timeout(PATIENCE, self.status(operation, bound)).await;
        match asked.ok().flatten() {
            Some(Ok(())) => Ok(Right::Yes),
            Some(Err(ApiError::Unauthorized { .. })) => Err(Unknown),
            Some(Err(ApiError::Forbidden { permission, .. })) => Ok(Right::No(permission)),
            Some(Err(_)) | None => Ok(Right::Unclear),
        }
    }

    /// What Airflow's answer means; `None` if there is none.
    async fn status(
        &self,
        operation: &'static Operation,
        bound: &str,
    ) -> Option<Result<(), ApiError>> {
        let endpoint = operation.endpoint(self.api)?;
        let path = endpoint.path.replace("{dag_id}", "~");
        // Airflow 2 refuses a parameter that its release does not know yet.
        let bound = if self.api == ApiVersion::V1 { "" } else { bound };
        let uri = format!("{}{path}?limit=1{bound}", self.api.prefix());
        let mut request = http::Request::get(uri)
            .header(header::ACCEPT, "application/json")
            .body(Bytes::new())
            .ok()?;
        request.headers_mut().extend(self.credential.clone());
        let (head, pieces) = self.application.call(request).await.ok()?.into_parts();
        // A list of one; to its end, so that Airflow's application is not stopped on its way.
        let body: Vec<Bytes> = pieces.try_collect().await.ok()?;
        let body = body.concat();
        let error = ApiError::from_status(head.status, &head.headers, &body, endpoint.permission);
        Some(error.map_or(Ok(()), Err))
    }
}

/// Airflow does not know the visitor.
struct Unknown;
