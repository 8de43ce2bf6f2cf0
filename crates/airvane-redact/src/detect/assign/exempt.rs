//! Other uses of the words that names of secrets have: results of tests, names of accounts, folders.

use super::gap::{Gap, Separator};
use crate::{
    detect::{
        address::connection,
        name::{MAX_NAME, Name},
        value::Value,
    },
    entropy,
    names::{self, Strength},
    values::{self, Form},
    view::View,
};

/// Whether nothing behind this name is its value.
pub(super) fn is_name(line: View<'_>, start: usize, end: usize) -> bool {
    line.behind(start, "checksum/".len()) == "checksum/"
        || is_documented(line, start)
        || in_reference(line, start)
        || in_userinfo(line, start, end)
        || line.before(start) == b':' && in_arn(line, start)
}

/// Whether a value behind this name is something else than a secret.
pub(super) fn is_value(line: View<'_>, name: Name, gap: Separator, value: Value) -> bool {
    let text = line.get(value.start, value.end);
    is_result(line, name, value.form, text)
        || is_identity(line, name, value.start, text)
        || is_folder(line, name, text)
        || is_printed(line, name, gap, value)
}

/// `PASS=409 WARN=0`, `PASS: "bg-primary text-white"`: what a test runner says.
fn is_result(line: View<'_>, name: Name, form: Form, text: &str) -> bool {
    let counts = form != Form::Quoted && values::is_count(text);
    let styled = name.text(line) == "PASS" && text.matches(' ').count() > 1 && text.contains('-');
    name.is(line, "pass") && (counts || values::is_outcome(text) || styled)
}

/// What a secret is called, or who has it.
fn is_identity(line: View<'_>, name: Name, value: usize, text: &str) -> bool {
    let said = name.text(line);
    // The name of a secret in AWS, and Vault's half of a login.
    let drawn = values::is_telling(text) && !entropy::is_slug(text);
    is_secret_id(said) && !drawn && !values::is_service_key(text)
        || names::is_object(said) && is_label(text)
        || line.before(value) == b'`' && is_variable(text)
        || is_account(text, said)
        || is_setting(text, name, said)
        || matches!(name.judged.kind, "credential" | "authorization" | "token") && is_address(text)
        || is_error(said) && text.bytes().all(|b| b.is_ascii_digit())
}

/// The working directory: `TTY=pts/0 ; PWD=/home/bob`, `-v $PWD:/opt/dags`.
fn is_folder(line: View<'_>, name: Name, text: &str) -> bool {
    let path = |b: u8| b.is_ascii_alphanumeric() || b"/_-.".contains(&b);
    let apart = matches!(line.before(name.start), 0 | b' ' | b'\t' | b'(' | b'{');
    let said = match name.text(line) {
        "PWD" | "OLDPWD" => apart,
        "$PWD" => true,
        _ => false,
    };
    said && text.starts_with('/') && text.bytes().all(path)
}

/// What a program or a language puts there: it is elsewhere, or no value at all.
fn is_printed(line: View<'_>, name: Name, gap: Separator, value: Value) -> bool {
    let text = line.get(value.start, value.end);
    let assigned = gap.kind == Gap::Assign;
    // Terraform's `random_password.db: Creating...`
    let progress = assigned && value.form == Form::Loose && line.has_at(value.end, "...");
    // A shell's command substitution.
    let ticks = line.before(value.start) == b'`';
    let substituted = ticks && (assigned && text.contains(' ') || text.starts_with("echo "));
    // psql's variable: `PASSWORD :'name'`.
    let psql = assigned && name.text(line) == "PASSWORD" && line.behind(value.start, 3) == " :'";
    // A label of a protocol: Rust's `TrafficSecret => b"c e traffic"`.
    let label = text.contains(' ') && line.behind(value.start, 5) == "=> b\"";
    // TypeScript's `private listBlobs(`.
    let member = name.text(line) == "private" && matches!(gap.kind, Gap::Prose | Gap::Line);
    // `typeof secret === 'function'`
    let typed = line.behind(name.start, "typeof ".len()) == "typeof ";
    progress || substituted || psql || label || member || typed || is_operand(line, value)
}

/// The name of an error's number: `ER_MUST_CHANGE_PASSWORD`.
fn is_error(name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or(name);
    ["ER_", "ERR_", "ERROR_", "STATUS_"].iter().any(|head| name.starts_with(head))
}

/// `SecretId`, `--secret-id`
fn is_secret_id(name: &str) -> bool {
    let letters = name.bytes().filter(u8::is_ascii_alphabetic);
    letters.map(|b| b.to_ascii_lowercase()).eq(b"secretid".iter().copied())
}

/// A field of documentation, `:param password: Word of the user`, and the target of a link.
fn is_documented(line: View<'_>, start: usize) -> bool {
    const FIELDS: &[&str] = &[":param ", ":type ", ":keyword ", ":kwarg ", ":reqheader ", ":ivar "];
    let head = line.get(0, start).trim_start();
    FIELDS.iter().any(|field| head.starts_with(field)) || head == ".. " && line.at(start) == b'_'
}

/// A variable in an expression: `password == secret_of_bob`, `password = ssl = None`, `token + "."`.
fn is_operand(line: View<'_>, value: Value) -> bool {
    let text = line.get(value.start, value.end);
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if value.form == Form::Quoted || !text.bytes().all(word) {
        return false;
    }
    let compared = matches!(line.behind(value.start, 3), "== " | "!= ")
        && !text.bytes().all(|b| b.is_ascii_digit());
    let rest = line.rest(value.end);
    let joined = [" + \"", " + '"].iter().any(|sign| rest.starts_with(sign));
    compared || joined || rest.starts_with(" = ")
}

/// A connection string without a credential, or one in which only the address is a secret: that was
/// looked at as such.
fn is_address(text: &str) -> bool {
    let address = text.split_once("://").map(|(_, rest)| rest);
    address.is_some_and(|rest| {
        let (authority, path) = rest.split_once(['/', '?']).unwrap_or((rest, ""));
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        // A user without a password may be a key, and so may a host.
        let told = user.contains(':') || !values::is_telling(user);
        let host = host.contains(['.', ':', '{', '$']) || !entropy::looks_random(host, 12);
        let random = |part: &str| {
            entropy::looks_random(part, 12) || entropy::is_uuid(part) || entropy::is_hash(part)
        };
        let plain = !path.split(['/', '&', '=']).any(random) && !path.contains("?k=");
        let query = rest.split_once('?').is_some_and(|(_, query)| {
            query.split('&').any(|field| field.split('=').nth(1).is_some_and(values::is_telling))
        });
        told && host && plain && !query && !text.contains(';')
    }) || connection::is_harmless(text)
}

/// The name of an object of Kubernetes, of words: `regcred`, `keycloak-admin-credential`.
fn is_label(text: &str) -> bool {
    let word = |part: &str| part.len() > 1 && part.bytes().all(|b| b.is_ascii_lowercase());
    text.split(['-', '.', '_']).all(word)
}

/// The variable in which a guide says the secret is: `DB_PASSWORD`.
fn is_variable(text: &str) -> bool {
    let shouted = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    text.contains('_')
        && text.bytes().all(shouted)
        && names::judge(text).strength == Strength::Strong
}

/// The name of an account, not the file with its key: `serviceAccount: airflow-worker`.
fn is_account(text: &str, name: &str) -> bool {
    let words = names::words(name);
    let account = matches!(words.as_slice(), [.., service, account]
        if service == "service" && account == "account");
    let label = |b: u8| b.is_ascii_alphanumeric() || b"-._@:/".contains(&b);
    account && text.len() < 128 && text.bytes().all(label) && !entropy::looks_random(text, 16)
}

/// The name of a setting or of a field that says the same: `SESSION_TOKEN = "fs.s3a.session.token"`,
/// `"token_key": "access_token"`.
fn is_setting(text: &str, name: Name, said: &str) -> bool {
    // `fs.s3a.secret.key` has a digit, but no part that is drawn.
    let plain = |part: &str| {
        let letters = part.bytes().take_while(u8::is_ascii_lowercase).count();
        let digits = part.len() - letters;
        letters > 0 && part.bytes().all(|b| b.is_ascii_lowercase()) || part == "s3a" && digits > 0
    };
    if !text.contains(['.', '_']) || !text.split(['.', '_']).all(plain) {
        return false;
    }
    let (said, words) = (names::words(said), names::words(text));
    let again = words.last().is_some_and(|last| said.contains(last));
    let dotted = text.contains('.') && entropy::bits_per_byte(text) < 3.9;
    again && words.len() > 1 && (dotted || name.judged.kind == "token" && said.len() > 1)
}

/// `arn:aws:secretsmanager:eu-west-1:1:secret:name`: the name of a secret, not a secret.
fn in_arn(line: View<'_>, at: usize) -> bool {
    let head = line.text.get(at.saturating_sub(MAX_NAME)..at).unwrap_or_default();
    head.rfind("arn:").and_then(|i| head.get(i..)).is_some_and(|arn| !arn.contains([' ', '"']))
}

/// A file in a reference to what it holds: `${file:/etc/kafka/secrets.properties:truststore}`.
fn in_reference(line: View<'_>, start: usize) -> bool {
    line.before(start) == b'/'
        && line.behind(start, MAX_NAME).rsplit("${").next().is_some_and(|reference| {
            reference.starts_with("file:") && !reference.contains(['}', ' '])
        })
}

/// The user in an address: `https://x-token-auth:y@host`. What follows is looked at as an address.
fn in_userinfo(line: View<'_>, start: usize, end: usize) -> bool {
    // Where no `@` follows, it is no user.
    let address = line.near(end, 2 * MAX_NAME).split([' ', '"', '\'']).next().unwrap_or_default();
    line.at(end) == b':'
        && address.contains('@')
        && line.behind(start, MAX_NAME).rsplit("://").next().is_some_and(|user| {
            user.len() < line.behind(start, MAX_NAME).len()
                && user.bytes().all(|b| b.is_ascii_alphanumeric() || b"+._-".contains(&b))
        })
}
