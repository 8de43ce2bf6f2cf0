//! What a heading says of the lines below it: `[passwords]` and `secrets:` of every value, `radius
//! server R1` of the word "key". The names below such a heading say nothing themselves: users, hosts,
//! services.

use crate::{
    detect::{command::device, name::MAX_NAME, value},
    names::{self, Judgement, Names, Strength},
    values,
    view::{BLANK, Class, DIGIT, LOWER, NAME, UPPER, View},
};

/// How a section of JAAS begins, of which `user_bob="x"` is a user: Kafka's and `ZooKeeper`'s.
const USERS: &[&str] = &["PlainLoginModule required", "DigestLoginModule required"];

/// What a line says of every member below it, and the least indentation of those: `[secrets]`,
/// `passwords:`, `"api_keys": {`.
pub(super) fn members(names: &Names, line: View<'_>) -> Option<(Judgement, usize)> {
    const MANY: &[&str] = &["passwords", "passphrases", "secrets", "tokens", "psks", "admins"];
    let text = line.text.trim();
    if !text.ends_with([']', ':', '=', '{', 'd']) {
        return None;
    }
    let indent = line.run(0, &BLANK);
    if USERS.iter().any(|module| text.ends_with(module)) {
        return Some((names.judge("password"), 0));
    }
    let (name, least) = if let Some(section) = text.strip_prefix('[') {
        (section.strip_suffix(']')?, 0)
    } else {
        let head = text.trim_end_matches(['{', ' ']);
        // A block of HCL has no sign.
        let name =
            head.strip_suffix([':', '=']).or_else(|| text.ends_with(" {").then_some(head))?;
        (name.trim_matches(['"', '\'', ' ']), indent + 1)
    };
    let noun = names::words(name).pop()?;
    let many = MANY.contains(&noun.as_str()) && !name.contains([' ', ':', '=']);
    let judged = names.judge(if noun == "admins" { "password" } else { name });
    (many && judged.strength > Strength::None).then_some((judged, least))
}

/// The value of a line `name: x` or `name = "x"` with at least this indentation.
pub(super) fn member(line: View<'_>, judged: Judgement, least: usize) -> Option<(usize, usize)> {
    const OTHERS: &[&str] = &["user", "username", "login", "email", "external"];
    let (name, start) = field(line, least)?;
    let (quoted, value) = match value::quoted(line, start) {
        Some(value) => (true, value),
        None => (false, value::bare(line, start, value::Reach::Item)),
    };
    let text = line.get(value.start, value.end);
    let telling = match judged.kind {
        // A user of JAAS.
        _ if quoted && name.starts_with("user_") => text.len() >= 3,
        "password" | "secret" => {
            values::is_telling(text) || quoted && text.len() >= 6 && !values::is_wordlike(text)
        }
        _ => values::is_service_key(text),
    };
    let whole = line.rest(value.end).trim_matches([' ', '"', '\'', ',', '}', ';']);
    let rest = whole.is_empty() || whole.starts_with('#');
    let about = names::is_about(name) || OTHERS.contains(&name.to_ascii_lowercase().as_str());
    (telling && rest && !about && !values::is_template(text) && !text.contains("://"))
        .then_some((value.start, value.end))
}

/// Whether the line is a field of what a heading opened.
pub(super) fn is_member(line: View<'_>, least: usize) -> bool {
    field(line, least).is_some() || line.text.trim_start().starts_with('#')
}

/// The name in a line `name: x` or `name = x` with at least this indentation, and where its value
/// begins.
fn field(line: View<'_>, least: usize) -> Option<(&str, usize)> {
    static KEY: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-.@/");
    let indent = line.run(0, &BLANK);
    let open = indent + usize::from(matches!(line.at(indent), b'"' | b'\''));
    let end = line.run_within(open, &KEY, MAX_NAME);
    let close = end + usize::from(open > indent);
    let sign = line.run(close, &BLANK);
    let named = end > open && indent >= least && matches!(line.at(sign), b':' | b'=');
    named.then(|| (line.get(open, end), line.run(sign + 1, &BLANK)))
}

/// Whether the line opens a section in which "key" is a password: `radius server R1`, `config
/// wifi-iface`.
pub(super) fn is_keyed(line: View<'_>) -> bool {
    const HEADS: &[&str] =
        &["radius server ", "tacacs server ", "aaa server radius ", "config wifi-iface"];
    let text = line.text.trim_start();
    HEADS.iter().any(|head| text.starts_with(head))
}

/// The value of `key 7 x` or `option key 'x'` in such a section.
pub(super) fn key(line: View<'_>) -> Option<(usize, usize)> {
    let at = line.run(0, &BLANK);
    let word = at + if line.has_at(at, "option ") { "option ".len() } else { 0 };
    let name = line.run_within(word, &NAME, MAX_NAME);
    if line.get(word, name) != "key" || line.at(name) != b' ' {
        return None;
    }
    let start = device::coding(line, line.run(name, &BLANK));
    let value =
        value::quoted(line, start).unwrap_or_else(|| value::bare(line, start, value::Reach::Blank));
    Some((value.start, value.end))
}
