//! Which windows of four bytes ordinary logs are full of: an anchor is better found by another.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::bitmap::{fold, hash};

/// Pairs of characters that ordinary logs and English are full of.
const COMMON: &[u8] = b"the in er an re on at en nd ti es or te of ed is it al ar st to nt ng se \
    ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ta el ns ec ss us \
    tr nc pe ac il ge la ut et di un op so id rt no ct lo em ca ad ol po pr im ag ir mp ot wi ni \
    ow am sp ul ck ke ai ie sh ap od do da fo ab ue up ld ts so mi ho na ew ay lu ub ex ds ks ls \
    py ys ob ty ev ep ry fi ci va sa mo pa su ig pl if gi fa wn ga im gr qu ok ue ui ud ok uc rk";

/// Windows that an anchor could be found by, and how often a megabyte of ordinary logs holds them
/// if that is ten times or more: counted in logs of Airflow's tasks and scheduler, of package
/// managers, a C build, Kubernetes, Spark and dbt.
const FREQUENT: &str = include_str!("frequent.txt");

/// What an occurrence in a megabyte costs, in the unit of [`Frequency::of`].
const EACH: usize = 10;

/// Which windows occur often in logs; see [`COMMON`] and [`FREQUENT`].
pub(super) struct Frequency {
    /// For each letter those that often follow it, a bit each.
    pairs: [u32; 32],
    windows: HashMap<u32, usize, BuildHasherDefault<Quick>>,
}

impl Frequency {
    pub(super) fn new() -> Self {
        let mut pairs = [0; 32];
        for pair in COMMON.windows(2) {
            let &[a, b] = pair else { continue };
            if let (true, Some(after)) = (is_letters([a, b]), pairs.get_mut(usize::from(a & 31))) {
                *after |= 1 << (b & 31);
            }
        }
        let windows = FREQUENT.lines().filter_map(|line| {
            let (window, count) = (line.as_bytes().first_chunk()?, line.get(5..)?);
            Some((fold(*window), EACH * count.parse::<usize>().ok()?))
        });
        Self { pairs, windows: windows.collect() }
    }

    /// How often any of some windows occurs in ten megabytes.
    pub(super) fn sum<T>(&self, windows: &[([u8; 4], T)]) -> usize {
        windows.iter().map(|(window, _)| self.of(*window)).sum()
    }

    /// How often a window occurs in ten megabytes. What is not among the frequent ones is
    /// estimated from how common its pairs are.
    pub(super) fn of(&self, window: [u8; 4]) -> usize {
        if let Some(count) = self.windows.get(&fold(window)) {
            return *count;
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

/// The gate's own hash: a hundred thousand windows are asked for at start.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, window: u32) {
        let mixed = u64::from(hash(window));
        // The table asks for well mixed bits at both ends.
        self.0 = self.0.rotate_left(8) ^ mixed << 32 ^ mixed >> 16;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

fn is_letters(pair: [u8; 2]) -> bool {
    pair.iter().all(u8::is_ascii_lowercase)
}
