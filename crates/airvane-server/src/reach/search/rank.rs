//! Which rows of the catalog fit a request best.
//!
//! A small scorer, in the manner of BM25 over fields: a word counts more the fewer rows have it,
//! and more in a name than in a path. Whole phrases of a row's `words` count extra, and words of
//! its name that were not asked for count against it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use airvane_api::{ApiVersion, Operation, catalog};

use super::stem;
use crate::reach::offered::Release;

/// What a word is worth by where it stands.
const NAME: f64 = 3.0;
const PHRASE: f64 = 2.5;
const SUMMARY: f64 = 1.6;
const TOOLSET: f64 = 0.8;
const PATH: f64 = 0.6;
const ARGUMENT: f64 = 0.5;

/// Soon enough: a word that stands in several places is not worth several words.
const SATURATION: f64 = 1.5;

/// A row as it is searched.
struct Row {
    operation: &'static Operation,
    weights: BTreeMap<String, f64>,
    name: BTreeSet<String>,
    phrases: Vec<BTreeSet<String>>,
}

struct Index {
    rows: Vec<Row>,
    /// How many rows have a word.
    spread: BTreeMap<String, usize>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let rows: Vec<Row> = catalog::OPERATIONS
        .iter()
        .filter(|operation| !operation.refused)
        .map(|operation| Row::new(operation))
        .collect();
    let mut spread = BTreeMap::new();
    for word in rows.iter().flat_map(|row| row.weights.keys()) {
        *spread.entry(word.clone()).or_insert(0) += 1;
    }
    Index { rows, spread }
});

impl Row {
    fn new(operation: &'static Operation) -> Self {
        let mut weights = BTreeMap::new();
        let mut add = |text: &str, weight: f64| {
            for word in stem::words(text) {
                let so_far: &mut f64 = weights.entry(word).or_default();
                // Once a field: fields add up, repetitions in one don't.
                *so_far = if *so_far < weight { weight } else { *so_far + weight * 0.25 };
            }
        };
        add(operation.name, NAME);
        operation.words.iter().for_each(|phrase| add(phrase, PHRASE));
        add(operation.summary, SUMMARY);
        add(operation.toolset, TOOLSET);
        for endpoint in [&operation.v1, &operation.v2].into_iter().flatten() {
            add(endpoint.path, PATH);
            endpoint.parameters.iter().for_each(|parameter| add(parameter.name, ARGUMENT));
        }
        Self {
            operation,
            weights,
            name: stem::words(operation.name).into_iter().collect(),
            phrases: operation
                .words
                .iter()
                .map(|phrase| stem::words(phrase).into_iter().collect())
                .collect(),
        }
    }

    fn score(&self, asked: &BTreeSet<String>, index: &Index) -> f64 {
        let matched: f64 = asked
            .iter()
            .filter_map(|word| {
                let weight = self.weights.get(word)?;
                Some(index.rarity(word) * weight / (weight + SATURATION))
            })
            .sum();
        let worth = |words: &BTreeSet<String>| words.iter().map(|word| index.rarity(word)).sum();
        let phrases = self.phrases.iter().filter(|phrase| phrase.is_subset(asked));
        let phrase: f64 = phrases.map(worth).fold(0.0, f64::max);
        let unasked: f64 = worth(&self.name.difference(asked).cloned().collect());
        matched + 0.5 * phrase - 0.08 * unasked
    }
}

impl Index {
    /// How telling a word is.
    #[expect(clippy::cast_precision_loss, reason = "a catalog has some hundred rows")]
    fn rarity(&self, word: &str) -> f64 {
        let all = self.rows.len() as f64;
        let with = self.spread.get(word).copied().unwrap_or_default() as f64;
        ((all - with + 0.5) / (with + 0.5) + 1.0).ln()
    }
}

/// Rows that fit, the best first. What the connected Airflow lacks comes after what it has.
pub(crate) fn ranked(query: &str, release: Option<Release>) -> Vec<&'static Operation> {
    let asked: BTreeSet<String> = stem::words(query).into_iter().collect();
    let index = &*INDEX;
    let mut scored: Vec<(f64, &'static Operation)> = index
        .rows
        .iter()
        .map(|row| (row.score(&asked, index) * here(row.operation, release), row.operation))
        .filter(|(score, _)| *score > 0.0)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.name.cmp(b.1.name)));
    scored.into_iter().map(|(_, operation)| operation).collect()
}

/// How much what an Airflow lacks is worth. One that can't be asked is taken for the newest.
fn here(operation: &Operation, release: Option<Release>) -> f64 {
    const ELSEWHERE: f64 = 0.6;
    let release = release.unwrap_or(Release { api: ApiVersion::V2, version: None });
    let has = operation.endpoint(release.api).is_some_and(|end| release.has(end.since));
    if has { 1.0 } else { ELSEWHERE }
}
