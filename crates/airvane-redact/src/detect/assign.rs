//! Values that a name gives away: JSON, Python repr, `k=v`, YAML, query strings, `--flag value`,
//! environment dumps, XML, headers, calls, and prose such as "the password is x".

use super::{
    Detector, Found, account, call,
    gap::{Gap, Separator, separator},
    header, list, pair, read,
    value::{self, Value},
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
pub(super) struct Name {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) judged: Judgement,
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
        reversed(detector, line, start, end, found);
        before(detector, line, start, end, found);
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
/// line break and a name, but `C:\token` a name only; `%3BPWD` is a semicolon and a name.
fn behind_escape(detector: &Detector, line: View<'_>, start: usize, end: usize) -> usize {
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
    let listed = line.at(gap.end) == b'[';
    if header::is_header(line.get(name.start, name.end)) && gap.kind == Gap::Assign && !listed {
        header::detect(line, name.start, name.judged.kind, gap.end, found);
        return;
    }
    if gap.kind == Gap::Call
        && name.judged.kind == "password"
        && let Some(value) = call::set(line, line.get(name.start, name.end), gap.end)
    {
        found.push(found_value(line, name, value));
        return;
    }
    if gap.kind == Gap::Call && fetches(line.get(name.start, name.end)) {
        return;
    }
    // `Credentials("bob", "x")`: the first is no secret.
    if gap.kind == Gap::Call
        && name.judged.kind == "credential"
        && value::quoted(line, gap.end).is_some_and(|first| {
            line.at(first.end + 1) == b','
                && !entropy::looks_random(line.get(first.start, first.end), 16)
        })
    {
        return;
    }
    let strings = value::quoted(line, line.run(gap.end + 1, &BLANK)).is_some();
    if line.at(gap.end) == b'(' && gap.kind == Gap::Assign && strings {
        pair(line, name, gap.end, found);
        return;
    }
    if line.at(gap.end) == b'{' && gap.kind == Gap::Assign && strings {
        pair(line, name, gap.end, found);
    }
    if line.at(gap.end) == b'[' && strings {
        list::list(detector, line, name.judged, gap.end, found);
        return;
    }
    if line.at(gap.end) == b'{' && strings {
        list::object(detector, line, name.judged, gap.end, found);
        return;
    }
    if line.at(gap.end) == b'{'
        && gap.kind == Gap::Assign
        && list::flow(line, name.judged, gap.end, found)
    {
        return;
    }
    if name.judged.kind == "credential"
        && matches!(gap.kind, Gap::Assign | Gap::Said | Gap::Prose)
        && let Some(value) = account::beside(line, gap.end)
    {
        found.push(found_value(line, name, value));
        return;
    }
    let prose = matches!(gap.kind, Gap::Prose | Gap::Said);
    // "pass is x", but not "pass to x".
    let passes =
        gap.kind == Gap::Said && name.judged.kind == "password" && line.has_at(name.end, " is ");
    // A name that says little says nothing in prose, whatever follows.
    let little = name.judged.strength < Strength::Medium && !name.judged.compound;
    let is_key = || line.get(name.start, name.end).eq_ignore_ascii_case("key");
    if prose && little && !passes && !is_key() {
        return;
    }
    let Some(value) = read::value(line, name, gap) else { return };
    let value = read::phrase(line, name, value);
    let text = line.get(value.start, value.end);
    let passes = passes && values::is_telling(text);
    if prose && !passes && !speaks(line, name, text) {
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
        let value = value::whole(line, value);
        found.push(found_value(line, name, value));
        // Between the two stands what the name says nothing of.
        let changed = read::changed(line, value);
        found.extend(changed.map(|new| Found { from: new.start, ..found_value(line, name, new) }));
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

/// "x is the root password": the value before its name.
fn before(detector: &Detector, line: View<'_>, start: usize, end: usize, found: &mut Vec<Found>) {
    if line.before(start) != b' ' {
        return;
    }
    let Some(value) = account::ahead(line, start) else { return };
    let password = judge(detector, line, start, end)
        .filter(|name| name.judged.kind == "password" && name.judged.strength == Strength::Strong);
    if let Some(name) = password.filter(|_| !line.get(start, end).eq_ignore_ascii_case("pass")) {
        found.push(Found { from: value.start, ..found_value(line, name, value) });
    }
}

/// `{"value": "x", "name": "DB_PASSWORD"}`: the value before its name.
fn reversed(
    detector: &Detector,
    line: View<'_>,
    start: usize,
    end: usize,
    found: &mut Vec<Found>,
) -> Option<()> {
    if line.before(start) != b'"' {
        return None;
    }
    let value = pair::value_before(line, start)?;
    let judged = judge(detector, line, start, end)?.judged;
    let text = line.get(value.start, value.end);
    if values::is_secret(text, Form::Quoted, judged, &detector.names) {
        let (start, end) = (value.start, value.end);
        found.push(Found { start, end, kind: judged.kind, from: start, named: true });
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
    if matches!(line.at(value.end + 1), b')' | b'}')
        && text.len() >= 3
        && !values::is_placeholder(text)
    {
        found.push(Found { from: value.start, ..found_value(line, name, value) });
    }
}

/// Whether prose may follow the name: "pass" is a verb there, and a name that says little says
/// nothing.
fn speaks(line: View<'_>, name: Name, text: &str) -> bool {
    let keyed = name.judged.compound && values::is_service_key(text);
    let verb = line.get(name.start, name.end).eq_ignore_ascii_case("pass");
    // "user 'bob' pass 'x'"
    let string = matches!(line.at(name.end + 1), b'"' | b'\'')
        && text.bytes().any(|b| b.is_ascii_digit())
        && values::is_telling(text);
    (name.judged.strength >= Strength::Medium || keyed) && (!verb || string)
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
    // `password.equals("x")`
    let bare = [".equals", ".equalsIgnoreCase", ".set", ".val", ".value", ".send_keys", ".fill"]
        .iter()
        .find_map(|method| bare.strip_suffix(method))
        .unwrap_or(bare);
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
            "pragma",
            "recovery",
            "unlock",
            "wpa",
            "wpa2",
            "wifi",
            "fi",
            "verification",
            "door",
            "backup",
            "security",
            "time",
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
