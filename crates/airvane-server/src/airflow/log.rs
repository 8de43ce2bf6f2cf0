//! Reading a task's log: streamed, redacted event by event, in constant memory.

use airvane_api::ids::{DagId, DagRunId, TaskId};
use airvane_api::{Accept, ApiVersion, Request, catalog};
use airvane_client::{CallError, Context, Response, TransportError};
use airvane_log::{Decoder, EventRedactor, Finder, FinderOptions, Findings, Format};
use bytes::Bytes;
use futures::FutureExt;

use super::{Airflow, aside};
use crate::failure::{Failure, FailureKind};

/// How much of a body is gathered while what came before it is searched, in bytes.
const BATCH: usize = 256 * 1024;

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
        let context = self.before_the_end();
        let answer =
            backend.send(&request, &context).await.map_err(|error| self.failure(error.into()))?;
        self.learn_secrets().await;
        let body = airvane_client::log(answer, request.permission())
            .await
            .map_err(|error| self.failure(error))?;
        self.scan(body, options, context).await
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

    async fn scan(
        &self,
        mut body: Response,
        options: FinderOptions,
        context: Context,
    ) -> Result<LogScan, Failure> {
        let content_type = body
            .headers
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let within = context.clone();
        let redactor = EventRedactor::until(&self.redactor, move || within.is_over());
        let mut scanner = Scanner::new(Format::of_content_type(content_type), redactor, options);
        let mut pieces = Vec::new();
        let cut = loop {
            // Both at a time: Airflow goes on sending while what it sent is searched.
            let work = aside(move || scanner.take(&pieces));
            let (more, done) = tokio::join!(gather(&mut body), work);
            scanner = done?;
            pieces = match more {
                Ok(pieces) if pieces.is_empty() => break None,
                Ok(pieces) => pieces,
                Err(error) => break Some(self.failure(CallError::from(error))),
            };
            if context.is_over() {
                break Some(too_slow());
            }
        };
        aside(move || scanner.finish(cut)).await
    }
}

/// What has come of a body, a batch at most; nothing at its end. Waits for the first piece only:
/// Airflow sends lines one by one, and what is worth searching is what there is.
async fn gather(body: &mut Response) -> Result<Vec<Bytes>, TransportError> {
    let (mut pieces, mut size) = (Vec::new(), 0);
    let mut next = body.chunk().await?;
    while let Some(piece) = next {
        size += piece.len();
        pieces.push(piece);
        if size >= BATCH {
            break;
        }
        // An error stays, so that the next call gives it.
        next = body.chunk().now_or_never().and_then(Result::ok).flatten();
    }
    Ok(pieces)
}

/// Decodes, redacts and searches. A log of the wrong words takes long, so this happens aside, and
/// when time is over what is left is not looked at.
struct Scanner {
    decoder: Decoder,
    redactor: EventRedactor,
    finder: Finder,
}

impl Scanner {
    fn new(format: Format, redactor: EventRedactor, options: FinderOptions) -> Self {
        Self { decoder: Decoder::new(format), redactor, finder: Finder::new(options) }
    }

    fn take(mut self, pieces: &[Bytes]) -> Self {
        let Self { decoder, redactor, finder } = &mut self;
        for piece in pieces {
            decoder.push(piece, &mut |event| finder.push(event.redact(redactor)));
        }
        self
    }

    fn finish(mut self, cut: Option<Failure>) -> LogScan {
        let Self { decoder, redactor, finder } = &mut self;
        decoder.finish(&mut |event| finder.push(event.redact(redactor)));
        // An empty log is one thing, an answer that holds none another.
        let cut = cut.or_else(|| (!decoder.is_complete()).then(no_log));
        LogScan { findings: self.finder.finish(), cut }
    }
}

fn no_log() -> Failure {
    Failure::new(FailureKind::BadAnswer, "the answer is broken, or holds no log")
}

fn too_slow() -> Failure {
    Failure::new(FailureKind::Timeout, "time was over before the whole log was read")
}

#[cfg(test)]
impl LogScan {
    /// What is found in a log that Airflow gives as text.
    pub(crate) fn of(text: &'static str) -> Self {
        let redactor = EventRedactor::until(&airvane_redact::Redactor::default(), || false);
        let options = FinderOptions { tail: 5, ..FinderOptions::default() };
        let scanner = Scanner::new(Format::of_content_type("text/plain"), redactor, options);
        scanner.take(&[Bytes::from_static(text.as_bytes())]).finish(None)
    }
}
