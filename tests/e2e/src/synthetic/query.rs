//! What a request's query asks for.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;

/// Filters and paging that the synthetic Airflow knows. What it does not know, it refuses: an
/// answer that ignores a filter would be wrong.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) states: Vec<String>,
    pub(super) start: Range,
    pub(super) end: Range,
    pub(super) duration_gte: Option<f64>,
    pub(super) operator: Option<String>,
    pub(super) pool: Option<String>,
    pub(super) order_by: Option<String>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
}

/// From one instant to another, both included.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Range {
    pub(super) gte: Option<Timestamp>,
    pub(super) lte: Option<Timestamp>,
}

impl Range {
    pub(super) fn holds(self, at: Timestamp) -> bool {
        self.gte.is_none_or(|gte| at >= gte) && self.lte.is_none_or(|lte| at <= lte)
    }
}

impl Query {
    /// Reads a query, or names the parameter that is not understood.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut query = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = value.replace('+', " ");
            let value = percent_decode_str(&value).decode_utf8_lossy().into_owned();
            query.set(name, &value).ok_or_else(|| format!("{name}={value}"))?;
        }
        Ok(query)
    }

    fn set(&mut self, name: &str, value: &str) -> Option<()> {
        let at = || value.parse::<Timestamp>().ok().map(Some);
        match name {
            "state" => self.states.push(value.to_owned()),
            "start_date_gte" => self.start.gte = at()?,
            "start_date_lte" => self.start.lte = at()?,
            "end_date_gte" => self.end.gte = at()?,
            "end_date_lte" => self.end.lte = at()?,
            "duration_gte" => self.duration_gte = Some(value.parse().ok()?),
            "operator" => self.operator = Some(value.to_owned()),
            "pool" => self.pool = Some(value.to_owned()),
            "order_by" => self.order_by = Some(value.to_owned()),
            "limit" => self.limit = Some(value.parse().ok()?),
            "offset" => self.offset = value.parse().ok()?,
            _ => return None,
        }
        Some(())
    }

    /// Rows of the page: no more than Airflow gives at once.
    pub(super) fn limit(&self) -> usize {
        const MOST: usize = 100;
        self.limit.unwrap_or(MOST).min(MOST)
    }

    pub(super) fn wants_state(&self, state: &str) -> bool {
        self.states.is_empty() || self.states.iter().any(|wanted| wanted == state)
    }
}
