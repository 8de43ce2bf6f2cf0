//! The name somebody probably meant.

/// The most similar of the candidates, if any is similar enough to be worth proposing.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    ranked(name, candidates).into_iter().next()
}

/// Similar candidates, the most similar first.
pub fn ranked<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    const WORTH_PROPOSING: f64 = 0.72;
    let wanted = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = candidates
        .into_iter()
        .map(|candidate| (similarity(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(score, _)| *score >= WORTH_PROPOSING)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.into_iter().map(|(_, candidate)| candidate).collect()
}

fn similarity(wanted: &str, candidate: &str) -> f64 {
    let contained = wanted.len() >= 4 && (candidate.contains(wanted) || wanted.contains(candidate));
    let bonus = if contained && candidate.len() >= 3 { 0.2 } else { 0.0 };
    strsim::jaro_winkler(wanted, candidate) + bonus
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_and_parts_are_found_and_strangers_are_not() {
        let dags = ["orders_daily", "orders_hourly", "customers_daily", "ml_training"];
        assert_eq!(nearest("order_dayli", dags), Some("orders_daily"));
        assert_eq!(nearest("training", dags), Some("ml_training"));
        assert_eq!(nearest("xyzzy", dags), None);
    }
}
