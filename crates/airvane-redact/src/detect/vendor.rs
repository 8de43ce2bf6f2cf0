//! Keys without a shape of their own, beside the name of the service they belong to:
//! `algolia.initIndex('APPID', '<32 digits>')`, `twilio = Client(sid, '<32 digits>')`.

use super::{Detector, Found};
use crate::{
    entropy,
    names::{self, Strength},
    values,
    view::{BLANK, Class, DIGIT, LOWER, NAME, UPPER, View},
};

/// Services whose keys are bare hexadecimal, UUIDs or random letters. Those of general names
/// ("square", "linear") and those that log revisions and query ids all day are left out.
#[rustfmt::skip]
pub(crate) const VENDORS: &[&str] = &[
    "abyssale", "accuweather", "adafruit", "airbrake", "airship", "airtable", "aiven", "alchemy",
    "algolia", "alienvault", "alphavantage", "amplitude", "apiflash", "apify", "apilayer",
    "appcues", "appfollow", "appoptics", "appsflyer", "apptivo", "artifactory", "asana",
    "atlassian", "auth0", "autodesk", "avaza", "aylien", "ayrshare", "azuredevops", "bannerbear",
    "baremetrics", "beebole", "besnappy", "billomat", "bitbucket", "bitfinex", "bitly", "bitmex",
    "bittrex", "blablabus", "blazemeter", "blitapp", "bombbomb", "braintree", "brandfetch",
    "brightlocal", "browserstack", "bugsnag", "buildkite", "bulbul", "bulksms", "buttercms",
    "caflou", "calendarific", "calendly", "calorieninja", "campayn", "cannyio", "capsulecrm",
    "captaindata", "carboninterface", "cashboard", "caspio", "censys", "centralstationcrm",
    "chartmogul", "chatfule", "checkvist", "cicero", "circleci", "clarifai", "clearbit", "clearout",
    "clickhelp", "clicksend", "clickup", "clinchpad", "clockify", "clockwork", "closecrm",
    "cloudconvert", "cloudelements", "cloudflare", "cloudimage", "cloudinary", "cloudmersive",
    "cloudplan", "cloudsmith", "cloverly", "cloze", "codacy", "codeclimate", "codecov", "codemagic",
    "codequiry", "coinapi", "coinbase", "coinlayer", "coinlib", "collect2", "commercejs",
    "companyhub", "contentful", "convertkit", "convier", "coralogix", "cosmosdb", "countrylayer",
    "coveralls", "crossbrowsertesting", "crowdin", "cryptocompare", "currencycloud",
    "currencyfreaks", "currencylayer", "currencyscoop", "currentsapi", "customerguru", "customerio",
    "databox", "datadog", "debounce", "deepai", "deepgram", "deepl", "delighted", "deputy",
    "detectify", "detectlanguage", "dfuse", "diffbot", "disqus", "dnscheck", "docusign",
    "dotdigital", "dovico", "dronahq", "droneci", "dropbox", "duply", "dwolla", "dynalist",
    "dyspatch", "eagleeye", "easyinsight", "ecostruxure", "edamam", "edenai", "eightxeight",
    "elasticemail", "elevenlabs", "enablex", "endorlabs", "etherscan", "ethplorer", "eventbrite",
    "everhour", "exchangerate", "exportsdk", "extractorapi", "facebook", "faceplusplus", "fastly",
    "faunadb", "feedier", "fetchrss", "fibery", "fileio", "finage", "financialmodelingprep",
    "findl", "finnhub", "fixerio", "flatio", "fleetbase", "flexport", "flickr", "flightapi",
    "flightlabs", "flightstats", "flutterwave", "formbucket", "formcraft", "formio", "formsite",
    "foursquare", "frameio", "freshbooks", "freshdesk", "freshsales", "fulcrum", "fusebill",
    "fxmarket", "geckoboard", "gengo", "geoapify", "geocodify", "geocodio", "geoipify", "getemail",
    "getgeoapi", "getgist", "getresponse", "getsandbox", "giphy", "gitter", "glassnode", "gocanvas",
    "gocardless", "godaddy", "goodday", "graphcms", "graphhopper", "greptile", "groovehq",
    "gtmetrix", "guardianapi", "gumroad", "gyazo", "happyscribe", "heatmapapi", "hellosign",
    "helpcrunch", "helpscout", "heroku", "herokuapi", "holidayapi", "honeybadger", "hubspot",
    "hubspotapi", "humanity", "hunterio", "hypeauditor", "iconfinder", "iexapis", "iexcloud",
    "imagekit", "imagga", "infura", "insightly", "instagram", "intercom", "intrinio",
    "invoiceocean", "ipapi", "ipgeolocation", "ipify", "ipinfo", "ipquality", "ipregistry",
    "ipstack", "ipwhois", "jfrog", "jotform", "jsonbin", "jumpcloud", "kaleyra", "kanbantool",
    "karmacrm", "keenio", "keygen", "kickbox", "klaviyo", "klipfolio", "knapsackpro", "kontent",
    "kucoin", "kwiktag", "kylas", "languagelayer", "lastfm", "launchdarkly", "lemlist",
    "lemonsqueezy", "lendflow", "lessannoyingcrm", "lexigram", "linkedin", "linkpreview",
    "liveagent", "livestorm", "loadmill", "locationiq", "logdna", "loggly", "loginradius", "logzio",
    "lokalise", "loyverse", "madkudu", "magicbell", "mailboxlayer", "mailchimp", "mailerlite",
    "mailgun", "mailhunter", "mailjet", "mailmodo", "mailsac", "mandrill", "mapquest",
    "marketstack", "mattermost", "mavenlink", "mediastack", "meistertask", "meraki", "mesibo",
    "messagebird", "metaapi", "metabase", "metrilo", "midise", "mindmeister", "mixmax", "mixpanel",
    "monkeylearn", "moonclerk", "moralis", "mrticktock", "nasdaqdatalink", "netcore", "nethunt",
    "netlify", "neutrinoapi", "newrelic", "newsapi", "newscatcher", "nexmo", "nftport", "nicereply",
    "noticeable", "nozbe", "nubela", "numverify", "nutritionix", "nvapi", "nylas", "nytimes",
    "omnisend", "onedesk", "onelogin", "onepagecrm", "onesignal", "onfleet", "oopspam",
    "opencagedata", "openuv", "openweather", "openweathermap", "opsgenie", "optidash", "optimizely",
    "owlbot", "packagecloud", "pagerduty", "pandadoc", "papertrail", "paralleldots", "parsehub",
    "parseur", "partnerstack", "passbase", "pastebin", "paydirtapp", "paymoapp", "paymongo",
    "paypaloauth", "paystack", "pdflayer", "pdfshift", "peopledatalabs", "pepipost", "photoroom",
    "phyllo", "pingdom", "pipedream", "pipedrive", "pivotaltracker", "pixabay", "plaid",
    "planviewleankit", "plivo", "pollsapi", "poloniex", "positionstack", "postageapp", "posthog",
    "postmark", "powrbot", "prismic", "prodpad", "prospectcrm", "protocolsio", "proxycrawl",
    "publist", "pubnub", "purestake", "pushbullet", "pusher", "pyowm", "qualaroo", "qubole",
    "quickbase", "quickmetrics", "rapidapi", "razorpay", "reachmail", "reallysimplesystems",
    "rebrandly", "recruitee", "recurly", "rentman", "repairshopr", "restpack",
    "restpackscreenshotapi", "revampcrm", "ringcentral", "ritekit", "rocketchat", "rocketreach",
    "rollbar", "route4me", "rownd", "runrunit", "salesblink", "salescookie", "salesflare",
    "salesforce", "salesmate", "satismeter", "saucelabs", "scaleway", "scalr", "scrapeowl",
    "scraperapi", "scraperbox", "scrapestack", "scrapfly", "scrapingant", "scrapingbee",
    "screenshotapi", "screenshotlayer", "scrutinizerci", "securitytrails", "segmentapi",
    "selectpdf", "sendbird", "sendbirdorg", "sendgrid", "sendinblue", "serphouse", "serpstack",
    "sheety", "sherpadesk", "shipday", "shodan", "shopify", "shutterstock", "signable",
    "signalwire", "signaturit", "signupgenius", "sigopt", "simfin", "simplynoted", "simvoly",
    "sinchmessage", "siteleaf", "skrapp", "skybiometry", "slackwebhook", "smartsheets",
    "smartystreets", "smooch", "snipcart", "sonarcloud", "sonarqube", "sourcegraph", "spectralops",
    "speechtext", "spoonacular", "sportsmonk", "spotify", "squarespace", "sslmate", "statuscake",
    "statuspage", "statuspal", "storecove", "stormboard", "stormglass", "storyblok", "storychief",
    "stripo", "stytch", "sugester", "sumologic", "supernotes", "surveyanyplace", "surveybot",
    "surveysparrow", "survicate", "swiftype", "tailscale", "talkdesk", "tallyfy", "tatumio",
    "taxjar", "teamgate", "teamviewer", "teamworkcrm", "technicalanalysisapi", "tefter", "teletype",
    "telnyx", "tencent", "textmagic", "theoddsapi", "thinkific", "ticketmaster", "ticktick",
    "tiingo", "timecamp", "timezoneapi", "tineswebhook", "todoist", "tokeet", "tomorrowio",
    "tomtom", "tradier", "travelpayouts", "travis", "travisci", "trello", "twelvedata", "twilio",
    "twitch", "twitter", "tyntec", "typeform", "ubidots", "uclassify", "unifyid", "unplugg",
    "unsplash", "uplead", "uploadcare", "uptimerobot", "upwave", "urlscan", "userflow", "userstack",
    "vagrantcloud", "vatlayer", "vbout", "verifier", "verimail", "versioneye", "viewneo",
    "virustotal", "visualcrossing", "vonage", "vouchery", "vultr", "wakatime", "walkscore",
    "weatherbit", "weatherstack", "webflow", "webscraper", "webscraping", "websitepulse", "whoxy",
    "wistia", "workstack", "worldcoinindex", "worldweather", "wrike", "xmatters", "yandex",
    "youneedabudget", "zapier", "zendesk", "zenkit", "zenrows", "zenscrape", "zenserp",
    "zerobounce", "zerotier", "zipbooks", "zipcodeapi", "zonkafeedback",
];

/// How far behind the service's name its key may stand, in bytes.
const REACH: usize = 120;
/// Longer runs are data.
const MAX_KEY: usize = 512;
/// Names whose random values are made to be shown.
#[rustfmt::skip]
const SHOWN: &[&str] = &[
    "id", "ids", "sha", "sha1", "sha256", "md5", "hash", "digest", "commit", "revision", "rev", "ref",
    "etag", "checksum", "version", "image", "trace", "span", "request", "query", "run", "job", "uuid",
    "integrity", "resolved", "url", "path", "file", "name", "tag", "branch",
];

/// What may stand between a name and its value.
static SEPARATOR: Class = Class::of(b" \t\"'=:>,|");
static LETTERS: Class = Class::of(LOWER).with(UPPER);
static KEY: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-/+=");

pub(super) fn detect(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let limit = line.len().min(at + REACH);
    let mut i = line.run_within(at, &NAME, REACH);
    while i < limit {
        let end = line.run_within(i, &KEY, MAX_KEY);
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
    let assigned = matches!(line.before(sign), b'=' | b':' | b'>' | b'(' | b',' | b'|');
    let word = line.get(line.back_within(sign, &LETTERS, 8), sign);
    let said = ["key", "token", "secret", "apikey"].iter().any(|w| w.eq_ignore_ascii_case(word));
    let closed = !matches!(line.at(end), b'.' | b'@' | b':' | b'(');
    let mut name = sign.saturating_sub(1);
    while name > 0 && matches!(line.before(name), b' ' | b'"' | b'\'' | b'=' | b':') {
        name -= 1;
    }
    let words = names::words(line.get(line.back(name, &NAME), name));
    let shown = words.iter().any(|word| SHOWN.contains(&word.as_str()));
    (quoted || assigned || said) && closed && !shown
}

/// A key that is merely called so, in a line below the name of its service:
/// `# sendbird credentials`, then `key: <40 digits>`.
pub(super) fn below(detector: &Detector, line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let (start, end) = (line.back_within(at, &NAME, 64), line.run_within(at, &NAME, 64));
    let judged = detector.names.judge(line.get(start, end));
    if judged.strength == Strength::None {
        return;
    }
    let value = line.run(end, &SEPARATOR);
    let stop = line.run_within(value, &KEY, MAX_KEY);
    let text = line.get(value, stop);
    if value > end && values::is_service_key(text) && is_key(text) {
        found.push(Found { start: value, end: stop, kind: "key", from: start, named: false });
    }
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
