//! Undoes the escapes of JSON strings and Python literals as their bytes arrive.

use memchr::memchr2;

/// The two notations in which a log's text is quoted on the wire.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    Json,
    Python,
}

/// Decodes one quoted string, in chunks. Broken escapes are passed on as they stand.
pub(super) struct Unquote {
    notation: Notation,
    quote: u8,
    state: State,
    /// The first half of a UTF-16 pair, waiting for the second.
    high: Option<u32>,
}

enum State {
    Plain,
    Escape,
    /// Digits still to come, base, value so far.
    Code {
        left: u8,
        base: u32,
        value: u32,
    },
}

impl Unquote {
    pub(super) fn json() -> Self {
        Self { notation: Notation::Json, quote: b'"', state: State::Plain, high: None }
    }

    pub(super) fn python(quote: u8) -> Self {
        Self { notation: Notation::Python, quote, state: State::Plain, high: None }
    }

    /// Appends what `chunk` decodes to; gives how many of its bytes belong to the string, the
    /// closing quote included, and whether that quote was reached.
    pub(super) fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> (usize, bool) {
        let mut rest = chunk;
        loop {
            if matches!(self.state, State::Plain) {
                let Some(end) = memchr2(self.quote, b'\\', rest) else {
                    self.plain(rest, out);
                    return (chunk.len(), false);
                };
                let (plain, special) = rest.split_at(end);
                self.plain(plain, out);
                rest = special.get(1..).unwrap_or_default();
                if special.first() == Some(&self.quote) {
                    self.unpaired(out);
                    return (chunk.len() - rest.len(), true);
                }
                self.state = State::Escape;
            }
            let Some((byte, after)) = rest.split_first() else { return (chunk.len(), false) };
            rest = after;
            self.escaped(*byte, out);
        }
    }

    fn plain(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if !bytes.is_empty() {
            self.unpaired(out);
            out.extend_from_slice(bytes);
        }
    }

    fn unpaired(&mut self, out: &mut Vec<u8>) {
        if self.high.take().is_some() {
            push_char(char::REPLACEMENT_CHARACTER, out);
        }
    }

    fn escaped(&mut self, byte: u8, out: &mut Vec<u8>) {
        if let State::Code { left, base, value } = self.state {
            self.digit(byte, left, base, value, out);
            return;
        }
        self.state = State::Plain;
        match byte {
            b'u' => self.state = State::Code { left: 4, base: 16, value: 0 },
            b'x' if self.notation == Notation::Python => {
                self.state = State::Code { left: 2, base: 16, value: 0 };
            }
            b'U' if self.notation == Notation::Python => {
                self.state = State::Code { left: 8, base: 16, value: 0 };
            }
            _ => {
                self.unpaired(out);
                match byte {
                    b'n' => out.push(b'\n'),
                    b't' => out.push(b'\t'),
                    b'r' => out.push(b'\r'),
                    b'b' if self.notation == Notation::Json => out.push(8),
                    b'f' if self.notation == Notation::Json => out.push(12),
                    b'\\' | b'/' | b'"' | b'\'' => out.push(byte),
                    _ => out.extend_from_slice(&[b'\\', byte]),
                }
            }
        }
    }

    fn digit(&mut self, byte: u8, left: u8, base: u32, value: u32, out: &mut Vec<u8>) {
        let Some(digit) = char::from(byte).to_digit(base) else {
            self.state = State::Plain;
            self.unpaired(out);
            push_char(char::REPLACEMENT_CHARACTER, out);
            out.push(byte);
            return;
        };
        let value = value.wrapping_mul(base).wrapping_add(digit);
        self.state = if left > 1 {
            State::Code { left: left - 1, base, value }
        } else {
            self.code(value, out);
            State::Plain
        };
    }

    fn code(&mut self, value: u32, out: &mut Vec<u8>) {
        match (self.high.take(), value) {
            (None, 0xD800..0xDC00) => self.high = Some(value),
            (Some(high), 0xDC00..0xE000) => {
                push_code(0x1_0000 + ((high - 0xD800) << 10) + (value - 0xDC00), out);
            }
            (Some(_), _) => {
                push_char(char::REPLACEMENT_CHARACTER, out);
                self.code(value, out);
            }
            (None, _) => push_code(value, out),
        }
    }
}

fn push_code(value: u32, out: &mut Vec<u8>) {
    push_char(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER), out);
}

fn push_char(char: char, out: &mut Vec<u8>) {
    out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(mut unquote: Unquote, text: &str) -> (String, usize) {
        let mut out = Vec::new();
        for (at, byte) in text.bytes().enumerate() {
            if unquote.push(&[byte], &mut out).1 {
                return (String::from_utf8(out).unwrap(), at + 1);
            }
        }
        panic!("no closing quote in {text}")
    }

    #[test]
    fn json_byte_by_byte_agrees_with_serde_json() {
        for text in [r#""a\n\t\"\\\/ \u00e9 \ud83d\ude00 caf\u00e9""#, r#""""#, r#""plain""#] {
            let (decoded, used) = decode(Unquote::json(), &text[1..]);
            assert_eq!(decoded, serde_json::from_str::<String>(text).unwrap());
            assert_eq!(used, text.len() - 1);
        }
    }

    #[test]
    fn python_literal() {
        let text = r"it\'s \x1b[1m\u20ac \U0001f600 \d \\n' tail";
        let (decoded, used) = decode(Unquote::python(b'\''), text);
        assert_eq!(decoded, "it's \u{1b}[1m€ \u{1f600} \\d \\n");
        assert_eq!(used, text.len() - " tail".len());
    }

    #[test]
    fn broken_escapes_end_nothing() {
        let (decoded, _) = decode(Unquote::json(), r#"\ud83d x \u00zz""#);
        assert_eq!(decoded, "\u{fffd} x \u{fffd}zz");
    }
}
