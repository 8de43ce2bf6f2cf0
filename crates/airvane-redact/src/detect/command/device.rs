//! Lines of a network device's configuration. No sign divides a name from its value there: blanks
//! do, and between the two may stand how the value is coded, so that only the commands that take a
//! secret tell one line from a sentence: `ip ospf message-digest-key 1 md5 x`, `snmp-server
//! community x RO`, `local-user bob password cipher x`.

use super::shell::word;
use crate::{
    detect::{Found, value::Value},
    values::{self, Form},
    view::{BLANK, Class, DIGIT, LOWER, UPPER, View},
};

/// Commands whose secret is the next word, behind words that say how it is coded. Sources: the
/// command references of Cisco, Juniper, Huawei, Squid, keepalived, strongSwan and Redis.
pub(crate) const COMMANDS: &[&str] = &[
    "-server community ",
    " snmp community ",
    "-agent community ",
    "-server key ",
    "isakmp key ",
    "key-string ",
    "authentication-key ",
    "message-digest-key ",
    "pre-shared-key ",
    "pre-shared-secret ",
    " set-key ",
    "authentication md5 1 key ",
    "authentication md5 2 key ",
    " auth sha ",
    " auth md5 ",
    " priv aes ",
    " priv des ",
    "wpa-psk ",
    ": psk ",
    ": xauth ",
    ": eap ",
    "insecure-password ",
    "cachemgr_passwd ",
    "rocommunity ",
    "rwcommunity ",
    "set requirepass ",
    "operator unseal ",
];

/// Commands that name a server, whose secret stands behind the word "key".
pub(crate) const SERVERS: &[&str] =
    &["radius-server host ", "tacacs-server host ", "server-private "];

/// Words that say how a value is coded, kept or used.
const CODINGS: &[&str] = &[
    "ascii",
    "ascii-text",
    "hex",
    "hexadecimal",
    "clear",
    "cleartext",
    "clear-text",
    "plain",
    "plaintext",
    "plain-text",
    "simple",
    "cipher",
    "irreversible-cipher",
    "encrypted",
    "unencrypted",
    "enc",
    "hash",
    "md5",
    "sha",
    "sha1",
    "sha256",
    "sha512",
    "hmac-sha-256",
    "bcrypt",
    "scrypt",
    "level",
    "read",
    "write",
];

/// The secret of the command at `at`.
pub(crate) fn detect(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let command = COMMANDS.iter().find(|command| line.has_at(at, command));
    let name = command.map(|command| at + command.len()).or_else(|| {
        SERVERS.iter().find(|server| line.has_at(at, server))?;
        line.rest(at).find(" key ").map(|key| at + key + " key ".len())
    });
    let Some(Value { start, end, .. }) = name.and_then(|name| word(line, coding(line, name), 0))
    else {
        return;
    };
    // A community may be called so.
    let text = line.get(start, end);
    let word = matches!(text, "public" | "private") && line.near(at, 24).contains("community");
    if end - start >= 3 && (word || !values::is_placeholder(text)) {
        found.push(Found { start, end, kind: "password", from: at, named: true });
    }
}

/// Where the value begins behind words that say how it is coded, and behind numbers: the level of
/// a user, the number of a key or a cipher.
pub(crate) fn coding(line: View<'_>, at: usize) -> usize {
    const MOST: usize = 4;
    static WORD: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"-");
    static NUMBER: Class = Class::of(DIGIT);
    let mut at = at;
    for _ in 0..MOST {
        let end = line.run_within(at, &WORD, 24);
        let word = line.get(at, end);
        let number = (1..=3).contains(&word.len()) && line.run(at, &NUMBER) == end;
        let coding = number || CODINGS.iter().any(|coding| coding.eq_ignore_ascii_case(word));
        let next = line.run(end, &BLANK);
        if !coding || next == end || next >= line.len() {
            break;
        }
        at = next;
    }
    at
}

/// Whether a name and its value end a line that is no sentence: `neighbor 10.0.0.2 password x`. A
/// value has letters and digits, as the last word of a sentence seldom has.
pub(crate) fn ends(line: View<'_>, name: usize, value: Value) -> bool {
    let tail = line.rest(value.end).trim_matches([' ', '\t', ';', '"', '\'']);
    let text = line.get(value.start, value.end);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    tail.is_empty()
        && value.form != Form::Quoted
        && digits > 0
        && letters > 2
        && values::is_telling(text)
        && !line.get(0, name).trim_end().ends_with(['.', ':', ';'])
}
