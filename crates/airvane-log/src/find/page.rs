//! A stretch of lines from a given number on.

use std::sync::Arc;

use super::line::{Line, weight};

/// Most lines of a page.
pub const MAX_PAGE: usize = 10_000;
/// Most bytes of a page; it has one line at least.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Which lines to give.
#[derive(Clone, Copy, Debug)]
pub struct PageOptions {
    /// Number of the first line, from 1.
    pub first: u64,
    /// How many, at most [`MAX_PAGE`].
    pub lines: usize,
}

/// The lines asked for.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The lines in order.
    pub lines: Vec<Arc<Line>>,
    /// The number of the line after them, if there is one.
    pub next: Option<u64>,
}

pub(super) struct Pager {
    options: PageOptions,
    bytes: usize,
    page: Page,
}

impl Pager {
    pub(super) fn new(options: PageOptions) -> Self {
        Self { options, bytes: 0, page: Page::default() }
    }

    pub(super) fn push(&mut self, line: &Arc<Line>) {
        if line.number < self.options.first || self.page.next.is_some() {
            return;
        }
        let is_full =
            self.page.lines.len() >= self.options.lines.min(MAX_PAGE) || self.bytes >= MAX_BYTES;
        if is_full {
            self.page.next = Some(line.number);
        } else {
            self.bytes += weight(line);
            self.page.lines.push(Arc::clone(line));
        }
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn finish(self) -> Page {
        self.page
    }
}
