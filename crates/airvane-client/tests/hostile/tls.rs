//! Certificates that are in order and such that are not.

use std::sync::Arc;

use airvane_client::{CaCertificate, CallError, RestBackend, RestSettings, SettingsError};
use airvane_client::{TlsProblem, TransportError};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::fixtures::{ask, read, settings};
use crate::server;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> CaCertificate {
        CaCertificate::Pem(self.0.pem().into_bytes())
    }

    fn server_config(&self, name: &str, last_year: i32) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(last_year, 1, 1);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap()
    }
}

/// An HTTPS server that answers every request with an empty list.
async fn serve(config: ServerConfig) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let Some(_) = server::read(&mut stream).await else { continue };
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]";
            stream.write_all(answer).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    format!("https://localhost:{port}").parse().unwrap()
}

async fn outcome(
    url: &Url,
    ca_certificate: Option<CaCertificate>,
    verify_ssl: bool,
) -> Option<TlsProblem> {
    let settings = RestSettings { ca_certificate, verify_ssl, ..settings(url) };
    match ask(&RestBackend::new(settings).unwrap(), &read()).await {
        Ok(_) => None,
        Err(CallError::Transport(TransportError::Tls { problem, .. })) => Some(problem),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_authority_must_be_known() {
    let authority = Authority::new();
    let url = serve(authority.server_config("localhost", 4000)).await;
    assert_eq!(outcome(&url, None, true).await, Some(TlsProblem::UnknownIssuer));
    assert_eq!(outcome(&url, Some(authority.pem()), true).await, None);
    assert_eq!(outcome(&url, None, false).await, None);
}

#[tokio::test]
async fn name_and_time_must_fit() {
    let authority = Authority::new();
    let url = serve(authority.server_config("example.org", 4000)).await;
    assert_eq!(outcome(&url, Some(authority.pem()), true).await, Some(TlsProblem::WrongName));
    let url = serve(authority.server_config("localhost", 2000)).await;
    assert_eq!(outcome(&url, Some(authority.pem()), true).await, Some(TlsProblem::Expired));
}

#[tokio::test]
async fn a_plain_port_is_told_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        }
    });
    let url = format!("https://localhost:{port}").parse().unwrap();
    assert_eq!(outcome(&url, None, true).await, Some(TlsProblem::NotTls));
}

#[test]
fn a_ca_file_must_hold_a_certificate() {
    let url = "https://localhost".parse().unwrap();
    let with = |certificate| {
        RestBackend::new(RestSettings { ca_certificate: Some(certificate), ..settings(&url) })
    };
    let error = with(CaCertificate::Pem(b"no certificate".to_vec())).unwrap_err();
    assert!(matches!(error, SettingsError::CaCertificate));
    let error = with(CaCertificate::File("/no/such/file.pem".into())).unwrap_err();
    assert!(matches!(error, SettingsError::CaFile { .. }));
}
