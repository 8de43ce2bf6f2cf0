//! The cheap gate: finds the few places worth a closer look.
//!
//! Every detector is reached through an *anchor*, a literal that its matches contain. The gate
//! folds case, hashes every second window of four bytes and looks it up in one bitmap; only a hit
//! costs more than that. Each anchor is entered with a window at an even and one at an odd place
//! of it, so one of them is looked at wherever the anchor stands. What may stand before and behind
//! it is asked at both, so that nothing else decides what is found.

mod anchors;
mod bitmap;
mod entry;
mod frequency;
mod slots;

use std::{cmp::Reverse, sync::LazyLock};

pub(crate) use anchors::Anchor;
use anchors::{ROWS, Row};
use bitmap::{BEHIND, BLOCK, Bitmap, STRETCH, fold};
use frequency::Frequency;
use slots::{Slot, Slots};

use crate::view::line_around;

/// The compiled gate; see [`gate`].
pub(crate) struct Gate {
    bitmap: Bitmap,
    slots: Slots,
    /// The longer ones first: they say more, and their kind is the mask's.
    literals: Vec<Row>,
}

/// The one gate of the process; building it takes a millisecond or two.
pub(crate) fn gate() -> &'static Gate {
    static GATE: LazyLock<Gate> = LazyLock::new(Gate::new);
    &GATE
}

/// A place to verify, in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) at: usize,
    pub(crate) anchor: Anchor,
    /// Place of the literal in [`Gate::literals`].
    literal: u16,
}

/// Where a line begins and ends.
pub(crate) type Line = (usize, usize);

impl Gate {
    fn new() -> Self {
        let rows = ROWS.iter().copied().chain(anchors::vendors());
        let mut literals: Vec<_> = rows.chain(anchors::tokens()).chain(anchors::words()).collect();
        literals.sort_by_key(|row| Reverse(row.literal.len()));
        let often = Frequency::new();
        let slots = literals.iter().zip(0..).flat_map(|(row, number)| {
            let entries = entry::windows(row, &often).into_iter();
            entries.map(move |(window, offset)| Slot::new(row, number, window, offset))
        });
        let slots: Vec<_> = slots.collect();
        let mut bitmap = Bitmap::new();
        for slot in &slots {
            bitmap.insert(slot.window);
        }
        Self { bitmap, slots: Slots::new(&slots), literals }
    }

    /// Calls `visit` with each line at or after `from`, where a line begins, that has hits, and
    /// with these in order, until it returns a value.
    pub(crate) fn visit<T>(
        &self,
        text: &str,
        from: usize,
        mut visit: impl FnMut(Line, &[Hit]) -> Option<T>,
    ) -> Option<T> {
        let mut line = (from, from);
        let mut hits = Vec::new();
        let mut room = [b'\n'; STRETCH + BEHIND];
        for start in (from..text.len() + AHEAD).step_by(STRETCH) {
            let bytes = stretch(text.as_bytes(), start, &mut room);
            for i in places(self.bitmap.marks(bytes)) {
                let window = bytes.get(i..).and_then(<[u8]>::first_chunk);
                let window = window.map_or(0, |window| fold(*window));
                for hit in self.hits(text, window, start + i) {
                    if hit.at >= line.1 {
                        if let Some(found) = hand_over(line, &mut hits, &mut visit) {
                            return Some(found);
                        }
                        line = line_around(text, hit.at);
                    }
                    hits.push(Hit { at: hit.at - line.0, ..hit });
                }
            }
            // What begins behind the line leads to nothing in it.
            if start + STRETCH >= line.1 + AHEAD
                && let Some(found) = hand_over(line, &mut hits, &mut visit)
            {
                return Some(found);
            }
        }
        hand_over(line, &mut hits, &mut visit)
    }

    /// The literals that have this window where it was seen, [`AHEAD`] bytes before `place`.
    fn hits(&self, text: &str, window: u32, place: usize) -> impl Iterator<Item = Hit> {
        let bytes = text.as_bytes();
        let next = bytes.get(place + 2..place + 6).and_then(<[u8]>::first_chunk);
        self.slots.of(window, next.copied()).filter_map(move |slot| {
            let at = place.checked_add_signed(-isize::from(slot.offset))?.checked_sub(AHEAD)?;
            let row = self.literals.get(usize::from(slot.literal))?;
            let literal = slot.literal;
            row.is_at(bytes, at).then_some(Hit { at, anchor: row.anchor, literal })
        })
    }
}

/// How far before a place a window may begin that leads to it.
const AHEAD: usize = 2;

/// Where the marked windows are.
fn places(marks: bitmap::Marks) -> impl Iterator<Item = usize> {
    marks.into_iter().zip((0..).step_by(2 * 64)).flat_map(|(mut word, at)| {
        std::iter::from_fn(move || {
            let i = word.trailing_zeros() as usize;
            word &= word.checked_sub(1)?;
            Some(at + 2 * i)
        })
    })
}

/// The bytes of a stretch from [`AHEAD`] bytes before `start` on, as if the text stood between
/// line breaks.
fn stretch<'a>(text: &'a [u8], start: usize, room: &'a mut [u8; STRETCH + BEHIND]) -> &'a [u8] {
    let from = start.checked_sub(AHEAD);
    if let Some(whole) = from.and_then(|from| text.get(from..from + STRETCH + BEHIND)) {
        return whole;
    }
    room.fill(b'\n');
    let (_, free) = room.split_at_mut(AHEAD.saturating_sub(start));
    let rest = text.get(from.unwrap_or(0)..).unwrap_or_default();
    let count = rest.len().min(free.len());
    free.iter_mut().zip(rest).for_each(|(free, byte)| *free = *byte);
    room.get(..STRETCH.min((AHEAD + count).next_multiple_of(BLOCK)) + BEHIND).unwrap_or_default()
}

/// Hands over the hits of a line, if it has any, and forgets them.
fn hand_over<T>(
    line: Line,
    hits: &mut Vec<Hit>,
    visit: &mut impl FnMut(Line, &[Hit]) -> Option<T>,
) -> Option<T> {
    if hits.is_empty() {
        return None;
    }
    hits.sort_unstable_by_key(|hit| (hit.at, hit.literal));
    let found = visit(line, hits);
    hits.clear();
    found
}

#[cfg(test)]
mod tests {
    use super::{bitmap::FOLDED, *};

    /// The hits of one line.
    fn hits(line: &str) -> Vec<Hit> {
        gate().visit(line, 0, |_, hits| Some(hits.to_vec())).unwrap_or_default()
    }

    #[test]
    fn finds_anchors_in_any_case_and_place() {
        for (text, anchor) in [
            ("x PASSWORD=1", Anchor::Name),
            ("ApiKey=1", Anchor::Name),
            ("postgres://u", Anchor::Scheme),
            ("-----BEGIN RSA", Anchor::Block),
            ("8Q~ab", Anchor::Infix),
            ("a=eyJhbGci", Anchor::Jwt),
            ("?sig=x", Anchor::Name),
        ] {
            for pad in 0..20 {
                let padded = format!("{}{text}{}", ".".repeat(pad), "~".repeat(pad % 3));
                let seen = hits(&padded);
                assert!(seen.iter().any(|hit| hit.anchor == anchor), "{padded}: {seen:?}");
            }
        }
    }

    /// A token is looked at wherever it stands: behind ASCII and other characters, at even places
    /// and at odd ones.
    #[test]
    fn finds_tokens_at_even_and_odd_places() {
        let mut missed = Vec::new();
        for row in anchors::tokens() {
            for before in
                ["", " ", "=", "\"", "\t", "/", "%3A", "%2F", "\\n", "\\t", "é", "日", "“", "🔑"]
            {
                for after in ["a", "Z", "0", "_", "-"] {
                    let seen = |pad: usize| {
                        let pad = "#".repeat(pad);
                        let text = format!("{pad}{before}{}{after}bcdefgh", row.literal);
                        let at = pad.len() + before.len();
                        hits(&text).iter().any(|hit| hit.at == at && hit.anchor == row.anchor)
                    };
                    if !(0..4).all(seen) {
                        missed.push(format!("{before}{}{after}", row.literal));
                    }
                }
            }
        }
        assert!(missed.is_empty(), "{}: {:?}", missed.len(), missed.get(..9).unwrap_or(&missed));
    }

    /// A stream cuts a log where its pieces happen to end: that must not change what is found.
    #[test]
    fn finds_the_same_behind_any_line() {
        let line = "basic.auth=x seed_phrase: y ?p=z NRAL";
        let alone = hits(line);
        assert_eq!(alone.len(), 4, "{alone:?}");
        for pad in 0..20 {
            let text = format!("{}\n{line}", "#".repeat(pad));
            let behind = gate().visit(&text, 0, |_, hits| Some(hits.to_vec()));
            assert_eq!(behind, Some(alone.clone()), "{pad}");
        }
    }

    /// Each literal wherever it may stand, at even places and at odd ones.
    #[test]
    fn finds_every_literal_at_even_and_odd_places() {
        let mut missed = Vec::new();
        for (row, number) in gate().literals.iter().zip(0..) {
            for (before, after) in
                row.before.bytes().zip(row.after.bytes().cycle()).chain(
                    row.before.bytes().cycle().zip(row.after.bytes()).take(usize::from(FOLDED)),
                )
            {
                let beside = |byte: u8| if byte < b' ' { byte + 32 } else { byte };
                let (before, after) = (char::from(beside(before)), char::from(beside(after)));
                // A letter stands before a token where it ends an escape.
                let before = match before {
                    'N' | 'R' | 'T' => format!("\\{}", before.to_ascii_lowercase()),
                    '0'..='9' | 'A'..='F' => format!("%3{before}"),
                    _ => before.to_string(),
                };
                let found = |pad: usize| {
                    let text = format!("{}{before}{}{after}#", "#".repeat(pad), row.literal);
                    let at = pad + before.len();
                    let seen = hits(&text);
                    !row.is_at(text.as_bytes(), at)
                        || seen.iter().any(|hit| hit.literal == number && hit.at == at)
                };
                if !(0..2).all(found) {
                    missed.push(format!("{before}{}{after}", row.literal));
                }
            }
        }
        assert!(missed.is_empty(), "{}: {:?}", missed.len(), missed.get(..9).unwrap_or(&missed));
    }

    /// What may begin a line is found where a text begins.
    #[test]
    fn finds_literals_where_a_text_begins() {
        let begins = gate().literals.iter().filter(|row| row.before.has(b'\n'));
        let missed = begins.filter(|row| {
            let mut after =
                row.after.bytes().map(|byte| if byte < b' ' { byte + 32 } else { byte });
            let text = |after: u8| format!("{}{}", row.literal, char::from(after));
            !after.all(|after| hits(&text(after)).iter().any(|hit| hit.at == 0))
        });
        assert_eq!(missed.map(|row| row.literal).collect::<Vec<_>>(), [""; 0]);
    }

    /// However long a line is, and wherever in it an anchor stands.
    #[test]
    fn finds_anchors_in_long_lines() {
        for length in 0..3 * STRETCH {
            let line = format!("{}password=", "#".repeat(length));
            assert_eq!(hits(&line).first().map(|hit| hit.at), Some(length));
            let line = format!("password={}", "#".repeat(length));
            assert_eq!(hits(&line).first().map(|hit| hit.at), Some(0));
        }
    }

    #[test]
    fn hands_over_all_hits_of_a_line_at_once() {
        for length in [10, STRETCH - 20, STRETCH, 3 * STRETCH] {
            let line = format!("password={}password=", "#".repeat(length));
            assert_eq!(hits(&line).len(), 2, "{length}");
        }
    }

    /// A token begins no word's middle, at even places and at odd ones.
    #[test]
    fn asks_what_stands_before_a_token() {
        for pad in 0..4 {
            let token = |before: char| format!("{}{before}ghp_abcdefgh", "#".repeat(pad));
            assert_eq!(hits(&token('z')), []);
            assert_eq!(hits(&token('=')).first().map(|hit| hit.at), Some(pad + 1));
        }
    }

    #[test]
    fn passes_over_ordinary_text() {
        let text = "Collecting packaging>=23.0\nRunning setup.py install for foo\n";
        assert_eq!(hits(text), []);
    }
}
