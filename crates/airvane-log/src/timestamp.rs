//! Reads the few timestamp shapes seen in task logs, without a general parser: this runs on every
//! line.

use jiff::Timestamp;

/// Reads a whole string such as `2026-11-20T21:39:07.205+0000`, `…Z`, `2026-11-20 21:39:07,123`
/// or `2026-11-20, 21:39:07 UTC`. Without a zone it is taken as UTC, Airflow's default.
pub(crate) fn parse(text: &[u8]) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = match rest.split_first()? {
        (b'T' | b' ', rest) => rest,
        (b',', rest) => rest.strip_prefix(b" ")?,
        _ => return None,
    };
    let (time, rest) = rest.split_at_checked(8)?;
    let seconds = days(date)? * 86_400 + seconds(time)?;
    let (nanos, rest) = fraction(rest);
    Timestamp::new(seconds - offset(rest)?, nanos).ok()
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter()
        .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

/// Days since 1970-01-01 of `YYYY-MM-DD`, by the usual shift of the year's start to March.
fn days(date: &[u8]) -> Option<i64> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
    let (year, month, day) = (digits(&[y1, y2, y3, y4])?, digits(&[m1, m2])?, digits(&[d1, d2])?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let shifted = (month + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    Some(365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468)
}

fn seconds(time: &[u8]) -> Option<i64> {
    let &[h1, h2, b':', m1, m2, b':', s1, s2] = time else { return None };
    Some(digits(&[h1, h2])? * 3_600 + digits(&[m1, m2])? * 60 + digits(&[s1, s2])?)
}

/// Nanoseconds of a `.205` or `,205`, and what follows.
fn fraction(text: &[u8]) -> (i32, &[u8]) {
    let Some((b'.' | b',', rest)) = text.split_first() else { return (0, text) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = rest.split_at_checked(length).unwrap_or_default();
    let mut nanos = 0;
    for place in 0..9 {
        nanos = nanos * 10 + digits.get(place).map_or(0, |byte| i32::from(byte - b'0'));
    }
    (nanos, rest)
}

/// Seconds east of UTC of `Z`, `+0000`, `+02:00`, ` UTC` or nothing.
fn offset(zone: &[u8]) -> Option<i64> {
    match zone {
        b"" | b"Z" | b" UTC" | b"UTC" => Some(0),
        &[sign @ (b'+' | b'-'), h1, h2, m1, m2] | &[sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let east = digits(&[h1, h2])? * 3_600 + digits(&[m1, m2])? * 60;
            Some(if sign == b'-' { -east } else { east })
        }
        // A zone by name (`CET`): the hour may be off, the order of lines is not.
        _ => zone.strip_prefix(b" ")?.iter().all(u8::is_ascii_alphabetic).then_some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_jiff_on_every_shape() {
        let at = |text: &str| parse(text.as_bytes()).map(|t| t.to_string());
        let same = Some("2026-11-20T21:39:07.205Z".to_owned());
        assert_eq!(at("2026-11-20T21:39:07.205+0000"), same);
        assert_eq!(at("2026-11-20T21:39:07.205Z"), same);
        assert_eq!(at("2026-11-20 21:39:07,205"), same);
        assert_eq!(at("2026-11-20T23:39:07.205+02:00"), same);
        assert_eq!(at("2026-11-20T16:39:07.205-0500"), same);
        assert_eq!(at("2026-11-20, 21:39:07 UTC").as_deref(), Some("2026-11-20T21:39:07Z"));
        for text in ["1970-01-01T00:00:00Z", "2000-02-29T23:59:59Z", "2024-12-31T00:00:00Z"] {
            assert_eq!(parse(text.as_bytes()), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_timestamp() {
        for text in ["", "2026-13-01T00:00:00Z", "[2026-11-20", "2026-11-20T21:39", "info"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
