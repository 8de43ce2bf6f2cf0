//! Which windows lead to an anchor.

use super::{
    anchors::{ANY, Row},
    frequency::Frequency,
};

/// A window, and where it is in the literal; -1 begins one byte before it.
type Entry = ([u8; 4], i8);

/// How often a window occurs in ten megabytes of logs that are full of it: a few hundred slots
/// are worth it to look for another.
const FULL: usize = 200;

/// The windows of a literal that are looked for: wherever it stands, every second window holds one
/// of them. Of those that would do the rarest is taken.
pub(super) fn windows(row: &Row, often: &Frequency) -> Vec<Entry> {
    debug_assert!((2..=100).contains(&row.literal.len()), "{}", row.literal);
    match *row.literal.as_bytes() {
        [a, b] => {
            let before = || row.before.bytes();
            let pairs = before().flat_map(|z| row.after.bytes().map(move |c| ([z, a, b, c], -1)));
            let heads = before().flat_map(|z| ANY.bytes().map(move |y| ([y, z, a, b], -2)));
            pairs.chain(heads).collect()
        }
        [_, b, c] => {
            let odd = ahead(row);
            // Where anything may precede it but not follow it, two bytes behind it tell more.
            let far = row.after.bytes().flat_map(|d| ANY.bytes().map(move |e| ([b, c, d, e], 1)));
            let telling = row.before == ANY && row.after != ANY && often.sum(&odd) > FULL;
            let odd = if telling { rarer(odd, Some(far.collect()), often) } else { odd };
            behind(row).into_iter().chain(odd).collect()
        }
        _ => [0, 1].into_iter().flat_map(|parity| rarest(row, parity, often)).collect(),
    }
}

/// The rarest window at an even place of a literal of four bytes or more, or at an odd one.
fn rarest(row: &Row, parity: usize, often: &Frequency) -> Vec<Entry> {
    let literal = row.literal.as_bytes();
    let inner = literal.windows(4).zip(0..).skip(parity).step_by(2);
    let inner = inner.filter_map(|(window, i)| Some((*window.first_chunk()?, i)));
    let inner = inner.min_by_key(|(window, _)| often.of(*window));
    // One window is enough if logs are not full of it.
    if let Some(inner) = inner.filter(|(window, _)| often.of(*window) < FULL) {
        return vec![inner];
    }
    let ahead = (parity == 1).then(|| ahead(row));
    let behind = ((literal.len() - 3) % 2 == parity).then(|| behind(row));
    let sets = inner.map(|inner| vec![inner]).into_iter().chain(ahead).chain(behind);
    sets.reduce(|a, b| rarer(a, Some(b), often)).unwrap_or_default()
}

/// The one of two sets that logs hold less of.
fn rarer(set: Vec<Entry>, other: Option<Vec<Entry>>, often: &Frequency) -> Vec<Entry> {
    other.filter(|other| often.sum(other) < often.sum(&set)).unwrap_or(set)
}

/// The literal's first three bytes behind what may precede them.
fn ahead(row: &Row) -> Vec<Entry> {
    let Some(&[a, b, c]) = row.literal.as_bytes().first_chunk() else { return Vec::new() };
    row.before.bytes().map(|z| ([z, a, b, c], -1)).collect()
}

/// The literal's last three bytes before what may follow them.
fn behind(row: &Row) -> Vec<Entry> {
    let literal = row.literal.as_bytes();
    let Some(&[b, c, d]) = literal.last_chunk() else { return Vec::new() };
    let offset = i8::try_from(literal.len() - 3).unwrap_or(0);
    row.after.bytes().map(|e| ([b, c, d, e], offset)).collect()
}
