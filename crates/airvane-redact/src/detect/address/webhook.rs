//! Webhook addresses: whoever has the address may post, so what is random in its path is a secret.

use std::sync::LazyLock;

use crate::{
    detect::Found,
    values,
    view::{Class, DIGIT, LOWER, UPPER, View},
};

/// Hosts whose path is a credential: (host suffix, path prefix). Sources: each service's page on
/// incoming webhooks.
const WEBHOOKS: &[(&str, &str)] = &[
    ("hooks.slack.com", "/services/"),
    ("hooks.slack.com", "/workflows/"),
    ("hooks.slack.com", "/triggers/"),
    ("hooks.slack-gov.com", "/services/"),
    ("discord.com", "/api/webhooks/"),
    ("discordapp.com", "/api/webhooks/"),
    ("webhook.office.com", "/webhookb2/"),
    ("webhook.office365.com", "/webhook"),
    ("outlook.office.com", "/webhook"),
    ("logic.azure.com", "/workflows/"),
    ("chat.googleapis.com", "/v1/spaces/"),
    ("hooks.zapier.com", "/hooks/catch/"),
    ("maker.ifttt.com", "/trigger/"),
    ("events.pagerduty.com", "/integration/"),
    ("api.telegram.org", "/bot"),
    ("open.feishu.cn", "/open-apis/bot/"),
    ("open.larksuite.com", "/open-apis/bot/"),
    ("qyapi.weixin.qq.com", "/cgi-bin/webhook/"),
    ("oapi.dingtalk.com", "/robot/send"),
    ("hooks.glip.com", "/webhook/"),
    ("hc-ping.com", "/"),
    ("api.opsgenie.com", "/v1/json/"),
    ("alert.victorops.com", "/integrations/"),
    ("outgoing.prod.webhook", "/"),
    ("cronitor.link", "/p/"),
    ("hook.us1.make.com", "/"),
    ("hook.eu1.make.com", "/"),
    ("hooks.airtable.com", "/workflows/"),
    ("rooms.webex.com", "/"),
    ("g.alchemy.com", "/v2/"),
    ("infura.io", "/v3/"),
    ("webexapis.com", "/v1/webhooks/incoming/"),
    ("hook.eu2.make.com", "/"),
    ("hook.us2.make.com", "/"),
    ("api.netlify.com", "/build_hooks/"),
    ("api.vercel.com", "/v1/integrations/deploy/"),
    ("heartbeat.uptimerobot.com", "/"),
    ("nosnch.in", "/"),
    ("logs-01.loggly.com", "/inputs/"),
    ("sumologic.com", "/receiver/v1/http/"),
    ("logs.datadoghq.com", "/v1/input/"),
    ("sctapi.ftqq.com", "/"),
    ("api.day.app", "/"),
    ("quiknode.pro", "/"),
    ("rpc.ankr.com", "/eth/"),
    ("eth.getblock.io", "/"),
    ("go.getblock.io", "/"),
    ("infura.io", "/ws/v3/"),
    ("alchemyapi.io", "/v2/"),
    ("rtmp.youtube.com", "/live2/"),
    ("live.twitch.tv", "/app/"),
    ("rocket.chat", "/hooks/"),
    ("cloud.mattermost.com", "/hooks/"),
    ("hooks.hipchat.com", "/"),
    ("discordapp.com", "/api/v6/webhooks/"),
    ("discord.com", "/api/v10/webhooks/"),
    ("azure-automation.net", "/webhooks?token="),
    ("calendar.google.com", "/calendar/ical/"),
];

static PATH: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"/-_.~%?&=+:@!*$;#");

/// Longest path of a webhook.
const MAX_PATH: usize = 1024;

/// A webhook written without its scheme.
pub(crate) fn hook(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    detect(line, at, at, found);
}

pub(super) fn detect(line: View<'_>, scheme: usize, host: usize, found: &mut Vec<Found>) {
    static HOST: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b".-");
    static PORT: Class = Class::of(DIGIT).with(b":");
    let end = line.run_within(host, &HOST, 256);
    let name = line.get(host, end);
    if !is_hook(name) {
        return;
    }
    let i = line.run_within(end, &PORT, 6);
    let known = WEBHOOKS.iter().filter(|(h, _)| name.ends_with(h));
    let Some(path) = known.map(|(_, p)| *p).find(|p| line.rest(i).starts_with(p)) else { return };
    let start = i + path.len();
    let end = line.run_within(start, &PATH, MAX_PATH);
    let secret = line.get(start, end);
    let varied = secret.bytes().filter(u8::is_ascii_digit).count() >= 1;
    if secret.len() >= 10 && varied && !values::is_placeholder(secret) && !is_masked(secret) {
        found.push(Found { start, end, kind: "webhook-url", from: scheme, named: true });
    }
}

/// Whether a host ends like one of the list: nearly none does, and comparing it with each is slow.
fn is_hook(host: &str) -> bool {
    static ENDS: LazyLock<Vec<u64>> = LazyLock::new(|| {
        let mut ends: Vec<_> = WEBHOOKS.iter().filter_map(|(host, _)| end(host)).collect();
        ends.sort_unstable();
        ends
    });
    end(host).is_some_and(|end| ENDS.binary_search(&end).is_ok())
}

/// The last bytes of a host; each of the list has more.
fn end(host: &str) -> Option<u64> {
    host.as_bytes().last_chunk().copied().map(u64::from_le_bytes)
}

/// A path that is masked already, whole or in its last part.
fn is_masked(path: &str) -> bool {
    path.contains("[redacted:")
}

/// `https://host/webhook/<random>`: whoever has the address may post.
pub(crate) fn path(line: View<'_>, start: usize, end: usize, found: &mut Vec<Found>) {
    static PART: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-");
    let name = line.get(start, end);
    let named = name.ends_with("webhook") || name.ends_with("webhooks");
    if !named || line.before(start) != b'/' || line.at(end) != b'/' {
        return;
    }
    let stop = line.run_within(end + 1, &PART, 256);
    if values::is_service_key(line.get(end + 1, stop)) {
        let from = start;
        found.push(Found { start: end + 1, end: stop, kind: "webhook-url", from, named: false });
    }
}
