//! Whether prose tells a value: "pass" is a verb there, "key" a thing of doors and maps, and a name
//! that says little says nothing.

use super::gap::{Gap, Separator};
use crate::{
    detect::{
        name::Name,
        value::{self, Value},
    },
    entropy,
    names::Strength,
    values::{self, Form},
    view::View,
};

/// Whether words or a mere blank divide a name from its value.
pub(super) fn divides(gap: Separator) -> bool {
    matches!(gap.kind, Gap::Prose | Gap::Said)
}

/// Whether the name says nothing in prose, whatever follows.
pub(super) fn is_mute(line: View<'_>, name: Name, gap: Separator) -> bool {
    let little = name.judged.strength < Strength::Medium && !name.judged.compound;
    little && !passes(line, name, gap) && !name.is(line, "key")
}

/// "pass is x", but not "pass to x".
fn passes(line: View<'_>, name: Name, gap: Separator) -> bool {
    gap.kind == Gap::Said && name.judged.kind == "password" && line.has_at(name.end, " is ")
}

/// Whether the name tells this value in prose.
pub(super) fn tells(line: View<'_>, name: Name, gap: Separator, text: &str) -> bool {
    if passes(line, name, gap) && values::is_telling(text) {
        return true;
    }
    let keyed = name.judged.compound && values::is_service_key(text);
    let verb = name.is(line, "pass");
    // "user 'bob' pass 'x'"
    let string = matches!(line.at(name.end + 1), b'"' | b'\'')
        && text.bytes().any(|b| b.is_ascii_digit())
        && values::is_telling(text);
    // FTP's and POP3's `PASS x`.
    let sent = name.text(line) == "PASS"
        && line.rest(name.end).split_whitespace().count() == 1
        && values::is_telling(text);
    (name.judged.strength >= Strength::Medium || keyed) && (!verb || string || sent)
}

/// "remove key x": a mere key of prose, so random that it can be nothing else.
pub(super) fn says_key(line: View<'_>, name: Name, text: &str) -> bool {
    const MIN: usize = 24;
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    name.is(line, "key")
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && entropy::looks_random(text, MIN)
        && !values::is_path(text)
}

/// "password: please enter it" is prose, "password: hunter" at the end of a line is not.
pub(super) fn goes_on(line: View<'_>, name: Name, gap: Separator, value: Value) -> bool {
    if value.form != Form::Loose
        || gap.kind != Gap::Assign
        || name.judged.strength == Strength::None
    {
        return false;
    }
    let text = line.get(value.start, value.end);
    let wordy = text.bytes().all(|b| b.is_ascii_alphabetic() || b"'-_./:".contains(&b));
    let after = line.rest(value.end).trim_start_matches(['.', ':', '!', '?']);
    let more =
        after.starts_with(' ') && after.trim_start().starts_with(|c: char| c.is_ascii_alphabetic());
    // `password = get_secret` without quotes is code.
    wordy
        && (more || after.starts_with(['(', '<', '[']) || (name.judged.strength < Strength::Strong))
}

/// The word in brackets behind a word of prose: "password (x) rejected".
pub(super) fn bracketed(line: View<'_>, at: usize) -> Option<Value> {
    let close = match line.at(at) {
        b'(' => b')',
        b'[' if value::mask_at(line, at).is_none() => b']',
        _ => return None,
    };
    let value = value::bare(line, at + 1, value::Reach::Item);
    // A sign that ends a sentence elsewhere belongs to it: "(orchid12!)".
    let end = value.end + usize::from(matches!(line.at(value.end), b'!' | b'?'));
    let value = Value { end, ..value };
    (line.at(value.end) == close && value.end > value.start).then_some(value)
}
