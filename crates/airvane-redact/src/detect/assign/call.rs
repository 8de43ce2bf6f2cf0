//! Credentials as arguments of calls: `HTTPBasicAuth('bob', 'x')`, `new NetworkCredential("bob",
//! "x")`, `jwt.sign(payload, 'x')`. The table says which argument is the secret; only a literal
//! counts, never a variable.

use super::{literal, within};
use crate::{
    detect::{
        Found,
        name::{MAX_NAME, Name},
        value::{self, Value},
    },
    entropy, names, values,
    view::{BLANK, Class, NAME, View},
};

/// A function and the position of its secret argument.
pub(crate) struct Call {
    /// What stands before the arguments, in any case.
    pub(crate) name: &'static str,
    argument: usize,
    kind: &'static str,
}

/// The last argument, if every one is a literal.
const LAST: usize = usize::MAX;

const fn call(name: &'static str, argument: usize, kind: &'static str) -> Call {
    Call { name, argument, kind }
}

/// Sources: the reference of each library (requests, Apache `HttpClient`, .NET, JDBC, PHP, node,
/// Go, the AWS SDKs, `PyJWT`, jsonwebtoken).
#[rustfmt::skip]
pub(crate) const CALLS: &[Call] = &[
    call("basicauth(", 1, "password"),
    call("digestauth(", 1, "password"),
    call("basic_auth(", 1, "password"),
    call("basiccredentials(", 1, "password"),
    call("credentials(", LAST, "password"),
    call("passwordcredentials(", 1, "password"),
    call("passwordauthentication(", 1, "password"),
    call("passwordauthenticationtoken(", 1, "password"),
    call("pscredential(", 1, "password"),
    call("networkcredential(", 1, "password"),
    call("nameauthentication(", 1, "password"),
    call("plainauth(", 2, "password"),
    call("directoryentry(", 2, "password"),
    call("getconnection(", 2, "password"),
    call("mysqli_connect(", 2, "password"),
    call("mysql_connect(", 2, "password"),
    call("mysqldb.connect(", 2, "password"),
    call("pymysql.connect(", 2, "password"),
    call("new mysqli(", 2, "password"),
    call("new pdo(", 2, "password"),
    call("pdo->__construct(", 2, "password"),
    call("mysqli->__construct(", 2, "password"),
    call("=password(", 0, "password"),
    call("= password(", 0, "password"),
    call("postgresql_password(", 1, "password"),
    call("ed25519_password(", 0, "password"),
    call("mysql_password(", 0, "password"),
    call("authenticationuser(", 1, "password"),
    call(" database(", 2, "password"),
    call("secret(value=", 0, "secret"),
    call("auth_plain(", 1, "password"),
    call("auth_login(", 1, "password"),
    call("accesstokenauth(", 1, "token"),
    call("oauth2flownoredirect(", 1, "secret"),
    call("oci_connect(", 1, "password"),
    call("oracle.connect(", 1, "password"),
    call("oracledb.connect(", 1, "password"),
    call("ftp_login(", 2, "password"),
    call(".login(", 1, "password"),
    call(".auth(", LAST, "password"),
    call(" auth(", LAST, "password"),
    call(":auth(", LAST, "password"),
    call("authenticator(", 1, "password"),
    call("authenticate(", 1, "password"),
    call(" connect(", 2, "password"),
    call("usernamepassword(", 1, "password"),
    call("ldap_bind(", 2, "password"),
    call(".simple_bind_s(", 1, "password"),
    call("awscredentials(", 1, "aws-secret-key"),
    call("sessioncredentials(", 1, "aws-secret-key"),
    call("staticcredentials(", 1, "aws-secret-key"),
    call("staticcredentialsprovider(", 1, "aws-secret-key"),
    call("basiccredentials.create(", 1, "aws-secret-key"),
    call("storagecredentials(", 1, "key"),
    call("sharedkeycredential(", 1, "key"),
    call("azurekeycredential(", 0, "key"),
    call("secretkeyspec(", 0, "key"),
    call("jwt.sign(", 1, "key"),
    call("jwt.verify(", 1, "key"),
    call("jwt.encode(", 1, "key"),
    call("jwe.encrypt(", 1, "key"),
    call("jwe.decrypt(", 1, "key"),
    call("ssecustomerkey(", 0, "key"),
    call("jwt.decode(", 1, "key"),
    call("jwt_encode(", 1, "key"),
    call(".signwith(", 1, "key"),
    call("createhmac(", 1, "key"),
    call("createcipheriv(", 1, "key"),
    call("from_secret(", 0, "key"),
    call("hmac.new(", 0, "key"),
    call("hash_hmac(", 2, "key"),
    call("fernet(", 0, "key"),
    call("pgp_sym_encrypt(", 1, "key"),
    call("pgp_sym_decrypt(", 1, "key"),
    call("aes_encrypt(", 1, "key"),
    call("aes_decrypt(", 1, "key"),
    call("bcrypt(", 0, "password"),
    call("bcrypt.hash(", 0, "password"),
    call("bcrypt.hashsync(", 0, "password"),
    call("hash::make(", 0, "password"),
    call("password_hash(", 0, "password"),
    call("make_password(", 0, "password"),
    call("encoder.encode(", 0, "password"),
    call("encoder().encode(", 0, "password"),
    call("manager.createasync(", 1, "password"),
    call("manager.addpasswordasync(", 1, "password"),
    call("manager.checkpasswordasync(", 1, "password"),
    call("create_user(", 2, "password"),
    call("create_superuser(", 2, "password"),
    call("createaccount(", 1, "password"),
    call("new sequelize(", 2, "password"),
    call("pymssql.connect(", 2, "password"),
    call("mysql_real_connect(", 3, "password"),
    call("keystore.load(", 1, "password"),
    call("username_pw_set(", 1, "password"),
    call("bearer_auth(", 0, "token"),
    call("::bearer(", 0, "token"),
    call("::basic(", 1, "password"),
    call("with_auth(", 1, "password"),
    call("wifi.begin(", 1, "password"),
    call("wifi.softap(", 1, "password"),
    call("createcredential(", 2, "password"),
    call("httpbasic(", 1, "password"),
    call(":connect(", 2, "password"),
    call("symmetricsecuritykey(", 0, "key"),
    call("derivebytes(", 0, "password"),
    call("cookieparser(", 0, "key"),
    call("newcookiestore(", 0, "key"),
    call("aes.encrypt(", 1, "key"),
    call("aes.decrypt(", 1, "key"),
    call("bot.run(", 0, "token"),
    call("bot.start(", 0, "token"),
    call("sp_addlogin ", 1, "password"),
    call("sp_password ", 1, "password"),
];

/// Longest list of arguments that is read, in bytes.
const REACH: usize = 512;

/// The secret argument of the call at `at`, which is the list's `place`th.
pub(crate) fn detect(line: View<'_>, at: usize, place: u16, found: &mut Vec<Found>) {
    let Some(call) = CALLS.get(usize::from(place)) else { return };
    // JavaScript's `new TextEncoder().encode("x")` makes bytes of any text.
    if call.name.starts_with("encoder")
        && line.behind(at, "text".len()).eq_ignore_ascii_case("text")
    {
        return;
    }
    let limit = line.len().min(at + REACH);
    let mut i = at + call.name.len();
    if call.argument == LAST {
        // Jenkins' `credentials('name')` takes one.
        let first = value::quoted(line, i);
        let whole =
            !matches!(line.before(at), b'_' | b'-') && !line.before(at).is_ascii_alphanumeric();
        if whole && call.name == "credentials(" && first.is_some_and(|v| line.at(v.end + 1) == b')')
        {
            return;
        }
        let Some(Value { start, end, .. }) = last(line, i, limit) else { return };
        found.push(Found { start, end, kind: call.kind, from: at, named: true });
        return;
    }
    if let Some(Value { start, end, .. }) = in_address(line, call, i) {
        found.push(Found { start, end, kind: call.kind, from: at, named: true });
        return;
    }
    for position in 0..=call.argument {
        let (argument, end) = argument(line, line.run(i, &BLANK), limit);
        if position == call.argument {
            if let Some(value) = argument
                && is_given(line, value, call.kind)
            {
                let Value { start, end, .. } = value;
                found.push(Found { start, end, kind: call.kind, from: at, named: true });
            }
            return;
        }
        // `.login("bob", "x")`: what takes no literal user name may take anything.
        if call.name == ".login(" && argument.is_none() || line.at(end) != b',' {
            return;
        }
        i = end + 1;
    }
}

/// The kind of the secret argument of a call that the line opens and leaves open, and how many
/// arguments further on it is: `getConnection("jdbc:…",`.
pub(crate) fn goes_on(line: View<'_>) -> Option<(&'static str, usize)> {
    let text = line.text.trim_end();
    if !text.ends_with([',', '(']) {
        return None;
    }
    let open = unclosed(text)? + 1;
    let call = CALLS.iter().find(|call| {
        open.checked_sub(call.name.len()).is_some_and(|at| line.has_at(at, call.name))
    })?;
    let given = arguments(line, open, text.len());
    // What is left is not a call of its own.
    let position = call.argument.checked_sub(given).filter(|_| call.argument < LAST)?;
    Some((call.kind, position))
}

/// The last bracket that is open at the end of a text.
fn unclosed(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().rposition(|b| {
        match b {
            b')' => depth += 1,
            b'(' if depth == 0 => return true,
            b'(' => depth -= 1,
            _ => {}
        }
        false
    })
}

/// How many arguments end in a comma between `at` and `end`.
fn arguments(line: View<'_>, at: usize, end: usize) -> usize {
    let (mut i, mut count) = (at, 0);
    while i < end {
        let (_, close) = argument(line, line.run(i, &BLANK), end);
        if close >= end || line.at(close) != b',' {
            break;
        }
        count += 1;
        i = close + 1;
    }
    count
}

/// The literal that is the argument at this position, in a line that goes on with arguments.
pub(crate) fn argument_at(line: View<'_>, at: usize, position: usize) -> Option<(usize, usize)> {
    let mut i = at;
    for _ in 0..position {
        let (_, end) = argument(line, line.run(i, &BLANK), line.len());
        i = (line.at(end) == b',').then_some(end + 1)?;
    }
    let (literal, _) = argument(line, line.run(i, &BLANK), line.len());
    let value = literal.filter(|value| is_given(line, *value, "password"))?;
    Some((value.start, value.end))
}

/// How many arguments a line of a call has.
pub(crate) fn count(line: View<'_>) -> usize {
    arguments(line, 0, line.len())
}

/// The last literal of a call that sets a password, of two or more: `changePassword("bob", "x")`.
pub(super) fn set(line: View<'_>, name: Name, at: usize) -> Option<Value> {
    const VERBS: &[&str] = &["set", "change", "update", "reset"];
    let sets = name.judged.kind == "password" && names::has_word(name.text(line), VERBS);
    let first = value::quoted(line, at).filter(|_| sets)?;
    let more = line.at(first.end + 1) == b',';
    more.then(|| last(line, at, line.len().min(at + REACH))).flatten()
}

/// Whether the first argument of a call is no secret: `get_secret("name")` takes a name,
/// `check_password("x")` keeps nothing, `Credentials("bob", "x")` has a user first.
pub(super) fn keeps_none(line: View<'_>, name: Name, at: usize) -> bool {
    const VERBS: &[&str] = &[
        "get", "fetch", "load", "read", "find", "has", "is", "validate", "check", "create",
        "delete", "remove", "describe", "list", "mask", "lookup", "parse", "need", "require",
        "resolve", "update", "put", "store", "use", "verify", "test", "assert", "print", "log",
        "render", "retrieve", "access", "from", "add", "generate", "make", "reset", "clear",
        "hash", "warn", "rotate",
    ];
    let user = |first: Value| {
        line.at(first.end + 1) == b','
            && !entropy::looks_random(line.get(first.start, first.end), 16)
    };
    // `check_password("x")` keeps nothing, but tells the password if it looks like one.
    let checked = value::quoted(line, at).filter(|_| {
        name.judged.kind == "password" && names::has_word(name.text(line), &["check", "verify"])
    });
    if checked.is_some_and(|value| {
        let text = line.get(value.start, value.end);
        text.bytes().any(|b| b.is_ascii_digit()) && values::is_telling(text)
    }) {
        return false;
    }
    // Of `converter.setSigningKey("x")` the last word counts.
    let function = name.text(line).rsplit('.').next().unwrap_or_default();
    names::has_word(function, VERBS)
        || name.judged.kind == "credential" && value::quoted(line, at).is_some_and(user)
}

/// The last of up to four literals that are all arguments there are.
fn last(line: View<'_>, at: usize, limit: usize) -> Option<Value> {
    const MOST: usize = 4;
    let mut i = at;
    for _ in 0..MOST {
        let (literal, end) = argument(line, line.run(i, &BLANK), limit);
        let literal = literal?;
        if line.at(end) != b',' {
            return Some(literal).filter(|value| is_given(line, *value, "password"));
        }
        i = end + 1;
    }
    None
}

/// Oracle's one argument: `cx_Oracle.connect("bob/x@db")`.
fn in_address(line: View<'_>, call: &Call, at: usize) -> Option<Value> {
    let address = value::quoted(line, at).filter(|_| call.name.ends_with("oracle.connect("))?;
    let text = line.get(address.start, address.end);
    let host = text.find('@')?;
    let slash = text.get(..host)?.find('/')?;
    let (start, end) = (address.start + slash + 1, address.start + host);
    let field = values::is_template(line.get(start, end));
    (end > start && !field).then_some(Value { start, end, ..address })
}

/// Whether a literal can be a secret: no placeholder, address or sentence; a key may be words.
fn is_given(line: View<'_>, value: Value, kind: &str) -> bool {
    let text = line.get(value.start, value.end);
    let blanks = text.bytes().filter(|b| *b == b' ').count();
    let words = kind == "key" || text.bytes().any(|b| b.is_ascii_digit());
    text.len() >= 3
        && !values::is_placeholder(text)
        && !text.contains("://")
        && !within::ALGORITHMS.contains(&text.to_ascii_lowercase().as_str())
        && (blanks <= 1 || words || is_app_password(text))
}

/// The literal at `at`, if the argument is one, and where the argument ends.
fn argument(line: View<'_>, at: usize, limit: usize) -> (Option<Value>, usize) {
    static CLOSES: Class = Class::of(b",)");
    const NAMES: &[&str] = &["key", "password", "passwd", "secret", "token", "auth"];
    // Python's `key="x"`
    let named = line.run_within(at, &NAME, MAX_NAME);
    let equals = line.at(named) == b'=' && NAMES.contains(&line.get(at, named));
    let at = if equals { named + 1 } else { at };
    let literal = value::quoted(line, literal::wrapped(line, at).unwrap_or(at))
        .filter(|value| value.end < line.len());
    let mut i = literal.map_or(at, |value| value.end + 1);
    let mut depth = 0usize;
    while i < limit {
        match line.at(i) {
            b'"' | b'\'' => {
                let Some(inner) = value::quoted(line, i) else { break };
                i = inner.end;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b if depth == 0 && CLOSES.has(b) => break,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        i += 1;
    }
    (literal, i)
}

/// `abcd efgh ijkl mnop`, as Google draws passwords for applications.
fn is_app_password(text: &str) -> bool {
    let part = |part: &str| part.len() == 4 && part.bytes().all(|b| b.is_ascii_lowercase());
    text.len() == 19 && text.split(' ').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
        let mut found = Vec::new();
        let place = CALLS.iter().position(|call| call.name == name).unwrap();
        let at = text.to_lowercase().find(name).unwrap();
        detect(View::new(text), at, u16::try_from(place).unwrap(), &mut found);
        found.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn finds_the_secret_argument() {
        assert_eq!(secrets("HTTPBasicAuth('bob', 'hunter2')", "basicauth("), ["hunter2"]);
        let jdbc = r#"DriverManager.getConnection("jdbc:x:y", "bob", "hunter2");"#;
        assert_eq!(secrets(jdbc, "getconnection("), ["hunter2"]);
        assert_eq!(secrets("jwt.sign({a: f(1, 2)}, 'hunter2', {})", "jwt.sign("), ["hunter2"]);
    }

    #[test]
    fn leaves_variables() {
        assert!(secrets("HTTPBasicAuth(user, password)", "basicauth(").is_empty());
        assert!(secrets("smtp.login(user, get('x'))", ".login(").is_empty());
        assert!(secrets("jwt.sign(payload, process.env.KEY)", "jwt.sign(").is_empty());
    }
}
