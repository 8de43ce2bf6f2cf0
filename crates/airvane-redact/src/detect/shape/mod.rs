//! Tokens that their shape gives away: rows of the token table, JWTs, password hashes, and formats
//! whose telling part is in the middle or at the end.

pub(super) mod block;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::Found;
use crate::{
    entropy,
    tokens::{self, Token},
    view::{ALNUM, Class, DIGIT, LOWER, UPPER, View, begins_word},
};

static URL_SAFE: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"-_");
static HASH: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"./+$=,:-_");
static SLUG: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"-_");
static AZURE: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"-_~.");
static DIGITS: Class = Class::of(DIGIT);
static PLAIN64: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"+/");

pub(super) fn token(line: View<'_>, at: usize, row: u16, found: &mut Vec<Found>) {
    let Some(token) = tokens::get(row) else { return };
    if !line.rest(at).starts_with(token.prefix) || !begins(line, at) {
        return;
    }
    let body = at + token.prefix.len();
    let end = token_end(line, body, token);
    if (token.min..=token.max).contains(&(end - body)) && is_varied(line.get(body, end)) {
        found.push(Found { start: at, end, kind: token.kind, from: at, named: false });
    } else if let Some(end) = unlike(line, body, token) {
        found.push(Found { start: at, end, kind: token.kind, from: at, named: false });
    }
}

/// Prefixes that are ordinary words, whose tokens must be as documented.
const WORDS: &[&str] = &[
    "live_", "test_", "access_", "key_", "secret_", "oauth:", "sandbox_", "sdk-", "api-", "mob-",
    "rel-", "ext_", "API-", "pubkey-", "hawk.", "key-", "md-",
];

/// End of a token that begins as documented and goes on otherwise: providers change lengths and
/// alphabets sooner than prefixes. What follows must look random.
fn unlike(line: View<'_>, body: usize, token: &Token) -> Option<usize> {
    const SHORTEST: usize = 16;
    let distinct = token.prefix.len() >= 4 && token.prefix.ends_with(['_', '-', '.']);
    if !distinct || WORDS.contains(&token.prefix) {
        return None;
    }
    let end = line.run_within(body, &SLUG, token.max + token.max / 2 + SHORTEST);
    let text = line.get(body, end);
    (text.len() >= SHORTEST.max(token.min / 2) && entropy::looks_random(text, SHORTEST))
        .then_some(end)
}

fn token_end(line: View<'_>, body: usize, token: &Token) -> usize {
    let mut end = line.run_within(body, token.alphabet.class(), token.max + 2);
    // Punctuation at the end belongs to the sentence.
    while end > body
        && matches!(line.before(end), b'.' | b'-' | b':' | b',')
        && end - body > token.min
    {
        end -= 1;
    }
    end
}

/// Whether a token may begin here: not in the middle of a word.
fn begins(line: View<'_>, at: usize) -> bool {
    // The digest in a list of files: `x.py,sha256=r8_Dr…`.
    let head = line.get(at.saturating_sub(7), at);
    let digest = ["sha256=", "sha256-", "sha512-"].iter().any(|digest| head.ends_with(digest));
    !digest && begins_word(line.bytes(), at)
}

/// Rejects `xxxxxxxx`, `ABCABC…` and other stand-ins.
fn is_varied(body: &str) -> bool {
    let mut seen = [false; 256];
    for b in body.bytes() {
        if let Some(slot) = seen.get_mut(usize::from(b)) {
            *slot = true;
        }
    }
    let distinct = seen.iter().filter(|s| **s).count();
    distinct >= (body.len() / 4).clamp(2, 7)
}

/// Longest header of a JWT we decode, in bytes; some carry a certificate chain.
const MAX_HEADER: usize = 16384;
/// Longest payload or signature.
const MAX_PART: usize = 65536;

/// A JWT: header and payload in base64url, the header being JSON with an `alg` or `enc`.
pub(super) fn jwt(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    if !line.rest(at).starts_with("eyJ") || !(begins(line, at) || is_prefixed(line, at)) {
        return;
    }
    let header = line.run_within(at, &URL_SAFE, MAX_HEADER);
    if line.at(header) != b'.' {
        encoded_json(line, at, found);
        return;
    }
    let is_header = |text: &str| {
        text.contains("\"alg\"") || text.contains("\"enc\"") || text.contains("\"typ\"")
    };
    if !decoded(line.get(at, header)).is_some_and(|h| is_header(&h)) {
        return;
    }
    let mut end = header;
    for _ in 0..4 {
        if line.at(end) == b'.' {
            end = line.run_within(end + 1, &URL_SAFE, MAX_PART);
        }
    }
    if line.before(end) == b'.'
        && end > header + 1
        && line.get(header, end).matches('.').count() > 2
    {
        end -= 1;
    }
    if end - header >= 12 {
        found.push(Found { start: at, end, kind: "jwt", from: at, named: false });
    }
}

/// `ops_eyJ…`, `glc_eyJ…`: behind a short prefix of its own.
fn is_prefixed(line: View<'_>, at: usize) -> bool {
    let Some(end) = at.checked_sub(1).filter(|&i| line.at(i) == b'_') else { return false };
    let start = line.back_within(end, &ALNUM, 12);
    start < end && !SLUG.has(line.before(start))
}

fn decoded(text: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Base64 of a JSON object with a telling field: old Grafana keys (`{"k":"…","n":…}`), Supabase,
/// docker's `auths`, service accounts.
fn encoded_json(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    if matches!(line.before(at), b'/' | b'+') {
        return; // Within base64, not at its beginning.
    }
    let mut end = line.run_within(at, &PLAIN64, MAX_HEADER + 1);
    end = end.max(line.run_within(at, &URL_SAFE, MAX_HEADER + 1));
    while line.at(end) == b'=' && end < at + MAX_HEADER {
        end += 1;
    }
    let text = line.get(at, end);
    if text.len() < 40 || text.len() > 16384 {
        return;
    }
    let whole = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    let whole = whole.get(..whole.len() / 4 * 4).unwrap_or_default();
    let Some(json) = decoded(whole) else { return };
    let json = json.replace(' ', "");
    let telling = [
        "\"k\":",
        "\"auths\":",
        "\"private_key\":",
        "\"alg\":",
        "\"password\":",
        "\"secret",
        "\"token\":",
        "\"auth\":",
    ];
    if telling.iter().any(|field| json.contains(field)) {
        found.push(Found { start: at, end, kind: "token", from: at, named: false });
    }
}

/// Hashed passwords (crypt, Argon2, PBKDF2, scrypt, LDAP): offline guessing makes them secrets.
pub(super) fn hashed(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let start =
        if line.at(at) == b'{' { line.rest(at).find('}').map_or(at, |i| at + i + 1) } else { at };
    let end = line.run_within(start, &HASH, MAX_HASH);
    let text = line.get(at, end).trim_end_matches([',', ':', '.']);
    let dollars = text.matches('$').count();
    let body = text.rsplit('$').next().unwrap_or_default();
    let ldap = line.at(at) == b'{' && end - start >= 28;
    if ldap || (dollars >= 2 && body.len() >= 20) {
        let end = at + text.len();
        found.push(Found { start: at, end, kind: "password-hash", from: at, named: false });
    }
}

/// Longest hashed password; Argon2 with all its parameters has about 200 characters.
const MAX_HASH: usize = 256;

/// Base64 of a PEM key, as Kubernetes and environment variables carry it; the anchor is base64 of
/// `-----BEGIN`.
pub(super) fn encoded_block(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let mut end = line.run(at, &PLAIN64);
    while line.at(end) == b'=' {
        end += 1;
    }
    let head = line.get(at, end.min(at + 64));
    let head = head.get(..head.len() / 4 * 4).unwrap_or_default();
    // Certificates and public keys are made to be shown.
    let private = decoded(&head.replace('+', "-").replace('/', "_"))
        .is_some_and(|text| text.contains("PRIVATE") || text.contains("OPENSSH"));
    if private && end - at >= 64 {
        found.push(Found { start: at, end, kind: "private-key", from: at, named: false });
    }
}

/// Formats without a prefix. The anchor is `at`; look around it.
pub(super) fn infix(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let candidate = telegram(line, at)
        .or_else(|| vault(line, at))
        .or_else(|| azure_client_secret(line, at))
        .or_else(|| mailchimp(line, at))
        .or_else(|| twilio(line, at))
        .or_else(|| google_client(line, at))
        .or_else(|| rsa_xml(line, at))
        .or_else(|| signed(line, at));
    if let Some((start, end, kind)) = candidate
        && is_varied(line.get(start, end))
    {
        found.push(Found { start, end, kind, from: start, named: false });
    }
}

/// `123456789:AA…`: bot id, colon, 35 characters (core.telegram.org/bots/api#authorizing-your-bot).
fn telegram(line: View<'_>, at: usize) -> Option<(usize, usize, &'static str)> {
    if line.at(at) != b':' {
        return None;
    }
    let start = line.back_within(at, &DIGITS, 17);
    let end = line.run_within(at + 1, &SLUG, 37);
    let shape = (6..=16).contains(&(at - start)) && (33..=36).contains(&(end - at - 1));
    (shape && line.rest(at + 1).starts_with('A')).then_some((start, end, "telegram-bot-token"))
}

/// Entra ID client secrets: three characters, a digit, `Q~`, 31 to 34 more
/// (learn.microsoft.com, "Microsoft Entra app client secret" sensitive information type).
fn azure_client_secret(line: View<'_>, at: usize) -> Option<(usize, usize, &'static str)> {
    if !line.rest(at).starts_with("Q~") {
        return None;
    }
    let (start, end) = (at.checked_sub(4)?, line.run_within(at, &AZURE, 40));
    let end = if line.before(end) == b'.' { end - 1 } else { end };
    let shape = line.before(at).is_ascii_digit()
        && line.run_within(start, &AZURE, 44) == end
        && (31..=36).contains(&(end - at - 2));
    (shape && !ALNUM.has(line.before(start))).then_some((start, end, "azure-client-secret"))
}

/// 32 hexadecimal digits, `-us` and the data centre (mailchimp.com/developer, "Fundamentals").
fn mailchimp(line: View<'_>, at: usize) -> Option<(usize, usize, &'static str)> {
    if !line.rest(at).starts_with("-us") {
        return None;
    }
    let start = line.back_within(at, &ALNUM, 33);
    let end = line.run(at + 3, &Class::of(DIGIT));
    let shape = at - start == 32 && line.get(start, at).bytes().all(|b| b.is_ascii_hexdigit());
    (shape && end > at + 3 && end - at <= 5).then_some((start, end, "mailchimp-api-key"))
}

/// `SK`, or `AC` of an account, and 32 hexadecimal digits (twilio.com/docs/iam/api-keys).
fn twilio(line: View<'_>, at: usize) -> Option<(usize, usize, &'static str)> {
    static HEX: Class = Class::of(DIGIT).with(b"abcdef");
    if !line.rest(at).starts_with(['S', 'A']) || !begins(line, at) {
        return None;
    }
    let account = line.rest(at).starts_with("AC");
    let kind = if account { "twilio-account-sid" } else { "twilio-api-key" };
    let shape = account || line.rest(at).starts_with("SK");
    let end = line.run_within(at + 2, &HEX, 34);
    // `AC…:x`, the account and its token as a user and a password.
    let token = line.run_within(end + 1, &HEX, 34);
    let paired = account && line.at(end) == b':' && token == end + 33;
    (shape && end - at == 34 && !ALNUM.has(line.at(end))).then_some((
        at,
        if paired { token } else { end },
        kind,
    ))
}

/// `s.` and 24 letters and digits (developer.hashicorp.com/vault/docs/concepts/tokens, before 1.10).
fn vault(line: View<'_>, at: usize) -> Option<(usize, usize, &'static str)> {
    if !line.rest(at).starts_with("s.") || !begins(line, at) {
        return None;
    }
    let end = line.run_within(at + 2, &SLUG, 26);
    let body = line.get(at + 2, end);
    let drawn = body.len() == 24 && entropy::looks_random(body, 24) && !body.contains(['-', '_']);
    (drawn && line.at(end) != b'.').then_some((at, end, "vault-token"))
}

/// `<project number>-<32 characters>.apps.googleusercontent.com`, the id that an application signs
/// in with (developers.google.com/identity/protocols/oauth2); its secret often stands beside it.
fn google_client(line: View<'_>, at: usize) -> Option<(usize, usize, &'static str)> {
    const HOST: &str = "googleusercontent.com";
    static ID: Class = Class::of(LOWER).with(DIGIT).with(b"-");
    let dot = at.checked_sub(".apps.".len()).filter(|&i| line.has_at(i, ".apps."))?;
    let start = line.back_within(dot, &ID, 64);
    let shape = line.has_at(at, HOST) && dot - start >= 40;
    shape.then_some((start, at + HOST.len(), "google-client-id"))
}

/// The private parts of an RSA key in .NET's XML, from `<P>` or `<D>` to the end.
fn rsa_xml(line: View<'_>, at: usize) -> Option<(usize, usize, &'static str)> {
    if !line.has_at(at, "<rsakeyvalue>") {
        return None;
    }
    let rest = line.rest(at);
    let start = at + ["<P>", "<Q>", "<D>"].iter().filter_map(|tag| rest.find(tag)).min()? + 3;
    let end = rest.find("</RSAKeyValue>").map_or(line.len(), |i| at + i);
    (end > start).then_some((start, end, "private-key"))
}

/// Keys with a fixed signature inside or at the end, as (signature, characters before, after).
/// Sources: learn.microsoft.com, "Azure identifiable keys" (`JQQJ99`, `+AMC`, `+ASt`, `AzSe`, …);
/// docs.newrelic.com (`NRAL`); developer.hashicorp.com (`.atlasv1.`); platform.openai.com.
const SIGNED: &[(&str, usize, usize, &str)] = &[
    ("JQQJ99", 52, 26, "azure-identifiable-key"),
    ("+ASt", 76, 8, "azure-storage-key"),
    ("AzFu", 44, 8, "azure-functions-key"),
    ("+AMC", 33, 6, "azure-apim-key"),
    ("AzSe", 42, 6, "azure-search-key"),
    ("+ACR", 42, 6, "azure-container-registry-key"),
    ("ACDb", 76, 8, "azure-cosmos-key"),
    ("NRAL", 36, 0, "newrelic-license-key"),
    (".atlasv1.", 14, 60, "terraform-cloud-token"),
    ("T3BlbkFJ", 20, 20, "openai-api-key"),
];

fn signed(line: View<'_>, at: usize) -> Option<(usize, usize, &'static str)> {
    let (sign, before, after, kind) =
        SIGNED.iter().find(|(sign, ..)| line.rest(at).starts_with(sign))?;
    let class: &Class = if *kind == "openai-api-key" { &SLUG } else { &PLAIN64 };
    let after_class = if sign.starts_with('.') { &SLUG } else { class };
    let start = line.back_within(at, class, before + 161);
    let mut end = line.run_within(at + sign.len(), after_class, after + 161);
    while line.at(end) == b'=' && end < at + 100 {
        end += 1;
    }
    let fits = at - start >= *before && end - at - sign.len() >= *after;
    (fits && at - start <= before + 160 && end - at <= after + 160).then_some((start, end, *kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jwt_needs_a_header() {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let payload = URL_SAFE_NO_PAD.encode(r#"{"sub":"1234567890"}"#);
        let find = |text: &str| {
            let mut found = Vec::new();
            jwt(View::new(text), text.find("eyJ").unwrap(), &mut found);
            found.first().map(|f| text[f.start..f.end].to_owned())
        };
        let token = format!("{header}.{payload}.k9Xw2LpQ7vRt");
        assert_eq!(find(&format!("x={token}, y")), Some(token));
        assert_eq!(find("eyJub3QiOiJqd3QifQ.eyJub3QiOiJqd3QifQ.x"), None);
    }

    #[test]
    fn tokens_begin_where_words_do() {
        let body = "a1B2c3D4e5F6".repeat(3);
        let finds = |text: &str| {
            let row = tokens::all().position(|t| t.prefix == "ghp_").unwrap();
            let mut found = Vec::new();
            token(
                View::new(text),
                text.find("ghp_").unwrap(),
                u16::try_from(row).unwrap(),
                &mut found,
            );
            !found.is_empty()
        };
        assert!(finds(&format!("\\nghp_{body}")));
        assert!(finds(&format!("%3Dghp_{body}")));
        assert!(!finds(&format!("xghp_{body}")));
        assert!(!finds(&format!("ghp_{}", "x".repeat(36))));
    }

    #[test]
    fn formats_without_a_prefix() {
        let find = |text: &str, anchor: &str| {
            let mut found = Vec::new();
            infix(View::new(text), text.find(anchor).unwrap(), &mut found);
            found.first().map(|f| f.kind)
        };
        assert_eq!(
            find(&format!("123456789:AA{}", "bC1dE2fG3hI".repeat(3)), ":AA"),
            Some("telegram-bot-token")
        );
        assert_eq!(
            find("abc8Q~0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q", "Q~"),
            Some("azure-client-secret")
        );
        assert_eq!(find("0123456789abcdef0123456789abcdef-us12", "-us"), Some("mailchimp-api-key"));
        assert_eq!(find("bus-us12", "-us"), None);
    }
}
