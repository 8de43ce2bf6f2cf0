//! Is a value a placeholder: a word that says there is none, a template, a reference to where the
//! secret is?

use super::{code::is_plain, is_mixed};
use crate::{
    entropy, mask,
    names::{self, Strength},
    view::BASE64,
};

/// Words that stand where a value could stand and are none.
#[rustfmt::skip]
pub(super) const NO_VALUES: &[&str] = &[
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
    "mysql_native_password", "caching_sha2_password", "sha256_password",
    "value_specified_in_no_log_parameter",
    "enable", "disable", "auto", "same-origin", "include", "omit", "manager", "manager-core", "store",
    "cache", "osxkeychain", "inherit", "$null",
    "private", "public", "placeholder", "no-check", "string_value", "utf-8", "utf8", "latin1", "base64", "name", "value", "key", "new", "old", "only", "see", "use", "get",
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
    // A shell's variable within a string of JSON: `"'$X'"`.
    let inner = v.strip_prefix('\'').and_then(|v| v.strip_suffix('\'')).filter(|v| !v.is_empty());
    if inner.is_some_and(|inner| inner.starts_with('$') && is_template(inner)) {
        return true;
    }
    // `***`, `xxxxx`, `......`
    let filler = matches!(first, '*' | 'x' | 'X' | '.' | '-' | '_' | '#' | '?' | '•' | '…' | '=');
    filler && v.chars().all(|c| c == first)
        || between("<", ">") && !is_drawn(v)
        || between("（", "）")
            && v.chars().any(char::is_alphabetic)
            && !v.bytes().any(|b| b.is_ascii_digit())
        || between("\\(", ")") && is_path_of_code(v)
        || between("{{", "}}")
        || between("${", "}")
        || between("$(", ")")
        || between("{", "}") && is_field(v)
        || between("%", "%")
        || between("__", "__") && is_shouting(v)
        || (between("$", "$") || between("#", "#")) && is_shouting(v.trim_matches(['$', '#']))
        || between("[", "]") && (!is_mixed(v) || v.contains(['(', '=']))
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

/// Swift's `\(user.key)`.
fn is_path_of_code(v: &str) -> bool {
    let inner = v.trim_start_matches("\\(").trim_end_matches(')');
    inner.split('.').all(is_plain)
}

/// `<YourStrong!Passw0rd>`, as an example of SQL Server's is, or a logger's `<k9Xw…>`: a secret in its
/// brackets.
fn is_drawn(v: &str) -> bool {
    let inner = v.trim_matches(['<', '>']);
    if inner.bytes().all(|b| BASE64.has(b)) && entropy::looks_random(inner, 20) {
        return true;
    }
    let sign = v.bytes().any(|b| b"!@#$%^&*".contains(&b));
    sign && v.bytes().any(|b| b.is_ascii_digit()) && !v.contains([' ', '/'])
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
    // A pattern: `s/^PASSWORD=.*/x/`.
    let pattern = v.strip_prefix(".*/").or_else(|| v.strip_prefix(".+/"));
    if matches!(v, ".*" | ".+")
        || pattern.is_some_and(|to| to.is_empty() || to.ends_with('/') || to.starts_with('"'))
    {
        return true;
    }
    // SQL's `' || :x || '`.
    let joined = v.trim_start_matches(['"', '\'', ' ']);
    if joined.starts_with("|| ") || joined.starts_with("||:") {
        return true;
    }
    // SQL*Plus' `&PASSWORD`.
    if v.strip_prefix('&')
        .is_some_and(|name| is_shouting(name) && !name.bytes().any(|b| b.is_ascii_digit()))
    {
        return true;
    }
    // Behind the quote that closes a string: a plus, and a name with what follows one.
    let closed = v.strip_prefix(['"', '\'']);
    let sum = closed.unwrap_or(v).trim_start();
    let Some(name) = sum.strip_prefix('+').map(str::trim_start) else { return false };
    let plain = name.bytes().take_while(|b| b.is_ascii_alphabetic() || *b == b'_').count();
    let rest = name.get(plain..).unwrap_or_default();
    let attribute = rest.starts_with('.') && !rest.bytes().any(|b| b.is_ascii_digit());
    let ends = rest.is_empty() || attribute || rest.starts_with(['[', '(', '"', '\'']);
    // What follows the blank behind a plus, or a string that closed, may close a call.
    let apart = closed.is_some() || sum.starts_with("+ ");
    plain > 0 && if apart { ends || rest.starts_with(['+', ')']) } else { ends && !rest.is_empty() }
}

/// `{password}`, `{0}`, `{db.user!r}`, `{ password }`: a place for a value, not `{Xy!361}`.
pub(super) fn is_field(v: &str) -> bool {
    let inner = v.trim_matches(['{', '}']).trim();
    // Jenkins writes what it encrypted so.
    if inner.contains("AQAAABAAA") {
        return false;
    }
    let (name, conversion) = inner.split_once(['!', ':']).unwrap_or((inner, ""));
    let has = |kind: fn(&u8) -> bool| name.as_bytes().iter().any(kind);
    let drawn =
        has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    if conversion.len() > 4 || inner.ends_with('!') || drawn {
        return false;
    }
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-[] $/".contains(&b));
    plain && !entropy::looks_random(name, 14)
}

/// `$DB_PASSWORD`, `$env:TOKEN`, not `$ecret123`.
fn is_shell_variable(v: &str) -> bool {
    // An escape, or a makefile, doubles the sign; what is no name of a setting is none then.
    let doubled = v.strip_prefix('\\').unwrap_or(v).strip_prefix("$$");
    let doubled = doubled.or_else(|| v.strip_prefix("\\$"));
    if doubled.is_some_and(|name| !name.contains('_') && !is_secretive(name)) {
        return false;
    }
    let Some(name) = doubled.or_else(|| v.strip_prefix('$')) else { return false };
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
    // `$1`, but not `$123456789`.
    if name.bytes().all(|b| b.is_ascii_digit()) {
        return (1..3).contains(&name.len());
    }
    // `$userPassword`
    if is_secretive(name) {
        return true;
    }
    // Groovy's `$System.env.DB_PASSWORD`.
    if name.strip_prefix("System.env.").is_some_and(is_plain) {
        return true;
    }
    !name.is_empty()
        && (name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
            || (name.contains('_') && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')))
}

/// `dop_v1_xxxxxxxx`, `npm_000000000000`: a prefix and one sign over and over.
fn is_filled(v: &str) -> bool {
    const LEAST: usize = 8;
    let last = v.bytes().last().unwrap_or_default();
    let fills = matches!(last, b'x' | b'X' | b'0' | b'*' | b'#' | b'.');
    let prefix = v.trim_end_matches(char::from(last));
    let filled = v.len() - prefix.len();
    let plain = prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let divided = plain && prefix.ends_with(['_', '-']);
    let long = fills && filled >= LEAST && filled * 3 >= v.len() * 2;
    long && (divided || matches!(last, b'x' | b'X')) || filled >= 3 && last == b'x' && divided
}

/// `DB_PASSWORD`, and no small letter.
fn is_shouting(v: &str) -> bool {
    !v.is_empty() && v.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// The code of an error: `wrong-password`, `invalid-user-token`, `auth/invalid-api-key`.
fn is_error(v: &str) -> bool {
    const ADJECTIVES: &[&str] = &["invalid", "missing", "wrong", "expired", "unknown", "weak"];
    let code = v.rsplit('/').next().unwrap_or(v);
    let mut parts = code.split('-');
    let first = parts.next().is_some_and(|first| ADJECTIVES.contains(&first));
    let mut words = parts.peekable();
    first
        && words.peek().is_some()
        && words.all(|word| word.bytes().all(|b| b.is_ascii_lowercase()))
}

/// `password`, `userPassword`, `newPass`: how variables of secrets are called, not `orchidPassword`.
fn is_secretive(name: &str) -> bool {
    #[rustfmt::skip]
    const OWNERS: &[&str] = &[
        "password", "pass", "passwd", "pwd", "secret", "token", "key", "api", "user", "admin", "root", "db", "new",
        "old", "my", "sql", "smtp", "mail", "client", "access", "auth", "local", "domain", "account", "conn", "docker",
        "git", "mysql", "postgres", "pg", "ldap", "ftp", "ssh", "secure", "plain", "encrypted", "default", "the",
        "service", "redis", "mongo", "aws", "azure", "bearer", "private", "app", "database", "cred", "credentials",
    ];
    const NOUNS: &[&str] = &["password", "passwd", "pass", "pwd", "secret", "token", "key"];
    let first = names::words(name).first().cloned().unwrap_or_default();
    // `mypass` is one word.
    let owner = NOUNS.iter().find_map(|noun| first.strip_suffix(noun));
    let known = OWNERS.contains(&first.as_str()) || owner.is_some_and(|of| OWNERS.contains(&of));
    known
        && is_plain(name)
        && !name.bytes().any(|b| b.is_ascii_digit())
        && names::judge(name).strength >= Strength::Strong
}

/// `YOUR_API_KEY`, `your-token-here`, `<insert token>`.
fn is_instruction(v: &str) -> bool {
    const THINGS: &[&str] = &["key", "token", "secret", "password", "passwd", "pass_", "value"];
    let lower = v.to_ascii_lowercase();
    let says = |what: &str| lower.starts_with(what);
    let thing = THINGS.iter().any(|thing| lower.contains(thing));
    let place = lower.ends_with("-here") || lower.ends_with("_here");
    let yours = ["-your_", "_your_", "-your-"].iter().any(|your| lower.contains(your));
    let (place, yours) = (place && thing, yours && thing);
    (place || yours || says("your_") || says("your-") || says("your ") || says("insert_"))
        && !v.bytes().any(|b| b.is_ascii_digit())
        || is_filled(v)
        || is_error(v)
        || lower.split(',').next() == Some("autogenerate")
        || says("env.")
        || says("env:")
        || says("vault:")
        || says("ref+")
        || says("secretref:")
        || says("file:/")
        || says("/run/secrets/")
        || says("/var/run/secrets/")
        || says("arn:aws:secretsmanager")
        || says("projects/") && lower.contains("/secrets/")
        || says("op://")
        || says("@microsoft.keyvault")
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
}
