//! A line as bytes, for detectors that look left and right of a hit without ever panicking.

/// A set of bytes.
pub(crate) struct Class([bool; 256]);

impl Class {
    /// The bytes of `set`, where `a-z` style ranges are written out by the caller's constants.
    pub(crate) const fn of(set: &[u8]) -> Self {
        Self([false; 256]).with(set)
    }

    /// This class and the bytes of `set`.
    #[allow(clippy::indexing_slicing)] // `i < set.len()`, and a `u8` always fits 256 entries
    pub(crate) const fn with(mut self, set: &[u8]) -> Self {
        let mut i = 0;
        while i < set.len() {
            self.0[set[i] as usize] = true;
            i += 1;
        }
        self
    }

    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).copied().unwrap_or(false)
    }
}

pub(crate) const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
pub(crate) const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
pub(crate) const DIGIT: &[u8] = b"0123456789";

/// Letters and digits.
pub(crate) static ALNUM: Class = Class::of(LOWER).with(UPPER).with(DIGIT);
/// What a name of a setting is made of.
pub(crate) static NAME: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-.$");
/// Any base64 or base64url text with padding.
pub(crate) static BASE64: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"+/=_-");
/// Blank within a line.
pub(crate) static BLANK: Class = Class::of(b" \t");

/// Whether a word may begin at `at`: no letter or digit stands before it, or one that ends an escape:
/// `\nx`, `%3Dx`.
pub(crate) fn begins_word(text: &[u8], at: usize) -> bool {
    let before = |count: usize| at.checked_sub(count).and_then(|i| text.get(i)).copied();
    before(1).is_none_or(|byte| {
        !ALNUM.has(byte)
            || matches!(byte, b'n' | b't' | b'r') && before(2) == Some(b'\\')
            || byte.is_ascii_hexdigit() && before(3) == Some(b'%')
    })
}

/// One line of text.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) text: &'a str,
}

impl<'a> View<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text }
    }

    pub(crate) fn bytes(self) -> &'a [u8] {
        self.text.as_bytes()
    }

    pub(crate) fn len(self) -> usize {
        self.text.len()
    }

    /// The byte at `i`; NUL outside, which cleaned text never holds.
    pub(crate) fn at(self, i: usize) -> u8 {
        self.bytes().get(i).copied().unwrap_or(0)
    }

    /// The byte before `i`; NUL at the start.
    pub(crate) fn before(self, i: usize) -> u8 {
        i.checked_sub(1).map_or(0, |i| self.at(i))
    }

    /// `text[start..end]`, empty where that is no valid range.
    pub(crate) fn get(self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    pub(crate) fn rest(self, start: usize) -> &'a str {
        self.text.get(start..).unwrap_or_default()
    }

    /// At most `max` bytes from `i` on, up to the end of a character.
    pub(crate) fn near(self, i: usize, max: usize) -> &'a str {
        let end = (i..=self.len().min(i.saturating_add(max))).rev();
        let end = end.into_iter().find(|end| self.text.is_char_boundary(*end));
        end.map_or("", |end| self.get(i, end))
    }

    /// At most `max` bytes before `i`, from the beginning of a character on.
    pub(crate) fn behind(self, i: usize, max: usize) -> &'a str {
        let start = (i.saturating_sub(max)..=i).find(|start| self.text.is_char_boundary(*start));
        start.map_or("", |start| self.get(start, i))
    }

    /// First position at or after `i` whose byte is not in `class`.
    pub(crate) fn run(self, i: usize, class: &Class) -> usize {
        let tail = self.bytes().get(i..).unwrap_or_default();
        i + tail.iter().position(|&b| !class.has(b)).unwrap_or(tail.len())
    }

    /// Like [`View::run`], looking at no more than `max` bytes: many hits in one long run must not
    /// cost its length each.
    pub(crate) fn run_within(self, i: usize, class: &Class, max: usize) -> usize {
        let end = self.len().min(i.saturating_add(max));
        let tail = self.bytes().get(i..end).unwrap_or_default();
        i + tail.iter().position(|&b| !class.has(b)).unwrap_or(tail.len())
    }

    /// Like [`View::back`], looking at no more than `max` bytes.
    pub(crate) fn back_within(self, i: usize, class: &Class, max: usize) -> usize {
        let floor = i.saturating_sub(max);
        let head = self.bytes().get(floor..i).unwrap_or_default();
        head.iter().rposition(|&b| !class.has(b)).map_or(floor, |p| floor + p + 1)
    }

    /// Start of the run of `class` that ends just before `i`.
    pub(crate) fn back(self, i: usize, class: &Class) -> usize {
        let head = self.bytes().get(..i).unwrap_or_default();
        head.iter().rposition(|&b| !class.has(b)).map_or(0, |p| p + 1)
    }

    /// How many backslashes stand at `i`.
    pub(crate) fn slashes(self, i: usize) -> usize {
        static SLASH: Class = Class::of(b"\\");
        self.run(i, &SLASH) - i.min(self.len())
    }

    /// Whether `literal` stands at `i`, whatever its case.
    pub(crate) fn has_at(self, i: usize, literal: &str) -> bool {
        let bytes = self.bytes().get(i..i.saturating_add(literal.len()));
        bytes.is_some_and(|b| b.eq_ignore_ascii_case(literal.as_bytes()))
    }
}

/// Bounds of the line that holds position `at`.
pub(crate) fn line_around(text: &str, at: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let start = memchr::memrchr(b'\n', bytes.get(..at).unwrap_or_default()).map_or(0, |i| i + 1);
    let end = memchr::memchr(b'\n', bytes.get(at..).unwrap_or_default());
    (start, end.map_or(text.len(), |i| at + i))
}
