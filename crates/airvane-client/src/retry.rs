//! When an idempotent request is sent again, and after how long.

use std::time::Duration;

use airvane_api::error::retry_after;
use http::StatusCode;
use rand::Rng;

use crate::{Context, Response, TransportError, Waiting};

/// How often and how fast requests that may be repeated are repeated.
///
/// Only reads are ([`airvane_api::Operation::is_idempotent`]), and only after failures that pass:
/// no connection, a connection closed before an answer, 429, 502, 503 and 504. `Retry-After` is
/// obeyed when the deadline allows it; otherwise the answer is given back at once.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// How often a request is sent at most. 1 means never again.
    pub tries: u32,
    /// About how long the first pause is; each further one is twice as long. Half of a pause is
    /// random, so that many callers don't return at once.
    pub first_pause: Duration,
    /// No pause is longer, `Retry-After` excepted.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            tries: 3,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(4),
        }
    }
}

impl RetryPolicy {
    /// Never sends anything twice.
    pub const NEVER: Self =
        Self { tries: 1, first_pause: Duration::ZERO, longest_pause: Duration::ZERO };

    /// Runs `attempt` (which is told its number, from 1) until it succeeds, fails for good, or the
    /// policy or the deadline ends it.
    pub(crate) async fn run<F>(
        &self,
        context: &Context,
        mut attempt: impl FnMut(u32) -> F + Send,
    ) -> Result<Response, TransportError>
    where
        F: Future<Output = Result<Response, TransportError>> + Send,
    {
        let mut number = 1;
        loop {
            let outcome = attempt(number).await;
            let Some(pause) = self.pause(number, &outcome) else { return outcome };
            if pause >= context.remaining() {
                return outcome;
            }
            drop(outcome);
            context.bounds().wait(Waiting::Deadline, context.remaining(), sleep(pause)).await?;
            number += 1;
        }
    }

    /// How long to wait before another try, `None` if there is none.
    fn pause(&self, number: u32, outcome: &Result<Response, TransportError>) -> Option<Duration> {
        if number >= self.tries || !passes(outcome) {
            return None;
        }
        let asked = outcome.as_ref().ok().and_then(|response| retry_after(&response.headers));
        Some(asked.unwrap_or_default().max(self.backoff(number)))
    }

    fn backoff(&self, number: u32) -> Duration {
        let doubled = self.first_pause.saturating_mul(1 << (number - 1).min(16));
        doubled.min(self.longest_pause).mul_f64(rand::rng().random_range(0.5..=1.0))
    }
}

fn sleep(pause: Duration) -> tokio::time::Sleep {
    tokio::time::sleep(pause)
}

/// Whether the failure is of a kind that passes.
fn passes(outcome: &Result<Response, TransportError>) -> bool {
    match outcome {
        Ok(response) => matches!(
            response.status,
            StatusCode::TOO_MANY_REQUESTS
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT
        ),
        Err(error) => matches!(
            error,
            TransportError::Dns { .. } | TransportError::Connect { .. } | TransportError::Closed
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::HeaderMap;

    fn answer(status: u16, retry_after: Option<&'static str>) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert("retry-after", value.parse().unwrap());
        }
        Response::whole(StatusCode::from_u16(status).unwrap(), headers, Bytes::new())
    }

    #[test]
    fn only_what_passes_is_tried_again() {
        let policy = RetryPolicy::default();
        for status in [200, 302, 400, 401, 403, 404, 409, 422, 500] {
            assert_eq!(policy.pause(1, &Ok(answer(status, None))), None, "{status}");
        }
        for status in [429, 502, 503, 504] {
            assert!(policy.pause(1, &Ok(answer(status, None))).is_some(), "{status}");
        }
        assert!(policy.pause(1, &Err(TransportError::Closed)).is_some());
        assert_eq!(policy.pause(1, &Err(TransportError::Cut)), None);
        assert_eq!(policy.pause(3, &Ok(answer(503, None))), None);
    }

    #[test]
    fn pauses_grow_and_obey_retry_after() {
        let policy = RetryPolicy { tries: 99, ..RetryPolicy::default() };
        let pause = |number, asked| policy.pause(number, &Ok(answer(503, asked))).unwrap();
        assert!(pause(1, None) <= Duration::from_millis(250));
        assert!(pause(3, None) >= Duration::from_millis(500));
        assert!(pause(90, None) <= policy.longest_pause);
        assert_eq!(pause(1, Some("7")), Duration::from_secs(7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_past_the_deadline_is_not_begun() {
        let context = Context::within(crate::Caller::Configured, Duration::from_secs(5));
        let began = tokio::time::Instant::now();
        let response = RetryPolicy::default()
            .run(&context, |_| async { Ok(answer(429, Some("60"))) })
            .await
            .unwrap();
        assert_eq!(response.status, 429);
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}
