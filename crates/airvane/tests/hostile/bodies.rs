//! Bodies that are cheap to send and dear to read.

/// A piece in HTTP's chunked form.
pub fn chunk(piece: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat()
}

/// Some log events as Airflow 3 streams them.
pub fn log_events() -> Vec<u8> {
    let line =
        br#"{"timestamp": "2026-01-01T00:00:00Z", "event": "row 4711 loaded", "level": "info"}"#;
    [line.as_slice(), b"\n"].concat().repeat(600)
}

/// Valid JSON of this many bytes whose values are as many and as small as can be: one in two bytes.
pub fn tiny_values(bytes: usize) -> Vec<u8> {
    let mut body = Vec::with_capacity(bytes);
    body.extend_from_slice(b"{\"dags\": [], \"total_entries\": 0, \"x\": [0");
    while body.len() + 4 < bytes {
        body.extend_from_slice(b",0");
    }
    body.extend_from_slice(b"]}");
    body
}

/// Valid JSON of about this many bytes, which are `words` (in need of no escaping) again and again:
/// as a log's one line, in fields that lists show, and in one that nobody reads.
pub fn long_text(bytes: usize, words: &str) -> Vec<u8> {
    let text = words.repeat(bytes / 5 / words.len());
    format!(
        r#"{{"dags": [{{"dag_id": "probe", "is_paused": false, "description": "{text}"}}],
        "import_errors": [{{"import_error_id": 1, "filename": "a.py", "stack_trace": "{text}"}}],
        "dag_warnings": [{{"dag_id": "probe", "message": "{text}"}}],
        "content": [{{"event": "{text}"}}], "continuation_token": null,
        "total_entries": 1, "x": "{text}"}}"#
    )
    .into_bytes()
}

/// A gzip stream that is a JSON string without end: its start, and what follows for ever. A
/// kilobyte unpacks to 158.
///
/// One block with the fixed codes of RFC 1951: literals, then "258 bytes as the one before" again
/// and again. Eight of those 13-bit codes are 13 bytes, so the pattern repeats.
pub fn gzip_bomb() -> (Vec<u8>, Vec<u8>) {
    const PERIOD: usize = 13;
    let mut bits = Bits::default();
    bits.push(0, 1); // not the last block
    bits.push(0b01, 2); // fixed codes
    bits.code(0x30 + u32::from(b'"'), 8);
    bits.code(0x30 + u32::from(b'a'), 8);
    for _ in 0..64 {
        bits.code(0b1100_0101, 8); // length 258
        bits.code(0, 5); // distance 1
    }
    let start = 3; // bytes in which the literals end
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let again = bits.bytes[start..start + PERIOD].repeat(512);
    ([&header, &bits.bytes[..start]].concat(), again)
}

/// Bits, the least significant first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        for at in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = u8::try_from(value >> at & 1).unwrap();
            *self.bytes.last_mut().unwrap() |= bit << (self.used % 8);
            self.used += 1;
        }
    }

    /// Huffman codes come with their most significant bit first.
    fn code(&mut self, value: u32, count: u32) {
        self.push(value.reverse_bits() >> (32 - count), count);
    }
}
