//! Lines that end where a value begins: `password =`, `"api_keys": [`, `<password>`, `password =
//! <<EOF`, the head of a form's field. What a limited number of
//! lines below them hold.

use super::{
    printed, section, session,
    table::{self, Column},
};
use crate::{
    detect::{
        Detector, Found,
        assign::{call, within},
        name::MAX_NAME,
        value::{self, Value},
    },
    entropy, mask,
    names::{Judgement, Names, Strength},
    values::{self, Form},
    view::{BLANK, Class, NAME, View},
};

/// What is expected below such a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Below {
    /// `value: x`, in one of the next lines.
    Field,
    /// A string, or items of a list.
    Strings,
    /// Any text, up to the line whose hash this is, or of one line.
    Text(Option<u32>),
    /// The body of a form's field, behind an empty line.
    Body,
    /// The next string of a numbered list.
    Reply,
    /// The same where the first is one of Redis' own settings.
    Setting,
    /// The string of the next argument, if it can be nothing but a secret.
    Passed,
    /// Fields with at least this indentation.
    Members(usize),
    /// `key x`.
    Key,
    /// A table's column.
    Column(Column),
    /// A string to which this column points.
    Pointed(usize),
    /// A word that is all there is in a line, behind a sentence that announces it; whether that
    /// ends with the word "password".
    Told(bool),
    /// What a branch gives back, or what leads to it: `return "x", nil`, `case "x":`.
    Returned,
    /// The rest of a string that Python's `pprint` broke: a string alone in its line.
    Continued,
    /// A word that is all there is in the line, as a shell prints a variable.
    Printed,
    /// What a validator says it was given: `input_value='x'`.
    Given,
    /// The word below a label, copied from a page.
    Labelled,
    /// What is typed into the field of a form: `.send_keys("x")`.
    Typed,
    /// What a script of expect sends: `send "x\r"`.
    Sent,
    /// What SMTP is sent, in base64.
    Encoded,
    /// `user:password`, in a list of accounts.
    Accounts,
    /// The argument of a call that goes on in the next line, so many arguments further on.
    Argument(usize),
}

/// Lines of a list or of a text that are looked at.
pub(super) const LINES: u8 = 64;
/// Lines of a section of a network device in which its key is looked for.
const KEYED: u8 = 8;

/// What is expected below a line, and in how many lines.
type Opening = (Judgement, Below, u8);

/// What this line opens.
pub(super) fn opening(detector: &Detector, line: View<'_>) -> Option<Opening> {
    let names = &detector.names;
    let text = line.text.trim_end();
    let headed = heading(names, line).or_else(|| announced(names, line, text));
    headed.or_else(|| match line.before(text.len()) {
        b'?' | b':' => told(names, text).or_else(|| named(names, line, text)),
        _ => named(names, line, text),
    })
}

/// The head of a section, of a table or of what loguru draws.
fn heading(names: &Names, line: View<'_>) -> Option<Opening> {
    if let Some((judged, least)) = section::members(names, line) {
        return Some((judged, Below::Members(least), LINES));
    }
    if section::is_keyed(line) {
        return Some((names.judge("password"), Below::Key, KEYED));
    }
    let column = table::column(names, line).or_else(|| table::copied(names, line));
    if let Some((judged, column)) = column {
        return Some((judged, Below::Column(column), LINES));
    }
    let (judged, column) = printed::argument(names, line)?;
    Some((judged, Below::Pointed(column), KEYED))
}

/// What asks for a secret, calls with one or prints one in the next lines.
fn announced(names: &Names, line: View<'_>, text: &str) -> Option<Opening> {
    if let Some((below, lines)) = session::announced(text) {
        return Some((names.judge("password"), below, lines));
    }
    if let Some((kind, position)) = call::goes_on(line) {
        return Some((names.judge(kind), Below::Argument(position), KEYED));
    }
    if let Some(judged) = printed::echoed(names, text) {
        return Some((judged, Below::Printed, 1));
    }
    let pair = text.trim_start().starts_with(['{', '\'']) && text.ends_with("]'");
    let masked = || mask::ends(text.strip_suffix('\'').unwrap_or_default());
    (pair && masked()).then(|| (names.judge("secret"), Below::Continued, KEYED))
}

/// What a line opens that ends in the name of a secret and a sign.
fn named(names: &Names, line: View<'_>, text: &str) -> Option<Opening> {
    static CLOSING: Class = Class::of(b" \t\"'])\\:=");
    static CALLED: Class = Class::of(b" \t\"'])({:");
    let (below, lines, end) = ending(line, text)?;
    let end = line.back(end, if below == Below::Returned { &CALLED } else { &CLOSING });
    let start = line.back_within(end, &NAME, MAX_NAME);
    let judged = names.judge(line.get(start, end));
    // What jsonschema says of a field is sure: "On instance['token']:".
    let sure = judged.strength == Strength::Strong
        || judged.strength == Strength::Medium && text.starts_with("On instance[");
    (sure && line.before(start) != b'$').then_some((judged, below, lines))
}

/// What the end of a line says of the next ones, and where the name before it ends.
fn ending(line: View<'_>, text: &str) -> Option<(Below, u8, usize)> {
    let end = text.len();
    let begins = |words: &[&str]| words.iter().any(|word| text.trim_start().starts_with(word));
    let strings = |lines, end| Some((Below::Strings, lines, end));
    match line.before(end) {
        b':' if text.ends_with("):") && begins(&["def "]) => {
            Some((Below::Returned, 1, text.find('(')?))
        }
        b':' if begins(&["case ", "match "]) => Some((Below::Returned, 1, end - 1)),
        b'=' | b':' => strings(LINES, end - 1),
        b'>' if text.ends_with("=>") => strings(LINES, end - 2),
        b'[' => strings(LINES, sign_before(text, end - 1)?),
        // Rust's `password: Some(`.
        b'(' if text.ends_with(" Some(") => {
            strings(1, sign_before(text, line.back_within(end - 1, &NAME, 64))?)
        }
        b',' if is_string(text) => Some((Below::Passed, 1, end - 1)),
        b')' | b';' if session::is_field(text) => {
            Some((Below::Typed, 3, text.trim_end_matches([';', ')']).len()))
        }
        b'{' if text.ends_with(") {") && begins(&["switch ("]) => {
            Some((Below::Returned, 1, end - 1))
        }
        b'{' => Some((Below::Field, 4, sign_before(text, end - 1).or_else(|| labelled(text))?)),
        b'>' if is_flag(text) => strings(1, end - "</arg>".len()),
        b'>' => Some((Below::Text(None), 1, tag(text).or_else(|| attribute(text))?)),
        b'"' if end > 20 && line.has_at(0, "content-disposition") => {
            Some((Below::Body, 3, end - 1))
        }
        b'"' if printed::reply(text).is_some() => {
            let setting = text.contains("requirepass") || text.contains("masterauth");
            Some((if setting { Below::Setting } else { Below::Reply }, 1, end - 1))
        }
        _ if is_flag(text) => strings(1, text.trim_end_matches(['"', '\'', ',']).len()),
        _ if matches!(text, "Password" | "Passwort") => Some((Below::Labelled, 1, end)),
        _ if line.run(line.run(0, &BLANK), &NAME) == end => Some((Below::Given, 1, end)),
        b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'"' | b'\'' => {
            let (tag, sign) = heredoc(text)?;
            Some((Below::Text(Some(tag)), LINES, sign))
        }
        _ => None,
    }
}

/// Whether the line is one string, the name of a setting before its value:
/// `    "fs.azure.account.key.x",`.
fn is_string(text: &str) -> bool {
    const DOTS: usize = 3;
    let string = text.trim_start().strip_suffix(',').unwrap_or_default();
    let inner = string.strip_prefix(['"', '\'']).and_then(|s| s.strip_suffix(['"', '\'']));
    inner.is_some_and(|inner| {
        !inner.contains([' ', '"', '\'']) && inner.matches('.').count() >= DOTS
    })
}

/// Where a name ends that has a sign before what is at `at`.
fn sign_before(text: &str, at: usize) -> Option<usize> {
    let head = text.get(..at)?.trim_end();
    head.ends_with([':', '=']).then(|| head.len() - 1)
}

/// Where the name ends in a line that is one opening tag.
fn tag(text: &str) -> Option<usize> {
    let inner = text.trim_start().strip_prefix('<')?.strip_suffix('>')?;
    let plain = inner.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.:".contains(&b));
    plain.then_some(text.len() - 1)
}

/// Where the name ends in Terraform's `output "db_password" {`.
fn labelled(text: &str) -> Option<usize> {
    let head = text.strip_suffix('{')?.trim_end().strip_suffix('"')?;
    let (block, _) = head.split_once(" \"")?;
    let word = block.trim().bytes().all(|b| b.is_ascii_lowercase());
    word.then_some(head.len())
}

/// Where the name ends in a line that is one tag with a telling attribute: `<property name="x">`.
fn attribute(text: &str) -> Option<usize> {
    let tag = text.trim_start().strip_prefix('<').filter(|tag| !tag.contains(['<', '/']))?;
    let at =
        ["name=\"", "key=\"", "id=\""].into_iter().find_map(|a| Some(tag.find(a)? + a.len()))?;
    let lead = text.len() - tag.len();
    Some(lead + at + tag.get(at..)?.find('"')?)
}

/// Whether the line is a flag, an item of a list: `- --password`, `"--password",`.
fn is_flag(text: &str) -> bool {
    let item = text.trim_start().trim_start_matches("- ").trim_end_matches(',');
    let item =
        item.strip_prefix("<arg>").and_then(|arg| arg.strip_suffix("</arg>")).unwrap_or(item);
    let bare = item.trim_matches(['"', '\'']);
    let listed = item.len() < text.trim_start().len();
    listed && bare.starts_with("--") && !bare.contains([' ', '=', ':'])
}

/// The hash of a here-document's end and where the sign before it is.
fn heredoc(text: &str) -> Option<(u32, usize)> {
    const MAX_TAG: usize = 24;
    let floor = text.len().saturating_sub(MAX_TAG);
    let floor = (floor..text.len()).find(|i| text.is_char_boundary(*i))?;
    let sign = memchr::memrchr(b'<', text.as_bytes().get(floor..)?)?;
    let at = floor + sign.checked_sub(1)?;
    if text.get(at..at + 2) != Some("<<") {
        return None;
    }
    let tag = text.get(at + 2..)?.trim_start_matches(['-', '~']);
    // Ruby's `<<~TOKEN.strip`.
    let tag = tag.split('.').next()?.trim_matches(['"', '\'']);
    let plain = !tag.is_empty() && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let sign = sign_before(text, at)?;
    plain.then_some((hash(tag), sign))
}

/// Kept in place of the tag, so that [`Below`] can be copied.
fn hash(tag: &str) -> u32 {
    tag.bytes().fold(7, |sum, b| sum.wrapping_mul(31) ^ u32::from(b))
}

/// What the line after this one may hold.
pub(super) fn next(line: View<'_>, below: Below) -> Option<Below> {
    match below {
        Below::Argument(position) => position.checked_sub(call::count(line)).map(Below::Argument),
        Below::Column(column) => Some(Below::Column(column.below(line))),
        _ => Some(below),
    }
}

/// Whether lines below this one still belong to what was opened.
pub(super) fn goes_on(line: View<'_>, below: Below) -> bool {
    let text = line.text.trim();
    match below {
        // Where another name begins or this one ends, so does what is said of it.
        Below::Field => !text.ends_with([':', '}']),
        Below::Strings => text.starts_with("- ") || text.ends_with(','),
        Below::Text(end) => end.is_some_and(|end| hash(text) != end),
        Below::Reply
        | Below::Setting
        | Below::Passed
        | Below::Given
        | Below::Labelled
        | Below::Printed
        | Below::Returned => false,
        Below::Typed => !session::is_field(text),
        Below::Encoded => {
            session::base64(line).is_some() || text.contains("334") || mask::holds(text)
        }
        Below::Accounts => line.at(0) == b' ' || line.at(0) == b'-',
        Below::Argument(_) => text.ends_with(','),
        Below::Continued => line.before(line.text.trim_end().len()) == b'\'',
        Below::Sent | Below::Told(_) => text.is_empty(),
        Below::Pointed(_) => printed::points(line),
        Below::Members(least) => section::is_member(line, least) || goes_on(line, Below::Strings),
        Below::Key => !text.is_empty() && line.at(0) == b' ' || line.at(0) == b'\t',
        Below::Column(column) => column.goes_on(line),
        Below::Body => text.is_empty() || line.has_at(0, "content-"),
    }
}

/// Whether this line describes the name above it, as a template's parameter (`Type: String`,
/// `NoEcho: true`) or an input of a workflow is described.
pub(super) fn describes(line: View<'_>) -> bool {
    const FIELDS: &[&str] = &[
        "type",
        "description",
        "noecho",
        "minlength",
        "maxlength",
        "allowedpattern",
        "constraintdescription",
        "required",
        "sensitive",
        "format",
        "title",
        "label",
    ];
    let at = line.run(0, &BLANK);
    let end = line.run_within(at, &NAME, MAX_NAME);
    let field = line.get(at, end);
    line.at(end) == b':' && FIELDS.iter().any(|name| name.eq_ignore_ascii_case(field))
}

/// Whether this line is `default: x`.
pub(super) fn defaults(line: View<'_>) -> bool {
    line.has_at(line.run(0, &BLANK), "default:")
}

/// The values that this line holds.
pub(super) fn values(
    detector: &Detector,
    line: View<'_>,
    judged: Judgement,
    below: Below,
) -> Vec<Found> {
    let places = match below {
        Below::Column(column) => column.values(&detector.names, line, judged),
        _ => value(detector, line, judged, below).into_iter().collect(),
    };
    let given =
        |&(start, end): &(usize, usize)| end > start && !values::is_template(line.get(start, end));
    let kind = judged.kind;
    let found = |(start, end)| Found { start, end, kind, from: start, named: true };
    places.into_iter().filter(given).map(found).collect()
}

/// The value that this line holds, unless it is a table's row.
fn value(
    detector: &Detector,
    line: View<'_>,
    judged: Judgement,
    below: Below,
) -> Option<(usize, usize)> {
    let indent = line.run(0, &BLANK);
    match below {
        Below::Field | Below::Column(_) => None,
        Below::Strings if line.at(indent) == b'<' => element(line, indent),
        Below::Strings => string(detector, line, indent, judged),
        Below::Reply => string(detector, line, printed::reply(line.text.trim_end())?, judged),
        Below::Passed => {
            let value = value::quoted(line, indent)?;
            let text = line.get(value.start, value.end);
            let password = judged.kind == "password" && values::is_telling(text);
            let secret = password || values::is_service_key(text);
            (secret && !text.contains(['{', '.'])).then_some((value.start, value.end))
        }
        Below::Setting => {
            let value = value::quoted(line, printed::reply(line.text.trim_end())?)?;
            Some((value.start, value.end))
        }
        Below::Members(least) => {
            section::member(line, judged, least).or_else(|| string(detector, line, indent, judged))
        }
        Below::Key => section::key(line),
        Below::Given => printed::given(line, judged),
        Below::Labelled => printed::word(line, indent).filter(|(start, end)| {
            !line.get(*start, *end).contains(['/', ':', '(', '=', '.', '-', '_'])
        }),
        Below::Printed => printed::word(line, indent),
        Below::Continued => continued(line, indent),
        Below::Returned => returned(line, indent, judged),
        Below::Typed => session::typed(line),
        Below::Sent => session::sent(line, indent),
        Below::Encoded => session::base64(line),
        Below::Accounts => session::account(line),
        Below::Argument(position) => call::argument_at(line, indent, position),
        Below::Told(near) => word(line, indent, near),
        Below::Pointed(column) => printed::pointed(line, column),
        Below::Text(end) if end == Some(hash(line.text.trim())) => None,
        Below::Text(_) if line.at(indent) == b'<' => element(line, indent),
        Below::Body if goes_on(line, below) || line.at(indent) == b'-' => None,
        Below::Text(_) | Below::Body => Some((indent, line.text.trim_end().len())),
    }
}

/// What a sentence says that ends in a colon or asks: "Please use the following password to proceed:",
/// "what's the admin password?"
fn told(names: &Names, text: &str) -> Option<Opening> {
    const WORDS: usize = 3;
    const LINES: u8 = 3;
    let words: Vec<&str> =
        text.split_whitespace().map(|w| w.trim_matches([':', ',', '?', '.'])).collect();
    if words.len() < WORDS || text.contains(['=', '{', '"', '[']) {
        return None;
    }
    let near = words.last().is_some_and(|word| names.judge(word).kind == "password");
    let pairs = words.windows(2).map(|pair| names.judge(&pair.join("_")));
    let mut judged = pairs.chain(words.first().map(|word| names.judge(word)));
    judged
        .find(|judged| judged.strength >= Strength::Medium && judged.kind != "credential")
        .map(|judged| (judged, Below::Told(near), LINES))
}

/// The one word of a line, or that of "it's x", if it can be nothing but a secret.
fn word(line: View<'_>, at: usize, near: bool) -> Option<(usize, usize)> {
    const LEADS: &[&str] = &["it's ", "its ", "it is ", "> ", "- ", "try "];
    let lead = LEADS.iter().find(|lead| line.has_at(at, lead)).map_or(0, |lead| lead.len());
    let (start, end) = (at + lead, line.text.trim_end().len());
    // A hash that somebody explained: `66b0… => the one we need`.
    let first = line.get(start, end).split_whitespace().next().unwrap_or_default();
    let end = if entropy::is_hash(first) { start + first.len() } else { end };
    let text = line.get(start, end).trim_matches(['"', '\'', '`', '.']);
    let start = start + line.get(start, end).find(text)?;
    let hash = text.len() >= 32 && (entropy::is_hash(text) || entropy::is_uuid(text));
    let random = entropy::looks_random(text, 8) && !entropy::is_identifier(text);
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric());
    let said = (lead > 0 || near || text.len() >= 12) && plain && values::is_telling(text);
    let signs: &[char] = if random { &[' ', ':', '/', '('] } else { &[' ', ':', '=', '/', '('] };
    let alone = !text.contains(signs) && !values::is_path(text);
    (alone && (hash || random || said)).then_some((start, start + text.len()))
}

/// A string that is all there is in an indented line.
fn continued(line: View<'_>, indent: usize) -> Option<(usize, usize)> {
    let value = value::quoted(line, indent).filter(|_| indent > 0)?;
    let rest = line.rest(value.end + 1).trim_matches([',', '}', ')', ']', ' ']);
    rest.is_empty().then_some((value.start, value.end))
}

/// The text of `<Value>x</Value>` in a line of its own.
pub(super) fn element(line: View<'_>, at: usize) -> Option<(usize, usize)> {
    let tag = ["<value>", "<string>", "<param-value>", "<arg>"]
        .into_iter()
        .find(|tag| line.has_at(at, tag))?;
    let start = at + tag.len();
    Some((start, start + line.rest(start).find("</")?))
}

/// The string of `return "x", nil` or `case "x":`.
fn returned(line: View<'_>, indent: usize, judged: Judgement) -> Option<(usize, usize)> {
    let word = ["return ", "case "].into_iter().find(|word| line.has_at(indent, word))?;
    let value = value::quoted(line, indent + word.len())?;
    let rest = line.rest(value.end + 1).trim_matches([',', ';', ' ']);
    let given = within::is_given(judged, line.get(value.start, value.end));
    (given && matches!(rest, "" | "nil" | ":")).then_some((value.start, value.end))
}

/// A string that is all there is in the line, or an item of a YAML list.
fn string(
    detector: &Detector,
    line: View<'_>,
    indent: usize,
    judged: Judgement,
) -> Option<(usize, usize)> {
    let item = line.has_at(indent, "- ");
    let at = if item { line.run(indent + 2, &BLANK) } else { indent };
    let at = at + if line.has_at(at, "string(") { line.rest(at).find(' ')? + 1 } else { 0 };
    if let Some(Value { start, end, .. }) = value::quoted(line, at) {
        let text = line.get(start, end);
        let alone =
            line.rest(end + 1).trim_matches([',', ';', ')', '}', ' ', '"', '\'']).is_empty();
        let secret = values::is_secret(text, Form::Quoted, judged, &detector.names);
        return (alone && secret && !values::is_wordlike(text)).then_some((start, end));
    }
    let end = line.text.trim_end().len();
    let text = line.get(at, end);
    // `password:` and a word below it that is indented further.
    let word = judged.kind == "password" && !values::is_code(text, &detector.names);
    let item = item || word;
    let telling = if judged.kind == "password" {
        values::is_telling(text)
    } else {
        // `secrets:` may list their names.
        entropy::looks_random(text, 12)
            && !entropy::is_identifier(text)
            && detector.names.judge(text).strength == Strength::None
    };
    (item && !text.contains([' ', ':', '=']) && telling).then_some((at, end))
}
