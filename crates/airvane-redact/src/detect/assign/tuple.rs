//! A value that is told by its place: the second of `user, password = "bob", "x"`, the argument of
//! the second place in `"user=%s password=%s", "bob", "x"`.

use crate::{
    detect::value::{self, Value},
    view::{BLANK, Class, DIGIT, LOWER, UPPER, View},
};

/// How far the values may be from the name, in bytes.
const REACH: usize = 160;
/// Names or places that are counted.
const MOST: usize = 8;

static WORD: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_$@");
/// `self.user`
static PATH: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_$@.");

/// Where the value of a name is.
pub(super) enum Place {
    /// It is this one: `let (user, password) = ("bob", "x")`.
    At(Value),
    /// In the expression that begins here: `const [password, setPassword] = useState("x")`.
    From(usize),
    /// It is no literal.
    Nowhere,
}

/// What stands behind the sign for a name that stands with others before it.
pub(super) fn unpacked(line: View<'_>, start: usize, end: usize) -> Option<Place> {
    let (index, first) = names_before(line, start);
    let last = names_behind(line, end);
    // A name alone has rules of its own.
    if index == 0 && last == end {
        return None;
    }
    let closed = line.run(last, &BLANK);
    let listed = matches!(line.at(closed), b')' | b']');
    // What opens and does not close before the sign is a call: `f(host, password = "x")`.
    if listed != matches!(line.before(first), b'(' | b'[') {
        return None;
    }
    let closed = line.run(closed + usize::from(listed), &BLANK);
    let sign = [":= ", "= ", "<- "].into_iter().find(|sign| line.has_at(closed, sign))?;
    let open = line.run(closed + sign.len(), &BLANK);
    let values = open + usize::from(matches!(line.at(open), b'(' | b'['));
    let literal = literal(line, values, index, b',').map(Place::At);
    // `user, password = username, secret`: variables.
    let word = line.run(values, &WORD);
    let set = line.get(0, first).trim_end().ends_with(['=', ':']);
    let others = || index > 0 && !set && word > values && line.at(word) == b',';
    literal
        .or_else(|| (index == 0).then_some(Place::From(open)))
        .or_else(|| others().then_some(Place::Nowhere))
}

/// How many names stand before the one at `start`, with commas between them, and where the first
/// begins.
fn names_before(line: View<'_>, start: usize) -> (usize, usize) {
    let mut first = line.back_within(start, &WORD, 1);
    for count in 0..MOST {
        let comma = line.back_within(first, &BLANK, 2);
        if line.before(comma) != b',' {
            return (count, first);
        }
        let name = line.back_within(comma - 1, &PATH, REACH);
        // What stands there is no name: `f("bob", password = "x")`.
        if name == comma - 1 || !matches!(line.before(name), 0 | b' ' | b'\t' | b',' | b'(' | b'[')
        {
            return (0, start);
        }
        first = name;
    }
    (MOST, first)
}

/// Where the names end that follow the one which ends at `end`, with commas between them.
fn names_behind(line: View<'_>, end: usize) -> usize {
    let mut i = end;
    for _ in 0..MOST {
        if line.at(i) != b',' {
            break;
        }
        let next = line.run(i + 1, &BLANK);
        let behind = line.run_within(next, &WORD, REACH);
        if behind == next {
            break;
        }
        i = behind;
    }
    i
}

/// The literal that takes the place at `at` in a format, which stands behind it: `%s`, `{}`, `{0}`.
pub(super) fn formatted(line: View<'_>, at: usize) -> Option<Value> {
    let own = hole(line, at)?;
    let begin = at.saturating_sub(REACH);
    let before = (begin..at).filter(|i| hole(line, *i).is_some_and(|hole| hole.index.is_none()));
    let index = own.index.unwrap_or_else(|| before.count().min(MOST));
    let limit = line.len().min(at + REACH);
    let mut end = own.end;
    // Other places of the same format may follow.
    while let Some(next) = (end..limit).find_map(|i| hole(line, i)) {
        end = next.end;
    }
    let quote = (end..limit).find(|i| matches!(line.at(*i), b'"' | b'\'' | b'('))?;
    let open = if line.at(quote) == b'(' { quote } else { arguments(line, quote)? };
    let bare = line.at(open) != b'(' && line.at(open) != b',';
    literal(line, open + usize::from(!bare), index, if bare { b' ' } else { b',' })
}

/// A place in a format.
struct Hole {
    end: usize,
    /// Which argument it takes, if it says so.
    index: Option<usize>,
}

/// The place in a format that begins at `i`: `%s`, `%-10s`, `{}`, `{:>5}`, `{1}`; one that has a name
/// takes no argument by its place.
fn hole(line: View<'_>, i: usize) -> Option<Hole> {
    static FLAGS: Class = Class::of(DIGIT).with(b"-+#.");
    const MAX_HOLE: usize = 16;
    match line.at(i) {
        b'%' => {
            let letter = line.run_within(i + 1, &FLAGS, MAX_HOLE);
            let known = matches!(line.at(letter), b's' | b'r' | b'd' | b'v' | b'q' | b'i' | b'f');
            known.then_some(Hole { end: letter + 1, index: None })
        }
        b'{' => {
            let close = line.near(i, MAX_HOLE).find('}')?;
            let inner = line.get(i + 1, i + close);
            let number = inner.split(':').next().unwrap_or_default();
            let index = if number.is_empty() {
                None
            } else {
                Some(number.parse().ok().filter(|index| *index < MOST)?)
            };
            Some(Hole { end: i + close + 1, index })
        }
        _ => None,
    }
}

/// Where the arguments begin of a format that a quote at `quote` ends: behind a comma, in brackets,
/// or at once, as in a shell.
fn arguments(line: View<'_>, quote: usize) -> Option<usize> {
    let behind = line.run(quote + 1, &BLANK);
    match line.at(behind) {
        b',' | b'(' => Some(behind),
        b'%' => Some(line.run(behind + 1, &BLANK))
            .filter(|open| matches!(line.at(*open), b'(' | b'"' | b'\'')),
        b'.' if line.has_at(behind, ".format(") => Some(behind + ".format".len()),
        b'"' | b'\'' if behind > quote + 1 => Some(behind),
        _ => None,
    }
}

/// The literal at a place of a list that begins at `at`. What comes before must be literals or words.
fn literal(line: View<'_>, at: usize, index: usize, comma: u8) -> Option<Value> {
    let mut i = at;
    for _ in 0..index {
        i = line.run(i, &BLANK);
        i = match value::quoted(line, i) {
            Some(value) => value.end + 1,
            None => line.run_within(i, &WORD, REACH),
        };
        i = if comma == b' ' { i } else { line.run(i, &BLANK) };
        if line.at(i) != comma {
            return None;
        }
        i += 1;
    }
    value::quoted(line, line.run(i, &BLANK)).filter(|value| value.end < line.len())
}
