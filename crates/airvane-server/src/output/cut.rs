//! Cutting an answer to its budget: what comes first is kept, and a cut says what it left out.

use super::document::{Block, Document};
use super::tokens::estimate;

/// Kept free for the frame, the notes on cuts and the proposals.
const RESERVE: usize = 90;

impl Document {
    /// Cuts the document so that its text stays within so many tokens (estimated), or within its
    /// own budget if that is smaller.
    #[must_use]
    pub fn cut_to(mut self, limit: usize) -> Self {
        let limit = self.budget.map_or(limit, |own| own.min(limit));
        let proposals: usize = self.next.iter().map(|call| estimate(call) + 2).sum();
        let mut left = limit.saturating_sub(RESERVE + proposals);
        let mut kept = Vec::with_capacity(self.blocks.len());
        let mut dropped = 0_usize;
        for block in std::mem::take(&mut self.blocks) {
            let cost = block.tokens();
            if cost <= left {
                left -= cost;
                kept.push(block);
                continue;
            }
            match block.cut(left) {
                Some((part, note)) if dropped == 0 => {
                    kept.push(part);
                    kept.push(Block::Line(note));
                }
                _ => dropped += 1,
            }
            left = 0;
        }
        if dropped > 0 {
            kept.push(Block::Line(format!(
                "[{dropped} further parts were left out to stay within {limit} tokens]"
            )));
        }
        self.blocks = kept;
        self
    }
}

impl Block {
    fn tokens(&self) -> usize {
        let mut text = String::new();
        self.write(&mut text);
        // Lines pay for their line break.
        estimate(&text) + text.lines().count()
    }

    /// What of it fits into so many tokens, and a note on the rest.
    fn cut(self, tokens: usize) -> Option<(Self, String)> {
        match self {
            Self::Line(_) | Self::Fields(_) => None,
            Self::Table { name, columns, mut rows, more } => {
                let all = rows.len();
                let mut left = tokens.saturating_sub(estimate(&columns.join(" | ")) + 1);
                let fits = rows
                    .iter()
                    .take_while(|row| {
                        let cost = estimate(&row.join(" | ")) + 1;
                        let fits = cost <= left;
                        left = left.saturating_sub(cost);
                        fits
                    })
                    .count();
                if fits == 0 {
                    return None;
                }
                rows.truncate(fits);
                let note = note(all - fits, "rows", more.as_deref());
                Some((Self::Table { name, columns, rows, more }, note))
            }
            Self::Text { name, text, more } => {
                let (kept, left_out) = cut_middle(&text, tokens)?;
                let note = note(left_out, "lines", more.as_deref());
                Some((Self::Text { name, text: kept, more }, note))
            }
            Self::Records(records) => {
                let more = records.more.clone();
                let (kept, left_out) = records.cut(tokens)?;
                Some((Self::Records(kept), note(left_out, "rows", more.as_deref())))
            }
            Self::Object(object) => {
                let (kept, lost) = object.cut(tokens)?;
                Some((Self::Object(kept), note(lost, "fields shortened or", None)))
            }
        }
    }
}

fn note(count: usize, what: &str, more: Option<&str>) -> String {
    match more {
        Some(call) => format!("[{count} {what} left out; {call} brings them]"),
        None => format!("[{count} {what} left out]"),
    }
}

/// Keeps the beginning and the end of a text, a third and two thirds: of logs and stack traces the
/// end tells more.
fn cut_middle(text: &str, tokens: usize) -> Option<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let costs: Vec<usize> = lines.iter().map(|line| estimate(line) + 1).collect();
    let head = fitting(costs.iter(), tokens / 3);
    let tail = fitting(costs.iter().rev(), tokens - tokens / 3).min(lines.len() - head);
    if head + tail == 0 {
        return None;
    }
    let left_out = lines.len() - head - tail;
    let mut kept: Vec<&str> = lines.iter().take(head).copied().collect();
    let gap = format!("[… {left_out} lines …]");
    kept.push(&gap);
    kept.extend(lines.iter().skip(lines.len() - tail));
    Some((kept.join("\n"), left_out))
}

fn fitting<'a>(costs: impl Iterator<Item = &'a usize>, mut left: usize) -> usize {
    costs
        .take_while(|cost| {
            let fits = **cost <= left;
            left = left.saturating_sub(**cost);
            fits
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize) -> Vec<Vec<String>> {
        (0..count).map(|n| vec![format!("dag_{n}"), "failed".to_owned()]).collect()
    }

    #[test]
    fn what_fits_is_left_alone() {
        let mut document = Document::new();
        document.line("one").table("t", &["a", "b"], rows(3));
        assert_eq!(document.clone().cut_to(1000), document);
    }

    #[test]
    fn a_cut_table_says_how_many_rows_are_missing_and_how_to_get_them() {
        let mut document = Document::new();
        document.table("dags", &["dag_id", "state"], rows(500)).more("list_dags(offset=…)");
        let body = document.cut_to(400).body();
        assert!(estimate(&body) <= 400, "{}", estimate(&body));
        let shown =
            body.lines().filter(|line| line.starts_with("dag_") && line.contains('|')).count() - 1;
        assert!(shown > 20);
        assert!(body.contains(&format!(
            "[{} rows left out; list_dags(offset=…) brings them]",
            500 - shown
        )));
    }

    #[test]
    fn a_cut_text_keeps_its_beginning_and_its_end() {
        let lines: Vec<String> = (0..1000).map(|n| format!("line {n}")).collect();
        let mut document = Document::new();
        document.text("log", lines.join("\n"));
        let body = document.cut_to(300).body();
        assert!(body.starts_with("line 0\n") && body.contains("line 999\n"), "{body}");
        assert!(body.contains("lines left out]"));
    }

    #[test]
    fn parts_that_do_not_fit_are_counted() {
        let mut document = Document::new();
        document.line("x ".repeat(50)).line("y ".repeat(900)).line("z ".repeat(900));
        assert!(document.cut_to(300).body().contains("[2 further parts were left out"));
    }
}
