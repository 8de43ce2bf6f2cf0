//! The loop that every byte passes: which windows of four bytes may lead to an anchor.

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x32, u32x8};

/// 128 KiB, so that they stay in the second-level cache. Each window sets two bits of its word.
const WORDS: usize = 1 << 15;

/// Bytes that are looked at in one go: the windows of eight even places, and of eight odd ones.
pub(super) const BLOCK: usize = 32;
/// How many bytes the last window of a block reads behind it.
pub(super) const BEHIND: usize = 2;

/// Bytes whose windows are all asked before any that is marked is looked at closer. A branch for
/// each would be guessed wrong, and what the processor reads ahead lost.
pub(super) const STRETCH: usize = 1024;
/// A bit for each window of a stretch, one at every second byte.
pub(super) type Marks = [u64; STRETCH / 2 / 64];

/// What is kept of each byte: six bits, which are the same for a letter of either case and tell it
/// from digits and signs.
pub(super) const FOLDED: u8 = 0x5f;
const FOLD: u32 = u32::from_ne_bytes([FOLDED; 4]);

/// A window as the gate sees it.
pub(super) fn fold(window: [u8; 4]) -> u32 {
    u32::from_ne_bytes(window) & FOLD
}

/// A set of windows that now and then holds one too many.
pub(super) struct Bitmap {
    words: Box<[u32; WORDS]>,
    /// What this processor has to look at several windows at once.
    level: Level,
}

impl Bitmap {
    pub(super) fn new() -> Self {
        #[allow(clippy::large_stack_arrays)] // 128 KiB, once
        let words = Box::new([0; WORDS]);
        Self { words, level: Level::new() }
    }

    pub(super) fn insert(&mut self, window: u32) {
        let hash = hash(window);
        if let Some(word) = self.words.get_mut((hash >> PLACE) as usize) {
            *word |= 1 << (hash & BIT) | 1 << (hash >> SECOND & BIT);
        }
    }

    /// Which windows are marked, at every second byte of up to a [`STRETCH`] of text, of which
    /// whole blocks are looked at. [`BEHIND`] bytes must follow.
    pub(super) fn marks(&self, text: &[u8]) -> Marks {
        dispatch!(self.level, simd => simd.vectorize(
            #[inline(always)]
            || self.stretch(simd, text)
        ))
    }

    /// Loops and no iterators, whose code would not be made for the processor.
    #[allow(clippy::inline_always)] // into code for each kind of processor
    #[inline(always)]
    fn stretch<S: Simd>(&self, simd: S, text: &[u8]) -> Marks {
        let mut marks = Marks::default();
        let mut at = 0;
        for word in &mut marks {
            let (mut first, mut second) = (0, 0);
            for i in 0..128 / BLOCK {
                let block = text.get(at..at + BLOCK).and_then(<[u8]>::first_chunk);
                let later =
                    text.get(at + BEHIND..at + BEHIND + BLOCK).and_then(<[u8]>::first_chunk);
                let (Some(block), Some(later)) = (block, later) else { break };
                first |= self.marked(simd, block) << (8 * i);
                second |= self.marked(simd, later) << (8 * i);
                at += BLOCK;
            }
            *word = spread(first) | spread(second) << 1;
        }
        marks
    }

    /// A bit for each window at every fourth byte.
    #[allow(clippy::inline_always)] // as above
    #[inline(always)]
    fn marked<S: Simd>(&self, simd: S, block: &[u8; BLOCK]) -> u64 {
        let bytes = u8x32::from_slice(simd, block);
        let windows: u32x8<S> = bytes.bitcast();
        let hashes = (windows & FOLD) * MULTIPLIER;
        let places: [u32; 8] = (hashes >> PLACE).into();
        let words = places.map(|place| self.words.get(place as usize).copied().unwrap_or(0));
        let words = u32x8::simd_from(simd, words);
        let both = words >> (hashes & BIT) & words >> ((hashes >> SECOND) & BIT) & 1;
        both.simd_ne(0).to_bitmask()
    }
}

/// The lower half of the bits at every second place.
fn spread(bits: u64) -> u64 {
    let bits = (bits | bits << 16) & 0x0000_ffff_0000_ffff;
    let bits = (bits | bits << 8) & 0x00ff_00ff_00ff_00ff;
    let bits = (bits | bits << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    let bits = (bits | bits << 2) & 0x3333_3333_3333_3333;
    (bits | bits << 1) & 0x5555_5555_5555_5555
}

/// The factor of a multiplicative hash. Of two million that were tried it is the one for which
/// hardly any window that logs are full of looks like one of ours.
const MULTIPLIER: u32 = 0xD7F0_9CE7;
/// The upper bits of a hash, which are mixed well, are a place.
const PLACE: u32 = 32 - WORDS.trailing_zeros();
/// The lowest bits of a hash are a bit of a word, those from [`SECOND`] on another one.
const BIT: u32 = 31;
const SECOND: u32 = 5;

pub(super) fn hash(window: u32) -> u32 {
    window.wrapping_mul(MULTIPLIER)
}
