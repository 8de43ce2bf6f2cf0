//! What each call carries: whose credential, by when, and what cancels it.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Application;
use crate::error::{TransportError, Waiting};

/// Whose credential goes upstream.
#[derive(Clone, Debug)]
pub enum Caller {
    /// The credential that the server was configured with.
    Configured,
    /// The caller's own: the whole value of its `Authorization` header.
    Forwarded(SecretString),
}

/// Tells callers apart without revealing their credentials: reads may be shared and cached between
/// calls of equal keys only. Keyed anew in each process, so it means nothing elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CacheKey([u8; 32]);

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CacheKey(..)")
    }
}

static PROCESS_KEY: LazyLock<hmac::Key> =
    LazyLock::new(|| hmac::Key::new(hmac::HMAC_SHA256, &rand::random::<[u8; 32]>()));

impl Caller {
    /// What nobody may read of a caller's own credential: what follows the header's scheme, and of
    /// basic authentication the name with the password, and the password.
    pub fn secrets(&self) -> Vec<SecretString> {
        let Self::Forwarded(value) = self else { return Vec::new() };
        let value = value.expose_secret();
        let (scheme, given) = value.split_once(' ').unwrap_or(("", value));
        let pair = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(given.trim()).ok());
        let pair = pair.flatten().and_then(|pair| String::from_utf8(pair).ok());
        let password = pair.as_ref().and_then(|pair| pair.split_once(':')).map(|(_, word)| word);
        let all = [Some(given), pair.as_deref(), password];
        all.into_iter().flatten().map(SecretString::from).collect()
    }

    /// The key under which this caller's reads may be shared.
    pub fn cache_key(&self) -> CacheKey {
        let tag = match self {
            Self::Configured => hmac::sign(&PROCESS_KEY, b"configured"),
            Self::Forwarded(value) => {
                hmac::sign(&PROCESS_KEY, format!("forwarded {}", value.expose_secret()).as_bytes())
            }
        };
        let mut key = [0; 32];
        key.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        CacheKey(key)
    }
}

/// What a call carries through every layer.
#[derive(Clone, Debug)]
pub struct Context {
    /// Whose credential goes upstream.
    pub caller: Caller,
    /// When the call ends, come what may; reading the body included.
    pub deadline: Instant,
    /// Ends the call at once.
    pub cancel: CancellationToken,
    /// The web application that the caller's own request came through, if it came through one:
    /// where [`crate::InProcessBackend`] sends to.
    pub application: Option<Arc<dyn Application>>,
}

impl Context {
    /// A call that ends within `time` from now and that nothing else cancels.
    pub fn within(caller: Caller, time: Duration) -> Self {
        let (deadline, cancel) = (Instant::now() + time, CancellationToken::new());
        Self { caller, deadline, cancel, application: None }
    }

    /// Time left, zero when it is over.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Whether the call is to end now. For work between waits, which nothing interrupts.
    pub fn is_over(&self) -> bool {
        self.cancel.is_cancelled() || self.remaining().is_zero()
    }

    pub(crate) fn bounds(&self) -> Bounds {
        Bounds { deadline: self.deadline, cancel: self.cancel.clone() }
    }
}

/// The part of a context that a body being read still obeys. Holds no credential.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    deadline: Instant,
    cancel: CancellationToken,
}

impl Bounds {
    /// Waits for `future`, but no longer than to the deadline, or until cancelled.
    pub(crate) async fn wait_for<T>(
        &self,
        future: impl Future<Output = T>,
    ) -> Result<T, TransportError> {
        self.wait(Waiting::Deadline, Duration::MAX, future).await
    }

    /// Waits for `future`, but no longer than `limit`, the deadline, or until cancelled.
    pub(crate) async fn wait<T>(
        &self,
        waiting: Waiting,
        limit: Duration,
        future: impl Future<Output = T>,
    ) -> Result<T, TransportError> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        let (waiting, after) =
            if left <= limit { (Waiting::Deadline, left) } else { (waiting, limit) };
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(TransportError::Cancelled),
            done = future => Ok(done),
            () = tokio::time::sleep(after) => Err(TransportError::Timeout { waiting, after }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_keys_tell_callers_apart_and_reveal_nothing() {
        let forwarded = |value: &str| Caller::Forwarded(SecretString::from(value));
        let one = forwarded("Bearer one");
        assert_eq!(one.cache_key(), forwarded("Bearer one").cache_key());
        assert_ne!(one.cache_key(), forwarded("Bearer two").cache_key());
        assert_ne!(one.cache_key(), Caller::Configured.cache_key());
        assert_ne!(Caller::Configured.cache_key(), forwarded("configured").cache_key());
        assert_eq!(format!("{:?}", one.cache_key()), "CacheKey(..)");
        let shown = format!("{:?}", Context::within(one, Duration::ZERO));
        assert!(!shown.contains("Bearer"), "{shown}");
    }

    #[test]
    fn a_basic_credential_holds_a_password() {
        let caller = Caller::Forwarded(SecretString::from("Basic YW5uOmh1bnRlcjItaHVudGVyMg=="));
        let secrets = caller.secrets();
        let secrets: Vec<&str> = secrets.iter().map(ExposeSecret::expose_secret).collect();
        let encoded = "YW5uOmh1bnRlcjItaHVudGVyMg==";
        assert_eq!(secrets, [encoded, "ann:hunter2-hunter2", "hunter2-hunter2"]);
        assert!(Caller::Configured.secrets().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_wins_over_a_longer_limit() {
        let context = Context::within(Caller::Configured, Duration::from_secs(1));
        let error = context
            .bounds()
            .wait(Waiting::Answer, Duration::from_secs(5), std::future::pending::<()>())
            .await
            .unwrap_err();
        let after = Duration::from_secs(1);
        assert_eq!(error, TransportError::Timeout { waiting: Waiting::Deadline, after });
    }
}
