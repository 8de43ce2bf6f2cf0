//! What is needed to reach an Airflow by REST, already resolved from flags and environment.

use std::path::PathBuf;
use std::time::Duration;

use airvane_api::ApiVersion;
use url::Url;

use crate::{Credentials, RetryPolicy};

/// Where an Airflow is and how to talk to it. [`RestSettings::new`] has the defaults.
#[derive(Clone, Debug)]
pub struct RestSettings {
    /// Base URL of the web server. A base path is kept (`https://host/dabc123`); a trailing `/`,
    /// `/api/v1` or `/api/v2` is dropped, the latter two count as a hint for [`Self::api`]. A user
    /// name or password in it is refused.
    pub url: Url,
    /// What to authenticate with.
    pub credentials: Credentials,
    /// Whether the server's certificate is checked. Off only for experiments: anybody on the way
    /// could read the credential.
    pub verify_ssl: bool,
    /// Further authorities, besides the system's.
    pub ca_certificate: Option<CaCertificate>,
    /// Which API it speaks, if that is known. Nothing is probed then.
    pub api: Option<ApiVersion>,
    /// Longest wait for a connection, TLS included.
    pub connect_timeout: Duration,
    /// Longest wait for an answer to begin.
    pub request_timeout: Duration,
    /// Longest wait for each piece of a body.
    pub idle_timeout: Duration,
    /// Longest run of the token command.
    pub token_command_timeout: Duration,
    /// When requests that may be repeated are.
    pub retry: RetryPolicy,
    /// Whether `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` count. They never do for
    /// `localhost` and loopback addresses: a proxy can't reach those.
    pub environment_proxies: bool,
}

impl RestSettings {
    /// The defaults for a URL: no credentials, certificates checked, 5 s to connect, 20 s to
    /// answer, 20 s between pieces.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            credentials: Credentials::None,
            verify_ssl: true,
            ca_certificate: None,
            api: None,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(20),
            idle_timeout: Duration::from_secs(20),
            token_command_timeout: Duration::from_secs(10),
            retry: RetryPolicy::default(),
            environment_proxies: true,
        }
    }
}

/// Certificates of further authorities, in PEM.
#[derive(Clone, Debug)]
pub enum CaCertificate {
    /// A file to read.
    File(PathBuf),
    /// The text itself.
    Pem(Vec<u8>),
}

/// Settings that cannot work. Found before anything is sent.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Neither `http` nor `https`, or no host.
    #[error("the Airflow URL must begin with http:// or https:// and name a host")]
    Scheme,
    /// A credential in the URL ends in logs and histories.
    #[error(
        "the Airflow URL holds a user name or password: take it out and set AIRFLOW_USERNAME and \
         AIRFLOW_PASSWORD, or AIRFLOW_TOKEN"
    )]
    CredentialInUrl,
    /// A base URL has no query and no fragment.
    #[error("the Airflow URL may not have a query (?) or a fragment (#)")]
    Query,
    /// A line break or the like: it can't be a header.
    #[error("the {what} holds characters that cannot be sent")]
    Credential {
        /// Which of the credentials.
        what: &'static str,
    },
    /// The file of authorities can't be read.
    #[error("the CA certificate file {} cannot be read: {source}", path.display())]
    CaFile {
        /// The configured path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It holds no certificate.
    #[error("the CA certificate holds no PEM certificate that can be used")]
    CaCertificate,
    /// The HTTP client could not be made.
    #[error("the HTTP client cannot be set up")]
    Client,
}
