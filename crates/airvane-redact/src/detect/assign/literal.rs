//! The literal in what code writes around it: a type, a function that makes a string of it, what
//! stands in for a value that is not given.

use crate::{
    detect::{
        name::MAX_NAME,
        value::{self, Reach, Value},
    },
    values,
    view::{BLANK, NAME, View},
};

/// `"api_key=" + "x"`: what looks like the value stands between two strings.
pub(super) fn joined(line: View<'_>, value: Value) -> Value {
    const SIGNS: &[&str] = &["+", ".", "..", "||", "&", "<<", "++", "<>"];
    let between = line.get(value.start, value.end).trim();
    let second = SIGNS.contains(&between).then(|| value::quoted(line, value.end)).flatten();
    second.unwrap_or(value)
}

/// The string that a function takes whose arguments stand in no brackets: `ConvertTo-SecureString
/// "x"`, `fromMaybe "x"`.
pub(super) fn argument(line: View<'_>, at: usize) -> Option<Value> {
    let end = line.run_within(at, &NAME, MAX_NAME);
    let word = line.get(at, end);
    let cmdlet = word.contains('-') && word.starts_with(|c: char| c.is_ascii_uppercase());
    let function =
        cmdlet && word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-') || word == "fromMaybe";
    let string = line.at(end) == b' ' && matches!(line.at(end + 1), b'"' | b'\'');
    (function && string).then(|| value::quoted(line, end + 1)).flatten()
}

/// What stands in for a value that is not set: `env.X || 'x'`, `{{ x | default('x') }}`,
/// `getenv("X", "x")`.
pub(super) fn fallback(line: View<'_>, at: usize, end: usize) -> Option<Value> {
    const SIGNS: &[&str] =
        &["|| ", "?: ", "?? ", "default(", "default ", "default=", " or ", " else "];
    let end = end.min(at + MAX_NAME);
    let call = line.run_within(at, &NAME, MAX_NAME);
    if line.at(call) == b'(' && line.get(at, call).to_ascii_lowercase().contains("env") {
        let variable = value::quoted(line, call + 1)?;
        let comma = line.run(variable.end + 1, &BLANK);
        if line.at(comma) == b',' {
            let value = value::quoted(line, line.run(comma + 1, &BLANK));
            return value.filter(|value| value.end > value.start && value.end < line.len());
        }
    }
    let sign = (at..end).find_map(|i| {
        let sign = SIGNS.iter().find(|sign| line.has_at(i, sign))?;
        Some(i + sign.len())
    })?;
    value::quoted(line, sign).filter(|value| value.end > value.start && value.end < line.len())
}

/// What a shell takes if nothing is given: `PASSWORD="${2:-x}"`.
pub(super) fn default(line: View<'_>, value: Value) -> Option<Value> {
    let text = line.get(value.start, value.end);
    let (head, _) = text.strip_prefix("${")?.strip_suffix('}')?.split_once(":-")?;
    let start = value.start + "${".len() + head.len() + ":-".len();
    let end = value.end - 1;
    (end > start).then_some(Value { start, end, ..value })
}

/// Skips a type between name and value: `password: str = "x"`, `password: !Sub "x"`.
pub(super) fn annotation(line: View<'_>, at: usize) -> Option<usize> {
    const OPTIONAL: &str = "Optional[";
    if line.at(at) == b'!' {
        let tag = at + 1 + usize::from(line.at(at + 1) == b'!');
        let end = line.run(tag, &NAME);
        return matches!(line.get(tag, end), "Sub" | "str" | "unsafe" | "literal" | "binary")
            .then(|| line.run(end, &BLANK));
    }
    // Erlang's `password => <<"x">>`; R's `$ password: chr "x"`; an address that is the data itself.
    if let Some(mark) = ["<<\"", "chr \"", "data:;base64,"].iter().find(|m| line.has_at(at, m)) {
        return Some(at + mark.trim_end_matches('"').len());
    }
    // Go's spew: `Password: (string) (len=8) "x"`.
    if line.has_at(at, "(string) (len=") {
        let close = at + line.rest(at).find(") \"")?;
        return Some(close + 2);
    }
    // Java's `secret=Optional[x]`.
    if line.has_at(at, OPTIONAL) {
        let inner = value::bare(line, at + OPTIONAL.len(), Reach::Item);
        let telling = values::is_telling(line.get(inner.start, inner.end));
        return (telling && line.at(inner.end) == b']').then_some(inner.start);
    }
    // PHP's `string(8) "x"`.
    if line.has_at(at, "string(") {
        let digits = (at..line.len().min(at + 16)).find(|i| line.at(*i) == b')')?;
        return (line.at(digits + 1) == b' ').then_some(digits + 2);
    }
    // YAML's anchor: `password: &pw x`.
    if line.at(at) == b'&' && line.before(at) == b' ' {
        let end = line.run(at + 1, &NAME);
        return (end > at + 1 && line.at(end) == b' ').then(|| line.run(end, &BLANK));
    }
    if let Some(literal) = wrapped(line, at) {
        return Some(literal);
    }
    let end = line.run(at, &NAME);
    let types = ["str", "string", "String", "SecretStr", "bytes", "final", "Final", "const", "any"];
    let named = types.contains(&line.get(at, end));
    let sign = line.run(end, &BLANK);
    let behind = line.run(sign + 1, &BLANK);
    (named && line.at(sign) == b'=').then(|| wrapped(line, behind).unwrap_or(behind))
}

/// A string in a call that only makes another kind of string of it: `std::string("x")`,
/// `SecretStr("x")`.
pub(super) fn wrapped(line: View<'_>, at: usize) -> Option<usize> {
    const MAKERS: &[&str] = &[
        "string",
        "qstringliteral",
        "qstring",
        "str",
        "bytes",
        "bytearray",
        "byte",
        "getbytes",
        "text",
        "secretstr",
        "secretbytes",
        "secretstring",
        "secret",
        "securestring",
        "b64decode",
        "quote",
        "quote_plus",
        "buffer.from",
        "nsstring",
        "std::string",
        "string.valueof",
        "string::from",
        "credentials",
        "some",
        "just",
        "secretstring::new",
        "secret::new",
    ];
    const DEFAULTS: &[&str] = &[
        "field",
        "option",
        "argument",
        "query",
        "form",
        "header",
        "stringvar",
        "stringfield",
        "charfield",
    ];
    // Go's `[]byte("x")`.
    let at = at + if line.has_at(at, "[]") { 2 } else { 0 };
    let reach = at + MAX_NAME;
    let open =
        (at..line.len().min(reach)).find(|&i| !NAME.has(line.at(i)) && line.at(i) != b':')?;
    let quote = open + 1 + usize::from(line.at(open + 1) == b'b');
    if line.at(open) != b'(' || !matches!(line.at(quote), b'"' | b'\'') {
        return None;
    }
    let maker = line.get(at, open).to_ascii_lowercase();
    let ends = |name: &str| {
        maker.strip_suffix(name).is_some_and(|head| head.is_empty() || head.ends_with('.'))
    };
    let first = value::quoted(line, open + 1)?;
    let only = line.at(first.end + 1) != b',';
    // What stands in for a value that is not given.
    let default = values::is_telling(line.get(first.start, first.end))
        && DEFAULTS.iter().any(|name| ends(name));
    (default || only && MAKERS.iter().any(|name| ends(name))).then_some(open + 1)
}
