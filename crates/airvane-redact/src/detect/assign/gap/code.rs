//! What programming languages put between a name and its value: a type, a method, a comma, an
//! alternative.

use crate::{
    detect::name::MAX_NAME,
    names,
    view::{BLANK, Class, DIGIT, LOWER, NAME, UPPER, View},
};

/// Where the value of a declaration begins, whose type stands between name and sign: Go's `password
/// string = "x"`, C's `password[] = "x"`, C#'s `Password { get; set; } = "x"`, Rust's and
/// TypeScript's `password: &str = "x"`. Only a string counts.
pub(super) fn declared(line: View<'_>, end: usize, blank: usize) -> Option<usize> {
    static TYPE: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_.&'<>[]?| :");
    static NUMBER: Class = Class::of(DIGIT);
    const TYPES: &[&str] =
        &["string", "str", "text", "[]byte", "nvarchar", "varchar2", "varchar", "nchar", "char"];
    const MAX_TYPE: usize = 40;
    // Oracle's `l_password CONSTANT VARCHAR2(30) := 'x'`.
    const CONSTANT: &str = "constant ";
    let blank = blank + if line.has_at(blank, CONSTANT) { CONSTANT.len() } else { 0 };
    let sign = match line.at(blank) {
        b'[' if blank == end => line.run_within(end, &TYPE, MAX_TYPE),
        b'{' if line.has_at(blank, "{ get;") => line
            .run(blank + line.get(blank, line.len().min(blank + MAX_TYPE)).find('}')? + 1, &BLANK),
        b':' => line.run_within(blank + 1, &TYPE, MAX_TYPE),
        _ => {
            let kind = TYPES.iter().find(|kind| blank > end && line.has_at(blank, kind))?;
            let length = blank + kind.len();
            let closed = line.run(length + usize::from(line.at(length) == b'('), &NUMBER);
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

/// A method called on a name in quotes or with one: `"password".to_string(), "x"`,
/// `('#password').val('x')`, `strcmp(password, "x")`.
pub(super) fn method(line: View<'_>, end: usize) -> Option<usize> {
    const MAX_METHOD: usize = 24;
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
pub(super) fn second(line: View<'_>, start: usize, end: usize) -> Option<usize> {
    if line.at(end) != b',' {
        return None;
    }
    let value = line.run(end + 1, &BLANK);
    let value = value + if line.has_at(value, "<<\"") { 2 } else { 0 };
    let binary = line.get(value.saturating_sub(2), value) == "<<";
    let string = (binary || matches!(line.before(start), b':' | b'{')) && line.at(value) == b'"';
    let variable = line.get(start.saturating_sub("${env:".len()), start) == "${env:";
    let compared = matches!(line.behind(start, "cmp(".len()), "cmp(" | "cpy(");
    // `put(Context.SECURITY_CREDENTIALS, "x")`
    let name = line.get(start, end).rsplit('.').next().unwrap_or_default();
    let constant = name.contains('_') && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let passed = constant && matches!(line.at(value), b'"' | b'\'');
    let spark = line.before(start) == b'(' && line.has_at(start, "spark.") && value == end + 1;
    (string || variable || spark || passed || compared && line.at(value) == b'"').then_some(value)
}

/// What stands in for a value that is not set: `|| 'x'`, `?? 'x'`, `or 'x'`, `| default('x')`.
pub(super) fn alternative(line: View<'_>, at: usize) -> Option<usize> {
    const SIGNS: &[&str] = &["|| ", "?? ", "?: ", "or ", "by lazy { ", "| default(", "|default("];
    // What closes the call or index before it.
    static CLOSED: Class = Class::of(b")]} ");
    let at = line.run_within(at, &CLOSED, 4);
    let sign = SIGNS.iter().find(|sign| line.has_at(at, sign))?;
    let value = at + sign.len();
    matches!(line.at(value), b'"' | b'\'').then_some(value)
}

/// What a block of Ruby's `fetch('X') { 'x' }` stands in with.
pub(super) fn yielded(line: View<'_>, start: usize, at: usize) -> Option<usize> {
    let fetched = line.has_at(start.checked_sub("fetch('".len())?, "fetch(");
    let close = at + usize::from(line.at(at) == b')');
    let value = line.run(close, &BLANK) + 2;
    (fetched && line.has_at(value - 2, "{ ") && matches!(line.at(value), b'"' | b'\''))
        .then_some(value)
}

/// Whether a string in quotes that begins at `start` is what a call sets: `setProperty("x", …)`,
/// `os.environ.setdefault("x", …)`, `define('x', …)`.
pub(crate) fn sets(line: View<'_>, start: usize) -> bool {
    const VERBS: &[&str] = &[
        "set",
        "put",
        "add",
        "append",
        "setenv",
        "putenv",
        "env",
        "setdefault",
        "define",
        "insert",
        "property",
        "param",
        "parameter",
        "option",
        "header",
        "with",
        "setattr",
        "config",
    ];
    const ASKS: &[&str] = &["get", "has", "is", "remove", "pop", "delete"];
    // What these keep says something of the field.
    const REPORTS: &[&str] = &["error", "errors", "message", "messages", "label", "labels"];
    let head = line.behind(start, MAX_NAME).trim_end_matches(['"', '\'', '`', '\\', '@']);
    // `fill('input[name="x"]', …)`
    if head.ends_with("[name=") {
        return true;
    }
    let more = head.trim_end().strip_suffix(',').filter(|more| !more.contains(['"', '\'']));
    let call = match more {
        Some(first) => first.rsplit_once('(').map(|(call, _)| call),
        None => head.strip_suffix('('),
    };
    let Some(call) = call else { return false };
    let path = call.rsplit([' ', '(', ',', '=', '!']).next().unwrap_or_default();
    let function = path.rsplit(['.', '>', ':']).next().unwrap_or_default();
    // Databricks' `dbutils.widgets.text("password", "x")`
    let environment = || {
        path.to_ascii_lowercase().contains("env")
            || path.starts_with("flag.")
            || path.contains("widgets.")
    };
    let sets = names::has_word(function, VERBS) && !names::has_word(function, ASKS);
    (sets || environment()) && !names::has_word(path, REPORTS)
}
