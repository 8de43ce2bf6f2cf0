//! Which rows of the catalog fit a request best.
//!
//! A small scorer. A word counts more the fewer rows have it, and more in a name than in a summary
//! (in the manner of BM25 over fields); the phrase of a row that is most like the request counts
//! as much again; words of the name that were not asked for count against it. Whether somebody
//! asks or wants something done decides between rows that are otherwise alike.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use airvane_api::{AccessLevel, ApiVersion, Operation, catalog};

use super::stem::{self, Mood, Number};
use super::vocabulary;
use crate::reach::offered::Release;

/// What a word is worth by where it stands.
const NAME: f64 = 3.0;
const PHRASE: f64 = 2.0;
const SUMMARY: f64 = 1.5;
const TOOLSET: f64 = 1.0;
const ARGUMENT: f64 = 0.3;

/// Most that the rarity of a word counts.
const RAREST: f64 = 3.4;

/// Soon enough: a word that stands in several places is not worth several words.
const SATURATION: f64 = 1.0;

/// A row as it is searched.
struct Row {
    operation: &'static Operation,
    weights: BTreeMap<String, f64>,
    name: BTreeSet<String>,
    /// The name's words as they are spelt: `pools` lists, `pool` shows one.
    spelt: BTreeSet<String>,
    phrases: Vec<BTreeSet<String>>,
    /// Whether it is about several things.
    several: bool,
    /// What its name begins with.
    verb: Option<String>,
}

struct Index {
    rows: Vec<Row>,
    /// How many rows have a word.
    spread: BTreeMap<String, usize>,
    /// How often a phrase of a row that reads, or of one that changes, begins with a word.
    begins: BTreeMap<String, [usize; 2]>,
    /// Names that may stand in a request as they are: of operations and arguments.
    names: BTreeSet<&'static str>,
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
    let mut begins = BTreeMap::new();
    for row in &rows {
        let Row { operation, .. } = row;
        let changes = usize::from(operation.level > AccessLevel::Read);
        let name = operation.name.split('_').next().map(str::to_owned);
        let texts = operation.words.iter().copied().chain([operation.summary]);
        for first in texts.filter_map(stem::first).chain(name) {
            let counts: &mut [usize; 2] = begins.entry(first).or_default();
            if let Some(count) = counts.get_mut(changes) {
                *count += 1;
            }
        }
    }
    let endpoints = rows.iter().flat_map(|row| [&row.operation.v1, &row.operation.v2]);
    let parameters = endpoints.flatten().flat_map(|endpoint| endpoint.parameters);
    let names = parameters.map(|parameter| parameter.name);
    let names = names.chain(rows.iter().map(|row| row.operation.name)).collect();
    Index { rows, spread, begins, names }
});

/// A request, taken apart.
struct Asked {
    words: BTreeSet<String>,
    spelt: BTreeSet<String>,
    mood: Mood,
    number: Number,
}

impl Asked {
    fn new(query: &str, index: &Index, live: &[Row]) -> Self {
        let query =
            &query.split_whitespace().map(|text| index.meant(text)).collect::<Vec<_>>().join(" ");
        let mut words: BTreeSet<String> = stem::words(query).into_iter().collect();
        // What no row knows can't tell rows apart.
        words.retain(|word| {
            index.spread.contains_key(word) || live.iter().any(|row| row.weights.contains_key(word))
        });
        Self {
            words,
            spelt: stem::spelt(query).collect(),
            mood: index.mood(query),
            number: stem::number(query),
        }
    }
}

impl Row {
    fn new(operation: &'static Operation) -> Self {
        let mut weights: BTreeMap<String, f64> = BTreeMap::new();
        let mut add = |text: &str, weight: f64| {
            for word in stem::words(text) {
                let so_far = weights.entry(word).or_default();
                // The best place counts; further ones add a little.
                *so_far = so_far.max(weight) + 0.2 * so_far.min(weight);
            }
        };
        add(operation.name, NAME);
        operation.words.iter().for_each(|phrase| add(phrase, PHRASE));
        add(operation.summary, SUMMARY);
        add(operation.toolset, TOOLSET);
        for endpoint in [&operation.v1, &operation.v2].into_iter().flatten() {
            endpoint.parameters.iter().for_each(|parameter| add(parameter.name, ARGUMENT));
        }
        let plain_name = operation.name.replace('_', " ");
        let texts = operation.words.iter().copied().chain([operation.summary, &plain_name]);
        Self {
            operation,
            weights,
            name: stem::words(operation.name).into_iter().collect(),
            spelt: stem::spelt(operation.name).collect(),
            verb: stem::words(operation.name).into_iter().next(),
            several: is_about_several(operation.name),
            phrases: texts.map(|text| stem::words(text).into_iter().collect()).collect(),
        }
    }

    fn score(&self, asked: &Asked, index: &Index) -> f64 {
        let covered: f64 = asked
            .words
            .iter()
            .filter_map(|word| {
                let weight = self.weights.get(word)?;
                Some(index.rarity(word) * weight / (weight + SATURATION))
            })
            .sum();
        let whole = index.worth(&asked.words);
        let alike = self.phrases.iter().map(|phrase| index.alike(&asked.words, phrase));
        let alike = 1.3 * alike.fold(0.0, f64::max) * whole;
        let unasked = self.name.difference(&asked.words).map(|word| index.rarity(word));
        let unasked: f64 = unasked.sum();
        let spelt = self.spelt.intersection(&asked.spelt).count();
        let fit = covered + alike - 0.12 * unasked;
        (fit + 0.8 * f64::from(u32::try_from(spelt).unwrap_or(0))) * self.suits(asked)
    }

    /// Whether it does what was asked for, by the verb that its name begins with.
    fn acts(&self, asked: &Asked) -> f64 {
        let Some(verb) = &self.verb else { return 1.0 };
        // What shows one thing and what lists several are told apart by number, not by verb.
        let shows = verb == "list" && asked.words.contains("show");
        if asked.words.contains(verb) || shows {
            return 1.12;
        }
        let is_verb = |word: &str| vocabulary::VERBS.contains(&word);
        let other = asked.words.iter().any(|word| is_verb(word) && !self.is_about(word));
        if other && is_verb(verb) { 0.75 } else { 1.0 }
    }

    /// Whether a word stands in its name, its summary or a phrase.
    fn is_about(&self, word: &str) -> bool {
        self.weights.get(word).is_some_and(|weight| *weight >= TOOLSET)
    }

    /// Questions are answered by what reads, wishes by what changes, "which" by lists.
    fn suits(&self, asked: &Asked) -> f64 {
        let reads = self.operation.level == AccessLevel::Read;
        let mood = match asked.mood {
            Mood::Open => 1.0,
            Mood::Question if reads => 1.15,
            Mood::Wish if !reads => 1.15,
            Mood::Question | Mood::Wish => 0.85,
        };
        let number = match (asked.number, self.several) {
            (Number::Several, true) | (Number::One, false) => 1.08,
            (Number::Several, false) | (Number::One, true) => 0.92,
            (Number::Open, _) => 1.0,
        };
        let qualified: f64 = vocabulary::QUALIFIERS
            .iter()
            .map(|word| match (asked.words.contains(*word), self.name.contains(*word)) {
                (true, false) if !self.is_about(word) => 0.8,
                (false, true) => 0.9,
                _ => 1.0,
            })
            .product();
        mood * number * qualified * self.acts(asked)
    }
}

/// By its name: `list_pools`, `get_task_instance_tries`, `patch_dags`.
fn is_about_several(name: &str) -> bool {
    let last = name.rsplit('_').next().unwrap_or_default();
    name.starts_with("list_") || last != "details" && stem::is_plural(last)
}

impl Index {
    /// How telling a word is.
    #[expect(clippy::cast_precision_loss, reason = "a catalog has some hundred rows")]
    fn rarity(&self, word: &str) -> f64 {
        let all = self.rows.len() as f64;
        let with = self.spread.get(word).copied().unwrap_or_default() as f64;
        // A word that one row alone has may be there by chance.
        ((all - with + 0.5) / (with + 0.5) + 1.0).ln().min(RAREST)
    }

    /// Ids (`orders_daily`) are not made of words; only what a thing is may stand at their end
    /// (`default_pool`).
    fn meant<'a>(&self, text: &'a str) -> &'a str {
        match text.rsplit_once('_') {
            Some((_, last)) if !self.names.contains(text) => {
                let is_thing = self.rows.iter().any(|row| row.operation.toolset == last);
                if is_thing { last } else { "" }
            }
            _ => text,
        }
    }

    /// What a request is by its beginning: a question, or what its first word is in the catalog's
    /// own phrases.
    fn mood(&self, query: &str) -> Mood {
        if stem::asks(query) {
            return Mood::Question;
        }
        match stem::first(query).and_then(|first| self.begins.get(&first)) {
            Some([reads, changes]) if *changes > 2 * reads => Mood::Wish,
            Some([reads, changes]) if *reads > 2 * changes => Mood::Question,
            _ => Mood::Open,
        }
    }

    fn worth(&self, words: &BTreeSet<String>) -> f64 {
        words.iter().map(|word| self.rarity(word)).sum()
    }

    /// How alike two texts are, from 0 to 1: the cosine of their words, weighed by rarity.
    fn alike(&self, a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
        let square = |words: &mut dyn Iterator<Item = &String>| -> f64 {
            words.map(|word| self.rarity(word).powi(2)).sum()
        };
        let common = square(&mut a.intersection(b));
        let norm = (square(&mut a.iter()) * square(&mut b.iter())).sqrt();
        if norm > 0.0 { common / norm } else { 0.0 }
    }
}

/// Rows that fit, the best first, those of the connected Airflow's own document among them. What
/// it lacks comes after what it has.
pub(crate) fn ranked(
    query: &str,
    release: Option<Release>,
    live: &[&'static Operation],
) -> Vec<&'static Operation> {
    let index = &*INDEX;
    let live: Vec<Row> = live.iter().map(|operation| Row::new(operation)).collect();
    let asked = Asked::new(query, index, &live);
    let mut scored: Vec<(f64, &'static Operation)> = index
        .rows
        .iter()
        .chain(&live)
        .filter(|row| asked.words.iter().any(|word| row.weights.contains_key(word)))
        .map(|row| (row.score(&asked, index) * here(row.operation, release), row.operation))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of `operation | request`.
    const REQUESTS: &str = include_str!("requests.txt");

    /// The place of the right operation among those found, for each request; 0 is first.
    fn places() -> Vec<(&'static str, &'static str, usize, Vec<&'static str>)> {
        let requests = REQUESTS.lines().filter(|line| !line.starts_with('#'));
        requests
            .map(|line| {
                let (expected, request) = line.split_once(" | ").unwrap();
                let (expected, api) = match expected.strip_prefix("2: ") {
                    Some(expected) => (expected, ApiVersion::V1),
                    None => (expected, ApiVersion::V2),
                };
                assert!(catalog::find(expected).is_some(), "{expected}");
                let found: Vec<&str> = ranked(request, Some(Release { api, version: None }), &[])
                    .iter()
                    .map(|operation| operation.name)
                    .collect();
                let place = found.iter().position(|name| *name == expected).unwrap_or(usize::MAX);
                (request, expected, place, found.into_iter().take(3).collect())
            })
            .collect()
    }

    #[test]
    fn plain_requests_find_their_operation() {
        let places = places();
        let within = |place: usize| places.iter().filter(|found| found.2 < place).count();
        let (first, three, all) = (within(1), within(3), places.len());
        for (request, expected, place, found) in places.iter().filter(|found| found.2 > 0) {
            println!("{place}: {request}: {expected}, found {found:?}");
        }
        println!("right first for {first} of {all}, within three for {three}");
        assert!(first * 10 >= all * 9, "first for {first} of {all}");
        assert_eq!(three, all);
    }
}
