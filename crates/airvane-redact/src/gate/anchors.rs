//! The literals that lead to a detector.

use crate::{detect, tokens};

/// What to verify at a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// A word that occurs in names of secrets.
    Name,
    /// `://`
    Scheme,
    /// Row of the token table.
    Token(u16),
    /// `-----BEGIN`, `PuTTY-User-Key-File`
    Block,
    /// `eyJ`, the start of a JWT.
    Jwt,
    /// `-p`, `-u`, `-a` after a command that takes a credential so.
    Flag,
    /// `IDENTIFIED BY`
    Sql,
    /// `Bearer x`, `Basic x`, SMTP's `AUTH LOGIN x`
    Scheming,
    /// `$2b$`, `$argon2id$`: hashed passwords.
    Hashed,
    /// Formats without a prefix: the anchor is in the middle or at the end.
    Infix,
    /// `kind: Secret`
    Manifest,
    /// The name of a service whose keys have no shape of their own.
    Vendor,
    /// The same where the name is also an ordinary word.
    Ordinary,
    /// A string that code gives to a name: `x = "…"`, `x => '…'`.
    Literal,
    /// Hosts of webhooks, which may stand without a scheme.
    Hook,
    /// A function that takes a secret as argument.
    Call,
    /// `user/password@database` of Oracle.
    Oracle,
    /// Kafka's `PlainLoginModule`, which may name users.
    LoginModule,
    /// A parameter of a query whose name says little.
    Query,
    /// A command in the configuration of a network device.
    Device,
    /// Shell idioms that hand a password over without a name.
    Shell,
    /// A line of `.pgpass`.
    Pgpass,
    /// `VALUES` of an `INSERT`.
    Values,
    /// "Password" in another language.
    Foreign,
    /// Base64 of `-----BEGIN`.
    Encoded,
    /// `"kind":"Secret"`, `"kty":"RSA"`, in JSON on one line.
    Object,
}

/// A literal and what may stand around it. Five bytes are needed to look at every second window
/// only: a shorter literal is widened by what may precede or follow it.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) literal: &'static str,
    pub(super) before: &'static [u8],
    pub(super) after: &'static [u8],
    pub(super) anchor: Anchor,
}

impl Row {
    /// Whether the literal stands there, in any case, before what may follow it.
    pub(super) fn is_at(&self, text: &[u8], at: usize) -> bool {
        let end = at + self.literal.len();
        let follows = || {
            // Behind the last line, as behind any other, there is a break.
            let next = text.get(end).copied().unwrap_or(b'\n') | 0x20;
            self.after.iter().any(|may| may | 0x20 == next)
        };
        text.get(at..end).is_some_and(|here| here.eq_ignore_ascii_case(self.literal.as_bytes()))
            && (self.after.len() == ANY.len() || follows())
    }
}

const fn row(literal: &'static str, anchor: Anchor) -> Row {
    Row { literal, before: ANY, after: ANY, anchor }
}

const fn wide(
    before: &'static [u8],
    literal: &'static str,
    after: &'static [u8],
    anchor: Anchor,
) -> Row {
    Row { literal, before, after, anchor }
}

/// Anything: the gate asks nothing of what stands there.
pub(super) const ANY: &[u8] =
    b" !\"#$%&'()*+,-./0123456789:;<=>?`abcdefghijklmnopqrstuvwxyz{|}~\x7f";
const DIGITS: &[u8] = b"0123456789";
const ALNUMS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &[u8] = b"0123456789abcdef";
const WORD: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789_-\x7f";
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789+";
/// What follows the word "key" when it ends a name or a part of one.
const ENDS: &[u8] = b"\n\t`*[{(=:\"' _\x7f-\\]}%)<>.,;|0123456789";
/// What follows a name of three letters that is also the beginning of others.
const PAT: &[u8] = b"\n=:\"' ";
const SIGNS: &[u8] = b"=:\"'";
/// What precedes a token: no letter or digit, or the end of an escape (`\n`, `%20`, `%3D`).
/// The last 32 end a character that is not ASCII, folded.
const EDGES: &[u8] = b" !\"#$%&'()*+,-./:;<=>?`{|}~\x7fn02d\
    \xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\
    \xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf";
const HASHED: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789./";
const HOST: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789:_$%~!{-.<*\x7f[{";

pub(super) const ROWS: &[Row] = &[
    wide(ANY, "pass", b"\n(wpcf=: \"'_\x7f-\\]}%)0123456789<>,;|", Anchor::Name),
    row("pwd", Anchor::Name),
    row("pswd", Anchor::Name),
    row("pswr", Anchor::Name),
    wide(b"", "kek", SIGNS, Anchor::Name),
    wide(b"", "dek", SIGNS, Anchor::Name),
    row("psw", Anchor::Name),
    row("pw=", Anchor::Name),
    row("pw:", Anchor::Name),
    row("pw\"", Anchor::Name),
    row("pw =", Anchor::Name),
    wide(ANY, "pw ", ALNUMS, Anchor::Name),
    row("pin is ", Anchor::Name),
    row("otp is ", Anchor::Name),
    row("code: ", Anchor::Name),
    row("code is ", Anchor::Name),
    row("codes: ", Anchor::Name),
    row("bindpw", Anchor::Name),
    row("rootpw", Anchor::Name),
    wide(ANY, "psk", SIGNS, Anchor::Name),
    row("psk =", Anchor::Name),
    row("pin =", Anchor::Name),
    row("otp =", Anchor::Name),
    row("sig =", Anchor::Name),
    row("salt =", Anchor::Name),
    row("seed =", Anchor::Name),
    row("privkey", Anchor::Name),
    row("mnemonic", Anchor::Name),
    row("pepper", Anchor::Name),
    row("unlock_c", Anchor::Name),
    row("unlockc", Anchor::Name),
    row("recovery_c", Anchor::Name),
    row("recovery-c", Anchor::Name),
    row("recoveryc", Anchor::Name),
    row("recovery c", Anchor::Name),
    row("backup_code", Anchor::Name),
    row("backupcode", Anchor::Name),
    row("backup code", Anchor::Name),
    row("activation_c", Anchor::Name),
    row("activationc", Anchor::Name),
    row("activation c", Anchor::Name),
    row("verification_c", Anchor::Name),
    row("verificationc", Anchor::Name),
    row("verification c", Anchor::Name),
    row("pairing_c", Anchor::Name),
    row("pin_code", Anchor::Name),
    row("access_code", Anchor::Name),
    row("accesscode", Anchor::Name),
    row("pincode", Anchor::Name),
    row("otp_code", Anchor::Name),
    row("mfa_code", Anchor::Name),
    row("security_code", Anchor::Name),
    row("securitycode", Anchor::Name),
    row("_community", Anchor::Name),
    row("-community", Anchor::Name),
    wide(b"", "cvv", SIGNS, Anchor::Name),
    wide(b"", "cvc", SIGNS, Anchor::Name),
    wide(b"", "puk", SIGNS, Anchor::Name),
    wide(ANY, "secure", SIGNS, Anchor::Name),
    row("secret", Anchor::Name),
    row("token", Anchor::Name),
    wide(b"", "key", ENDS, Anchor::Name),
    row("keys\"", Anchor::Name),
    row("keys:", Anchor::Name),
    row("keys =", Anchor::Name),
    row("keys=", Anchor::Name),
    row("key_material", Anchor::Name),
    row("keymaterial", Anchor::Name),
    row("clear-text", Anchor::Name),
    row("clear_text", Anchor::Name),
    row("cleartext", Anchor::Name),
    row("keyfile", Anchor::Name),
    wide(ANY, "auth", b"\n=:\"' _-\\]}%).(,oektmdc0123456789", Anchor::Name),
    wide(ANY, "cred", b"\ne=:\"' _\x7f-\\]}%)s", Anchor::Name),
    row("bearer", Anchor::Name),
    row("dsn", Anchor::Name),
    row("on_string", Anchor::Name),
    row("onstring", Anchor::Name),
    row("on-string", Anchor::Name),
    row("conn_str", Anchor::Name),
    row("connstr", Anchor::Name),
    row("cookie", Anchor::Name),
    wide(ANY, "prox", b"yi", Anchor::Name),
    wide(ANY, "sas", b"=:\"'_\x7f-\\]t", Anchor::Name),
    row("signat", Anchor::Name),
    wide(b"", "sig", SIGNS, Anchor::Name),
    wide(ANY, "otp", SIGNS, Anchor::Name),
    row("jwt", Anchor::Name),
    wide(ANY, "pin", SIGNS, Anchor::Name),
    row("webhook", Anchor::Name),
    wide(ANY, "_pat", PAT, Anchor::Name),
    wide(ANY, "-pat", SIGNS, Anchor::Name),
    wide(ANY, "salt", SIGNS, Anchor::Name),
    wide(ANY, "seed", b"=:\"'_", Anchor::Name),
    wide(ANY, "sid", SIGNS, Anchor::Name),
    row("sessid", Anchor::Name),
    row("session", Anchor::Name),
    row("licens", Anchor::Name),
    row("nonce", Anchor::Name),
    row("csrf", Anchor::Name),
    wide(ANY, "login", b"=:\"'(", Anchor::Name),
    row("encrypt", Anchor::Name),
    row("ice_acc", Anchor::Name),
    row("iceacc", Anchor::Name),
    row("contribsys", Anchor::Name),
    wide(LETTERS, "://", HOST, Anchor::Scheme),
    row(":\\/\\/", Anchor::Scheme),
    row(":\\\\/\\\\/", Anchor::Scheme),
    row(":\\u002f\\u002f", Anchor::Scheme),
    row("%3a%2f%2f", Anchor::Scheme),
    wide(ANY, "sip:", ALNUMS, Anchor::Scheme),
    row("sips:", Anchor::Scheme),
    row("begin ", Anchor::Block),
    row("putty-user", Anchor::Block),
    row("$ansible_vault;", Anchor::Block),
    row("<pw>", Anchor::Name),
    row("private", Anchor::Name),
    row("api_hash", Anchor::Name),
    row("--password-stdin", Anchor::Shell),
    wide(EDGES, "eyj", WORD, Anchor::Jwt),
    wide(ANY, " -p", ANY, Anchor::Flag),
    wide(ANY, " -u", ANY, Anchor::Flag),
    wide(ANY, " -a ", ANY, Anchor::Flag),
    row("--user", Anchor::Flag),
    wide(ANY, " -w ", ANY, Anchor::Flag),
    wide(ANY, " -k ", ANY, Anchor::Flag),
    wide(ANY, " -x ", ANY, Anchor::Flag),
    wide(b" \t[(,{", "\"-p", WORD, Anchor::Flag),
    row("securestring", Anchor::Shell),
    row("chpasswd", Anchor::Shell),
    row("passwd --stdin", Anchor::Shell),
    row("| sudo -s", Anchor::Shell),
    row("vault login ", Anchor::Shell),
    row("htpasswd -", Anchor::Shell),
    row("rootpw --", Anchor::Shell),
    row("auth-pass ", Anchor::Shell),
    row("set-agent-token ", Anchor::Shell),
    row("stats auth ", Anchor::Shell),
    row(" on >", Anchor::Shell),
    wide(ANY, " -hp", ANY, Anchor::Shell),
    row("loginmodule ", Anchor::LoginModule),
    row("@tcp(", Anchor::Shell),
    row("@tcp4(", Anchor::Shell),
    row("@tcp6(", Anchor::Shell),
    row("@unix(", Anchor::Shell),
    row("rabbitmqctl ", Anchor::Shell),
    row("ssh-keygen ", Anchor::Shell),
    row("| kinit", Anchor::Shell),
    row("-pass stdin", Anchor::Shell),
    row("-passin stdin", Anchor::Shell),
    row("--passphrase-fd 0", Anchor::Shell),
    row("secret create ", Anchor::Shell),
    row("secrets create ", Anchor::Shell),
    row("secrets versions add ", Anchor::Shell),
    row("| cryptsetup ", Anchor::Shell),
    wide(ANY, "<<< ", ANY, Anchor::Shell),
    row("]:587 ", Anchor::Shell),
    row("]:465 ", Anchor::Shell),
    row("]:25 ", Anchor::Shell),
    row(":5432", Anchor::Shell),
    row(":3306", Anchor::Shell),
    row(":1521", Anchor::Shell),
    row(":1433", Anchor::Shell),
    row(":6379", Anchor::Shell),
    row(":5672", Anchor::Shell),
    row(":27017", Anchor::Shell),
    row("nickserv", Anchor::Shell),
    row(".logon ", Anchor::Shell),
    row("db2 connect to ", Anchor::Shell),
    wide(ANY, " login ", ANY, Anchor::Shell),
    row("radius server ", Anchor::Name),
    row("tacacs server ", Anchor::Name),
    row("wifi-iface", Anchor::Name),
    row("[admins]", Anchor::Name),
    row("net use ", Anchor::Shell),
    row("signtool ", Anchor::Shell),
    row("net user ", Anchor::Shell),
    row("/user:", Anchor::Shell),
    row(" /rp ", Anchor::Shell),
    wide(ANY, " /p:", ANY, Anchor::Shell),
    wide(ANY, "?p=", ANY, Anchor::Query),
    wide(ANY, "&p=", ANY, Anchor::Query),
    row(":5432:", Anchor::Pgpass),
    row(":*:*:", Anchor::Pgpass),
    row("values (", Anchor::Values),
    row("values(", Anchor::Values),
    row("ls0tls1crudj", Anchor::Encoded),
    wide(EDGES, "sk0", HEX, Anchor::Infix),
    wide(EDGES, "sk1", HEX, Anchor::Infix),
    wide(EDGES, "sk2", HEX, Anchor::Infix),
    wide(EDGES, "sk3", HEX, Anchor::Infix),
    wide(EDGES, "sk4", HEX, Anchor::Infix),
    wide(EDGES, "sk5", HEX, Anchor::Infix),
    wide(EDGES, "sk6", HEX, Anchor::Infix),
    wide(EDGES, "sk7", HEX, Anchor::Infix),
    wide(EDGES, "sk8", HEX, Anchor::Infix),
    wide(EDGES, "sk9", HEX, Anchor::Infix),
    wide(EDGES, "ska", HEX, Anchor::Infix),
    wide(EDGES, "skb", HEX, Anchor::Infix),
    wide(EDGES, "skc", HEX, Anchor::Infix),
    wide(EDGES, "skd", HEX, Anchor::Infix),
    wide(EDGES, "ske", HEX, Anchor::Infix),
    wide(EDGES, "skf", HEX, Anchor::Infix),
    wide(EDGES, "ac0", HEX, Anchor::Infix),
    wide(EDGES, "ac1", HEX, Anchor::Infix),
    wide(EDGES, "ac2", HEX, Anchor::Infix),
    wide(EDGES, "ac3", HEX, Anchor::Infix),
    wide(EDGES, "ac4", HEX, Anchor::Infix),
    wide(EDGES, "ac5", HEX, Anchor::Infix),
    wide(EDGES, "ac6", HEX, Anchor::Infix),
    wide(EDGES, "ac7", HEX, Anchor::Infix),
    wide(EDGES, "ac8", HEX, Anchor::Infix),
    wide(EDGES, "ac9", HEX, Anchor::Infix),
    wide(EDGES, "aca", HEX, Anchor::Infix),
    wide(EDGES, "acb", HEX, Anchor::Infix),
    wide(EDGES, "acc", HEX, Anchor::Infix),
    wide(EDGES, "acd", HEX, Anchor::Infix),
    wide(EDGES, "ace", HEX, Anchor::Infix),
    wide(EDGES, "acf", HEX, Anchor::Infix),
    wide(b" *=:\"'", "s.", ALNUMS, Anchor::Infix),
    row("googleusercontent.com", Anchor::Infix),
    wide(ANY, "= \"", ALNUMS, Anchor::Literal),
    wide(ANY, "= '", ALNUMS, Anchor::Literal),
    wide(ANY, "> \"", ALNUMS, Anchor::Literal),
    wide(ANY, "> '", ALNUMS, Anchor::Literal),
    row("<rsakeyvalue>", Anchor::Infix),
    row("tified by", Anchor::Sql),
    row("tified with", Anchor::Sql),
    row("basic ", Anchor::Scheming),
    row("bearer ", Anchor::Scheming),
    row("bearer, ", Anchor::Scheming),
    row("ssws ", Anchor::Scheming),
    row("auth login ", Anchor::Scheming),
    row("$2a$", Anchor::Hashed),
    row("$2b$", Anchor::Hashed),
    row("$2y$", Anchor::Hashed),
    wide(ANY, "$1$", HASHED, Anchor::Hashed),
    wide(ANY, "$5$", HASHED, Anchor::Hashed),
    wide(ANY, "$6$", HASHED, Anchor::Hashed),
    row("$y$j", Anchor::Hashed),
    row("$apr1$", Anchor::Hashed),
    row("$argon2", Anchor::Hashed),
    row("$scrypt$", Anchor::Hashed),
    row("$pbkdf2", Anchor::Hashed),
    row("pbkdf2_sha", Anchor::Hashed),
    row("pbkdf2:sha", Anchor::Hashed),
    row("scrypt:", Anchor::Hashed),
    row("{ssha", Anchor::Hashed),
    row("{sha}", Anchor::Hashed),
    wide(DIGITS, ":aa", WORD, Anchor::Infix),
    wide(DIGITS, "q~", WORD, Anchor::Infix),
    wide(HEX, "-us", DIGITS, Anchor::Infix),
    row("t3blbkfj", Anchor::Infix),
    row(".atlasv1.", Anchor::Infix),
    row("jqqj99", Anchor::Infix),
    row("nral", Anchor::Infix),
    row("+ast", Anchor::Infix),
    row("azefu", Anchor::Infix),
    row("azfu", Anchor::Infix),
    row("azse", Anchor::Infix),
    row("+acr", Anchor::Infix),
    row("acdb", Anchor::Infix),
    row("+amc", Anchor::Infix),
    row("\"kty\"", Anchor::Object),
    row("\"kind\":\"secret\"", Anchor::Object),
    row("\"kind\": \"secret\"", Anchor::Object),
    row("kind: secret", Anchor::Manifest),
    row("kind: \"secret", Anchor::Manifest),
    row("kind: 'secret", Anchor::Manifest),
    row("hooks.slack.com/", Anchor::Hook),
];

/// The names of services.
pub(super) fn vendors() -> impl Iterator<Item = Row> {
    let distinct = detect::DISTINCT.iter().map(|name| row(name, Anchor::Vendor));
    distinct.chain(detect::ORDINARY.iter().map(|name| row(name, Anchor::Ordinary)))
}

/// Functions that take a secret, and "password" in other languages.
pub(super) fn words() -> impl Iterator<Item = Row> {
    let calls = detect::CALLS.iter().map(|call| row(call.name, Anchor::Call));
    let oracle = detect::ORACLE.iter().map(|word| row(word, Anchor::Oracle));
    let query = detect::QUERY.iter().map(|name| row(name, Anchor::Query));
    let device = detect::DEVICE.iter().chain(detect::SERVERS).map(|name| row(name, Anchor::Device));
    let foreign = detect::FOREIGN.iter().map(|word| row(word, Anchor::Foreign));
    calls.chain(foreign).chain(oracle).chain(query).chain(device)
}

/// The rows of the token table.
pub(super) fn tokens() -> impl Iterator<Item = Row> {
    tokens::all().enumerate().map(|(i, token)| Row {
        literal: token.prefix,
        before: EDGES,
        after: WORD,
        anchor: Anchor::Token(u16::try_from(i).unwrap_or(u16::MAX)),
    })
}
