//! Passwords that prose puts beside a user or before their name: "credentials are bob / x", "x is the
//! root password". Any word may stand there, so that such a password must have letters and
//! digits.

use crate::{
    detect::{
        name::Name,
        value::{self, Reach, Value},
    },
    entropy, mask, names,
    values::{self, Form},
    view::{BLANK, Class, DIGIT, LOWER, UPPER, View},
};

/// Behind "login" or "credentials", the password of `bob / x`, `bob:x` or `{bob, x}`, also where each
/// is in emphasis.
pub(super) fn beside(line: View<'_>, at: usize) -> Option<Value> {
    static OPENS: Class = Class::of(b"({`*");
    static EMPHASIS: Class = Class::of(b"`*");
    static USER: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-.@");
    const MAX_USER: usize = 64;
    let start = line.run_within(at, &OPENS, 3);
    let end = line.run_within(start, &USER, MAX_USER);
    let closed = line.run_within(end, &EMPHASIS, 2);
    let sign = line.run(closed, &BLANK);
    let user = line.get(start, end);
    let common = is_common(user);
    let divided = match line.at(sign) {
        b',' => line.at(at) == b'{',
        // "login with bob/x"
        b'/' => common || sign > end || line.behind(at, "with ".len()) == "with ",
        b':' => common && sign == end && !BLANK.has(line.at(sign + 1)),
        _ => false,
    };
    if end == start || !divided {
        return None;
    }
    let from = line.run(sign + 1, &BLANK);
    let from = if closed > end { line.run_within(from, &EMPHASIS, 2) } else { from };
    let password = value::bare(line, from, Reach::Item);
    let text = line.get(password.start, password.end);
    let text = if closed > end { text.trim_end_matches('*') } else { text };
    // What is masked already says that the user before it is none.
    let told = mask::is_mask(text) || is_told(text, user, line.at(password.end));
    told.then_some(Value { end: from + text.len(), form: Form::Said, ..password })
}

/// What stands beside a user and is another, a role or a place.
const OTHERS: &[&str] = &[
    "viewer", "editor", "user", "users", "group", "role", "op", "public", "sudo", "prod", "dev",
    "staging", "ssh", "ssh2", "not", "host", "read", "write", "home", "wheel",
];

/// Whether what stands beside a user is a password: drawn, or a word beside a common user, before a
/// sign that ends it. A short number is a port.
fn is_told(text: &str, user: &str, next: u8) -> bool {
    let number = text.bytes().all(|b| b.is_ascii_digit());
    let ends = matches!(next, 0 | b' ' | b'.' | b',' | b')' | b'"' | b'\'' | b'`' | b'<');
    let word = is_common(user) && ends && text.len() >= 3 && !text.contains('/');
    let word = word && !OTHERS.contains(&text);
    // `DSN: postgres://…`
    if text.starts_with("//") {
        return false;
    }
    if number { text.len() >= 6 && (word || user.contains('@')) } else { word || is_drawn(text) }
}

/// Users of whom sentences tell that their password is a word: "login: admin/admin".
fn is_common(user: &str) -> bool {
    #[rustfmt::skip]
    const USERS: &[&str] = &[
        "admin", "administrator", "root", "guest", "demo", "pi", "postgres", "airflow", "sa",
        "minioadmin", "rabbitmq", "elastic", "superuser", "system", "sys", "ubuntu", "vagrant", "tomcat",
    ];
    // Of an address the first part counts.
    let name = user.split('@').next().unwrap_or_default();
    USERS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A user in a sentence, and whether it can be nothing else: in quotes, an address, a common one.
struct User<'a> {
    name: &'a str,
    told: bool,
}

/// Whether a sentence names a user before "password": "user bob with password ", "user `bob` and
/// the password "; and who that is.
fn named_before(line: View<'_>, password: usize) -> Option<User<'_>> {
    const REACH: usize = 64;
    const JOINS: &[&str] = &["with", "and", "/", "using"];
    const ARTICLES: &[&str] = &["the", "default", "a"];
    const NOUNS: &[&str] = &["user", "username", "account", "login", "named", "name", "as"];
    let mut words = line.behind(password, REACH).split_whitespace().rev().peekable();
    while words.next_if(|word| ARTICLES.contains(word)).is_some() {}
    let joined = words.next_if(|word| JOINS.contains(word)).is_some();
    let user = words.next()?;
    let comma = user.ends_with(',');
    let noun = words.find(|word| *word != "is" && *word != "=")?;
    let noun = noun.trim_matches([':', '(', '"', '`']).to_ascii_lowercase();
    let bare = user.trim_matches(['"', '\'', '`', ',', '*']);
    let plain = bare.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.@".contains(&b));
    // "your user name and password": there "name" is no user.
    let quoted = user.starts_with(['"', '\'', '`']);
    let told = quoted || comma && bare != "name" || is_common(bare) || bare.contains('@');
    let user = User { name: bare, told };
    (NOUNS.contains(&noun.as_str()) && (joined || comma) && plain).then_some(user)
}

/// What else sentences say behind "password".
#[rustfmt::skip]
const ABOUT: &[&str] = &[
    "encryption", "policy", "expiration", "complexity", "grant", "authentication", "hash", "hashing", "protection",
    "reset", "rotation", "login", "prompt", "file", "field", "manager", "pairs", "below", "again", "here", "expected",
    "first", "fields", "change", "check", "verification", "validation", "credentials", "combination",
];

/// Whether a sentence names the user whose password the last word of a part of it is, or who is
/// called as his password: "user bob with password orchid."
pub(super) fn is_of_user(line: View<'_>, name: Name, value: Value) -> bool {
    if name.judged.kind != "password" {
        return false;
    }
    let text = line.get(value.start, value.end);
    let next = line.at(value.end);
    let ends = matches!(next, 0 | b'.' | b',' | b')' | b'"' | b'\'' | b'`' | b';')
        || line.has_at(value.end, " (");
    named_before(line, name.start).is_some_and(|user| {
        let word = (ends || user.name.contains('@')) && text.len() >= 4 && user.told;
        let said = word && !text.starts_with([')', '}']) && !ABOUT.contains(&text);
        user.name == text || said || values::is_telling(text)
    })
}

/// `user admin password x`, `enable secret x`, `R1(config)# username bob privilege 15 password 0 x`: a
/// line of a network device's configuration.
pub(super) fn is_configured(line: View<'_>, name: Name, value: Value) -> bool {
    const ABOUT: &[&str] = &["scanning", "protection", "hashing", "caching", "encryption"];
    let head = line.get(0, name.start).rsplit(['#', '>']).next().unwrap_or_default();
    let words = head.split_whitespace().filter(|word| *word != "-");
    let mut words = words.map(str::to_ascii_lowercase);
    let head = match (words.next().as_deref(), words.next(), words.next().as_deref()) {
        (Some(word), Some(_), None | Some("privilege")) => matches!(word, "user" | "username"),
        (word, None, None) => word == Some("enable"),
        _ => false,
    };
    let text = line.get(value.start, value.end);
    head && line.rest(value.end).trim().is_empty()
        && !names::is_about(text)
        && !ABOUT.contains(&text)
}

/// Before the name that begins at `name`, the password of "x is the new password" and "try x as the
/// password".
pub(super) fn ahead(line: View<'_>, name: usize) -> Option<Value> {
    const REACH: usize = 32;
    const OWNERS: &[&str] = &["the ", "my ", "your ", "our ", "a "];
    let blanks = (name.saturating_sub(REACH)..name).rev().filter(|i| line.at(*i) == b' ');
    let mut verbs = blanks.filter(|i| line.has_at(*i, " is ") || line.has_at(*i, " as "));
    let sign = verbs.next()?;
    OWNERS.iter().find(|owner| line.has_at(sign + " is ".len(), owner))?;
    let start = line.text.get(..sign)?.rfind([' ', '\t']).map_or(0, |blank| blank + 1);
    let text = line.get(start, sign).trim_matches(['"', '\'', '`']);
    let start = start + line.get(start, sign).find(text)?;
    let value = Value { start, end: start + text.len(), form: Form::Said };
    is_drawn(text).then_some(value)
}

/// Letters and digits, as no word or path has them.
fn is_drawn(text: &str) -> bool {
    text.len() >= 6
        && text.bytes().any(|b| b.is_ascii_digit())
        && values::is_telling(text)
        && !values::is_placeholder(text)
        && !entropy::is_identifier(text)
        && !text.contains("://")
}
