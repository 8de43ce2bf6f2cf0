//! How many tokens a model reads.
//!
//! Tokenisers differ between models and weigh megabytes, so the server estimates: runs of letters
//! cost a token for every five or so, digits one for three, and everything else about one each.
//! Tests hold the estimate against `o200k_base`, on which the promised sizes are counted.

/// Estimated tokens of a text; rather too many than too few.
pub fn estimate(text: &str) -> usize {
    let mut tokens = 0;
    let mut run = Run::None;
    for c in text.chars() {
        let kind = Run::of(c);
        if kind == run.kind() {
            run = run.longer();
            continue;
        }
        // A word takes the blank before it along; a number does not.
        tokens += match (run, kind) {
            (Run::Blank(1), Run::Digits(_)) => 1,
            _ => run.tokens(),
        };
        run = kind;
    }
    tokens + run.tokens()
}

#[derive(Clone, Copy, PartialEq)]
enum Run {
    None,
    Lower(usize),
    Upper(usize),
    Digits(usize),
    Blank(usize),
    Wide(usize),
    Mark(usize),
}

impl Run {
    fn of(c: char) -> Self {
        match c {
            'a'..='z' => Self::Lower(1),
            'A'..='Z' => Self::Upper(1),
            '0'..='9' => Self::Digits(1),
            ' ' | '\t' | '\n' => Self::Blank(1),
            c if c.is_ascii() => Self::Mark(1),
            _ => Self::Wide(1),
        }
    }

    fn kind(self) -> Self {
        match self {
            Self::None => Self::None,
            Self::Lower(_) => Self::Lower(1),
            Self::Upper(_) => Self::Upper(1),
            Self::Digits(_) => Self::Digits(1),
            Self::Blank(_) => Self::Blank(1),
            Self::Wide(_) => Self::Wide(1),
            Self::Mark(_) => Self::Mark(1),
        }
    }

    fn longer(self) -> Self {
        match self {
            Self::None => Self::None,
            Self::Lower(n) => Self::Lower(n + 1),
            Self::Upper(n) => Self::Upper(n + 1),
            Self::Digits(n) => Self::Digits(n + 1),
            Self::Blank(n) => Self::Blank(n + 1),
            Self::Wide(n) => Self::Wide(n + 1),
            Self::Mark(n) => Self::Mark(n + 1),
        }
    }

    fn tokens(self) -> usize {
        match self {
            Self::None => 0,
            Self::Blank(n) => usize::from(n > 1),
            Self::Lower(n) => n.div_ceil(6),
            Self::Upper(n) => n.div_ceil(4),
            Self::Digits(n) => n.div_ceil(3),
            Self::Mark(n) => n.div_ceil(2),
            Self::Wide(n) => n,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::estimate;

    #[test]
    fn the_estimate_is_near_o200k_on_what_we_write() {
        let samples = [
            "manual__2026-11-20T21:28:47.123456+00:00 | failed | 2026-11-20 21:28:47 | 3m 12s\n",
            "[2026-11-20T21:28:47.123+0000] {taskinstance.py:3310} ERROR - Task failed with exception\n",
            "  File \"/opt/airflow/dags/orders_daily.py\", line 42, in load_orders\n    raise ValueError(f\"bad row {row}\")\nValueError: bad row 17\n",
            "The DAG is paused: its runs stay queued until someone unpauses it (unpause_dag).",
            "{\"conn_id\": \"warehouse\", \"retries\": 3, \"sql\": \"select * from orders where id = 17\"}",
            "dag_id | paused | schedule | owners | last_run\netl_orders | no | 0 3 * * * | data | failed\n",
        ];
        let bpe = tiktoken_rs::o200k_base().unwrap();
        for sample in samples {
            let true_count = bpe.encode_with_special_tokens(sample).len() * 100;
            let ratio = estimate(sample) * 10_000 / true_count;
            assert!((90..160).contains(&ratio), "{ratio} % for {sample:?}");
        }
    }
}
