//! Any text: no panic, the second time changes nothing, growth is bounded, and a secret the
//! process knows is gone.
#![no_main]

use std::sync::LazyLock;

use airvane_redact::{Redactor, Settings};
use libfuzzer_sys::fuzz_target;

const KNOWN: &str = "kn0wn-Secret!";

static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| {
    let settings = Settings::new().mask_seed(7).known_secret(KNOWN.into());
    Redactor::new(settings).unwrap_or_default()
});

fuzz_target!(|text: &str| {
    let once = REDACTOR.text(text);
    assert!(!once.contains(KNOWN));
    assert!(once.len() <= 16 * text.len() + 64);
    assert_eq!(REDACTOR.text(&once), once);
});
