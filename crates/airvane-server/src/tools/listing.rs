//! What all lists have in common: pages, how many there are, and what a filter could not do.

use airvane_api::models::Page;
use airvane_api::request::RequestBuilder;

use crate::output::Document;

/// Rows of a list where the caller names no number.
pub(crate) const DEFAULT_LIMIT: u32 = 25;

/// Most rows that Airflow gives at once (`[api] maximum_page_limit`, 100 by default).
pub(crate) const MAX_LIMIT: u32 = 100;

/// Which page of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paging {
    pub(crate) limit: u32,
    pub(crate) offset: u32,
}

impl Paging {
    /// From arguments, within what Airflow takes.
    pub(crate) fn new(limit: Option<u32>, offset: Option<u32>) -> Self {
        let limit = limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
        Self { limit, offset: offset.unwrap_or(0) }
    }

    /// Adds it to a request.
    pub(crate) fn fill(self, request: RequestBuilder) -> RequestBuilder {
        request.query("limit", self.limit).query("offset", self.offset)
    }

    /// How many there are, and how to get the rest: the first line of every list.
    pub(crate) fn headline<T>(self, page: &Page<T>, what: &str) -> String {
        let shown = page.items.len() as u64;
        let offset = u64::from(self.offset);
        match page.total {
            Some(total) if offset + shown < total || offset > 0 => {
                let from = if shown == 0 { offset } else { offset + 1 };
                let next = offset + shown;
                let more =
                    if next < total { format!("; more with offset={next}") } else { String::new() };
                format!("{what} {from} to {next} of {total}{more}")
            }
            Some(total) => format!("{total} {what}"),
            None if shown == u64::from(self.limit) => {
                format!(
                    "{what} {} to {}; there may be more with offset={}",
                    offset + 1,
                    offset + shown,
                    offset + shown
                )
            }
            None => format!("{shown} {what}"),
        }
    }

    /// The call that brings the rest after a cut of the answer.
    pub(crate) fn more(tool: &str) -> String {
        format!("{tool} with a smaller `limit` and `offset`, or with filters,")
    }
}

/// Adds a filter if this Airflow can apply it, and says so if it can't: an answer that ignores a
/// filter silently is a wrong answer.
pub(crate) fn filter_if_known<T: std::fmt::Display>(
    request: RequestBuilder,
    document: &mut Document,
    name: &str,
    value: Option<T>,
) -> RequestBuilder {
    let Some(value) = value else { return request };
    if request.knows(name) {
        request.query(name, value)
    } else {
        document
            .line(format!("[this Airflow can't filter by {name}: the list is not filtered by it]"));
        request
    }
}

/// `yes`, or nothing: columns that are empty everywhere are left out.
pub(crate) fn mark(is: bool) -> String {
    if is { "yes".to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(items: usize, total: Option<u64>) -> Page<()> {
        Page { items: vec![(); items], total }
    }

    #[test]
    fn a_page_says_what_is_missing() {
        let paging = |limit, offset| Paging::new(Some(limit), Some(offset));
        assert_eq!(paging(25, 0).headline(&page(3, Some(3)), "DAGs"), "3 DAGs");
        assert_eq!(
            paging(25, 0).headline(&page(25, Some(60)), "DAGs"),
            "DAGs 1 to 25 of 60; more with offset=25"
        );
        assert_eq!(paging(25, 50).headline(&page(10, Some(60)), "DAGs"), "DAGs 51 to 60 of 60");
        assert_eq!(
            paging(25, 0).headline(&page(25, None), "DAGs"),
            "DAGs 1 to 25; there may be more with offset=25"
        );
        assert_eq!(Paging::new(Some(5000), None).limit, MAX_LIMIT);
    }
}
