//! A request whose answer would never come: rmcp runs each one as a task of its own, and a panic
//! there ends the task without a word to the client.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use futures::future::BoxFuture;
use rmcp::model::ErrorData;

/// All that a client hears of a panic.
pub(crate) const FAILED: &str = "airvane failed; its log says more";

/// The outcome of a request, and an internal error where it panics. Where a panic ends the process,
/// as in the program, there is nothing to answer.
pub(super) fn unbroken<'a, T>(
    work: impl Future<Output = Result<T, ErrorData>> + Send + 'a,
) -> BoxFuture<'a, Result<T, ErrorData>> {
    let outcome = AssertUnwindSafe(work).catch_unwind();
    let answered = outcome
        .map(|outcome| outcome.unwrap_or_else(|_| Err(ErrorData::internal_error(FAILED, None))));
    answered.boxed()
}
