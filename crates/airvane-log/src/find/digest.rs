//! Collapses lines that differ only in numbers and names into templates with a count, after the
//! idea of Drain (He et al., 2017): a line joins a template with as many words and the same
//! first one, if enough of the others agree.
//!
//! Written here because it must work on a stream, forget in bounded memory and keep positions.

use std::collections::HashMap;
use std::sync::Arc;

use airvane_redact::SafeText;

use super::line::{Line, weight};
use super::mask::{hash, mask, pieces};
use crate::level::Level;

/// Templates held; when there are more, the rarest quarter goes.
const MAX_TEMPLATES: usize = 512;
/// Masked lines remembered with their template; more are looked up again.
const MAX_SEEN: usize = 8 * 1024;
/// Bytes of a line that are compared.
const MAX_COMPARED: usize = 512;
/// Share of words that must agree, in percent.
const SIMILAR: usize = 60;

/// Lines that are alike.
#[derive(Clone, Debug)]
pub struct Template {
    /// The line with `*` for what changes; at most 512 bytes of it.
    pub text: SafeText,
    /// Lines of this form.
    pub count: u64,
    /// The first of them.
    pub example: Arc<Line>,
    /// Number of the last of them.
    pub last: u64,
    /// The most severe level among them.
    pub level: Option<Level>,
}

/// A log's templates.
#[derive(Clone, Debug, Default)]
pub struct DigestSummary {
    /// In the order of their first lines.
    pub templates: Vec<Template>,
    /// Templates that were forgotten because there were too many forms, the rarest first.
    pub forgotten: u64,
    /// Lines of forgotten templates.
    pub forgotten_lines: u64,
}

#[derive(Default)]
pub(super) struct Digest {
    slots: Vec<Slot>,
    /// By the hash of a masked line.
    seen: HashMap<u64, usize>,
    /// By number of words and the first word.
    buckets: HashMap<(usize, Box<str>), Vec<usize>>,
    forgotten: u64,
    forgotten_lines: u64,
    scratch: String,
}

struct Slot {
    /// Masked words; `None` where lines differ.
    words: Vec<Option<Box<str>>>,
    count: u64,
    example: Arc<Line>,
    last: u64,
    level: Option<Level>,
}

impl Digest {
    pub(super) fn push(&mut self, line: &Arc<Line>) {
        let compared = compared(&line.text);
        if compared.trim_ascii().is_empty() {
            return;
        }
        let hash = hash(compared.as_bytes());
        let at = self.seen.get(&hash).copied().unwrap_or_else(|| self.classify(hash, line));
        if let Some(slot) = self.slots.get_mut(at) {
            slot.count += 1;
            slot.last = line.number;
            slot.level = more_severe(slot.level, line.level);
        }
    }

    /// Finds or makes the template of a line not seen in this form.
    fn classify(&mut self, hash: u64, line: &Arc<Line>) -> usize {
        let mut masked = std::mem::take(&mut self.scratch);
        masked.clear();
        mask(compared(&line.text), &mut masked);
        let words: Vec<&str> = masked.split_ascii_whitespace().collect();
        let key = (words.len(), Box::from(words.first().copied().unwrap_or_default()));
        let at = self.similar(&key, &words).unwrap_or_else(|| self.add(key, &words, line));
        self.scratch = masked;
        if self.seen.len() >= MAX_SEEN {
            self.seen.clear();
        }
        self.seen.insert(hash, at);
        at
    }

    /// The most similar template, made more general if need be.
    fn similar(&mut self, key: &(usize, Box<str>), words: &[&str]) -> Option<usize> {
        let bucket = self.buckets.get(key)?;
        let agreeing = |at: &usize| {
            self.slots.get(*at).map_or(0, |slot| {
                let pairs = slot.words.iter().zip(words);
                pairs.filter(|(slot, word)| slot.as_deref().is_none_or(|w| w == **word)).count()
            })
        };
        let (at, agree) = bucket.iter().map(|at| (*at, agreeing(at))).max_by_key(|(_, n)| *n)?;
        if agree * 100 < words.len() * SIMILAR {
            return None;
        }
        for (slot, word) in self.slots.get_mut(at)?.words.iter_mut().zip(words) {
            if slot.as_deref() != Some(*word) {
                *slot = None;
            }
        }
        Some(at)
    }

    fn add(&mut self, key: (usize, Box<str>), words: &[&str], line: &Arc<Line>) -> usize {
        if self.slots.len() >= MAX_TEMPLATES {
            self.forget();
        }
        let at = self.slots.len();
        self.slots.push(Slot {
            words: words.iter().map(|word| Some(Box::from(*word))).collect(),
            count: 0,
            example: Arc::new(Line {
                text: line.text.truncate_chars(MAX_COMPARED),
                ..Line::clone(line)
            }),
            last: line.number,
            level: line.level,
        });
        self.buckets.entry(key).or_default().push(at);
        at
    }

    /// Drops the rarest quarter; warnings and errors last.
    fn forget(&mut self) {
        let is_severe = |slot: &Slot| slot.level.is_some_and(|l| l.at_least(Level::Warning));
        let worth = |slot: &Slot| (is_severe(slot), slot.count, slot.last);
        self.slots.sort_by_key(|slot| std::cmp::Reverse(worth(slot)));
        for slot in self.slots.drain(MAX_TEMPLATES * 3 / 4..) {
            self.forgotten += 1;
            self.forgotten_lines += slot.count;
        }
        self.seen.clear();
        self.buckets.clear();
        for (at, slot) in self.slots.iter().enumerate() {
            // A first word never differs within a template: it is part of the key.
            let first = slot.words.first().cloned().flatten().unwrap_or_default();
            self.buckets.entry((slot.words.len(), first)).or_default().push(at);
        }
    }

    pub(super) fn held_bytes(&self) -> usize {
        let words =
            |slot: &Slot| slot.words.iter().flatten().map(|word| word.len() + 16).sum::<usize>();
        let slots = self.slots.iter().map(|slot| weight(&slot.example) + words(slot));
        slots.sum::<usize>() + self.seen.len() * 16
    }

    pub(super) fn finish(mut self) -> DigestSummary {
        self.slots.sort_by_key(|slot| slot.example.number);
        DigestSummary {
            templates: self.slots.into_iter().map(Slot::into_template).collect(),
            forgotten: self.forgotten,
            forgotten_lines: self.forgotten_lines,
        }
    }
}

impl Slot {
    fn into_template(self) -> Template {
        Template {
            text: text(&self.example.text, &self.words),
            count: self.count,
            example: self.example,
            last: self.last,
            level: self.level,
        }
    }
}

/// The example with `*` for what changes, made of its own parts.
fn text(example: &SafeText, words: &[Option<Box<str>>]) -> SafeText {
    let mut parts = Vec::new();
    let mut constant = 0..0;
    let mut cut = |upto: usize, from: usize| {
        parts.extend(example.slice(constant.start..upto));
        constant = from..from;
    };
    let line = compared(example);
    let mut end = 0;
    for (at, word) in line.split_ascii_whitespace().enumerate() {
        let start = end + line.get(end..).and_then(|rest| rest.find(word)).unwrap_or(0);
        end = start + word.len();
        if words.get(at).is_none_or(Option::is_none) {
            cut(start, end);
        } else {
            pieces(word, |range, star| {
                if star {
                    cut(start + range.start, start + range.end);
                }
            });
        }
    }
    cut(end, end);
    SafeText::join(&parts, "*")
}

fn compared(text: &str) -> &str {
    let mut end = text.len().min(MAX_COMPARED);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn more_severe(one: Option<Level>, other: Option<Level>) -> Option<Level> {
    match (one, other) {
        (Some(a), Some(b)) => Some(if b.at_least(a) { b } else { a }),
        (a, b) => a.or(b),
    }
}
