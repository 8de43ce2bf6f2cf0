//! What takes a secret's place: `[redacted:kind#3f]`.

use std::hash::{BuildHasher, Hasher, RandomState};

use crate::tokens;

/// How a mask begins; also how masked text is recognised.
const OPEN: &str = "[redacted:";

/// Kinds that come from structure rather than from the token table.
pub(crate) const KINDS: &[&str] = &[
    "authorization",
    "aws-secret-key",
    "cookie",
    "credential",
    "denied",
    "jwt",
    "key",
    "known-secret",
    "password",
    "password-hash",
    "pgp-private-key",
    "private-key",
    "secret",
    "signature",
    "token",
    "uri-password",
    "webhook-url",
];

/// Makes masks. The two hex digits are the low byte of a keyed hash of the value, so they reveal
/// nothing of it without the key, and one byte of a hash little even with it.
pub(crate) enum Masker {
    /// A key drawn once per redactor.
    Random(RandomState),
    /// A fixed key, for reproducible output.
    Fixed(u64),
}

impl Masker {
    pub(crate) fn mask(&self, kind: &str, secret: &str) -> String {
        format!("{OPEN}{kind}#{:02x}]", self.digest(secret) & 0xff)
    }

    fn digest(&self, secret: &str) -> u64 {
        match self {
            Self::Random(state) => state.hash_one(secret),
            Self::Fixed(seed) => {
                let mut hasher = std::hash::DefaultHasher::new();
                hasher.write_u64(*seed);
                hasher.write(secret.as_bytes());
                hasher.finish()
            }
        }
    }
}

/// End of the mask that starts at `at`, if there is one. Only our own kinds count: text that
/// merely looks like a mask is treated as text.
pub(crate) fn mask_end(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?.strip_prefix(OPEN)?;
    let hash = rest.bytes().take(64).position(|b| b == b'#')?;
    let (kind, tail) = rest.split_at_checked(hash)?;
    let mut tail = tail.bytes().skip(1);
    let digits = tail.by_ref().take(2).filter(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).count();
    let known = KINDS.contains(&kind) || tokens::is_kind(kind);
    (digits == 2 && tail.next() == Some(b']') && known).then_some(at + OPEN.len() + hash + 4)
}

/// The text without its masks, whose kinds are words that alarm themselves.
pub(crate) fn without(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(OPEN) {
        let end = mask_end(rest, at).unwrap_or(at + OPEN.len());
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(end..).unwrap_or_default();
    }
    out + rest
}

/// Whether `text` is exactly one mask.
pub(crate) fn is_mask(text: &str) -> bool {
    mask_end(text, 0) == Some(text.len())
}

/// Whether a mask stands in `text`.
pub(crate) fn holds(text: &str) -> bool {
    text.match_indices(OPEN).any(|(at, _)| mask_end(text, at).is_some())
}

/// Whether `text` ends with a mask.
pub(crate) fn ends(text: &str) -> bool {
    text.rfind(OPEN).and_then(|at| mask_end(text, at)) == Some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_masks() {
        let masker = Masker::Random(RandomState::new());
        assert_eq!(masker.mask("token", "abc"), masker.mask("token", "abc"));
        assert_eq!(Masker::Fixed(1).mask("token", "abc"), Masker::Fixed(1).mask("token", "abc"));
    }

    #[test]
    fn recognises_only_own_masks() {
        let mask = Masker::Fixed(1).mask("password", "abc");
        assert!(is_mask(&mask));
        assert!(!is_mask("[redacted:hunter2#00]"));
        assert!(!is_mask("[redacted:password#zz]"));
        assert!(!is_mask(&format!("{mask}x")));
    }
}
