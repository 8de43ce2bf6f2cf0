//! Is a value code that fetches the secret from elsewhere, or a type?

use super::{has_sign, is_cased, is_mixed, placeholder::is_field};
use crate::{
    entropy,
    names::{Names, Strength},
};

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
    "std", "Deno", "exports",
];

/// Words of languages that begin an expression, and types of `JavaScript` that have digits.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "void", "async", "await", "function", "typeof", "new", "lambda", "yield", "return", "undefined", "Uint8Array",
    "Uint16Array", "Uint32Array", "Int8Array", "Int16Array", "Int32Array", "Float32Array", "Float64Array", "Base64",
];

/// `PowerShell`'s commands that give a secret, or how their names begin.
#[rustfmt::skip]
const COMMANDLETS: &[&str] = &[
    "ConvertTo-", "ConvertFrom-", "Read-Host", "Get-Cred", "Get-Secret", "Get-Content", "Get-Az", "Get-Vault",
    "New-Object", "Import-", "Unprotect-", "Invoke-", "Get-Random", "Get-Item",
];

/// Whether a word is where expressions of code and templates begin.
pub(crate) fn is_root(word: &str) -> bool {
    ROOTS.contains(&word)
}

/// Letters, digits and underscores, as names in code have them.
pub(super) fn is_plain(v: &str) -> bool {
    !v.is_empty()
        && !v.starts_with(|c: char| c.is_ascii_digit())
        && v.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether an unquoted value is code rather than a literal.
pub(crate) fn is_code(value: &str, names: &Names) -> bool {
    let v = value.trim_end_matches([',', ';', ')']);
    // Go's `types.AuthConfig{}`, of which a bracket may be left.
    let made = v.strip_suffix("{}").or_else(|| v.strip_suffix('{'));
    let made = made.is_some_and(|path| path.split('.').all(is_plain));
    if is_expression(v, names) || made {
        return true;
    }
    let path = v.replace("::", ".");
    if path.contains('.') && path.split('.').all(is_plain) {
        return !v.bytes().any(|b| b.is_ascii_digit())
            && entropy::bits_per_byte(&path) < 3.9
            && !entropy::looks_random(&path.replace('.', ""), 12);
    }
    if COMMANDLETS.iter().any(|command| v.starts_with(command)) {
        return true;
    }
    // A type: `secret: JsonValue`.
    let humps = v.bytes().filter(u8::is_ascii_uppercase).count();
    let typed = v.starts_with(|c: char| c.is_ascii_uppercase())
        && v.bytes().all(|b| b.is_ascii_alphabetic())
        && (2..=5).contains(&humps)
        && humps * 3 <= v.len();
    if typed && !entropy::looks_random(v, 8) && !(v.len() >= 12 && is_cased(v)) {
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
    let v = if v.contains('{') { v } else { v.trim_end_matches(['}', ')']) };
    // A number of code, `0xC000006A`; a method of the string before it: `.format(x)`.
    let number = v
        .strip_prefix("0x")
        .is_some_and(|digits| digits.len() <= 8 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let method = v.strip_prefix('.').and_then(|call| call.split_once('('));
    if number || method.is_some_and(|(name, _)| is_plain(name)) || KEYWORDS.contains(&v) {
        return true;
    }
    // A plus and a name: a string before it was closed.
    if v.strip_prefix('+').and_then(|v| v.strip_suffix('+')).is_some_and(is_plain) {
        return true;
    }
    // Another statement: `x:token=self.scanner.peek()`.
    let assigned = v.split_once('=').filter(|(name, _)| is_plain(name));
    if assigned.is_some_and(|(_, set)| set.starts_with("self.")) {
        return true;
    }
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
    let v = &v.replace("::", ".").replace("?.", ".");
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
pub(super) fn is_reference(v: &str, names: &Names) -> bool {
    let wordy = |s: &str| !s.bytes().any(|b| b.is_ascii_digit());
    if v.starts_with(['(', '[', '{']) {
        return is_expression(v, names);
    }
    if let Some((path, _)) = v.split_once(['(', '[']) {
        // A blank or a quote may have ended what was read of it: `unquote(parsed.password or …`.
        let inner = v.get(path.len() + 1..).unwrap_or_default();
        if inner.split_once('.').is_some_and(|(root, _)| is_root(root)) {
            return true;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
