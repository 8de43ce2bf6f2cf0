//! What people and programs are asked for and answer in the next lines: scripts of expect and of
//! browsers, SMTP, lists of accounts for `chpasswd`.

use super::opens::Below;
use crate::{
    detect::{command::shell, value},
    view::{BASE64, View},
};

/// What a line announces that holds no name of the value below it, and in how many lines that
/// stands: `expect "assword:"`, `AUTH LOGIN`, `chpasswd:`, SQL's `IDENTIFIED BY`.
pub(super) fn announced(text: &str) -> Option<(Below, u8)> {
    let bare = text.trim().trim_matches(['"', '\'', ',']);
    if bare.ends_with("chpasswd:") {
        return Some((Below::Accounts, 8));
    }
    // As a client sends it, and as its log shows that: `C: AUTH LOGIN`, `> AUTH LOGIN`.
    let sent = bare.trim_start_matches(['C', ':', '>', '-', ' ']);
    if sent.eq_ignore_ascii_case("auth login") {
        return Some((Below::Encoded, 4));
    }
    if bare.ends_with(" BY") && bare.contains("IDENTIFIED") {
        return Some((Below::Strings, 1));
    }
    let field = bare.trim_start_matches("- ").split_once(':');
    if field.is_some_and(|(name, value)| bare_of(name) == "type" && bare_of(value) == "password") {
        return Some((Below::Field, 2));
    }
    // What lftp and pexpect log: `expect: does "bob's password: " match? yes`.
    if text.starts_with("expect: does ") && text.contains("assword") && text.ends_with("yes") {
        return Some((Below::Sent, 1));
    }
    // SMTP's question for a password.
    if bare.trim_start_matches(['S', ':', '<', '-', ' ']) == "334 UGFzc3dvcmQ6" {
        return Some((Below::Encoded, 1));
    }
    // expect's `expect "assword:"`, pexpect's `child.expect("Password:")`
    let asked = text.trim_start().strip_prefix("expect ");
    let asked = asked.or_else(|| expected(text))?;
    let asked = asked.to_ascii_lowercase();
    let asks = |word: &str| {
        asked.split_once(word).is_some_and(|(_, rest)| {
            rest.trim_start().starts_with([':', '*', '"', '\'', '?', ')', ']', '\\'])
                || rest.starts_with(" for ")
        })
    };
    (asks("assword") || asks("assphrase")).then_some((Below::Sent, 2))
}

/// What `child.expect(` waits for.
fn expected(text: &str) -> Option<&str> {
    text.match_indices('(').find_map(|(open, _)| {
        let (head, asked) = (text.get(..open)?, text.get(open + 1..)?);
        head.ends_with(".expect").then_some(asked)
    })
}

/// A word without the quotes of JSON.
fn bare_of(word: &str) -> &str {
    word.trim_matches([' ', '"'])
}

/// Methods that find a field of a form.
const FINDS: &[&str] = &["find_element", "findElement", "getElementBy", "get_by_", "locator("];

/// Whether the line finds a field of a form: `element = driver.find_element(By.ID, "password")`.
pub(super) fn is_field(text: &str) -> bool {
    text.trim_end_matches([';', ')']).ends_with(['"', '\''])
        && FINDS.iter().any(|find| text.contains(find))
}

/// The string of `element.send_keys("x")`.
pub(super) fn typed(line: View<'_>) -> Option<(usize, usize)> {
    const TYPES: &[&str] = &[".send_keys(", ".sendKeys(", ".fill(", ".type("];
    // It may be typed into a field that is found in the same line.
    if FINDS.iter().any(|find| line.text.contains(find)) {
        return None;
    }
    let at = TYPES.iter().find_map(|method| Some(line.text.find(method)? + method.len()))?;
    let value = value::quoted(line, at)?;
    let whole = line.rest(value.end + 1).starts_with(')');
    whole.then_some((value.start, value.end))
}

/// The string of `send "x\r"`, `send -- "x\r"` or `child.sendline("x")`.
pub(super) fn sent(line: View<'_>, indent: usize) -> Option<(usize, usize)> {
    let send =
        ["send -- ", "send: sending ", "send "].into_iter().find(|send| line.has_at(indent, send));
    let method =
        || [".sendline(", ".send("].iter().find_map(|m| Some(line.text.find(m)? + m.len()));
    let at = send.map(|send| indent + send.len()).or_else(method)?;
    let value = shell::typed(line, value::quoted(line, at)?);
    let text = line.get(value.start, value.end);
    let other = text.starts_with(['$', '\\']) || text.contains(' ') || text.len() < 3;
    let answer = matches!(text, "yes" | "exit" | "quit" | "logout");
    (!other && !answer).then_some((value.start, value.end))
}

/// A line of nothing but base64, which a client of SMTP sent.
pub(super) fn base64(line: View<'_>) -> Option<(usize, usize)> {
    const SIGNS: [char; 8] = ['"', '\'', ',', ' ', '>', '<', 'C', ':'];
    let text = line.text.trim_matches(SIGNS);
    let start = line.text.find(text)?;
    let long = text.len() >= 8 || text.ends_with('=');
    let encoded = long && text.len().is_multiple_of(4) && text.bytes().all(|b| BASE64.has(b));
    // `QUIT`
    let command = text.bytes().all(|b| b.is_ascii_uppercase());
    (encoded && !command).then_some((start, start + text.len()))
}

/// The password of `bob:x` in a list of accounts, which is all there is in the line.
pub(super) fn account(line: View<'_>) -> Option<(usize, usize)> {
    let text = line.text.trim().trim_start_matches("- ");
    let (user, password) = text.split_once(':')?;
    let plain = user.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    let start = line.text.find(text)? + user.len() + 1;
    let whole = plain && password.len() >= 3 && !password.contains(' ');
    (whole && password != "RANDOM").then_some((start, start + password.len()))
}
