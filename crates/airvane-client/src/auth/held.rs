//! A token that is shared by all calls: obtained once for all who wait, replaced before it
//! expires or after a refusal, and not asked for again too soon after a failure.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::jwt::{self, Life};
use super::{AuthError, Authorization, bearer};
use crate::{Context, TransportError, Waiting};

/// A token that doesn't say how long it lives is replaced after this time.
const OPAQUE_LIFE: Duration = Duration::from_secs(5 * 60);

/// No token is replaced sooner because of its age: a clock that is wrong, or a command that keeps
/// handing out an old token, would otherwise cost one exchange for each call.
const SHORTEST_LIFE: Duration = Duration::from_secs(5);

/// After a refusal a new token is fetched at most this often. If Airflow refuses that one too,
/// fetching more does not help.
const RENEWAL_PAUSE: Duration = Duration::from_secs(5);

/// When a token that is getting old can't be replaced because nobody answers, it serves for this
/// long before the next attempt: calls should not all wait for a timeout.
const RENEWAL_RETRY: Duration = Duration::from_secs(30);

/// Pause after the first failed attempt to get a token; doubled by each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

#[derive(Debug, Default)]
pub(super) struct HeldToken {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<Token>,
    generation: u64,
    failure: Option<Failure>,
    last_renewal: Option<Instant>,
}

#[derive(Debug)]
struct Token {
    secret: SecretString,
    fresh_until: Instant,
    valid_until: Instant,
}

/// The last attempt failed: until `until` everybody gets the same error.
#[derive(Debug)]
struct Failure {
    error: AuthError,
    pause: Duration,
    until: Instant,
}

impl HeldToken {
    /// The held token, or one from `obtain`. Who comes while it is being obtained waits for it.
    pub(super) async fn authorization<F>(
        &self,
        context: &Context,
        obtain: impl FnOnce() -> F,
    ) -> Result<Authorization, TransportError>
    where
        F: Future<Output = Result<SecretString, TransportError>>,
    {
        let whole = async {
            let mut state = self.state.lock().await;
            if state.needs_token() {
                // Boxed, because it is large and seldom runs.
                let outcome = Box::pin(obtain()).await;
                state.take(outcome)?;
            }
            state.authorization()
        };
        context.bounds().wait(Waiting::Deadline, context.remaining(), whole).await?
    }

    /// Notes that Airflow refused the token of a generation. Says whether it is worth asking for
    /// another: it is if this token has been replaced meanwhile, or wasn't itself such a
    /// replacement a moment ago.
    pub(super) async fn refused(&self, generation: u64) -> bool {
        let mut state = self.state.lock().await;
        if state.generation != generation || state.token.is_none() {
            return state.failure.is_none();
        }
        if state.last_renewal.is_some_and(|last| last.elapsed() < RENEWAL_PAUSE) {
            return false;
        }
        state.last_renewal = Some(Instant::now());
        state.token = None;
        true
    }

    pub(super) async fn secret(&self) -> Option<SecretString> {
        self.state.lock().await.token.as_ref().map(|token| token.secret.clone())
    }
}

impl State {
    /// Whether to ask for a token now. A token that is getting old still serves when asking for
    /// the next has just failed.
    fn needs_token(&self) -> bool {
        let now = Instant::now();
        let fresh = self.token.as_ref().is_some_and(|token| now < token.fresh_until);
        let pausing = self.failure.as_ref().is_some_and(|failure| now < failure.until);
        !fresh && !pausing
    }

    fn take(
        &mut self,
        outcome: Result<SecretString, TransportError>,
    ) -> Result<(), TransportError> {
        match outcome {
            Ok(secret) => {
                self.token = Some(Token::new(secret));
                self.generation += 1;
                self.failure = None;
                Ok(())
            }
            Err(TransportError::Credential(error)) => {
                self.pause(error);
                Ok(())
            }
            // The network's failures have their own retries; they lock no account.
            Err(error) => self.keep_on(error),
        }
    }

    /// Lets a token that is getting old serve for a while, if it is still valid.
    fn keep_on(&mut self, error: TransportError) -> Result<(), TransportError> {
        let now = Instant::now();
        match self.token.as_mut().filter(|token| now < token.valid_until) {
            Some(token) => token.fresh_until = now + RENEWAL_RETRY,
            None => return Err(error),
        }
        Ok(())
    }

    fn pause(&mut self, error: AuthError) {
        let doubled = self.failure.as_ref().map(|last| last.pause.saturating_mul(2));
        let pause = doubled.unwrap_or(FIRST_PAUSE).min(LONGEST_PAUSE);
        self.failure = Some(Failure { error, pause, until: Instant::now() + pause });
    }

    fn valid_token(&self) -> Option<&Token> {
        self.token.as_ref().filter(|token| Instant::now() < token.valid_until)
    }

    fn authorization(&self) -> Result<Authorization, TransportError> {
        match (self.valid_token(), &self.failure) {
            (Some(token), _) => {
                let header = bearer(&token.secret).ok_or(AuthError::Malformed)?;
                Ok(Authorization { header, generation: Some(self.generation) })
            }
            (None, Some(failure)) => Err(failure.error.clone().into()),
            (None, None) => Err(AuthError::Malformed.into()),
        }
    }
}

impl Token {
    fn new(secret: SecretString) -> Self {
        let opaque = Life { fresh: OPAQUE_LIFE, valid: OPAQUE_LIFE };
        let life = jwt::life(secret.expose_secret()).unwrap_or(opaque);
        let now = Instant::now();
        Self { secret, fresh_until: after(now, life.fresh), valid_until: after(now, life.valid) }
    }
}

/// A token's claims may name any time: what the clock can't express is as good as a year.
fn after(now: Instant, life: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
    now + life.clamp(SHORTEST_LIFE, YEAR)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use airvane_api::Untrusted;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::Caller;

    /// A source of tokens that live `life` seconds, or of refusals, that counts.
    struct Source {
        life: u64,
        asked: AtomicU32,
        fails_with: Option<TransportError>,
    }

    impl Source {
        fn new(life: u64) -> Self {
            Self { life, asked: AtomicU32::new(0), fails_with: None }
        }

        async fn ask(&self, held: &HeldToken) -> Result<Authorization, TransportError> {
            let context = Context::within(Caller::Configured, Duration::from_secs(60));
            held.authorization(&context, || async {
                self.asked.fetch_add(1, Ordering::SeqCst);
                if let Some(error) = &self.fails_with {
                    return Err(error.clone());
                }
                let claims = format!(r#"{{"iat": 0, "exp": {}}}"#, self.life);
                Ok(SecretString::from(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))))
            })
            .await
        }

        fn asked(&self) -> u32 {
            self.asked.load(Ordering::SeqCst)
        }
    }

    fn refused() -> TransportError {
        AuthError::Refused { detail: Untrusted::new("no") }.into()
    }

    /// A token issued now that lives `life` seconds by the wall clock, which tests can't turn.
    fn now_and(life: u64) -> u64 {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        now.as_secs() + life
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_kept_until_four_fifths_of_its_life() {
        let held = HeldToken::default();
        // With `iat` 0 it would have aged for decades: only what is left of it counts.
        let source = Source::new(2 * now_and(0));
        source.ask(&held).await.unwrap();
        tokio::time::advance(Duration::from_secs(3600)).await;
        source.ask(&held).await.unwrap();
        assert_eq!(source.asked(), 1);
        tokio::time::advance(Duration::from_secs(366 * 24 * 3600)).await;
        source.ask(&held).await.unwrap();
        assert_eq!(source.asked(), 2, "no token is kept for more than a year");
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_token_serves_while_no_new_one_is_to_be_had() {
        let held = HeldToken::default();
        // 80 % of its life are over, 20 % are left: about 100 s.
        let mut source = Source::new(now_and(100));
        source.ask(&held).await.unwrap();
        source.fails_with = Some(refused());
        tokio::time::advance(SHORTEST_LIFE).await;
        for _ in 0..10 {
            source.ask(&held).await.unwrap();
        }
        assert_eq!(source.asked(), 2, "failures are followed by a pause");
        tokio::time::advance(Duration::from_secs(200)).await;
        let error = source.ask(&held).await.map(|_| ()).unwrap_err();
        assert_eq!(error, refused());
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_token_serves_while_nobody_answers() {
        let held = HeldToken::default();
        let mut source = Source::new(now_and(1000));
        source.ask(&held).await.unwrap();
        source.fails_with = Some(TransportError::Closed);
        tokio::time::advance(SHORTEST_LIFE).await;
        for _ in 0..10 {
            source.ask(&held).await.unwrap();
        }
        assert_eq!(source.asked(), 2);
        tokio::time::advance(Duration::from_secs(1100)).await;
        assert_eq!(source.ask(&held).await.map(|_| ()), Err(TransportError::Closed));
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_between_refusals_grow() {
        let held = HeldToken::default();
        let mut source = Source::new(0);
        source.fails_with = Some(refused());
        for _ in 0..3600 {
            assert!(source.ask(&held).await.is_err());
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert!((30..=40).contains(&source.asked()), "{} times in an hour", source.asked());
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_gives_up_leaves_the_way_open() {
        let held = HeldToken::default();
        let hasty = Context::within(Caller::Configured, Duration::from_secs(1));
        let never = held.authorization(&hasty, std::future::pending).await.map(|_| ());
        assert!(matches!(never, Err(TransportError::Timeout { .. })));
        Source::new(now_and(100)).ask(&held).await.unwrap();
    }
}
