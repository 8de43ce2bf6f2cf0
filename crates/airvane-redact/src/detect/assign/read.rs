//! Reads what stands behind a name: how far it reaches depends on the sign and the surroundings.

use super::{
    account,
    gap::{Gap, Separator, code},
    literal,
};
use crate::{
    detect::{
        address::connection,
        command::device,
        header,
        name::{MAX_NAME, Name},
        value::{self, Reach, Value},
    },
    entropy,
    names::{self, Strength},
    values::{self, Form},
    view::{BLANK, Class, LOWER, NAME, View},
};

/// The value behind a name, if one can stand there.
pub(super) fn value(line: View<'_>, name: Name, gap: Separator) -> Option<Value> {
    let at = gap.end;
    if let Some(value) = value::quoted(line, at).map(|value| literal::joined(line, value)) {
        return string(line, name, gap, value);
    }
    match gap.kind {
        Gap::Comma | Gap::Call => None,
        Gap::Line => alone(line, name, at),
        Gap::Tag => Some(tagged(line, at)).filter(|value| is_tag(line, name, gap, *value)),
        Gap::Flag => flag_value(line, at).filter(|_| !takes_none(line, name)),
        Gap::Said | Gap::Cell => {
            // MySQL draws signs that end other values.
            let drawn = line.behind(at, MAX_NAME).rsplit(". ").next();
            let drawn = drawn.is_some_and(|sentence| {
                sentence.contains("generated for ") && !sentence.contains('<')
            });
            let reach = if drawn { Reach::Blank } else { Reach::Item };
            let value = value::bare(line, at, reach);
            // What is drawn so is no code.
            let form = if drawn {
                Form::Quoted
            } else if is_of_the_user(line, name, value) || account::is_of_user(line, name, value) {
                Form::Loose
            } else {
                Form::Said
            };
            Some(Value { form, ..value })
        }
        Gap::Prose => Some(told(line, name, at)),
        Gap::Assign => Some(assigned(line, name, gap)),
    }
}

/// A value in quotes.
fn string(line: View<'_>, name: Name, gap: Separator, value: Value) -> Option<Value> {
    // A string as code in a page: `"x"` between backticks.
    if line.before(value.start) == b'`'
        && let Some(inner) = value::quoted(line, value.start)
        && inner.start > value.start
        && inner.end + 1 == value.end
    {
        return string(line, name, gap, inner);
    }
    // SQL's `PASSWORD 'x'`, but not "pass `x` to it".
    let shouted = line.get(name.start, name.end) == "SECRET" && line.at(gap.end) == b'\'';
    let telling = name.judged.kind == "password" || name.judged.compound || shouted;
    let text = line.get(value.start, value.end);
    // A tag of Go: `Password string `json:"password"``; an alias: `"--password", "-p"`.
    let tag = line.before(value.start) == b'`' && text.contains(":\"");
    // reStructuredText's names of code.
    let code = line.behind(value.start, 2) == "``"
        && name.judged.kind != "password"
        && !values::is_service_key(text);
    if tag || code || gap.kind == Gap::Flag && text.starts_with('-') && text.len() < 3 {
        return None;
    }
    // `lookup('password', '/dev/null chars=x')`
    if gap.kind == Gap::Comma && text.starts_with('/') && text.contains(' ') {
        return None;
    }
    if gap.kind == Gap::Prose && name.is(line, "secret") && !shouted && is_label(text) {
        return None;
    }
    let drawn = text.bytes().any(|b| b.is_ascii_digit()) && values::is_telling(text);
    // "username `admin` and password `x`"
    let beside = name.judged.kind == "password"
        && line.behind(name.start, MAX_NAME).contains("user")
        && !text.contains(' ');
    let told =
        line.before(value.start) == b'`' && !(name.judged.kind == "password" && (drawn || beside));
    // "expected token 'x' but got None"
    let telling = telling || name.judged.kind == "token" && values::is_service_key(text);
    if gap.kind == Gap::Prose && (!telling || told) {
        return Some(Value { form: Form::Remote, ..value });
    }
    let remote = matches!(gap.kind, Gap::Comma | Gap::Call)
        && values::is_wordlike(text)
        && (gap.kind == Gap::Comma && is_sentence(name, text) || !is_sure(line, name, gap, value));
    // `"{{ x | default('y') }}"`
    let template = line.get(value.start, value.end).starts_with("{{");
    let inner = template.then(|| literal::fallback(line, value.start, value.end)).flatten();
    let inner = inner.or_else(|| literal::default(line, value));
    (!remote).then_some(inner.unwrap_or(value))
}

/// The one word behind a name where nothing else is in the line.
fn alone(line: View<'_>, name: Name, at: usize) -> Option<Value> {
    let value = value::unbracketed(line, value::bare(line, at, Reach::Blank));
    // Tcl's `set password {x}`.
    let braced = line.at(at) == b'{' && line.before(value.end) == b'}';
    if braced && line.get(0, name.start).trim() == "set" {
        return Some(Value { start: at + 1, end: value.end - 1, form: Form::Loose });
    }
    let text = line.get(value.start, value.end);
    // keepalived's `auth_pass x` in a block and properties' `db.password  x`: nothing but its
    // password.
    let block = matches!(line.at(0), b' ' | b'\t') && name.text(line).contains("auth_");
    let property = name.start == 0 && name.text(line).contains('.');
    let shell = line.has_at(0, "env ")
        || line.has_at(0, "setenv ")
        || matches!(name.text(line), "requirepass" | "masterauth" | "bindpw");
    let named =
        (block || property || shell) && name.judged.kind == "password" && !is_sentence(name, text);
    (named || values::is_telling(text)).then_some(Value { form: Form::Loose, ..value })
}

/// The word behind a name in prose.
fn told(line: View<'_>, name: Name, at: usize) -> Value {
    let near = line.text.get(name.start.saturating_sub(200)..name.start).unwrap_or_default();
    let head = line.text.trim_start();
    let begins = head.starts_with("login ") || head.starts_with("default login ");
    let netrc = near.contains("login ") && (near.contains("machine ") || begins);
    // debconf's `package/root_password password x`
    let typed = line.before(name.start) == b'/' && line.has_at(at, "password ");
    // Cisco: `password 0 x`, `secret 5 x`.
    let begin = if typed { at + "password ".len() } else { device::coding(line, at) };
    let value = value::bare(line, begin, Reach::Item);
    let cipher =
        ["cipher ", "irreversible-cipher ", "simple "].iter().any(|how| line.has_at(at, how));
    let last = line.rest(value.end).trim().is_empty();
    let coded = begin > at && values::is_telling(line.get(value.start, value.end));
    let ends = || name.judged.kind == "password" && device::ends(line, name.start, value);
    let form = match () {
        () if cipher && last => Form::Literal,
        () if netrc || coded || typed || account::is_configured(line, name, value) => Form::Loose,
        () if account::is_of_user(line, name, value) => Form::Loose,
        () if ends() || is_made(line, name) => Form::Said,
        () => Form::Remote,
    };
    Value { form, ..value }
}

/// What stands behind a sign.
fn assigned(line: View<'_>, name: Name, gap: Separator) -> Value {
    let (at, form) = (gap.end, if gap.loose { Form::Loose } else { Form::Tight });
    if name.judged.kind == "password"
        && value::quoted(line, at).is_none()
        && let Some(value) = connection::value(line, name.start, at)
    {
        return value;
    }
    let at = literal::annotation(line, at).unwrap_or(at);
    if line.get(gap.end.saturating_sub(3), gap.end).eq_ignore_ascii_case("%3d") {
        return encoded(line, at);
    }
    if let Some(value) = value::quoted(line, at) {
        return value;
    }
    if let Some(value) = literal::argument(line, at) {
        return value;
    }
    let first = line.at(at);
    if (first == b'{' || first.is_ascii_alphabetic() || first == b'$')
        && let Some(value) = literal::fallback(line, at, line.len())
    {
        return value;
    }
    // `git diff --word-diff`: `password = [-x-]{+y+}`.
    if line.has_at(at, "[-")
        && let Some(end) = line.rest(at).find("-]").map(|i| at + i)
    {
        return Value { start: at + 2, end, form };
    }
    // `token: Bearer x`: the scheme is a word of its own.
    let at = at + header::scheme_word(line.rest(at));
    if line.at(at) == b'[' {
        let value = value::unbracketed(line, value::bare(line, at, Reach::Blank));
        let telling = values::is_telling(line.get(value.start, value.end));
        let alone = matches!(line.at(value.end + 1), 0 | b' ' | b',');
        if value.start > at && alone && (telling || name.judged.kind == "password") {
            return Value { form, ..value };
        }
    }
    let value = value::bare(line, at, reach(line, name, gap));
    let end = if gap.loose { signed(line, name, value) } else { value.end };
    Value { end, form, ..value }
}

/// Whether the code around them says that a word is the name's value: a call sets it, or it stands in
/// for what is not given.
fn is_sure(line: View<'_>, name: Name, gap: Separator, value: Value) -> bool {
    const ELSE: &[&str] = &["|| ", "?? ", "?: ", ") or "];
    if gap.kind == Gap::Call {
        let verbs = names::has_word(name.text(line), &["set", "with"]);
        let only = line.at(value.end + 1) == b')' || line.has_at(value.end + 1, ".getbytes(");
        let typed = [".send_keys", ".fill", ".type", ".setValue", ".val"];
        let typed = typed.iter().any(|method| name.text(line).ends_with(method));
        let sets = verbs || typed || name.text(line).starts_with('.');
        let key = verbs && name.judged.strength == Strength::Strong;
        return (name.judged.kind == "password" || key) && only && sets;
    }
    let between = line.get(name.end, value.start);
    let given = code::sets(line, name.start) || ELSE.iter().any(|sign| between.contains(sign));
    given && name.judged.strength == Strength::Strong
}

/// "password for the ro user is orchid, …": the word that ends a part of a sentence.
fn is_of_the_user(line: View<'_>, name: Name, value: Value) -> bool {
    let between = line.get(name.end, value.start);
    let user = between.starts_with(" for ") && between.ends_with(" user is ");
    let ends = matches!(line.at(value.end), 0 | b'.' | b',' | b')' | b';');
    name.judged.kind == "password" && user && ends
}

/// Whether a sentence says before "password" which one follows: "falling back to default password x".
fn is_made(line: View<'_>, name: Name) -> bool {
    const HOW: &[&str] = &[
        "default ",
        "temporary ",
        "initial ",
        "generated ",
        "new ",
        "old ",
        "current ",
        "legacy ",
    ];
    let head = line.behind(name.start, 16);
    name.judged.kind == "password" && HOW.iter().any(|how| head.ends_with(how))
}

/// Too short for a value, or a sentence; a key may be words.
fn is_sentence(name: Name, text: &str) -> bool {
    text.len() < 3 || text.contains(' ') && name.judged.kind != "key"
}

/// The name of an object of Kubernetes (RFC 1123), of words: `secret "airflow-fernet-7f8a" not found`.
fn is_label(text: &str) -> bool {
    let label = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
    let word = |part: &str| part.len() >= 4 && part.bytes().all(|b| b.is_ascii_lowercase());
    text.contains('-')
        && text.bytes().all(label)
        && text.split('-').any(word)
        && !entropy::is_uuid(text)
}

/// The whole of a wallet's seed, which is words: `seed_phrase: otter maple …` (BIP-39).
pub(super) fn phrase(line: View<'_>, name: Name, value: Value) -> Value {
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

/// Whether what looks like a tag is one: "AUTH <password> signs in" has a place for a value, and
/// `Option<Token>` a type.
fn is_tag(line: View<'_>, name: Name, gap: Separator, value: Value) -> bool {
    let closed = matches!(line.get(value.end, value.end + 2), "</" | "<\\" | "]]");
    let open = name.start.checked_sub(1).map_or(0, |tag| line.before(tag));
    closed || !gap.loose && !open.is_ascii_alphanumeric()
}

/// End of a password in which a sign stands that ends other values: `password: p&ss,word7`. Where
/// it separates items, another name follows.
fn signed(line: View<'_>, name: Name, value: Value) -> usize {
    static OTHERS: Class = Class::of(b" \t\"'`:=<>[]{}()\\|");
    if name.judged.kind != "password" || !matches!(line.at(value.end), b'&' | b',' | b';') {
        return value.end;
    }
    let reach = line.len().min(value.end + MAX_NAME);
    let end = (value.end..reach).find(|i| OTHERS.has(line.at(*i))).unwrap_or(reach);
    let text = line.get(value.start, end).trim_end_matches([',', ';', '&', '.']);
    let whole = matches!(line.at(end), 0 | b' ' | b'\t');
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    if whole && digits { value.start + text.len() } else { value.end }
}

/// What a value was changed to, or stands in for it: `password = "x" -> "y"`, `dev ? "x" : "y"`.
pub(super) fn changed(line: View<'_>, old: Value) -> Option<Value> {
    const SIGNS: &[&str] = &[" -> ", " => ", " → ", " : ", " else ", " to ", " with "];
    const ADDED: &str = "-]{+";
    if line.has_at(old.end, ADDED) {
        let start = old.end + ADDED.len();
        let end = start + line.rest(start).find("+}")?;
        return Some(Value { start, end, form: old.form });
    }
    let end = old.end + usize::from(old.form == Form::Quoted);
    let sign = SIGNS.iter().find(|sign| line.has_at(end, sign))?;
    let at = end + sign.len();
    let new = if old.form == Form::Quoted {
        value::quoted(line, at)?
    } else {
        Value { form: old.form, ..value::bare(line, at, Reach::Item) }
    };
    let text = line.get(new.start, new.end);
    // "login with password 'x' to 'db01.internal'"
    let host = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-:".contains(&b);
    let place = *sign == " to " && text.bytes().all(host) && text.contains(['.', ':']);
    // Neo4j's `SET PASSWORD FROM 'x' TO 'y'`
    let set = line.behind(old.start, MAX_NAME).to_ascii_lowercase().ends_with("password from '");
    ((set || values::is_telling(text)) && !values::is_placeholder(text) && !place).then_some(new)
}

/// `password%3Dx%26y`: the value of a query in a query.
fn encoded(line: View<'_>, at: usize) -> Value {
    let value = value::bare(line, at, Reach::Query);
    let text = line.get(value.start, value.end);
    let sign = ["%26", "%3B", "%3b", "%22", "%27"].iter().filter_map(|sign| text.find(sign)).min();
    let end = sign.map_or(value.end, |i| value.start + i);
    Value { end, ..value }
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

/// Whether nothing follows a flag: `--password-stdin`, `--no-password`; `--password` of these
/// commands asks for it.
fn takes_none(line: View<'_>, name: Name) -> bool {
    const ASKING: &[&str] = &["mysql ", "mysqldump ", "mysqladmin ", "psql ", "pg_dump "];
    let flag = name.text(line);
    let asks = ["--no-", "--skip-", "--ask"].iter().any(|head| flag.starts_with(head));
    // macOS' `dscl . -passwd /Users/bob x`: the user stands between.
    let user = flag == "-passwd" && line.get(0, name.start).contains("dscl ");
    // `pulumi config set --secret name x`
    let setting = flag == "--secret" && line.get(0, name.start).contains("config set ");
    asks || user
        || setting
        || flag.ends_with("-stdin")
        || ASKING.iter().any(|command| line.behind(name.start, MAX_NAME).contains(command))
}

/// The value of `--password x`; a usage line (`--password PASSWORD`, `--token <token>`) has none.
fn flag_value(line: View<'_>, at: usize) -> Option<Value> {
    // `add_argument("--password", required=True)`
    let argument = line.run_within(at, &NAME, MAX_NAME);
    let listed = line.behind(at, 2).starts_with(',') || line.before(at) == b',';
    let named = listed && argument > at && line.at(argument) == b'=';
    if named || matches!(line.at(at), b'-' | b'(') {
        return None;
    }
    let reach = if line.before(at.saturating_sub(1)) == b',' { Reach::Item } else { Reach::Blank };
    let value = value::bare(line, at, reach);
    let inner = value::unbracketed(line, value);
    if inner.start > at && values::is_telling(line.get(inner.start, inner.end)) {
        return Some(Value { form: Form::Loose, ..inner });
    }
    let text = line.get(value.start, value.end);
    let next = line.run(value.end, &BLANK);
    let last = next >= line.len()
        || matches!(line.at(next), b'-' | b'"' | b'\'' | b'`' | b'|' | b'<' | b'>' | b'&' | b'\\');
    let wordy = text.bytes().all(|b| b.is_ascii_alphabetic() || b"_-.".contains(&b))
        && !entropy::looks_random(text, 12)
        && !(text.len() >= 12 && values::is_cased(text));
    let shouted = text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b == b']');
    let placeholder = shouted && (text.len() < 16 || text.contains('_'));
    if placeholder || wordy && !last && !is_in_command(line, at) {
        return None;
    }
    Some(Value { form: Form::Loose, ..value })
}

/// Whether a flag whose argument is at `at` stands among others that have theirs, as in no sentence:
/// `airflow connections add --conn-login etl --conn-password x warehouse`.
fn is_in_command(line: View<'_>, at: usize) -> bool {
    const REACH: usize = 160;
    let mut words = line.behind(at, REACH).split_whitespace().rev().skip(1);
    let (argument, flag) = (words.next(), words.next());
    argument.is_some_and(|word| !word.starts_with('-') && !matches!(word, "and" | "or"))
        && flag.is_some_and(|word| word.starts_with("--") && !word.contains('='))
}
