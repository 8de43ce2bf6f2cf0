//! The words of a name, and those that are written together.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::lists::{PLAIN_PASSES, PW_OWNERS, STEMS};

/// Lower-case words of a name; digits at the end of a word are dropped (`password2`).
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut chars = name.chars().peekable();
    let mut last = ' ';
    while let Some(c) = chars.next() {
        let next_lower = chars.peek().is_some_and(char::is_ascii_lowercase);
        let hump = c.is_ascii_uppercase()
            && (last.is_ascii_lowercase()
                || last.is_ascii_digit()
                || (last.is_ascii_uppercase() && next_lower));
        if hump || !c.is_alphanumeric() {
            finish(&mut words, &mut word);
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        last = c;
    }
    finish(&mut words, &mut word);
    words
}

/// Whether one of a name's words is in the list.
pub(crate) fn has_word(name: &str, list: &[&str]) -> bool {
    words(name).iter().any(|word| list.contains(&word.as_str()))
}

fn finish(words: &mut Vec<String>, word: &mut String) {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let bare = if bare.is_empty() || word.len() - bare.len() > 2 { word.as_str() } else { bare };
    if !bare.is_empty() {
        words.push(bare.to_owned());
    }
    word.clear();
}

/// Words written together: `dbpassword`, `MYSECRETKEY`, `myapikey`.
pub(super) fn squashed(word: &str) -> Option<&'static str> {
    static FINDER: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::new(STEMS.iter().map(|(stem, _)| stem)).ok());
    let stem = FINDER.as_ref().and_then(|finder| finder.find(word));
    let kind = stem.and_then(|m| STEMS.get(m.pattern().as_usize())).map(|(_, kind)| *kind);
    let ends = |tail: &str| word.len() > tail.len() + 1 && word.ends_with(tail);
    kind.or_else(|| match () {
        () if ends("secret") => Some("secret"),
        () if ends("token") => Some("token"),
        () if ends("cookie") && word == "setcookie" => Some("cookie"),
        () if word.strip_suffix("pw").is_some_and(|of| PW_OWNERS.contains(&of)) => Some("password"),
        () if ends("pwd") || ends("psk") => Some("password"),
        () if ends("pass") && !PLAIN_PASSES.contains(&word) => Some("password"),
        () => None,
    })
}
