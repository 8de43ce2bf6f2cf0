//! A body on its way from Python, in pieces, with room for a few.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::Stream;
use pyo3::prelude::*;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::process;

/// Pieces that may wait to be read. An application's pieces have some kilobytes.
const ROOM: usize = 16;

type Sender = Mutex<Option<mpsc::Sender<Bytes>>>;

/// The end that Python writes to.
#[pyclass(frozen, module = "airvane._airvane")]
pub(crate) struct Pipe {
    sender: Arc<Sender>,
    ended: Arc<AtomicBool>,
    /// Runs a function later where the writer lives; `None` where the writer itself may wait.
    later: Option<Py<PyAny>>,
}

/// The end that is read.
pub(crate) struct Reader {
    pieces: mpsc::Receiver<Bytes>,
    ended: Arc<AtomicBool>,
}

/// The writer went away before it said that this was all.
#[derive(Debug)]
pub(crate) struct CutOff;

impl std::fmt::Display for CutOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the body was cut off")
    }
}

impl std::error::Error for CutOff {}

/// Both ends.
pub(crate) fn pipe(later: Option<Py<PyAny>>) -> (Pipe, Reader) {
    let (sender, pieces) = mpsc::channel(ROOM);
    let ended = Arc::new(AtomicBool::new(false));
    let pipe =
        Pipe { sender: Arc::new(Mutex::new(Some(sender))), ended: Arc::clone(&ended), later };
    (pipe, Reader { pieces, ended })
}

impl Reader {
    /// The pieces, and at last an error if the body is not whole.
    pub(crate) fn stream(self) -> impl Stream<Item = Result<Bytes, CutOff>> + Send + 'static {
        futures::stream::unfold(Some(self), |reader| async {
            let mut reader = reader?;
            match reader.pieces.recv().await {
                Some(piece) => Some((Ok(piece), Some(reader))),
                None if reader.ended.load(Ordering::Acquire) => None,
                None => Some((Err(CutOff), None)),
            }
        })
    }

    /// Whether the writer has said that the body is whole.
    pub(crate) fn ended(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.ended)
    }
}

/// Cuts a body off that is not whole.
pub(crate) struct Cutter(Arc<Sender>);

impl Cutter {
    pub(crate) fn cut(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Pipe {
    /// Whoever gave the pipe away may end it before its time.
    pub(crate) fn cutter(&self) -> Cutter {
        Cutter(Arc::clone(&self.sender))
    }

    fn sender(&self) -> Option<mpsc::Sender<Bytes>> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[pymethods]
impl Pipe {
    /// Writes a piece if there is room and says whether it was taken. What nobody reads any more
    /// is taken.
    fn offer(&self, piece: &[u8]) -> bool {
        let Some(sender) = self.sender() else { return true };
        let full = sender.try_reserve().map(|room| room.send(Bytes::copy_from_slice(piece)));
        !matches!(full, Err(TrySendError::Full(())))
    }

    /// Writes a piece as soon as there is room, and then has `done` called on the event loop.
    fn offer_later(&self, py: Python<'_>, piece: &[u8], done: Py<PyAny>) -> PyResult<()> {
        let (sender, piece) = (self.sender(), Bytes::copy_from_slice(piece));
        let later = self.later.as_ref().map(|later| later.clone_ref(py));
        process::runtime(py)?.spawn(async move {
            if let Some(sender) = sender {
                // Nobody reads any more: the writer will be told, too.
                let _ = sender.send(piece).await;
            }
            if let Some(later) = later {
                // An event loop that has ended waits for nothing.
                Python::try_attach(|py| later.call1(py, (done,)).map(drop));
            }
        });
        Ok(())
    }

    /// Writes a piece, waiting for room, and says whether anybody reads on.
    fn write(&self, py: Python<'_>, piece: &[u8]) -> bool {
        let Some(sender) = self.sender() else { return false };
        let piece = Bytes::copy_from_slice(piece);
        py.detach(|| sender.blocking_send(piece)).is_ok()
    }

    /// Says that the body is whole.
    fn end(&self) {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
        if sender.is_some() {
            self.ended.store(true, Ordering::Release);
        }
    }
}
