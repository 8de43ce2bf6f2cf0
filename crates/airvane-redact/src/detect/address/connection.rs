//! How far a value reaches in a connection string, where signs that end other values belong to it.

use crate::{
    detect::{
        Found,
        value::{self, Reach, Value},
    },
    values::{self, Form},
    view::{BLANK, NAME, View},
};

/// Keywords of which a connection string has at least one. Sources: Microsoft's ADO.NET and ODBC
/// references, libpq's parameter key words, and JDBC drivers' own.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "server", "data source", "datasource", "host", "hostname", "database", "databasename", "initial catalog",
    "uid", "user id", "userid", "user", "username", "port", "driver", "provider", "encrypt", "ssl",
    "dbname", "trusted_connection", "endpoint", "accountname", "dsn", "service name",
];

/// How far before a name the rest of its connection string is looked for, in bytes.
const REACH: usize = 256;
/// Longest password with blanks in it.
const MAX_PHRASE: usize = 64;

/// The value at `at` whose name begins at `name`, if they are part of a connection string and the
/// value stands in no quotes.
pub(crate) fn value(line: View<'_>, name: usize, at: usize) -> Option<Value> {
    let floor = name.saturating_sub(REACH);
    let floor = (floor..=name).find(|i| line.text.is_char_boundary(*i))?;
    let head = line.get(floor, name);
    match head.trim_end().bytes().last() {
        Some(b';') if head.ends_with("&amp;") => Some(parameter(line, at)),
        Some(b';') if has_keyword(head) => Some(field(line, at)),
        Some(b',' | b'/') if head.contains("jdbc:") => {
            Some(Value { form: Form::Tight, ..value::bare(line, at, Reach::Item) })
        }
        Some(b'?' | b'&') => Some(parameter(line, at)),
        _ if head.ends_with(' ') && line.before(at) == b'=' && is_conninfo(head) => {
            Some(value::unbracketed(line, value::bare(line, at, Reach::Blank)))
        }
        _ if line.before(at) == b'=' && begins(line, at) => Some(field(line, at)),
        _ => None,
    }
}

/// Whether the text is the beginning of libpq's `host=x user=y `, which a quote may have opened.
fn is_conninfo(head: &str) -> bool {
    let info = head.rsplit(['"', '\'']).next().unwrap_or(head);
    !info.contains(';') && has_keyword(info)
}

/// Whether a connection string or a data source name holds no credential: fields that say where and
/// how, and templates in place of others.
pub(crate) fn is_harmless(text: &str) -> bool {
    #[rustfmt::skip]
    const PLAIN: &[&str] = &[
        "server", "data source", "datasource", "host", "hostname", "database", "databasename", "initial catalog",
        "uid", "user id", "userid", "user", "username", "port", "driver", "provider", "encrypt", "ssl", "dbname",
        "trusted_connection", "integrated security", "persist security info", "multipleactiveresultsets",
        "trustservercertificate", "application name", "timeout", "connection timeout", "connect timeout",
        "sslmode", "charset", "unix_socket", "attachdbfilename", "defaultendpointsprotocol", "endpointsuffix",
        "accountname", "aws_access_key_id", "pooling", "max pool size", "min pool size",
    ];
    let known = |name: &str| PLAIN.iter().any(|known| known.eq_ignore_ascii_case(name));
    let fields = || text.trim_end_matches(';').split(';').map(|field| field.split_once('='));
    // `mysql:host=x`
    let name = |name: &'_ str| name.rsplit(':').next().unwrap_or_default().trim().to_owned();
    let harmless = |field: Option<(&str, &str)>| {
        let Some((field, value)) = field else { return false };
        let template = value.len() > 1 && (values::is_template(value) || is_shouted(value));
        template || value.contains("${") || known(&name(field))
    };
    // The padding of base64 makes no fields.
    let any = fields().flatten().any(|(field, value)| known(&name(field)) && !value.is_empty());
    any && fields().all(harmless)
}

/// `MY_SECRET_KEY`
fn is_shouted(value: &str) -> bool {
    value.contains('_') && value.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
}

/// Whether `keyword=` is in the text.
fn has_keyword(head: &str) -> bool {
    head.split([';', ' ', ',', '"', '\'', '?', '&']).any(|field| {
        let keyword = field.split_once('=').map(|(keyword, _)| keyword.trim());
        keyword.is_some_and(|k| KEYWORDS.iter().any(|known| known.eq_ignore_ascii_case(k)))
    })
}

/// Whether another keyword follows the value at `at`: `Password=x;Server=y`.
fn begins(line: View<'_>, at: usize) -> bool {
    let reach = line.len().min(at + MAX_PHRASE);
    let Some(end) = (at..reach).find(|i| matches!(line.at(*i), b';' | b'"' | b' ')) else {
        return false;
    };
    let next = line.run(end + 1, &BLANK);
    let sign = (next..line.len().min(next + 24)).find(|i| line.at(*i) == b'=');
    let keyword = sign.map(|sign| line.get(next, sign).trim()).unwrap_or_default();
    line.at(end) == b';' && KEYWORDS.iter().any(|known| known.eq_ignore_ascii_case(keyword))
}

/// The value of a field that a semicolon ends. ODBC takes it in braces, where `}}` is a brace.
fn field(line: View<'_>, at: usize) -> Value {
    if line.at(at) == b'{' && line.at(at + 1) != b'{' {
        let mut i = at + 1;
        while i < line.len() && !matches!(line.at(i), b'"' | b'\n') {
            match (line.at(i), line.at(i + 1)) {
                (b'}', b'}') => i += 2,
                (b'}', _) => return Value { start: at + 1, end: i, form: Form::Quoted },
                _ => i += 1,
            }
        }
    }
    let mut end = at;
    while end < line.len() && !ends_field(line, at, end) {
        end = value::mask_at(line, end).unwrap_or(end + 1);
    }
    let end = at + line.get(at, end).trim_end().len();
    Value { start: at, end, form: Form::Quoted }
}

fn ends_field(line: View<'_>, start: usize, i: usize) -> bool {
    match line.at(i) {
        b';' | b'"' | b'<' | b'>' => true,
        // A quote that closes, not one in a word.
        b'\'' | b'`' => !line.at(i + 1).is_ascii_alphanumeric(),
        b'\\' => matches!(line.at(i + 1), b'n' | b't' | b'r' | b'"' | b'\''),
        b'&' => line.has_at(i, "&quot;"),
        b' ' | b'\t' => !is_phrase(line, start, i),
        _ => false,
    }
}

/// Whether a value with blanks goes on at `i`: up to a semicolon near, with nothing between that
/// would be another field.
fn is_phrase(line: View<'_>, start: usize, i: usize) -> bool {
    let reach = line.len().min(start + MAX_PHRASE);
    let end = (i..reach).find(|i| line.at(*i) == b';');
    end.is_some_and(|end| !line.get(i, end).contains(['=', ':', '"', '\'', '<']))
}

/// A parameter of a query: `#`, `;` and brackets in a password are none of the address.
fn parameter(line: View<'_>, at: usize) -> Value {
    let mut end = at;
    let mut floor = at;
    while end < line.len()
        && !matches!(line.at(end), b'&' | b' ' | b'\t' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'|')
    {
        if line.at(end) == b'\\' && matches!(line.at(end + 1), b'n' | b't' | b'r' | b'"' | b'\'') {
            break;
        }
        end += 1;
        if let Some(after) = value::mask_at(line, end - 1) {
            (end, floor) = (after, after);
        }
    }
    while end > floor && matches!(line.at(end - 1), b',' | b';' | b')' | b']' | b'}' | b'.') {
        end -= 1;
    }
    Value { start: at, end, form: Form::Tight }
}

/// The users of Kafka's `PlainLoginModule`, whose names are `user_` and the user's.
pub(crate) fn login_module(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    for (i, _) in line.rest(at).match_indices(" user_") {
        let from = at + i + 1;
        let sign = line.run_within(from, &NAME, REACH);
        let quoted = value::quoted(line, sign + 1).filter(|_| line.at(sign) == b'=');
        let Some(Value { start, end, .. }) = quoted else { continue };
        if end >= start + 3 && !values::is_template(line.get(start, end)) {
            found.push(Found { start, end, kind: "password", from, named: true });
        }
    }
}
