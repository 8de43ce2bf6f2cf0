//! Templates whose secret stands between `«` and `»`.

/// The text with `«»` where a mask stands.
pub fn emptied(safe: &str) -> String {
    let mut out = String::new();
    let mut rest = safe;
    while let Some((head, tail)) = rest.split_once("[redacted:") {
        out.push_str(head);
        out.push_str("«»");
        rest = tail.split_once(']').map_or("", |(_, rest)| rest);
    }
    out + rest
}

/// The template with nothing between the marks.
pub fn expected(template: &str) -> String {
    let mut parts = template.split(['«', '»']);
    let mut out = parts.next().unwrap_or_default().to_owned();
    while let (Some(_), Some(after)) = (parts.next(), parts.next()) {
        out.push_str("«»");
        out.push_str(after);
    }
    out
}
