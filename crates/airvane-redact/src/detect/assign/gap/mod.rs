//! What stands between a name and its value: signs, an element's tag, a comma in a call, a flag's
//! blank, words of prose.

pub(super) mod code;
mod markup;
mod sign;
mod spoken;

use self::{
    sign::sign,
    spoken::{by_default, spoken},
};
use super::pair::{field_ahead, flag_ahead, is_named, value_field};
use crate::{
    detect::{name::MAX_NAME, value},
    view::{BLANK, Class, DIGIT, View},
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
    let (i, quoted) = closed(line, start, end);
    let direct = if quoted { string(line, start, i) } else { word(line, start, i) };
    if let Some((kind, loose, end)) = direct {
        return Some(Separator { kind, loose, quoted, end });
    }
    behind(line, start, i, quoted)
}

/// Where the quotes and brackets around a name end, and whether there are quotes.
fn closed(line: View<'_>, start: usize, end: usize) -> (usize, bool) {
    let mut i = end;
    let slashes = line.slashes(i);
    let quoted = matches!(line.at(i + slashes), b'"' | b'\'' | b'`');
    if quoted {
        i += slashes + 1 + value::doubled(line, i);
    } else if let Some(mark) = value::mark_at(line, i) {
        i += mark;
    }
    let open = line.before(start);
    let symbol = open == b':' && start.checked_sub(1).is_some_and(|i| line.before(i) == b'[');
    if matches!(line.at(i), b']' | b')') && (quoted || symbol || matches!(open, b'[' | b'(')) {
        i += 1;
    }
    // The same with quotes of their own: `fill('input[name="password"]', 'x')`.
    let named = line.behind(start, 2).starts_with('=');
    if quoted && named && line.before(i) == b']' && matches!(line.at(i), b'"' | b'\'' | b'`') {
        i += 1;
    }
    // PHP's `[pass:protected] => x`, `[pass:App\Mailer:private] => x`.
    if open == b'[' && line.at(i) == b':' {
        let near = line.near(i, MAX_NAME);
        let close = near.find("protected]").or_else(|| near.find("private]"));
        i = close.map_or(i, |close| {
            i + close + near.get(close..).map_or(0, |s| s.find(']').unwrap_or(0)) + 1
        });
    }
    // A selector: `fill('input[name=password]', 'x')`.
    let selector = line.at(i) == b']' && matches!(line.at(i + 1), b'"' | b'\'' | b'`');
    let (mut i, quoted) = if selector && !quoted { (i + 2, true) } else { (i, quoted) };
    // Emphasis of Markdown and reStructuredText: `*API secret*: x`.
    let emphasis = (i..i + 2).take_while(|i| line.at(*i) == b'*').count();
    if line.at(i + emphasis) == b':' {
        i += emphasis;
    }
    // A comment that names an argument: `/*password*/ "x"`.
    if open == b'*' && line.has_at(i, "*/") {
        return (i + 2, true);
    }
    // A batch file's `"%PASSWORD%"=="x"`.
    if open == b'%' && line.at(i) == b'%' {
        i += 1 + usize::from(line.at(i + 1) == b'"');
    }
    // Perl's `$db{password} = 'x'`.
    let braced = line.at(i) == b'}' && open == b'{' && line.at(line.run(i + 1, &BLANK)) == b'=';
    (i + usize::from(braced), quoted)
}

/// What stands directly behind a name in quotes, whether it is loose and where it ends.
fn string(line: View<'_>, start: usize, i: usize) -> Option<(Gap, bool, usize)> {
    if let Some(end) = markup::element(line, start, i, true) {
        return Some((Gap::Tag, false, end));
    }
    code::method(line, i).map(|end| (Gap::Comma, true, end))
}

/// The same for a name without quotes.
fn word(line: View<'_>, start: usize, i: usize) -> Option<(Gap, bool, usize)> {
    if let Some(end) = markup::element(line, start, i, false) {
        return Some((Gap::Tag, false, end));
    }
    if let Some(end) = markup::label(line, i) {
        return Some((Gap::Said, true, end));
    }
    // FactoryBot's `password { "x" }`, which is all in its line.
    let block = line.has_at(i, " { \"") && line.text.ends_with("\" }");
    if block && line.get(0, start).trim().is_empty() {
        return Some((Gap::Assign, true, i + " { ".len()));
    }
    // C++: `token{"x"}`.
    if line.at(i) == b'{' && line.at(i + 1) == b'"' {
        return Some((Gap::Assign, false, i + 1));
    }
    if let Some(end) = code::second(line, start, i) {
        return Some((Gap::Assign, true, end));
    }
    // `set_password("x")`, `setpassword(b"x")`, and Rust's `set_password(Some("x"))`.
    let argument = i + 1 + if line.has_at(i, "(Some(\"") { "Some(".len() } else { 0 };
    let quote = argument + usize::from(matches!(line.at(argument), b'b' | b'r' | b'@'));
    if line.at(i) == b'(' && matches!(line.at(quote), b'"' | b'\'') {
        return Some((Gap::Call, false, argument));
    }
    code::declared(line, i, line.run(i, &BLANK)).map(|end| (Gap::Assign, true, end))
}

/// The same for what stands at `i`, behind the name's quotes and brackets.
fn behind(line: View<'_>, start: usize, i: usize, quoted: bool) -> Option<Separator> {
    let blank = line.run(i, &BLANK);
    let make = |kind, after: usize| {
        let end = line.run(after, &BLANK);
        Separator { kind, loose: end > after, quoted, end }
    };
    match notation(line, start, i, quoted) {
        Some(Notation::Value(after)) => return Some(make(Gap::Assign, after)),
        Some(Notation::Said(after)) => return Some(make(Gap::Said, after)),
        Some(Notation::None) => return None,
        None => {}
    }
    if let Some(end) = code::alternative(line, blank).or_else(|| code::yielded(line, start, blank))
    {
        return Some(make(Gap::Comma, end));
    }
    if let Some((kind, length)) = sign(line.rest(blank)) {
        let separator = make(kind?, blank + length);
        // `"tokens": {"default": "x", "agent": "y"}` has more than one.
        let many = line.get(start, i).trim_end_matches(['"', '\'']).ends_with('s');
        let inner = if many { None } else { object_field(line, separator.end) };
        return Some(Separator { end: inner.unwrap_or(separator.end), ..separator });
    }
    let (kind, after) = drawn(line, start, i, quoted).or_else(|| {
        if quoted {
            behind_string(line, start, i, blank)
        } else {
            behind_word(line, start, i, blank)
        }
    })?;
    Some(make(kind, after))
}

/// What a notation of its own says.
enum Notation {
    /// The value begins there or behind blanks.
    Value(usize),
    /// The same, told by words.
    Said(usize),
    /// No value follows.
    None,
}

/// What tools write between a name and its value beside the usual signs.
fn notation(line: View<'_>, start: usize, i: usize, quoted: bool) -> Option<Notation> {
    let (open, blank) = (line.before(start), line.run(i, &BLANK));
    let rest = line.rest(blank);
    let value = |at| Some(Notation::Value(at));
    // `aws configure` asks: "AWS Secret Access Key [None]: x".
    if rest.starts_with("[None]: ") {
        return value(blank + "[None]: ".len());
    }
    // A program asks: `secret_access_key> x`.
    let asked = line.get(start, i).contains('_');
    if i == blank && rest.starts_with("> ") && open == 0 && !quoted && asked {
        return value(blank + "> ".len());
    }
    // Robot Framework's variable: `${AccessKey}    x`.
    if open == b'{' && line.has_at(i, "}  ") && line.get(0, start) == "${" {
        return value(i + 1);
    }
    // "the password, it is x", "wrong password? used x"
    if let Some(words) = [", it is ", ", it's ", "? used "].iter().find(|w| line.has_at(i, w)) {
        return Some(Notation::Said(i + words.len()));
    }
    // A template and what it became: `{{ conn.dwh.password }} -> x`.
    if let Some(sign) = [" }} -> ", " }} => ", " }} = "].iter().find(|s| line.has_at(i, s)) {
        return value(i + sign.len());
    }
    // A value in Windows' registry.
    if rest.starts_with("REG_SZ") {
        return value(blank + "REG_SZ".len());
    }
    // PHP's serialised text: `s:8:"password";s:7:"x";`.
    if quoted && rest.starts_with(";s:") {
        let length = line.run(blank + 3, &DIGITS);
        return if line.at(length) == b':' { value(length + 1) } else { Some(Notation::None) };
    }
    // A shell's `${X:-x}`, and `${X:-}`.
    if open == b'{' && (rest.starts_with(":-") || rest.starts_with(":=")) {
        let empty = line.at(blank + 2) == b'}';
        return if empty { Some(Notation::None) } else { value(blank + 2) };
    }
    if open == b'{' && (rest.starts_with(":?") || rest.starts_with(":+")) {
        return Some(Notation::None);
    }
    // `::set-output name=db_password::x`
    if rest.starts_with("::") && blank == i && is_named(line, start) {
        return value(blank + 2);
    }
    // FastAPI's `"loc":["body","password"],"msg":"…","input":"x"`
    if quoted && line.before(i) == b']' && line.has_at(i, ",\"msg\":") {
        const INPUT: &str = "\"input\":";
        let input = line.near(i, 2 * MAX_NAME).find(INPUT);
        return Some(input.map_or(Notation::None, |at| Notation::Value(i + at + INPUT.len())));
    }
    // `-Name password -Value x`, `--name x --value y`
    flag_ahead(line, start, blank).map(Notation::Value)
}

/// What is drawn between a name and its value: a table's rule, dashes, a tilde, or the comma of a
/// list of arguments.
fn drawn(line: View<'_>, start: usize, i: usize, quoted: bool) -> Option<(Gap, usize)> {
    let blank = line.run(i, &BLANK);
    let rest = line.rest(blank);
    if let Some(end) = cell(line, start, blank) {
        return Some((Gap::Cell, end));
    }
    // `user ~ bob ~ password ~ x`
    if rest.starts_with("~ ") && blank > i {
        return Some((Gap::Said, blank + 1));
    }
    // `[--token, x]`, `['--password', 'x']`
    let field = || value_field(line, line.run(blank + 1, &BLANK)).is_some();
    if rest.starts_with(',') && !field() && (line.at(start) == b'-' || line.before(start) == b'-') {
        return Some((Gap::Flag, blank + 1));
    }
    // `admin password - x`, `password ---- x`
    let dashes = rest.bytes().take_while(|b| *b == b'-').count();
    let apart = dashes > 0 && blank > i && !quoted && BLANK.has(line.at(blank + dashes));
    apart.then_some((Gap::Said, blank + dashes))
}

/// The same where no sign stands behind a name in quotes, but fields, a comma or a string may:
/// `{"name": "DB_PASSWORD", "value": "x"}`, `<add key="ApiKey" value="x"/>`.
fn behind_string(line: View<'_>, start: usize, i: usize, blank: usize) -> Option<(Gap, usize)> {
    const JOINS: &[&str] = &["to value ", "with value ", "has value ", "set to "];
    let comma = line.at(blank) == b',';
    let value = value_field(line, line.run(blank + usize::from(comma), &BLANK));
    let ahead = || is_named(line, start).then(|| field_ahead(line, blank)).flatten();
    if let Some(value) = value.or_else(ahead) {
        return Some((Gap::Assign, value));
    }
    if comma {
        let with = line.run(blank + 1, &BLANK);
        return Some((Gap::Comma, if line.has_at(with, "with: ") { with + 5 } else { blank + 1 }));
    }
    if let Some(value) = by_default(line, start, blank) {
        return Some((Gap::Assign, value));
    }
    // "property 'db.secret' to value 'x'"
    let join = JOINS.iter().find(|join| blank > i && line.has_at(blank, join));
    let blank = blank + join.map_or(0, |join| join.len());
    // `set "Db:Password" "x"`, `Acquire::Password "x";`
    let string = blank > i && matches!(line.at(blank), b'"' | b'\'');
    string.then_some((Gap::Comma, blank))
}

/// The same for a name without quotes: fields, a flag's blank, or words.
fn behind_word(line: View<'_>, start: usize, i: usize, blank: usize) -> Option<(Gap, usize)> {
    // `key=DB_PASSWORD value=x`
    if blank > i
        && matches!(line.before(start), b'=' | b':')
        && is_named(line, start)
        && let Some(value) = value_field(line, blank)
    {
        return Some((Gap::Assign, value));
    }
    // "Invalid type for parameter MasterUserPassword, value: x"
    if line.has_at(blank, ", value: ") {
        return Some((Gap::Assign, blank + ", value: ".len()));
    }
    // `{name=DB_PASSWORD, value=x}`
    if line.at(blank) == b',' && is_named(line, start) {
        return Some((Gap::Assign, value_field(line, line.run(blank + 1, &BLANK))?));
    }
    if blank == i {
        return None;
    }
    if line.before(start) == b'-' || line.at(start) == b'-' {
        // What a mask ends before was one word with it: no flag.
        return (line.before(start) != b']').then_some((Gap::Flag, blank));
    }
    spoken(line, start, blank)
}

static DIGITS: Class = Class::of(DIGIT);

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
    // `| **🔑 Password** | x |`
    let bold = (at..at + 2).take_while(|i| line.at(*i) == b'*').count();
    let at = line.run(at + bold, &BLANK);
    let rule = RULES.iter().find(|rule| line.rest(at).starts_with(**rule))?;
    let head = line.text.get(..start)?.trim_end_matches(['`', ' ', '\t']);
    // The name may have two words: `| API Secret | x |`.
    let head = if bold > 0 { head.trim_end_matches(|c: char| c != '|') } else { head };
    let before = head.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).trim_end();
    let ruled = RULES.iter().any(|rule| head.ends_with(rule) || before.ends_with(rule));
    let aligned = head.is_empty() && line.before(at) == b' ';
    let cell = at + rule.len();
    let cell = described(line, line.get(start, at), cell).unwrap_or(cell);
    (ruled || aligned).then_some(cell)
}

/// Where the value is in a row that tells a setting's type or use first: `| db.password | string |
/// x | |`, `|DB_PASSWORD|Password of the user|x|`.
fn described(line: View<'_>, name: &str, at: usize) -> Option<usize> {
    const TYPES: &[&str] = &["string", "str", "text", "secret", "`string`"];
    let (told, rest) = line.rest(at).split_once('|')?;
    let next = at + told.len() + 1;
    let value = rest.split('|').next().unwrap_or_default().trim();
    let last = rest.trim_end().trim_end_matches('|').trim() == value;
    let setting = name.contains(['_', '.']) && !value.contains(' ') && last;
    let told = told.trim();
    let typed = TYPES.contains(&told) && !value.is_empty();
    (typed || setting && told.contains(' ')).then(|| line.run(next, &BLANK))
}
