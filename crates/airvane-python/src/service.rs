//! The server, as the plugin starts it.

use std::collections::HashMap;
use std::sync::Arc;

use airvane_client::InProcessBackend;
use airvane_server::page::Page;
use airvane_server::settings::{Settings, Transport};
use airvane_server::{Server, StartError, logging, transport};
use axum::body::Body;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use url::Url;

use crate::head::{Head, Headers};
use crate::on_loop::{Loop, LoopCall};
use crate::on_thread::ThreadCall;
use crate::process::{self, PerProcess};

/// An answer to a caller.
pub(crate) type Served = http::Response<Body>;

/// The server of this Airflow. Nothing runs before the first call.
#[pyclass(frozen, module = "airvane._airvane")]
pub(crate) struct Service {
    settings: Settings,
    release: String,
    url: Option<Url>,
    here: PerProcess<Here>,
}

/// What answers in this process.
#[derive(Clone)]
pub(crate) struct Here {
    mcp: transport::Service,
    page: Page,
}

#[pymethods]
impl Service {
    /// For an Airflow of a release, which its users find at a URL, if that is known. Settings are
    /// read from the environment's variables and then from those of `[airvane]` in `airflow.cfg`.
    /// `ValueError` says which of them can't be used, and why.
    #[new]
    #[expect(clippy::needless_pass_by_value, reason = "PyO3 hands over what it has converted")]
    fn new(
        release: String,
        url: Option<&str>,
        environment: HashMap<String, String>,
        config: HashMap<String, String>,
    ) -> PyResult<Self> {
        let variable = |name: &str| environment.get(name).cloned();
        let settings = Settings::within_airflow(variable, &config).map_err(refused)?;
        let url = url.map(Url::parse).transpose();
        let url = url.map_err(|error| refused(format!("Airflow's own address: {error}")))?;
        let service = Self { settings, release, url, here: PerProcess::new() };
        // What a server can't start with is told now, and not by the first call.
        service.server().map_err(refused)?;
        Ok(service)
    }

    /// Begins a call that an event loop serves. `later` is its `call_soon_threadsafe`; `dispatch`
    /// carries an exchange out; `deliver` takes the answer in parts: status and headers (with the
    /// first), a piece of the body, whether there is more. `page` is the whole address if the page
    /// was asked for, and not MCP.
    #[pyo3(signature = (method, headers, later, dispatch, deliver, page=None))]
    #[expect(clippy::too_many_arguments, reason = "one request, and three ways back")]
    fn on_loop(
        &self,
        py: Python<'_>,
        method: &str,
        headers: Headers,
        later: Py<PyAny>,
        dispatch: Py<PyAny>,
        deliver: Py<PyAny>,
        page: Option<&str>,
    ) -> PyResult<LoopCall> {
        let functions = Loop { later, dispatch, deliver };
        let head = Head { method, headers, page };
        LoopCall::begin(py, self.here(py)?, head, functions)
    }

    /// Begins a call that the calling thread serves.
    #[pyo3(signature = (method, headers, page=None))]
    fn on_thread(
        &self,
        py: Python<'_>,
        method: &str,
        headers: Headers,
        page: Option<&str>,
    ) -> PyResult<ThreadCall> {
        ThreadCall::begin(py, self.here(py)?, Head { method, headers, page })
    }
}

impl Service {
    fn here(&self, py: Python<'_>) -> PyResult<Here> {
        self.here.get(py, || {
            let _runtime = process::runtime(py)?.enter();
            logging::start(&self.settings.transport);
            let origins = match &self.settings.transport {
                Transport::Http(http) => http.allowed_origins.as_slice(),
                Transport::Stdio => &[],
            };
            let server = self.server().map_err(refused)?;
            let mcp = transport::Service::new(server.clone(), origins);
            let url = self.url.clone();
            Ok(Here { mcp, page: Page::new(server, self.settings.clone(), &self.release, url) })
        })
    }

    /// For the Airflow that it lives in, unless the settings name another.
    fn server(&self) -> Result<Server, StartError> {
        if self.settings.airflow.is_some() {
            return Server::new(&self.settings);
        }
        let backend = InProcessBackend::new(&self.release, self.url.as_ref())?;
        Server::with_backend(&self.settings, Arc::new(backend))
    }
}

fn refused(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Answers a request, whatever happens on the way.
pub(crate) async fn answer(here: &Here, request: http::Request<Body>) -> Served {
    if Page::is_at(request.uri()) {
        transport::unbroken(here.page.handle(request)).await
    } else {
        here.mcp.handle(request).await
    }
}
