//! Airflow's description of itself, which tells of operations that are newer than ours.

use airvane_api::ApiVersion;
use http::Method;

use crate::TransportError;
use crate::rest::{Outgoing, Target};

/// The request for it: at Airflow 3's root, below the API on Airflow 2. Both serve it to everybody,
/// and what stands before them may want a credential.
pub(crate) fn request(target: &Target, api: ApiVersion) -> Result<Outgoing, TransportError> {
    let path = match api {
        ApiVersion::V1 => "/api/v1/openapi.json",
        ApiVersion::V2 => "/openapi.json",
    };
    Ok(Outgoing {
        name: "openapi",
        method: Method::GET,
        url: target.url(path, &[])?,
        accept: "application/json",
        headers: Vec::new(),
        body: None,
        idempotent: true,
    })
}
