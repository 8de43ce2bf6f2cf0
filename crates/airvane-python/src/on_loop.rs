//! A call that an event loop serves: Airflow 3.
//!
//! The loop is never waited for and never waits: what it is to do is handed to it through
//! `call_soon_threadsafe`.

use std::fmt;
use std::sync::Arc;

use airvane_client::{Application, BoxFuture, Pieces, TransportError};
use axum::body::{Body, HttpBody};
use bytes::Bytes;
use futures::{FutureExt, StreamExt};
use http::HeaderMap;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tokio::task::AbortHandle;

use crate::exchange::exchange;
use crate::head::{self, Head};
use crate::pipe::{Pipe, pipe};
use crate::process;
use crate::service::{self, Here, Served};

/// The functions of Python that a call uses.
pub(crate) struct Loop {
    /// `call_soon_threadsafe` of the caller's event loop.
    pub(crate) later: Py<PyAny>,
    /// Carries an [`crate::exchange::Exchange`] out.
    pub(crate) dispatch: Py<PyAny>,
    /// Takes a part of the answer: status and headers with the first, a piece of the body, and
    /// whether there is more.
    pub(crate) deliver: Py<PyAny>,
}

/// Airflow's application on the caller's event loop.
struct OnLoop {
    later: Py<PyAny>,
    dispatch: Py<PyAny>,
}

impl fmt::Debug for OnLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnLoop(..)")
    }
}

impl Application for OnLoop {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Pieces>, TransportError>> {
        let handed_over = Python::try_attach(|py| {
            let (exchange, answer) = exchange(request, Some(self.later.clone_ref(py)));
            self.later.call1(py, (&self.dispatch, exchange)).map(|_| answer)
        });
        match handed_over {
            Some(Ok(answer)) => answer.boxed(),
            // The loop, or the interpreter, has ended.
            _ => futures::future::ready(Err(TransportError::Closed)).boxed(),
        }
    }
}

/// A call under way. One that is let go is cancelled.
#[pyclass(frozen, module = "airvane._airvane")]
pub(crate) struct LoopCall {
    body: Py<Pipe>,
    task: AbortHandle,
}

impl LoopCall {
    pub(crate) fn begin(
        py: Python<'_>,
        here: Here,
        head: Head<'_>,
        functions: Loop,
    ) -> PyResult<Self> {
        let Loop { later, dispatch, deliver } = functions;
        let (body, reader) = pipe(Some(later.clone_ref(py)));
        let application = Arc::new(OnLoop { later: later.clone_ref(py), dispatch });
        let body_read = Body::from_stream(reader.stream());
        let request = head::request(head, application, body_read);
        let task = process::runtime(py)?.spawn(async move {
            let answer = service::answer(&here, request).await;
            deliver_all(answer, &later, &deliver).await;
        });
        Ok(Self { body: Py::new(py, body)?, task: task.abort_handle() })
    }
}

#[pymethods]
impl LoopCall {
    /// Where the request's body goes.
    #[getter]
    fn body(&self, py: Python<'_>) -> Py<Pipe> {
        self.body.clone_ref(py)
    }

    /// Ends it. Nothing is delivered afterwards but what is on its way.
    fn cancel(&self) {
        self.task.abort();
    }
}

impl Drop for LoopCall {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Hands an answer to the event loop: in one part if it is whole, as its pieces come if not.
async fn deliver_all(answer: Served, later: &Py<PyAny>, deliver: &Py<PyAny>) {
    let (head, mut body) = answer.into_parts();
    let mut begin = Some((head.status.as_u16(), head.headers));
    loop {
        let piece = if body.is_end_stream() { None } else { next(&mut body).await };
        let more = piece.is_some() && !body.is_end_stream();
        let part = Part { begin: begin.take(), piece: piece.unwrap_or_default(), more };
        if !part.hand_over(later, deliver) || !more {
            return;
        }
    }
}

async fn next(body: &mut Body) -> Option<Bytes> {
    let mut pieces = std::mem::take(body).into_data_stream();
    let piece = pieces.next().await?.ok();
    *body = Body::new(pieces);
    piece
}

struct Part {
    begin: Option<(u16, HeaderMap)>,
    piece: Bytes,
    more: bool,
}

impl Part {
    /// Whether there is a loop that took it.
    fn hand_over(self, later: &Py<PyAny>, deliver: &Py<PyAny>) -> bool {
        let taken = Python::try_attach(|py| {
            let (status, headers) = match self.begin {
                Some((status, headers)) => (Some(status), head::pairs(py, &headers)),
                None => (None, Vec::new()),
            };
            let piece = PyBytes::new(py, &self.piece);
            later.call1(py, (deliver, status, headers, piece, self.more)).map(drop)
        });
        matches!(taken, Some(Ok(())))
    }
}
