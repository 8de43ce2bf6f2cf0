//! A string within the expression that gives a name its value: `key = bytes.fromhex("…")`,
//! `{"secret": Param("…")}`, `env::var("DB_PASSWORD").unwrap_or_else(|_| "x".into())`,
//! `expect(config.secret).toBe("x")`.
//!
//! This is asked last, where no form with a rule of its own was found. Between the name and the
//! string stands code of any language, so the string must look like a secret itself, and no other
//! name may stand nearer to it.

use crate::{
    detect::{
        name::{MAX_NAME, Name},
        value::{self, Value},
    },
    entropy,
    names::{self, Judgement, Strength},
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
];

/// Words in the names of functions whose argument is the name of a thing.
const FETCHES: &[&str] = &[
    "get",
    "getenv",
    "env",
    "environ",
    "var",
    "fetch",
    "load",
    "read",
    "find",
    "lookup",
    "open",
    "query",
    "require",
    "import",
    "describe",
    "resolve",
    "select",
    "split",
    "replace",
    "format",
    "pull",
    "retrieve",
    "parameter",
    "create",
    "compile",
    "column",
    "parse",
    "run",
    "check",
    "encode",
    "print",
    "log",
    "info",
    "debug",
    "warn",
    "error",
    "index",
    "ref",
    "path",
    "join",
    "url",
    "request",
    "post",
    "put",
    "delete",
    "match",
    "search",
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
    let alone =
        || line.before(line.back_within(start, &BLANK, 64)) == 0 && line.text.ends_with('}');
    let block = line.at(at) == b'{' && (closed > end || alone());
    if method || block {
        return Some(at);
    }
    // `.api_key(String::from("x"))`
    if line.at(end) == b'(' && !called {
        return Some(end + 1);
    }
    // `EXPECT_EQ(config.token(), "x")`
    let next = line.run(closed + 1, &BLANK);
    let string = |at: usize| matches!(line.at(at), b'"' | b'\'' | b'@');
    if line.at(closed) == b',' && string(next) && is_compared(line, start) {
        return Some(next);
    }
    // `config.password shouldBe "x"`
    let apart = line.run_within(closed, &APART, 4);
    let matcher = MATCHERS.iter().find(|word| line.has_at(apart, word));
    matcher.map(|word| apart + word.len()).filter(|at| apart > closed && string(*at))
}

/// Words that compare or set, between an attribute and a string.
const MATCHERS: &[&str] = &[
    "shouldBe ",
    "shouldEqual ",
    "should -be ",
    "should -beexactly ",
    "returns ",
    "must_equal ",
    "must_be ",
    "eq ",
    "equals ",
];

/// Whether what begins at `start` is the first argument of a call that compares, or the first of two
/// values that are compared.
fn is_compared(line: View<'_>, start: usize) -> bool {
    static PATH: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_$.->:{");
    let path = line.back_within(start, &PATH, MAX_NAME);
    let head = line.behind(path, MAX_NAME);
    if head.ends_with(":= ") {
        return true;
    }
    let call = head.strip_suffix('(').and_then(|call| call.rsplit([' ', '.', '(']).next());
    call.is_some_and(|call| names::has_word(call, COMPARES))
}

/// Words in the names of functions that compare.
pub(super) const COMPARES: &[&str] =
    &["assert", "expect", "equal", "equals", "eq", "same", "is", "compare", "objects"];

/// The first string from `from` on that can be nothing but the secret that the name announces.
pub(super) fn string(line: View<'_>, name: Name, from: usize) -> Option<Value> {
    static WORD: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_");
    let limit = line.len().min(from + REACH);
    let mut i = from;
    // Where a string follows at once, or the arguments of a call, it was seen that this is code.
    let code = line.at(name.end) == b'(' || matches!(line.at(from), b'"' | b'\'' | b'@');
    // Behind a comma stands the next argument of a call; of those after it only what stands in for
    // the name's value is meant.
    let called = line.get(name.end, from).trim_end().ends_with(',');
    let mut inside =
        Inside { code: code || called, depth: usize::from(called), ..Inside::default() };
    let mut passed = false;
    while i < limit {
        let byte = line.at(i);
        if WORD.has(byte) {
            let end = line.run_within(i, &WORD, MAX_NAME);
            // Behind a call, words of prose follow: `None (run "x")`, `load(x) for "y"`.
            let apart = inside.code && inside.depth == 0 && BLANK.has(line.before(i));
            if apart && !matches!(line.get(i, end), "or" | "else" | "if" | "unless" | "and") {
                return None;
            }
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
            let text = line.get(value.start, value.end);
            let default = inside.argument == Argument::Default;
            let given = is_given(name.judged, text) && (default || !passed)
                || default && is_default(name, text);
            if inside.takes(line) && given {
                return Some(value);
            }
            i = value.end + 1;
            continue;
        }
        passed |= called && byte == b',' && inside.depth == 1;
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
    argument: Argument,
}

/// What an argument is.
#[derive(Default, PartialEq, Eq)]
enum Argument {
    /// Any: the value or something else.
    #[default]
    Any,
    /// The name of a thing, asked of a function that takes one.
    Asked,
    /// It has a name that says what else it is.
    Named,
    /// Its name says that it stands in for what is not set.
    Default,
}

impl Inside {
    /// Whether a string here can be the value.
    fn takes(&self, line: View<'_>) -> bool {
        let (start, end) = self.word;
        let word = line.get(start, end);
        // Helm's `{{ include "x.password" . }}`.
        let included = self.depth > 1 && matches!(word, "include" | "template" | "lookup" | "tpl");
        let asked = self.argument == Argument::Asked && !VALUES.contains(&word);
        self.code && !asked && !included && self.argument != Argument::Named
    }

    /// Reads one sign of code; whether the expression goes on behind it.
    fn goes_on(&mut self, line: View<'_>, i: usize) -> bool {
        let (start, end) = self.word;
        match line.at(i) {
            b'(' | b'[' | b'{' => {
                // A bracket apart from what stands before it is one of prose.
                if self.depth == 0 && !self.code && BLANK.has(line.before(i)) && start < end {
                    return false;
                }
                let called = end == i && start < end;
                let word = line.get(start, end);
                let fetches =
                    names::has_word(word, FETCHES) && !names::has_word(word, &["bytes", "decode"]);
                // `row["x"]` asks for a name too.
                let asks = called && (fetches || line.at(i) == b'[');
                self.argument = if asks { Argument::Asked } else { Argument::Any };
                self.code = true;
                self.depth += 1;
            }
            b')' | b']' | b'}' => {
                self.argument = Argument::Any;
                match self.depth.checked_sub(1) {
                    Some(depth) => self.depth = depth,
                    None => return false,
                }
            }
            // `default_var="x"`, but not `run_id="x"`.
            b'=' if self.depth > 0 && !matches!(line.at(i + 1), b'=' | b'>') => {
                self.argument = match line.get(start, end) {
                    name if name.starts_with("default") || name == "fallback" => Argument::Default,
                    name if VALUES.contains(&name) => Argument::Any,
                    _ => Argument::Named,
                };
            }
            // `token: Secret<String> = …`
            b'=' if !self.code && line.get(0, i).trim_end().ends_with('>') => {}
            b'<' if !self.code => {}
            // What follows the name of a thing is what stands in for it.
            b',' if self.depth > 0 => self.argument = Argument::Any,
            b'|' | b'?' if matches!(line.at(i + 1), b'|' | b'?') => self.code = true,
            b'|' | b'?' | b'.' | b':' | b' ' | b'\t' | b'&' | b'!' | b'-' | b'>' | b'*' | b'$'
            | b'@' => {}
            _ => return false,
        }
        true
    }
}

/// Whether a string that stands in for what is not set can be a password: there a word is one.
pub(super) fn is_default(name: Name, text: &str) -> bool {
    name.judged.strength == Strength::Strong
        && matches!(name.judged.kind, "password" | "secret")
        && text.len() >= 3
        && !text.contains(' ')
        && !values::is_placeholder(text)
        && !text.starts_with("pass_")
}

/// Whether a string looks like a secret of the kind that the name says.
pub(crate) fn is_given(judged: Judgement, text: &str) -> bool {
    const SHORTEST: usize = 12;
    let salt = judged.strength == Strength::Weak && judged.kind == "secret";
    if judged.strength < Strength::Medium && !salt {
        return false;
    }
    let signs = text.bytes().filter(u8::is_ascii_punctuation).count();
    if (text.contains(' ') || text.contains('%') && signs < 3)
        && !entropy::looks_random(text, SHORTEST)
        || values::is_placeholder(text)
        || values::is_path(text)
        || values::is_version(text)
        || entropy::is_camel(text)
        || text.contains("://")
        || ALGORITHMS.contains(&text.to_ascii_lowercase().as_str())
    {
        return false;
    }
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    let random = entropy::looks_random(text, SHORTEST) && !entropy::is_identifier(text);
    match judged.kind {
        "password" => {
            let telling = values::is_telling(text) && text.len() >= 6;
            // Hosts, users and versions have such signs: `svc-etl-01`, `stg01.orders`, `1/2`.
            random || digits && telling && !text.contains(['_', '/', '-', '.', ':'])
        }
        _ => random || values::is_service_key(text),
    }
}

/// Encodings and algorithms, which stand beside secrets in calls.
#[rustfmt::skip]
pub(super) const ALGORITHMS: &[&str] = &[
    "utf-8", "utf8", "utf-16", "latin-1", "latin1", "iso-8859-1", "base64", "aes128", "aes192", "aes256",
    "sha1", "sha224", "sha256", "sha384", "sha512", "md5", "hs256", "hs384", "hs512", "rs256", "es256",
    "oauth2", "kerberos5", "int32", "int64", "float64", "ed25519", "rsa2048", "rsa4096",
];
