//! Words as they are compared: lower case, without endings, without what says nothing.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::vocabulary::{ASKING, EMPTY, HOW, ONE, SAME, SAYINGS, SEVERAL};

/// What stems are one thing.
static THINGS: LazyLock<BTreeMap<String, &'static str>> =
    LazyLock::new(|| SAME.iter().map(|(word, thing)| (stem(word), *thing)).collect());

/// Whether somebody asks, or wants something done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Asks.
    Question,
    /// Wants something done.
    Wish,
    /// It can't be told.
    Open,
}

/// Whether a text begins like a question. What else it may be, the catalog's own phrases tell.
pub(crate) fn asks(text: &str) -> bool {
    let text = plain(text);
    let mut words = text.split(' ');
    match (words.next(), words.next()) {
        (Some("how"), Some(next)) => HOW.contains(&next),
        (Some(first), _) => ASKING.contains(&first) || is_plural(first),
        (None, _) => false,
    }
}

/// Whether a text is about one thing or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// One.
    One,
    /// Several.
    Several,
    /// It can't be told.
    Open,
}

/// Whether a text is about one thing or several.
pub(crate) fn number(text: &str) -> Number {
    let text = plain(text);
    let has = |words: &[&str]| text.split(' ').any(|word| words.contains(&word));
    let several = has(&SEVERAL) || first(&text).is_some_and(|first| is_plural(&first));
    match (has(&ONE), several) {
        (true, false) => Number::One,
        (false, true) => Number::Several,
        _ => Number::Open,
    }
}

/// Whether a word looks like the plural of a thing.
pub(crate) fn is_plural(word: &str) -> bool {
    word.len() > 3
        && word.ends_with('s')
        && !["ss", "us", "is"].iter().any(|end| word.ends_with(end))
}

/// Lower case, without punctuation.
fn plain(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with its sayings replaced by what they mean.
fn said(text: &str) -> String {
    let mut text = format!(" {} ", plain(text));
    for (saying, meaning) in SAYINGS {
        text = text.replace(&format!(" {} ", plain(saying)), &format!(" {meaning} "));
    }
    text
}

/// The first word that says something, as it is spelt.
pub(crate) fn first(text: &str) -> Option<String> {
    said(text).split_whitespace().find(|word| !EMPTY.contains(word)).map(str::to_owned)
}

/// The words of a text as they are spelt.
pub(crate) fn spelt(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<String> = plain(text).split_whitespace().map(str::to_owned).collect();
    words.into_iter()
}

/// The words of a text that are worth comparing.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut text = said(text);
    // Things that are verbs as well: "run the DAG", "backfill March".
    match first(&text).as_deref() {
        Some("run") => text.push_str("trigger "),
        Some("backfill") => text.push_str("create "),
        _ => {}
    }
    text.split_whitespace()
        .filter(|word| !EMPTY.contains(word))
        .map(stem)
        .map(|word| THINGS.get(&word).map_or(word, |thing| (*thing).to_owned()))
        .filter(|word| !word.is_empty())
        .collect()
}

/// Without plural, `-ing` and `-ed`, lightly: what is left is only compared, never shown.
fn stem(word: &str) -> String {
    const SHORTEST: usize = 3;
    let without = |ending: &str, with: &str| {
        let rest = word.strip_suffix(ending)?;
        (rest.len() >= SHORTEST).then(|| format!("{rest}{with}"))
    };
    if word.len() <= SHORTEST
        || word.ends_with("ss")
        || word.ends_with("us")
        || word.ends_with("is")
    {
        return word.to_owned();
    }
    let singular = without("ies", "y")
        .or_else(|| without("sses", "ss"))
        .or_else(|| without("xes", "x"))
        .or_else(|| without("s", ""))
        .unwrap_or_else(|| word.to_owned());
    plain_verb(&singular)
}

fn plain_verb(word: &str) -> String {
    const SHORTEST: usize = 3;
    for ending in ["ing", "ed"] {
        if let Some(rest) = word.strip_suffix(ending).filter(|rest| rest.len() >= SHORTEST) {
            return undoubled(rest).trim_end_matches('e').to_owned();
        }
    }
    // `pause`, `pausing` and `paused` meet without their `e`.
    if word.len() > SHORTEST + 1 { word.trim_end_matches('e').to_owned() } else { word.to_owned() }
}

/// Without a doubled last letter: what `-ed` and `-ing` leave of `stop`.
fn undoubled(word: &str) -> &str {
    let mut ends = word.chars().rev();
    match (ends.next(), ends.next()) {
        (Some(a), Some(b)) if a == b && !"lsz".contains(a) => {
            word.get(..word.len() - a.len_utf8()).unwrap_or(word)
        }
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_and_empty_words_do_not_count() {
        assert_eq!(words("Pausing the DAGs"), words("pause dag"));
        assert_eq!(words("stopped"), words("stop"));
        assert_eq!(words("retries"), words("retry"));
        assert_eq!(words("queued"), words("queue"));
        assert_eq!(words("connection_id"), ["connection"]);
        assert_eq!(words("get rid of the pools"), ["delete", "pool"]);
    }

    #[test]
    fn questions_and_wishes_are_told_apart() {
        for text in ["Which pools are full?", "how many slots are free", "show the log"] {
            assert!(asks(text), "{text}");
        }
        for text in ["delete a pool", "how do I pause a DAG", "status of a run"] {
            assert!(!asks(text), "{text}");
        }
        assert_eq!(number("which pools are full"), Number::Several);
        assert_eq!(number("one pool"), Number::One);
    }
}
