//! What the page says. Everything in it is escaped by [`maud`] as it is written.

use airvane_api::{AccessLevel, ApiVersion};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use url::Url;

use super::Page;
use super::place::Place;
use super::visitor::{Right, Rights};
use crate::clients::{Configuration, Reach, configurations, shell};
use crate::settings::Profile;

const STYLE: &str = include_str!("style.css");

/// The whole page.
pub(super) fn page(page: &Page, place: &Place, rights: &Rights, nonce: &str) -> Markup {
    let airflow = airflow(page, place);
    document(
        nonce,
        &html! {
            header {
                @if page.api() == ApiVersion::V1 { p.back { a href=(place.airflow) { "← Airflow" } } }
                h1 { "Airvane" }
                p { "An AI client that connects here sees and explains this Airflow, and operates it where that is allowed, with your own permissions." }
                ul.chips {
                    li { (access(page.settings.access)) }
                    li { "Airflow " (page.release) }
                    li { "airvane " (env!("CARGO_PKG_VERSION")) }
                }
            }
            (endpoint(place))
            (credential(page, &airflow))
            (clients(page, place, &airflow))
            @if page.settings.airflow.is_none() { (what_you_may_read(rights)) }
            (settings(page, &airflow))
        },
    )
}

/// For who is not logged in.
pub(super) fn stranger(nonce: &str) -> Markup {
    document(
        nonce,
        &html! {
            header {
                h1 { "Log in to Airflow first" }
                p { "This page is for who is logged in to " a href="../../" target="_top" { "Airflow" } " in this browser." }
            }
        },
    )
}

/// For a request that is no look.
pub(super) fn only_to_look_at() -> Markup {
    html! { "GET only" }
}

/// While Airflow fails.
pub(super) fn cannot_ask() -> Markup {
    html! { "Airflow can't be asked who you are" }
}

fn document(nonce: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "MCP" }
                style nonce=(nonce) { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    }
}

fn access(level: AccessLevel) -> &'static str {
    match level {
        AccessLevel::Read => "read only",
        AccessLevel::Write => "read and write",
        AccessLevel::Destructive => "read, write and delete",
    }
}

/// The Airflow that is asked: this one, unless the administrator named another.
fn airflow(page: &Page, place: &Place) -> String {
    let elsewhere = page.settings.airflow.as_ref().map(|airflow| bare(&airflow.url));
    elsewhere.unwrap_or_else(|| place.airflow.clone())
}

/// Without a user or password.
fn bare(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path().trim_end_matches('/'))
}

fn endpoint(place: &Place) -> Markup {
    html! {
        section {
            h2 { "Endpoint" }
            p { "Streamable HTTP. A click selects what is in a box." }
            pre { (place.endpoint) }
        }
    }
}

/// What goes into `Authorization`.
fn authorization(api: ApiVersion) -> &'static str {
    match api {
        ApiVersion::V1 => "Basic CREDENTIAL",
        ApiVersion::V2 => "Bearer TOKEN",
    }
}

fn credential(page: &Page, airflow: &str) -> Markup {
    let body = r#"{"username": "NAME", "password": "PASSWORD"}"#;
    let url = format!("{airflow}/auth/token");
    html! {
        section {
            h2 { "Your credential" }
            @match page.api() {
                ApiVersion::V1 => {
                    p { "The same as for Airflow's REST API. With " code { "basic_auth" } " among " code { "[api] auth_backends" } ", this makes " code { "CREDENTIAL" } " of your name and password:" }
                    pre { "printf %s 'NAME:PASSWORD' | base64" }
                }
                ApiVersion::V2 => {
                    p { "The same as for Airflow's REST API. Where people log in with name and password, this gets a " code { "TOKEN" } ", which lasts as long as " code { "[api_auth] jwt_expiration_time" } " says:" }
                    pre { "curl -X POST " (shell(&url)) " -H 'Content-Type: application/json' -d " (shell(body)) }
                }
            }
        }
    }
}

fn clients(page: &Page, place: &Place, airflow: &str) -> Markup {
    let authorization = authorization(page.api());
    let endpoint = Reach::Endpoint { url: &place.endpoint, authorization };
    let environment = [
        ("AIRFLOW_API_URL", airflow),
        ("AIRFLOW_USERNAME", "NAME"),
        ("AIRFLOW_PASSWORD", "PASSWORD"),
    ];
    let program = Reach::Program { command: "airvane", environment: &environment };
    let connected: Vec<Configuration> = configurations(endpoint).collect();
    let is_left = |found: &Configuration| connected.iter().all(|one| one.client != found.client);
    let others = configurations(program).filter(is_left);
    html! {
        section {
            h2 { "Your client" }
            @for found in &connected { (client(found)) }
            p.after { "One that sends no header starts the program " code { "airvane" } ", which the same Python package holds, on your own machine. It logs in by itself:" }
            @for found in others { (client(&found)) }
        }
    }
}

fn client(found: &Configuration) -> Markup {
    html! {
        details name="client" {
            summary {
                b { (found.client) }
                @match found.file {
                    Some(file) => span { (file) },
                    None => span { "a command" },
                }
            }
            pre { (found.text) }
        }
    }
}

fn what_you_may_read(rights: &Rights) -> Markup {
    html! {
        section {
            h2 { "What you may read" }
            p { "Airflow decides, call by call, as it does for its own pages. It was asked just now, as you:" }
            table {
                @for (name, right) in rights {
                    tr {
                        th { (name) }
                        @match right {
                            Right::Yes => td.yes { "yes" },
                            Right::No("") => td.no { "no" },
                            Right::No(permission) => td.no { "no: Airflow asks for " code { (permission) } },
                            Right::Unclear => td { "Airflow gave no clear answer" },
                        }
                    }
                }
            }
        }
    }
}

fn settings(page: &Page, airflow: &str) -> Markup {
    let tools = page.tools();
    let given = &page.settings.selection;
    let lists =
        [("Toolsets", &given.toolsets), ("Tools", &given.tools), ("Excluded", &given.exclude)];
    html! {
        section {
            h2 { "Settings" }
            table {
                tr { th { "Access" } td { (access(page.settings.access)) (raise(page.settings.access)) } }
                tr { th { "Profile" } td { (profile(page.settings.profile)) } }
                @for (name, names) in lists {
                    @if !names.is_empty() { tr { th { (name) } td { (names.join(", ")) } } }
                }
                tr { th { "Longest answer" } td { (page.settings.output.max_tokens) " tokens" } }
                tr {
                    th { "Structured content" }
                    td { @if page.settings.output.structured { "on" } @else { "where a request asks for it" } }
                }
                @if page.settings.airflow.is_some() { tr { th { "Calls go to" } td { (airflow) } } }
            }
            details {
                summary { b { "Tools" } span { (tools.len()) " that a client sees" } }
                ul.tools { @for (name, title) in tools { li { code { (name) } " " (title) } } }
            }
        }
    }
}

/// How an administrator allows more.
fn raise(level: AccessLevel) -> Markup {
    let variable = match level {
        AccessLevel::Read => "AIRVANE_ALLOW_WRITE",
        AccessLevel::Write => "AIRVANE_ALLOW_DESTRUCTIVE",
        AccessLevel::Destructive => return html! {},
    };
    html! { "; administrators allow more with " code { (variable) "=true" } }
}

fn profile(shown: Option<Profile>) -> &'static str {
    match shown {
        None => "airvane",
        Some(Profile::Server(profile)) => profile.name,
        Some(Profile::OpenApi) => "openapi",
    }
}
