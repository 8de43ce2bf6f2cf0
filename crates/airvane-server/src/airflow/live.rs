//! What the connected Airflow offers beyond the catalog, asked once and remembered.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use airvane_api::Operation;
use airvane_client::Context;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::Airflow;
use crate::reach;

/// Longest wait for the document: what a search finds without it is worth more than its rest.
const PATIENCE: Duration = Duration::from_secs(8);

/// A document that could not be had is not asked for again before this time is over.
const PAUSE: Duration = Duration::from_secs(60);

/// The rows of the document that Airflow serves. The document is the same for everybody, so what
/// one caller's request brought serves all; it holds no data.
#[derive(Default)]
pub(super) struct LiveRows {
    rows: OnceCell<Vec<&'static Operation>>,
    failed: Mutex<Option<Instant>>,
}

impl LiveRows {
    fn has_failed_lately(&self) -> bool {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.is_some_and(|at| at.elapsed() < PAUSE)
    }

    fn fail(&self) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

impl Airflow {
    /// Operations that this Airflow describes and the catalog lacks. None if its document can't be
    /// had: nobody is hindered from what the catalog has.
    pub(crate) async fn live_operations(&self) -> &[&'static Operation] {
        let live = &self.upstream.live;
        if let Some(rows) = live.rows.get() {
            return rows;
        }
        if live.has_failed_lately() {
            return &[];
        }
        let rows =
            live.rows.get_or_try_init(|| async { self.ask_for_rows().await.ok_or(()) }).await;
        if rows.is_err() {
            live.fail();
        }
        rows.map(Vec::as_slice).unwrap_or_default()
    }

    async fn ask_for_rows(&self) -> Option<Vec<&'static Operation>> {
        let backend = self.backend().ok()?;
        let api = self.api().await.ok()?;
        let deadline = self.context.deadline.min(Instant::now() + PATIENCE);
        let context = Context { deadline, ..self.context.clone() };
        let _turn = self.turn().await;
        let document = backend.openapi(api, &context).await;
        self.learn_secrets().await;
        let document =
            document.inspect_err(|error| tracing::debug!(%error, "no OpenAPI document")).ok()?;
        Some(reach::live::operations(&document.value, api, &|text| self.redact(text).into_string()))
    }
}
