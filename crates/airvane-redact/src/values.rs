//! Can this value be the secret its name announces, or is it a placeholder, a word of prose, a
//! type, or code that fetches the secret from elsewhere?

use crate::{
    entropy, mask,
    names::{self, Judgement, Names, Strength},
};

/// Words that stand where a value could stand and are none.
#[rustfmt::skip]
const NO_VALUES: &[&str] = &[
    "none", "null", "nil", "true", "false", "undefined", "n/a", "na", "nan", "empty", "unset",
    "required", "optional", "invalid", "valid", "incorrect", "correct", "wrong", "expired",
    "missing", "accepted", "rejected", "denied", "failed", "failure", "error", "ok", "okay", "yes",
    "no", "on", "off", "str", "string", "bytes", "int", "integer", "bool", "boolean", "float",
    "number", "object", "dict", "list", "tuple", "any", "type", "optional[str]", "text", "varchar",
    "secretstr", "default", "not", "is", "are", "was", "the", "a", "an", "and", "or", "for", "from",
    "to", "in", "of", "with", "by", "this", "that", "must", "cannot", "should", "will", "has",
    "have", "please", "enter", "provided", "given", "authentication", "changed", "updated",
    "redacted", "masked", "hidden", "removed", "omitted", "filtered", "[redacted]", "[filtered]",
    "[hidden]", "[masked]", "unknown", "disabled", "enabled", "used", "using", "self", "cls",
    "basic", "bearer", "digest", "negotiate", "unexpected", "found", "already", "exists", "set",
    "stdin", "prompt", "env", "environment", "vault", "oauth2", "oauth", "ldap", "kerberos",
    "amd64", "arm64", "i386", "armhf", "noarch", "all", "ppc64el", "s390x", "riscv64",
    "verified", "rotated", "loaded", "created", "synced", "skipped", "locked", "matched",
    "configured", "specified", "deprecated", "ignored", "generated", "unchanged", "present", "absent",
    "mandatory", "forbidden", "blank", "mismatch", "starting", "started", "success", "queued",
    "running", "retrying", "passed", "done", "protected", "supported", "unsupported", "managed",
    "always", "never", "on_create", "allowed", "read", "write", "bcrypt", "argon2", "argon2id",
    "pbkdf2", "scrypt", "md5", "sha256", "sha512", "scram-sha-256",
    "private", "public", "utf-8", "name", "value", "key", "new", "old", "only", "see", "use", "get",
];

/// Whether `value` stands for a secret instead of being one. Masks of ours are placeholders too.
pub(crate) fn is_placeholder(value: &str) -> bool {
    NO_VALUES.contains(&value.trim().to_ascii_lowercase().as_str())
        || is_template(value)
        || is_run_id(value.trim())
}

/// `scheduled__2026-05-01T00:00:00+00:00`, as Airflow calls the runs of a DAG.
fn is_run_id(v: &str) -> bool {
    const KINDS: &[&str] =
        &["manual", "scheduled", "backfill", "dataset_triggered", "asset_triggered"];
    let time = v.split_once("__").filter(|(kind, _)| KINDS.contains(kind));
    time.is_some_and(|(_, time)| time.get(..10).is_some_and(entropy::is_time))
}

/// The same where a word is a value too, as in `user:default@host`.
pub(crate) fn is_template(value: &str) -> bool {
    let v = value.trim();
    let Some(first) = v.chars().next() else { return true };
    if mask::is_mask(v) {
        return true;
    }
    let between = |open: &str, close: &str| v.starts_with(open) && v.ends_with(close);
    // `***`, `xxxxx`, `......`
    let filler = matches!(first, '*' | 'x' | 'X' | '.' | '-' | '_' | '#' | '?' | '•' | '…' | '=');
    filler && v.chars().all(|c| c == first)
        || between("<", ">")
        || between("{{", "}}")
        || between("${", "}")
        || between("$(", ")")
        || between("{", "}") && is_field(v)
        || between("%", "%")
        || between("[", "]")
        || between("#{", "}")
        || between("%{", "}")
        || is_joined(v)
        || v.starts_with("***")
        || v.ends_with("***") && v.len() < 12
        || v.starts_with("${{")
        || v.starts_with("%(")
        || matches!(v, "%s" | "%r" | "%d" | "{}" | "\"\"" | "''")
        || is_shell_variable(v)
        || is_instruction(v)
}

/// What code puts together: `${prefix}/DB_PASSWORD`, `$$(cat /run/x)`, `" + conf["password"]`.
fn is_joined(v: &str) -> bool {
    let template = v.strip_prefix("${").and_then(|v| v.split_once('}'));
    let words = |rest: &str| rest.bytes().all(|b| b.is_ascii_alphabetic() || b"/_-:.".contains(&b));
    if template.is_some_and(|(_, rest)| rest.starts_with(['/', '_', '-', ':', '.']) && words(rest))
    {
        return true;
    }
    if (v.starts_with("$$(") || v.starts_with("\\$(")) && v.ends_with(')') {
        return true;
    }
    // Behind the quote that closes a string: a plus, and a name with what follows one.
    let sum = v.strip_prefix(['"', '\'']).unwrap_or(v).trim_start();
    let Some(name) = sum.strip_prefix('+').map(str::trim_start) else { return false };
    let plain = name.bytes().take_while(|b| b.is_ascii_alphabetic() || *b == b'_').count();
    plain > 0
        && matches!(name.as_bytes().get(plain), None | Some(b'[' | b'(' | b'.' | b'"' | b'\''))
}

/// `{password}`, `{0}`, `{db.user!r}`, `{ password }`: a place for a value, not `{Xy!361}`.
fn is_field(v: &str) -> bool {
    let inner = v.trim_matches(['{', '}']).trim();
    // Jenkins writes what it encrypted so.
    if inner.contains("AQAAABAAA") {
        return false;
    }
    let (name, conversion) = inner.split_once(['!', ':']).unwrap_or((inner, ""));
    if conversion.len() > 4 {
        return false;
    }
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-[] $/".contains(&b));
    plain && !entropy::looks_random(name, 14)
}

/// `$DB_PASSWORD`, `$env:TOKEN`, not `$ecret123`.
fn is_shell_variable(v: &str) -> bool {
    let Some(name) = v.strip_prefix('$') else { return false };
    // PHP: `$_POST["x"]`, `$config['x']`, `$this->x`
    let php = name.find(['[', '-', '(']).and_then(|i| name.get(..i));
    let index = name.contains('[') || name.contains("->") || name.contains('(');
    if index
        && php.is_some_and(|n| {
            !n.is_empty() && n.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
        })
    {
        return true;
    }
    let name = name.strip_prefix("env:").unwrap_or(name);
    // Groovy's `$System.env.DB_PASSWORD`.
    if name.strip_prefix("System.env.").is_some_and(is_plain) {
        return true;
    }
    !name.is_empty()
        && (name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
            || (name.contains('_') && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')))
}

/// `YOUR_API_KEY`, `your-token-here`, `<insert token>`.
fn is_instruction(v: &str) -> bool {
    let lower = v.to_ascii_lowercase();
    let says = |what: &str| lower.starts_with(what);
    (says("your_") || says("your-") || says("your ") || says("insert_"))
        && !v.bytes().any(|b| b.is_ascii_digit())
        || lower.split(',').next() == Some("autogenerate")
        || says("env.")
        || says("env:")
        || says("vault:")
        || says("ref+")
        || says("secretref:")
        || says("file:/")
        || says("arn:aws:secretsmanager")
        || says("projects/") && lower.contains("/secrets/")
        || says("op://")
        || says("@microsoft.keyvault")
}

/// Roots of expressions in code and templates: `conn.password`, `os.environ["X"]`.
#[rustfmt::skip]
const ROOTS: &[&str] = &[
    "self", "cls", "conn", "connection", "config", "conf", "os", "sys", "settings", "args",
    "kwargs", "env", "environ", "request", "req", "response", "resp", "result", "data", "params",
    "param", "secrets", "creds", "credentials", "context", "ctx", "hook", "event", "process", "cfg",
    "opts", "options", "user", "session", "client", "this", "var", "vars", "variable", "airflow",
    "app", "account", "local", "module", "secret", "values", "inputs", "github", "steps", "extra",
    "extras", "extra_dejson", "ti", "task", "dag", "obj", "row", "input", "props", "state",
    "payload", "body", "headers", "parsed", "url", "uri", "parsed_url", "parsed_uri", "login",
    "auth", "ssm", "configuration", "parameters", "model", "form", "cleaned_data", "json", "yaml",
    "std", "Deno",
];

/// Whether a word is where expressions of code and templates begin.
pub(crate) fn is_root(word: &str) -> bool {
    ROOTS.contains(&word)
}

/// Letters, digits and underscores, as names in code have them.
fn is_plain(v: &str) -> bool {
    !v.is_empty()
        && !v.starts_with(|c: char| c.is_ascii_digit())
        && v.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether an unquoted value is code rather than a literal.
pub(crate) fn is_code(value: &str, names: &Names) -> bool {
    let v = value.trim_end_matches([',', ';', ')']);
    if is_expression(v, names) {
        return true;
    }
    let path = v.replace("::", ".");
    if path.contains('.') && path.split('.').all(is_plain) {
        return !v.bytes().any(|b| b.is_ascii_digit())
            && entropy::bits_per_byte(&path) < 3.9
            && !entropy::looks_random(&path.replace('.', ""), 12);
    }
    // A type: `secret: JsonValue`.
    let humps = v.bytes().filter(u8::is_ascii_uppercase).count();
    let typed = v.starts_with(|c: char| c.is_ascii_uppercase())
        && v.bytes().all(|b| b.is_ascii_alphabetic())
        && (2..=5).contains(&humps)
        && humps * 3 <= v.len();
    if typed && !entropy::looks_random(v, 8) {
        return true;
    }
    // A variable that is itself named like a secret: `password=db_password`.
    is_plain(v)
        && !v.bytes().any(|b| b.is_ascii_digit())
        && (v.contains('_') || v.starts_with(|c: char| c.is_ascii_lowercase()))
        && names.judge(v).strength >= Strength::Weak
}

/// Whether it can be nothing but code: a call, an index, an attribute, another setting.
fn is_expression(value: &str, names: &Names) -> bool {
    let v = value.trim_end_matches([',', ';', ')']);
    let head = v.split(['(', '[', '.', '{']).next().unwrap_or(v);
    let braced = v.starts_with('{') && v.ends_with('}') && !is_field(v);
    if v.starts_with(['(', '[', '{', '&', '|', '!']) && !braced && !is_signed(v)
        || v.starts_with("->")
        || v.starts_with("::")
    {
        return true;
    }
    // A call or an index: `getpass()`, `os.environ["X"]`, `Optional[str]`.
    if v.starts_with("ENC(") {
        return false; // What Jasypt encrypted.
    }
    let v = &v.replace("::", ".");
    let opens = v.find(['(', '[']);
    // Rust's `hex!("x")`.
    let mac = v.strip_suffix("!(").unwrap_or_default();
    if !mac.is_empty() && mac.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
        return true;
    }
    let path = opens.and_then(|i| v.get(..i)).unwrap_or(v);
    if opens.is_some() && path.split('.').all(is_plain) && !path.is_empty() {
        return true;
    }
    // An attribute: `conn.password`, `config.DB_PASS`, `random_password.db.result`.
    if v.contains('.') && v.split('.').all(is_plain) {
        let secret = |part: &str| names.judge(part).strength >= Strength::Medium;
        let digits = v.bytes().any(|b| b.is_ascii_digit());
        return ROOTS.contains(&head)
            || v.rsplit('.').next().is_some_and(secret)
            || !digits && v.split('.').any(secret);
    }
    // The name of another setting: `POSTGRES_PASSWORD: DB_PASSWORD`.
    is_plain(v)
        && !v.bytes().any(|b| b.is_ascii_lowercase())
        && names.judge(v).strength >= Strength::Weak
}

/// Whether a value of a setting refers to another: a call, a part of something, a shouted name.
fn is_reference(v: &str, names: &Names) -> bool {
    let wordy = |s: &str| !s.bytes().any(|b| b.is_ascii_digit());
    if v.starts_with(['(', '[', '{']) {
        return is_expression(v, names);
    }
    if let Some((path, _)) = v.split_once(['(', '[']) {
        // A quote may have ended what was read of it.
        return v.ends_with([')', ']', '(', '[']) && wordy(path) && is_expression(v, names);
    }
    (v.contains('.') || v.contains('_')) && wordy(v) && is_expression(v, names)
}

/// A password that begins with a sign, as `!flag` and `[x for x in y]` do not.
fn is_signed(v: &str) -> bool {
    let Some((_, rest)) = v.split_at_checked(1) else { return false };
    // The scheme before what was encrypted or hashed (RFC 2307): `{CLEARTEXT}x`, `{AES}x`.
    let scheme = v.strip_prefix('{').and_then(|inner| inner.split_once('}'));
    let scheme = scheme.filter(|(name, _)| {
        name.len() >= 3 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    });
    let signs: &[u8] = if scheme.is_some() { b"!@#$%^*_+~-&/=.," } else { b"!@#$%^*_+~-&" };
    let rest = scheme.map_or(rest, |(_, rest)| rest);
    let plain = |b: u8| b.is_ascii_alphanumeric() || signs.contains(&b);
    rest.len() >= 6
        && rest.bytes().all(plain)
        && is_mixed(rest)
        && (!rest.contains('_') || has_sign(rest))
}

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
    if is_placeholder(v) || is_version(v) || code {
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
    let spaces = v.bytes().filter(|b| *b == b' ').count();
    if v.starts_with('{') && v.contains("AQAAABAAA") {
        return true;
    }
    match judged.strength {
        Strength::None => false,
        Strength::Strong => match form {
            Form::Quoted | Form::Tight if spaces > 0 => is_phrase(v, spaces, judged.kind),
            Form::Quoted | Form::Literal | Form::Tight => v.len() >= 2,
            Form::Loose => v.len() >= 3,
            Form::Said if is_code_number(v, judged) => true,
            Form::Said => {
                is_mixed(v) && v.len() >= 6 && (!entropy::is_identifier(v) || v.len() >= 32)
            }
            Form::Remote => {
                (entropy::looks_random(v, 8) || has_sign(v) && is_mixed(v) && v.len() >= 6)
                    && !entropy::is_identifier(v)
                    || v.len() >= 32 && (entropy::is_hash(v) || entropy::is_uuid(v))
            }
        },
        Strength::Medium => match form {
            Form::Quoted if spaces > 0 => is_phrase(v, spaces, judged.kind),
            Form::Quoted => v.len() >= 6 || judged.kind == "password",
            Form::Literal if judged.kind == "token" && v.len() >= 6 && !is_dated(v) => true,
            Form::Literal | Form::Tight | Form::Loose => {
                (v.len() >= 8 && (is_mixed(v) || is_long_hex(v)) && !is_dated(v))
                    || (judged.compound && v.len() >= 15 && is_long_hex(v))
                    || (judged.kind == "password" && v.bytes().all(|b| b.is_ascii_digit()))
            }
            Form::Said if is_code_number(v, judged) => true,
            Form::Said => {
                let key = judged.compound || is_long_hex(v) && v.len() >= 32;
                v.len() >= 8 && is_mixed(v) && (!entropy::is_identifier(v) || key)
            }
            Form::Remote => entropy::looks_random(v, 16) && !entropy::is_identifier(v),
        },
        Strength::Weak => {
            entropy::looks_random(v, 16) && !entropy::is_identifier(v) && !v.contains("://")
                || is_keyed_hash(v, judged)
        }
    }
}

/// The digits of a PIN or of a one-time password.
fn is_code_number(v: &str, judged: Judgement) -> bool {
    let digits = v.bytes().all(|b| b.is_ascii_digit());
    judged.kind == "password" && digits && (4..=8).contains(&v.len())
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
    spaces <= 5 && (kind == "password" || kind == "authorization") && !ends_like_prose(v)
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
        && parts.clone().all(wordy)
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_no_secrets() {
        for v in [
            "",
            "***",
            "${X}",
            "{{ x }}",
            "<password>",
            "$DB_PASSWORD",
            "%(x)s",
            "None",
            "YOUR_API_KEY",
            "op://a/b",
        ] {
            assert!(is_placeholder(v), "{v}");
        }
        for v in ["hunter2", "changeme", "$ecret123", "{k9Xw2LpQ7vRt4Zb8=}"] {
            assert!(!is_placeholder(v), "{v}");
        }
    }

    #[test]
    fn code_is_no_secret() {
        let names = Names::default();
        for v in [
            "conn.password",
            "os.environ[\"X\"]",
            "getpass()",
            "db_password",
            "Optional[str]",
            "JsonValue",
            "Proxy::new(",
        ] {
            assert!(is_code(v, &names), "{v}");
        }
        for v in ["hunter2", "airflow", "k9Xw2LpQ7vRt", "p4ss.w0rd"] {
            assert!(!is_code(v, &names), "{v}");
        }
    }

    #[test]
    fn paths_and_versions_are_told_apart_from_base64() {
        assert!(is_path("/opt/airflow/dags/x.py") && is_path("a/b/secrets.py"));
        assert!(!is_path("OGyt36pKWeyyZF/doNmRRSubfz/eI8AfCQOCV6ce="));
        assert!(is_version("^1.2.3") && is_version("5.0.0 || ^6.0.2") && !is_version("hunter2.5"));
    }
}
