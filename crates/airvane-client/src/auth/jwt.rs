//! How long a token lives, by its own claims. Nothing is verified: Airflow does that.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The share of its life, in percent, after which a token is replaced.
const RENEW_AT: u64 = 80;

/// The times left to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Life {
    /// Until it should be replaced.
    pub(super) fresh: Duration,
    /// Until it is worthless.
    pub(super) valid: Duration,
}

/// The life of a JWT from now on, `None` if the token is none or does not say.
pub(super) fn life(token: &str) -> Option<Life> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    life_at(token, now)
}

fn life_at(token: &str, now: u64) -> Option<Life> {
    let claims = claims(token)?;
    let expires = seconds(&claims, "exp")?;
    // A token issued in the future comes from a clock ahead of ours: its life counts from now.
    match seconds(&claims, "iat").filter(|issued| *issued < expires) {
        Some(issued) if issued >= now => Some(from(0, expires - issued)),
        Some(issued) => Some(from(now - issued, expires - issued)),
        None => Some(from(0, expires.saturating_sub(now))),
    }
}

/// The life of a token that is `age` old and was made to last `whole` seconds.
fn from(age: u64, whole: u64) -> Life {
    let left = |end: u64| Duration::from_secs(end.saturating_sub(age));
    Life { fresh: left(whole.saturating_mul(RENEW_AT) / 100), valid: left(whole) }
}

fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// A time claim. RFC 7519 allows fractions.
fn seconds(claims: &Value, name: &str) -> Option<u64> {
    let number = claims.get(name)?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    number.as_u64().or_else(|| number.as_f64().filter(|value| *value >= 0.0).map(|v| v as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    fn secs(fresh: u64, valid: u64) -> Life {
        Life { fresh: Duration::from_secs(fresh), valid: Duration::from_secs(valid) }
    }

    #[test]
    fn a_token_is_replaced_at_four_fifths_of_its_life() {
        assert_eq!(life_at(&token(r#"{"iat": 1000, "exp": 2000}"#), 1000), Some(secs(800, 1000)));
        assert_eq!(life_at(&token(r#"{"iat": 1000, "exp": 2000}"#), 1700), Some(secs(100, 300)));
        assert_eq!(life_at(&token(r#"{"iat": 1000.5, "exp": 2000.5}"#), 1900), Some(secs(0, 100)));
        assert_eq!(life_at(&token(r#"{"exp": 2000}"#), 1000), Some(secs(800, 1000)));
    }

    #[test]
    fn clocks_that_disagree_do_no_harm() {
        assert_eq!(life_at(&token(r#"{"iat": 5000, "exp": 6000}"#), 1000), Some(secs(800, 1000)));
        assert_eq!(life_at(&token(r#"{"iat": 1000, "exp": 2000}"#), 9000), Some(secs(0, 0)));
    }

    #[test]
    fn other_tokens_have_no_known_life() {
        for text in ["opaque", "a.b", "a.b.c", &token("[]"), &token(r#"{"exp": "soon"}"#)] {
            assert_eq!(life_at(text, 0), None, "{text}");
        }
    }
}
