//! What stands between a name and its value: signs, an element's tag, a comma in a call, a flag's
//! blank, words of prose.

use super::{
    markup,
    name::MAX_NAME,
    pair::{field_ahead, flag_ahead, is_named, value_field},
    sign::sign,
    value,
};
use crate::{
    entropy, values,
    view::{BLANK, Class, DIGIT, LOWER, NAME, UPPER, View},
};

/// What stands between a name and its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gap {
    /// `=`, `:`, `=>`, `:=`
    Assign,
    /// `<name>`
    Tag,
    /// `", "` in a call or tuple
    Comma,
    /// `--name value`, `--name, value`
    Flag,
    /// `name(` of a call
    Call,
    /// `| name | value |`
    Cell,
    /// `NAME value` where nothing else is in the line, or behind `ENV`
    Line,
    /// "is", "was"
    Said,
    /// A mere blank
    Prose,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Separator {
    pub(super) kind: Gap,
    /// Whether blanks surround it.
    pub(super) loose: bool,
    /// Whether the name is in quotes.
    pub(super) quoted: bool,
    /// Where the value starts.
    pub(super) end: usize,
}

/// What stands behind the name `start..end`, if a value can follow it.
pub(super) fn separator(line: View<'_>, start: usize, end: usize) -> Option<Separator> {
    let mut i = end;
    let slashes = line.slashes(i);
    let quoted = matches!(line.at(i + slashes), b'"' | b'\'' | b'`');
    if quoted {
        i += slashes + 1;
    } else if let Some(mark) = value::mark_at(line, i) {
        i += mark;
    }
    let open = line.before(start);
    let symbol = open == b':' && start.checked_sub(1).is_some_and(|i| line.before(i) == b'[');
    if matches!(line.at(i), b']' | b')') && (quoted || symbol || matches!(open, b'[' | b'(')) {
        i += 1;
    }
    // PHP's `[pass:protected] => x`, `[pass:App\Mailer:private] => x`.
    if open == b'[' && line.at(i) == b':' {
        let near = line.get(i, line.len().min(i + MAX_NAME));
        let close = near.find("protected]").or_else(|| near.find("private]"));
        i = close.map_or(i, |close| {
            i + close + near.get(close..).map_or(0, |s| s.find(']').unwrap_or(0)) + 1
        });
    }
    // A selector: `fill('input[name=password]', 'x')`.
    let selector = line.at(i) == b']' && matches!(line.at(i + 1), b'"' | b'\'' | b'`');
    let (mut i, quoted) = if selector && !quoted { (i + 2, true) } else { (i, quoted) };
    // Perl's `$db{password} = 'x'`.
    if line.at(i) == b'}' && open == b'{' && line.at(line.run(i + 1, &BLANK)) == b'=' {
        i += 1;
    }
    if let Some(end) = markup::label(line, i).filter(|_| !quoted) {
        return Some(Separator { kind: Gap::Said, loose: true, quoted, end });
    }
    if let Some(end) = markup::element(line, start, i, quoted) {
        return Some(Separator { kind: Gap::Tag, loose: false, quoted, end });
    }
    // C++: `token{"x"}`.
    if !quoted && line.at(i) == b'{' && line.at(i + 1) == b'"' {
        return Some(Separator { kind: Gap::Assign, loose: false, quoted, end: i + 1 });
    }
    if let Some(end) = second(line, start, i).filter(|_| !quoted) {
        return Some(Separator { kind: Gap::Assign, loose: true, quoted, end });
    }
    if !quoted && line.at(i) == b'(' && matches!(line.at(i + 1), b'"' | b'\'') {
        return Some(Separator { kind: Gap::Call, loose: false, quoted, end: i + 1 });
    }
    let blank = line.run(i, &BLANK);
    if !quoted && let Some(end) = declared(line, i, blank) {
        return Some(Separator { kind: Gap::Assign, loose: true, quoted, end });
    }
    if let Some(end) = method(line, i, quoted) {
        return Some(Separator { kind: Gap::Comma, loose: true, quoted, end });
    }
    behind(line, start, i, quoted)
}

/// The same for what stands at `i`, behind the name's quotes and brackets.
fn behind(line: View<'_>, start: usize, i: usize, quoted: bool) -> Option<Separator> {
    let (open, blank) = (line.before(start), line.run(i, &BLANK));
    let make = |kind, after: usize| {
        let end = line.run(after, &BLANK);
        Some(Separator { kind, loose: end > after, quoted, end })
    };
    let rest = line.rest(blank);
    // A value in Windows' registry.
    if rest.starts_with("REG_SZ") {
        return make(Gap::Assign, blank + "REG_SZ".len());
    }
    // PHP's serialised text: `s:8:"password";s:7:"x";`.
    if quoted && rest.starts_with(";s:") {
        let length = line.run(blank + 3, &DIGITS);
        return if line.at(length) == b':' { make(Gap::Assign, length + 1) } else { None };
    }
    if open == b'{' && (rest.starts_with(":-") || rest.starts_with(":=")) {
        return make(Gap::Assign, blank + 2); // A shell's `${X:-x}`.
    }
    if open == b'{' && rest.starts_with(":?") {
        return None;
    }
    // `-Name password -Value x`, `--name x --value y`
    if let Some(value) = flag_ahead(line, start, blank) {
        return make(Gap::Assign, value);
    }
    if let Some(end) = alternative(line, blank).or_else(|| yielded(line, start, blank)) {
        return make(Gap::Comma, end);
    }
    if let Some((kind, length)) = sign(rest) {
        let separator = make(kind?, blank + length)?;
        // `"tokens": {"default": "x", "agent": "y"}` has more than one.
        let many = line.get(start, i).trim_end_matches(['"', '\'']).ends_with('s');
        let inner = if many { None } else { object_field(line, separator.end) };
        return Some(Separator { end: inner.unwrap_or(separator.end), ..separator });
    }
    if let Some(end) = cell(line, start, blank) {
        return make(Gap::Cell, end);
    }
    // `[--token, x]`, `['--password', 'x']`
    let field = || value_field(line, line.run(blank + 1, &BLANK)).is_some();
    if rest.starts_with(',') && !field() && (line.at(start) == b'-' || line.before(start) == b'-') {
        return make(Gap::Flag, blank + 1);
    }
    // `admin password - x`, `password ---- x`
    let dashes = rest.bytes().take_while(|b| *b == b'-').count();
    if dashes > 0 && blank > i && !quoted && BLANK.has(line.at(blank + dashes)) {
        return make(Gap::Said, blank + dashes);
    }
    // `{"name": "DB_PASSWORD", "value": "x"}`, `<add key="ApiKey" value="x"/>`
    if quoted {
        let after = line.run(blank + usize::from(rest.starts_with(',')), &BLANK);
        if let Some(value) = value_field(line, after) {
            return make(Gap::Assign, value);
        }
        if is_named(line, start)
            && let Some(value) = field_ahead(line, blank)
        {
            return make(Gap::Assign, value);
        }
        if rest.starts_with(',') {
            let with = line.run(blank + 1, &BLANK);
            return make(
                Gap::Comma,
                if line.has_at(with, "with: ") { with + 5 } else { blank + 1 },
            );
        }
        // `set "Db:Password" "x"`, `Acquire::Password "x";`
        let string = blank > i && matches!(line.at(blank), b'"' | b'\'');
        return if string { make(Gap::Comma, blank) } else { None };
    }
    // `key=DB_PASSWORD value=x`
    if blank > i && is_named(line, start) && matches!(line.before(start), b'=' | b':') {
        let value = value_field(line, blank);
        if let Some(value) = value {
            return make(Gap::Assign, value);
        }
    }
    // `{name=DB_PASSWORD, value=x}`
    if rest.starts_with(',') && is_named(line, start) {
        return make(Gap::Assign, value_field(line, line.run(blank + 1, &BLANK))?);
    }
    if blank == i {
        return None;
    }
    if line.before(start) == b'-' || line.at(start) == b'-' {
        // What a mask ends before was one word with it: no flag.
        return if line.before(start) == b']' { None } else { make(Gap::Flag, blank) };
    }
    let (kind, after) = spoken(line, start, blank)?;
    make(kind, after)
}

static DIGITS: Class = Class::of(DIGIT);
static PATH: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-.:/");
static LETTERS: Class = Class::of(LOWER).with(UPPER);

/// A method called on a name in quotes or with one: `"password".to_string(), "x"`,
/// `('#password').val('x')`, `strcmp(password, "x")`.
fn method(line: View<'_>, end: usize, quoted: bool) -> Option<usize> {
    const MAX_METHOD: usize = 24;
    if !quoted {
        return None;
    }
    if let Some(into) = [".to_string(), ", ".into(), "].iter().find(|m| line.has_at(end, m)) {
        return Some(end + into.len());
    }
    let dot = end + usize::from(line.at(end) == b')');
    if line.at(dot) != b'.' {
        return None;
    }
    let open = line.run_within(dot + 1, &NAME, MAX_METHOD);
    let value = open + 1;
    (line.at(open) == b'(' && matches!(line.at(value), b'"' | b'\'')).then_some(value)
}

/// The second of two in brackets: Elixir's and Clojure's `{:password, "x"}`, Erlang's `{password,
/// <<"x">>}`, a template's `${env:DB_PASSWORD, x}`, Spark's `(spark.ssl.keyPassword,x)`.
fn second(line: View<'_>, start: usize, end: usize) -> Option<usize> {
    if line.at(end) != b',' {
        return None;
    }
    let value = line.run(end + 1, &BLANK);
    let value = value + if line.has_at(value, "<<\"") { 2 } else { 0 };
    let string = matches!(line.before(start), b':' | b'{') && line.at(value) == b'"';
    let variable = line.get(start.saturating_sub("${env:".len()), start) == "${env:";
    let compared = line.get(start.saturating_sub("cmp(".len()), start) == "cmp(";
    // `put(Context.SECURITY_CREDENTIALS, "x")`
    let name = line.get(start, end).rsplit('.').next().unwrap_or_default();
    let constant = name.contains('_') && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let passed = constant && matches!(line.at(value), b'"' | b'\'');
    let spark = line.before(start) == b'(' && line.has_at(start, "spark.") && value == end + 1;
    (string || variable || spark || passed || compared && line.at(value) == b'"').then_some(value)
}

/// What stands in for a value that is not set: `|| 'x'`, `?? 'x'`, `or 'x'`, `| default('x')`.
fn alternative(line: View<'_>, at: usize) -> Option<usize> {
    const SIGNS: &[&str] = &["|| ", "?? ", "?: ", "or ", "by lazy { ", "| default(", "|default("];
    // What closes the call or index before it.
    static CLOSED: Class = Class::of(b")]} ");
    let at = line.run_within(at, &CLOSED, 4);
    let sign = SIGNS.iter().find(|sign| line.has_at(at, sign))?;
    let value = at + sign.len();
    matches!(line.at(value), b'"' | b'\'').then_some(value)
}

/// What a block of Ruby's `fetch('X') { 'x' }` stands in with.
fn yielded(line: View<'_>, start: usize, at: usize) -> Option<usize> {
    let fetched = line.has_at(start.checked_sub("fetch('".len())?, "fetch(");
    let close = at + usize::from(line.at(at) == b')');
    let value = line.run(close, &BLANK) + 2;
    (fetched && line.has_at(value - 2, "{ ") && matches!(line.at(value), b'"' | b'\''))
        .then_some(value)
}

/// The value in an object of one field that matters: `{"value": "x"}`, `{"type": "string",
/// "default": "x"}`.
fn object_field(line: View<'_>, at: usize) -> Option<usize> {
    if line.at(at) != b'{' {
        return None;
    }
    Some(line.run(field_ahead(line, at + 1)?, &BLANK))
}

/// The next cell of a table: `| name | x |`, `│ name │ x │`, and psql's `name | x`.
fn cell(line: View<'_>, start: usize, at: usize) -> Option<usize> {
    const RULES: &[&str] = &["|", "│", "┆", "┃", "║"];
    let rule = RULES.iter().find(|rule| line.rest(at).starts_with(**rule))?;
    let head = line.text.get(..start)?.trim_end();
    // The name may have two words: `| API Secret | x |`.
    let before = head.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).trim_end();
    let ruled = RULES.iter().any(|rule| head.ends_with(rule) || before.ends_with(rule));
    let aligned = head.is_empty() && line.before(at) == b' ';
    (ruled || aligned).then_some(at + rule.len())
}

/// Where the value of a declaration begins, whose type stands between name and sign: Go's `password
/// string = "x"`, C's `password[] = "x"`, C#'s `Password { get; set; } = "x"`, Rust's and
/// TypeScript's `password: &str = "x"`. Only a string counts.
fn declared(line: View<'_>, end: usize, blank: usize) -> Option<usize> {
    static TYPE: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_.&'<>[]?| :");
    const TYPES: &[&str] =
        &["string", "str", "text", "[]byte", "nvarchar", "varchar2", "varchar", "nchar", "char"];
    const MAX_TYPE: usize = 40;
    let sign = match line.at(blank) {
        b'[' if blank == end => line.run_within(end, &TYPE, MAX_TYPE),
        b'{' if line.has_at(blank, "{ get;") => line
            .run(blank + line.get(blank, line.len().min(blank + MAX_TYPE)).find('}')? + 1, &BLANK),
        b':' => line.run_within(blank + 1, &TYPE, MAX_TYPE),
        _ => {
            let kind = TYPES.iter().find(|kind| blank > end && line.has_at(blank, kind))?;
            let length = blank + kind.len();
            let closed = line.run(length + usize::from(line.at(length) == b'('), &DIGITS);
            let closed = closed + usize::from(line.at(closed) == b')');
            let sign = line.run(closed, &BLANK);
            // Oracle's `:=`.
            sign + usize::from(line.at(sign) == b':' && line.at(sign + 1) == b'=')
        }
    };
    let value = line.run(sign + 1, &BLANK);
    // One word, or Rust's `&'static str`; `Digest username="x"` is a header's.
    let kind = line.get(blank + 1, sign).trim_matches([' ', ':']);
    let single_word = !kind.contains(' ') || kind.starts_with('&') || line.at(blank) == b'{';
    let single = line.at(sign) == b'=' && !matches!(line.at(sign + 1), b'=' | b'>' | b'~');
    (single
        && single_word
        && sign > blank + 1
        && matches!(line.at(value), b'"' | b'\'' | b'r' | b'N' | b'`'))
    .then_some(value)
}

/// Words, or a mere blank, between a name and what follows at `blank`.
fn spoken(line: View<'_>, start: usize, blank: usize) -> Option<(Gap, usize)> {
    const VALUE: &str = ", value ";
    if is_line(line, start, blank) {
        return Some((Gap::Line, blank));
    }
    // "API key 'x' is not active"
    let string = value::quoted(line, blank).filter(|value| value.end < line.len());
    let string = string.is_some_and(|value| values::is_telling(line.get(value.start, value.end)));
    if string && matches!(line.at(blank), b'"' | b'\'') {
        return Some((Gap::Prose, blank));
    }
    // "Overriding db.password with x"
    let setting = line.get(start, blank).contains(['_', '.']);
    if setting && line.has_at(blank, "with ") {
        return Some((Gap::Said, blank + "with ".len()));
    }
    // "the password for the new account is: x"
    let ahead = line.rest(blank.saturating_sub(1));
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b" \"'`_.@".contains(b);
    let aside = ahead.bytes().take(64).take_while(plain).count();
    for word in [" set to ", " changed to ", " reset to ", " changed from ", " has value "] {
        if let Some(at) = ahead.get(..aside).and_then(|words| words.find(word)) {
            return Some((Gap::Said, blank - 1 + at + word.len()));
        }
    }
    // "new secret created, value x"
    if let Some(at) = line.rest(blank).find(VALUE).filter(|at| *at < aside) {
        return Some((Gap::Said, blank + at + VALUE.len()));
    }
    // `SET PASSWORD FROM 'x' TO 'y'`
    if line.has_at(blank, "from '") {
        return Some((Gap::Assign, blank + "from ".len()));
    }
    if let Some(after) = last(line, blank) {
        return Some((Gap::Said, after));
    }
    for word in ["is: ", "is ", "ist ", "lautet ", "è ", "are ", "was ", "as ", "to "] {
        if line.has_at(blank, word) {
            return Some((Gap::Said, blank + word.len()));
        }
    }
    if let Some(is) = ahead.get(..aside).and_then(|words| words.find(" is")) {
        let after = blank - 1 + is + 3;
        if line.at(after) == b':' || line.at(after) == b' ' {
            return Some((Gap::Said, after + 1));
        }
    }
    // "token used: x", "access token (expires in 1 h): x"
    let ahead = line.rest(blank);
    let few =
        ahead.bytes().take(40).take_while(|b| b.is_ascii_alphanumeric() || b" ()[]-'".contains(b));
    let few = blank + few.count();
    if line.has_at(few, ": ") && line.get(blank, few).split(' ').count() <= 4 {
        return Some((Gap::Said, few + 1));
    }
    // "secret value x"
    for word in ["value ", "used ", "string "] {
        if line.has_at(blank, word) {
            return Some((Gap::Said, blank + word.len()));
        }
    }
    // `SET PASSWORD FOR 'bob'@'h' = 'x'`
    if line.has_at(blank, "for ") {
        let reach = line.len().min(blank + MAX_NAME);
        if let Some(sign) = (blank..reach).find(|i| line.has_at(*i, " = '")) {
            return Some((Gap::Assign, sign + 3));
        }
    }
    // "using password x"
    let before = start.saturating_sub(1);
    let word = line.get(line.back_within(before, &LETTERS, 8), before);
    if ["using", "with"].iter().any(|w| w.eq_ignore_ascii_case(word)) {
        return Some((Gap::Said, blank));
    }
    // "password for root: x"
    let owner = ["for ", "of "].iter().find(|word| line.has_at(blank, word));
    if let Some(owner) = owner {
        let end = line.run_within(blank + owner.len(), &NAME, MAX_NAME);
        if line.at(end) == b':' {
            return Some((Gap::Said, end + 1));
        }
    }
    // `GET /secrets HTTP/1.1`: part of a path, not a word. `:db-password "x"` is Clojure's.
    let keyword = line.before(start) == b':' && line.at(blank) == b'"';
    let word = keyword || matches!(line.before(start), 0 | b' ' | b'\t' | b'(' | b'"' | b'\'');
    word.then_some((Gap::Prose, blank))
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
    let drawn = entropy::looks_random(tail, 8) && !entropy::is_identifier(tail);
    (plain && drawn && !tail.contains('/')).then(|| blank + rest.len() - tail.len())
}

/// Whether a name and the one word behind it are all there is in the line, as in `requirepass x`,
/// or follow `ENV` or `ARG` of a Dockerfile, `setx`, `def` or `git config`.
fn is_line(line: View<'_>, start: usize, value: usize) -> bool {
    // The name may be the last part of a path: `kv put db/password x`, `set Db:Password x`.
    let word = line.back_within(start, &PATH, MAX_NAME);
    let head = line.get(0, word).trim_start();
    let rest = line.rest(value).trim_end().trim_end_matches(';');
    let alone = head.is_empty() && !rest.is_empty() && !rest.contains(' ');
    let words = [
        "ENV ", "ARG ", "setx ", "(def ", "(define ", "set ", "put ", "setenv ", "SetEnv ",
        "env:set ", "set -x ", "set -gx ", "set -Ux ",
    ];
    let set = words.iter().any(|word| head.ends_with(word)) || head.contains(" config");
    alone || set && !rest.contains(' ')
}
