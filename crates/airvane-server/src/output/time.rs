//! Instants and durations as people read them.

use jiff::Timestamp;

/// Reads an instant as Airflow writes it (ISO 8601 with offset or `Z`).
pub fn parse(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// An instant to the second in UTC: `2026-11-20 21:28:47Z`. What is no instant stays as it is.
pub fn short(text: &str) -> String {
    parse(text).map_or_else(|| text.to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// The same for a value that may be missing.
pub fn short_some(text: Option<&str>) -> String {
    text.map(short).unwrap_or_default()
}

/// Seconds in the two largest units: `3m 12s`.
pub fn duration(seconds: f64) -> String {
    if seconds < 10.0 {
        return format!("{seconds:.1}s");
    }
    #[expect(clippy::cast_possible_truncation, reason = "durations are far below 2^63 seconds")]
    let whole = seconds.round() as i64;
    let (days, hours, minutes) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60);
    match (days, hours, minutes, whole % 60) {
        (0, 0, 0, seconds) => format!("{seconds}s"),
        (0, 0, minutes, seconds) => format!("{minutes}m {seconds}s"),
        (0, hours, minutes, _) => format!("{hours}h {minutes}m"),
        (days, hours, _, _) => format!("{days}d {hours}h"),
    }
}

/// How long something took, or has taken until now.
pub fn elapsed(start: Option<&str>, end: Option<&str>) -> String {
    elapsed_at(Timestamp::now(), start, end)
}

/// How long something took, or had taken by then.
pub fn elapsed_at(now: Timestamp, start: Option<&str>, end: Option<&str>) -> String {
    let Some(start) = start.and_then(parse) else { return String::new() };
    let end = end.and_then(parse).unwrap_or(now);
    duration(end.duration_since(start).as_secs_f64().max(0.0))
}

/// Seconds from one instant to another, if both are known.
pub fn seconds_between(start: Option<&str>, end: Option<&str>) -> Option<f64> {
    Some(parse(end?)?.duration_since(parse(start?)?).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_show_two_units() {
        let shown: Vec<String> =
            [0.25, 12.4, 192.0, 3_700.0, 200_000.0].into_iter().map(duration).collect();
        assert_eq!(shown, ["0.2s", "12s", "3m 12s", "1h 1m", "2d 7h"]);
    }

    #[test]
    fn instants_lose_their_fraction_and_their_zone() {
        assert_eq!(short("2026-11-20T22:28:47.123456+01:00"), "2026-11-20 21:28:47Z");
        assert_eq!(short("someday"), "someday");
        let (start, end) = ("2026-11-20T21:00:00Z", "2026-11-20T21:03:12Z");
        assert_eq!(elapsed(Some(start), Some(end)), "3m 12s");
        assert_eq!(elapsed_at(parse(end).unwrap(), Some(start), None), "3m 12s");
    }
}
