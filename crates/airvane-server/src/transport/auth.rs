//! Who may call over HTTP.
//!
//! Only the `Authorization` header counts; a cookie never does. With passthrough the caller's
//! credential is proven to Airflow by a small authenticated read before any method of the protocol
//! runs (`/version` is public and proves nothing); what was proven is remembered for a minute,
//! what was refused for a few seconds, and refusals in a row slow further attempts down.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use airvane_api::{ApiVersion, Operation, catalog};
use airvane_client::{Application, CacheKey, Caller, ExposeSecret};
use http::HeaderMap;
use secrecy::SecretString;

use crate::Server;
use crate::failure::{Failure, FailureKind};
use crate::mcp::forwarded;
use crate::server::CallerContext;
use crate::settings::CallerAuth;

const PROVEN_FOR: Duration = Duration::from_secs(60);
const REFUSED_FOR: Duration = Duration::from_secs(5);
const REMEMBERED: usize = 1_024;
/// So many refusals by Airflow within [`WINDOW`], and no unknown credential is tried further.
const REFUSALS: usize = 30;
const WINDOW: Duration = Duration::from_secs(10);
const TIME: Duration = Duration::from_secs(10);

/// Airflow 2 takes a wrong password for an anonymous visitor, who lacks every permission, and says
/// so as it does to a user who lacks one (seen on 2.11.2, whose public role has none by default).
/// Who may read any of these is somebody. The first decides alone on Airflow 3, which tells the two
/// apart.
const PROBES: [&Operation; 6] = [
    &catalog::LIST_DAGS,
    &catalog::LIST_POOLS,
    &catalog::LIST_VARIABLES,
    &catalog::LIST_CONNECTIONS,
    &catalog::LIST_PROVIDERS,
    &catalog::LIST_PLUGINS,
];

const REFUSED: &str = "Airflow refuses this credential";
const NOBODY: &str = "Airflow 2 refuses this credential, or its user may read neither DAGs, pools, \
                      variables, connections, providers nor plugins: Airflow 2 does not say which";

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may go on.
    Welcome,
    /// No credential, or a wrong one: 401.
    Unauthorized(&'static str),
    /// Too many wrong ones: 429.
    SlowDown,
    /// Airflow can't be asked: 503.
    Unavailable(String),
}

/// Checks callers.
pub(super) struct Gate {
    auth: CallerAuth,
    server: Server,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    known: HashMap<CacheKey, (Instant, bool)>,
    refusals: VecDeque<Instant>,
}

impl Gate {
    pub(super) fn new(server: Server, auth: CallerAuth) -> Self {
        Self { auth, server, memory: Mutex::default() }
    }

    /// Judges a request by its headers, and asks Airflow through the web application that the
    /// request came through, if it came through one.
    pub(super) async fn check(
        &self,
        headers: &HeaderMap,
        application: Option<Arc<dyn Application>>,
    ) -> Verdict {
        match &self.auth {
            CallerAuth::None => Verdict::Welcome,
            CallerAuth::Token(token) => match forwarded(headers) {
                Some(Caller::Forwarded(given)) if is_bearer(&given, token) => Verdict::Welcome,
                Some(_) => Verdict::Unauthorized("this token is not the one"),
                None => Verdict::Unauthorized("a bearer token is needed"),
            },
            CallerAuth::Passthrough => match forwarded(headers) {
                Some(caller) => self.prove(caller, application).await,
                None => Verdict::Unauthorized("an Airflow credential is needed"),
            },
        }
    }

    async fn prove(&self, caller: Caller, application: Option<Arc<dyn Application>>) -> Verdict {
        let key = caller.cache_key();
        if let Some(verdict) = self.memory().recall(key, Instant::now()) {
            return verdict;
        }
        let verdict = self.ask_airflow(caller, application).await;
        self.memory().remember(key, &verdict, Instant::now());
        verdict
    }

    async fn ask_airflow(
        &self,
        caller: Caller,
        application: Option<Arc<dyn Application>>,
    ) -> Verdict {
        let context = CallerContext { caller, application, ..CallerContext::configured() };
        let airflow = self.server.airflow(&context, TIME);
        for probe in PROBES {
            let asked = airflow
                .ask_json(probe, |request| {
                    if request.knows("limit") { request.query("limit", 1) } else { request }
                })
                .await;
            let Err(failure) = asked else { return Verdict::Welcome };
            let api = airflow.api().await.ok();
            if failure.kind != FailureKind::Forbidden || api != Some(ApiVersion::V1) {
                return verdict(&failure, api);
            }
        }
        Verdict::Unauthorized(NOBODY)
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn verdict(failure: &Failure, api: Option<ApiVersion>) -> Verdict {
    match (failure.kind, api) {
        // Airflow 3 knows the caller, who may not list DAGs.
        (FailureKind::Forbidden, Some(ApiVersion::V2)) => Verdict::Welcome,
        (FailureKind::Forbidden | FailureKind::Unauthorized, _) => Verdict::Unauthorized(REFUSED),
        _ => Verdict::Unavailable(failure.message.clone()),
    }
}

impl Memory {
    fn recall(&mut self, key: CacheKey, now: Instant) -> Option<Verdict> {
        if let Some((until, proven)) = self.known.get(&key)
            && now < *until
        {
            return Some(if *proven { Verdict::Welcome } else { Verdict::Unauthorized(REFUSED) });
        }
        while self.refusals.front().is_some_and(|at| now.duration_since(*at) > WINDOW) {
            self.refusals.pop_front();
        }
        (self.refusals.len() >= REFUSALS).then_some(Verdict::SlowDown)
    }

    fn remember(&mut self, key: CacheKey, verdict: &Verdict, now: Instant) {
        let (proven, time) = match verdict {
            Verdict::Welcome => (true, PROVEN_FOR),
            Verdict::Unauthorized(_) => (false, REFUSED_FOR),
            _ => return,
        };
        if !proven {
            self.refusals.push_back(now);
        }
        if self.known.len() >= REMEMBERED {
            self.known.retain(|_, (until, _)| now < *until);
        }
        // Full of what still counts: this one is asked for again next time.
        if self.known.len() < REMEMBERED {
            self.known.insert(key, (now + time, proven));
        }
    }
}

/// Compares without telling by its time how much was right.
fn is_bearer(given: &SecretString, token: &SecretString) -> bool {
    let given = given.expose_secret();
    let Some((scheme, given)) = given.split_once(' ') else { return false };
    scheme.eq_ignore_ascii_case("bearer")
        && same(given.trim().as_bytes(), token.expose_secret().as_bytes())
}

fn same(a: &[u8], b: &[u8]) -> bool {
    let differences =
        a.iter().zip(b).fold(0_u8, |seen, (a, b)| std::hint::black_box(seen | (a ^ b)));
    a.len() == b.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> CacheKey {
        Caller::Forwarded(SecretString::from(name.to_owned())).cache_key()
    }

    #[test]
    fn a_token_is_compared_whole() {
        let token = SecretString::from("sixteen-characters".to_owned());
        let is = |given: &str| is_bearer(&SecretString::from(given.to_owned()), &token);
        assert!(is("Bearer sixteen-characters") && is("bearer  sixteen-characters"));
        for wrong in [
            "Bearer sixteen-character",
            "Bearer sixteen-characters2",
            "Basic sixteen-characters",
            "sixteen-characters",
            "Bearer ",
        ] {
            assert!(!is(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_airflow_says_decides() {
        let failure = |kind| Failure::new(kind, "x");
        let refused = |kind, api| matches!(verdict(&failure(kind), api), Verdict::Unauthorized(_));
        assert!(refused(FailureKind::Unauthorized, Some(ApiVersion::V2)));
        assert!(refused(FailureKind::Forbidden, Some(ApiVersion::V1)));
        assert!(refused(FailureKind::Forbidden, None));
        assert_eq!(
            verdict(&failure(FailureKind::Forbidden), Some(ApiVersion::V2)),
            Verdict::Welcome
        );
        assert_eq!(
            verdict(&failure(FailureKind::Unreachable), None),
            Verdict::Unavailable("x".to_owned())
        );
    }

    #[test]
    fn memory_ends_and_is_bounded() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.remember(key("a"), &Verdict::Welcome, now);
        assert_eq!(memory.recall(key("a"), now), Some(Verdict::Welcome));
        assert_eq!(memory.recall(key("a"), now + PROVEN_FOR), None);
        memory.remember(key("b"), &Verdict::Unavailable(String::new()), now);
        assert_eq!(memory.recall(key("b"), now), None);
        for n in 0..REMEMBERED * 2 {
            memory.remember(key(&n.to_string()), &Verdict::Welcome, now);
        }
        assert_eq!(memory.known.len(), REMEMBERED);
    }

    #[test]
    fn many_refusals_slow_the_unknown_down_and_not_the_proven() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.remember(key("good"), &Verdict::Welcome, now);
        for n in 0..REFUSALS {
            memory.remember(key(&n.to_string()), &Verdict::Unauthorized(""), now);
        }
        assert_eq!(memory.recall(key("new"), now), Some(Verdict::SlowDown));
        assert_eq!(memory.recall(key("good"), now), Some(Verdict::Welcome));
        assert_eq!(memory.recall(key("new"), now + WINDOW * 2), None);
    }
}
