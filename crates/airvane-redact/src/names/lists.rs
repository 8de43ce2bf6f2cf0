//! The words by which names are judged.

/// Words that mark a secret on their own, wherever they stand in the name.
#[rustfmt::skip]
pub(super) const STRONG_WORDS: &[(&str, &str)] = &[
    ("password", "password"), ("passwords", "password"), ("passwd", "password"),
    ("passw", "password"), ("passwrd", "password"), ("pasword", "password"), ("paswd", "password"), ("pswrd", "password"),
    ("kek", "key"), ("dek", "key"), ("passphrase", "password"), ("passcode", "password"), ("passwort", "password"),
    ("pwd", "password"), ("pswd", "password"), ("psw", "password"), ("pw", "password"), ("bindpw", "password"),
    ("rootpw", "password"), ("psk", "password"), ("mnemonic", "password"), ("privkey", "key"), ("pass", "password"),
    ("secret", "secret"), ("secrets", "secret"), ("credential", "credential"),
    ("credentials", "credential"), ("creds", "credential"), ("authorization", "authorization"),
    ("bearer", "authorization"), ("apikey", "key"), ("apitoken", "token"), ("apisecret", "secret"),
    ("privatekey", "key"), ("dsn", "credential"), ("authtoken", "token"),
    ("authtok", "password"), ("pgpassword", "password"), ("pgpass", "password"), ("contribsys", "credential"),
    ("erlcookie", "cookie"),
];

/// Two words in a row that mark a secret.
#[rustfmt::skip]
pub(super) const STRONG_PAIRS: &[(&str, &[&str], &str)] = &[
    ("key", &["wep", "wpa", "wifi", "fi"], "password"),
    (
        "key",
        &[
            "api", "aio", "access", "secret", "private", "service", "account", "auth", "encryption",
            "encrypt", "decryption", "signing", "master", "fernet", "storage", "shared", "ssh",
            "deploy", "license", "app", "application", "consumer", "client", "server", "admin",
            "root", "write", "ingest", "insert", "integration", "subscription", "webhook", "rsa",
            "hmac", "jwt", "session", "cookie", "functions", "host", "nonce", "in", "validation", "props", "user", "personal", "project",
            "pragma", "keystore", "truststore", "transport", "dev", "live", "prod", "production", "sdk", "recovery", "unseal", "unlock", "symmetric",
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
    ("salt", &["signing", "encryption", "password", "auth", "nonce", "secure", "logged", "in", "token", "api", "hash"], "secret"),
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
    ("auth", &["rediscli", "redis", "sst"], "password"),
    ("cookie", &["erlang"], "cookie"),
    ("pat", &["github", "gitlab", "azure", "databricks", "snowflake", "ado", "git"], "token"),
];

/// Words that mark a secret if the value can be one.
#[rustfmt::skip]
pub(super) const MEDIUM_WORDS: &[(&str, &str)] = &[
    ("token", "token"), ("auth", "authorization"), ("oauth", "authorization"), ("authentication", "authorization"),
    ("cookie", "cookie"), ("cookies", "cookie"), ("proxy", "credential"), ("proxies", "credential"),
    ("sas", "signature"), ("signature", "signature"), ("otp", "password"), ("totp", "password"),
    ("jwt", "jwt"), ("pin", "password"), ("passkey", "key"), ("webhook", "webhook-url"),
    ("pat", "token"), ("cvv", "password"), ("cvc", "password"), ("puk", "password"),
    ("jsessionid", "token"), ("phpsessid", "token"),
];

/// Words that make a random-looking value a secret.
#[rustfmt::skip]
pub(super) const WEAK_WORDS: &[(&str, &str)] = &[
    ("key", "key"), ("keys", "key"), ("appid", "key"), ("login", "credential"), ("salt", "secret"), ("pepper", "key"),
    ("seed", "secret"), ("encrypt", "key"), ("session", "token"), ("sessionid", "token"), ("sid", "token"),
    ("cred", "credential"), ("sign", "signature"), ("sig", "signature"), ("crypt", "key"),
    ("licence", "key"), ("license", "key"), ("tokens", "token"), ("nonce", "token"), ("secure", "secret"),
    ("csrf", "token"), ("keytab", "key"), ("private", "key"), ("auths", "authorization"),
];

/// A name that ends so speaks *about* a secret; its value is none.
#[rustfmt::skip]
pub(super) const ABOUT: &[&str] = &[
    "count", "counts", "tier", "level", "kind", "group", "family", "var", "vars", "env", "attr", "resource", "regex", "pattern", "message", "msg", "template", "help", "prompt", "placeholder", "limit", "limits", "usage", "length", "len", "type", "types", "name",
    "names", "uri", "path", "paths", "files", "file", "filename", "dir", "directory", "expiry", "expires",
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
    "to", "mechanism", "mechanisms", "username", "usernames", "email", "intent", "model", "placement", "project", "time", "variable", "chars", "charset", "mtime", "timestamp",
    // A source file and its line, as loggers write it: `secret.go:195`.
    "py", "pyc", "go", "rs", "java", "js", "ts", "tsx", "jsx", "rb", "cs", "cpp", "cc", "kt",
    "scala", "php", "swift", "md", "rst", "html", "css", "sh",
];

/// `x_key` that is a key in the sense of databases, stores and maps.
#[rustfmt::skip]
pub(super) const PLAIN_KEYS: &[&str] = &[
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
pub(super) const EXEMPT: &[&str] = &[
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
    "idempotency_token",
    "creation_token",
    "client_request_token",
    "no_proxy",
    "auth_identity",
];

/// Words that are written together with others.
pub(super) const STEMS: &[(&str, &str)] = &[
    ("password", "password"),
    ("passwd", "password"),
    ("pasword", "password"),
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

/// Words that end in "pass" and are none.
pub(super) const PLAIN_PASSES: &[&str] =
    &["bypass", "compass", "encompass", "overpass", "surpass", "trespass", "underpass"];

/// What is written together with "pw": other words that end so are parts of random names.
pub(super) const PW_OWNERS: &[&str] = &[
    "admin", "app", "bind", "cert", "db", "ftp", "http", "imap", "key", "ldap", "mail", "my",
    "new", "old", "pg", "proxy", "root", "sa", "sftp", "smtp", "sql", "ssh", "store", "svc", "sys",
    "user", "vpn", "wifi",
];
