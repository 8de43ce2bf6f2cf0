//! A request to Airflow's own application, which Python carries out.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use airvane_client::{Pieces, TransportError};
use bytes::Bytes;
use futures::StreamExt;
use http::{HeaderMap, StatusCode};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tokio::sync::oneshot;

use crate::head::{self, Headers};
use crate::pipe::{Cutter, Pipe, Reader, pipe};

/// A request, and where its answer goes.
#[pyclass(frozen, module = "airvane._airvane")]
pub(crate) struct Exchange {
    request: http::Request<Bytes>,
    head: Mutex<Option<oneshot::Sender<Head>>>,
    body: Mutex<Option<Cutter>>,
    interest: Arc<Interest>,
    later: Option<Py<PyAny>>,
}

/// What the application's answer begins with.
struct Head {
    status: StatusCode,
    headers: HeaderMap,
    body: Reader,
}

/// Whether anybody still waits for the answer, and whom to tell when nobody does.
#[derive(Default)]
struct Interest {
    gone: AtomicBool,
    stop: Mutex<Option<(Py<PyAny>, Py<PyAny>)>>,
}

impl Interest {
    fn take_stop(&self) -> Option<(Py<PyAny>, Py<PyAny>)> {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Held by who waits for the answer.
struct Waiting {
    interest: Arc<Interest>,
    /// Set once the answer is whole: there is nothing to stop then.
    ended: Option<Arc<AtomicBool>>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let stop = self.interest.take_stop();
        if self.ended.as_ref().is_some_and(|ended| ended.load(Ordering::Acquire)) {
            return;
        }
        self.interest.gone.store(true, Ordering::Release);
        if let Some((later, stop)) = stop {
            // An event loop that has ended has nothing to stop.
            Python::try_attach(|py| later.call1(py, (stop,)).map(drop));
        }
    }
}

/// The request as Python gets it, and its answer as we wait for it.
pub(crate) fn exchange(
    request: http::Request<Bytes>,
    later: Option<Py<PyAny>>,
) -> (Exchange, impl Future<Output = Result<http::Response<Pieces>, TransportError>> + Send + 'static)
{
    let (sender, receiver) = oneshot::channel();
    let interest = Arc::new(Interest::default());
    let mut waiting = Waiting { interest: Arc::clone(&interest), ended: None };
    let head = Mutex::new(Some(sender));
    let exchange = Exchange { request, head, body: Mutex::default(), interest, later };
    let answer = async move {
        let Head { status, headers, body } = receiver.await.map_err(|_| TransportError::Closed)?;
        waiting.ended = Some(body.ended());
        let pieces = body.stream().map(move |piece| {
            let _ = &waiting;
            piece.map_err(|_| TransportError::Cut)
        });
        let mut response = http::Response::new(pieces.boxed());
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    };
    (exchange, answer)
}

#[pymethods]
impl Exchange {
    /// The method.
    #[getter]
    fn method(&self) -> &str {
        self.request.method().as_str()
    }

    /// The path, encoded as it is to be sent, without the application's own prefix.
    #[getter]
    fn path(&self) -> &str {
        self.request.uri().path()
    }

    /// The query, without its question mark.
    #[getter]
    fn query(&self) -> &str {
        self.request.uri().query().unwrap_or_default()
    }

    /// The headers.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> Vec<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)> {
        head::pairs(py, self.request.headers())
    }

    /// The body.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.request.body())
    }

    /// Whether nobody waits for the answer any more.
    #[getter]
    fn abandoned(&self) -> bool {
        self.interest.gone.load(Ordering::Acquire)
    }

    /// Has `stop` called on the event loop when nobody waits for the answer any more.
    fn when_abandoned(&self, py: Python<'_>, stop: Py<PyAny>) -> PyResult<()> {
        let Some(later) = &self.later else { return Ok(()) };
        let pair = (later.clone_ref(py), stop);
        *self.interest.stop.lock().unwrap_or_else(PoisonError::into_inner) = Some(pair);
        // It may have happened meanwhile, and then nobody else takes it.
        if self.abandoned()
            && let Some((later, stop)) = self.interest.take_stop()
        {
            later.call1(py, (stop,))?;
        }
        Ok(())
    }

    /// Begins the answer; its body goes into the pipe.
    fn answer(&self, py: Python<'_>, status: u16, headers: Headers) -> PyResult<Pipe> {
        let status = StatusCode::from_u16(status)
            .map_err(|_| PyValueError::new_err(format!("{status} is no HTTP status")))?;
        let sender = self.head.lock().unwrap_or_else(PoisonError::into_inner).take();
        let sender = sender.ok_or_else(|| PyValueError::new_err("the answer has begun already"))?;
        let (pipe, body) = pipe(self.later.as_ref().map(|later| later.clone_ref(py)));
        *self.body.lock().unwrap_or_else(PoisonError::into_inner) = Some(pipe.cutter());
        // Who no longer waits finds out by `abandoned`.
        let _ = sender.send(Head { status, headers: head::header_map(headers), body });
        Ok(pipe)
    }

    /// Says that nothing more comes: an answer that is not whole by now has failed.
    fn close(&self) {
        self.head.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(body) = self.body.lock().unwrap_or_else(PoisonError::into_inner).take() {
            body.cut();
        }
    }
}
