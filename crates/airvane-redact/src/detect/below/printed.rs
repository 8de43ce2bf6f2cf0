//! What programs print below the name of a secret: a shell its variables, clients of vaults what they
//! are asked for, `redis-cli` its replies, validators what they were given, `loguru` the values of a
//! call.

use crate::{
    detect::value,
    entropy,
    names::{Judgement, Names, Strength},
    values,
    view::{NAME, View},
};

/// What a shell is asked to print: `echo $DB_PASSWORD`, `printenv DB_PASSWORD`, `vault kv get
/// -field=password kv/db`, PowerShell's `$cred.Password`.
pub(super) fn echoed(names: &Names, text: &str) -> Option<Judgement> {
    /// Programs and what they print nothing but a secret for. Sources: their references.
    const COMMANDS: &[(&str, &[&str])] = &[
        ("gcloud ", &["secrets versions access ", "print-access-token", "print-identity-token"]),
        ("az ", &["keyvault secret show ", "get-access-token"]),
        ("aws ", &["configure get aws_secret", "get-login-password", "get-secret-value"]),
        ("vault ", &["-field=password", "-field=secret", "-field=token", "-field=api_key"]),
        ("argocd ", &["initial-password"]),
        ("op ", &["read "]),
        ("kubectl ", &["create token ", "get secret"]),
    ];
    let command = text.trim_start_matches(['$', '>', '%', '#', '+', ' ']);
    let of = COMMANDS.iter().find(|(program, _)| command.starts_with(program));
    if let Some((program, prints)) = of
        && prints.iter().any(|words| command.contains(words))
    {
        return is_shown(program, command).then(|| names.judge("secret"));
    }
    // Azure's and GitHub's runners: `##[debug]Evaluating: secrets.NPM_TOKEN`.
    if let Some(name) = text.strip_prefix("##[debug]Evaluating: ") {
        let judged = names.judge(name.rsplit('.').next().unwrap_or(name));
        return (judged.strength >= Strength::Medium).then_some(judged);
    }
    // Python's prompt: `>>> print(conn.get_password())`.
    if let Some(asked) = text.strip_prefix(">>> ") {
        let call = asked.trim_start_matches("print(").trim_end_matches(['(', ')']);
        let last = call.rsplit('.').next().unwrap_or(call);
        let judged = names.judge(last);
        let plain = !call.contains(['=', ' ', '"']);
        return (plain && judged.strength == Strength::Strong).then_some(judged);
    }
    let (head, last) = text.rsplit_once(' ').unwrap_or(("", text));
    let echo = head.ends_with("echo") && last.contains('$');
    let variable = head.is_empty() && last.starts_with('$') && last.contains('.');
    if !echo && !variable && !head.ends_with("printenv") && !head.ends_with(" variables get") {
        return None;
    }
    let name = last.trim_matches(['"', '$', '{', '}']);
    if name.to_ascii_lowercase().ends_with("user") {
        return None;
    }
    let judged = names.judge(name.rsplit('.').next().unwrap_or(name));
    (judged.strength >= Strength::Medium).then_some(judged)
}

/// Whether what such a program prints is the secret and stays in the terminal.
fn is_shown(program: &str, command: &str) -> bool {
    let decodes = ["| base64 -d", "| base64 --decode"];
    let command = decodes.iter().find_map(|end| command.strip_suffix(end)).unwrap_or(command);
    let away = command.contains(['|', '>']) || command.contains("--query attributes");
    // Of a Kubernetes Secret the data are asked for, not its name or type.
    let described =
        program == "kubectl " && command.contains("get secret") && !command.contains(".data");
    !away && !described
}

/// The one word of a line, if it is more than a word of prose.
pub(super) fn word(line: View<'_>, start: usize) -> Option<(usize, usize)> {
    const RESULTS: &[&str] = &["##[debug]=> '", "##[debug]Result: '"];
    if let Some(result) = RESULTS.iter().find(|result| line.has_at(0, result)) {
        return value::quoted(line, result.len() - 1).map(|value| (value.start, value.end));
    }
    let end = line.text.trim_end().len();
    let text = line.get(start, end);
    let word = !text.contains([' ', '\t']) && !text.contains("://") && !text.starts_with("Error");
    (word && values::is_telling(text) && !entropy::is_time(text)).then_some((start, end))
}

/// Where the string begins in a line that redis-cli prints of a list: `1) "requirepass"`.
pub(super) fn reply(text: &str) -> Option<usize> {
    let number = text.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    let string = number.strip_prefix(") ")?;
    let numbered = text.trim_start().len() > number.len();
    (numbered && string.starts_with('"')).then(|| text.len() - string.len())
}

/// What pydantic says below the name of a field: `[type=too_long, input_value='x', …]`; R's `[1] "x"`
/// below `$pwd`.
pub(super) fn given(line: View<'_>, judged: Judgement) -> Option<(usize, usize)> {
    const FIELD: &str = "input_value=";
    const ELEMENT: &str = "[1] ";
    if line.has_at(0, ELEMENT) {
        return value::quoted(line, ELEMENT.len()).map(|value| (value.start, value.end));
    }
    let at = line.text.find(FIELD)?;
    let value = value::quoted(line, at + FIELD.len())?;
    let word = !line.get(value.start, value.end).contains(' ');
    (word || judged.kind == "password").then_some((value.start, value.end))
}

/// A call in a traceback and the column of the secret's name in it, to which loguru points with the
/// value: `open(password)` and, below, `│    └ 'x'`.
pub(super) fn argument(names: &Names, line: View<'_>) -> Option<(Judgement, usize)> {
    const MAX_CALL: usize = 160;
    if !line.text.starts_with("    ") {
        return None;
    }
    let text = line.text.trim_end();
    if text.len() > MAX_CALL || !text.ends_with(')') || !text.is_ascii() {
        return None;
    }
    let mut at = 0;
    while at < text.len() {
        let end = line.run(at, &NAME);
        let judged = names.judge(line.get(at, end));
        if judged.strength == Strength::Strong && matches!(line.at(end), b',' | b')') {
            let attribute = line.get(at, end).rfind('.').map_or(0, |dot| dot + 1);
            return Some((judged, at + attribute));
        }
        at = end + 1;
    }
    None
}

/// Whether a line points into the one above it.
pub(super) fn points(line: View<'_>) -> bool {
    line.text.trim_start().starts_with(['│', '└'])
}

/// The string to which the column points.
pub(super) fn pointed(line: View<'_>, column: usize) -> Option<(usize, usize)> {
    let (at, _) = line.text.char_indices().nth(column).filter(|(_, c)| *c == '└')?;
    value::quoted(line, at + "└ ".len()).map(|value| (value.start, value.end))
}
