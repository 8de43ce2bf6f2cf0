//! Where users find Airflow, and the endpoint in it.

use http::Uri;
use url::{Host, Url};

/// Two addresses as people type them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Airflow's own, without a `/` at its end.
    pub(super) airflow: String,
    /// Where MCP is spoken.
    pub(super) endpoint: String,
}

impl Place {
    /// By what Airflow is configured with; where that is a machine's name for itself, or nothing,
    /// by what the visitor's browser asked for. Only the path below which Airflow lies is then
    /// taken from the configuration.
    pub(super) fn of(configured: Option<&Url>, asked: &Uri) -> Self {
        let base = configured.map(|url| url.path().trim_end_matches('/')).unwrap_or_default();
        let airflow = match configured.filter(|url| !is_loopback(url)) {
            Some(url) => format!("{}{base}", url.origin().ascii_serialization()),
            None => format!("{}{base}", seen(asked)),
        };
        let below = asked.path().strip_prefix(base).unwrap_or(asked.path());
        let below = below.strip_suffix(super::NAME).unwrap_or(below);
        Self { endpoint: format!("{airflow}{below}"), airflow }
    }
}

fn seen(asked: &Uri) -> String {
    let scheme = asked.scheme_str().unwrap_or("http");
    let host = asked.authority().map_or("localhost", http::uri::Authority::as_str);
    format!("{scheme}://{host}")
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configured_address_wins_unless_it_is_a_machines_own() {
        let place = |configured: Option<&str>, asked: &'static str| {
            let configured = configured.map(|url| Url::parse(url).unwrap());
            let place = Place::of(configured.as_ref(), &Uri::from_static(asked));
            (place.airflow, place.endpoint)
        };
        let is = |airflow: &str| (airflow.to_owned(), format!("{airflow}/mcp/v1/"));
        let asked = "http://10.0.0.7:8080/team/mcp/v1/page";
        assert_eq!(
            place(Some("https://airflow.example.com/team"), asked),
            is("https://airflow.example.com/team")
        );
        for own in ["http://localhost:8080/team/", "http://127.0.0.1:8080/team"] {
            assert_eq!(place(Some(own), asked), is("http://10.0.0.7:8080/team"), "{own}");
        }
        assert_eq!(
            place(None, "https://airflow.example.com/mcp/v1/page"),
            is("https://airflow.example.com")
        );
        assert_eq!(place(None, "/mcp/v1/page"), is("http://localhost"));
    }
}
