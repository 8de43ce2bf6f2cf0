//! Passwords that prose puts beside a user or before their name: "credentials are bob / x", "x is the
//! root password". Any word may stand there, so that such a password must have letters and
//! digits.

use super::value::{self, Reach, Value};
use crate::{
    entropy, mask,
    values::{self, Form},
    view::{BLANK, Class, DIGIT, LOWER, UPPER, View},
};

/// Behind "login" or "credentials", the password of `bob / x` or `{bob, x}`.
pub(super) fn beside(line: View<'_>, at: usize) -> Option<Value> {
    static USER: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-.@");
    const MAX_USER: usize = 64;
    // "(`bob` / `x`)"
    let open = at + usize::from(line.at(at) == b'(');
    let ticked = line.at(open) == b'`';
    let start = open + usize::from(matches!(line.at(open), b'{' | b'`'));
    let end = line.run_within(start, &USER, MAX_USER);
    let sign = line.run(end + usize::from(ticked && line.at(end) == b'`'), &BLANK);
    let listed = line.at(at) == b'{' && line.at(sign) == b',';
    // Of an address the user counts.
    let user = line.get(start, end).split('@').next().unwrap_or_default();
    let divided = line.at(sign) == b'/' || line.at(sign) == b':' && sign == end;
    let common = is_common(user) && divided;
    if end == start || !listed && !common && (line.at(sign) != b'/' || sign == end) {
        return None;
    }
    let password = line.run(sign + 1, &BLANK);
    let password = password + usize::from(ticked && line.at(password) == b'`');
    let password = value::bare(line, password, Reach::Item);
    let text = line.get(password.start, password.end);
    let port = text.bytes().all(|b| b.is_ascii_digit()) && text.len() < 6;
    let number = text.bytes().all(|b| b.is_ascii_digit()) && line.get(start, end).contains('@');
    // What is masked already says that the user before it is none.
    let next = line.at(password.end);
    let ends = matches!(next, 0 | b' ' | b'.' | b',' | b')' | b'"' | b'\'' | b'`' | b'<');
    let word = common && ends && text.len() >= 3 && !text.contains('/');
    (mask::is_mask(text) || (is_drawn(text) || word || number) && !port)
        .then_some(Value { form: Form::Said, ..password })
}

/// Users of whom sentences tell that their password is a word: "login: admin/admin".
fn is_common(user: &str) -> bool {
    #[rustfmt::skip]
    const USERS: &[&str] = &[
        "admin", "administrator", "root", "user", "test", "guest", "demo", "pi", "postgres", "airflow", "sa",
        "minioadmin", "rabbitmq", "elastic", "superuser", "system", "sys", "ubuntu", "vagrant", "tomcat",
    ];
    USERS.iter().any(|known| known.eq_ignore_ascii_case(user))
}

/// Whether a sentence names a user before "password": "user bob with password ", "user `bob` and
/// the password "; and who that is.
pub(super) fn named_before(line: View<'_>, password: usize) -> Option<&str> {
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
    let user = user.trim_matches(['"', '\'', '`', ',', '*']);
    let plain = user.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.@".contains(&b));
    (NOUNS.contains(&noun.as_str()) && (joined || comma) && plain).then_some(user)
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
