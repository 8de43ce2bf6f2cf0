//! A name in a line: where it begins, what it says, and what a value behind it is.

use super::{Detector, Found, header, value::Value};
use crate::{
    entropy,
    names::{self, Judgement, Strength},
    values::Form,
    view::{ALNUM, View},
};

/// Longer runs of name characters are text, not names.
pub(super) const MAX_NAME: usize = 128;

/// A name in the line and how it stands there.
#[derive(Clone, Copy)]
pub(super) struct Name {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) judged: Judgement,
}

impl Name {
    /// The name as it is written.
    pub(super) fn text(self, line: View<'_>) -> &str {
        line.get(self.start, self.end)
    }

    /// Whether the name is this word, in any case.
    pub(super) fn is(self, line: View<'_>, word: &str) -> bool {
        self.text(line).eq_ignore_ascii_case(word)
    }

    /// A value of this name as a find.
    pub(super) fn found(self, line: View<'_>, value: Value) -> Found {
        let text = line.get(value.start, value.end);
        let lead = text.len() - text.trim_start().len();
        let trail = text.len() - text.trim_end().len();
        let (start, end) = (value.start + lead, value.end - trail);
        let start = start + header::scheme_word(line.get(start, end));
        // What prose seems to say is not sure enough to be masked elsewhere too.
        let sure = match value.form {
            Form::Quoted | Form::Literal | Form::Tight => true,
            Form::Loose => entropy::looks_random(line.get(start, end), 10),
            Form::Said | Form::Remote => false,
        };
        let named = sure && self.judged.strength == Strength::Strong;
        Found { start, end, kind: self.judged.kind, from: self.start, named }
    }
}

/// Where the name begins if its first letters belong to an escaped character: `\nDB_PASSWORD` is a
/// line break and a name, but `C:\token` a name only; `%3BPWD` is a semicolon and a name.
pub(super) fn behind_escape(
    detector: &Detector,
    line: View<'_>,
    start: usize,
    end: usize,
) -> usize {
    if line.before(start) == b'%' {
        let code = line.get(start, end.min(start + 2));
        let escape = code.len() == 2 && code.bytes().all(|b| b.is_ascii_hexdigit());
        return if escape { start + 2 } else { start };
    }
    if line.before(start) != b'\\' {
        return start;
    }
    let digits = match line.at(start) {
        b'n' | b'r' | b't' | b'f' | b'v' => 0,
        b'x' => 2,
        b'u' => 4,
        _ => return start,
    };
    let behind = start + 1 + digits;
    let code = line.get(start + 1, behind.min(end));
    let escape = code.len() == digits && code.bytes().all(|b| b.is_ascii_hexdigit());
    let says = |from: usize| detector.names.judge(line.get(from, end)).strength;
    if escape && says(behind) >= says(start) { behind } else { start }
}

/// Words that make one name with the word behind them.
#[rustfmt::skip]
const FIRST_WORDS: &[&str] = &[
    "api", "access", "secret", "private", "auth", "account", "bearer", "personal", "service",
    "master", "encryption", "signing", "license", "bot", "refresh", "app", "pragma", "recovery",
    "unlock", "wpa", "wpa2", "wifi", "fi", "verification", "door", "backup", "security", "time",
];

/// Judges the name; two words of prose may be one name ("api key", "secret access key").
pub(super) fn judge(detector: &Detector, line: View<'_>, start: usize, end: usize) -> Option<Name> {
    let bare = without_method(line.get(start, end).trim_matches(['.', '-', '$', '_']));
    let mut judged = detector.names.judge(bare);
    // `-Dname=value`, as Java and CMake take it.
    if let Some(defined) = bare.strip_prefix(['D', 'P']).filter(|_| line.at(start) == b'-') {
        let defined = detector.names.judge(defined);
        judged = if defined.strength > judged.strength { defined } else { judged };
    }
    if judged.strength < Strength::Strong && line.before(start) == b' ' && start >= 2 {
        let word = line.back(start - 1, &ALNUM);
        let before = line.get(word, start - 1);
        // "the boomi key is x": a key of something.
        judged.compound |= judged.strength == Strength::Weak
            && judged.kind == "key"
            && names::is_noun(before)
            && bare.eq_ignore_ascii_case("key");
        if FIRST_WORDS.iter().any(|first| first.eq_ignore_ascii_case(before)) {
            let both = detector.names.judge(&format!("{before}_{bare}"));
            if both.strength > judged.strength {
                return Some(Name { start: word, end, judged: both });
            }
        }
    }
    (judged.strength > Strength::None).then_some(Name { start, end, judged })
}

/// `password` of `password.equals("x")`.
fn without_method(name: &str) -> &str {
    const METHODS: &[&str] =
        &[".equals", ".equalsIgnoreCase", ".set", ".val", ".value", ".send_keys", ".fill"];
    METHODS.iter().find_map(|method| name.strip_suffix(method)).unwrap_or(name)
}
