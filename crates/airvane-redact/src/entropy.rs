//! Does a string look drawn at random, and is it one of the random-looking things that are no
//! secret: hashes, UUIDs, revisions, digests, timestamps?

/// Shannon entropy in bits per byte, 0 for the empty string.
#[allow(clippy::cast_precision_loss)] // lengths here are far below 2^52
pub(crate) fn bits_per_byte(value: &str) -> f64 {
    let mut counts = [0u32; 256];
    for b in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(b)) {
            *count += 1;
        }
    }
    let total = value.len() as f64;
    let share = |n: &u32| f64::from(*n) / total;
    counts.iter().filter(|n| **n > 0).map(|n| -share(n) * share(n).log2()).sum()
}

/// What a value is made of.
#[derive(Default)]
struct Makeup {
    lower: usize,
    upper: usize,
    digit: usize,
    other: usize,
    /// Changes between letters of either case, digits and the rest: random text has many.
    changes: usize,
}

fn makeup(value: &str) -> Makeup {
    let mut m = Makeup::default();
    let mut last = 0;
    for b in value.bytes() {
        let class = match b {
            b'a'..=b'z' => {
                m.lower += 1;
                1
            }
            b'A'..=b'Z' => {
                m.upper += 1;
                2
            }
            b'0'..=b'9' => {
                m.digit += 1;
                3
            }
            _ => {
                m.other += 1;
                4
            }
        };
        m.changes += usize::from(last != 0 && class != last);
        last = class;
    }
    m
}

/// Whether `value` looks random: no words, many kinds of characters in no order. `min_len` in
/// bytes. Hashes and UUIDs look random too; see [`is_identifier`].
pub(crate) fn looks_random(value: &str, min_len: usize) -> bool {
    if value.len() < min_len || value.contains(' ') || holds_date(value) || is_slug(value) {
        return false;
    }
    let m = makeup(value);
    let kinds = [m.lower, m.upper, m.digit].iter().filter(|n| **n > 0).count();
    if kinds < 2 || m.other * 4 > value.len() {
        return false;
    }
    let floor = if value.len() < 20 { 2.8 } else { 3.1 };
    // Words joined by separators or camel humps change class about every sixth character.
    let lively = m.changes * 5 >= value.len() || (m.digit * 6 >= value.len() && m.changes >= 3);
    lively && m.digit > 0 && bits_per_byte(value) >= floor
        || kinds == 2 && m.digit == 0 && m.changes * 3 >= value.len() && bits_per_byte(value) > 3.6
}

/// `libclang-common-19-dev`, `orders_daily+1795274084`, `orders-daily-load-yz93cpnt`: two words or
/// more, which with whole numbers are half of it.
pub(crate) fn is_slug(value: &str) -> bool {
    let (mut words, mut length) = (0, 0);
    for part in value.split(|c: char| !c.is_ascii_alphanumeric()) {
        let word = part.len() >= 3 && part.bytes().all(|b| b.is_ascii_lowercase());
        let whole = word || part.bytes().all(|b| b.is_ascii_digit());
        words += usize::from(word);
        length += if whole { part.len() } else { 0 };
    }
    words >= 2 && length * 2 >= value.len()
}

/// `GoogleCloudApihubV1Secret`: humps of four letters or more, two at least, are most of it.
pub(crate) fn is_camel(value: &str) -> bool {
    const HUMP: usize = 4;
    let (mut humps, mut length, mut run) = (0, 0, 0);
    // A byte of another kind ends the last hump.
    for b in value.bytes().chain(Some(b'-')) {
        if run > 0 && b.is_ascii_lowercase() {
            run += 1;
            continue;
        }
        if run >= HUMP {
            humps += 1;
            length += run;
        }
        run = usize::from(b.is_ascii_uppercase());
    }
    humps >= 2 && length * 5 >= value.len() * 3
}

/// `2026-01-02` somewhere: run ids and file names, not secrets.
fn holds_date(value: &str) -> bool {
    value.as_bytes().windows(10).any(|w| {
        w.iter()
            .enumerate()
            .all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() })
    })
}

fn all_hex(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_hexdigit())
}

/// `2026-01-01T00:00:00+00:00`: it holds a date and nothing else.
pub(crate) fn is_time(value: &str) -> bool {
    holds_date(value) && value.bytes().all(|b| b.is_ascii_digit() || b"-:.+TZ".contains(&b))
}

/// 8-4-4-4-12 hexadecimal digits.
pub(crate) fn is_uuid(value: &str) -> bool {
    let mut groups = value.split('-');
    [8, 4, 4, 4, 12].iter().all(|len| groups.next().is_some_and(|g| g.len() == *len && all_hex(g)))
        && groups.next().is_none()
}

/// MD5, SHA-1, SHA-256, SHA-512, or an abbreviated revision, in hexadecimal.
pub(crate) fn is_hash(value: &str) -> bool {
    matches!(value.len(), 7..=12 | 32 | 40 | 56 | 64 | 96 | 128) && all_hex(value)
}

/// Random-looking but made to be shown: UUIDs, hashes, digests, times, addresses.
pub(crate) fn is_identifier(value: &str) -> bool {
    let bare = value.split_once(':').map_or(value, |(scheme, rest)| {
        if matches!(scheme, "sha256" | "sha512" | "sha1" | "md5" | "arn") { rest } else { value }
    });
    is_uuid(bare)
        || is_hash(bare)
        || value.starts_with("arn:")
        || value.starts_with("sha256-")
        || value.starts_with("sha512-")
        || bare.bytes().all(|b| b.is_ascii_digit() || b"-:.+TZ/_ ".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_random_from_words() {
        for random in
            ["k9Xw2LpQ7vRt4Zb8", "hvfuv1l2aq1rpv3x99vs6g5gort6eaco", "Xy7_9kLmZ-pQ2wR4tY6u"]
        {
            assert!(looks_random(random, 16), "{random}");
        }
        for words in [
            "airflow.providers.standard.operators",
            "extract_customer_orders",
            "KubernetesPodOperator",
            "manual__2026-01-01T00:00:00",
            "aaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(!looks_random(words, 16), "{words}");
        }
    }

    #[test]
    fn knows_identifiers() {
        assert!(is_identifier("0190f4f2-0b6e-7cc1-9d2e-0d5e8f1a2b3c"));
        assert!(is_identifier(
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
        ));
        assert!(is_identifier("2026-01-01T00:00:00.000000+00:00"));
        assert!(!is_identifier("k9Xw2LpQ7vRt4Zb8"));
    }
}
