//! Which `Host` and `Origin` a request may name.
//!
//! A page in a browser can be made to call a server on the same machine (DNS rebinding): it then
//! names its own host, or its own origin. Hosts are loopback names, the address that is listened
//! on, and what the settings add; an origin is the server's own or one from the settings. A
//! request without `Origin` comes from no page and passes.
//!
//! Within a web server, which has many names, any host passes, and a page whose origin is the host
//! that it calls: all callers prove who they are by a header that no page can send unasked.

use std::net::SocketAddr;

use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Uri, header};
use url::{Origin, Url};

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Stranger {
    #[error("this Host is not served here; whoever runs airvane can add it with --allowed-hosts")]
    Host,
    #[error("this Origin may not call; whoever runs airvane can add it with --allowed-origins")]
    Origin,
}

/// What is accepted.
#[derive(Debug)]
pub(super) struct Guard {
    /// Lower case; a port only where one was given. `None` for any.
    hosts: Option<Vec<(String, Option<u16>)>>,
    origins: Vec<Origin>,
}

impl Guard {
    pub(super) fn new(bound: SocketAddr, hosts: &[String], origins: &[String]) -> Self {
        let loopback = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
        let address = Some(bound.ip())
            .filter(|ip| !ip.is_unspecified())
            .map(|ip| if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() });
        let own: Vec<String> = loopback.into_iter().chain(address).collect();
        let own_origins =
            own.iter().filter_map(|host| origin(&format!("http://{host}:{}", bound.port())));
        let origins = own_origins.chain(origins.iter().filter_map(|given| origin(given))).collect();
        let hosts = own.iter().chain(hosts).filter_map(|host| authority(host)).collect();
        Self { hosts: Some(hosts), origins }
    }

    pub(super) fn within_web_server(origins: &[String]) -> Self {
        Self { hosts: None, origins: origins.iter().filter_map(|given| origin(given)).collect() }
    }

    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Stranger> {
        let host = host(uri, headers).ok_or(Stranger::Host)?;
        let known = |(name, port): &(String, Option<u16>)| {
            *name == host.0 && (port.is_none() || *port == host.1)
        };
        if !self.hosts.as_ref().is_none_or(|hosts| hosts.iter().any(known)) {
            return Err(Stranger::Host);
        }
        let mut origins = headers.get_all(header::ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) => Ok(()),
            (Some(value), None) if self.knows_origin(value) => Ok(()),
            (Some(value), None) if self.hosts.is_none() && is_of(value, &host) => Ok(()),
            (Some(_), _) => Err(Stranger::Origin),
        }
    }

    /// Whether a page of this origin may call.
    pub(super) fn knows_origin(&self, value: &HeaderValue) -> bool {
        let origin = value.to_str().ok().and_then(origin);
        origin.is_some_and(|origin| self.origins.contains(&origin))
    }
}

/// Whether a page's origin is the host that it calls. Behind a proxy that ends TLS the scheme is
/// not known, so any implied port may be left out.
fn is_of(value: &HeaderValue, host: &(String, Option<u16>)) -> bool {
    let Some(Origin::Tuple(_, name, port)) = value.to_str().ok().and_then(origin) else {
        return false;
    };
    name.to_string() == host.0 && host.1.map_or(matches!(port, 80 | 443), |given| given == port)
}

/// HTTP/2 names the host in the address instead of a header.
fn host(uri: &Uri, headers: &HeaderMap) -> Option<(String, Option<u16>)> {
    let mut values = headers.get_all(header::HOST).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => authority(value.to_str().ok()?),
        (None, _) => uri.authority().and_then(|given| authority(given.as_str())),
        (Some(_), Some(_)) => None,
    }
}

fn authority(text: &str) -> Option<(String, Option<u16>)> {
    if text.contains('@') {
        return None;
    }
    let authority = Authority::try_from(text.trim()).ok()?;
    let host = authority.host().trim_end_matches('.').to_ascii_lowercase();
    Some((host, authority.port_u16()))
}

/// Scheme, host and port, the port filled in where the scheme implies it. `null` is no origin.
fn origin(text: &str) -> Option<Origin> {
    let origin = Url::parse(text.trim()).ok()?.origin();
    origin.is_tuple().then_some(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, origin: Option<&str>) -> Result<(), Stranger> {
        let hosts = ["airvane.example.com".to_owned(), "other.example.com:8443".to_owned()];
        let origins = ["https://ide.example.com".to_owned()];
        let guard = Guard::new("127.0.0.1:8000".parse().unwrap(), &hosts, &origins);
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        guard.check(&Uri::from_static("/mcp"), &headers)
    }

    #[test]
    fn only_known_hosts_are_served() {
        for host in [
            "localhost:8000",
            "LOCALHOST",
            "127.0.0.1",
            "[::1]:9",
            "airvane.example.com:443",
            "other.example.com:8443",
        ] {
            assert_eq!(check(host, None), Ok(()), "{host}");
        }
        for host in [
            "evil.example.com",
            "localhost.evil.com",
            "other.example.com",
            "u@localhost",
            "",
            "127.0.0.1.evil.com",
            "0.0.0.0:8000",
        ] {
            assert_eq!(check(host, None), Err(Stranger::Host), "{host}");
        }
    }

    #[test]
    fn within_a_web_server_a_page_may_call_its_own_host() {
        let guard = Guard::within_web_server(&["https://ide.example.com".to_owned()]);
        let check = |host: &str, origin: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            guard.check(&Uri::from_static("/mcp"), &headers)
        };
        assert_eq!(check("airflow.example.com", None), Ok(()));
        assert_eq!(check("airflow.example.com", Some("https://airflow.example.com")), Ok(()));
        assert_eq!(check("a.example.com:8080", Some("http://a.example.com:8080")), Ok(()));
        assert_eq!(check("a.example.com", Some("https://ide.example.com")), Ok(()));
        for (host, origin) in [
            ("a.example.com", "https://evil.example.com"),
            ("a.example.com", "https://a.example.com:8443"),
            ("a.example.com:8080", "http://a.example.com"),
            ("a.example.com", "null"),
        ] {
            assert_eq!(check(host, Some(origin)), Err(Stranger::Origin), "{host} {origin}");
        }
    }

    #[test]
    fn only_known_origins_may_call() {
        for origin in
            ["http://localhost:8000", "https://ide.example.com", "https://ide.example.com:443"]
        {
            assert_eq!(check("localhost:8000", Some(origin)), Ok(()), "{origin}");
        }
        for origin in [
            "http://localhost:3000",
            "http://ide.example.com",
            "https://ide.example.com:8443",
            "null",
            "",
            "https://ide.example.com.evil.com",
        ] {
            assert_eq!(check("localhost:8000", Some(origin)), Err(Stranger::Origin), "{origin}");
        }
    }
}
