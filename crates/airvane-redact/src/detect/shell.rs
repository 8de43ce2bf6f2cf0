//! Credentials that shells and administration tools take without a name: piped into `sudo -S`,
//! `chpasswd` and `passwd --stdin`, `net user bob x`, `ConvertTo-SecureString 'x'`,
//! lines of `.pgpass`.

use super::{
    Found,
    value::{self, Reach, Value},
};
use crate::{
    entropy, values,
    view::{BLANK, Class, NAME, View},
};

/// How far an argument may stand from the word that announces it, in bytes.
const REACH: usize = 160;

/// Commands that take what is piped into them for a secret.
const PIPED: &[&str] = &[
    "passwd --stdin",
    "--password-stdin",
    "| sudo -s",
    "| kinit",
    "-pass stdin",
    "-passin stdin",
    "--passphrase-fd 0",
    "secret create ",
    "secrets create ",
    "secrets versions add ",
    "| cryptsetup ",
];

pub(super) fn detect(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let value = if line.has_at(at, "securestring") {
        secure_string(line, at)
    } else if line.has_at(at, "chpasswd") {
        piped(line, at).and_then(|value| after(line, value, b":"))
    } else if line.has_at(at, "<<< ") {
        word(line, at + "<<< ".len(), 0).filter(|_| takes_secret(line.get(0, at)))
    } else if PIPED.iter().any(|command| line.has_at(at, command)) {
        piped(line, at)
    } else if line.has_at(at, "net user ") {
        word(line, at + "net user ".len(), 1).filter(|value| !is_switch(line, *value))
    } else if line.has_at(at, "/user:") {
        word(line, at, 1).filter(|value| {
            line.get(at.saturating_sub(REACH), at).contains("net use ") && !is_switch(line, *value)
        })
    } else if line.has_at(at, "vault login ") {
        word(line, at + "vault login ".len(), 0).filter(|value| is_vault_token(line, *value))
    } else if line.has_at(at, "htpasswd -") {
        word(line, at + "htpasswd ".len(), 3).filter(|_| in_batch(line, at))
    } else if let Some(value) = argument(line, at) {
        Some(value)
    } else if line.at(at) == b'@' {
        data_source(line, at)
    } else if line.has_at(at, "rabbitmqctl ") {
        word(line, at, 3).filter(|_| {
            let verb = line.rest(at + "rabbitmqctl ".len());
            ["add_user ", "change_password ", "authenticate_user "]
                .iter()
                .any(|v| verb.starts_with(v))
        })
    } else if line.has_at(at, "ssh-keygen ") {
        let flag = line.rest(at).find(" -N ").map(|i| at + i + " -N ".len());
        flag.and_then(|value| word(line, value, 0))
    } else if line.has_at(at, "signtool ") {
        let flag = line.rest(at).find(" /p ").map(|i| at + i + " /p ".len());
        flag.and_then(|value| word(line, value, 0))
    } else if line.has_at(at, "net use ") {
        word(line, at, 3).filter(|value| has_user(line, *value) && !is_switch(line, *value))
    } else if line.has_at(at, " /rp ") || line.has_at(at, " /p:") {
        word(line, at + 4, 0)
    } else {
        None
    };
    if let Some(Value { start, end, .. }) = value
        && end - start >= 3
        && !values::is_placeholder(line.get(start, end))
    {
        found.push(Found { start, end, kind: "password", from: at.min(start), named: true });
    }
}

/// The `position`th word from `at`, quoted or bare.
pub(super) fn word(line: View<'_>, at: usize, position: usize) -> Option<Value> {
    let mut i = line.run(at, &BLANK);
    for _ in 0..position {
        i = line.run(value::bare(line, i, Reach::Blank).end, &BLANK);
    }
    (i < line.len())
        .then(|| value::quoted(line, i).unwrap_or_else(|| value::bare(line, i, Reach::Blank)))
}

/// The word behind a command that takes a password as its second argument or behind a sign:
/// `sentinel auth-pass mymaster x`, `user bob on >x`.
fn argument(line: View<'_>, at: usize) -> Option<Value> {
    // Robot Framework's `Input Password    id=x    y`.
    if line.has_at(at, "input password  ") {
        let first = at + "input password  ".len();
        return word(line, first, 1).or_else(|| word(line, first, 0));
    }
    // What Windows shows of a network: `Key Content            : x`.
    if line.has_at(at, "key content  ") {
        let sign = at + line.rest(at).find(": ")?;
        return word(line, sign + 1, 0);
    }
    if line.has_at(at, "wpa_passphrase ") {
        return word(line, at + "wpa_passphrase ".len(), 1);
    }
    // `SQL> connect scott/x`
    if line.has_at(at, "sql> connect ") {
        let user = word(line, at + "sql> connect ".len(), 0)?;
        return after(line, user, b"/");
    }
    // MinIO's `mc alias set name https://host user x`.
    if let Some(command) = ["alias set ", "config host add "].iter().find(|c| line.has_at(at, c)) {
        let host = word(line, at + command.len(), 1)?;
        let host = line.get(host.start, host.end).contains("://");
        return word(line, at + command.len(), 3).filter(|_| host);
    }
    if line.has_at(at, "set-agent-token ") {
        return word(line, at + "set-agent-token ".len(), 1);
    }
    // Postfix's `[host]:587 bob:x`.
    if line.has_at(at, "]:") {
        return word(line, at, 1).and_then(|value| after(line, value, b":"));
    }
    // `127.0.0.1:6379> AUTH bob x`
    if line.has_at(at, ":6379> auth ") {
        let first = word(line, at + ":6379> auth ".len(), 0)?;
        let second = word(line, first.end, 0).filter(|word| line.at(word.start) != b'#');
        return Some(second.unwrap_or(first));
    }
    // "connecting with bob:x@db:5432"
    if line.at(at) == b':' {
        let port = line.run_within(at + 1, &NAME, 6) - at - 1;
        let host = line.back_within(at, &NAME, REACH);
        let sign = host.checked_sub(1).filter(|i| line.at(*i) == b'@')?;
        let value = data_source(line, sign)?;
        let plain = !line.get(value.start, sign).contains(['/', ':']);
        return (plain && matches!(port, 4 | 5)).then_some(value);
    }
    // Teradata's `.logon host/bob,x`, DB2's `connect to d user bob using x`.
    if line.has_at(at, ".logon ") {
        return word(line, at + ".logon ".len(), 0).and_then(|value| {
            let name = line.rest(value.start).find(',')? + value.start + 1;
            word(line, name, 0)
        });
    }
    if line.has_at(at, "db2 connect to ") {
        let words = word(line, at, 6)?;
        return word(line, at, 7).filter(|_| line.get(words.start, words.end) == "using");
    }
    if line.has_at(at, "nickserv") {
        let identify = line.rest(at).to_ascii_lowercase().find("identify ")?;
        return word(line, at + identify + "identify ".len(), 0)
            .map(|first| word(line, first.end, 0).unwrap_or(first));
    }
    // IMAP's `a1 LOGIN bob x`.
    if line.rest(at).starts_with(" LOGIN ") {
        let tagged = line.get(0, at).bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
        let value = word(line, at + " LOGIN ".len(), 1)?;
        return (tagged && at > 0 && line.rest(value.end).trim_matches('"').is_empty())
            .then_some(value);
    }
    // `sentinel auth-pass mymaster x`; Kickstart's `rootpw --plaintext x`.
    if let Some(command) = ["auth-pass ", "rootpw "].iter().find(|c| line.has_at(at, c)) {
        return word(line, at + command.len(), 1).filter(|value| line.at(value.start) != b'-');
    }
    // `user bob on >x` in an access list of Redis.
    if line.has_at(at, " on >") {
        return word(line, at + " on >".len(), 0);
    }
    if line.has_at(at, " -hp") {
        let rar = line.get(0, at).contains("rar ");
        return word(line, at + " -hp".len(), 0).filter(|_| rar);
    }
    if line.has_at(at, "stats auth ") {
        return word(line, at + "stats auth ".len(), 0).and_then(|value| after(line, value, b":"));
    }
    None
}

/// Go's data source name, `user:x@tcp(host:port)/database`; the anchor is at the `@`.
fn data_source(line: View<'_>, at: usize) -> Option<Value> {
    static ENDS: Class = Class::of(b" \t\"'`");
    let mut user = at;
    while user > at.saturating_sub(REACH) && !ENDS.has(line.before(user)) && user > 0 {
        user -= 1;
    }
    let text = line.get(user, at);
    let colon = text.find(':').filter(|_| !text.contains("://") && !text.contains('['))?;
    Some(Value { start: user + colon + 1, end: at, form: values::Form::Tight })
}

/// `vault login hvs.x`, not `vault login -method=ldap`.
fn is_vault_token(line: View<'_>, value: Value) -> bool {
    let text = line.get(value.start, value.end);
    text.len() >= 20 && !text.contains(['=', '-']) || entropy::is_uuid(text)
}

/// `htpasswd -b file user password`, `htpasswd -Bbn`: with `b` the password is an argument, with
/// `n` there is no file.
fn in_batch(line: View<'_>, at: usize) -> bool {
    let flags = line.rest(at + "htpasswd -".len());
    let flags = flags.split(' ').next().unwrap_or_default();
    flags.contains('b') && !flags.contains('n')
}

/// Whether `net use` names a user, who has the password before it.
fn has_user(line: View<'_>, password: Value) -> bool {
    line.near(password.end, REACH).to_ascii_lowercase().contains("/user:")
}

/// `/add`, `*`: not a password of `net user`.
fn is_switch(line: View<'_>, value: Value) -> bool {
    matches!(line.at(value.start), b'/' | b'*' | b'\\')
}

/// Whether a command reads a secret from its input.
fn takes_secret(command: &str) -> bool {
    const WORDS: &[&str] =
        &["secret", "passw", "passphrase", "luks", "sudo -s", "kinit", "login", "token"];
    let command = command.to_ascii_lowercase();
    WORDS.iter().any(|word| command.contains(word))
}

/// The text of the `echo` that is piped to what stands at `at`.
fn piped(line: View<'_>, at: usize) -> Option<Value> {
    let floor = at.saturating_sub(REACH);
    let head = line.text.get(floor..at)?;
    let prints =
        ["echo ", "printf "].into_iter().filter_map(|print| Some((head.rfind(print)?, print)));
    let echo = floor + prints.max().map(|(at, print)| at + print.len())?;
    let value = word(line, echo, 0)?;
    let value = if line.get(value.start, value.end) == "-n" || line.at(value.start) == b'-' {
        word(line, value.end, 0)?
    } else {
        value
    };
    (value.end < at).then_some(value)
}

/// The part of `value` behind the first of `signs`.
fn after(line: View<'_>, value: Value, signs: &[u8]) -> Option<Value> {
    let divided = line.get(value.start, value.end).bytes().position(|b| signs.contains(&b))?;
    Some(Value { start: value.start + divided + 1, ..value })
}

/// The literal beside `ConvertTo-SecureString`, before it in a pipe or behind it.
fn secure_string(line: View<'_>, at: usize) -> Option<Value> {
    static PIPE: Class = Class::of(b" |");
    let limit = line.len().min(at + REACH);
    let open = (at..limit).find(|i| matches!(line.at(*i), b'"' | b'\''));
    if let Some(value) = open.and_then(|i| value::quoted(line, i)) {
        return Some(value);
    }
    let name = at.checked_sub("convertto-".len())?;
    let close = line.back(name, &PIPE).checked_sub(1)?;
    let quote = line.at(close);
    if close + 1 == name || !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let start = memchr::memrchr(quote, line.bytes().get(..close)?)? + 1;
    Some(Value { start, end: close, form: values::Form::Quoted })
}

/// A line of `.pgpass`, `host:port:database:user:password`; the anchor is in its middle.
pub(super) fn pgpass(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    if line.len() > 512 {
        return;
    }
    let mut fields = line.text.splitn(5, ':');
    let mut start = 0;
    for position in 0..4 {
        let Some(field) = fields.next() else { return };
        let port = position != 1 || field == "*" || field.bytes().all(|b| b.is_ascii_digit());
        let plain = field.bytes().all(|b| b.is_ascii_alphanumeric() || b"*._-".contains(&b));
        if field.is_empty() || !port || !plain {
            return;
        }
        start += field.len() + 1;
    }
    let password = line.rest(start).trim_end();
    if password.len() >= 3 && !password.contains([' ', '/']) && !values::is_placeholder(password) {
        let end = start + password.len();
        found.push(Found { start, end, kind: "password", from: at.min(start), named: true });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets<'a>(text: &'a str, anchor: &str) -> Vec<&'a str> {
        let mut found = Vec::new();
        detect(View::new(text), text.to_lowercase().find(anchor).unwrap(), &mut found);
        found.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn finds_what_shells_are_given() {
        for (text, anchor) in [
            ("echo \"hunter2\" | sudo -S apt update", "| sudo -s"),
            ("echo 'bob:hunter2' | chpasswd", "chpasswd"),
            ("net user bob hunter2 /add", "net user "),
            ("net use \\\\srv\\x /user:bob hunter2", "/user:"),
            ("schtasks /ru bob /rp hunter2", " /rp "),
            ("ConvertTo-SecureString -String 'hunter2' -AsPlainText", "securestring"),
            ("$p = 'hunter2' | ConvertTo-SecureString -AsPlainText", "securestring"),
        ] {
            assert_eq!(secrets(text, anchor), ["hunter2"], "{text}");
        }
        assert!(secrets("net user bob /delete", "net user ").is_empty());
    }

    #[test]
    fn reads_pgpass() {
        let find = |text: &str| {
            let mut found = Vec::new();
            pgpass(View::new(text), 0, &mut found);
            found.len()
        };
        assert_eq!(find("db.example.com:5432:app:bob:hunter2"), 1);
        assert_eq!(find("*:*:*:bob:hunter2"), 1);
        assert_eq!(find("[2026-01-01] http://h:5432:x:y z"), 0);
    }
}
