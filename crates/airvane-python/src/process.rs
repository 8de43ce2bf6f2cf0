//! What belongs to one process: threads do not survive a fork, and what they held stays taken.

use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use tokio::runtime::{Builder, Runtime};

/// A value of this process. In a forked child it is made anew, and the parent's is forgotten as it
/// is: dropping it could wait for threads that the child does not have.
///
/// The lock is taken only by who holds the interpreter, and no Python code runs meanwhile, so no
/// fork happens while it is taken.
pub(crate) struct PerProcess<T> {
    value: Mutex<Option<(u32, T)>>,
}

impl<T: Clone> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self { value: Mutex::new(None) }
    }

    /// The value of this process, made if there is none.
    pub(crate) fn get(&self, _py: Python<'_>, make: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
        let here = std::process::id();
        let mut value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        match &*value {
            Some((process, known)) if *process == here => return Ok(known.clone()),
            _ => {}
        }
        let new = make()?;
        std::mem::forget(value.replace((here, new.clone())));
        Ok(new)
    }
}

/// The threads that calls run on, started by the first call. Few: the work is waiting.
pub(crate) fn runtime(py: Python<'_>) -> PyResult<&'static Runtime> {
    static RUNTIME: PerProcess<&'static Runtime> = PerProcess::new();
    RUNTIME.get(py, || {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(8)
            .thread_name("airvane")
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| {
            PyRuntimeError::new_err(format!("airvane's threads can't be started: {error}"))
        })?;
        // It lives as long as the process: ending it would wait for calls.
        Ok(Box::leak(Box::new(runtime)))
    })
}
