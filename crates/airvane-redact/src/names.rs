//! Which names announce a secret.
//!
//! A name is split into lower-case words (`AWS_SECRET_ACCESS_KEY`, `x-api-key`, `apiKey`,
//! `db.password`), then judged by its words, so that `max_tokens`, `tokenizer`, `primary_key` and
//! `password_policy_enabled` are not taken for secrets. All 22 names of Airflow's own list
//! (`airflow._shared.secrets_masker`, 3.3) are sensitive here.

use std::{cell::RefCell, collections::HashSet, sync::LazyLock};

use aho_corasick::AhoCorasick;

/// How much a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// Nothing.
    None,
    /// A random-looking value is a secret: `signing`, `hash_key`, `session`.
    Weak,
    /// The value is a secret if it can be one: `token`, `auth`, `cookie`.
    Medium,
    /// The value is a secret unless it is evidently a placeholder or code: `password`, `api_key`.
    Strong,
}

/// The judgement on a name, and the kind its mask shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) strength: Strength,
    pub(crate) kind: &'static str,
    /// Whether the name has several words: `algolia_key` names a service's key, `key` a map's.
    pub(crate) compound: bool,
}

const NOTHING: Judgement = Judgement { strength: Strength::None, kind: "secret", compound: false };

/// Words that mark a secret on their own, wherever they stand in the name.
#[rustfmt::skip]
const STRONG_WORDS: &[(&str, &str)] = &[
    ("password", "password"), ("passwords", "password"), ("passwd", "password"),
    ("passw", "password"), ("passwrd", "password"), ("pswrd", "password"),
    ("kek", "key"), ("dek", "key"), ("passphrase", "password"), ("passcode", "password"), ("passwort", "password"),
    ("pwd", "password"), ("pswd", "password"), ("psw", "password"), ("pw", "password"), ("bindpw", "password"),
    ("rootpw", "password"), ("psk", "password"), ("mnemonic", "password"), ("privkey", "key"), ("pass", "password"),
    ("secret", "secret"), ("secrets", "secret"), ("credential", "credential"),
    ("credentials", "credential"), ("creds", "credential"), ("authorization", "authorization"),
    ("bearer", "authorization"), ("apikey", "key"), ("apitoken", "token"), ("apisecret", "secret"),
    ("privatekey", "key"), ("dsn", "credential"), ("authtoken", "token"),
    ("authtok", "password"), ("pgpassword", "password"), ("pgpass", "password"), ("contribsys", "credential"),
];

/// Two words in a row that mark a secret.
#[rustfmt::skip]
const STRONG_PAIRS: &[(&str, &[&str], &str)] = &[
    (
        "key",
        &[
            "api", "access", "secret", "private", "service", "account", "auth", "encryption",
            "encrypt", "decryption", "signing", "master", "fernet", "storage", "shared", "ssh",
            "deploy", "license", "app", "application", "consumer", "client", "server", "admin",
            "root", "write", "ingest", "insert", "integration", "subscription", "webhook", "rsa",
            "hmac", "jwt", "session", "cookie", "functions", "host", "user", "personal", "project",
            "wep", "wpa", "wifi", "fi", "pragma", "keystore", "truststore", "transport", "dev", "live", "prod", "production", "sdk", "recovery", "unseal", "unlock", "symmetric",
        ],
        "key",
    ),
    (
        "token",
        &[
            "access", "auth", "refresh", "id", "bot", "sas", "session", "personal", "bearer", "api",
            "security", "service", "private", "job", "build", "runner", "registration", "agent", "deploy", "registry", "vault", "app", "oauth", "user", "admin",
            "identity", "join", "git", "github", "gitlab", "slack", "npm", "pypi", "jwt", "webhook",
        ],
        "token",
    ),
    ("salt", &["signing", "encryption", "password", "auth", "nonce", "secure", "logged", "token", "api", "hash"], "secret"),
    ("material", &["key", "keying"], "key"),
    ("text", &["clear"], "password"),
    ("string", &["connection", "conn"], "credential"),
    ("str", &["connection", "conn"], "credential"),
    ("header", &["auth"], "authorization"),
    ("account", &["service"], "credential"),
    ("dict", &["keyfile"], "credential"),
    ("json", &["keyfile", "account", "credentials"], "credential"),
    ("url", &["webhook"], "webhook-url"),
    ("data", &["key"], "key"),
    ("phrase", &["seed", "recovery", "backup", "mnemonic", "pass"], "password"),
    ("words", &["seed", "recovery", "mnemonic"], "password"),
    ("seed", &["mfa", "otp", "totp", "wallet"], "password"),
    ("hash", &["api"], "key"),
    (
        "code",
        &["unlock", "recovery", "backup", "verification", "otp", "mfa", "pin", "puk", "security", "pairing", "activation",
            "access", "door", "time"],
        "password",
    ),
    ("community", &["snmp", "ro", "rw"], "password"),
    ("auth", &["rediscli", "redis"], "password"),
    ("cookie", &["erlang"], "cookie"),
    ("pat", &["github", "gitlab", "azure", "databricks", "snowflake", "ado", "git"], "token"),
];

/// Words that mark a secret if the value can be one.
#[rustfmt::skip]
const MEDIUM_WORDS: &[(&str, &str)] = &[
    ("token", "token"), ("auth", "authorization"), ("oauth", "authorization"), ("authentication", "authorization"),
    ("cookie", "cookie"), ("cookies", "cookie"), ("proxy", "credential"), ("proxies", "credential"),
    ("sas", "signature"), ("signature", "signature"), ("otp", "password"), ("totp", "password"),
    ("jwt", "jwt"), ("pin", "password"), ("passkey", "key"), ("webhook", "webhook-url"),
    ("pat", "token"), ("cvv", "password"), ("cvc", "password"), ("puk", "password"),
    ("jsessionid", "token"), ("phpsessid", "token"),
];

/// Words that make a random-looking value a secret.
#[rustfmt::skip]
const WEAK_WORDS: &[(&str, &str)] = &[
    ("key", "key"), ("keys", "key"), ("login", "credential"), ("salt", "secret"), ("pepper", "key"),
    ("seed", "secret"), ("encrypt", "key"), ("session", "token"), ("sessionid", "token"), ("sid", "token"),
    ("cred", "credential"), ("sign", "signature"), ("sig", "signature"), ("crypt", "key"),
    ("licence", "key"), ("license", "key"), ("tokens", "token"), ("nonce", "token"), ("secure", "secret"),
    ("csrf", "token"), ("private", "key"), ("auths", "authorization"),
];

/// A name that ends so speaks *about* a secret; its value is none.
#[rustfmt::skip]
const ABOUT: &[&str] = &[
    "count", "counts", "tier", "level", "kind", "group", "family", "var", "vars", "env", "attr", "resource", "regex", "pattern", "message", "msg", "template", "help", "prompt", "placeholder", "limit", "limits", "usage", "length", "len", "type", "types", "name",
    "names", "uri", "path", "paths", "file", "filename", "dir", "directory", "expiry", "expires",
    "expiration", "expired", "ttl", "age", "policy", "enabled", "disabled", "required", "version",
    "format", "prefix", "suffix", "field", "fields", "column", "columns", "index", "size",
    "timeout", "lifetime", "endpoint", "provider", "backend", "backends", "class", "mode",
    "algorithm", "method", "rotation", "ref", "hint", "reset", "changed", "at", "in", "strategy",
    "arn", "manager", "cls", "validator", "validators", "location", "mount", "status", "exists",
    "valid", "invalid", "error", "attempts", "budget", "rate", "per", "interval", "duration",
    "seconds", "minutes", "days", "description", "label", "title", "role", "roles", "scope",
    "scopes", "url", "scheme", "schema", "domain", "host", "port", "profile", "source",
    "fingerprint", "thumbprint", "issuer", "audience", "iss", "aud", "sub", "usages", "rotated",
    "created", "updated", "max", "min", "total", "generator", "factory", "command", "cmd", "script",
    "id", "ids", "store", "engine", "kwargs", "args", "masker", "verifier", "sink", "needed", "set",
    "used", "entry", "order", "range", "func", "function", "handler", "callback", "module", "by",
    "to",
    // A source file and its line, as loggers write it: `secret.go:195`.
    "py", "pyc", "go", "rs", "java", "js", "ts", "tsx", "jsx", "rb", "cs", "cpp", "cc", "kt",
    "scala", "php", "swift", "md", "rst", "html", "css", "sh",
];

/// `x_key` that is a key in the sense of databases, stores and maps.
#[rustfmt::skip]
const PLAIN_KEYS: &[&str] = &[
    "primary", "foreign", "sort", "partition", "cache", "object", "s3", "bucket", "unique", "row",
    "hash", "lookup", "group", "surrogate", "index", "merge", "dedup", "dedupe",
    "idempotency", "natural", "business", "composite", "candidate", "map", "task", "dag",
    "xcom", "item", "record", "shard", "range", "order", "metadata", "registry", "public",
    "variable", "config", "conf", "section", "context", "param", "trigger", "executor", "instance",
    "job", "state", "log", "event", "file", "dest", "destination", "src", "source", "parent",
    "child", "left", "right", "on", "by", "output", "input", "dict", "hot", "press", "home", "end",
    "return", "enter", "escape", "tab", "arrow", "function", "translation", "i18n", "message",
    "asset", "dataset", "blob", "prefix", "storage_path", "remote", "local", "template", "field",
    "column", "attribute", "attr", "label", "tag", "wildcard", "result", "sample", "first", "last",
    "start", "next", "previous", "this", "that", "the", "a", "each", "every", "any", "no",
];

/// Names whose value the API needs back although a word in them alarms.
const EXEMPT: &[&str] = &[
    "file_token",
    "page_token",
    "next_page_token",
    "next_token",
    "continuation_token",
    "sync_token",
    "next_sync_token",
    "pagination_token",
    "progress_token",
    "resume_token",
    "ws_token_kind",
];

/// Judges names, with the additions of the settings.
#[derive(Default)]
pub(crate) struct Names {
    sensitive: HashSet<String>,
    exempt: HashSet<String>,
}

impl Names {
    pub(crate) fn new(sensitive: &[String], exempt: &[String]) -> Self {
        let joined = |names: &[String]| names.iter().map(|n| words(n).join("_")).collect();
        Self { sensitive: joined(sensitive), exempt: joined(exempt) }
    }

    /// What `name` says about its value.
    pub(crate) fn judge(&self, name: &str) -> Judgement {
        if !self.exempt.is_empty() || !self.sensitive.is_empty() {
            let joined = words(name).join("_");
            if self.exempt.contains(&joined) {
                return NOTHING;
            }
            if self.sensitive.contains(&joined) {
                return Judgement { strength: Strength::Strong, kind: "secret", compound: true };
            }
        }
        recall(name)
    }
}

/// Names judged last, by thread: a log repeats the same few in every line.
const REMEMBERED: usize = 256;
/// Longer names, which any JSON may hold, are judged each time.
const MAX_REMEMBERED: usize = 128;

thread_local! {
    static LAST: RefCell<Vec<Option<(String, Judgement)>>> =
        RefCell::new(vec![None; REMEMBERED]);
}

/// Judges by the lists above, or remembers.
fn recall(name: &str) -> Judgement {
    let place = name.bytes().fold(17usize, |sum, b| sum.wrapping_mul(31) ^ usize::from(b));
    LAST.with_borrow_mut(|last| {
        let slot = last.get_mut(place % REMEMBERED);
        if let Some(Some((known, judged))) = &slot
            && known == name
        {
            return *judged;
        }
        let judged = judge_name(name);
        if let Some(slot) = slot.filter(|_| name.len() <= MAX_REMEMBERED) {
            *slot = Some((name.to_owned(), judged));
        }
        judged
    })
}

fn judge_name(name: &str) -> Judgement {
    let words = words(name);
    if words.is_empty() || EXEMPT.contains(&words.join("_").as_str()) {
        return NOTHING;
    }
    let judged = judge_words(&words);
    // A header: `X-ClickHouse-Key`.
    let header =
        name.len() > 2 && name.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("x-"));
    let keyed =
        header && judged.strength == Strength::Weak && words.last().is_some_and(|w| w == "key");
    Judgement { strength: if keyed { Strength::Strong } else { judged.strength }, ..judged }
}

fn judge_words(words: &[String]) -> Judgement {
    let is = |list: &[&str], word: &String| list.contains(&word.as_str());
    let found = |strength, kind| Judgement { strength, kind, compound: words.len() > 1 };
    let pair = words.windows(2).find_map(|pair| match pair {
        [first, second] => STRONG_PAIRS
            .iter()
            .find(|(last, before, _)| is_one(last, second) && is(before, first))
            .map(|(_, _, kind)| *kind),
        _ => None,
    });
    let last = words.last();
    let about = last.is_some_and(|word| is(ABOUT, word));
    // "webhook_url" ends in a word that is otherwise about a secret; "secret_id" is half of a
    // Vault AppRole login.
    let last_pair = words.len().checked_sub(2).and_then(|i| words.get(i..)).map(|w| w.join("_"));
    let whole = matches!(last_pair.as_deref(), Some("webhook_url" | "secret_id" | "key_data"));
    // `--discovery-token-ca-cert-hash`
    if last_pair.as_deref() == Some("cert_hash") {
        return NOTHING;
    }
    if last_pair.as_deref() == Some("access_id") {
        return found(Strength::Medium, "key");
    }
    if about && !whole {
        return NOTHING;
    }
    if last_pair.as_deref() == Some("secret_id") {
        return found(Strength::Strong, "secret");
    }
    if words.first().is_some_and(|w| matches!(w.as_str(), "max" | "min" | "num" | "total" | "n")) {
        return NOTHING;
    }
    if let Some(kind) = pair {
        return found(Strength::Strong, kind);
    }
    let lookup = |list: &'static [(&str, &'static str)]| {
        words.iter().find_map(|w| list.iter().find(|(l, _)| l == w).map(|(_, kind)| *kind))
    };
    if let Some(kind) = lookup(STRONG_WORDS) {
        return found(Strength::Strong, kind);
    }
    if let Some(kind) = words.iter().find_map(|w| squashed(w)) {
        return found(Strength::Strong, kind);
    }
    if let Some(kind) = lookup(MEDIUM_WORDS) {
        return found(Strength::Medium, kind);
    }
    // Azure's two keys of a resource; a database's are not random.
    if matches!(last_pair.as_deref(), Some("primary_key" | "secondary_key")) {
        return Judgement { strength: Strength::Weak, kind: "key", compound: false };
    }
    if words.len() >= 2 && last.is_some_and(|w| w == "key" || w == "keys") {
        let before = words.len().checked_sub(2).and_then(|i| words.get(i));
        if before.is_some_and(|w| is(PLAIN_KEYS, w)) {
            return NOTHING;
        }
    }
    if words.len() == 1 && last.is_some_and(|w| w == "keys") {
        return NOTHING;
    }
    let kind = lookup(WEAK_WORDS).or_else(|| last.is_some_and(|w| is_keyed(w)).then_some("key"));
    kind.map_or(NOTHING, |kind| Judgement {
        compound: words.len() > 1 || kind == "key" && last.is_some_and(|w| is_keyed(w)),
        ..found(Strength::Weak, kind)
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

/// Words that end in "pass" and are none.
const PLAIN_PASSES: &[&str] =
    &["bypass", "compass", "encompass", "overpass", "surpass", "trespass", "underpass"];

/// What is written together with "pw": other words that end so are parts of random names.
const PW_OWNERS: &[&str] = &[
    "admin", "app", "bind", "cert", "db", "ftp", "http", "imap", "key", "ldap", "mail", "my",
    "new", "old", "pg", "proxy", "root", "sa", "sftp", "smtp", "sql", "ssh", "store", "svc", "sys",
    "user", "vpn", "wifi",
];

/// Words that are written together with others.
const STEMS: &[(&str, &str)] = &[
    ("password", "password"),
    ("passwd", "password"),
    ("passphrase", "password"),
    ("apikey", "key"),
    ("secretkey", "key"),
    ("accesskey", "key"),
    ("privatekey", "key"),
    ("accountkey", "key"),
    ("sharedkey", "key"),
    ("authkey", "key"),
    ("masterkey", "key"),
    ("accesstoken", "token"),
    ("authtoken", "token"),
    ("apitoken", "token"),
    ("bottoken", "token"),
    ("usertoken", "token"),
    ("refreshtoken", "token"),
    ("sessiontoken", "token"),
    ("clientsecret", "secret"),
    ("appsecret", "secret"),
    ("consumersecret", "secret"),
    ("sharedsecret", "secret"),
    ("connectionstring", "credential"),
    ("webhookurl", "webhook-url"),
    ("sessid", "token"),
    ("masterauth", "password"),
    ("primaryauth", "password"),
    ("requirepass", "password"),
];

/// Words written together: `dbpassword`, `MYSECRETKEY`, `myapikey`.
fn squashed(word: &str) -> Option<&'static str> {
    static FINDER: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::new(STEMS.iter().map(|(stem, _)| stem)).ok());
    let stem = FINDER.as_ref().and_then(|finder| finder.find(word));
    let kind = stem.and_then(|m| STEMS.get(m.pattern().as_usize())).map(|(_, kind)| *kind);
    let ends = |tail: &str| word.len() > tail.len() + 1 && word.ends_with(tail);
    kind.or_else(|| match () {
        () if ends("secret") => Some("secret"),
        () if ends("token") => Some("token"),
        () if ends("cookie") && word == "setcookie" => Some("cookie"),
        () if word.strip_suffix("pw").is_some_and(|of| PW_OWNERS.contains(&of)) => Some("password"),
        () if ends("pwd") => Some("password"),
        () if ends("pass") && !PLAIN_PASSES.contains(&word) => Some("password"),
        () => None,
    })
}

/// Lower-case words of a name; digits at the end of a word are dropped (`password2`).
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut chars = name.chars().peekable();
    let mut last = ' ';
    while let Some(c) = chars.next() {
        let next_lower = chars.peek().is_some_and(char::is_ascii_lowercase);
        let hump = c.is_ascii_uppercase()
            && (last.is_ascii_lowercase()
                || last.is_ascii_digit()
                || (last.is_ascii_uppercase() && next_lower));
        if hump || !c.is_alphanumeric() {
            finish(&mut words, &mut word);
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        last = c;
    }
    finish(&mut words, &mut word);
    words
}

fn finish(words: &mut Vec<String>, word: &mut String) {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let bare = if bare.is_empty() || word.len() - bare.len() > 2 { word.as_str() } else { bare };
    if !bare.is_empty() {
        words.push(bare.to_owned());
    }
    word.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strength(name: &str) -> Strength {
        Names::default().judge(name).strength
    }

    #[test]
    fn knows_airflows_own_list() {
        for name in [
            "access_key",
            "access_token",
            "api_key",
            "apikey",
            "auth_header",
            "authorization",
            "bearer",
            "connection_string",
            "dsn",
            "passphrase",
            "passwd",
            "password",
            "private_key",
            "proxy",
            "proxy_password",
            "proxies",
            "secret",
            "service_account",
            "service_key",
            "token",
            "keyfile_dict",
            "webhook_url",
        ] {
            assert!(strength(name) >= Strength::Medium, "{name}");
        }
    }

    #[test]
    fn knows_every_spelling() {
        for name in [
            "db_password",
            "DB_PASSWORD",
            "dbPassword",
            "DbPassword",
            "db-password",
            "db.password",
            "dbpassword",
            "DBPASSWORD",
            "PGPASSWORD",
            "AWS_SECRET_ACCESS_KEY",
            "x-api-key",
            "apiKey",
            "clientSecret",
            "X-Auth-Token",
            "spring.datasource.password",
            "password2",
            "SAS_TOKEN",
            "client-key-data",
            "GITHUB_PAT",
            "mailgunToken",
            "secret_id",
            "AIRFLOW__CORE__FERNET_KEY",
            "sshKey",
            "passPhrase",
            "extra__google_cloud_platform__keyfile_dict",
        ] {
            assert!(strength(name) >= Strength::Medium, "{name}");
        }
    }

    #[test]
    fn leaves_names_that_only_sound_alike() {
        for name in [
            "max_tokens",
            "token_count",
            "num_tokens",
            "tokenizer",
            "password_policy_enabled",
            "sort_key",
            "file_token",
            "next_page_token",
            "keyboard",
            "author",
            "monkey",
            "passed",
            "bypass",
            "passenger",
            "secret_name",
            "token_url",
            "key_file",
            "token_type",
            "compass",
            "authors",
            "partition_key",
        ] {
            assert_eq!(strength(name), Strength::None, "{name}");
        }
        assert_eq!(strength("key"), Strength::Weak);
    }

    #[test]
    fn settings_add_and_exempt() {
        let names = Names::new(&["Kundennummer".into()], &["apiKey".into()]);
        assert_eq!(names.judge("kundennummer").strength, Strength::Strong);
        assert_eq!(names.judge("api_key").strength, Strength::None);
    }
}
