//! Credentials that shells and administration tools take without a name: piped into `sudo -S`,
//! `chpasswd` and `passwd --stdin`, `net user bob x`, `ConvertTo-SecureString 'x'`.

use crate::{
    detect::{
        Found,
        address::source,
        value::{self, Reach, Value},
    },
    entropy, known,
    values::{self, Form},
    view::{BLANK, Class, NAME, View},
};

/// How far an argument may stand from the word that announces it, in bytes.
const REACH: usize = 160;

/// A sign of a command that takes a secret.
pub(crate) struct Command {
    pub(crate) sign: &'static str,
    /// The secret, from where the sign begins and ends.
    secret: fn(View<'_>, usize, usize) -> Option<Value>,
}

const fn of(sign: &'static str, secret: fn(View<'_>, usize, usize) -> Option<Value>) -> Command {
    Command { sign, secret }
}

pub(crate) const COMMANDS: &[Command] = &[
    of("passwd --stdin", piped),
    of("--password-stdin", piped),
    of("| sudo -s", piped),
    of("| kinit", piped),
    of("-pass stdin", piped),
    of("-passin stdin", piped),
    of("--passphrase-fd 0", piped),
    of("secret create ", piped),
    of("secrets create ", piped),
    of("secrets versions add ", piped),
    of("| cryptsetup ", piped),
    of("| base64", |line, at, end| {
        let decodes = [" -d", " --d", " -D"].iter().any(|flag| line.rest(end).starts_with(flag));
        let drawn = |value: &Value| {
            let text = line.get(value.start, value.end);
            let other = |b: u8| b.is_ascii_uppercase() || b.is_ascii_punctuation() && b != b'-';
            values::is_telling(text) && text.bytes().any(other)
        };
        piped(line, at, end).filter(|value| !decodes && drawn(value))
    }),
    of("az devops login", piped),
    of("| realm join", piped),
    of("| smbpasswd ", piped),
    of("wandb login ", key),
    of("shodan init ", key),
    of("snyk auth ", key),
    of("b2 authorize-account ", second),
    of("sql.open(\"", source::go_source),
    of("| passwd ", piped),
    of("| sudo passwd ", piped),
    of("chpasswd", |line, at, end| after(line, piped(line, at, end)?, b":")),
    of("<<< ", |line, at, end| first(line, at, end).filter(|_| takes_secret(line.get(0, at)))),
    of("securestring", secure_string),
    of("net user ", |line, _, end| word(line, end, 1).filter(|value| !is_switch(line, *value))),
    of("net use ", |line, at, _| {
        let drive = word(line, at, 2).is_some_and(|word| line.before(word.end) == b':');
        word(line, at, 3 + usize::from(drive))
            .filter(|value| has_user(line, *value) && !is_switch(line, *value))
    }),
    of("/user:", |line, at, _| {
        let used = line.get(at.saturating_sub(REACH), at).contains("net use ");
        word(line, at, 1).filter(|value| used && !is_switch(line, *value))
    }),
    of("vault login ", vault_token),
    of("htpasswd -", htpasswd),
    of("radtest ", |line, _, end| plain(line, end, 1)),
    of("radtest ", |line, _, end| plain(line, end, 4)),
    of("mosquitto_passwd ", |line, _, end| {
        plain(line, end, 2).filter(|_| line.rest(end).contains("-b "))
    }),
    // Net-SNMP's `createUser bob MD5 x AES y`.
    of("createuser ", |line, _, end| word(line, end, 2).filter(|_| is_snmp(line, end))),
    of("createuser ", |line, _, end| word(line, end, 4).filter(|_| is_snmp(line, end))),
    of("send \"", expected),
    of("rabbitmqctl ", |line, at, end| {
        let verbs = ["add_user ", "change_password ", "authenticate_user "];
        let verb = verbs.iter().any(|verb| line.has_at(end, verb));
        let hash = line.has_at(end, "hash_password ");
        word(line, at, if hash { 2 } else { 3 }).filter(|_| verb || hash)
    }),
    of("curl -", grouped),
    of("drush upwd ", second),
    of("drush user:password ", second),
    of(" -passwd /users/", second),
    of("shadow.set_password ", second),
    of("bw login ", second),
    of("poetry config http-basic.", |line, _, end| word(line, end, 2)),
    of("-setairportnetwork ", |line, _, end| word(line, end, 2)),
    of("netsh wlan ", |line, _, end| {
        flagged(line, end, " key=").filter(|value| line.get(value.start, value.end) != "clear")
    }),
    of("keytool ", |line, _, end| {
        flagged(line, end, " -new ").filter(|_| line.rest(end).contains("passwd "))
    }),
    of("set password ", |line, at, end| {
        let session = line.get(0, at).contains("lftp");
        first(line, at, end).filter(|_| session).map(|value| unclosed(line, value))
    }),
    // `dtexec /SET \Package.Variables[User::FtpPassword].Value;x`
    of("].value;", |line, at, end| {
        let name = line.behind(at, 64).to_ascii_lowercase();
        first(line, at, end).filter(|_| name.contains("passw"))
    }),
    // `pulumi config set --secret dbPassword x`, `gh secret set NAME --body x`, SAS' `proc pwencode`
    of("config set --secret ", second),
    of("secret set ", |line, _, end| flagged(line, end, " --body ")),
    of("pwencode in=", first),
    // Kafka's "Invalid value x for configuration ssl.key.password".
    of("invalid value ", |line, at, end| {
        let value = first(line, at, end)?;
        let name = line.rest(value.end).strip_prefix(" for configuration ")?;
        name.split(':').next().is_some_and(|name| name.ends_with("password")).then_some(value)
    }),
    // Python's ftplib, debugging: `*put* 'PASS x\r\n'`.
    of("*put* 'pass ", |line, _, end| {
        let sent = value::quoted(line, end - "'pass ".len())?;
        let text = line.get(end, sent.end).split("\\r").next()?;
        Some(Value { start: end, end: end + text.len(), ..sent })
    }),
    // NiFi's `set-single-user-credentials bob x`, Bundler's `config set --global host bob:x`
    of("set-single-user-credentials ", second),
    of("bundle config ", |line, _, end| {
        const MOST: usize = 5;
        let words = (0..MOST).map_while(|i| word(line, end, i));
        let mut values = words.filter_map(|word| after(line, word, b":"));
        values.find(|value| !line.rest(value.start).starts_with("//"))
    }),
    of("ssh-keygen ", |line, _, end| flagged(line, end, " -N ")),
    of("signtool ", |line, _, end| flagged(line, end, " /p ")),
    of(" /rp ", first),
    // MSBuild's `/p:Configuration=Release` is a property.
    of(" /p:", |line, at, end| {
        first(line, at, end).filter(|value| !line.get(value.start, value.end).contains('='))
    }),
    of(" -hp", |line, at, end| first(line, at, end).filter(|_| line.get(0, at).contains("rar "))),
    // Robot Framework's `Input Password    id=x    y`.
    of("input password  ", |line, at, end| word(line, end, 1).or_else(|| first(line, at, end))),
    // What Windows shows of a network: `Key Content            : x`.
    of("key content  ", |line, _, end| word(line, end + line.rest(end).find(": ")? + 1, 0)),
    of("wpa_passphrase ", second),
    of("set-agent-token ", second),
    // MinIO's `mc alias set name https://host user x`.
    of("alias set ", minio),
    of("config host add ", minio),
    // OpenWrt's wireless keys.
    of("option key '", |line, at, end| {
        value::quoted(line, end - 1).filter(|_| line.get(0, at).trim().is_empty())
    }),
    of(".key='", |line, at, end| {
        let wireless = line.get(0, at).contains("set wireless.");
        value::quoted(line, end - 1).filter(|_| wireless)
    }),
    // `sentinel auth-pass mymaster x`; Kickstart's `rootpw --plaintext x`.
    of("auth-pass ", second),
    of("rootpw --", second),
    of("stats auth ", |line, at, end| after(line, first(line, at, end)?, b":")),
    // `user bob on >x` in an access list of Redis.
    of(" on >", redis),
    of("@all >", redis),
    of("~* >", redis),
    // OmniAuth's `provider :github, 'id', 'x'`
    of("provider :", |line, _, end| {
        let comma = |at| Some(line.run(at, &NAME)).filter(|at| line.at(*at) == b',');
        let id = value::quoted(line, line.run(comma(end)? + 1, &BLANK))?;
        value::quoted(line, line.run(comma(id.end + 1)? + 1, &BLANK))
    }),
    // Terraform's state, in one line.
    of("\"random_password\"", |line, _, end| {
        let result = end + line.rest(end).find("\"result\": \"")? + "\"result\": ".len();
        value::quoted(line, result)
    }),
    // `127.0.0.1:6379> AUTH bob x`
    of(":6379> auth ", |line, _, end| {
        let user = word(line, end, 0)?;
        let second = word(line, user.end, 0).filter(|word| line.at(word.start) != b'#');
        Some(second.unwrap_or(user))
    }),
    of("redis> auth ", |line, _, end| {
        let user = word(line, end, 0)?;
        Some(word(line, user.end, 0).unwrap_or(user))
    }),
    // `SQL> connect scott/x`
    of("sql> connect ", |line, at, end| after(line, first(line, at, end)?, b"/")),
    // Teradata's `.logon host/bob,x`, DB2's `connect to d user bob using x`.
    of(".logon ", |line, at, end| {
        let user = first(line, at, end)?.start;
        word(line, user + line.rest(user).find(',')? + 1, 0)
    }),
    of("db2 connect to ", |line, at, _| {
        let using = word(line, at, 6)?;
        word(line, at, 7).filter(|_| line.get(using.start, using.end) == "using")
    }),
    of("nickserv", |line, _, end| {
        let word_end = line.rest(end).to_ascii_lowercase().find("identify ")? + "identify ".len();
        let first = word(line, end + word_end, 0)?;
        let second = word(line, first.end, 0);
        let given = |word: &Value| {
            let text = line.get(word.start, word.end);
            let string = word.form == Form::Quoted;
            let open = string && (word.end >= line.len() || text.contains(' '));
            !open && !text.trim_matches([',', ')', ';']).is_empty()
        };
        Some(second.filter(given).unwrap_or(first))
    }),
    of(" LOGIN ", imap),
    // Postfix's `[host]:587 bob:x`.
    of("]:587 ", |line, _, end| after(line, word(line, end, 0)?, b":")),
    of("]:465 ", |line, _, end| after(line, word(line, end, 0)?, b":")),
    of("]:25 ", |line, _, end| after(line, word(line, end, 0)?, b":")),
    // What stands before the last `@` of a host is the rest of a password with one.
    of("host name ", source::quoted_host),
    of("server host ", source::quoted_host),
    of("enotfound ", source::host),
    of("resolve host: ", source::host),
    of("to integer value as '", |line, _, end| source::port(line, end)),
    of("@tcp(", source::data_source),
    of("@tcp4(", source::data_source),
    of("@tcp6(", source::data_source),
    of("@unix(", source::data_source),
    of(":5432", source::connecting),
    of(":3306", source::connecting),
    of(":1521", source::connecting),
    of(":1433", source::connecting),
    of(":6379", source::connecting),
    of(":5672", source::connecting),
    of(":27017", source::connecting),
];

/// The secret of the command whose sign is at `at`, which is the list's `place`th.
pub(crate) fn detect(line: View<'_>, at: usize, place: u16, found: &mut Vec<Found>) {
    let Some(command) = COMMANDS.get(usize::from(place)) else { return };
    if let Some(Value { start, end, .. }) = (command.secret)(line, at, at + command.sign.len())
        && end >= start + 3
        && !values::is_placeholder(line.get(start, end))
        && !known::in_mask(line.text, start)
        && !known::in_mask(line.text, end)
    {
        found.push(Found { start, end, kind: "password", from: at.min(start), named: true });
    }
}

/// The `position`th word from `at`, quoted or bare.
pub(super) fn word(line: View<'_>, at: usize, position: usize) -> Option<Value> {
    let read = |at| value::quoted(line, at).unwrap_or_else(|| value::bare(line, at, Reach::Blank));
    let mut i = line.run(at, &BLANK);
    for _ in 0..position {
        let word = read(i);
        i = line.run(word.end + usize::from(word.form == Form::Quoted), &BLANK);
        // A quote that nothing closes ends the words.
        if i >= line.len() {
            return None;
        }
    }
    (i < line.len()).then(|| read(i))
}

/// The same among words that are no flags.
fn plain(line: View<'_>, at: usize, position: usize) -> Option<Value> {
    const MOST: usize = 12;
    let words = (0..MOST).map_while(|i| word(line, at, i));
    words.filter(|word| line.at(word.start) != b'-').nth(position)
}

fn first(line: View<'_>, _: usize, end: usize) -> Option<Value> {
    word(line, end, 0)
}

fn second(line: View<'_>, _: usize, end: usize) -> Option<Value> {
    word(line, end, 1).filter(|value| line.at(value.start) != b'-')
}

/// The word behind a flag of the command.
fn flagged(line: View<'_>, at: usize, flag: &str) -> Option<Value> {
    word(line, at + line.rest(at).find(flag)? + flag.len(), 0)
}

/// The password of `user bob on >x`.
fn redis(line: View<'_>, at: usize, end: usize) -> Option<Value> {
    let head = line.get(0, at).trim_start().to_ascii_lowercase();
    let list = head.starts_with("user ") || head.contains("setuser ");
    first(line, at, end).filter(|_| list)
}

/// The secret of `mc alias set name https://host user x`.
fn minio(line: View<'_>, _: usize, end: usize) -> Option<Value> {
    let host = word(line, end, 1)?;
    word(line, end, 3).filter(|_| line.get(host.start, host.end).contains("://"))
}

/// `curl -sSu bob:x`: a flag among others.
fn grouped(line: View<'_>, at: usize, _: usize) -> Option<Value> {
    const MOST: usize = 8;
    let mut flag = word(line, at, 1)?;
    for _ in 0..MOST {
        let letters = line.get(flag.start, flag.end).strip_prefix('-').unwrap_or_default();
        let next = word(line, flag.end, 0)?;
        let group = letters.len() > 1 && letters.bytes().all(|b| b.is_ascii_alphanumeric());
        if group && letters.ends_with('u') {
            let value = after(line, next, b":")?;
            let text = line.get(value.start, value.end);
            // An address, or a host and its port.
            let port = text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit());
            return (!port && !text.starts_with("//")).then_some(value);
        }
        flag = next;
    }
    None
}

/// The key that a client of a service is told.
fn key(line: View<'_>, at: usize, end: usize) -> Option<Value> {
    first(line, at, end).filter(|value| values::is_service_key(line.get(value.start, value.end)))
}

/// A value without the semicolon that ends its command.
fn unclosed(line: View<'_>, value: Value) -> Value {
    let text = line.get(value.start, value.end).trim_end_matches([';', '"']);
    Value { end: value.start + text.len(), ..value }
}

/// IMAP's `a1 LOGIN bob x`.
fn imap(line: View<'_>, at: usize, end: usize) -> Option<Value> {
    let tag = line.get(0, at);
    let tagged = (tag == "." || tag.bytes().any(|b| b.is_ascii_digit()))
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
    let value = word(line, end, 1)?;
    let last = line.rest(value.end).trim_matches('"').is_empty();
    (tagged && last).then_some(value)
}

/// `vault login hvs.x`, `vault login -address https://x myroot`, not `vault login -method=ldap`.
fn vault_token(line: View<'_>, at: usize, end: usize) -> Option<Value> {
    let value = first(line, at, end)?;
    let text = line.get(value.start, value.end);
    if text == "-address" {
        return word(line, value.end, 1).filter(|value| line.at(value.start) != b'-');
    }
    let token = text.len() >= 20 && !text.contains(['=', '-']) || entropy::is_uuid(text);
    token.then_some(value)
}

/// `htpasswd -b file user x`, `htpasswd -Bbn user x`: with `b` the password is an argument, with `n`
/// there is no file, and behind `C` a cost.
fn htpasswd(line: View<'_>, _: usize, end: usize) -> Option<Value> {
    const MOST: usize = 6;
    let mut flags = String::new();
    let mut given = Vec::new();
    let mut i = end - 1;
    for _ in 0..MOST {
        let Some(word) = word(line, i, 0) else { break };
        // The password may begin as a flag does.
        let last =
            given.len() > usize::from(!flags.contains('n')) + usize::from(flags.contains('C'));
        match line.get(word.start, word.end).strip_prefix('-').filter(|_| !last) {
            Some(more) => flags.push_str(more),
            None => given.push(word),
        }
        i = word.end + usize::from(word.form == Form::Quoted);
    }
    let before = usize::from(!flags.contains('n')) + usize::from(flags.contains('C'));
    given.get(before + 1).copied().filter(|_| flags.contains('b'))
}

/// Expect's `"assword:" { send "x\r" }`.
fn expected(line: View<'_>, at: usize, end: usize) -> Option<Value> {
    let asked = line.behind(at, REACH).to_ascii_lowercase();
    let asked = asked.contains("assword") || asked.contains("word:");
    value::quoted(line, end - 1).filter(|_| asked).map(|value| typed(line, value))
}

/// What is typed, without the key that ends it: `x\r`.
pub(crate) fn typed(line: View<'_>, value: Value) -> Value {
    let text = line.get(value.start, value.end);
    let text = text.strip_suffix("\\r").or_else(|| text.strip_suffix("\\n")).unwrap_or(text);
    Value { end: value.start + text.len(), ..value }
}

/// Whether `net use` names a user, who has the password before it.
fn has_user(line: View<'_>, password: Value) -> bool {
    line.near(password.end, REACH).to_ascii_lowercase().contains("/user:")
}

/// `/add`, `*`: not a password of `net user`.
fn is_switch(line: View<'_>, value: Value) -> bool {
    matches!(line.at(value.start), b'/' | b'*' | b'\\')
}

/// Whether `createUser bob` goes on with how the password is hashed.
fn is_snmp(line: View<'_>, at: usize) -> bool {
    let hash = word(line, at, 1).map(|word| line.get(word.start, word.end));
    hash.is_some_and(|hash| hash == "MD5" || hash.starts_with("SHA"))
}

/// Whether a command reads a secret from its input.
fn takes_secret(command: &str) -> bool {
    const WORDS: &[&str] =
        &["secret", "passw", "passphrase", "luks", "sudo -s", "kinit", "login", "token"];
    let command = command.to_ascii_lowercase();
    WORDS.iter().any(|word| command.contains(word))
}

/// The text of the `echo` that is piped to what stands at `at`.
fn piped(line: View<'_>, at: usize, _: usize) -> Option<Value> {
    let floor = at.saturating_sub(REACH);
    let head = line.text.get(floor..at)?;
    let prints =
        ["echo ", "printf "].into_iter().filter_map(|print| Some((head.rfind(print)?, print)));
    let echo = floor + prints.max().map(|(at, print)| at + print.len())?;
    let value = word(line, echo, 0)?;
    let format = line.get(value.start, value.end).starts_with("%s");
    let value = if format || line.at(value.start) == b'-' {
        word(line, value.end + usize::from(value.form == Form::Quoted), 0)?
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
fn secure_string(line: View<'_>, at: usize, _: usize) -> Option<Value> {
    static PIPE: Class = Class::of(b" |");
    // `Type='SecureString', Value='x'` is no call.
    if matches!(line.at(at + "securestring".len()), b'"' | b'\'') {
        return None;
    }
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
    Some(Value { start, end: close, form: Form::Quoted })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets<'a>(text: &'a str, anchor: &str) -> Vec<&'a str> {
        let mut found = Vec::new();
        let at = text.to_lowercase().find(anchor).unwrap();
        let signed = COMMANDS.iter().zip(0..).filter(|(command, _)| command.sign == anchor);
        signed.for_each(|(_, place)| detect(View::new(text), at, place, &mut found));
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
}
