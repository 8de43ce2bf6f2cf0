//! Where requests go: the configured base URL, and paths that are sent exactly as written.

use airvane_api::ApiVersion;
use url::{Host, Url};

use super::SettingsError;
use crate::TransportError;

/// The one Airflow that requests, and so credentials, go to.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Without a trailing slash, user, query or fragment.
    base: String,
    base_path: String,
    host: String,
    loopback: bool,
    api: Option<ApiVersion>,
}

impl Target {
    pub(crate) fn new(url: &Url) -> Result<Self, SettingsError> {
        let host = url.host().ok_or(SettingsError::Scheme)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(SettingsError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(SettingsError::CredentialInUrl);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(SettingsError::Query);
        }
        let (base_path, api) = split_api(url.path());
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self {
            base: format!("{}://{host}{port}{base_path}", url.scheme()),
            base_path: base_path.to_owned(),
            host: format!("{host}{port}"),
            loopback: is_loopback(&host),
            api,
        })
    }

    /// The base URL.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// For paths that are sent to no address: they are checked all the same.
    pub(crate) fn nowhere() -> Self {
        let host = "airflow.invalid".to_owned();
        let base = format!("http://{host}");
        Self { base, base_path: String::new(), host, loopback: false, api: None }
    }

    /// Host and port, for messages.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The API that the configured URL named at its end.
    pub(crate) fn api_in_url(&self) -> Option<ApiVersion> {
        self.api
    }

    /// The URL of a path below the base. URL parsers resolve dot segments and encode what they
    /// don't like; whatever they would change is refused, because it would name something else.
    pub(crate) fn url(&self, path: &str, query: &[(&str, String)]) -> Result<Url, TransportError> {
        let mut url =
            Url::parse(&format!("{}{path}", self.base)).map_err(|_| TransportError::Path)?;
        let meant = format!("{}{path}", self.base_path);
        if url.path() != meant || url.query().is_some() || url.fragment().is_some() {
            return Err(TransportError::Path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }
}

/// Cuts `/api/v1` or `/api/v2`, and slashes, off the end of a base path.
fn split_api(path: &str) -> (&str, Option<ApiVersion>) {
    let path = path.trim_end_matches('/');
    for api in [ApiVersion::V1, ApiVersion::V2] {
        if let Some(base) = path.strip_suffix(api.prefix()) {
            return (base.trim_end_matches('/'), Some(api));
        }
    }
    (path, None)
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Result<Target, SettingsError> {
        Target::new(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_base_path_is_kept() {
        for url in ["https://host:8443/dabc123", "https://host:8443/dabc123/api/v2/"] {
            let target = target(url).unwrap();
            let query = [("order_by", "-start_date".to_owned()), ("q", "a&b +".to_owned())];
            let url = target.url("/api/v2/dags", &query).unwrap();
            assert_eq!(
                url.as_str(),
                "https://host:8443/dabc123/api/v2/dags?order_by=-start_date&q=a%26b+%2B"
            );
        }
        assert_eq!(target("http://h/api/v1").unwrap().api_in_url(), Some(ApiVersion::V1));
        assert_eq!(target("http://h/").unwrap().base(), "http://h");
    }

    #[test]
    fn a_path_goes_out_as_written_or_not_at_all() {
        let target = target("http://host/base").unwrap();
        for path in ["/dags/a%2Fb", "/dagRuns/manual__2026-01-01T00%3A00%3A00%2B00%3A00", "/a.b/.c"]
        {
            assert_eq!(target.url(path, &[]).unwrap().path(), format!("/base{path}"));
        }
        for path in
            ["/dags/../x", "/dags/%2e%2E/x", "/./x", "/a b", "/a?b", "/a#b", "/a\\b", "/ä", "/a\tb"]
        {
            assert_eq!(target.url(path, &[]), Err(TransportError::Path), "{path}");
        }
    }

    #[test]
    fn unusable_urls_are_refused() {
        let secret = "https://user:hunter2@host/";
        let error = target(secret).unwrap_err();
        assert!(matches!(error, SettingsError::CredentialInUrl));
        assert!(!error.to_string().contains("hunter2"));
        assert!(matches!(target("ftp://host/"), Err(SettingsError::Scheme)));
        assert!(matches!(target("unix:/socket"), Err(SettingsError::Scheme)));
        assert!(matches!(target("http://host/?a=b"), Err(SettingsError::Query)));
    }

    #[test]
    fn loopback_is_recognised() {
        for url in
            ["http://localhost:8080", "http://127.0.0.9", "http://[::1]", "http://a.localhost"]
        {
            assert!(target(url).unwrap().is_loopback(), "{url}");
        }
        for url in ["http://localhost.example.org", "http://10.0.0.1", "http://[fe80::1]"] {
            assert!(!target(url).unwrap().is_loopback(), "{url}");
        }
    }
}
