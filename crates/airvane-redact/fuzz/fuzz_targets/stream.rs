//! Any bytes cut anywhere: the pieces join to the same text.
#![no_main]

use std::sync::LazyLock;

use airvane_redact::{Redactor, Settings};
use libfuzzer_sys::fuzz_target;

static REDACTOR: LazyLock<Redactor> =
    LazyLock::new(|| Redactor::new(Settings::new().mask_seed(7)).unwrap_or_default());

fn redact<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> String {
    let mut stream = REDACTOR.stream();
    let mut out = String::new();
    for piece in pieces {
        out.push_str(&stream.push(piece));
    }
    out.push_str(&stream.finish());
    out
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, bytes) = input;
    let whole = redact(std::iter::once(bytes));
    let pieces = redact(bytes.chunks(usize::from(size).max(1)));
    assert_eq!(whole, pieces);
});
