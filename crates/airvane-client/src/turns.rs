//! Large answers take turns: an answer is a few times as large as a value, once more while it is
//! redacted, and several calls may be under way.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::TransportError;
use crate::context::Bounds;

/// Bodies up to this size are read as they come.
pub(crate) const SMALL: usize = 256 << 10;

/// Bodies above this size are read one at a time.
pub(crate) const HUGE: usize = 1 << 20;

static LARGE_BODIES: Semaphore = Semaphore::const_new(2);
static HUGE_BODIES: Semaphore = Semaphore::const_new(1);

/// The turn of a large answer: for as long as it is held, few others are read.
#[derive(Debug)]
pub struct Turn {
    _large: Option<SemaphorePermit<'static>>,
    huge: Option<SemaphorePermit<'static>>,
}

impl Turn {
    /// Waits until one more large body may be read.
    pub(crate) async fn of_large(bounds: Option<&Bounds>) -> Result<Self, TransportError> {
        Ok(Self { _large: permit(&LARGE_BODIES, bounds).await?, huge: None })
    }

    /// Waits until the rest of a huge one may be read. Whoever waits here holds up nobody who has
    /// both.
    pub(crate) async fn of_huge(&mut self, bounds: Option<&Bounds>) -> Result<(), TransportError> {
        self.huge = permit(&HUGE_BODIES, bounds).await?;
        Ok(())
    }
}

/// Never closed, so there is always a permit in the end.
async fn permit(
    places: &'static Semaphore,
    bounds: Option<&Bounds>,
) -> Result<Option<SemaphorePermit<'static>>, TransportError> {
    match bounds {
        Some(bounds) => Ok(bounds.wait_for(places.acquire()).await?.ok()),
        None => Ok(places.acquire().await.ok()),
    }
}
