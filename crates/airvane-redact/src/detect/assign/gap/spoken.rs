//! Words of a language between a name and its value: "the password is x", "password for root: x".

use super::Gap;
use crate::{
    detect::{name::MAX_NAME, value},
    entropy, names, values,
    view::{Class, DIGIT, LOWER, NAME, UPPER, View},
};

/// Words, or a mere blank, between a name and what follows at `blank`, and where the value is.
pub(super) fn spoken(line: View<'_>, start: usize, blank: usize) -> Option<(Gap, usize)> {
    if is_line(line, start, blank) {
        return Some((Gap::Line, blank));
    }
    // "API key 'x' is not active"
    let string = value::quoted(line, blank).filter(|value| value.end < line.len());
    let string = string.is_some_and(|value| values::is_telling(line.get(value.start, value.end)));
    if string && matches!(line.at(blank), b'"' | b'\'') {
        return Some((Gap::Prose, blank));
    }
    if let Some(value) = by_default(line, start, blank) {
        return Some((Gap::Assign, value));
    }
    // "Login with bob / x"
    if line.get(start, blank).trim_end().eq_ignore_ascii_case("login")
        && line.has_at(blank, "with ")
    {
        return Some((Gap::Said, blank + "with ".len()));
    }
    // "Overriding db.password with x"
    let setting = line.get(start, blank).contains(['_', '.']);
    if setting && line.has_at(blank, "with ") {
        return Some((Gap::Said, blank + "with ".len()));
    }
    if let Some(value) = changed(line, blank) {
        return Some((Gap::Said, value));
    }
    // `SET PASSWORD FROM 'x' TO 'y'`
    if line.has_at(blank, "from '") {
        return Some((Gap::Assign, blank + "from ".len()));
    }
    if let Some(value) = last(line, blank).or_else(|| said(line, blank)) {
        return Some((Gap::Said, value));
    }
    // `SET PASSWORD FOR 'bob'@'h' = 'x'`
    if line.has_at(blank, "for ") {
        let reach = line.len().min(blank + MAX_NAME);
        if let Some(sign) = (blank..reach).find(|i| line.has_at(*i, " = '")) {
            return Some((Gap::Assign, sign + 3));
        }
    }
    if let Some(value) = used(line, start, blank).or_else(|| owned(line, blank)) {
        return Some((Gap::Said, value));
    }
    // `GET /secrets HTTP/1.1`: part of a path, not a word. `:db-password "x"` is Clojure's.
    let keyword = line.before(start) == b':' && line.at(blank) == b'"';
    // debconf's `package/root_password password x`
    let typed = line.before(start) == b'/' && line.has_at(blank, "password ");
    let word =
        keyword || typed || matches!(line.before(start), 0 | b' ' | b'\t' | b'(' | b'"' | b'\'');
    word.then_some((Gap::Prose, blank))
}

/// `DB_PASSWORD (defaults to 'x')`, `secretKey (default: 'x')`, `API_SECRET (default: x)`
pub(super) fn by_default(line: View<'_>, start: usize, blank: usize) -> Option<usize> {
    const WORDS: &[&str] =
        &["(defaults to ", "(default: ", "(default is ", "(default ", "(e.g., ", "(e.g. "];
    let words = WORDS.iter().find(|words| line.has_at(blank, words))?;
    let name = line.get(start, blank).trim_matches(['`', ' ']);
    let lower = name.to_ascii_lowercase();
    let password =
        lower.contains("pass") || lower.contains("secret_") || lower.contains("secretkey");
    let value = blank + words.len();
    let quoted = matches!(line.at(value), b'"' | b'\'' | b'`');
    // One word that stands for a setting's value: no word of a sentence.
    let setting = name.contains('_') && line.at(line.run(value, &NAME)) == b')';
    (password && (quoted || setting)).then_some(value)
}

/// The words behind a name, up to the first sign that is none of theirs, with the blank before them.
fn aside(line: View<'_>, blank: usize) -> &str {
    const REACH: usize = 64;
    let ahead = line.rest(blank.saturating_sub(1));
    let plain =
        |c: &char| c.is_ascii_alphanumeric() || " \"'`_.@-".contains(*c) || c.is_alphabetic();
    let length = ahead.chars().take(REACH).take_while(plain).map(char::len_utf8).sum();
    ahead.get(..length).unwrap_or_default()
}

/// "password of the new account was set to x", "new secret created, value x"
fn changed(line: View<'_>, blank: usize) -> Option<usize> {
    const VERBS: &[&str] = &[
        " set to ",
        " changed to ",
        " reset to ",
        " resolved to ",
        " changed from ",
        " has value ",
    ];
    const VALUE: &str = ", value ";
    // "was reset on 14 March, it is now x"
    const NOW: &[&str] = &[", it is now ", ", the new one is "];
    let near = line.near(blank, 80);
    if let Some(now) = NOW.iter().find_map(|now| Some(near.find(now)? + now.len())) {
        return Some(blank + now);
    }
    let words = aside(line, blank);
    if let Some(value) = VERBS.iter().find_map(|verb| Some(words.find(verb)? + verb.len())) {
        return Some(blank - 1 + value);
    }
    let value = line.rest(blank).find(VALUE).filter(|at| *at < words.len())?;
    Some(blank + value + VALUE.len())
}

/// "password is x", "the password for the new account is: x", "token used: x", "secret value x"
fn said(line: View<'_>, blank: usize) -> Option<usize> {
    #[rustfmt::skip]
    const VERBS: &[&str] = &[
        "is not valid: ", "is invalid: ", "is: ", "is also ", "is simply ", "is just ", "is now ", "is still ", "is ", "ist ", "lautet ", "è ",
        "are ", "was ", "as ", "to ",
    ];
    const NOUNS: &[&str] = &["value ", "used ", "string "];
    let starts = |words: &[&str]| {
        words.iter().find(|word| line.has_at(blank, word)).map(|word| blank + word.len())
    };
    if let Some(value) = starts(VERBS) {
        return Some(value);
    }
    let words = aside(line, blank);
    if let Some((is, verb)) =
        [" is", " è", " lautet"].iter().find_map(|v| Some((words.find(v)?, v)))
    {
        let after = blank - 1 + is + verb.len();
        if matches!(line.at(after), b':' | b' ') {
            return Some(after + 1);
        }
    }
    if let Some(value) = signed(line, blank) {
        return Some(value);
    }
    // `PASSWORD kibana_system = x`
    let owner = line.run_within(blank, &NAME, MAX_NAME);
    let shouted = line.has_at(owner, " = ") && line.behind(blank, 9) == "PASSWORD ";
    if shouted && !names::is_about(line.get(blank, owner)) {
        return Some(owner + " = ".len());
    }
    starts(NOUNS)
}

/// "access token (expires in 1 h): x", "new password for user bob => x"
fn signed(line: View<'_>, blank: usize) -> Option<usize> {
    const SIGNS: &[&str] = &[": ", "=> ", "-> ", ":: "];
    let few = line.rest(blank).bytes().take(40);
    let few = few.take_while(|b| b.is_ascii_alphanumeric() || b" ()[]-',_".contains(b)).count();
    let few = blank + few;
    let sign = SIGNS.iter().find(|sign| line.has_at(few, sign))?;
    let words = line.get(blank, few).trim_end();
    // "rotated for svc_report, new value: x", but not "api_key http_header: x"
    let most = match () {
        () if words.ends_with(" value") => 6,
        () if words.contains('_') => 0,
        () => 4,
    };
    (words.split(' ').count() <= most).then_some(few + sign.len() - 1)
}

/// "using password x"
fn used(line: View<'_>, start: usize, blank: usize) -> Option<usize> {
    static LETTERS: Class = Class::of(LOWER).with(UPPER);
    let before = start.saturating_sub(1);
    let word = line.get(line.back_within(before, &LETTERS, 8), before);
    ["using", "with"].iter().any(|w| w.eq_ignore_ascii_case(word)).then_some(blank)
}

/// "password for root: x"
fn owned(line: View<'_>, blank: usize) -> Option<usize> {
    static OWNER: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-.@/$");
    let owner = ["for user ", "für Benutzer ", "for ", "für ", "of ", "from "]
        .iter()
        .find(|word| line.has_at(blank, word))?;
    let end = line.run_within(blank + owner.len(), &OWNER, MAX_NAME);
    (line.at(end) == b':').then_some(end + 1)
}

/// The last word of a line, drawn at random behind a colon: "a temporary password is generated for
/// root@localhost: x".
fn last(line: View<'_>, blank: usize) -> Option<usize> {
    const WORDS: &[&str] = &["is ", "was ", "has ", "for ", "of "];
    let rest = line.rest(blank).trim_end();
    WORDS.iter().find(|word| rest.starts_with(**word))?;
    let colon = rest.rfind(": ")?;
    let (head, tail) = (rest.get(..colon)?, rest.get(colon + 2..)?.trim_start());
    let plain = head.bytes().all(|b| b.is_ascii_alphanumeric() || b" @()-'._".contains(&b));
    // MySQL draws signs too.
    let made = head.contains("generated for") && !tail.contains(' ') && tail.len() >= 12;
    let drawn = made || entropy::looks_random(tail, 8) && !entropy::is_identifier(tail);
    (plain && drawn && (made || !tail.contains('/'))).then(|| blank + rest.len() - tail.len())
}

/// Whether a name and the one word behind it are all there is in the line, as in `requirepass x`,
/// or follow `ENV` or `ARG` of a Dockerfile, `setx`, `def` or `git config`.
fn is_line(line: View<'_>, start: usize, value: usize) -> bool {
    static PATH: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-.:/");
    // The name may be the last part of a path: `kv put db/password x`, `set Db:Password x`.
    let word = line.back_within(start, &PATH, MAX_NAME);
    let head = line.get(0, word).trim_start_matches([' ', '\t', '#']);
    let rest = line.rest(value).split(" #").next().unwrap_or_default();
    let rest = rest.trim_end().trim_end_matches(';');
    let alone = head.is_empty() && !rest.is_empty() && !rest.contains(' ');
    let words = [
        "ENV ", "ARG ", "setx ", "(def ", "(define ", "set ", "put ", "setenv ", "SetEnv ",
        "env:set ", "set -x ", "set -gx ", "set -Ux ",
    ];
    let set = words.iter().any(|word| head.ends_with(word)) || head.contains(" config");
    alone || set && !rest.contains(' ')
}
