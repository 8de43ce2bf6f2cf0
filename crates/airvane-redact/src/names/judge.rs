//! Judges a name by its words.

use super::{
    Judgement, NOTHING, Strength,
    lists::{ABOUT, EXEMPT, MEDIUM_WORDS, PLAIN_KEYS, STRONG_PAIRS, STRONG_WORDS, WEAK_WORDS},
    words::{squashed, words},
};

/// What a name says about its value.
pub(crate) fn judge(name: &str) -> Judgement {
    let words = words(name);
    if words.is_empty() || EXEMPT.contains(&words.join("_").as_str()) {
        return NOTHING;
    }
    // `password_by_env`, `token_by_user`: those that it tells apart.
    let mut judged = judge_words(&words);
    match words.as_slice() {
        // A lint: `needless_pass_by_value`.
        [.., pass, by, _] if by == "by" && pass == "pass" => return NOTHING,
        [of @ .., by, _] if by == "by" && !of.is_empty() => {
            let of = judge_words(of);
            judged = if of.strength > judged.strength { of } else { judged };
        }
        _ => {}
    }
    // A header: `X-ClickHouse-Key`.
    let header =
        name.len() > 2 && name.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("x-"));
    let keyed =
        header && judged.strength == Strength::Weak && words.last().is_some_and(|w| w == "key");
    Judgement { strength: if keyed { Strength::Strong } else { judged.strength }, ..judged }
}

fn judge_words(words: &[String]) -> Judgement {
    let found = |strength, kind| Judgement { strength, kind, compound: words.len() > 1 };
    let last = words.last().map_or("", String::as_str);
    let last_pair = last_pair(words);
    match last_pair.as_str() {
        // `--discovery-token-ca-cert-hash`
        // And what a mock gives back, and a program.
        "cert_hash" | "return_value" | "proxy_agent" => return NOTHING,
        "access_id" => return found(Strength::Medium, "key"),
        // Vault's first token, in the environment of a server for development.
        "token_id" if words.contains(&"root".to_owned()) => {
            return found(Strength::Strong, "token");
        }
        // Half of a Vault AppRole login.
        "secret_id" => return found(Strength::Strong, "secret"),
        // Ends in a word that is otherwise about a secret.
        "webhook_url" => {}
        _ if ABOUT.contains(&last) => return NOTHING,
        _ => {}
    }
    // `n_tokens`, but not `N8N_API_KEY`.
    let count = words.first().is_some_and(|w| {
        matches!(w.as_str(), "max" | "min" | "num" | "total") || w == "n" && last.ends_with('s')
    });
    if count {
        return NOTHING;
    }
    let strong = strong_pair(words)
        .or_else(|| listed(words, STRONG_WORDS))
        .or_else(|| words.iter().find_map(|word| squashed(word)));
    if let Some(kind) = strong {
        return found(Strength::Strong, kind);
    }
    if let Some(kind) = listed(words, MEDIUM_WORDS) {
        return found(Strength::Medium, kind);
    }
    weak(words, last, &last_pair)
}

/// The judgement on a name that may be that of a key, but of no other secret.
fn weak(words: &[String], last: &str, last_pair: &str) -> Judgement {
    // Azure's two keys of a resource; a database's are not random.
    if matches!(last_pair, "primary_key" | "secondary_key") {
        return Judgement { strength: Strength::Weak, kind: "key", compound: false };
    }
    if matches!(last, "key" | "keys")
        && let [.., before, _] = words
        && PLAIN_KEYS.contains(&before.as_str())
    {
        return NOTHING;
    }
    if words.len() == 1 && last == "keys" {
        return NOTHING;
    }
    let keyed = is_keyed(last) || last == "appid";
    let kind = listed(words, WEAK_WORDS).or_else(|| keyed.then_some("key"));
    kind.map_or(NOTHING, |kind| Judgement {
        strength: Strength::Weak,
        kind,
        compound: words.len() > 1 || kind == "key" && keyed,
    })
}

/// The last two words of a name, joined; nothing if it has one.
fn last_pair(words: &[String]) -> String {
    match words {
        [.., before, last] => format!("{before}_{last}"),
        _ => String::new(),
    }
}

/// The kind of the first of the words that is in the list.
fn listed(words: &[String], list: &[(&str, &'static str)]) -> Option<&'static str> {
    words.iter().find_map(|word| list.iter().find(|(l, _)| l == word).map(|(_, kind)| *kind))
}

/// The kind of the first two words in a row that mark a secret together.
fn strong_pair(words: &[String]) -> Option<&'static str> {
    words.windows(2).find_map(|pair| {
        let [first, second] = pair else { return None };
        let marks =
            |noun: &str, before: &[&str]| is_one(noun, second) && before.contains(&first.as_str());
        STRONG_PAIRS.iter().find(|(noun, before, _)| marks(noun, before)).map(|(_, _, kind)| *kind)
    })
}

/// Whether "key" behind this word is the key of that thing, not one of databases, stores and maps.
pub(crate) fn is_noun(word: &str) -> bool {
    #[rustfmt::skip]
    const OTHERS: &[&str] = &[
        "with", "for", "by", "from", "using", "same", "new", "old", "unique", "missing", "invalid",
        "unknown", "duplicate", "given", "its", "their", "our", "and", "or", "not", "is", "as", "of",
        "in", "to", "at", "kafka", "cookie", "host", "gpg", "pgp", "signing", "trusted", "shared",
        "rsa", "dsa", "eddsa", "ecdsa",
        "elgamal", "openpgp", "layer", "storage", "etag", "build", "restore", "save", "saved", "restored", "hit",
    ];
    let word = word.to_ascii_lowercase();
    word.len() > 2
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && !PLAIN_KEYS.contains(&word.as_str())
        && !OTHERS.contains(&word.as_str())
}

/// Whether a name is that of an object of Kubernetes or of one of its fields, whose name is the value:
/// `imagePullSecrets`, `existingSecret`, `existingSecretKey`.
pub(crate) fn is_object(name: &str) -> bool {
    let words = words(name);
    match words.as_slice() {
        [.., first, second] if second.starts_with("secret") => {
            matches!(first.as_str(), "pull" | "existing")
        }
        [head @ .., key] => key == "key" && head.iter().any(|word| word == "existing"),
        [] => false,
    }
}

/// Whether a name speaks about a secret: `name`, `type`, `path`.
pub(crate) fn is_about(name: &str) -> bool {
    const OTHERS: &[&str] = &["namespace", "key", "keys", "project", "region"];
    let words = words(name);
    let last = words.last().map(String::as_str);
    last.is_some_and(|word| ABOUT.contains(&word) || OTHERS.contains(&word))
}

/// `instrumentationkey`: two words written together, the last of which is "key".
fn is_keyed(word: &str) -> bool {
    #[rustfmt::skip]
    const OTHERS: &[&str] = &[
        "monkey", "turkey", "hockey", "jockey", "whiskey", "donkey", "lackey", "hotkey", "passkey",
    ];
    const MIN: usize = 3;
    let of = word.strip_suffix("key");
    of.is_some_and(|of| of.len() >= MIN && !OTHERS.contains(&word) && !PLAIN_KEYS.contains(&of))
}

/// `key` or `keys`.
fn is_one(noun: &str, word: &str) -> bool {
    word.strip_suffix('s').unwrap_or(word) == noun || word == noun
}
