//! Airflow 2's JSON form: `content` is Python's repr of a list of `(host, text)` tuples. Gives the
//! bytes that `text/plain` would have given: the host on a line, then the text.

use super::escape::Unquote;

/// Bytes of a host name that are kept.
const MAX_HOST: usize = 256;

pub(super) struct Repr {
    state: State,
    scratch: Vec<u8>,
}

enum State {
    /// Nothing seen yet, or only the `[`.
    Start {
        open: bool,
    },
    /// Not a repr: passed on as it is.
    Plain,
    /// Between tuples, or within one before its `n`th string.
    Gap {
        n: u8,
    },
    Quoted {
        n: u8,
        unquote: Unquote,
    },
}

impl Repr {
    pub(super) fn new() -> Self {
        Self { state: State::Start { open: false }, scratch: Vec::new() }
    }

    /// Gives the log's bytes as they are decoded.
    pub(super) fn push(&mut self, chunk: &[u8], sink: &mut dyn FnMut(&[u8])) {
        let mut rest = chunk;
        while !rest.is_empty() {
            rest = self.step(rest, sink);
        }
    }

    fn step<'a>(&mut self, chunk: &'a [u8], sink: &mut dyn FnMut(&[u8])) -> &'a [u8] {
        match &mut self.state {
            State::Plain => {
                sink(chunk);
                &[]
            }
            State::Start { open } => {
                let open = *open;
                let Some((byte, rest)) = chunk.split_first() else { return &[] };
                match (byte, open) {
                    (b'[', false) => self.state = State::Start { open: true },
                    (b'(', true) => self.state = State::Gap { n: 0 },
                    // A repr of an empty list is an empty log.
                    (b']', true) => self.state = State::Gap { n: 2 },
                    _ => {
                        // It was text after all: give back what was taken for a bracket.
                        self.state = State::Plain;
                        sink(if open { b"[" } else { b"" });
                        return chunk;
                    }
                }
                rest
            }
            State::Gap { n } => {
                let Some((byte, rest)) = chunk.split_first() else { return &[] };
                match byte {
                    b'(' => *n = 0,
                    b'\'' | b'"' if *n < 2 => {
                        self.state = State::Quoted { n: *n, unquote: Unquote::python(*byte) };
                    }
                    _ => {}
                }
                rest
            }
            State::Quoted { n, unquote } => {
                self.scratch.clear();
                let (used, closed) = unquote.push(chunk, &mut self.scratch);
                let n = *n;
                if n == 0 {
                    self.scratch.truncate(MAX_HOST);
                }
                if closed {
                    self.scratch.push(b'\n');
                    self.state = State::Gap { n: n + 1 };
                }
                sink(&self.scratch);
                chunk.get(used..).unwrap_or_default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &str, size: usize) -> String {
        let mut out = Vec::new();
        let mut repr = Repr::new();
        for chunk in text.as_bytes().chunks(size) {
            repr.push(chunk, &mut |bytes| out.extend_from_slice(bytes));
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn tuples_become_host_and_text() {
        let repr = r#"[('worker-1', '[2026] it\'s (a) \'b\'\n'), ("", "x='1'")]"#;
        let expected = "worker-1\n[2026] it's (a) 'b'\n\n\nx='1'\n";
        for size in [1, 7, 1000] {
            assert_eq!(decode(repr, size), expected, "chunks of {size}");
        }
    }

    #[test]
    fn what_is_no_repr_is_text() {
        for text in ["[2026-11-20T21:28:47.123+0000] {a.py:1} INFO - x\n", "*** Log is gone", "("] {
            assert_eq!(decode(text, 1), text);
        }
        assert_eq!(decode("[]", 1), "");
    }
}
