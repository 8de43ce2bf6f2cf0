//! TLS with rustls and ring, set up here rather than by a process-wide default.
//!
//! Authorities are the system's (or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`); a container
//! that has none gets Mozilla's, compiled in. Configured ones are added to them.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::{CaCertificate, RestSettings, SettingsError};

pub(crate) fn client_config(settings: &RestSettings) -> Result<ClientConfig, SettingsError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|_| SettingsError::Client)?;
    let builder = if settings.verify_ssl {
        builder.with_root_certificates(roots(settings.ca_certificate.as_ref())?)
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified::new(&provider)))
    };
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn roots(further: Option<&CaCertificate>) -> Result<RootCertStore, SettingsError> {
    let mut store = RootCertStore::empty();
    // Single files that can't be read are no reason to stop: others may hold what is needed.
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if store.is_empty() {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if let Some(further) = further {
        let certificates = read(further)?;
        let (added, _) = store.add_parsable_certificates(certificates);
        if added == 0 {
            return Err(SettingsError::CaCertificate);
        }
    }
    Ok(store)
}

fn read(certificate: &CaCertificate) -> Result<Vec<CertificateDer<'static>>, SettingsError> {
    let from_file;
    let pem = match certificate {
        CaCertificate::Pem(pem) => pem,
        CaCertificate::File(path) => {
            from_file = std::fs::read(path)
                .map_err(|source| SettingsError::CaFile { path: path.clone(), source })?;
            &from_file
        }
    };
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| SettingsError::CaCertificate)
}

/// Accepts any certificate: `verify_ssl = false`. Signatures are still checked, so that the other
/// side at least holds the key of the certificate it shows.
#[derive(Debug)]
struct Unverified(WebPkiSupportedAlgorithms);

impl Unverified {
    fn new(provider: &CryptoProvider) -> Self {
        Self(provider.signature_verification_algorithms)
    }
}

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
