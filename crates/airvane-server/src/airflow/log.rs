//! Reading a task's log: streamed, redacted event by event, in constant memory.

use std::time::Duration;

use airvane_api::ids::{DagId, DagRunId, TaskId};
use airvane_api::{Accept, ApiVersion, Request, catalog};
use airvane_client::{Backend, CallError, Context, Response};
use airvane_log::{Decoder, EventRedactor, Finder, FinderOptions, Findings, Format};

use super::Airflow;
use crate::failure::Failure;

/// Kept of a call's time to write the answer after a log that does not end.
const RESERVE: Duration = Duration::from_secs(3);

/// Which log.
#[derive(Clone, Debug)]
pub struct LogRequest {
    /// The DAG.
    pub dag_id: DagId,
    /// The run.
    pub dag_run_id: DagRunId,
    /// The task.
    pub task_id: TaskId,
    /// Which instance of a mapped task; −1 for a task that is not mapped.
    pub map_index: i64,
    /// The try, from 1.
    pub try_number: u32,
}

/// What was found in a log.
#[derive(Debug)]
pub struct LogScan {
    /// What the finder saw.
    pub findings: Findings,
    /// Why the log was not read to its end, if it was not.
    pub cut: Option<Failure>,
}

impl Airflow {
    /// Reads a log from its beginning to its end, or until time is up: what was found until then
    /// is given, with the reason.
    pub async fn read_log(
        &self,
        log: &LogRequest,
        options: FinderOptions,
    ) -> Result<LogScan, Failure> {
        let request = self.log_request(log).await?;
        let backend = self.backend()?;
        let _turn = self.turn().await;
        let context = Context { deadline: self.context.deadline - RESERVE, ..self.context.clone() };
        let answer =
            backend.send(&request, &context).await.map_err(|error| self.failure(error.into()))?;
        self.learn_secrets().await;
        let body = airvane_client::success(answer, request.permission())
            .await
            .map_err(|error| self.failure(error))?;
        Ok(self.scan(body, options).await)
    }

    /// Airflow 3 streams events; Airflow 2 gives the whole text with `full_content`.
    async fn log_request(&self, log: &LogRequest) -> Result<Request, Failure> {
        let api = self.api().await?;
        let accept = match api {
            ApiVersion::V2 => Accept::Ndjson,
            ApiVersion::V1 => Accept::Text,
        };
        let request = Request::builder(&catalog::GET_TASK_LOG, api)
            .path("dag_id", &log.dag_id)
            .path("dag_run_id", &log.dag_run_id)
            .path("task_id", &log.task_id)
            .path("try_number", &log.try_number)
            .query("map_index", log.map_index)
            .query("full_content", "true")
            .accept(accept);
        Ok(request.build()?)
    }

    async fn scan(&self, mut body: Response, options: FinderOptions) -> LogScan {
        let content_type = body
            .headers
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let mut decoder = Decoder::new(Format::of_content_type(&content_type));
        let mut redactor = EventRedactor::new(&self.upstream.redactor);
        let mut finder = Finder::new(options);
        let cut = loop {
            match body.chunk().await {
                Ok(Some(chunk)) => {
                    decoder.push(&chunk, &mut |event| finder.push(event.redact(&mut redactor)));
                }
                Ok(None) => break None,
                Err(error) => break Some(self.failure(CallError::from(error))),
            }
        };
        decoder.finish(&mut |event| finder.push(event.redact(&mut redactor)));
        LogScan { findings: finder.finish(), cut }
    }
}
