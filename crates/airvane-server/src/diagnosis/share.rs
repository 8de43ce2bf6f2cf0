//! Shares the budget of an answer among its causes, so that what comes after them is not cut away:
//! a long error must not cost the line that says since when it is there.

use crate::output::estimate_tokens as estimate;

/// Tokens that every cause gets: its title and its error.
const LEAST: usize = 70;

/// Cuts texts so that together they stay within so many tokens: earlier ones get more.
pub(super) fn share(texts: Vec<String>, tokens: usize) -> Vec<String> {
    let mut left = tokens;
    let mut after = texts.len();
    texts
        .into_iter()
        .map(|text| {
            after = after.saturating_sub(1);
            let text = cut(text, left.saturating_sub(after * LEAST).max(LEAST));
            left = left.saturating_sub(estimate(&text));
            text
        })
        .collect()
}

/// Keeps the first lines: what tells most comes first in a cause.
fn cut(text: String, tokens: usize) -> String {
    const TITLE_AND_ERROR: usize = 2;
    let mut left = tokens;
    let fits = text
        .lines()
        .take_while(|line| {
            let cost = estimate(line) + 1;
            let fits = cost <= left;
            left = left.saturating_sub(cost);
            fits
        })
        .count()
        .max(TITLE_AND_ERROR);
    let all = text.lines().count();
    if fits >= all {
        return text;
    }
    let mut kept: String = text.lines().take(fits).flat_map(|line| [line, "\n"]).collect();
    kept.push_str("  […]\n");
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(name: &str, lines: usize) -> String {
        let mut text = format!("{name} failed\n  error: it broke\n");
        for _ in 0..lines {
            text.push_str("    a line that tells something more about what went wrong here\n");
        }
        text
    }

    #[test]
    fn what_fits_is_left_alone() {
        let texts = vec![cause("load", 3), cause("sum", 3)];
        assert_eq!(share(texts.clone(), 1_000), texts);
    }

    #[test]
    fn every_cause_keeps_its_error_and_the_first_keeps_most() {
        let texts: Vec<String> = (0..4).map(|n| cause(&format!("t{n}"), 40)).collect();
        let shared = share(texts, 700);
        let all: usize = shared.iter().map(|text| estimate(text)).sum();
        assert!(all <= 760, "{all}");
        assert!(
            shared.iter().all(|text| text.contains("error: it broke") && text.ends_with("  […]\n"))
        );
        assert!(shared[0].len() > 3 * shared[3].len());
    }
}
