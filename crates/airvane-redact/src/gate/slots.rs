//! What a marked window may lead to.

use super::{
    anchors::Row,
    bitmap::{FOLDED, fold, hash},
};

/// Buckets hold a slot on average.
const BUCKET_BITS: u32 = 15;

/// A window of a literal. There are some 30,000: small, so that they stay in the cache.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    pub(super) window: u32,
    /// The literal's bytes behind the window, folded, up to four: most windows stand in other
    /// words, and this tells so without a look at the literal.
    next: u32,
    /// Place of the literal in the gate's list.
    pub(super) literal: u16,
    /// How many bytes of `next` count.
    known: u8,
    /// Where the window is in the literal; -1 begins one byte before it.
    pub(super) offset: i8,
}

impl Slot {
    pub(super) fn new(row: &Row, literal: u16, window: [u8; 4], offset: i8) -> Self {
        let rest = usize::try_from(i16::from(offset) + 4).ok();
        let rest = rest.and_then(|i| row.literal.as_bytes().get(i..)).unwrap_or_default();
        let (mut next, mut known) = ([0; 4], 0);
        for (next, byte) in next.iter_mut().zip(rest) {
            *next = *byte;
            known += 1;
        }
        Self { window: fold(window), next: first(next, known), literal, known, offset }
    }
}

/// The slots by their windows.
pub(super) struct Slots {
    /// Sorted by bucket.
    slots: Vec<Slot>,
    /// Where the slots of each bucket begin.
    starts: Vec<u16>,
}

impl Slots {
    pub(super) fn new(slots: &[Slot]) -> Self {
        debug_assert!(u16::try_from(slots.len()).is_ok(), "{} slots", slots.len());
        let mut starts = vec![0; (1 << BUCKET_BITS) + 1];
        for slot in slots {
            if let Some(count) = starts.get_mut(bucket(slot.window) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut free = starts.clone();
        let mut sorted = slots.to_vec();
        for slot in slots {
            let Some(place) = free.get_mut(bucket(slot.window)) else { continue };
            if let Some(sorted) = sorted.get_mut(usize::from(*place)) {
                *sorted = *slot;
            }
            *place += 1;
        }
        Self { slots: sorted, starts }
    }

    /// The slots of a window that fit the four bytes behind it, if there are so many.
    pub(super) fn of(&self, window: u32, next: Option<[u8; 4]>) -> impl Iterator<Item = &Slot> {
        let bucket = bucket(window);
        let bound = |i: usize| self.starts.get(i).map_or(0, |start| usize::from(*start));
        let slots = self.slots.get(bound(bucket)..bound(bucket + 1)).unwrap_or_default();
        slots.iter().filter(move |slot| {
            slot.window == window && next.is_none_or(|next| first(next, slot.known) == slot.next)
        })
    }
}

/// The first `count` of four bytes, folded.
fn first(bytes: [u8; 4], count: u8) -> u32 {
    let others = 8 * (4 - u32::from(count));
    let bytes = u32::from_le_bytes(bytes.map(|byte| byte & FOLDED));
    bytes.checked_shl(others).map_or(0, |kept| kept >> others)
}

fn bucket(window: u32) -> usize {
    hash(window) as usize >> (32 - BUCKET_BITS)
}
