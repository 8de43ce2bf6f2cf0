//! Values that a name gives away: JSON, Python repr, `k=v`, YAML, query strings, `--flag value`,
//! environment dumps, XML, headers, calls, and prose such as "the password is x".

use super::{
    Detector, Found, connection,
    gap::{Gap, Separator, separator},
    header,
    value::{self, Reach, Value},
};
use crate::{
    entropy,
    names::{self, Judgement, Strength},
    values::{self, Form},
    view::{ALNUM, BLANK, Class, DIGIT, LOWER, NAME, UPPER, View},
};

/// Longer runs of name characters are text, not names.
pub(super) const MAX_NAME: usize = 128;

/// A name in the line and how it stands there.
#[derive(Clone, Copy)]
struct Name {
    start: usize,
    end: usize,
    judged: Judgement,
}

/// Looks at the name around `at`; returns where it ends.
pub(super) fn detect(
    detector: &Detector,
    line: View<'_>,
    at: usize,
    found: &mut Vec<Found>,
) -> usize {
    let reach = MAX_NAME + 1;
    let (start, end) = (line.back_within(at, &NAME, reach), line.run_within(at, &NAME, reach));
    if end - start <= MAX_NAME {
        let start = behind_escape(detector, line, start, end);
        compared(detector, line, start, end, found);
        // Most names that alarm the gate are followed by no value: that is the cheaper question.
        if let Some(gap) = separator(line, start, end) {
            if let Some(name) = judge(detector, line, start, end) {
                assigned(detector, line, name, gap, found);
            }
        } else {
            hook(line, start, end, found);
        }
    }
    end
}

/// Where the name begins if its first letters belong to an escaped character: `\nDB_PASSWORD` is a
/// line break and a name, but `C:\token` a name only.
fn behind_escape(detector: &Detector, line: View<'_>, start: usize, end: usize) -> usize {
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

fn assigned(
    detector: &Detector,
    line: View<'_>,
    name: Name,
    gap: Separator,
    found: &mut Vec<Found>,
) {
    if line.before(name.start) == b':' && in_arn(line, name.start) {
        return;
    }
    if header::is_header(line.get(name.start, name.end)) && gap.kind == Gap::Assign {
        header::detect(line, name.start, name.judged.kind, gap.end, found);
        return;
    }
    if gap.kind == Gap::Call && fetches(line.get(name.start, name.end)) {
        return;
    }
    let strings = value::quoted(line, line.run(gap.end + 1, &BLANK)).is_some();
    if line.at(gap.end) == b'(' && gap.kind == Gap::Assign && strings {
        pair(line, name, gap.end, found);
        return;
    }
    if line.at(gap.end) == b'[' && strings {
        list(detector, line, name, gap.end, found);
        return;
    }
    let Some(value) = read(line, name, gap) else { return };
    let value = phrase(line, name, value);
    let text = line.get(value.start, value.end);
    if matches!(gap.kind, Gap::Prose | Gap::Said) && !speaks(line, name, text) {
        if !says_key(line, name, text) {
            return;
        }
        found.push(Found { named: false, ..found_value(line, name, value) });
        return;
    }
    // `PASS=409 WARN=0`: a test runner counts.
    let counted = line.get(name.start, name.end).eq_ignore_ascii_case("pass");
    if counted && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit()) {
        return;
    }
    // A shell's command substitution: what it prints is elsewhere.
    if line.before(value.start) == b'`' && gap.kind == Gap::Assign && text.contains(' ') {
        return;
    }
    let assigned =
        gap.kind == Gap::Assign && gap.loose && line.get(name.end, value.start).contains('=');
    let constant = value.form == Form::Quoted
        && (line.get(name.start, name.end) == "KEY"
            || assigned && line.get(name.start, name.end).eq_ignore_ascii_case("key"));
    let secret = constant && values::is_service_key(text)
        || values::is_secret(text, value.form, name.judged, &detector.names)
        || gap.kind == Gap::Assign && is_used(line, name) && values::is_service_key(text);
    if secret && !repeats(text, line.get(name.start, name.end)) && !is_prose(line, name, gap, value)
    {
        found.push(found_value(line, name, value::whole(line, value)));
    }
}

fn found_value(line: View<'_>, name: Name, value: Value) -> Found {
    let text = line.get(value.start, value.end);
    let lead = text.len() - text.trim_start().len();
    let trail = text.len() - text.trim_end().len();
    let (start, end) = (value.start + lead, value.end - trail);
    let start = start + header::scheme_word(line.get(start, end));
    // What prose seems to say is not sure enough to be masked elsewhere too.
    let sure = match value.form {
        Form::Quoted | Form::Tight => true,
        Form::Loose => entropy::looks_random(line.get(start, end), 10),
        Form::Said | Form::Remote => false,
    };
    let named = sure && name.judged.strength == Strength::Strong;
    Found { start, end, kind: name.judged.kind, from: name.start, named }
}

/// `https://host/webhook/<random>`: whoever has the address may post.
fn hook(line: View<'_>, start: usize, end: usize, found: &mut Vec<Found>) {
    static PART: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-");
    let name = line.get(start, end);
    let named = name.ends_with("webhook") || name.ends_with("webhooks");
    if !named || line.before(start) != b'/' || line.at(end) != b'/' {
        return;
    }
    let stop = line.run_within(end + 1, &PART, 256);
    if values::is_service_key(line.get(end + 1, stop)) {
        let from = start;
        found.push(Found { start: end + 1, end: stop, kind: "webhook-url", from, named: false });
    }
}

/// `arn:aws:secretsmanager:eu-west-1:1:secret:name`: the name of a secret, not a secret.
fn in_arn(line: View<'_>, at: usize) -> bool {
    let head = line.text.get(at.saturating_sub(MAX_NAME)..at).unwrap_or_default();
    head.rfind("arn:").and_then(|i| head.get(i..)).is_some_and(|arn| !arn.contains([' ', '"']))
}

/// `?key=x&`, `Using key=x`: a key in the query of a request is the caller's.
fn is_used(line: View<'_>, name: Name) -> bool {
    let text = line.get(name.start, name.end);
    let query = matches!(line.before(name.start), b'?' | b'&')
        && matches!(text, "key" | "apikey" | "appid" | "app_key" | "k");
    let using = name.start.checked_sub("using ".len());
    query || using.is_some_and(|at| line.has_at(at, "using ")) && text.eq_ignore_ascii_case("key")
}

/// "remove key x": a mere key of prose, so random that it can be nothing else.
fn says_key(line: View<'_>, name: Name, text: &str) -> bool {
    const MIN: usize = 24;
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    line.get(name.start, name.end).eq_ignore_ascii_case("key")
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && entropy::looks_random(text, MIN)
        && !values::is_path(text)
}

/// `if ("x" == password)`: the value before its name.
fn compared(
    detector: &Detector,
    line: View<'_>,
    start: usize,
    end: usize,
    found: &mut Vec<Found>,
) -> Option<()> {
    let sign = line.back_within(start, &BLANK, 2);
    let operator = line.get(sign.saturating_sub(3), sign).trim_start();
    if !matches!(operator, "==" | "!=" | "===" | "!==") {
        return None;
    }
    let close = line.back_within(sign - operator.len(), &BLANK, 2).checked_sub(1)?;
    let quote = line.at(close);
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let floor = close.saturating_sub(2 * MAX_NAME);
    let from = floor + memchr::memrchr(quote, line.bytes().get(floor..close)?)?;
    let judged = judge(detector, line, start, end)?.judged;
    let text = line.get(from + 1, close);
    if judged.strength == Strength::Strong
        && values::is_secret(text, Form::Quoted, judged, &detector.names)
        && !values::is_wordlike(text)
    {
        let kind = judged.kind;
        found.push(Found { start: from + 1, end: close, kind, from, named: true });
    }
    Some(())
}

/// `get_secret("name")`, `check_password("x")`: the argument is a name or not kept.
fn fetches(name: &str) -> bool {
    const VERBS: &[&str] = &[
        "get", "fetch", "load", "read", "find", "has", "is", "validate", "check", "create",
        "delete", "remove", "describe", "list", "mask", "lookup", "parse", "need", "require",
        "resolve", "update", "put", "store", "use", "verify", "test", "assert", "print", "log",
        "render", "retrieve", "access", "from", "add", "generate", "make", "reset", "clear",
        "hash", "warn", "rotate",
    ];
    names::words(name).iter().any(|word| VERBS.contains(&word.as_str()))
}

/// `auth=("bob", "x")`: the second literal.
fn pair(line: View<'_>, name: Name, at: usize, found: &mut Vec<Found>) {
    let Some(user) = value::quoted(line, line.run(at + 1, &BLANK)) else { return };
    let comma = line.run(user.end + 1, &BLANK);
    if line.at(comma) != b',' {
        return;
    }
    let Some(value) = value::quoted(line, line.run(comma + 1, &BLANK)) else { return };
    let text = line.get(value.start, value.end);
    if line.at(value.end + 1) == b')' && text.len() >= 3 && !values::is_placeholder(text) {
        found.push(Found { from: value.start, ..found_value(line, name, value) });
    }
}

/// Whether prose may follow the name: "pass" is a verb there, and a name that says little says
/// nothing.
fn speaks(line: View<'_>, name: Name, text: &str) -> bool {
    let keyed = name.judged.compound && values::is_service_key(text);
    (name.judged.strength >= Strength::Medium || keyed)
        && !line.get(name.start, name.end).eq_ignore_ascii_case("pass")
}

/// `RESOURCE_PASSWORD = "Password"`, `"password": "password"`: the value only says the name again.
fn repeats(value: &str, name: &str) -> bool {
    if value.len() > MAX_NAME || value.bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    let said = names::words(name);
    names::words(value).iter().all(|word| said.contains(word))
}

/// Judges the name; two words of prose may be one name ("api key", "secret access key").
fn judge(detector: &Detector, line: View<'_>, start: usize, end: usize) -> Option<Name> {
    let bare = line.get(start, end).trim_matches(['.', '-', '$', '_']);
    let mut judged = detector.names.judge(bare);
    // `-Dname=value`, as Java and CMake take it.
    if let Some(defined) = bare.strip_prefix(['D', 'P']).filter(|_| line.at(start) == b'-') {
        let defined = detector.names.judge(defined);
        judged = if defined.strength > judged.strength { defined } else { judged };
    }
    if judged.strength < Strength::Strong && line.before(start) == b' ' && start >= 2 {
        let word = line.back(start - 1, &ALNUM);
        let before = line.get(word, start - 1);
        let names = [
            "api",
            "access",
            "secret",
            "private",
            "auth",
            "account",
            "bearer",
            "personal",
            "service",
            "master",
            "encryption",
            "signing",
            "license",
            "bot",
            "refresh",
            "app",
        ];
        // "the boomi key is x": a key of something.
        let of = judged.strength == Strength::Weak
            && judged.kind == "key"
            && names::is_noun(before)
            && bare.eq_ignore_ascii_case("key");
        if of {
            judged.compound = true;
        }
        if names.iter().any(|n| n.eq_ignore_ascii_case(before)) {
            let both = detector.names.judge(&format!("{before}_{bare}"));
            if both.strength > judged.strength {
                return Some(Name { start: word, end, judged: both });
            }
        }
    }
    (judged.strength > Strength::None).then_some(Name { start, end, judged })
}

fn read(line: View<'_>, name: Name, gap: Separator) -> Option<Value> {
    let at = gap.end;
    if let Some(value) = value::quoted(line, at) {
        // SQL's `PASSWORD 'x'`, but not "pass `x` to it".
        let telling = name.judged.kind == "password" || name.judged.compound;
        if gap.kind == Gap::Prose && (!telling || line.before(value.start) == b'`') {
            return Some(Value { form: Form::Remote, ..value });
        }
        let remote = matches!(gap.kind, Gap::Comma | Gap::Call)
            && values::is_wordlike(line.get(value.start, value.end));
        // `"{{ x | default('y') }}"`
        let template = line.get(value.start, value.end).starts_with("{{");
        let inner = template.then(|| fallback(line, value.start, value.end)).flatten();
        return (!remote).then_some(inner.unwrap_or(value));
    }
    let form = if gap.loose { Form::Loose } else { Form::Tight };
    match gap.kind {
        Gap::Comma | Gap::Call => None,
        Gap::Line => {
            let value = value::bare(line, at, Reach::Blank);
            let mixed = values::is_telling(line.get(value.start, value.end));
            mixed.then_some(Value { form: Form::Loose, ..value })
        }
        Gap::Tag => Some(tagged(line, at)),
        Gap::Flag => flag_value(line, at),
        Gap::Said | Gap::Cell => {
            Some(Value { form: Form::Said, ..value::bare(line, at, Reach::Item) })
        }
        Gap::Prose => {
            let near =
                line.text.get(name.start.saturating_sub(200)..name.start).unwrap_or_default();
            let netrc = near.contains("machine ") && near.contains("login ");
            let form = if netrc { Form::Loose } else { Form::Remote };
            // Cisco: `password 0 x`, `secret 5 x`.
            let level = line.at(at).is_ascii_digit() && line.at(at + 1) == b' ';
            let (at, form) = if level { (at + 2, Form::Said) } else { (at, form) };
            Some(Value { form, ..value::bare(line, at, Reach::Item) })
        }
        Gap::Assign => {
            if name.judged.kind == "password"
                && value::quoted(line, at).is_none()
                && let Some(value) = connection::value(line, name.start, at)
            {
                return Some(value);
            }
            let at = annotation(line, at).unwrap_or(at);
            if let Some(value) = value::quoted(line, at) {
                return Some(value);
            }
            let first = line.at(at);
            if (first == b'{' || first.is_ascii_alphabetic() || first == b'$')
                && let Some(value) = fallback(line, at, line.len())
            {
                return Some(value);
            }
            // `token: Bearer x`: the scheme is a word of its own.
            let at = at + header::scheme_word(line.rest(at));
            Some(Value { form, ..value::bare(line, at, reach(line, name, gap)) })
        }
    }
}

/// The whole of a wallet's seed, which is words: `seed_phrase: otter maple …` (BIP-39).
fn phrase(line: View<'_>, name: Name, value: Value) -> Value {
    static WORDS: Class = Class::of(LOWER).with(b" ");
    const MOST: usize = 256;
    if value.form == Form::Quoted || name.judged.kind != "password" {
        return value;
    }
    let end = line.run_within(value.start, &WORDS, MOST);
    let words = line.get(value.start, end).trim_end();
    let seed = matches!(words.split(' ').count(), 12 | 15 | 18 | 21 | 24);
    let seed = seed && words.split(' ').all(|word| (3..=8).contains(&word.len()));
    let end = value.start + words.len();
    if seed { Value { end, form: Form::Quoted, ..value } } else { value }
}

/// The text of an element, without the marks of CDATA.
fn tagged(line: View<'_>, at: usize) -> Value {
    const OPEN: &str = "<![CDATA[";
    if line.has_at(at, OPEN) {
        let start = at + OPEN.len();
        let end = line.rest(start).find("]]>").map_or(line.len(), |i| start + i);
        return Value { start, end, form: Form::Tight };
    }
    Value { form: Form::Tight, ..value::bare(line, at, Reach::Tag) }
}

/// What stands in for a value that is not set: `env.X || 'x'`, `{{ x | default('x') }}`,
/// `getenv("X", "x")`.
fn fallback(line: View<'_>, at: usize, end: usize) -> Option<Value> {
    const SIGNS: &[&str] = &["|| ", "?: ", "?? ", "default(", "default ", "default=", " or "];
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

/// Skips a type between name and value: `password: str = "x"`, `password: !Sub "x"`.
fn annotation(line: View<'_>, at: usize) -> Option<usize> {
    if line.at(at) == b'!' {
        let tag = at + 1 + usize::from(line.at(at + 1) == b'!');
        let end = line.run(tag, &NAME);
        return matches!(line.get(tag, end), "Sub" | "str" | "unsafe" | "literal" | "binary")
            .then(|| line.run(end, &BLANK));
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
    (named && line.at(sign) == b'=').then(|| line.run(sign + 1, &BLANK))
}

/// A string in a call that only makes another kind of string of it: `std::string("x")`,
/// `SecretStr("x")`.
fn wrapped(line: View<'_>, at: usize) -> Option<usize> {
    const MAKERS: &[&str] = &[
        "string",
        "qstringliteral",
        "qstring",
        "str",
        "bytes",
        "bytearray",
        "text",
        "secretstr",
        "secretstring",
        "secret",
        "securestring",
        "b64decode",
        "buffer.from",
        "nsstring",
        "std::string",
        "string.valueof",
        "string::from",
        "credentials",
    ];
    let reach = at + MAX_NAME;
    let open =
        (at..line.len().min(reach)).find(|&i| !NAME.has(line.at(i)) && line.at(i) != b':')?;
    if line.at(open) != b'(' || !matches!(line.at(open + 1), b'"' | b'\'') {
        return None;
    }
    let maker = line.get(at, open).to_ascii_lowercase();
    let ends = |name: &str| {
        maker.strip_suffix(name).is_some_and(|head| head.is_empty() || head.ends_with('.'))
    };
    MAKERS.iter().any(|name| ends(name)).then_some(open + 1)
}

fn reach(line: View<'_>, name: Name, gap: Separator) -> Reach {
    let before = line.before(name.start);
    let text = line.get(name.start, name.end);
    if matches!(before, b'?' | b'&') {
        Reach::Query
    } else if before == b';' && !gap.loose || is_connection_string(line, name) {
        Reach::Semicolon
    } else if !gap.loose
        && !gap.quoted
        && !text.bytes().any(|b| b.is_ascii_lowercase())
        && before != b'%'
    {
        Reach::Blank
    } else {
        Reach::Item
    }
}

/// `Server=x;User Id=y;Password=z;`, `AccountName=x;AccountKey=y;EndpointSuffix=z`
fn is_connection_string(line: View<'_>, name: Name) -> bool {
    let head = line.text.get(name.start.saturating_sub(256)..name.start).unwrap_or_default();
    let head = head.trim_end();
    head.ends_with(';') && head.contains('=')
}

/// The value of `--password x`; a usage line (`--password PASSWORD`, `--token <token>`) has none.
fn flag_value(line: View<'_>, at: usize) -> Option<Value> {
    if line.at(at) == b'-' {
        return None;
    }
    let reach = if line.before(at.saturating_sub(1)) == b',' { Reach::Item } else { Reach::Blank };
    let value = value::bare(line, at, reach);
    let text = line.get(value.start, value.end);
    let next = line.run(value.end, &BLANK);
    let last =
        next >= line.len() || matches!(line.at(next), b'-' | b'"' | b'\'' | b'|' | b'>' | b'&');
    let wordy = text.bytes().all(|b| b.is_ascii_alphabetic() || b"_-.".contains(&b));
    let shouted = text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b == b']');
    if shouted || (wordy && !last) {
        return None;
    }
    Some(Value { form: Form::Loose, ..value })
}

/// "password: please enter it" is prose, "password: hunter" at the end of a line is not.
fn is_prose(line: View<'_>, name: Name, gap: Separator, value: Value) -> bool {
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

/// Every quoted string of `"api_keys": ["a", "b"]`.
fn list(detector: &Detector, line: View<'_>, name: Name, at: usize, found: &mut Vec<Found>) {
    let mut i = at + 1;
    while i < line.len() {
        i = line.run(i, &BLANK);
        let Some(value) = value::quoted(line, i) else { return };
        let text = line.get(value.start, value.end);
        if values::is_secret(text, Form::Quoted, name.judged, &detector.names)
            && !values::is_wordlike(text)
        {
            // Each item stands for itself: the one before it is no part of the evidence.
            found.push(Found { from: value.start, ..found_value(line, name, value) });
        }
        i = value.end + 1;
        i += usize::from(line.at(i - 1) == b'\\');
        i = line.run(i, &BLANK);
        if line.at(i) != b',' {
            return;
        }
        i += 1;
    }
}
