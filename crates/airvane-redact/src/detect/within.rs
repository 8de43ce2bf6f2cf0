//! A string within the expression that gives a name its value: `key = bytes.fromhex("…")`,
//! `{"secret": Param("…")}`, `env::var("DB_PASSWORD").unwrap_or_else(|_| "x".into())`,
//! `expect(config.secret).toBe("x")`.
//!
//! This is asked last, where no form with a rule of its own was found. Between the name and the
//! string stands code of any language, so the string must look like a secret itself, and no other
//! name may stand nearer to it.

use super::{
    name::{MAX_NAME, Name},
    value::{self, Value},
};
use crate::{
    entropy,
    names::{self, Strength},
    values,
    view::{BLANK, Class, DIGIT, LOWER, UPPER, View},
};

/// How far from the name a string may begin, in bytes.
const REACH: usize = 160;

/// Names of arguments that say nothing else of a value.
const VALUES: &[&str] = &[
    "default",
    "default_var",
    "default_value",
    "defaultValue",
    "envDefault",
    "fallback",
    "value",
    "val",
    "e",
    "g",
];

/// Words in the names of functions whose argument is the name of a thing.
const FETCHES: &[&str] = &[
    "get", "getenv", "env", "environ", "var", "fetch", "load", "read", "find", "lookup", "open",
    "query", "require", "import", "describe", "resolve", "select", "split", "replace", "format",
    "print", "log", "info", "debug", "warn", "error", "index", "ref", "path", "join", "url",
    "request", "post", "put", "delete", "match", "search",
];

/// Where an expression begins behind a name without a sign: a method called on it, a block, or what
/// an attribute is compared with: `config.password shouldBe "x"`.
pub(super) fn called(line: View<'_>, start: usize, end: usize) -> Option<usize> {
    static CLOSES: Class = Class::of(b"\"'`)]}");
    static APART: Class = Class::of(b" })|");
    // `config.api_token()`
    let called = line.get(end, end + 2) == "()";
    let closed = line.run_within(end + if called { 2 } else { 0 }, &CLOSES, 3);
    let at = line.run(closed, &BLANK);
    let method = line.at(at) == b'.' && line.at(at + 1).is_ascii_alphabetic();
    // RSpec's `let(:token) { "x" }`, and FactoryBot's `password { "x" }`, which is all in its line.
    let alone = || line.run(0, &BLANK) == start && line.text.trim_end().ends_with('}');
    let block = line.at(at) == b'{' && (closed > end || alone());
    if method || block {
        return Some(at);
    }
    // `.api_key(String::from("x"))`
    if line.at(end) == b'(' && !called {
        return Some(end + 1);
    }
    if !called && !is_variable(line, start, end) {
        return None;
    }
    // `EXPECT_EQ(config.token(), "x")`
    let next = line.run(closed + 1, &BLANK);
    if line.at(closed) == b',' && matches!(line.at(next), b'"' | b'\'' | b'@') {
        return Some(next);
    }
    let apart = line.run_within(closed, &APART, 4);
    let word = line.at(apart).is_ascii_alphabetic() || line.has_at(apart, "-be ");
    (apart > closed && word).then_some(apart)
}

/// `$password`, `config.password`, `{password}`: a variable of code, not a word.
fn is_variable(line: View<'_>, start: usize, end: usize) -> bool {
    matches!(line.before(start), b'$' | b'{') || line.get(start, end).contains('.')
}

/// The first string from `from` on that can be nothing but the secret that the name announces.
pub(super) fn string(line: View<'_>, name: Name, from: usize) -> Option<Value> {
    static WORD: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_");
    let limit = line.len().min(from + REACH);
    let mut i = from;
    // An attribute is code, whatever follows it.
    let called = line.at(name.end) == b'(';
    let code = called || is_variable(line, name.start, name.end);
    let mut inside = Inside { code, ..Inside::default() };
    while i < limit {
        let byte = line.at(i);
        if WORD.has(byte) {
            let end = line.run_within(i, &WORD, MAX_NAME);
            inside.word = (i, end);
            i = end;
            continue;
        }
        if matches!(byte, b'"' | b'\'' | b'`') {
            let value = value::quoted(line, i).filter(|value| value.end < line.len())?;
            let behind = line.run(value.end + 1, &BLANK);
            // The name of another field; but `match password { "x" => … }`.
            let arm = line.has_at(behind, "=>") && line.get(0, name.start).ends_with("match ");
            if line.at(behind) == b':' || line.has_at(behind, "=>") && !arm {
                return None;
            }
            if inside.takes(line) && is_given(name, line.get(value.start, value.end)) {
                return Some(value);
            }
            i = value.end + 1;
            continue;
        }
        if !inside.goes_on(line, i) {
            return None;
        }
        i += 1;
    }
    None
}

/// Where in an expression a string stands.
#[derive(Default)]
struct Inside {
    /// The word read last.
    word: (usize, usize),
    /// Brackets that are open.
    depth: usize,
    /// Whether there was any sign of code yet.
    code: bool,
    /// Whether the bracket opened behind the name of a function that takes a name.
    fetches: bool,
    /// Whether the argument has a name that says what it is.
    named: bool,
}

impl Inside {
    /// Whether a string here can be the value.
    fn takes(&self, line: View<'_>) -> bool {
        let (start, end) = self.word;
        let fetched = self.fetches && !VALUES.contains(&line.get(start, end));
        self.code && !fetched && !self.named
    }

    /// Reads one sign of code; whether the expression goes on behind it.
    fn goes_on(&mut self, line: View<'_>, i: usize) -> bool {
        let (start, end) = self.word;
        match line.at(i) {
            b'(' | b'[' | b'{' => {
                let called = end == i && start < end;
                let word = line.get(start, end);
                self.fetches = called
                    && names::has_word(word, FETCHES)
                    && !names::has_word(word, &["bytes", "decode"]);
                self.code = true;
                self.named = false;
                self.depth += 1;
            }
            b')' | b']' | b'}' => {
                self.fetches = false;
                match self.depth.checked_sub(1) {
                    Some(depth) => self.depth = depth,
                    None => return false,
                }
            }
            // `default_var="x"`, but not `run_id="x"`.
            b'=' if self.depth > 0 && !matches!(line.at(i + 1), b'=' | b'>') => {
                self.named = !VALUES.contains(&line.get(start, end));
            }
            // `token: Secret<String> = …`
            b'=' if !self.code && line.get(0, i).trim_end().ends_with('>') => {}
            b'<' if !self.code => {}
            // What follows the name of a thing is what stands in for it.
            b',' if self.depth > 0 => (self.named, self.fetches) = (false, false),
            b'|' | b'?' => self.code = true,
            b'.' | b':' | b' ' | b'\t' | b'&' | b'!' | b'-' | b'>' | b'*' | b'$' | b'@' => {}
            _ => return false,
        }
        true
    }
}

/// Whether a string looks like a secret of the kind that the name says.
pub(super) fn is_given(name: Name, text: &str) -> bool {
    const SHORTEST: usize = 12;
    let salt = name.judged.strength == Strength::Weak && name.judged.kind == "secret";
    if name.judged.strength < Strength::Medium && !salt {
        return false;
    }
    if text.contains([' ', '%']) && !entropy::looks_random(text, SHORTEST)
        || values::is_placeholder(text)
        || values::is_path(text)
        || values::is_version(text)
        || text.contains("://")
    {
        return false;
    }
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    let random = entropy::looks_random(text, SHORTEST) && !entropy::is_identifier(text);
    match name.judged.kind {
        "password" => random || digits && values::is_telling(text) && !text.contains(['_', '/']),
        _ => random || values::is_service_key(text),
    }
}
