//! Credentials in URIs: `scheme://user:password@host` of every scheme, tokens as user name,
//! several hosts, JDBC forms, and webhook addresses whose path is the secret.

use super::{Found, value};
use crate::{
    entropy, values,
    view::{Class, DIGIT, LOWER, UPPER, View},
};

static SCHEME: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"+-._");

/// Longest user information we look through for the `@`.
const MAX_USERINFO: usize = 4096;

pub(super) fn detect(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    // The gate asks for a scheme at every other place only: so it must be asked for here.
    if !line.before(at).is_ascii_alphanumeric() && line.before(at) != b'+' {
        return;
    }
    let scheme = line.back(at, &SCHEME);
    let authority = at + 3;
    let Some(end) = userinfo_end(line, authority) else {
        webhook(line, scheme, authority, found);
        return;
    };
    let userinfo = line.get(authority, end);
    // Oracle: `jdbc:oracle:thin:user/password@//host`; elsewhere the first colon divides.
    if let Some(colon) = userinfo.find(':') {
        let start = authority + colon + 1;
        if is_token(line.get(authority, start - 1)) {
            let (kind, from) = ("token", scheme);
            found.push(Found { start: authority, end: start - 1, kind, from, named: true });
        }
        if !values::is_placeholder(line.get(start, end)) && !is_field(line.get(start, end)) {
            found.push(Found { start, end, kind: "uri-password", from: scheme, named: true });
        }
    } else if is_token(userinfo) {
        found.push(Found { start: authority, end, kind: "token", from: scheme, named: true });
    }
    webhook(line, scheme, end + 1, found);
}

/// Position of the `@` that ends the user information, if there is any. A password may hold
/// unescaped `/`, `#`, `?` or `@`, as people write them: the last `@` before the path's first
/// clear end counts.
fn userinfo_end(line: View<'_>, start: usize) -> Option<usize> {
    let mut i = start;
    let mut at = None;
    let mut slash = None;
    while i < line.len() && i - start < MAX_USERINFO {
        if let Some(end) = value::mask_at(line, i) {
            i = end;
            continue;
        }
        match line.at(i) {
            b'@' if slash.is_none() || at.is_none() && is_late(line, start, i) => at = Some(i),
            b'/' | b'?' | b'#' if slash.is_none() => slash = Some(i),
            b' ' | b'\t' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'|' => {
                // `user:<password>` is a placeholder, not an end.
                let placeholder = line.at(i) == b'<' && matches!(line.before(i), b':' | b'/');
                if !placeholder || i == start {
                    break;
                }
            }
            // The next URI.
            b':' if i > start && line.has_at(i, "://") => break,
            b',' | b';' | b')' | b']' | b'}' if at.is_some() || slash.is_some() => break,
            _ => {}
        }
        i += 1;
    }
    at.filter(|&at| at > start)
}

/// Whether an `@` behind a slash still ends user information: `user:pa/ss@host:5432/db`, not
/// `host:80/path/@scope` or `host/a@b`.
fn is_late(line: View<'_>, start: usize, at: usize) -> bool {
    let head = line.get(start, at);
    let Some((user, password)) = head.split_once(':') else { return false };
    let port = password.split(['/', '?', '#']).next().unwrap_or_default();
    let host = line.rest(at + 1);
    let host = host.strip_prefix('[').map_or(host, |v6| v6.trim_start_matches(|c| c != ']'));
    let host = host.strip_prefix(']').unwrap_or(host);
    let host_end = host.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'));
    let after = host_end.and_then(|i| host.as_bytes().get(i));
    !user.contains(['/', '.'])
        && !port.bytes().all(|b| b.is_ascii_digit())
        && matches!(
            after,
            Some(b':' | b'/' | b' ' | b'"' | b'\'' | b',' | b')' | b'?' | b'\\') | None
        )
}

/// `user:password` written as documentation: `{user}:{password}`, `user:pass` stays maskable.
fn is_field(password: &str) -> bool {
    password.starts_with('{') && password.ends_with('}')
        || password.starts_with("$(")
        || password.starts_with('%') && password.ends_with(")s")
}

/// A user name that is a credential: `https://<token>@github.com`.
fn is_token(user: &str) -> bool {
    let user = user.trim_end_matches(':');
    user.len() >= 16
        && (entropy::looks_random(user, 16) || entropy::is_hash(user))
        && !values::is_placeholder(user)
}

/// Hosts whose path is a credential: (host suffix, path prefix). Sources: each service's page on
/// incoming webhooks.
const WEBHOOKS: &[(&str, &str)] = &[
    ("hooks.slack.com", "/services/"),
    ("hooks.slack.com", "/workflows/"),
    ("hooks.slack.com", "/triggers/"),
    ("hooks.slack-gov.com", "/services/"),
    ("discord.com", "/api/webhooks/"),
    ("discordapp.com", "/api/webhooks/"),
    ("webhook.office.com", "/webhookb2/"),
    ("webhook.office365.com", "/webhook"),
    ("outlook.office.com", "/webhook"),
    ("logic.azure.com", "/workflows/"),
    ("chat.googleapis.com", "/v1/spaces/"),
    ("hooks.zapier.com", "/hooks/catch/"),
    ("maker.ifttt.com", "/trigger/"),
    ("events.pagerduty.com", "/integration/"),
    ("api.telegram.org", "/bot"),
    ("open.feishu.cn", "/open-apis/bot/"),
    ("open.larksuite.com", "/open-apis/bot/"),
    ("qyapi.weixin.qq.com", "/cgi-bin/webhook/"),
    ("oapi.dingtalk.com", "/robot/send"),
    ("hooks.glip.com", "/webhook/"),
    ("hc-ping.com", "/"),
    ("api.opsgenie.com", "/v1/json/"),
    ("alert.victorops.com", "/integrations/"),
    ("outgoing.prod.webhook", "/"),
    ("cronitor.link", "/p/"),
    ("hook.us1.make.com", "/"),
    ("hook.eu1.make.com", "/"),
    ("hooks.airtable.com", "/workflows/"),
    ("rooms.webex.com", "/"),
    ("g.alchemy.com", "/v2/"),
    ("infura.io", "/v3/"),
    ("webexapis.com", "/v1/webhooks/incoming/"),
];

static PATH: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"/-_.~%?&=+:@!*$;#");

/// Longest path of a webhook.
const MAX_PATH: usize = 1024;

/// A webhook written without its scheme.
pub(super) fn hook(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    webhook(line, at, at, found);
}

fn webhook(line: View<'_>, scheme: usize, host: usize, found: &mut Vec<Found>) {
    static HOST: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b".-:");
    let i = line.run_within(host, &HOST, 256);
    let name = line.get(host, i).split(':').next().unwrap_or_default();
    let known = WEBHOOKS.iter().filter(|(h, _)| name.ends_with(h));
    let Some(path) = known.map(|(_, p)| *p).find(|p| line.rest(i).starts_with(p)) else { return };
    let start = i + path.len();
    let end = line.run_within(start, &PATH, MAX_PATH);
    let secret = line.get(start, end);
    let varied = secret.bytes().filter(u8::is_ascii_digit).count() >= 1;
    if secret.len() >= 10 && varied && !values::is_placeholder(secret) && !is_masked(secret) {
        found.push(Found { start, end, kind: "webhook-url", from: scheme, named: true });
    }
}

/// A path that is masked already, whole or in its last part.
fn is_masked(path: &str) -> bool {
    path.contains("[redacted:")
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
