//! Which of our errors an error of the HTTP client is.
//!
//! Types are looked for in the chain of causes, never texts: texts change, and may hold what the
//! other side sent.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use crate::{ConnectProblem, TlsProblem, TransportError, Waiting};

/// An error before the answer's head was read.
pub(super) fn of_sending(
    error: &reqwest::Error,
    host: &str,
    connect_timeout: std::time::Duration,
) -> TransportError {
    let host = host.to_owned();
    if error.is_dns() {
        return TransportError::Dns { host };
    }
    if let Some(problem) = tls_problem(error) {
        return TransportError::Tls { host, problem };
    }
    if error.is_timeout() {
        return TransportError::Timeout { waiting: Waiting::Connection, after: connect_timeout };
    }
    if error.is_connect() {
        return TransportError::Connect { host, problem: connect_problem(error) };
    }
    if causes(error)
        .filter_map(|cause| cause.downcast_ref::<hyper::Error>())
        .any(hyper::Error::is_parse)
    {
        return TransportError::NotHttp;
    }
    TransportError::Closed
}

/// An error while the body was read.
pub(super) fn of_body(error: &reqwest::Error) -> TransportError {
    let from_http = causes(error).any(<dyn Error>::is::<hyper::Error>);
    if error.is_decode() && !from_http { TransportError::Decode } else { TransportError::Cut }
}

/// An error and its causes.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

/// What is below an error. An `io::Error` wraps another, which its `source()` leaps over.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

fn tls_problem(error: &reqwest::Error) -> Option<TlsProblem> {
    let error = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
    Some(match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => TlsProblem::UnknownIssuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsProblem::WrongName
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => TlsProblem::Expired,
            _ => TlsProblem::Certificate,
        },
        rustls::Error::InvalidMessage(_) => TlsProblem::NotTls,
        _ => TlsProblem::Handshake,
    })
}

fn connect_problem(error: &reqwest::Error) -> ConnectProblem {
    let kind = causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .map(io::Error::kind)
        .last();
    match kind {
        Some(io::ErrorKind::ConnectionRefused) => ConnectProblem::Refused,
        Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
            ConnectProblem::Unreachable
        }
        Some(
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof,
        ) => ConnectProblem::Reset,
        _ => ConnectProblem::Other,
    }
}
