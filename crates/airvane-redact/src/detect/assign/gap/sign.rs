//! Signs between a name and its value: those of assignments and comparisons in any language, arrows
//! of logs and differences, dots of installers that lead the eye across a line.

use super::Gap;

/// A sign at the beginning of `rest` and its length; a sign that divides a path gives no kind.
pub(super) fn sign(rest: &str) -> Option<(Option<Gap>, usize)> {
    const SIGNS: &[&str] = &[
        "!==",
        "!=",
        "~=",
        "eq ",
        "===",
        "==",
        ":=",
        "::",
        "?=",
        "||=",
        "+=",
        "=",
        "%3D",
        "%3d",
        "%3A",
        ":",
        "<-",
        "As String =",
        "as String =",
    ];
    if let Some(length) = arrow(rest) {
        return Some((Some(Gap::Assign), length));
    }
    if let Some(length) = leader(rest) {
        return Some((Some(Gap::Said), length));
    }
    let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
    if *sign != "::" {
        return Some((Some(Gap::Assign), sign.len()));
    }
    // `X ::= y` is an assignment, and so is LDIF's `userPassword:: y`; `a::b` is a path.
    let colons = rest.bytes().take_while(|b| *b == b':').count();
    let assigned = matches!(rest.as_bytes().get(colons), Some(b'=' | b' '));
    Some((assigned.then_some(Gap::Assign), colons + 1))
}

/// An arrow of any length: `->`, `=>`, `==>`, `~>`, `→`, `»`.
fn arrow(rest: &str) -> Option<usize> {
    const MOST: usize = 8;
    const ARROWS: &[&str] = &["→", "⇒", "➜", "»", ">>> "];
    if let Some(arrow) = ARROWS.iter().find(|arrow| rest.starts_with(**arrow)) {
        return Some(arrow.len());
    }
    let shaft = rest.bytes().take(MOST).take_while(|b| matches!(b, b'-' | b'=' | b'~')).count();
    let heads = rest.bytes().skip(shaft).take(2).take_while(|b| *b == b'>').count();
    (shaft > 0 && heads > 0).then_some(shaft + heads)
}

/// Dots that lead the eye from a name to its value: `Password ........ x`, `Password . . . : x`.
fn leader(rest: &str) -> Option<usize> {
    const LEAST: usize = 3;
    let dots = rest.trim_start_matches(['.', ' ']);
    let length = rest.len() - dots.len();
    let led = rest.get(..length)?.bytes().filter(|b| *b == b'.').count() >= LEAST;
    (led && rest.starts_with('.')).then(|| length + usize::from(dots.starts_with(':')))
}
