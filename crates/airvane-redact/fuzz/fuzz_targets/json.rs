//! Any JSON: its shape stays, and the second time changes nothing.
#![no_main]

use std::sync::LazyLock;

use airvane_redact::{Redactor, Settings};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static REDACTOR: LazyLock<Redactor> =
    LazyLock::new(|| Redactor::new(Settings::new().mask_seed(7)).unwrap_or_default());

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

fuzz_target!(|text: &str| {
    let Ok(raw) = serde_json::from_str::<Value>(text) else { return };
    let once = REDACTOR.json(raw.clone());
    // Two keys may become one when both are masked alike; values never multiply.
    assert!(size(once.as_value()) <= size(&raw));
    let again = REDACTOR.json(once.as_value().clone());
    assert_eq!(again, once);
});
