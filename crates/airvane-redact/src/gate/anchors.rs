//! The literals that lead to a detector.

use super::bitmap::FOLDED;
use crate::{detect, tokens, view::begins_word};

/// What to verify at a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Anchor {
    /// A word that occurs in names of secrets.
    Name,
    /// `***`, where the name of a secret was.
    Hidden,
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
    /// A function that takes a secret as argument, by its place in the list.
    Call(u16),
    /// `user/password@database` of Oracle.
    Oracle,
    /// Kafka's `PlainLoginModule`, which may name users.
    LoginModule,
    /// A parameter of a query whose name says little.
    Query,
    /// A command in the configuration of a network device.
    Device,
    /// A command that takes a secret without a name, by its place in the list.
    Shell(u16),
    /// A line of `.pgpass`.
    Pgpass,
    /// `VALUES` of an `INSERT`.
    Values,
    /// A user whose password is his own name.
    Twin,
    /// "Password" in another language.
    Foreign,
    /// Base64 of `-----BEGIN`.
    Encoded,
    /// `"kind":"Secret"`, `"kty":"RSA"`, in JSON on one line.
    Object,
}

/// A literal and what may stand around it. Five bytes are needed to look at every second window
/// only: a shorter literal, and one whose windows logs are full of, is widened by what may precede or
/// follow it.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) literal: &'static str,
    pub(super) before: Beside,
    pub(super) after: Beside,
    pub(super) anchor: Anchor,
}

impl Row {
    /// Whether the literal stands there, between what may precede and follow it.
    #[inline]
    pub(super) fn is_at(&self, text: &[u8], at: usize) -> bool {
        let literal = self.literal.as_bytes();
        let end = at + literal.len();
        // Before the first line and behind the last, as between others, there is a break.
        let beside = |at: Option<usize>| at.and_then(|at| text.get(at)).copied().unwrap_or(b'\n');
        let here = text.get(at..end).unwrap_or_default();
        let alike =
            if self.is_exact() { here == literal } else { here.eq_ignore_ascii_case(literal) };
        alike
            && self.after.has(beside(Some(end)))
            && self.before.has(beside(at.checked_sub(1)))
            && match self.anchor {
                Anchor::Vendor => begins_name(text, at),
                Anchor::Ordinary => begins_name(text, at) && ends_word(here, beside(Some(end))),
                _ => self.before != EDGES || begins_word(text, at),
            }
    }

    /// Whether the case of its letters counts: providers draw their tokens so, and a sign in capitals
    /// is a protocol's.
    fn is_exact(&self) -> bool {
        let capitals = || self.literal.bytes().any(|b| b.is_ascii_uppercase());
        matches!(self.anchor, Anchor::Token(_) | Anchor::Infix | Anchor::Jwt)
            || matches!(self.anchor, Anchor::Shell(_)) && capitals()
    }
}

/// Whether the name of a service begins a word or a part of one, as "etsy" in "sweetsyrup" does not.
fn begins_name(text: &[u8], at: usize) -> bool {
    let first = text.get(at).copied().unwrap_or_default();
    let before = at.checked_sub(1).and_then(|at| text.get(at)).copied().unwrap_or_default();
    !before.is_ascii_alphanumeric() || first.is_ascii_uppercase() && !before.is_ascii_uppercase()
}

/// Whether a word ends with a name that is one itself, as "expo" in "export" does not.
fn ends_word(name: &[u8], next: u8) -> bool {
    !(next.is_ascii_lowercase() && name.last().is_some_and(u8::is_ascii_lowercase))
}

/// What may stand beside a literal: a bit for each byte as the gate sees it. Some look alike to it:
/// a line break and `*`, a tab and `)`, and a character that is not ASCII ends like a sign or a digit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Beside(u128);

impl Beside {
    const fn of(set: &[u8]) -> Self {
        let (mut bits, mut rest) = (0, set);
        while let [byte, others @ ..] = rest {
            bits |= 1 << (*byte & FOLDED);
            rest = others;
        }
        Self(bits)
    }

    pub(super) fn has(self, byte: u8) -> bool {
        self.0 >> (byte & FOLDED) & 1 == 1
    }

    /// Every byte of the set as the gate sees it, once.
    pub(super) fn bytes(self) -> impl Iterator<Item = u8> + Clone {
        (0..=FOLDED).filter(move |byte| byte & FOLDED == *byte && self.has(*byte))
    }
}

const fn row(literal: &'static str, anchor: Anchor) -> Row {
    wide(ANY, literal, ANY, anchor)
}

const fn wide(before: Beside, literal: &'static str, after: Beside, anchor: Anchor) -> Row {
    Row { literal, before, after, anchor }
}

const fn of(set: &[u8]) -> Beside {
    Beside::of(set)
}

pub(super) const ANY: Beside = Beside(u128::MAX);
const DIGITS: Beside = of(b"0123456789");
const ALNUMS: Beside = of(b"abcdefghijklmnopqrstuvwxyz0123456789");
const HEX: Beside = of(b"0123456789abcdef");
const WORD: Beside = of(b"abcdefghijklmnopqrstuvwxyz0123456789_-");
const LETTERS: Beside = of(b"abcdefghijklmnopqrstuvwxyz0123456789+");
/// What follows the word "key" when it ends a name or a part of one.
const ENDS: Beside = of(b"\n\t`*[{(=:\"' _-\\]}%)<>.,;|0123456789");
/// What follows a name of three letters that is also the beginning of others.
const PAT: Beside = of(b"\n=:\"' ");
const SIGNS: Beside = of(b"=:\"'");
/// What precedes a token: no letter, unless it ends an escape (`\n`, `%3D`), which is asked for then. A
/// character that is not ASCII looks like one of the signs.
const EDGES: Beside = of(b" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~0123456789abcdefnrt");
const HASHED: Beside = of(b"abcdefghijklmnopqrstuvwxyz0123456789./");
const HOST: Beside = of(b"abcdefghijklmnopqrstuvwxyz0123456789:_$%~!{-.<*[");

pub(super) const ROWS: &[Row] = &[
    wide(ANY, "pass", of(b"\n([wpcf=: \"'_-\\]}%)0123456789<>,;|"), Anchor::Name),
    row("pwd", Anchor::Name),
    row("pasword", Anchor::Name),
    row("pswd", Anchor::Name),
    row("pswr", Anchor::Name),
    wide(ANY, "kek", SIGNS, Anchor::Name),
    wide(ANY, "dek", SIGNS, Anchor::Name),
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
    row("psk \"", Anchor::Name),
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
    wide(ANY, "cvv", SIGNS, Anchor::Name),
    wide(ANY, "cvc", SIGNS, Anchor::Name),
    wide(ANY, "puk", SIGNS, Anchor::Name),
    wide(ANY, "secure", SIGNS, Anchor::Name),
    row("secret", Anchor::Name),
    row("token", Anchor::Name),
    wide(ANY, "key", ENDS, Anchor::Name),
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
    wide(ANY, "auth", of(b"\n[=:\"' _-\\]}%).(,oektmdc0123456789"), Anchor::Name),
    wide(ANY, "cred", of(b"\ne=:\"' _-\\]}%)s"), Anchor::Name),
    row("bearer", Anchor::Name),
    row("dsn", Anchor::Name),
    row("on_string", Anchor::Name),
    row("onstring", Anchor::Name),
    row("on-string", Anchor::Name),
    row("conn_str", Anchor::Name),
    row("connstr", Anchor::Name),
    row("cookie", Anchor::Name),
    wide(ANY, "prox", of(b"yi"), Anchor::Name),
    wide(ANY, "sas", of(b"=:\"'_-\\]t"), Anchor::Name),
    row("signat", Anchor::Name),
    wide(ANY, "sig", SIGNS, Anchor::Name),
    wide(ANY, "otp", SIGNS, Anchor::Name),
    row("jwt", Anchor::Name),
    wide(ANY, "pin", SIGNS, Anchor::Name),
    row("webhook", Anchor::Name),
    wide(ANY, "_pat", PAT, Anchor::Name),
    wide(ANY, "-pat", SIGNS, Anchor::Name),
    wide(ANY, "salt", SIGNS, Anchor::Name),
    wide(ANY, "seed", of(b"=:\"'_"), Anchor::Name),
    wide(ANY, "sid", SIGNS, Anchor::Name),
    row("sessid", Anchor::Name),
    row("session", Anchor::Name),
    row("licens", Anchor::Name),
    row("nonce", Anchor::Name),
    row("csrf", Anchor::Name),
    wide(ANY, "login", of(b"=:\"'("), Anchor::Name),
    row("login info", Anchor::Name),
    row("login is", Anchor::Name),
    row("login for ", Anchor::Name),
    row("appid\"", Anchor::Name),
    row("appid'", Anchor::Name),
    row("login with ", Anchor::Name),
    row("login details", Anchor::Name),
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
    wide(EDGES, "eyJ", WORD, Anchor::Jwt),
    wide(ANY, " -p", ANY, Anchor::Flag),
    wide(ANY, " -u", ANY, Anchor::Flag),
    wide(ANY, " -a ", ANY, Anchor::Flag),
    row("\"-p\", \"", Anchor::Flag),
    row("\"-p\",\"", Anchor::Flag),
    row("'-p', '", Anchor::Flag),
    row("'-p','", Anchor::Flag),
    row("\"-u\", \"", Anchor::Flag),
    row("\"-u\",\"", Anchor::Flag),
    row("'-u', '", Anchor::Flag),
    row("'-u','", Anchor::Flag),
    row("\"-a\", \"", Anchor::Flag),
    row("\"-a\",\"", Anchor::Flag),
    row("'-a', '", Anchor::Flag),
    row("'-a','", Anchor::Flag),
    row("\"-w\", \"", Anchor::Flag),
    row("\"-w\",\"", Anchor::Flag),
    row("'-w', '", Anchor::Flag),
    row("'-w','", Anchor::Flag),
    row("\"-k\", \"", Anchor::Flag),
    row("\"-k\",\"", Anchor::Flag),
    row("'-k', '", Anchor::Flag),
    row("'-k','", Anchor::Flag),
    row("\"-x\", \"", Anchor::Flag),
    row("\"-x\",\"", Anchor::Flag),
    row("'-x', '", Anchor::Flag),
    row("'-x','", Anchor::Flag),
    row("--user", Anchor::Flag),
    wide(ANY, " -w ", ANY, Anchor::Flag),
    wide(ANY, " -k ", ANY, Anchor::Flag),
    wide(ANY, " -x ", ANY, Anchor::Flag),
    wide(of(b" \t[(,{"), "\"-p", WORD, Anchor::Flag),
    wide(of(b" \t[(,{"), "'-p", WORD, Anchor::Flag),
    row("loginmodule ", Anchor::LoginModule),
    row("loginmodule required", Anchor::Name),
    row("assword:", Anchor::Name),
    row("334 UGFzc3dvcmQ6", Anchor::Name),
    row("\"assword", Anchor::Name),
    row("*assword", Anchor::Name),
    row("radius server ", Anchor::Name),
    row("tacacs server ", Anchor::Name),
    row("wifi-iface", Anchor::Name),
    row("[admins]", Anchor::Name),
    wide(ANY, "?p=", ANY, Anchor::Query),
    wide(ANY, "&p=", ANY, Anchor::Query),
    row(":5432:", Anchor::Pgpass),
    row(":*:*:", Anchor::Pgpass),
    row("values (", Anchor::Values),
    row("values(", Anchor::Values),
    row("ls0tls1crudj", Anchor::Encoded),
    wide(EDGES, "SK0", HEX, Anchor::Infix),
    wide(EDGES, "SK1", HEX, Anchor::Infix),
    wide(EDGES, "SK2", HEX, Anchor::Infix),
    wide(EDGES, "SK3", HEX, Anchor::Infix),
    wide(EDGES, "SK4", HEX, Anchor::Infix),
    wide(EDGES, "SK5", HEX, Anchor::Infix),
    wide(EDGES, "SK6", HEX, Anchor::Infix),
    wide(EDGES, "SK7", HEX, Anchor::Infix),
    wide(EDGES, "SK8", HEX, Anchor::Infix),
    wide(EDGES, "SK9", HEX, Anchor::Infix),
    wide(EDGES, "SKa", HEX, Anchor::Infix),
    wide(EDGES, "SKb", HEX, Anchor::Infix),
    wide(EDGES, "SKc", HEX, Anchor::Infix),
    wide(EDGES, "SKd", HEX, Anchor::Infix),
    wide(EDGES, "SKe", HEX, Anchor::Infix),
    wide(EDGES, "SKf", HEX, Anchor::Infix),
    wide(EDGES, "AC0", HEX, Anchor::Infix),
    wide(EDGES, "AC1", HEX, Anchor::Infix),
    wide(EDGES, "AC2", HEX, Anchor::Infix),
    wide(EDGES, "AC3", HEX, Anchor::Infix),
    wide(EDGES, "AC4", HEX, Anchor::Infix),
    wide(EDGES, "AC5", HEX, Anchor::Infix),
    wide(EDGES, "AC6", HEX, Anchor::Infix),
    wide(EDGES, "AC7", HEX, Anchor::Infix),
    wide(EDGES, "AC8", HEX, Anchor::Infix),
    wide(EDGES, "AC9", HEX, Anchor::Infix),
    wide(EDGES, "ACa", HEX, Anchor::Infix),
    wide(EDGES, "ACb", HEX, Anchor::Infix),
    wide(EDGES, "ACc", HEX, Anchor::Infix),
    wide(EDGES, "ACd", HEX, Anchor::Infix),
    wide(EDGES, "ACe", HEX, Anchor::Infix),
    wide(EDGES, "ACf", HEX, Anchor::Infix),
    wide(of(b"\n *=:\"'"), "s.", ALNUMS, Anchor::Infix),
    row("googleusercontent.com", Anchor::Infix),
    wide(ANY, "= \"", ALNUMS, Anchor::Literal),
    wide(ANY, "= '", ALNUMS, Anchor::Literal),
    wide(ANY, "> \"", ALNUMS, Anchor::Literal),
    wide(ANY, "> '", ALNUMS, Anchor::Literal),
    row("<RSAKeyValue>", Anchor::Infix),
    row("***=", Anchor::Hidden),
    row("***:", Anchor::Hidden),
    row("***\"", Anchor::Hidden),
    row("***'", Anchor::Hidden),
    row("--***", Anchor::Hidden),
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
    wide(DIGITS, ":AA", WORD, Anchor::Infix),
    wide(DIGITS, "Q~", WORD, Anchor::Infix),
    wide(HEX, "-us", DIGITS, Anchor::Infix),
    row("T3BlbkFJ", Anchor::Infix),
    row(".atlasv1.", Anchor::Infix),
    row("JQQJ99", Anchor::Infix),
    row("NRAL", Anchor::Infix),
    row("+ASt", Anchor::Infix),
    row("azefu", Anchor::Infix),
    row("AzFu", Anchor::Infix),
    row("AzSe", Anchor::Infix),
    row("+ACR", Anchor::Infix),
    row("ACDb", Anchor::Infix),
    row("+AMC", Anchor::Infix),
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

/// Functions and commands that take a secret, users with a known one, and "password" in other languages.
pub(super) fn words() -> impl Iterator<Item = Row> {
    let calls = detect::CALLS.iter().zip(0..).map(|(call, i)| row(call.name, Anchor::Call(i)));
    let oracle = detect::ORACLE.iter().map(|word| row(word, Anchor::Oracle));
    let query = detect::QUERY.iter().map(|name| row(name, Anchor::Query));
    let device = detect::DEVICE.iter().chain(detect::SERVERS).map(|name| row(name, Anchor::Device));
    let shell = detect::SHELL.iter().zip(0..);
    let shell = shell.map(|(command, i)| row(command.sign, Anchor::Shell(i)));
    let foreign = detect::FOREIGN.iter().map(|word| row(word, Anchor::Foreign));
    let twins = detect::TWINS.iter().map(|twin| row(twin, Anchor::Twin));
    calls.chain(twins).chain(foreign).chain(oracle).chain(query).chain(device).chain(shell)
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
