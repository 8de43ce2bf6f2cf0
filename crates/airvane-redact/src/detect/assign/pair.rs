//! Names and values in fields or flags of their own, as Kubernetes, Postman, .NET and PowerShell write
//! them: `{"name": "DB_PASSWORD", "value": "x"}`, `-Name password -Value x`. The value is the
//! secret of a name that is itself a value.

use crate::{
    detect::{name::MAX_NAME, value},
    view::{BLANK, Class, DIGIT, LOWER, NAME, UPPER, View},
};

/// After `"name": "DB_PASSWORD", `: the end of `"value":`, if that is what follows.
pub(crate) fn value_field(line: View<'_>, at: usize) -> Option<usize> {
    // Android names its attributes so.
    let at = at + if line.has_at(at, "android:") { "android:".len() } else { 0 };
    let slashes = line.slashes(at);
    let open = at + slashes + usize::from(matches!(line.at(at + slashes), b'"' | b'\''));
    let field = [
        "value",
        "val",
        "defaultvalue",
        "default_value",
        "default",
        "envdefault",
        "content",
        "secret",
        "parametervalue",
        "variable_value",
    ]
    .into_iter()
    .find(|f| line.has_at(open, f))?;
    let mut i = open + field.len();
    i += line.slashes(i);
    i += usize::from(matches!(line.at(i), b'"' | b'\''));
    i = line.run(i, &BLANK);
    matches!(line.at(i), b':' | b'=').then_some(i + 1)
}

/// Fields between a name and its value: `{"key": "password", "type": "text", "value": "x"}`,
/// `<input name="password" type="text" value="x">`. `at` is behind the name.
pub(super) fn field_ahead(line: View<'_>, at: usize) -> Option<usize> {
    const MOST: usize = 3;
    let mut i = at;
    for _ in 0..MOST {
        i = line.run(i, &BLANK);
        i = line.run(i + usize::from(line.at(i) == b','), &BLANK);
        if let Some(value) = value_field(line, i) {
            return Some(value);
        }
        let name = i + usize::from(line.at(i) == b'"');
        let end = line.run_within(name, &NAME, MAX_NAME);
        let sign = line.run(end + usize::from(line.at(end) == b'"'), &BLANK);
        if end == name || !matches!(line.at(sign), b':' | b'=') {
            return None;
        }
        let next = line.run(sign + 1, &BLANK);
        i = match value::quoted(line, next) {
            Some(value) => value.end + 1,
            None => line.run_within(next, &NAME, MAX_NAME),
        };
    }
    None
}

/// Behind a name that is a flag's argument, the end of the flag that takes its value: `-Name password
/// -Value x`, `--name x --type y --value z`, `/v x /t REG_SZ /d y`.
pub(super) fn flag_ahead(line: View<'_>, start: usize, at: usize) -> Option<usize> {
    const NAMES: &[&str] = &["name", "key", "id", "path", "/v", "-n", "variable"];
    const VALUES: &[&str] = &[
        "-value ",
        "--value ",
        "--value=",
        "-v ",
        "/d ",
        "--secret-string ",
        "--body ",
        "-b ",
        "--data ",
    ];
    static PATH: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-./:\"'");
    const MOST: usize = 3;
    if !matches!(line.at(at), b'-' | b'/') {
        return None;
    }
    let word = line.back_within(start, &PATH, MAX_NAME);
    let flag = line.get(0, word).trim_end_matches([' ', '=']).rsplit(' ').next()?;
    // `put-secret db-password --string-value x`
    let end = line.run_within(at, &PATH, MAX_NAME);
    if line.get(at, end).ends_with("value") && line.at(end) == b' ' {
        return Some(end + 1);
    }
    let flagged = flag.starts_with(['-', '/']);
    if !flagged || !NAMES.iter().any(|name| flag.to_ascii_lowercase().ends_with(name)) {
        return None;
    }
    let mut at = at;
    for _ in 0..MOST {
        if let Some(value) = VALUES.iter().find(|value| line.has_at(at, value)) {
            return Some(at + value.len());
        }
        // Another flag and its argument.
        for _ in 0..2 {
            at += line.rest(at).find(' ')? + 1;
        }
    }
    None
}

/// Whether the string whose content begins at `start` is itself the value of `name` or `key`.
pub(super) fn is_named(line: View<'_>, start: usize) -> bool {
    static PATH: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-./");
    // The name may be the last part of a path: `"Name": "/prod/db/password"`.
    let path =
        if line.before(start) == b'/' { line.back_within(start, &PATH, MAX_NAME) } else { start };
    let floor = path.saturating_sub(24);
    let head = line.text.get(floor..path).unwrap_or_default();
    let head = head.trim_end_matches([' ', '"', '\'', '\\', ':', '=']).to_ascii_lowercase();
    ["name", "key", "id", "variable"].iter().any(|field| head.ends_with(field))
}

/// The value in `{"value": "x", "name": "DB_PASSWORD"}`, where it stands before the name that
/// begins at `start`.
pub(super) fn value_before(line: View<'_>, start: usize) -> Option<value::Value> {
    let head = line.text.get(..start)?;
    // `<property value="x" name="password"/>`
    if let Some(element) = head.strip_suffix("\" name=\"") {
        let floor = element.len().saturating_sub(2 * MAX_NAME);
        let open = floor + memchr::memrchr(b'"', element.as_bytes().get(floor..)?)?;
        let value = element.get(..open)?.ends_with(" value=");
        return value.then(|| value::quoted(line, open)).flatten();
    }
    if let Some(update) = head.strip_suffix(" = '").filter(|head| head.contains(" WHERE ")) {
        // `UPDATE settings SET value = 'x' WHERE name = 'smtp_password'`
        let (set, condition) = update.rsplit_once(" WHERE ")?;
        let keyed = matches!(condition.trim_matches('`'), "name" | "key");
        let at = set.rfind("value = '").or_else(|| set.rfind("val = '")).filter(|_| keyed)?;
        return value::quoted(line, at + line.rest(at).find('\'')?);
    }
    let head = head.strip_suffix('"')?.trim_end().strip_suffix(':')?.trim_end();
    let head = head.strip_suffix("\"name\"").or_else(|| head.strip_suffix("\"key\""))?;
    let head = head.trim_end().strip_suffix(',')?.trim_end().strip_suffix('"')?;
    let floor = head.len().saturating_sub(2 * MAX_NAME);
    let open = floor + memchr::memrchr(b'"', head.as_bytes().get(floor..)?)?;
    let field = line.text.get(..open)?.trim_end().strip_suffix(':')?.trim_end();
    let begin = field.len().checked_sub("\"value\"".len())?;
    line.has_at(begin, "\"value\"").then(|| value::quoted(line, open)).flatten()
}
