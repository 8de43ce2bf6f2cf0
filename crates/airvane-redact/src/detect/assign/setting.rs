//! Where nothing but a literal stands: environments, settings, flags. There a word is a value, which
//! in code would be a variable: `POSTGRES_PASSWORD: secure_password`, `--password secret`.

use super::gap::{Gap, Separator};
use crate::{
    detect::{name::Name, value::Value},
    names,
    values::{self, Form},
    view::{BLANK, Class, LOWER, UPPER, View},
};

/// Whether a bare value behind this name is a literal.
pub(super) fn is_literal(line: View<'_>, name: Name, gap: Separator, value: Value) -> bool {
    if gap.kind == Gap::Tag {
        return is_element(line, name, value);
    }
    let bare = matches!(value.form, Form::Tight | Form::Loose) && !gap.quoted;
    if bare && is_apart(line, name, value) {
        return true;
    }
    let sign = line.at(name.end);
    let assigned = gap.kind == Gap::Assign && matches!(sign, b'=' | b':');
    if !bare || !assigned && !matches!(gap.kind, Gap::Flag | Gap::Line) {
        return false;
    }
    let text = name.text(line);
    let tight = sign == b'=' && value.start == name.end + 1;
    let flag = text.starts_with('-') && (gap.kind == Gap::Flag || tight);
    let head = line.get(0, name.start);
    let openssl = ["-passin ", "-passout ", "-pass "].iter().any(|flag| head.ends_with(flag));
    // cifs' `username=bob,password=x`
    let option = tight && head.ends_with(',') && {
        let before = head.trim_end_matches(',').rsplit([',', ' ']).next().unwrap_or_default();
        before.starts_with("username=") || before.starts_with("user=")
    };
    if option
        || flag
        || tight && is_connection(line, name, value)
        || openssl
        || gap.kind == Gap::Line
        || is_query(line, name)
        || is_default(line, value)
    {
        return true;
    }
    if !ends(line, value) {
        return false;
    }
    let lower = matches!(name.judged.kind, "password" | "secret") && !is_argument(line, name);
    let alone = is_line(line, name, value);
    (tight || alone) && (is_shouted(text) || is_kebab(text))
        || alone && name.judged.kind == "password" && is_words(line, name, value)
        || is_beside_user(line, name)
        || tight && (is_upper(text) || is_property(text) || lower)
}

/// libpq's `dbname=orders user=bob password=x host=db`.
fn is_connection(line: View<'_>, name: Name, value: Value) -> bool {
    const FIELDS: &[&str] =
        &["host", "hostaddr", "port", "dbname", "user", "sslmode", "connect_timeout"];
    const REACH: usize = 128;
    let is_field = |word: &str| {
        word.trim_start_matches(['"', '\'']).split_once('=').is_some_and(|(field, value)| {
            FIELDS.contains(&field.rsplit(['"', '\'', '(']).next().unwrap_or(field))
                && !value.ends_with(',')
        })
    };
    let before = line.behind(name.start, REACH).strip_suffix(' ');
    let after = line.near(value.end, REACH).strip_prefix(' ');
    // SAS writes its variables so: `user=&user password=&pw`.
    let variable = line.at(value.start) == b'&';
    !variable
        && (before.and_then(|head| head.rsplit(' ').next()).is_some_and(is_field)
            || after.and_then(|rest| rest.split(' ').next()).is_some_and(is_field))
}

/// `<password>x</password>`
fn is_element(line: View<'_>, name: Name, value: Value) -> bool {
    let closed = line.rest(value.end).strip_prefix("</");
    line.before(name.start) == b'<'
        && closed.is_some_and(|tag| tag.starts_with(name.text(line)))
        && name.judged.kind == "password"
}

/// Whether what follows the value can follow a setting: no argument, field or statement.
fn ends(line: View<'_>, value: Value) -> bool {
    static SHOUT: Class = Class::of(UPPER).with(b"_");
    let end = line.run(value.end, &BLANK);
    // `A=x;DB_PASSWORD=y;C=z`
    let next = line.run_within(value.end + 1, &SHOUT, 64);
    if line.at(value.end) == b';' && next > value.end + 1 && line.at(next) == b'=' {
        return true;
    }
    !matches!(line.at(end), b')' | b'}' | b']' | b',' | b';' | b'.' | b'+' | b'|' | b'=')
}

/// `- DB_PASSWORD: x` and nothing else.
fn is_line(line: View<'_>, name: Name, value: Value) -> bool {
    let rest = line.rest(value.end).trim_start();
    line.get(0, name.start).trim_start_matches([' ', '\t', '-', '*']).is_empty()
        && (rest.is_empty() || rest.starts_with('#'))
}

/// `DB_PASSWORD = secret` and nothing else.
fn is_apart(line: View<'_>, name: Name, value: Value) -> bool {
    let said = names::has_word(name.text(line), &[line.get(value.start, value.end)]);
    line.get(name.end, value.start) == " = "
        && matches!(name.judged.kind, "password" | "secret")
        && (is_shouted(name.text(line)) || is_deep(name.text(line)))
        && is_line(line, name, value)
        && is_words(line, name, value)
        && !said
}

/// `password: orders_db_password`, but not `password: password` and `password: userPassword`.
fn is_words(line: View<'_>, name: Name, value: Value) -> bool {
    let text = line.get(value.start, value.end);
    !name.is(line, text) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// `?password=x&…`, `user=bob&password=x`
fn is_query(line: View<'_>, name: Name) -> bool {
    matches!(line.before(name.start), b'?' | b'&') && line.at(name.end) == b'='
}

/// `DB_PASSWORD`
pub(super) fn is_shouted(name: &str) -> bool {
    name.contains('_') && !name.bytes().any(|b| b.is_ascii_lowercase())
}

/// `ERLCOOKIE`, but not `PW`.
fn is_upper(name: &str) -> bool {
    name.len() >= 4 && name.bytes().all(|b| b.is_ascii_uppercase())
}

/// `trust-store-password`
fn is_kebab(name: &str) -> bool {
    name.trim_start_matches('-').contains('-')
}

/// `spring.datasource.password`, and no field of an object.
fn is_property(name: &str) -> bool {
    static PATH: Class = Class::of(LOWER).with(b".");
    let head = name.trim_start_matches("-D").split('.').next().unwrap_or_default();
    let path = name.trim_start_matches("-D").contains('.');
    path && !head.is_empty() && head.bytes().all(|b| PATH.has(b)) && !values::is_root(head)
}

/// `service.mail.auth.password`, which is no attribute in code.
fn is_deep(name: &str) -> bool {
    static PATH: Class = Class::of(LOWER).with(b".-");
    is_property(name) && name.matches('.').count() > 1 && name.bytes().all(|b| PATH.has(b))
}

/// `${DB_PASSWORD:-x}`, whatever stands there.
fn is_default(line: View<'_>, value: Value) -> bool {
    let spring = line.before(value.start) == b':' && line.behind(value.start, 64).contains("${");
    let shell = matches!(line.behind(value.start, 2), ":-" | ":=");
    (shell || spring) && line.at(value.end) == b'}'
}

/// "username: bob, password: x" with nothing behind it.
fn is_beside_user(line: View<'_>, name: Name) -> bool {
    const REACH: usize = 48;
    let head = line.behind(name.start, REACH).to_ascii_lowercase();
    name.judged.kind == "password" && (head.contains("username: ") || head.contains("user: "))
}

/// Whether it may be an argument of a call: a bracket is open before it, another argument stands
/// there, or it begins an indented line.
fn is_argument(line: View<'_>, name: Name) -> bool {
    const REACH: usize = 256;
    let head = line.behind(name.start, REACH);
    let depth = head.bytes().fold(0_i32, |depth, b| match b {
        b'(' | b'[' | b'{' => depth + 1,
        b')' | b']' | b'}' => (depth - 1).max(0),
        _ => depth,
    });
    let bare = head.trim_end();
    depth > 0 || bare.ends_with(',') || bare.is_empty() && !head.is_empty()
}
