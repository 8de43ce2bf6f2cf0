//! What stands between a name and its value: signs, an element's tag, a comma in a call, a flag's
//! blank, words of prose.

use super::assign::MAX_NAME;
use crate::view::{BLANK, Class, DIGIT, LOWER, NAME, UPPER, View};

/// What stands between a name and its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gap {
    /// `=`, `:`, `=>`, `:=`
    Assign,
    /// `<name>`
    Tag,
    /// `", "` in a call or tuple
    Comma,
    /// `--name value`, `--name, value`
    Flag,
    /// `name(` of a call
    Call,
    /// `| name | value |`
    Cell,
    /// `NAME value` where nothing else is in the line, or behind `ENV`
    Line,
    /// "is", "was"
    Said,
    /// A mere blank
    Prose,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Separator {
    pub(super) kind: Gap,
    /// Whether blanks surround it.
    pub(super) loose: bool,
    /// Whether the name is in quotes.
    pub(super) quoted: bool,
    /// Where the value starts.
    pub(super) end: usize,
}

/// What stands behind the name `start..end`, if a value can follow it.
pub(super) fn separator(line: View<'_>, start: usize, end: usize) -> Option<Separator> {
    let mut i = end;
    let slashes = line.slashes(i);
    let quoted = matches!(line.at(i + slashes), b'"' | b'\'' | b'`');
    if quoted {
        i += slashes + 1;
    } else if line.has_at(i, "&quot;") {
        i += 6;
    }
    let open = line.before(start);
    if matches!(line.at(i), b']' | b')') && (quoted || matches!(open, b'[' | b'(')) {
        i += 1;
    }
    if let Some(end) = element(line, start, i, quoted) {
        return Some(Separator { kind: Gap::Tag, loose: false, quoted, end });
    }
    // C++: `token{"x"}`.
    if !quoted && line.at(i) == b'{' && line.at(i + 1) == b'"' {
        return Some(Separator { kind: Gap::Assign, loose: false, quoted, end: i + 1 });
    }
    // Elixir and Clojure: `{:password, "x"}`.
    if !quoted && open == b':' && line.at(i) == b',' && line.at(line.run(i + 1, &BLANK)) == b'"' {
        let end = line.run(i + 1, &BLANK);
        return Some(Separator { kind: Gap::Assign, loose: true, quoted, end });
    }
    if !quoted && line.at(i) == b'(' && matches!(line.at(i + 1), b'"' | b'\'') {
        return Some(Separator { kind: Gap::Call, loose: false, quoted, end: i + 1 });
    }
    let blank = line.run(i, &BLANK);
    if !quoted && let Some(end) = declared(line, i, blank) {
        return Some(Separator { kind: Gap::Assign, loose: true, quoted, end });
    }
    let make = |kind, after: usize| {
        let end = line.run(after, &BLANK);
        Some(Separator { kind, loose: end > after, quoted, end })
    };
    let rest = line.rest(blank);
    if let Some((kind, length)) = sign(rest) {
        return make(kind?, blank + length);
    }
    if rest.starts_with('|') && line.get(start.saturating_sub(3), start).contains('|') {
        return make(Gap::Cell, blank + 1);
    }
    // `[--token, x]`, `['--password', 'x']`
    let field = || value_field(line, line.run(blank + 1, &BLANK)).is_some();
    if rest.starts_with(',') && !field() && (line.at(start) == b'-' || line.before(start) == b'-') {
        return make(Gap::Flag, blank + 1);
    }
    // `admin password - x`, `password ---- x`
    let dashes = rest.bytes().take_while(|b| *b == b'-').count();
    if dashes > 0 && blank > i && !quoted && BLANK.has(line.at(blank + dashes)) {
        return make(Gap::Said, blank + dashes);
    }
    // `{"name": "DB_PASSWORD", "value": "x"}`, `<add key="ApiKey" value="x"/>`
    if quoted {
        let after = line.run(blank + usize::from(rest.starts_with(',')), &BLANK);
        if let Some(value) = value_field(line, after) {
            return make(Gap::Assign, value);
        }
        if rest.starts_with(',') {
            return make(Gap::Comma, blank + 1);
        }
        return None;
    }
    if blank == i {
        return None;
    }
    if line.before(start) == b'-' || line.at(start) == b'-' {
        // What a mask ends before was one word with it: no flag.
        return if line.before(start) == b']' { None } else { make(Gap::Flag, blank) };
    }
    let (kind, after) = spoken(line, start, blank)?;
    make(kind, after)
}

/// Where the value of a declaration begins, whose type stands between name and sign: Go's `password
/// string = "x"`, C's `password[] = "x"`, C#'s `Password { get; set; } = "x"`, Rust's and
/// TypeScript's `password: &str = "x"`. Only a string counts.
fn declared(line: View<'_>, end: usize, blank: usize) -> Option<usize> {
    static TYPE: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_.&'<>[]?| :");
    const TYPES: &[&str] = &["string", "String", "str", "text", "[]byte", "char"];
    const MAX_TYPE: usize = 40;
    let sign = match line.at(blank) {
        b'[' if blank == end => line.run_within(end, &TYPE, MAX_TYPE),
        b'{' if line.has_at(blank, "{ get;") => line
            .run(blank + line.get(blank, line.len().min(blank + MAX_TYPE)).find('}')? + 1, &BLANK),
        b':' => line.run_within(blank + 1, &TYPE, MAX_TYPE),
        _ => {
            let kind = TYPES.iter().find(|kind| blank > end && line.has_at(blank, kind))?;
            line.run(blank + kind.len(), &BLANK)
        }
    };
    let value = line.run(sign + 1, &BLANK);
    // One word, or Rust's `&'static str`; `Digest username="x"` is a header's.
    let kind = line.get(blank + 1, sign).trim();
    let single_word = !kind.contains(' ') || kind.starts_with('&') || line.at(blank) == b'{';
    let single = line.at(sign) == b'=' && !matches!(line.at(sign + 1), b'=' | b'>' | b'~');
    (single
        && single_word
        && sign > blank + 1
        && matches!(line.at(value), b'"' | b'\'' | b'r' | b'`'))
    .then_some(value)
}

/// A sign at the beginning of `rest` and its length; a sign that divides a path gives no kind.
fn sign(rest: &str) -> Option<(Option<Gap>, usize)> {
    const SIGNS: &[&str] = &[
        "===",
        "==",
        "=>",
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
        "->",
        "<-",
        "As String =",
        "as String =",
    ];
    let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
    if *sign != "::" {
        return Some((Some(Gap::Assign), sign.len()));
    }
    // `X ::= y` is an assignment, and so is LDIF's `userPassword:: y`; `a::b` is a path.
    let colons = rest.bytes().take_while(|b| *b == b':').count();
    let assigned = matches!(rest.as_bytes().get(colons), Some(b'=' | b' '));
    Some((assigned.then_some(Gap::Assign), colons + 1))
}

/// Words, or a mere blank, between a name and what follows at `blank`.
fn spoken(line: View<'_>, start: usize, blank: usize) -> Option<(Gap, usize)> {
    if is_line(line, start, blank) {
        return Some((Gap::Line, blank));
    }
    for word in ["is: ", "is ", "are ", "was ", "as ", "to "] {
        if line.has_at(blank, word) {
            return Some((Gap::Said, blank + word.len()));
        }
    }
    // "the password for the new account is: x"
    let ahead = line.rest(blank);
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b" \"'`_.@".contains(b);
    let aside = ahead.bytes().take(64).take_while(plain).count();
    for word in [" set to ", " changed to ", " reset to "] {
        if let Some(at) = ahead.get(..aside).and_then(|words| words.find(word)) {
            return Some((Gap::Said, blank + at + word.len()));
        }
    }
    if let Some(is) = ahead.get(..aside).and_then(|words| words.find(" is")) {
        let after = blank + is + 3;
        if line.at(after) == b':' || line.at(after) == b' ' {
            return Some((Gap::Said, after + 1));
        }
    }
    // "token used: x", "access token (expires in 1 h): x"
    let few =
        ahead.bytes().take(40).take_while(|b| b.is_ascii_alphanumeric() || b" ()-'".contains(b));
    let few = blank + few.count();
    if line.has_at(few, ": ") && line.get(blank, few).split(' ').count() <= 4 {
        return Some((Gap::Said, few + 1));
    }
    // "secret value x"
    for word in ["value ", "used ", "string "] {
        if line.has_at(blank, word) {
            return Some((Gap::Said, blank + word.len()));
        }
    }
    // "password for root: x"
    let owner = ["for ", "of "].iter().find(|word| line.has_at(blank, word));
    if let Some(owner) = owner {
        let end = line.run_within(blank + owner.len(), &NAME, MAX_NAME);
        if line.at(end) == b':' {
            return Some((Gap::Said, end + 1));
        }
    }
    // `GET /secrets HTTP/1.1`: part of a path, not a word. `:db-password "x"` is Clojure's.
    let keyword = line.before(start) == b':' && line.at(blank) == b'"';
    let word = keyword || matches!(line.before(start), 0 | b' ' | b'\t' | b'(' | b'"' | b'\'');
    word.then_some((Gap::Prose, blank))
}

/// `<name>`, `<ns:name attribute="x">`, `<entry key="name">`: where the element's text begins.
fn element(line: View<'_>, start: usize, end: usize, quoted: bool) -> Option<usize> {
    static TAG: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-.:");
    if line.before(start) == b'>' && line.has_at(end, "</") {
        return sibling(line, end);
    }
    if quoted {
        // The name is an attribute's value; its element must open before it.
        if value_field(line, line.run(end, &BLANK)).is_some() {
            return None; // `name="token" value="x">`
        }
        let head = line.get(start.saturating_sub(MAX_NAME), start);
        let tag = head.get(head.rfind('<')?..)?;
        // Other attributes may follow, and .NET's settings have one more element.
        let attributes = line.rest(end).bytes().take(MAX_NAME);
        let close = end + attributes.take_while(|b| !matches!(b, b'>' | b'<' | b'/')).count();
        let opens = line.at(close) == b'>' && (line.at(end) == b' ' || close == end);
        let value = close + 1 + if line.has_at(close + 1, "<value>") { 7 } else { 0 };
        return (opens && !tag.contains('>') && tag.contains('=')).then_some(value);
    }
    let open = line.back_within(start, &TAG, MAX_NAME);
    // `<user>:<password>@host` are places in an address.
    let placed =
        open.checked_sub(1).is_some_and(|open| line.before(open) == b':') && line.has_at(end, ">@");
    if line.before(open) != b'<' || placed {
        return None;
    }
    // `<token value="x"/>`
    if let Some(value) = value_field(line, line.run(end, &BLANK)).filter(|_| line.at(end) == b' ') {
        return Some(value);
    }
    let attributes = line.rest(end).bytes().take(MAX_NAME);
    let inside = attributes.take_while(|b| !matches!(b, b'>' | b'<' | b'/')).count();
    let bare = inside == 0 || line.at(end) == b' ';
    (bare && line.at(end + inside) == b'>').then_some(end + inside + 1)
}

/// `<key>name</key><string>`, `<name>name</name><value>`: where the text of the next element
/// begins.
fn sibling(line: View<'_>, end: usize) -> Option<usize> {
    let near = line.get(end, line.len().min(end + MAX_NAME));
    let next = line.run(end + near.find('>')? + 1, &BLANK);
    let tags = ["<string>", "<value>"];
    tags.iter().find(|tag| line.has_at(next, tag)).map(|tag| next + tag.len())
}

/// Whether a name and the one word behind it are all there is in the line, as in `requirepass x`,
/// or follow `ENV` or `ARG` of a Dockerfile, `setx`, `def` or `git config`.
fn is_line(line: View<'_>, start: usize, value: usize) -> bool {
    let head = line.get(0, start).trim_start();
    let rest = line.rest(value).trim_end().trim_end_matches(';');
    let alone = head.is_empty() && !rest.is_empty() && !rest.contains(' ');
    let words = ["ENV ", "ARG ", "setx ", "(def ", "(define ", "set "];
    let set = words.iter().any(|word| head.ends_with(word)) || head.contains(" config");
    alone || set && !rest.contains(' ')
}

/// After `"name": "DB_PASSWORD", `: the end of `"value":`, if that is what follows.
pub(super) fn value_field(line: View<'_>, at: usize) -> Option<usize> {
    let slashes = line.slashes(at);
    let open = at + slashes + usize::from(matches!(line.at(at + slashes), b'"' | b'\''));
    let field = ["value", "val", "default", "content", "secret", "parametervalue"]
        .into_iter()
        .find(|f| line.has_at(open, f))?;
    let mut i = open + field.len();
    i += line.slashes(i);
    i += usize::from(matches!(line.at(i), b'"' | b'\''));
    i = line.run(i, &BLANK);
    matches!(line.at(i), b':' | b'=').then_some(i + 1)
}
