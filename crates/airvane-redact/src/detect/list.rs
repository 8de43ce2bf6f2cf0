//! Lists and objects of secrets in one line: `"api_keys": ["a", "b"]`, `"passwords": {"bob": "x"}`.

use super::{Detector, Found, value};
use crate::{
    names::{self, Judgement, Strength},
    values::{self, Form},
    view::{BLANK, View},
};

/// Every quoted string of a list that opens at `at`.
pub(super) fn list(
    detector: &Detector,
    line: View<'_>,
    judged: Judgement,
    at: usize,
    found: &mut Vec<Found>,
) {
    let mut i = at + 1;
    while i < line.len() {
        i = line.run(i, &BLANK);
        let Some(value) = value::quoted(line, i) else { return };
        push(detector, line, judged, value, found);
        i = value.end + 1;
        i += usize::from(line.at(i - 1) == b'\\');
        i = line.run(i, &BLANK);
        if line.at(i) != b',' {
            return;
        }
        i += 1;
    }
}

/// Every string in an object that opens at `at`, but not what only describes a secret.
pub(super) fn object(
    detector: &Detector,
    line: View<'_>,
    judged: Judgement,
    at: usize,
    found: &mut Vec<Found>,
) {
    const MOST: usize = 32;
    let mut i = at + 1;
    for _ in 0..MOST {
        i = line.run(i, &BLANK);
        let Some(name) = value::quoted(line, i) else { return };
        let colon = line.run(name.end + 1, &BLANK);
        let Some(value) = value::quoted(line, line.run(colon + 1, &BLANK)) else { return };
        if line.at(colon) != b':' {
            return;
        }
        if judged.strength == Strength::Strong && !names::is_about(line.get(name.start, name.end)) {
            push(detector, line, judged, value, found);
        }
        i = line.run(value.end + 1, &BLANK);
        if line.at(i) != b',' {
            return;
        }
        i += 1;
    }
}

fn push(
    detector: &Detector,
    line: View<'_>,
    judged: Judgement,
    value: value::Value,
    found: &mut Vec<Found>,
) {
    let text = line.get(value.start, value.end);
    if values::is_secret(text, Form::Quoted, judged, &detector.names) && !values::is_wordlike(text)
    {
        let named = judged.strength == Strength::Strong;
        // Each item stands for itself: the one before it is no part of the evidence.
        let (start, end, kind) = (value.start, value.end, judged.kind);
        found.push(Found { start, end, kind, from: start, named });
    }
}
