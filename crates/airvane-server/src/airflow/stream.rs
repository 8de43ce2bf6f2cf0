//! Answers that go on until something happens: lines of JSON, of which the last counts.

use std::time::Duration;

use airvane_api::request::RequestBuilder;
use airvane_api::{Accept, Operation, Request};
use airvane_client::{CallError, Context, Json};
use airvane_redact::SafeJson;

use super::Airflow;
use crate::failure::{Failure, FailureKind};

/// Kept of a call's time to write the answer.
const RESERVE: Duration = Duration::from_secs(3);

/// Longest line that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// What a stream said.
#[derive(Debug)]
pub struct LastLine {
    /// Its last whole line, redacted.
    pub line: Option<SafeJson>,
    /// Whether Airflow ended it; otherwise time was up.
    pub ended: bool,
}

impl Airflow {
    /// Reads lines until Airflow ends the answer or time is up, and keeps the last.
    pub async fn last_line(
        &self,
        operation: &'static Operation,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<LastLine, Failure> {
        let builder = Request::builder(operation, self.api().await?).accept(Accept::Ndjson);
        let request = fill(builder).build()?;
        let backend = self.backend()?;
        let _turn = self.turn().await;
        let deadline = self.context.deadline.checked_sub(RESERVE).unwrap_or(self.context.deadline);
        let context = Context { deadline, ..self.context.clone() };
        let answer =
            backend.send(&request, &context).await.map_err(|error| self.failure(error.into()))?;
        self.learn_secrets().await;
        let mut body = airvane_client::success(answer, request.permission())
            .await
            .map_err(|error| self.failure(error))?;
        let mut lines = Lines::default();
        let ended = loop {
            match body.chunk().await {
                Ok(Some(chunk)) => lines.push(&chunk)?,
                Ok(None) => break true,
                Err(error) => {
                    let failure = self.failure(CallError::from(error));
                    if failure.kind != FailureKind::Timeout {
                        return Err(failure);
                    }
                    break false;
                }
            }
        };
        let last = lines.last(ended).and_then(|line| serde_json::from_slice(&line).ok());
        let line = match last {
            Some(value) => Some(self.make_safe(Json { value, turn: None }, |safe| safe).await?),
            None => None,
        };
        Ok(LastLine { line, ended })
    }
}

/// The last whole line, and what has come of the next.
#[derive(Default)]
struct Lines {
    whole: Vec<u8>,
    begun: Vec<u8>,
}

impl Lines {
    fn push(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(piece);
            if self.begun.len() > LONGEST {
                return Err(Failure::new(
                    FailureKind::BadAnswer,
                    "a line of the answer is too long",
                ));
            }
            if piece.ends_with(b"\n") {
                self.whole = std::mem::take(&mut self.begun);
            }
        }
        Ok(())
    }

    /// The last line; an end without a line break is one, too.
    fn last(self, ended: bool) -> Option<Vec<u8>> {
        let last =
            if ended && !self.begun.trim_ascii().is_empty() { self.begun } else { self.whole };
        (!last.is_empty()).then_some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_whole_line_counts() {
        let mut lines = Lines::default();
        for chunk in ["{\"a\":1}\n{\"a\"", ":2}\n{\"a\":3"] {
            lines.push(chunk.as_bytes()).unwrap();
        }
        assert_eq!(lines.last(false).unwrap(), b"{\"a\":2}\n");
        let mut lines = Lines::default();
        lines.push(b"{\"a\":1}\n{\"a\":2}").unwrap();
        assert_eq!(lines.last(true).unwrap(), b"{\"a\":2}");
    }
}
