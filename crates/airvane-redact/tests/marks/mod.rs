//! Templates whose secret stands between `«` and `»`.

use airvane_redact::{Redactor, Settings};

/// Of each template the secret goes, the whole of it and nothing around it; a second pass changes
/// nothing.
pub fn go_whole(templates: &[&str]) {
    let mut wrong = Vec::new();
    for template in templates {
        let safe = redact(&template.replace(['«', '»'], ""));
        if emptied(&safe) != expected(template) {
            wrong.push(format!("{template:?}\n  {safe:?}"));
        }
        assert_eq!(redact(&safe), safe, "a second pass changes it");
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), templates.len(), wrong.join("\n"));
}

/// Nothing is masked in any of the texts.
pub fn stay(texts: &[&str]) {
    let masked = texts.iter().map(|text| (text, redact(text)));
    let masked: Vec<_> = masked.filter(|(text, safe)| safe != **text).map(|(_, it)| it).collect();
    assert!(masked.is_empty(), "{}", masked.join("\n"));
}

fn redact(text: &str) -> String {
    Redactor::new(Settings::new().mask_seed(3)).unwrap_or_default().text(text).into_string()
}

/// The text with `«»` where a mask stands.
fn emptied(safe: &str) -> String {
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
fn expected(template: &str) -> String {
    let mut parts = template.split(['«', '»']);
    let mut out = parts.next().unwrap_or_default().to_owned();
    while let (Some(_), Some(after)) = (parts.next(), parts.next()) {
        out.push_str("«»");
        out.push_str(after);
    }
    out
}
