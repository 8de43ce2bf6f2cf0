//! Reads that are under way are shared by those who ask the same.
//!
//! Only while a request is under way, only by one caller's calls (by [`crate::CacheKey`]), and
//! only from one write to the next: who has changed something never gets an answer that was asked
//! for before. Logs are not shared, as they are streamed. A call that is cancelled leaves the
//! request to the others that wait for it; with the last of them it ends.

use std::collections::HashMap;
use std::future::ready;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use airvane_api::{Accept, ApiVersion, Request};
use bytes::{Bytes, BytesMut};
use futures::future::{BoxFuture, FutureExt, Shared, WeakShared};
use futures::stream::{self, StreamExt};
use http::{HeaderMap, StatusCode};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::{
    Backend, CacheKey, CallError, Capabilities, Context, DetectError, Instance, Json, Response,
    TransportError, Waiting,
};

/// Largest body that is shared, in bytes: as much as is read without waiting for a turn. A larger
/// one goes on to one caller as it comes; the others ask for themselves.
const LARGEST: usize = 256 << 10;

/// Sharing is between calls that overlap; the pieces of a body are waited for elsewhere.
const IDLE: Duration = Duration::from_secs(60);

/// A backend whose reads are shared.
pub struct SharedReads {
    inner: Arc<dyn Backend>,
    /// Writes that began or ended so far.
    writes: AtomicU64,
    under_way: Arc<UnderWay>,
}

/// Only who waits for a request keeps it going.
type UnderWay = Mutex<HashMap<Key, WeakShared<Sending>>>;
type Sending = BoxFuture<'static, Result<Came, TransportError>>;
type Pending = Shared<Sending>;

/// What two requests must have in common.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    caller: CacheKey,
    writes: u64,
    api: ApiVersion,
    path: String,
    query: Vec<(&'static str, String)>,
}

/// What came of a request.
#[derive(Clone)]
enum Came {
    Whole(StatusCode, HeaderMap, Bytes),
    /// Too large to share: for the first who takes it.
    Large(Arc<Mutex<Option<Response>>>),
}

impl SharedReads {
    /// Shares the reads of a backend.
    pub fn new(inner: Arc<dyn Backend>) -> Self {
        Self { inner, writes: AtomicU64::new(0), under_way: Arc::default() }
    }

    /// `None` for what is not shared.
    fn key(&self, request: &Request, context: &Context) -> Option<Key> {
        let plain = request.method() == airvane_api::Method::Get
            && request.operation().is_idempotent()
            && request.accept() == Accept::Json
            && request.headers().is_empty()
            && request.body().is_none();
        plain.then(|| Key {
            caller: context.caller.cache_key(),
            writes: self.writes.load(Ordering::SeqCst),
            api: request.api(),
            path: request.path().to_owned(),
            query: request.query().to_vec(),
        })
    }

    async fn read(
        &self,
        key: Key,
        request: &Request,
        context: &Context,
    ) -> Result<Response, TransportError> {
        let pending = self.pending(key, request, context);
        let came = context.bounds().wait_for(pending).await?;
        match came {
            Ok(Came::Whole(status, headers, body)) => Ok(Response::whole(status, headers, body)),
            Ok(Came::Large(response)) => {
                let mine = lock(&response).take();
                match mine {
                    Some(response) => Ok(response),
                    None => self.inner.send(request, context).await,
                }
            }
            // The time of whoever asked first was over; ours is not.
            Err(TransportError::Timeout { waiting: Waiting::Deadline, .. })
                if !context.is_over() =>
            {
                self.inner.send(request, context).await
            }
            Err(error) => Err(error),
        }
    }

    /// The request that is under way, or this one from now on.
    fn pending(&self, key: Key, request: &Request, context: &Context) -> Pending {
        let mut under_way = lock(&self.under_way);
        let known = under_way.get(&key).and_then(WeakShared::upgrade);
        if let Some(pending) = known.filter(|pending| pending.peek().is_none()) {
            return pending;
        }
        // Whoever asked first may be cancelled; the others are not.
        let context = Context { cancel: CancellationToken::new(), ..context.clone() };
        let (inner, request) = (Arc::clone(&self.inner), request.clone());
        let done = Done { under_way: Arc::clone(&self.under_way), key: key.clone() };
        let sending = async move {
            let _done = done;
            came(inner.send(&request, &context).await?, &context).await
        };
        let pending = sending.boxed().shared();
        under_way.extend(pending.downgrade().map(|weak| (key, weak)));
        pending
    }
}

/// Takes a request from the list when it has ended, or nobody waits for it any more.
struct Done {
    under_way: Arc<UnderWay>,
    key: Key,
}

impl Drop for Done {
    fn drop(&mut self) {
        lock(&self.under_way).remove(&self.key);
    }
}

async fn came(mut response: Response, context: &Context) -> Result<Came, TransportError> {
    let mut body = BytesMut::new();
    while body.len() <= LARGEST {
        match response.chunk().await? {
            Some(piece) => body.extend_from_slice(&piece),
            None => return Ok(Came::Whole(response.status, response.headers, body.freeze())),
        }
    }
    let (status, headers) = (response.status, response.headers.clone());
    let rest = stream::unfold(response, |mut response| async {
        let piece = response.chunk().await.transpose()?;
        Some((piece, response))
    });
    let pieces = stream::once(ready(Ok(body.freeze()))).chain(rest).boxed();
    let whole = Response::streaming(status, headers, pieces, context, IDLE);
    Ok(Came::Large(Arc::new(Mutex::new(Some(whole)))))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Backend for SharedReads {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Response, TransportError>> {
        async move {
            if !request.operation().is_idempotent() {
                self.writes.fetch_add(1, Ordering::SeqCst);
                let answer = self.inner.send(request, context).await;
                self.writes.fetch_add(1, Ordering::SeqCst);
                return answer;
            }
            match self.key(request, context) {
                Some(key) => self.read(key, request, context).await,
                None => self.inner.send(request, context).await,
            }
        }
        .boxed()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn detect<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Instance, DetectError>> {
        self.inner.detect(context)
    }

    fn api<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<ApiVersion, DetectError>> {
        self.inner.api(context)
    }

    fn openapi<'a>(
        &'a self,
        api: ApiVersion,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Json, CallError>> {
        self.inner.openapi(api, context)
    }

    fn known_secrets(&self) -> BoxFuture<'_, Vec<SecretString>> {
        self.inner.known_secrets()
    }

    fn url(&self) -> Option<&str> {
        self.inner.url()
    }

    fn now(&self) -> SystemTime {
        self.inner.now()
    }
}

#[cfg(test)]
mod tests {
    use airvane_api::catalog;
    use airvane_api::ids::DagId;
    use serde_json::json;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::Caller;

    /// Answers when it is let, and counts what it is asked.
    struct Slow {
        let_go: Semaphore,
        asked: AtomicU64,
        ended: AtomicU64,
        size: usize,
    }

    impl Slow {
        fn shared(size: usize) -> (Arc<Self>, Arc<SharedReads>) {
            let (let_go, asked) = (Semaphore::new(0), AtomicU64::new(0));
            let slow = Arc::new(Self { let_go, asked, ended: AtomicU64::new(0), size });
            (Arc::clone(&slow), Arc::new(SharedReads::new(slow)))
        }

        fn asked(&self) -> u64 {
            self.asked.load(Ordering::SeqCst)
        }
    }

    impl Backend for Slow {
        fn send<'a>(
            &'a self,
            _: &'a Request,
            context: &'a Context,
        ) -> BoxFuture<'a, Result<Response, TransportError>> {
            async move {
                let number = self.asked.fetch_add(1, Ordering::SeqCst);
                let waited = context.bounds().wait_for(self.let_go.acquire()).await?;
                waited.unwrap().forget();
                self.ended.fetch_add(1, Ordering::SeqCst);
                let body = format!("{number}{}", "x".repeat(self.size));
                Ok(Response::whole(StatusCode::OK, HeaderMap::new(), body.into()))
            }
            .boxed()
        }

        fn capabilities(&self) -> Capabilities {
            Capabilities { streaming: true, longest_path: None, largest_body: None }
        }

        fn detect<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Instance, DetectError>> {
            unreachable!("not asked")
        }

        fn openapi<'a>(
            &'a self,
            _: ApiVersion,
            _: &'a Context,
        ) -> BoxFuture<'a, Result<Json, CallError>> {
            unreachable!("not asked")
        }

        fn known_secrets(&self) -> BoxFuture<'_, Vec<SecretString>> {
            ready(Vec::new()).boxed()
        }

        fn url(&self) -> Option<&str> {
            Some("http://slow")
        }
    }

    fn dag(id: &str) -> Request {
        let id = DagId::new(id).unwrap();
        Request::builder(&catalog::GET_DAG, ApiVersion::V2).path("dag_id", &id).build().unwrap()
    }

    fn pause() -> Request {
        Request::builder(&catalog::PATCH_DAG, ApiVersion::V2)
            .path("dag_id", &DagId::new("a").unwrap())
            .body(json!({"is_paused": true}))
            .build()
            .unwrap()
    }

    fn caller(token: &str) -> Context {
        let caller = Caller::Forwarded(SecretString::from(format!("Bearer {token}")));
        Context::within(caller, Duration::from_secs(20))
    }

    type Running = tokio::task::JoinHandle<Result<Bytes, TransportError>>;

    /// Sends beside the test, and waits until it is under way.
    async fn send(backend: &Arc<SharedReads>, request: Request, context: &Context) -> Running {
        let (backend, context) = (Arc::clone(backend), context.clone());
        let running =
            tokio::spawn(
                async move { backend.send(&request, &context).await?.bytes(usize::MAX).await },
            );
        tokio::time::sleep(Duration::from_millis(20)).await;
        running
    }

    async fn number(running: Running) -> u8 {
        running.await.unwrap().unwrap()[0] - b'0'
    }

    #[tokio::test]
    async fn one_caller_asks_once_what_it_asks_twice() {
        let (slow, backend) = Slow::shared(0);
        let ann = caller("ann");
        let first = send(&backend, dag("a"), &ann).await;
        let second = send(&backend, dag("a"), &caller("ann")).await;
        let other = send(&backend, dag("b"), &ann).await;
        assert_eq!(slow.asked(), 2);
        slow.let_go.add_permits(9);
        assert_eq!((number(first).await, number(second).await, number(other).await), (0, 0, 1));
        // What has ended is not remembered.
        assert_eq!(number(send(&backend, dag("a"), &ann).await).await, 2);
        assert!(lock(&backend.under_way).is_empty());
    }

    #[tokio::test]
    async fn nothing_is_shared_between_callers() {
        let (slow, backend) = Slow::shared(0);
        let ann = send(&backend, dag("a"), &caller("ann")).await;
        let bob = send(&backend, dag("a"), &caller("bob")).await;
        slow.let_go.add_permits(9);
        assert_eq!((number(ann).await, number(bob).await), (0, 1));
    }

    #[tokio::test]
    async fn a_call_that_is_cancelled_leaves_the_request_to_the_other() {
        let (slow, backend) = Slow::shared(0);
        let (one, other) = (caller("ann"), caller("ann"));
        let first = send(&backend, dag("a"), &one).await;
        let second = send(&backend, dag("a"), &other).await;
        one.cancel.cancel();
        assert_eq!(first.await.unwrap().unwrap_err(), TransportError::Cancelled);
        slow.let_go.add_permits(9);
        assert_eq!((number(second).await, slow.asked()), (0, 1));
    }

    #[tokio::test]
    async fn with_the_last_call_the_request_ends() {
        let (slow, backend) = Slow::shared(0);
        let context = caller("ann");
        let only = send(&backend, dag("a"), &context).await;
        context.cancel.cancel();
        assert!(only.await.unwrap().is_err());
        assert!(lock(&backend.under_way).is_empty());
        slow.let_go.add_permits(9);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(slow.ended.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn a_read_after_a_write_is_a_new_one() {
        let (slow, backend) = Slow::shared(0);
        let ann = caller("ann");
        let before = send(&backend, dag("a"), &ann).await;
        let write = send(&backend, pause(), &ann).await;
        let after = send(&backend, dag("a"), &ann).await;
        slow.let_go.add_permits(9);
        assert_eq!((number(before).await, number(write).await, number(after).await), (0, 1, 2));
    }

    #[tokio::test]
    async fn a_deadline_is_nobody_elses() {
        let (slow, backend) = Slow::shared(0);
        let hasty = Context::within(caller("ann").caller, Duration::from_millis(100));
        let first = send(&backend, dag("a"), &hasty).await;
        let second = send(&backend, dag("a"), &caller("ann")).await;
        assert!(first.await.unwrap().is_err());
        slow.let_go.add_permits(9);
        assert_eq!(number(second).await, 1);
    }

    #[tokio::test]
    async fn what_is_too_large_to_share_is_whole_for_each() {
        let (slow, backend) = Slow::shared(2 * LARGEST);
        let ann = caller("ann");
        let first = send(&backend, dag("a"), &ann).await;
        let second = send(&backend, dag("a"), &ann).await;
        slow.let_go.add_permits(9);
        for running in [first, second] {
            assert_eq!(running.await.unwrap().unwrap().len(), 2 * LARGEST + 1);
        }
        assert_eq!(slow.asked(), 2);
    }
}
