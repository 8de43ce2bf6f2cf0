//! The cheap gate: finds the few places worth a closer look.
//!
//! Every detector is reached through an *anchor*, a literal that its matches contain. The gate
//! folds case, hashes every second window of four bytes and looks it up in one bitmap; only a hit
//! costs more than that. Each anchor is entered with two windows, one at an even and one at an odd
//! place of it, so one of them is looked at wherever the anchor stands; at both it counts only
//! before what may follow it.

mod anchors;

use std::{cmp::Reverse, sync::LazyLock};

pub(crate) use anchors::Anchor;
use anchors::{ROWS, Row};

/// 256 KiB, so that they stay in the second-level cache. Each window sets two bits of its word.
const WORDS: usize = 1 << 16;
/// Buckets hold a slot on average.
const BUCKET_BITS: u32 = 15;
/// How many windows a block of sixteen bytes holds, at every second of them.
const WINDOWS: usize = 7;
/// How far it is to the next block.
const STEP: usize = 2 * WINDOWS;
/// What is kept of each byte: six bits, which are the same for a letter of either case and tell it
/// from digits and signs.
const FOLD: u128 = u128::from_le_bytes([FOLDED; 16]);
const FOLDED: u8 = 0x5f;

/// The compiled gate; see [`gate`].
pub(crate) struct Gate {
    bitmap: Box<[u32; WORDS]>,
    /// What to verify for each window, sorted by bucket.
    slots: Vec<Slot>,
    /// Where the slots of each bucket begin.
    starts: Vec<u16>,
    /// The literals with what may stand around them and what each leads to.
    literals: Vec<Row>,
}

/// There are some 45,000: small, so that they stay in the cache.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Slot {
    window: u32,
    /// Where the window is in the anchor's literal; -1 begins one byte before it.
    offset: i8,
    /// How many bytes of `next` count.
    known: u8,
    /// Place of the literal in [`Gate::literals`].
    literal: u16,
    /// The literal's bytes behind the window, folded, up to four: most windows stand in other
    /// words, and this tells so without a look at the literal.
    next: u32,
}

/// The one gate of the process; building it takes well under a millisecond.
pub(crate) fn gate() -> &'static Gate {
    static GATE: LazyLock<Gate> = LazyLock::new(Gate::new);
    &GATE
}

/// A place to verify.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) at: usize,
    pub(crate) anchor: Anchor,
}

/// Where a line begins and ends.
pub(crate) type Line = (usize, usize);

impl Gate {
    fn new() -> Self {
        #[allow(clippy::large_stack_arrays)] // 512 KiB, once
        let bitmap = Box::new([0; WORDS]);
        let starts = vec![0; (1 << BUCKET_BITS) + 1];
        let mut gate = Self { bitmap, slots: Vec::new(), starts, literals: Vec::new() };
        let often = Frequency::new();
        for row in ROWS {
            gate.add(row, &often);
        }
        for row in anchors::vendors().chain(anchors::tokens()).chain(anchors::words()) {
            gate.add(&row, &often);
        }
        gate.sort();
        gate
    }

    /// Marks the windows and puts the slots in order of their buckets.
    fn sort(&mut self) {
        for slot in &self.slots {
            let hash = hash(slot.window);
            if let Some(word) = self.bitmap.get_mut(usize::from(place(hash))) {
                *word |= 1 << (hash & 31) | 1 << (hash >> 5 & 31);
            }
            if let Some(count) = self.starts.get_mut(bucket(slot.window) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
        let mut free = self.starts.clone();
        let mut sorted = self.slots.clone();
        for slot in &self.slots {
            let Some(place) = free.get_mut(bucket(slot.window)) else { continue };
            if let Some(sorted) = sorted.get_mut(usize::from(*place)) {
                *sorted = *slot;
            }
            *place += 1;
        }
        for bounds in self.starts.windows(2) {
            let &[start, end] = bounds else { continue };
            let bucket = sorted.get_mut(usize::from(start)..usize::from(end));
            // The literal that says more comes first: its kind is the mask's.
            bucket
                .unwrap_or_default()
                .sort_by_key(|slot| (slot.window, slot.offset, Reverse(slot.known)));
        }
        self.slots = sorted;
    }

    /// Enters a literal with two windows, so far as it has room for them.
    fn add(&mut self, row: &Row, often: &Frequency) {
        let bytes = row.literal.as_bytes();
        let literal = u16::try_from(self.literals.len()).unwrap_or(u16::MAX);
        self.literals.push(*row);
        let mut push = |window, offset| {
            let (next, known) = continuation(bytes, offset);
            self.slots.push(Slot { window: fold(window), offset, known, literal, next });
        };
        if bytes.len() >= 5 {
            // The rarest window at an even and at an odd place: one of them is looked at.
            for parity in [0, 1] {
                let places = (parity..=bytes.len() - 4).step_by(2);
                let windows = places.filter_map(|i| Some((i, *bytes.get(i..)?.first_chunk()?)));
                if let Some((i, window)) = windows.min_by_key(|(_, window)| often.of(*window)) {
                    push(window, i8::try_from(i).unwrap_or(0));
                }
            }
            return;
        }
        let (before, after) = (around(row.before), around(row.after));
        match *bytes {
            [a, b, c, d] => {
                push([a, b, c, d], 0);
                let ahead = before.iter().map(|&z| [z, a, b, c]);
                let behind = after.iter().map(|&e| [b, c, d, e]);
                // Where anything may stand on both sides, the rarer one.
                let anything = row.before == anchors::ANY && row.after == anchors::ANY;
                if anything && often.most(ahead.clone()) < often.most(behind.clone()) {
                    ahead.for_each(|window| push(window, -1));
                } else {
                    behind.for_each(|window| push(window, 1));
                }
            }
            [a, b, c] => {
                for &d in &after {
                    push([a, b, c, d], 0);
                }
                for &z in &before {
                    push([z, a, b, c], -1);
                }
                if before.is_empty() {
                    let pairs = after.iter().flat_map(|&d| classes().map(move |e| (d, e)));
                    pairs.for_each(|(d, e)| push([b, c, d, e], 1));
                }
            }
            [a, b] => {
                let pairs = || before.iter().flat_map(|&z| after.iter().map(move |&c| (z, c)));
                pairs().for_each(|(z, c)| push([z, a, b, c], -1));
                let heads = before.iter().flat_map(|&z| classes().map(move |y| (y, z)));
                heads.for_each(|(y, z)| push([y, z, a, b], -2));
            }
            _ => {}
        }
    }

    /// What to verify at this window.
    fn slots(&self, window: u32) -> impl Iterator<Item = &Slot> {
        let bucket = bucket(window);
        let bound = |i: usize| self.starts.get(i).map_or(0, |start| usize::from(*start));
        let slots = self.slots.get(bound(bucket)..bound(bucket + 1)).unwrap_or_default();
        slots.iter().filter(move |slot| slot.window == window)
    }

    /// Calls `visit` with each place at or after `from`, where a line begins, and the bounds of
    /// its line, line by line in order, until it returns a value. Every second window of a line is
    /// looked at, so that what is found in it does not depend on the lines before it.
    pub(crate) fn visit<T>(
        &self,
        text: &str,
        from: usize,
        mut visit: impl FnMut(Hit, Line) -> Option<T>,
    ) -> Option<T> {
        let mut start = from;
        while start < text.len() {
            let rest = text.as_bytes().get(start..)?;
            let end = memchr::memchr(b'\n', rest).map_or(text.len(), |length| start + length);
            for at in (start..end).step_by(STEP) {
                if self.any_marked(windows(text.as_bytes(), at)) {
                    let found = self.look(text, (start, end), at, &mut visit);
                    if found.is_some() {
                        return found;
                    }
                }
            }
            start = end + 1;
        }
        None
    }

    /// An odd number if both bits of the window are set.
    fn marked(&self, window: u32) -> u32 {
        let hash = hash(window);
        let word = self.bitmap.get(usize::from(place(hash))).copied().unwrap_or(0);
        word.wrapping_shr(hash) & word.wrapping_shr(hash >> 5)
    }

    /// Whether any window is marked; by far most often none is.
    #[inline]
    fn any_marked(&self, windows: [u32; WINDOWS]) -> bool {
        windows.into_iter().fold(0, |any, window| any | self.marked(window)) & 1 == 1
    }

    /// Verifies what the windows of the block at `at` lead to. It reads them anew: to keep them for
    /// it would cost more in all the blocks that lead to nothing.
    #[inline(never)]
    fn look<T>(
        &self,
        text: &str,
        line: Line,
        at: usize,
        visit: &mut impl FnMut(Hit, Line) -> Option<T>,
    ) -> Option<T> {
        let bytes = text.as_bytes();
        let windows = windows(bytes, at);
        // All are asked before any is looked at: a branch for each would be guessed wrong.
        let marks = windows.iter().rev().fold(0, |all, w| all << 1 | self.marked(*w) & 1);
        let mut left = marks;
        std::iter::from_fn(|| {
            let i = left.trailing_zeros() as usize;
            left &= left.checked_sub(1)?;
            Some((*windows.get(i)?, at + 2 * i))
        })
        .take_while(|(_, at)| *at < line.1)
        .find_map(|(window, at)| {
            let next = bytes.get(at + 4..at + 8).and_then(<[u8]>::first_chunk);
            let next = next.map(|next| fold(*next));
            self.slots(window).find_map(|slot| {
                if next.is_some_and(|next| first(next, slot.known) != slot.next) {
                    return None;
                }
                let row = self.literals.get(usize::from(slot.literal))?;
                let at = at.checked_add_signed(-isize::from(slot.offset))?;
                let meant = (line.0..line.1).contains(&at) && row.is_at(bytes, at);
                if meant { visit(Hit { at, anchor: row.anchor }, line) } else { None }
            })
        })
    }
}

/// Every byte as the gate sees it, once.
fn classes() -> impl Iterator<Item = u8> {
    (0..=FOLDED).filter(|byte| byte & FOLDED == *byte)
}

/// What may stand beside a literal as the gate sees it, each byte once.
fn around(set: &[u8]) -> Vec<u8> {
    let mut folded: Vec<u8> = match set {
        anchors::ANY => classes().collect(),
        _ => set.iter().map(|byte| byte & FOLDED).collect(),
    };
    folded.sort_unstable();
    folded.dedup();
    folded
}

/// The windows at `at` and every second byte behind it, as if line breaks followed the text.
#[allow(clippy::cast_possible_truncation)] // the low four bytes are meant
#[inline]
fn windows(text: &[u8], at: usize) -> [u32; WINDOWS] {
    let rest = text.get(at..).unwrap_or_default();
    let bytes = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut last = [b'\n'; 16];
        last.iter_mut().zip(rest).for_each(|(last, byte)| *last = *byte);
        last
    });
    let bytes = u128::from_le_bytes(bytes) & FOLD;
    std::array::from_fn(|i| (bytes >> (16 * i)) as u32)
}

/// Pairs of characters that ordinary logs and English are full of.
const COMMON: &[u8] = b"the in er an re on at en nd ti es or te of ed is it al ar st to nt ng se \
    ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ta el ns ec ss us \
    tr nc pe ac il ge la ut et di un op so id rt no ct lo em ca ad ol po pr im ag ir mp ot wi ni \
    ow am sp ul ck ke ai ie sh ap od do da fo ab ue up ld ts so mi ho na ew ay lu ub ex ds ks ls \
    py ys ob ty ev ep ry fi ci va sa mo pa su ig pl if gi fa wn ga im gr qu ok ue ui ud ok uc rk";

/// Windows of our literals that ordinary logs are full of, the most frequent first: counted in
/// logs of Airflow's tasks and scheduler, of package managers, a C build, Kubernetes, Spark and dbt.
const FREQUENT: &str = include_str!("frequent.txt");

/// More than any window that is not among the frequent ones.
const RARE: usize = 100;

/// Which windows occur often in logs; see [`COMMON`] and [`FREQUENT`].
struct Frequency {
    /// For each letter those that often follow it, a bit each.
    pairs: [u32; 32],
    /// In order: each with how many are less frequent.
    windows: Vec<(u32, usize)>,
}

impl Frequency {
    fn new() -> Self {
        let mut pairs = [0; 32];
        for pair in COMMON.windows(2) {
            let &[a, b] = pair else { continue };
            if let (true, Some(after)) = (is_letters([a, b]), pairs.get_mut(usize::from(a & 31))) {
                *after |= 1 << (b & 31);
            }
        }
        let windows = FREQUENT.lines().rev().filter_map(|line| line.as_bytes().first_chunk());
        let windows = windows.enumerate().map(|(rank, window)| (fold(*window), rank));
        let mut windows: Vec<_> = windows.collect();
        windows.sort_unstable();
        Self { pairs, windows }
    }

    /// How often the most frequent of some windows occurs.
    fn most(&self, windows: impl Iterator<Item = [u8; 4]>) -> Option<usize> {
        windows.map(|window| self.of(window)).max()
    }

    /// How often a window occurs: its rank among the frequent ones, or, below all of those, how
    /// many of its pairs are common.
    fn of(&self, window: [u8; 4]) -> usize {
        let known = self.windows.binary_search_by_key(&fold(window), |(window, _)| *window);
        if let Some((_, rank)) = known.ok().and_then(|i| self.windows.get(i)) {
            return RARE + rank;
        }
        let window = window.map(|b| b.to_ascii_lowercase());
        let one = |[a, b]: [u8; 2]| {
            let letters = is_letters([a, b]);
            let after = self.pairs.get(usize::from(a & 31)).copied().unwrap_or(0);
            let digits = a.is_ascii_digit() && b.is_ascii_digit();
            let common = letters && after >> (b & 31) & 1 == 1;
            if common || digits { 4 } else { usize::from(letters) + 1 }
        };
        let [a, b, c, d] = window;
        one([a, b]) + one([b, c]) + one([c, d])
    }
}

fn is_letters(pair: [u8; 2]) -> bool {
    pair.iter().all(u8::is_ascii_lowercase)
}

fn fold(window: [u8; 4]) -> u32 {
    u32::from_le_bytes(window.map(|byte| byte & FOLDED))
}

/// What follows the window at `offset` in a literal, and how many bytes of it there are.
fn continuation(literal: &[u8], offset: i8) -> (u32, u8) {
    let behind = usize::try_from(i16::from(offset) + 4).ok().and_then(|i| literal.get(i..));
    let (mut next, mut known) = ([0; 4], 0);
    for (next, byte) in next.iter_mut().zip(behind.unwrap_or_default()) {
        *next = *byte;
        known += 1;
    }
    (first(fold(next), known), known)
}

/// The first `count` of four bytes.
fn first(bytes: u32, count: u8) -> u32 {
    let others = 8 * (4 - u32::from(count));
    bytes.checked_shl(others).map_or(0, |kept| kept >> others)
}

/// Multiplicative hash: the upper half, well mixed, is a place, the lowest bits one of its bits.
fn hash(window: u32) -> u32 {
    window.wrapping_mul(0x9E37_79B1)
}

#[allow(clippy::cast_possible_truncation)] // half of it is left
fn place(hash: u32) -> u16 {
    (hash >> 16) as u16
}

fn bucket(window: u32) -> usize {
    hash(window) as usize >> (32 - BUCKET_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

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
                let mut seen = Vec::new();
                gate().visit(&padded, 0, |hit, _| {
                    seen.push(hit.anchor);
                    None::<()>
                });
                assert!(seen.contains(&anchor), "{padded}: {seen:?}");
            }
        }
    }

    /// A token is looked at wherever it stands: behind ASCII and other characters, at even places
    /// and at odd ones.
    #[test]
    fn finds_tokens_at_even_and_odd_places() {
        let mut missed = Vec::new();
        for row in anchors::tokens() {
            for before in ["", " ", "=", "\"", "\n", "\t", "/", "é", "日", "“", "🔑"] {
                for after in ["a", "Z", "0", "_", "-"] {
                    let seen = |pad: usize| {
                        let pad = "#".repeat(pad);
                        let text = format!("{pad}{before}{}{after}bcdefgh", row.literal);
                        let at = pad.len() + before.len();
                        gate().visit(&text, 0, |hit, _| {
                            (hit.at == at && hit.anchor == row.anchor).then_some(())
                        })
                    };
                    if (0..4).any(|pad| seen(pad).is_none()) {
                        missed.push(format!("{before}{}{after}", row.literal));
                    }
                }
            }
        }
        assert!(missed.is_empty(), "{}: {missed:?}", missed.len());
    }

    /// A stream cuts a log where its pieces happen to end: that must not change what is found.
    #[test]
    fn finds_the_same_behind_any_line() {
        let line = "basic.auth=x seed_phrase: y ?p=z NRAL";
        let hits = |text: &str, from: usize| {
            let mut hits = Vec::new();
            gate().visit(text, 0, |hit, _| {
                hits.extend((hit.at >= from).then(|| (hit.at - from, hit.anchor)));
                None::<()>
            });
            hits
        };
        let alone = hits(line, 0);
        assert_eq!(alone.len(), 4, "{alone:?}");
        for pad in 0..20 {
            assert_eq!(hits(&format!("{}\n{line}", "#".repeat(pad)), pad + 1), alone, "{pad}");
        }
    }

    #[test]
    fn passes_over_ordinary_text() {
        let mut hits = 0;
        gate().visit(
            "Collecting packaging>=23.0\nRunning setup.py install for foo\n",
            0,
            |_, _| {
                hits += 1;
                None::<()>
            },
        );
        assert_eq!(hits, 0);
    }
}
