//! A call that a worker's thread serves: Airflow 2.
//!
//! The thread waits for the answer, and while it waits it carries out what is asked of Airflow's
//! application itself. So a call never waits for another worker, and a web server with a single
//! one answers.

use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use airvane_client::{Application, BoxFuture, Pieces, TransportError};
use axum::body::Body;
use bytes::Bytes;
use futures::{FutureExt, StreamExt};
use http::HeaderMap;
use pyo3::exceptions::PyTimeoutError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tokio::task::AbortHandle;

use crate::exchange::{Exchange, exchange};
use crate::head::{self, Head};
use crate::pipe::{Pipe, pipe};
use crate::process;
use crate::service::{self, Here};

/// gunicorn ends a worker that is silent for two minutes.
const LONGEST: Duration = Duration::from_secs(90);

/// How often a waiting thread looks for signals.
const LOOK: Duration = Duration::from_millis(500);

/// What a call wants of the thread that serves it.
enum Job {
    Body(Pipe),
    Exchange(Exchange),
    Answer(Answer),
}

/// Airflow's application on the thread that serves the caller.
struct OnThread {
    jobs: Mutex<mpsc::Sender<Job>>,
}

impl fmt::Debug for OnThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnThread(..)")
    }
}

impl OnThread {
    fn ask(&self, job: Job) -> Result<(), TransportError> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.send(job).map_err(|_| TransportError::Closed)
    }
}

impl Application for OnThread {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Pieces>, TransportError>> {
        let (exchange, answer) = exchange(request, None);
        match self.ask(Job::Exchange(exchange)) {
            Ok(()) => answer.boxed(),
            Err(error) => futures::future::ready(Err(error)).boxed(),
        }
    }
}

/// An answer, whole.
#[pyclass(frozen, module = "airvane._airvane")]
pub(crate) struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    async fn read(served: service::Served) -> Self {
        let (head, body) = served.into_parts();
        let mut pieces = body.into_data_stream();
        let mut body = Vec::new();
        while let Some(Ok(piece)) = pieces.next().await {
            body.extend_from_slice(&piece);
        }
        Self { status: head.status.as_u16(), headers: head.headers, body }
    }
}

#[pymethods]
impl Answer {
    /// The status.
    #[getter]
    fn status(&self) -> u16 {
        self.status
    }

    /// The headers.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> Vec<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)> {
        head::pairs(py, &self.headers)
    }

    /// The body.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.body)
    }
}

/// A call under way. One that is let go is cancelled.
#[pyclass(frozen, module = "airvane._airvane")]
pub(crate) struct ThreadCall {
    jobs: Mutex<mpsc::Receiver<Job>>,
    task: AbortHandle,
    until: Instant,
}

impl ThreadCall {
    pub(crate) fn begin(py: Python<'_>, here: Here, head: Head<'_>) -> PyResult<Self> {
        let (sender, receiver) = mpsc::channel();
        let thread = Arc::new(OnThread { jobs: Mutex::new(sender) });
        let request = head::request(head, thread.clone(), body(thread.clone()));
        let task = process::runtime(py)?.spawn(async move {
            let answer = Answer::read(service::answer(&here, request).await).await;
            // Who has gone away wants no answer.
            let _ = thread.ask(Job::Answer(answer));
        });
        let jobs = Mutex::new(receiver);
        Ok(Self { jobs, task: task.abort_handle(), until: Instant::now() + LONGEST })
    }

    /// The next job, if one comes in time.
    fn wait(&self, time: Duration) -> Result<Job, RecvTimeoutError> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(time)
    }
}

/// The request's body, which the thread is asked for when somebody wants to read it.
fn body(thread: Arc<OnThread>) -> Body {
    let pieces = async move {
        let (pipe, reader) = pipe(None);
        // Who has gone away drops the pipe, and the body is cut off.
        let _ = thread.ask(Job::Body(pipe));
        reader.stream()
    };
    Body::from_stream(pieces.into_stream().flatten())
}

#[pymethods]
impl ThreadCall {
    /// What there is to do next: write the request's body into a pipe, carry out an exchange, or
    /// pass the answer on, which is the last.
    fn next(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        while Instant::now() < self.until {
            match py.detach(|| self.wait(LOOK)) {
                Ok(Job::Body(pipe)) => return Ok(Py::new(py, pipe)?.into_any()),
                Ok(Job::Exchange(exchange)) => return Ok(Py::new(py, exchange)?.into_any()),
                Ok(Job::Answer(answer)) => return Ok(Py::new(py, answer)?.into_any()),
                Err(RecvTimeoutError::Timeout) => py.check_signals()?,
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Err(PyTimeoutError::new_err("the call has no answer"))
    }
}

impl Drop for ThreadCall {
    fn drop(&mut self) {
        self.task.abort();
    }
}
