//! A token for a password: `POST /auth/token` of Airflow 3, which its simple auth manager and the
//! FAB provider offer alike.

use airvane_api::{ApiError, Untrusted};
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{AuthError, bearer};
use crate::rest::{Outgoing, Wire};
use crate::{Context, Response, TransportError};

/// Below the base URL, beside `/api/v2`.
const PATH: &str = "/auth/token";

/// A JWT has a few hundred bytes.
const LIMIT: usize = 64 << 10;

/// Exchanges a password for a token. Nothing changes in Airflow, so it may be sent again after
/// failures that pass.
pub(super) async fn mint(
    wire: &Wire,
    username: &str,
    password: &SecretString,
    context: &Context,
) -> Result<SecretString, TransportError> {
    let outgoing = Outgoing {
        name: "token",
        method: reqwest::Method::POST,
        url: wire.target.url(PATH, &[])?,
        accept: "application/json",
        headers: Vec::new(),
        body: Some(json!({"username": username, "password": password.expose_secret()})),
        idempotent: true,
    };
    let response = wire.send(&outgoing, None, context).await?;
    if !response.status.is_success() {
        return Err(refusal(response).await.into());
    }
    let body = response.bytes(LIMIT).await?;
    token(&body).ok_or_else(|| AuthError::NotAToken { source_name: PATH }.into())
}

fn token(body: &Bytes) -> Option<SecretString> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let token = SecretString::from(answer.get("access_token")?.as_str()?);
    (!token.expose_secret().is_empty() && bearer(&token).is_some()).then_some(token)
}

async fn refusal(response: Response) -> AuthError {
    let (status, headers) = (response.status, response.headers.clone());
    let code = status.as_u16();
    match code {
        300..=399 | 404 | 405 | 501 => return AuthError::NotOffered { status: code },
        400 | 401 | 403 | 422 => {}
        _ => return AuthError::Failed { status: code },
    }
    let body = response.bytes(LIMIT).await.unwrap_or_default();
    let detail = match ApiError::from_status(status, &headers, &body, "") {
        Some(
            ApiError::Unauthorized { detail }
            | ApiError::Forbidden { detail, .. }
            | ApiError::Invalid { detail },
        ) => detail,
        _ => Untrusted::new(""),
    };
    AuthError::Refused { detail }
}
