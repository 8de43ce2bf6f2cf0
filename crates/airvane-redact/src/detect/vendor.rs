//! Keys without a shape of their own, beside the name of the service they belong to:
//! `algolia.initIndex('APPID', '<32 digits>')`, `twilio = Client(sid, '<32 digits>')`.

use super::Found;
use crate::{
    entropy, names, values,
    view::{BLANK, Class, DIGIT, LOWER, NAME, UPPER, View},
};

/// Services whose keys are bare hexadecimal, UUIDs or random letters. Those of general names
/// ("square", "linear") and those that log revisions and query ids all day are left out.
#[rustfmt::skip]
pub(crate) const VENDORS: &[&str] = &[
    "adafruit", "airtable", "alchemy", "algolia", "amplitude", "apify", "artifactory", "asana",
    "atlassian", "bitbucket", "bitly", "bittrex", "braintree", "browserstack", "bugsnag", "clearbit",
    "cloudflare", "cloudinary", "codecov", "coinbase", "contentful", "coveralls", "datadog",
    "deepgram", "docusign", "dropbox", "elevenlabs", "etherscan", "facebook", "fastly", "finnhub",
    "flickr", "foursquare", "freshbooks", "freshdesk", "gocardless", "greptile", "gumroad", "heroku",
    "honeybadger", "hubspot", "infura", "instagram", "intercom", "ipinfo", "ipstack", "jfrog",
    "jumpcloud", "klaviyo", "kucoin", "launchdarkly", "linkedin", "loggly", "logdna", "mailchimp",
    "mailgun", "mailjet", "mandrill", "mattermost", "meraki", "messagebird", "mixpanel", "netlify",
    "newrelic", "nytimes", "onesignal", "openweather", "optimizely", "pagerduty", "papertrail",
    "pingdom", "plaid", "plivo", "postmark", "pubnub", "pusher", "pyowm", "rapidapi", "rollbar",
    "scaleway", "sendbird", "sendgrid", "sendinblue", "shodan", "shopify", "sourcegraph",
    "squarespace", "sumologic", "telnyx", "todoist", "travis", "trello", "twilio", "twitch",
    "twitter", "typeform", "unsplash", "virustotal", "wakatime", "weatherstack", "wistia", "yandex",
    "zapier", "zendesk",
];

/// How far behind the service's name its key may stand, in bytes.
const REACH: usize = 120;
/// Names whose random values are made to be shown.
#[rustfmt::skip]
const SHOWN: &[&str] = &[
    "id", "ids", "sha", "sha1", "sha256", "md5", "hash", "digest", "commit", "revision", "rev", "ref",
    "etag", "checksum", "version", "image", "trace", "span", "request", "query", "run", "job", "uuid",
    "integrity", "resolved", "url", "path", "file", "name", "tag", "branch",
];

static KEY: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-/+=");

pub(super) fn detect(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let limit = line.len().min(at + REACH);
    let mut i = line.run(at, &NAME);
    while i < limit {
        let end = line.run(i, &KEY);
        if end == i {
            i += 1;
            continue;
        }
        let value = line.get(i, end);
        if is_key(value) && is_given(line, i, end) {
            found.push(Found { start: i, end, kind: "key", from: at, named: false });
        }
        i = end;
    }
}

fn is_key(value: &str) -> bool {
    if value.starts_with("sha") {
        return false;
    }
    let hex = matches!(value.len(), 32 | 36 | 37 | 40 | 64) && !values::is_path(value);
    (hex && (entropy::is_hash(value) || entropy::is_uuid(value)))
        || (value.len() >= 20
            && !values::is_path(value)
            && entropy::looks_random(value, 20)
            && !entropy::is_identifier(value))
}

/// Whether the value is given to something: in quotes, after a sign, as an argument; not one of
/// those that are made to be shown.
fn is_given(line: View<'_>, start: usize, end: usize) -> bool {
    let quoted = matches!(line.before(start), b'"' | b'\'' | b'`');
    let mut sign = start - usize::from(quoted);
    while BLANK.has(line.before(sign)) {
        sign -= 1;
    }
    let assigned = matches!(line.before(sign), b'=' | b':' | b'>' | b'(' | b',');
    let closed = !matches!(line.at(end), b'.' | b'@' | b':' | b'(');
    let mut name = sign.saturating_sub(1);
    while name > 0 && matches!(line.before(name), b' ' | b'"' | b'\'' | b'=' | b':') {
        name -= 1;
    }
    let words = names::words(line.get(line.back(name, &NAME), name));
    let shown = words.iter().any(|word| SHOWN.contains(&word.as_str()));
    (quoted || assigned) && closed && !shown
}

/// The secret half of an AWS key pair near its id: 40 characters of base64, standing alone.
pub(super) fn aws_secret(line: View<'_>) -> Option<Found> {
    static SECRET: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"+/");
    let mut i = 0;
    while i < line.len() {
        let end = line.run(i, &SECRET);
        let value = line.get(i, end);
        let mixed = |set: &[u8]| value.bytes().any(|b| set.contains(&b));
        let whole = !matches!(line.before(i), b'_' | b'-' | b'.') && line.at(end) != b'=';
        if end - i == 40 && mixed(UPPER) && mixed(LOWER) && mixed(DIGIT) && whole {
            return Some(Found { start: i, end, kind: "aws-secret-key", from: i, named: true });
        }
        i = end.max(i + 1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        detect(View::new(text), 0, &mut found);
        found.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn finds_keys_beside_their_service() {
        let key = "9f86d081884c7d659a2feaa0c55ad015";
        assert_eq!(secrets(&format!("algolia('APP', '{key}')")), [key]);
        assert_eq!(secrets(&format!("datadog: {key}")), [key]);
    }

    #[test]
    fn leaves_what_is_made_to_be_shown() {
        for text in [
            "datadog commit=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
            "heroku request_id=0190f4f2-0b6e-7cc1-9d2e-0d5e8f1a2b3c",
            "datadog_logger.py,sha256=sa-JZ6Ane4gLCvuH1H6IOnKPTJIofve6HXUaU4jkrlI,6484",
        ] {
            assert!(secrets(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_other_half_of_an_aws_pair() {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY0123456789";
        let found = aws_secret(View::new(secret)).unwrap();
        assert_eq!((found.start, found.end), (0, 40));
        assert!(aws_secret(View::new("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b")).is_none());
    }
}
