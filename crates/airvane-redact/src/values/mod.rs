//! Can this value be the secret its name announces, or is it a placeholder, a word of prose, a
//! type, or code that fetches the secret from elsewhere?

mod code;
mod placeholder;

use code::is_reference;
pub(crate) use code::{is_code, is_root};
use placeholder::NO_VALUES;
pub(crate) use placeholder::{is_placeholder, is_template};

use crate::{
    entropy,
    names::{self, Judgement, Names, Strength},
};

/// How a value stands in the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// In quotes after `=` or `:`.
    Quoted,
    /// Bare where nothing but a literal can stand.
    Literal,
    /// Bare after `=`, no blanks: `password=x`.
    Tight,
    /// Bare after `: ` or ` = `.
    Loose,
    /// After "is" or "was".
    Said,
    /// After a word of prose, a blank or a comma: the least telling.
    Remote,
}

/// Whether `value` is to be masked under a name of this judgement.
pub(crate) fn is_secret(value: &str, form: Form, judged: Judgement, names: &Names) -> bool {
    let v = value.trim();
    let code = match form {
        Form::Quoted => false,
        Form::Literal => is_reference(v, names),
        _ => is_code(v, names),
    };
    if is_placeholder(v) || is_version(v) || is_license(v) || code {
        return false;
    }
    if (judged.kind != "password" || matches!(form, Form::Loose | Form::Said | Form::Remote))
        && (is_path(v) || is_rooted(v))
    {
        return false;
    }
    if form == Form::Loose && judged.kind == "key" && TYPES.contains(&v) {
        return false;
    }
    if v.starts_with('{') && v.contains("AQAAABAAA") {
        return true;
    }
    match judged.strength {
        Strength::None => false,
        Strength::Strong => is_named(v, form, judged),
        Strength::Medium => is_likely(v, form, judged),
        Strength::Weak => {
            entropy::looks_random(v, 16) && !entropy::is_identifier(v) && !v.contains("://")
                || is_keyed_hash(v, judged)
        }
    }
}

/// Whether a value can be the secret that its name certainly announces.
fn is_named(v: &str, form: Form, judged: Judgement) -> bool {
    let spaces = v.bytes().filter(|b| *b == b' ').count();
    match form {
        Form::Quoted | Form::Tight if spaces > 0 => is_phrase(v, spaces, judged.kind),
        Form::Quoted | Form::Literal | Form::Tight => v.len() >= 2,
        Form::Loose => v.len() >= 3,
        Form::Said if is_code_number(v, judged) => true,
        Form::Said => {
            (is_mixed(v) || is_cased(v))
                && v.len() >= 6
                && (!entropy::is_identifier(v) || v.len() >= 32)
        }
        Form::Remote if v.starts_with(['(', '*']) => false,
        Form::Remote => {
            (entropy::looks_random(v, 8) || has_sign(v) && is_mixed(v) && v.len() >= 6)
                && !entropy::is_identifier(v)
                || v.len() >= 32 && (entropy::is_hash(v) || entropy::is_uuid(v))
        }
    }
}

/// Whether a value looks like the secret that its name may announce.
fn is_likely(v: &str, form: Form, judged: Judgement) -> bool {
    let spaces = v.bytes().filter(|b| *b == b' ').count();
    match form {
        Form::Quoted if spaces > 0 => is_phrase(v, spaces, judged.kind),
        Form::Quoted => v.len() >= 6 || judged.kind == "password",
        Form::Literal if judged.kind == "token" && v.len() >= 6 && !is_dated(v) => true,
        Form::Literal | Form::Tight | Form::Loose => {
            (v.len() >= 8 && (is_mixed(v) || is_long_hex(v)) && !is_dated(v))
                || (judged.compound && v.len() >= 15 && is_long_hex(v))
                || (judged.kind == "password"
                    && (v.bytes().all(|b| b.is_ascii_digit()) || is_grouped(v)))
        }
        Form::Said if is_code_number(v, judged) => true,
        Form::Said => {
            let key = judged.compound || is_long_hex(v) && v.len() >= 32;
            v.len() >= 8 && is_mixed(v) && (!entropy::is_identifier(v) || key)
        }
        Form::Remote => entropy::looks_random(v, 16) && !entropy::is_identifier(v),
    }
}

/// Letters of both cases in no order, as no word and no name in code has them.
pub(crate) fn is_cased(v: &str) -> bool {
    const LEAST: usize = 3;
    let capitals = v.bytes().filter(u8::is_ascii_uppercase).count();
    let small = v.bytes().filter(u8::is_ascii_lowercase).count();
    v.len() >= 8
        && capitals + small == v.len()
        && capitals.min(small) >= LEAST
        && !entropy::is_camel(v)
}

/// The digits of a PIN or of a one-time password.
fn is_code_number(v: &str, judged: Judgement) -> bool {
    let digits = v.bytes().all(|b| b.is_ascii_digit());
    judged.kind == "password" && (digits && (4..=8).contains(&v.len()) || is_grouped(v))
}

/// `123-456-789`, as Werkzeug's debugger draws its PIN.
fn is_grouped(v: &str) -> bool {
    let group = |part: &str| part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit());
    v.len() == 11 && v.split('-').all(group)
}

/// `^1.2.3`, `>=2,<3`, `5.0.0 || ^6.0.2`: what a package of an alarming name depends on.
pub(crate) fn is_version(v: &str) -> bool {
    // Debian's `1:4.13+dfsg1-1+deb12u2`.
    let epoch = v.split_once(':').is_some_and(|(epoch, rest)| {
        epoch.len() < 3
            && epoch.bytes().all(|b| b.is_ascii_digit())
            && rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.contains(['.', '-'])
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b".+~-".contains(&b))
    });
    epoch
        || v.bytes().any(|b| b == b'.')
            && v.starts_with([
                '^', '~', '>', '<', '=', 'v', '*', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
            ])
            && v.bytes().all(|b| b.is_ascii_digit() || b"^~><=*.,|v -+x".contains(&b))
}

/// What software is licensed under: `GPL-2.0-or-later` (SPDX).
fn is_license(v: &str) -> bool {
    const HEADS: &[&str] =
        &["GPL-", "LGPL-", "AGPL-", "BSD-", "Apache-", "MPL-", "CC-BY", "CC0-", "EPL-", "MIT-"];
    HEADS.iter().any(|head| v.starts_with(head))
}

/// `12`, `482/500`, `96.4%`: how many passed, not a password.
pub(crate) fn is_count(v: &str) -> bool {
    let number = v.strip_suffix('%').unwrap_or(v);
    let signs = number.bytes().filter(|b| b"/.,".contains(b)).count();
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    digits > 0 && digits + signs == number.len() && signs <= 1 && (v.len() < 6 || signs == 1)
}

/// What became of a test.
pub(crate) fn is_outcome(v: &str) -> bool {
    matches!(
        v.to_ascii_lowercase().as_str(),
        "ok" | "fail" | "failed" | "pass" | "passed" | "skip" | "skipped" | "success"
    )
}

/// Types of columns: `user_key: bigint (nullable = true)`.
const TYPES: &[&str] = &[
    "bigint",
    "smallint",
    "double",
    "decimal",
    "numeric",
    "timestamp",
    "date",
    "binary",
    "array",
    "struct",
    "map",
    "long",
    "short",
    "byte",
    "json",
    "jsonb",
    "uuid",
];

/// Several words in quotes: a passphrase, or a sentence about one?
fn is_phrase(v: &str, spaces: usize, kind: &str) -> bool {
    if kind == "password" && matches!(spaces, 11 | 14 | 17 | 20 | 23) {
        // The words of a wallet's seed (BIP-39).
        return v.bytes().all(|b| b.is_ascii_lowercase() || b == b' ');
    }
    let random_word = || v.split(' ').any(|word| entropy::looks_random(word, 12));
    // Flask's and WordPress' keys hold any sign, blanks too.
    let signs = v.bytes().filter(|b| b.is_ascii_punctuation() && !b".,'-".contains(b)).count();
    let drawn = v.len() >= 24 && signs * 6 >= v.len() && v.bytes().any(|b| b.is_ascii_digit());
    // The keys of examples that stayed: `'keyboard cat'`, `'super secret key'`.
    let lower = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    let telling = |word: &str| lower(word) && (word == "key" || !NO_VALUES.contains(&word));
    let words = spaces <= 3 && matches!(kind, "key" | "secret") && v.split(' ').all(telling);
    let example = v.split(' ').any(|word| matches!(word, "secret" | "key" | "cat" | "password"));
    words && example
        || spaces <= 5 && matches!(kind, "password" | "authorization") && !ends_like_prose(v)
        || random_word()
        || drawn && !v.contains("${") && !v.contains("{{")
}

fn ends_like_prose(v: &str) -> bool {
    v.ends_with(['.', ':', '?'])
        || v.split(' ').filter(|w| NO_VALUES.contains(&w.to_ascii_lowercase().as_str())).count()
            >= 1
}

/// A file: `/opt/airflow/dags`, `./x`, `C:\x`, `secrets.py`.
pub(crate) fn is_path(v: &str) -> bool {
    let rooted =
        v.starts_with('/') || v.starts_with("./") || v.starts_with("../") || v.starts_with("~/");
    let parts = v.split(['/', '\\']).filter(|part| !part.is_empty());
    let wordy = |part: &str| !entropy::looks_random(part, 8);
    let suffixed = || {
        v.rsplit_once('.').is_some_and(|(stem, suffix)| {
            const SUFFIXES: &[&str] = &[
                "py", "pyc", "pyi", "so", "c", "h", "rs", "go", "js", "ts", "java", "json", "yaml",
                "yml", "toml", "txt", "md", "html", "sh", "cfg", "conf", "ini", "log", "pem",
                "crt", "key", "sql", "csv", "parquet", "whl", "gz", "zip", "jar", "rst", "xml",
                "exe", "dll",
            ];
            SUFFIXES.contains(&suffix) && !stem.is_empty()
        })
    };
    (rooted || v.contains('/') || v.get(1..3) == Some(":\\") || suffixed())
        && (rooted && v.len() > 1 || suffixed() || v.matches('/').count() > 1)
        && (suffixed() && v.contains('/') || parts.clone().all(wordy))
}

/// An absolute path of three parts or more: `/home/bob/.ssh/id_ed25519`.
fn is_rooted(v: &str) -> bool {
    let rooted = v.starts_with('/') || v.starts_with("~/");
    let mut parts = v.split('/').filter(|part| !part.is_empty());
    rooted
        && v.matches('/').count() >= 2
        && !v.contains(['+', '='])
        && parts.all(|part| part.len() < 24 && !entropy::looks_random(part, 14))
}

/// Letters and digits, or letters and signs: no plain word, no plain number.
fn is_mixed(v: &str) -> bool {
    let letter = v.bytes().any(|b| b.is_ascii_alphabetic());
    let digit = v.bytes().any(|b| b.is_ascii_digit());
    let sign = v.bytes().any(|b| b.is_ascii_punctuation() && !b"-_./:,".contains(&b));
    letter && (digit || sign) || entropy::looks_random(v, 16)
}

/// Whether a bare word is more than a word: `requirepass hunter2`, not `password required`.
pub(crate) fn is_telling(v: &str) -> bool {
    is_mixed(v) && v.len() >= 5 && !is_path(v)
}

/// A value in the place of a service's key: a hash, a UUID or random.
pub(crate) fn is_service_key(v: &str) -> bool {
    v.len() >= 16
        && !is_path(v)
        && !v.starts_with("sha")
        && (entropy::is_hash(v) || entropy::is_uuid(v) || entropy::looks_random(v, 16))
}

fn has_sign(v: &str) -> bool {
    v.bytes().any(|b| b"!@#$%^&*+~?".contains(&b))
}

fn is_long_hex(v: &str) -> bool {
    v.len() >= 16 && v.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Dates, times and versions: `2026-01-01T00:00:00Z`, `1.2.3`.
fn is_dated(v: &str) -> bool {
    v.bytes().all(|b| b.is_ascii_digit() || b"-:.+TZ".contains(&b))
}

/// A hash or UUID under a name such as `algolia_key`, which says a service's key.
fn is_keyed_hash(v: &str, judged: Judgement) -> bool {
    matches!(judged.kind, "key" | "credential")
        && v.len() >= 20
        && (entropy::is_hash(v) || entropy::is_uuid(v))
        && judged.compound
}

/// Whether a quoted string in a list or call is more likely a name than a value.
pub(crate) fn is_wordlike(value: &str) -> bool {
    !value
        .bytes()
        .any(|b| b.is_ascii_digit() || b.is_ascii_punctuation() && !b"_-. :/".contains(&b))
        && (names::words(value).len() > 1 || value.len() < 12 || value.contains(' '))
        && !(value.len() >= 14 && is_cased(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_versions_are_told_apart_from_base64() {
        assert!(is_path("/opt/airflow/dags/x.py") && is_path("a/b/secrets.py"));
        assert!(!is_path("OGyt36pKWeyyZF/doNmRRSubfz/eI8AfCQOCV6ce="));
        assert!(is_version("^1.2.3") && is_version("5.0.0 || ^6.0.2") && !is_version("hunter2.5"));
    }
}
