//! Credentials in URIs: `scheme://user:password@host` of every scheme, tokens as user name,
//! several hosts, and the same escaped for JSON or in a query.

use super::webhook;
use crate::{
    detect::{Found, value},
    entropy, mask, values,
    view::{ALNUM, Class, DIGIT, LOWER, UPPER, View},
};

static SCHEME: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"+-._");

static DIGITS: Class = Class::of(DIGIT);

/// Longest user information we look through for the `@`.
const MAX_USERINFO: usize = 4096;

/// Schemes whose user information is one credential if there is no colon in it. Sources: NATS'
/// documentation on tokens; the share links of Trojan, Hysteria, VLESS (a UUID) and Shadowsocks
/// (SIP002); shoutrrr's services Discord and Telegram.
const WHOLE: &[&str] = &[
    "nats",
    "trojan",
    "trojan-go",
    "hysteria",
    "hysteria2",
    "hy2",
    "vless",
    "ss",
    "discord",
    "telegram",
    "redis",
    "rediss",
];

pub(crate) fn detect(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    if line.at(at) == b'%' {
        encoded(line, at, found);
        return;
    }
    let Some((from, authority)) = beginning(line, at) else { return };
    let Some(end) = userinfo_end(line, from, authority) else {
        let content = CONTENT.contains(&line.get(from, at));
        if let Some(end) = token_alone(line, authority).filter(|_| !content) {
            found.push(Found { start: authority, end, kind: "token", from, named: true });
        }
        webhook::detect(line, from, authority, found);
        return;
    };
    let Some(colon) = division(line, authority, end) else {
        let user = line.get(authority, end);
        let scheme = line.get(from, at);
        // Redis' users have names.
        let redis = scheme.to_ascii_lowercase().starts_with("redis");
        let named = redis && !user.bytes().any(|b| b.is_ascii_digit());
        let whole =
            !named && WHOLE.iter().any(|s| s.eq_ignore_ascii_case(scheme)) && user.len() >= 3;
        if is_token(user) || whole && !values::is_template(user) {
            found.push(Found { start: authority, end, kind: "token", from, named: true });
        }
        webhook::detect(line, from, end + 1, found);
        return;
    };
    let (user, password) = (line.get(authority, colon), line.get(colon + 1, end));
    let token = is_token(user);
    if token {
        found.push(Found { start: authority, end: colon, kind: "token", from, named: true });
    }
    // GitHub takes any password beside a token.
    let masked = mask::is_mask(user);
    let constant = (token || masked) && matches!(password, "x-oauth-basic" | "x");
    let documented = is_documented(line, (user, password), end);
    if !constant && !documented && !values::is_template(password) && !is_field(password) {
        found.push(Found { start: colon + 1, end, kind: "uri-password", from, named: true });
    }
    webhook::detect(line, from, end + 1, found);
    others(line, from, end + 1, found);
}

/// The passwords of further hosts, as `OpenStack`'s `rabbit://u:x@h1:5672,u:y@h2:5672/` has them.
fn others(line: View<'_>, from: usize, host: usize, found: &mut Vec<Found>) {
    static HOST: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b".-_:");
    static PART: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b".-_!#$%^&*+~=?");
    const MOST: usize = 16;
    let mut host = host;
    for _ in 0..MOST {
        let comma = line.run_within(host, &HOST, 256);
        let colon = line.run_within(comma + 1, &PART, 64);
        let end = line.run_within(colon + 1, &PART, MAX_USERINFO);
        let next = line.at(comma) == b',' && line.at(colon) == b':' && line.at(end) == b'@';
        if !next || value::mask_at(line, colon + 1).is_some() {
            return;
        }
        if !values::is_template(line.get(colon + 1, end)) {
            let found_at = Found { start: colon + 1, end, kind: "uri-password", from, named: true };
            found.push(Found { from: comma + 1, ..found_at });
        }
        host = end + 1;
    }
}

/// Schemes whose place of a host holds the name of some content.
const CONTENT: &[&str] = &[
    "ipfs",
    "ipns",
    "gdrive",
    "gs",
    "s3",
    "s3a",
    "s3n",
    "drive",
    "ar",
    "arweave",
    "bzz",
    "dat",
    "hyper",
    "docker",
    "oci",
    "content",
    "data",
    "chrome-extension",
    "moz-extension",
    "spotify",
    "steam",
    "dbfs",
    "abfs",
];

/// End of a token in the place of a host, as Apprise's addresses have it: `pushme://x`. A host is not
/// told apart by case.
fn token_alone(line: View<'_>, start: usize) -> Option<usize> {
    let end = line.run_within(start, &ALNUM, MAX_USERINFO);
    let text = line.get(start, end);
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    let drawn =
        has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    let alone = !matches!(line.at(end), b'.' | b':' | b'-' | b'_' | b'%');
    (drawn && alone && entropy::looks_random(text, 16)).then_some(end)
}

/// Where the URI begins whose `://` is at `at`, and where its authority begins. In JSON a slash may
/// be written `\/` or `\u002f`; SIP has none (RFC 3261).
fn beginning(line: View<'_>, at: usize) -> Option<(usize, usize)> {
    if line.has_at(at, "sip") {
        let authority = at + if line.has_at(at, "sips") { 5 } else { 4 };
        return (!line.before(at).is_ascii_alphanumeric()).then_some((at, authority));
    }
    // The gate asks for a scheme at every other place only: so it must be asked for here.
    if !line.before(at).is_ascii_alphanumeric() && line.before(at) != b'+' {
        return None;
    }
    let mut authority = at + 1;
    for _ in 0..2 {
        authority = slash_end(line, authority)?;
    }
    let from = line.back(at, &SCHEME);
    // Files have no user, and on Windows a colon.
    (!line.get(from, at).eq_ignore_ascii_case("file")).then_some((from, authority))
}

/// End of the slash at `i`, however it is escaped.
fn slash_end(line: View<'_>, i: usize) -> Option<usize> {
    let behind = i + line.slashes(i);
    if line.at(behind) == b'/' {
        return Some(behind + 1);
    }
    (behind > i && line.has_at(behind, "u002f")).then_some(behind + 5)
}

/// The colon between user and password, if there is one; masks have colons of their own.
fn division(line: View<'_>, start: usize, end: usize) -> Option<usize> {
    let mut i = start;
    while i < end {
        if let Some(after) = value::mask_at(line, i) {
            i = after;
        } else if line.at(i) == b':' {
            return Some(i);
        } else {
            i += 1;
        }
    }
    None
}

/// Position of the `@` that ends the user information, if there is any. A password may hold
/// unescaped quotes and `/`, `#`, `?` or `@`, as people write them: the last `@` before the path's
/// first clear end counts.
fn userinfo_end(line: View<'_>, from: usize, start: usize) -> Option<usize> {
    // Most addresses have no `@`, and that is known at once.
    let reach = line.bytes().get(start..line.len().min(start + MAX_USERINFO))?;
    memchr::memchr(b'@', reach)?;
    let mut i = start;
    let mut at = None;
    // Whether there was a sign that ends an address unless a password holds it.
    let mut ended = false;
    while i < line.len() && i - start < MAX_USERINFO {
        if let Some(end) = value::mask_at(line, i) {
            i = end;
            continue;
        }
        match line.at(i) {
            // `name:3.1@sha256:…` is an image.
            b'@' if line.has_at(i + 1, "sha256:") || line.has_at(i + 1, "sha512:") => {}
            b'@' if !ended && !is_port(line, start, i) => at = Some(i),
            b'@' if is_late(line, start, i, at) => at = Some(i),
            b'/' | b'?' | b'#' => ended = true,
            b'\\' => match slash_end(line, i) {
                Some(_) => ended = true,
                None if ends_text(line, i) => break,
                None => i += line.slashes(i) - 1,
            },
            b' ' | b'\t' => break,
            sign @ (b'"' | b'\'' | b'`' | b'<' | b'>' | b'|') => {
                // `user:<password>` is a placeholder, not an end.
                let placeholder = sign == b'<' && matches!(line.before(i), b':' | b'/');
                if at.is_some() || encloses(line, from, sign) || i == start {
                    break;
                }
                ended |= !placeholder;
            }
            // The next URI.
            b':' if i > start && line.has_at(i, "://") => break,
            b',' | b';' | b')' | b']' | b'}' if at.is_some() => break,
            _ => {}
        }
        i += 1;
    }
    at.filter(|&at| at > start)
}

/// `\n`, `\"` written out.
fn ends_text(line: View<'_>, i: usize) -> bool {
    matches!(line.at(i + line.slashes(i)), b'n' | b't' | b'r' | b'"' | b'\'')
}

/// Whether a quote or bracket that opened right before the URI closes with `sign`.
fn encloses(line: View<'_>, from: usize, sign: u8) -> bool {
    let open = line.before(from);
    open == sign || open == b'<' && sign == b'>'
}

/// Whether a port stands behind the first colon: `host1:123,host2:456/…@`.
fn is_port(line: View<'_>, start: usize, at: usize) -> bool {
    let Some(colon) = division(line, start, at) else { return false };
    let digits = line.run(colon + 1, &DIGITS);
    digits > colon + 1 && matches!(line.at(digits), b',' | b'\'' | b'"' | b'|')
}

/// Whether an `@` behind a slash still ends user information: `user:pa/ss@host:5432/db`, not
/// `host:80/path/@scope` or `host/a@b`; behind another `@` only if a port follows.
fn is_late(line: View<'_>, start: usize, at: usize, before: Option<usize>) -> bool {
    let Some(colon) = division(line, start, at) else { return false };
    let (user, password) = (line.get(start, colon), line.get(colon + 1, at));
    let digits = password.trim_start_matches(|c: char| c.is_ascii_digit());
    let port = digits.len() < password.len()
        && digits.starts_with(['/', '?', '#', ',', ';', '\'', '"', '|'])
        || digits.is_empty()
        || password.starts_with('/');
    let signs = ['/', '?', '#', '"', '\'', '<', '>', '|', '`', '('];
    if port || user.contains(signs) || user.starts_with('[') && mask::mask_end(user, 0).is_none() {
        return false;
    }
    let host = line.rest(at + 1);
    let host = host.strip_prefix('[').map_or(host, |v6| v6.trim_start_matches(|c| c != ']'));
    let host = host.strip_prefix(']').unwrap_or(host);
    let host_end = host.find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-' || c == '_'));
    let after = host.get(host_end.unwrap_or(host.len())..).unwrap_or_default();
    if before.is_some_and(|before| before < at) {
        let numbered = after
            .strip_prefix(':')
            .is_some_and(|port| port.starts_with(|c: char| c.is_ascii_digit()));
        return numbered && !password.contains('=');
    }
    after.is_empty() || !after.starts_with(['@', '=', '#', '%', '$', '!', '*', '+', '~', '^'])
}

/// `%3A%2F%2Fuser%3Apassword%40host`: a URI in the query of another. `at` is that of its `://`.
fn encoded(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    static PART: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"%-_.~!*");
    let start = at + "%3a%2f%2f".len();
    let end = line.run_within(start, &PART, MAX_USERINFO);
    let lower = line.get(start, end).to_ascii_lowercase();
    let authority = lower.split("%2f").next().unwrap_or_default();
    let (Some(host), Some(colon)) = (authority.rfind("%40"), authority.find("%3a")) else { return };
    let password = authority.get(colon + 3..host).unwrap_or_default();
    if !password.is_empty() && !values::is_template(password) {
        let (start, end) = (start + colon + 3, start + host);
        found.push(Found { start, end, kind: "uri-password", from: at, named: true });
    }
}

/// `scheme://login:password@host:port/…`, `scheme://[[user:]password@]host`: what an address
/// consists of.
fn is_documented(line: View<'_>, (user, password): (&str, &str), end: usize) -> bool {
    const HOSTS: &[&str] = &["host:port", "hostname:port", "server:port", "host[:", "hostname[:"];
    let host = HOSTS.iter().any(|host| line.has_at(end + 1, host));
    let word = matches!(password, "password" | "pass" | "passwd" | "pwd");
    // `ssh://USERNAME:PASSWORD@HOSTNAME`
    let shouted = matches!(user, "USERNAME" | "USER") && matches!(password, "PASSWORD" | "PASS");
    let usage = matches!(password, "]password" | "]pass" | "]passwd" | "]pwd" | "]secret");
    word && host || shouted || user.starts_with('[') && usage
}

/// `user:password` written as documentation: `{user}:{password}`, `user:pass` stays maskable.
fn is_field(password: &str) -> bool {
    password.starts_with('{') && password.ends_with('}')
        || password.starts_with('(')
            && password.ends_with(')')
            && password.bytes().filter(u8::is_ascii_alphabetic).count() + 2 == password.len()
        || password.starts_with("$(")
        || password.starts_with('%') && password.ends_with(")s")
}

/// A user name that is a credential: `https://<token>@github.com`.
fn is_token(user: &str) -> bool {
    user.len() >= 16
        && !user.contains(['%', '@'])
        && (entropy::looks_random(user, 16) || entropy::is_hash(user))
        && !values::is_placeholder(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        let at = text.find("://").unwrap();
        detect(View::new(text), at, &mut found);
        found.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn finds_passwords_tokens_and_webhooks() {
        assert_eq!(secrets("redis://:pw99@h:1/0"), ["pw99"]);
        assert_eq!(secrets("x://u:a/b@h:1/d?x=y@z"), ["a/b"]);
        assert_eq!(secrets("https://k9Xw2LpQ7vRt4Zb8@git.example/x"), ["k9Xw2LpQ7vRt4Zb8"]);
        let hook = "https://hooks.slack.com/services/T01/B02/k9Xw2LpQ7vRt";
        assert_eq!(secrets(hook), ["T01/B02/k9Xw2LpQ7vRt"]);
    }

    #[test]
    fn leaves_addresses_without_credentials() {
        for text in [
            "https://host:8080/a@b",
            "https://user@host/x",
            "https://unpkg.example/@scope/name",
            "postgres://${USER}:${PASSWORD}@host/db",
            "postgres://u:***@host/db",
        ] {
            assert!(secrets(text).is_empty(), "{text}");
        }
    }
}
