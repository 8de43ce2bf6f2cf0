//! How many requests may be under way: in all, and for each caller.
//!
//! What Airflow does for a request is Python, of which one thread runs at a time: each request that
//! it works at makes every other one take longer, those of its users too (with sixteen at once the
//! pages of Airflow 3.3.2 took twenty times as long). So requests are begun one after the other, as
//! far as they don't take long, and it is answers that are read side by side. While more wait than one
//! caller may have, Airflow has as much time to itself before the next as the last one took.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};

use crate::CacheKey;

/// In all, those included whose answer has begun.
pub(super) const ALL: usize = 16;

/// Those whose answer has not begun, and that began lately.
const BEGUN: usize = 1;

/// Who has had no answer for so long waits for something else than Python.
const LATELY: Duration = Duration::from_secs(1);

/// Longest time that Airflow has to itself: who took longer may have waited for a database.
const PAUSE: Duration = Duration::from_millis(100);

/// For each caller.
pub(super) const EACH: usize = 4;

/// So many callers, and those that have nothing under way are forgotten.
const REMEMBERED: usize = 256;

#[derive(Debug)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    begun: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// When the next may begin, while many wait.
    next: Arc<Mutex<Option<Instant>>>,
    callers: Mutex<HashMap<CacheKey, Weak<Semaphore>>>,
}

/// A request's place; dropping it makes room for another.
#[derive(Debug)]
pub(super) struct Place {
    begun: Option<OwnedSemaphorePermit>,
    next: Arc<Mutex<Option<Instant>>>,
    _all: Option<OwnedSemaphorePermit>,
    _own: Option<OwnedSemaphorePermit>,
}

impl Place {
    /// Waits for an answer to begin. Then, or when that takes long, another request may begin.
    pub(super) async fn begin<T>(&mut self, answer: impl Future<Output = T>) -> T {
        let mut answer = std::pin::pin!(answer);
        let began = Instant::now();
        let answered = timeout(LATELY, &mut answer).await;
        let next = Instant::now() + began.elapsed().min(PAUSE);
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(next);
        self.begun = None;
        match answered {
            Ok(answer) => answer,
            Err(_) => answer.await,
        }
    }
}

impl Default for Places {
    fn default() -> Self {
        let semaphore = |places| Arc::new(Semaphore::new(places));
        Self {
            all: semaphore(ALL),
            begun: semaphore(BEGUN),
            waiting: AtomicUsize::new(0),
            next: Arc::default(),
            callers: Mutex::default(),
        }
    }
}

impl Places {
    /// Waits for a place: first among the caller's own requests, so that those who ask for much
    /// wait for themselves and not before others.
    pub(super) async fn take(&self, caller: CacheKey) -> Place {
        // Never closed, so there is always a permit in the end.
        let own = self.of(caller).acquire_owned().await.ok();
        let all = Arc::clone(&self.all).acquire_owned().await.ok();
        let begun = self.begin_next().await;
        Place { begun, next: Arc::clone(&self.next), _all: all, _own: own }
    }

    async fn begin_next(&self) -> Option<OwnedSemaphorePermit> {
        let waiting = Waiting::among(&self.waiting);
        let begun = Arc::clone(&self.begun).acquire_owned().await.ok();
        if waiting.others() >= EACH {
            let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(next) = next {
                sleep_until(next).await;
            }
        }
        begun
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

/// Counts who waits, until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn among(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }

    fn others(&self) -> usize {
        self.0.load(Ordering::Relaxed).saturating_sub(1)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
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

    async fn begun(places: &Places, caller: CacheKey) -> Place {
        let mut place = places.take(caller).await;
        place.begin(async {}).await;
        place
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_begins_when_one_is_answered_or_takes_long() {
        let places = Places::default();
        let mut first = places.take(key(0)).await;
        assert!(futures::poll!(std::pin::pin!(places.take(key(1)))).is_pending());
        first.begin(async {}).await;
        let mut second = places.take(key(1)).await;
        let never = second.begin(std::future::pending::<()>());
        let third = async {
            let began = tokio::time::Instant::now();
            places.take(key(2)).await;
            began.elapsed()
        };
        tokio::select! {
            () = never => unreachable!(),
            waited = third => assert!(waited >= LATELY && waited < LATELY * 2, "{waited:?}"),
        }
    }

    /// How long so many requests take whose answers take 20 milliseconds each.
    async fn all_answered(requests: usize) -> Duration {
        let places = Places::default();
        let began = Instant::now();
        let requests = (0..requests).map(|number| {
            let places = &places;
            async move {
                let mut place = places.take(key(number)).await;
                place.begin(tokio::time::sleep(Duration::from_millis(20))).await;
            }
        });
        futures::future::join_all(requests).await;
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn while_many_wait_airflow_has_half_of_the_time() {
        // As many as one caller may have are answered without a pause, as is one after many.
        assert_eq!(all_answered(EACH + 1).await, Duration::from_millis(100));
        // Before the second and the third, others wait.
        assert_eq!(all_answered(EACH + 3).await, Duration::from_millis(180));
    }

    #[tokio::test]
    async fn one_caller_leaves_room_for_others() {
        let places = Places::default();
        let mut taken = Vec::new();
        for _ in 0..EACH {
            taken.push(begun(&places, key(0)).await);
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
            taken.push(begun(&places, key(caller)).await);
        }
        assert!(futures::poll!(std::pin::pin!(places.take(key(ALL)))).is_pending());
        taken.clear();
        for caller in 0..REMEMBERED * 2 {
            places.take(key(caller)).await;
        }
        assert!(places.callers.lock().unwrap().len() <= REMEMBERED);
    }
}
