//! Names in elements, attributes, cells and emphasis: where their value begins.

use crate::{
    detect::{
        assign::pair::{field_ahead, is_named, value_field},
        name::MAX_NAME,
    },
    view::{BLANK, Class, DIGIT, LOWER, UPPER, View},
};

/// `<name>`, `<ns:name attribute="x">`, `<entry key="name">`: where the element's text begins.
pub(super) fn element(line: View<'_>, start: usize, end: usize, quoted: bool) -> Option<usize> {
    static TAG: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-.:");
    if line.before(start) == b'>' && line.has_at(end, "</") {
        return sibling(line, end);
    }
    if quoted {
        // The name is an attribute's value; its element must open before it.
        let ahead = is_named(line, start).then(|| field_ahead(line, end)).flatten();
        if ahead.or_else(|| value_field(line, line.run(end, &BLANK))).is_some() {
            return None; // `name="token" value="x">`
        }
        let head = line.get(start.saturating_sub(MAX_NAME), start);
        let tag = head.get(head.rfind('<')?..)?;
        // Other attributes may follow, and .NET's settings have one more element.
        let attributes = line.rest(end).bytes().take(MAX_NAME);
        let close = end + attributes.take_while(|b| !matches!(b, b'>' | b'<' | b'/')).count();
        let opens = line.at(close) == b'>' && (line.at(end) == b' ' || close == end);
        let value = close + 1 + if line.has_at(close + 1, "<value>") { 7 } else { 0 };
        let element = line.at(value) == b'<' && !line.has_at(value, "<![");
        return (opens && !element && !tag.contains('>') && tag.contains('=')).then_some(value);
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
    let text = end + inside + 1;
    let text = text + if line.has_at(text, "<value>") { "<value>".len() } else { 0 };
    // Python's `"<Token {}>".format(x)` is no element.
    (bare && line.at(end + inside) == b'>' && !line.has_at(text, "\".")).then_some(text)
}

/// `<key>name</key><string>`, `<name>name</name><value>`: where the text of the next element
/// begins.
fn sibling(line: View<'_>, end: usize) -> Option<usize> {
    let near = line.get(end, line.len().min(end + MAX_NAME));
    let next = line.run(end + near.find('>')? + 1, &BLANK);
    let tags = ["<string>", "<value>"];
    tags.iter().find(|tag| line.has_at(next, tag)).map(|tag| next + tag.len())
}

/// `**Password:** x`, `<b>Password</b>: x`, `<td>Password</td><td>x</td>`: where the text behind a
/// label begins, `end` being that of the name.
pub(super) fn label(line: View<'_>, end: usize) -> Option<usize> {
    let colon = |i: usize| i + usize::from(line.at(i) == b':');
    let i = colon(end);
    let closed = if line.has_at(i, "**") || line.has_at(i, "__") {
        i + 2
    } else if line.has_at(i, "</") {
        tag_end(line, i)?
    } else {
        return None;
    };
    let sign = colon(closed);
    let mut value = line.run(sign, &BLANK);
    let cell = line.at(value) == b'<' && line.at(value + 1) != b'/';
    if cell {
        value = tag_end(line, value)?;
    }
    (cell || i > end || sign > closed).then_some(value)
}

/// End of the tag that begins at `at`.
fn tag_end(line: View<'_>, at: usize) -> Option<usize> {
    const MAX_TAG: usize = 48;
    let near = line.get(at, line.len().min(at + MAX_TAG));
    near.find('>').map(|i| at + i + 1)
}
