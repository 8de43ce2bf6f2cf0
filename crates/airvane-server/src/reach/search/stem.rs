//! Words as they are compared: lower case, without endings, without what says nothing.

/// Words that every request has. Verbs stay: they tell reading from changing.
const EMPTY: &[&str] = &[
    "a", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did",
    "do", "does", "for", "from", "had", "has", "have", "how", "i", "if", "in", "into", "is", "it",
    "its", "just", "like", "m", "me", "my", "need", "now", "of", "on", "one", "or", "our",
    "please", "s", "should", "so", "some", "t", "that", "the", "their", "them", "then", "there",
    "these", "they", "this", "to", "up", "us", "want", "was", "we", "were", "what", "where",
    "which", "will", "with", "would", "you", "your", "airflow",
];

/// Different spellings of one thing, after stemming: spelling, thing.
const SAME: &[(&str, &str)] = &[
    ("dagrun", "run"),
    ("taskinstance", "instance"),
    ("dataset", "asset"),
    ("rerun", "retry"),
    ("restart", "retry"),
    ("remove", "delete"),
    ("drop", "delete"),
    ("erase", "delete"),
    ("destroy", "delete"),
    ("modify", "change"),
    ("edit", "change"),
    ("update", "change"),
    ("alter", "change"),
    ("resume", "unpause"),
    ("conn", "connection"),
    ("var", "variable"),
    ("env", "variable"),
    ("parameter", "param"),
    ("configuration", "config"),
    ("setting", "config"),
    ("logs", "log"),
    ("fail", "fail"),
    ("failure", "fail"),
    ("id", ""),
];

/// The words of a text that are worth comparing.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| !word.is_empty() && !EMPTY.contains(&word.as_str()))
        .map(|word| stem(&word))
        .map(|word| {
            let same = SAME.iter().find(|(spelling, _)| *spelling == word);
            same.map_or(word, |(_, thing)| (*thing).to_owned())
        })
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

/// `stopp` → `stop`.
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
        assert_eq!(words("Pausing all the DAGs"), words("paused all dag"));
        assert_eq!(words("stopped"), words("stop"));
        assert_eq!(words("retries"), words("retry"));
        assert_eq!(words("queued"), words("queue"));
        assert_eq!(words("connection_id"), ["connection"]);
        assert_eq!(words("status"), ["status"]);
    }
}
