//! Answers that real Airflows gave, to make others from.

use std::collections::HashMap;

use airvane_server::cassette::Cassette;
use anyhow::{Context, Result};
use serde_json::Value;

use crate::recording;
use crate::rest::Major;

/// The first item of each kind of answer, and a whole answer of each.
pub(super) struct Templates {
    whole: HashMap<String, Value>,
    items: HashMap<String, Value>,
    refused: HashMap<String, u16>,
}

impl Templates {
    /// From all cassettes of a major, by name.
    pub(super) fn load(major: Major) -> Result<Self> {
        let mut paths: Vec<_> = std::fs::read_dir(recording::folder(major))?
            .collect::<std::io::Result<Vec<_>>>()?
            .into_iter()
            .map(|entry| entry.path())
            .collect();
        paths.sort();
        let (whole, items, refused) = Default::default();
        let mut templates = Self { whole, items, refused };
        for path in paths {
            let text = std::fs::read_to_string(&path)?;
            templates.add(&Cassette::parse(&text).with_context(|| path.display().to_string())?);
        }
        Ok(templates)
    }

    fn add(&mut self, cassette: &Cassette) {
        for answer in &cassette.answers {
            let Some(value) = cassette.answer_to(&answer.request) else { continue };
            let target = answer.request.split(' ').nth(1).unwrap_or_default();
            let kind = kind(target.split('?').next().unwrap_or_default());
            match answer.status {
                Some(200) => {}
                Some(403) => {
                    self.refused.insert(kind, 403);
                    continue;
                }
                _ => continue,
            }
            let item = value.as_object().and_then(list).and_then(|(_, items)| items.first());
            // An item that is mapped tells more than one that is not.
            let mapped = |item: &Value| item["map_index"].as_i64().is_some_and(|index| index >= 0);
            if let Some(item) = item
                && (mapped(item) || !self.items.contains_key(&kind))
            {
                self.items.insert(kind.clone(), item.clone());
            }
            self.whole.entry(kind).or_insert_with(|| value.clone());
        }
    }

    /// An answer of this kind.
    pub(super) fn whole(&self, kind: &str) -> Option<Value> {
        self.whole.get(kind).cloned()
    }

    /// The status of those that the recording's user may not see.
    pub(super) fn refused(&self, kind: &str) -> Option<u16> {
        self.refused.get(kind).copied()
    }

    /// An item of a list of this kind.
    pub(super) fn item(&self, kind: &str) -> Result<Value> {
        self.items.get(kind).cloned().with_context(|| format!("no cassette holds {kind}"))
    }
}

/// The one list of an answer, with its name.
pub(super) fn list(answer: &serde_json::Map<String, Value>) -> Option<(&String, &Vec<Value>)> {
    answer.iter().find_map(|(name, value)| value.as_array().map(|items| (name, items)))
}

/// What a path leads to: its fixed words. `/dags/a/dagRuns/b/taskInstances` and the same of other
/// DAGs and runs are one kind.
pub(super) fn kind(path: &str) -> String {
    let mut words: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if words.first() == Some(&"dags") {
        for at in [1, 3, 5, 7] {
            if let Some(id) = words.get_mut(at)
                && !(at == 5 && *id == "list")
            {
                let fixed = at == 5 && words_are_fixed(id);
                if !fixed {
                    *id = "*";
                }
            }
        }
    }
    words.join("/")
}

fn words_are_fixed(word: &str) -> bool {
    matches!(word, "upstreamAssetEvents" | "hitlDetails")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_no_part_of_a_kind() {
        assert_eq!(kind("/dags/a/dagRuns/b/taskInstances"), "dags/*/dagRuns/*/taskInstances");
        assert_eq!(kind("/dags/~/dagRuns"), "dags/*/dagRuns");
        assert_eq!(
            kind("/dags/a/dagRuns/b/taskInstances/t/logs/1"),
            "dags/*/dagRuns/*/taskInstances/*/logs/*"
        );
        assert_eq!(kind("/dags/a/details"), "dags/*/details");
        assert_eq!(kind("/monitor/health"), "monitor/health");
    }
}
