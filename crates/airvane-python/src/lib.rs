//! Airvane's server for Python: `airvane._airvane`, which the plugin in Airflow's web server uses.
//!
//! It only registers and converts. A `Service` takes the head of an HTTP request and gives a
//! call; what the call wants from Python comes back as an `Exchange`: a request to Airflow's own
//! application, to be carried out where the caller's request is being served. On Airflow 3 that is
//! an event loop (`on_loop`), on Airflow 2 a worker's thread (`on_thread`). Bodies travel
//! through a `Pipe` in both directions.
//!
//! Nothing waits while it holds the interpreter. Threads are started in the process that serves,
//! never before a fork (`process`). A panic becomes an answer with status 500.

mod exchange;
mod head;
mod on_loop;
mod on_thread;
mod pipe;
mod process;
mod service;

/// The module.
#[pyo3::pymodule]
mod _airvane {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::exchange::Exchange;
    #[pymodule_export]
    use crate::on_loop::LoopCall;
    #[pymodule_export]
    use crate::on_thread::{Answer, ThreadCall};
    #[pymodule_export]
    use crate::pipe::Pipe;
    #[pymodule_export]
    use crate::service::Service;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
