//! The last lines, bounded in number and in bytes.

use std::collections::VecDeque;
use std::sync::Arc;

use super::line::{Line, weight};

/// Most lines a tail keeps, whatever is asked for.
pub const MAX_TAIL: usize = 10_000;

/// Most bytes a tail keeps; the oldest lines go first, the last line always stays.
const MAX_BYTES: usize = 4 * 1024 * 1024;

pub(super) struct Tail {
    lines: VecDeque<Arc<Line>>,
    limit: usize,
    bytes: usize,
}

impl Tail {
    pub(super) fn new(limit: usize) -> Self {
        Self { lines: VecDeque::new(), limit: limit.min(MAX_TAIL), bytes: 0 }
    }

    pub(super) fn push(&mut self, line: &Arc<Line>) {
        if self.limit == 0 {
            return;
        }
        self.bytes += weight(line);
        self.lines.push_back(Arc::clone(line));
        while self.lines.len() > self.limit || (self.bytes > MAX_BYTES && self.lines.len() > 1) {
            if let Some(gone) = self.lines.pop_front() {
                self.bytes -= weight(&gone);
            }
        }
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn finish(self) -> Vec<Arc<Line>> {
        self.lines.into()
    }
}
