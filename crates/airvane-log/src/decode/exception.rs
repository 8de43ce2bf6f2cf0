//! Reads `error_detail`: Airflow 3's exception chain. Wrong or missing fields are tolerated.

use serde_json::Value;

use super::lines;
use crate::raw::{RawException, RawFrame};

/// Exceptions kept of one chain.
const MAX_CHAIN: usize = 16;
/// Members kept of one exception group.
const MAX_MEMBERS: usize = 16;
/// Frames kept of one exception: the outermost quarter, and the rest innermost.
const MAX_FRAMES: usize = 64;
/// Groups within groups that are followed.
const MAX_DEPTH: usize = 4;

pub(super) fn chain(detail: Value) -> Vec<RawException> {
    chain_at(detail, 0)
}

fn chain_at(detail: Value, depth: usize) -> Vec<RawException> {
    list(detail).take(MAX_CHAIN).filter_map(|item| one(item, depth)).collect()
}

fn one(item: Value, depth: usize) -> Option<RawException> {
    let Value::Object(mut item) = item else { return None };
    let mut take = |key: &str| item.remove(key).unwrap_or_default();
    let members = take("exceptions");
    Some(RawException {
        exc_type: text(take("exc_type")),
        exc_value: text(take("exc_value")),
        exc_notes: list(take("exc_notes")).take(MAX_MEMBERS).map(text).collect(),
        is_cause: take("is_cause").as_bool().unwrap_or_default(),
        frames: frames(take("frames")),
        exceptions: if depth < MAX_DEPTH {
            list(members).take(MAX_MEMBERS).map(|member| chain_at(member, depth + 1)).collect()
        } else {
            Vec::new()
        },
    })
}

fn frames(value: Value) -> Vec<RawFrame> {
    let mut frames: Vec<_> = list(value).filter_map(frame).collect();
    if frames.len() > MAX_FRAMES {
        frames.drain(MAX_FRAMES / 4..frames.len() - MAX_FRAMES * 3 / 4);
    }
    frames
}

fn frame(value: Value) -> Option<RawFrame> {
    let Value::Object(mut item) = value else { return None };
    let mut take = |key: &str| item.remove(key).unwrap_or_default();
    Some(RawFrame {
        filename: text(take("filename")),
        lineno: take("lineno").as_u64().and_then(|line| u32::try_from(line).ok()),
        name: text(take("name")),
    })
}

fn list(value: Value) -> impl Iterator<Item = Value> {
    match value {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
    .into_iter()
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => lines::limit(text),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_holds_the_chain_of_each_member() {
        let detail = serde_json::json!([
            {"exc_type": "ExceptionGroup", "exc_value": "2 failed", "is_group": true, "exceptions": [
                [{"exc_type": "ValueError", "exc_value": "a"}, {"exc_type": "KeyError", "is_cause": true}],
                [{"exc_type": "OSError", "frames": [{"filename": "x.py", "lineno": 3, "name": "f"}]}],
            ]},
        ]);
        let chain = chain(detail);
        assert!(chain[0].exceptions[0][1].is_cause);
        assert_eq!(chain[0].exceptions[1][0].frames[0].lineno, Some(3));
    }

    #[test]
    fn recursion_is_cut_in_the_middle_of_its_frames() {
        let frames: Vec<_> = (0..1000).map(|n| serde_json::json!({"lineno": n})).collect();
        let chain = chain(serde_json::json!([{"exc_type": "RecursionError", "frames": frames}]));
        let lines: Vec<_> = chain[0].frames.iter().filter_map(|frame| frame.lineno).collect();
        assert_eq!((lines.len(), lines[0], lines[63]), (MAX_FRAMES, 0, 999));
    }

    #[test]
    fn nonsense_is_no_exception() {
        assert!(chain(serde_json::json!("boom")).is_empty());
        assert!(chain(serde_json::json!([1, null])).is_empty());
    }
}
