//! `test_connections`: tests every connection that Airflow stores, and lists those that fail.
//!
//! Airflow dials out for each, so it is destructive. Only an Airflow that tests what it stores can
//! do it: one that tests what a request brings would be tested without password and host, and
//! every verdict would be wrong.

use std::time::Duration;

use airvane_api::models::{Connection, Page};
use airvane_api::{AccessLevel, AirflowVersion, ApiVersion, catalog};
use futures::StreamExt;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::failure::{Failure, FailureKind};
use crate::output::Document;
use crate::reach::Release;
use crate::registry::LONGEST;
use crate::tool::{Call, Tool, ToolResult};

/// Tests stored connections.
pub struct TestConnections;

/// First release whose `POST /connections/test` takes password and host from the stored
/// connection (`routes/public/connections.py` of apache-airflow-core: not in 3.1.6, in 3.1.7).
const TESTS_STORED: AirflowVersion = AirflowVersion::new(3, 1, 7);

/// Most connections of one call.
const MOST: u32 = 100;

/// Tests under way at once: each holds a worker of Airflow's web server.
const AT_ONCE: usize = 4;

/// Longest wait for one test. A host that drops packets answers never.
const PATIENCE: Duration = Duration::from_secs(12);

/// Kept of a call's time to write the answer.
const RESERVE: Duration = Duration::from_secs(3);

/// Which connections.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Part of the id.
    connection_id_pattern: Option<String>,
    offset: Option<u32>,
}

impl Tool for TestConnections {
    const NAME: &'static str = "test_connections";
    const TITLE: &'static str = "Test connections";
    const DESCRIPTION: &'static str =
        "Test all stored connections (Airflow dials out) and list those that fail.";
    const LEVEL: AccessLevel = AccessLevel::Destructive;
    const TOOLSET: &'static str = "connection";
    const TIME: Duration = LONGEST;
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        call.policy.permits_operation(&catalog::TEST_CONNECTION, AccessLevel::Destructive)?;
        can_test(call.airflow.release().await?)?;
        let offset = input.offset.unwrap_or(0);
        let page: Page<Connection> = call
            .airflow
            .ask(&catalog::LIST_CONNECTIONS, |request| {
                request
                    .query("limit", MOST)
                    .query("offset", offset)
                    .query("order_by", "connection_id")
                    .query_some("connection_id_pattern", input.connection_id_pattern)
            })
            .await?;
        let (total, listed) = (page.total, page.items.len());
        let verdicts = test_all(call, page.items).await?;
        let mut document = Document::new();
        report(&mut document, &verdicts);
        let next = u64::from(offset) + listed as u64;
        if total.is_some_and(|total| next < total) {
            document.line(format!("[more connections were not tested: offset={next}]"));
        }
        Ok(document)
    }
}

/// Why this Airflow can't, if it can't.
fn can_test(release: Release) -> Result<(), Failure> {
    match release {
        Release { api: ApiVersion::V1, .. } => Err(Failure::new(
            FailureKind::NotOffered,
            "Airflow 2 tests only what a request brings, and it never tells a stored password: \
             stored connections can't be tested through its API",
        )
        .hint("`airflow connections test ID` on its host can; test_connection tests given values")),
        Release { version: Some(version), .. } if version >= TESTS_STORED => Ok(()),
        Release { version, .. } => Err(Failure::new(
            FailureKind::NotOffered,
            format!(
                "Airflow tests stored connections since 3.1.7; this is {}",
                version.map_or("a release that is not told".to_owned(), |v| v.to_string())
            ),
        )
        .hint("test_connection tests values that are given with it")),
    }
}

/// What a test showed.
#[derive(Debug, PartialEq)]
enum Verdict {
    Works,
    Fails(String),
    /// Nothing was shown: no test for this type, no answer in time.
    Unknown(String),
}

#[derive(Deserialize)]
struct Tested {
    status: bool,
    message: Option<String>,
}

/// Tests each. Where tests are switched off, that is the answer.
async fn test_all(
    call: &Call,
    connections: Vec<Connection>,
) -> Result<Vec<(Connection, Verdict)>, Failure> {
    let tests = connections.into_iter().map(|connection| async move {
        let verdict = test(call, &connection).await;
        verdict.map(|verdict| (connection, verdict))
    });
    let done: Vec<Result<_, Failure>> =
        futures::stream::iter(tests).buffered(AT_ONCE).collect().await;
    done.into_iter().collect()
}

async fn test(call: &Call, connection: &Connection) -> Result<Verdict, Failure> {
    let left = call.airflow.remaining().saturating_sub(RESERVE).min(PATIENCE);
    if left.is_zero() {
        return Ok(Verdict::Unknown("not tested: time was up".to_owned()));
    }
    let body = json!({
        "connection_id": connection.connection_id,
        "conn_type": connection.conn_type.as_deref().unwrap_or_default(),
    });
    let answer =
        call.airflow.ask::<Tested>(&catalog::TEST_CONNECTION, |request| request.body(body));
    match tokio::time::timeout(left, answer).await {
        Ok(Ok(tested)) => Ok(verdict(tested)),
        Ok(Err(failure)) if failure.kind == FailureKind::Forbidden => Err(switched_off(failure)),
        Ok(Err(failure)) => Ok(Verdict::Unknown(failure.message)),
        Err(_) => Ok(Verdict::Unknown(format!("no answer within {} s", left.as_secs()))),
    }
}

/// A type without a test is no failure.
fn verdict(tested: Tested) -> Verdict {
    const NO_TEST: [&str; 2] =
        ["doesn't implement or inherit test_connection", "Unknown hook type"];
    let message = tested.message.unwrap_or_default();
    match tested.status {
        true => Verdict::Works,
        false if NO_TEST.iter().any(|words| message.contains(words)) => Verdict::Unknown(message),
        false => Verdict::Fails(message),
    }
}

fn switched_off(mut failure: Failure) -> Failure {
    if failure.detail.as_ref().is_some_and(|detail| detail.to_lowercase().contains("disabled")) {
        "Airflow does not test connections here (403)".clone_into(&mut failure.message);
        return failure.hint(
            "`[core] test_connection` is Disabled by default; an Airflow admin can set it to Enabled",
        );
    }
    failure
}

fn report(document: &mut Document, verdicts: &[(Connection, Verdict)]) {
    let works = verdicts.iter().filter(|(_, verdict)| *verdict == Verdict::Works).count();
    let row = |connection: &Connection, why: &str| {
        vec![
            connection.connection_id.clone(),
            connection.conn_type.clone().unwrap_or_default(),
            why.to_owned(),
        ]
    };
    let (mut failing, mut unknown) = (Vec::new(), Vec::new());
    for (connection, verdict) in verdicts {
        match verdict {
            Verdict::Works => {}
            Verdict::Fails(why) => failing.push(row(connection, why)),
            Verdict::Unknown(why) => unknown.push(row(connection, why)),
        }
    }
    document.line(format!(
        "{} connections: {works} work, {} fail, {} could not be tested",
        verdicts.len(),
        failing.len(),
        unknown.len()
    ));
    if !failing.is_empty() {
        document.table("failing", &["connection_id", "type", "why it fails"], failing);
    }
    if !unknown.is_empty() {
        document.table("untested", &["connection_id", "type", "why not tested"], unknown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_airflow_that_tests_what_it_stores_is_asked() {
        let release = |api, version| Release { api, version: AirflowVersion::parse(version) };
        assert!(can_test(release(ApiVersion::V2, "3.3.2")).is_ok());
        for (api, version) in
            [(ApiVersion::V1, "2.11.2"), (ApiVersion::V2, "3.0.6"), (ApiVersion::V2, "")]
        {
            let refused = can_test(release(api, version)).unwrap_err();
            assert_eq!(refused.kind, FailureKind::NotOffered, "{version}");
        }
    }

    #[test]
    fn a_type_without_a_test_does_not_fail() {
        let tested =
            |status, message: &str| verdict(Tested { status, message: Some(message.to_owned()) });
        assert_eq!(tested(true, "ok"), Verdict::Works);
        assert_eq!(tested(false, "refused"), Verdict::Fails("refused".to_owned()));
        let none = tested(false, "Hook X doesn't implement or inherit test_connection method");
        assert!(matches!(none, Verdict::Unknown(_)));
        let mut document = Document::new();
        let named = |id: &str| Connection { connection_id: id.to_owned(), ..Connection::default() };
        let verdicts = [
            (named("a"), Verdict::Works),
            (named("b"), Verdict::Fails("refused".to_owned())),
            (named("c"), none),
        ];
        report(&mut document, &verdicts);
        assert!(
            document.body().starts_with("3 connections: 1 work, 1 fail, 1 could not be tested")
        );
        assert!(document.body().contains("b | refused"));
    }
}
