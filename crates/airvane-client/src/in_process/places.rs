//! How many requests may be under way: in all, and for each caller.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::CacheKey;

/// In all. Airflow's web servers answer some tens of requests at once.
pub(super) const ALL: usize = 16;

/// For each caller.
pub(super) const EACH: usize = 4;

/// So many callers, and those that have nothing under way are forgotten.
const REMEMBERED: usize = 256;

#[derive(Debug)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    callers: Mutex<HashMap<CacheKey, Weak<Semaphore>>>,
}

/// A request's place; dropping it makes room for another.
#[derive(Debug)]
pub(super) struct Place {
    _all: Option<OwnedSemaphorePermit>,
    _own: Option<OwnedSemaphorePermit>,
}

impl Default for Places {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(ALL)), callers: Mutex::default() }
    }
}

impl Places {
    /// Waits for a place: first among the caller's own requests, so that those who ask for much
    /// wait for themselves and not before others.
    pub(super) async fn take(&self, caller: CacheKey) -> Place {
        // Never closed, so there is always a permit in the end.
        let own = self.of(caller).acquire_owned().await.ok();
        let all = Arc::clone(&self.all).acquire_owned().await.ok();
        Place { _all: all, _own: own }
    }

    fn of(&self, caller: CacheKey) -> Arc<Semaphore> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = callers.get(&caller).and_then(Weak::upgrade) {
            return known;
        }
        if callers.len() >= REMEMBERED {
            callers.retain(|_, own| own.strong_count() > 0);
        }
        let own = Arc::new(Semaphore::new(EACH));
        callers.insert(caller, Arc::downgrade(&own));
        own
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::Caller;

    fn key(number: usize) -> CacheKey {
        Caller::Forwarded(SecretString::from(number.to_string())).cache_key()
    }

    #[tokio::test]
    async fn one_caller_leaves_room_for_others() {
        let places = Places::default();
        let mut taken = Vec::new();
        for _ in 0..EACH {
            taken.push(places.take(key(0)).await);
        }
        let waits = futures::poll!(std::pin::pin!(places.take(key(0))));
        assert!(waits.is_pending());
        assert!(futures::poll!(std::pin::pin!(places.take(key(1)))).is_ready());
        taken.pop();
        assert!(futures::poll!(std::pin::pin!(places.take(key(0)))).is_ready());
    }

    #[tokio::test]
    async fn there_is_a_bound_in_all_and_callers_are_forgotten() {
        let places = Places::default();
        let mut taken = Vec::new();
        for caller in 0..ALL {
            taken.push(places.take(key(caller)).await);
        }
        assert!(futures::poll!(std::pin::pin!(places.take(key(ALL)))).is_pending());
        taken.clear();
        for caller in 0..REMEMBERED * 2 {
            places.take(key(caller)).await;
        }
        assert!(places.callers.lock().unwrap().len() <= REMEMBERED);
    }
}
