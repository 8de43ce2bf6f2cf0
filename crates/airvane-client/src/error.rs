//! Why no whole answer came. Each cause is its own variant, because each needs another remedy.
//!
//! No text of a dependency or of the other side is part of a message: hosts come from the
//! settings, everything else is our own words.

use std::fmt;
use std::time::Duration;

use crate::auth::AuthError;

/// No answer, or none that is whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The host's name has no address.
    #[error("the host name {host} cannot be resolved")]
    Dns {
        /// The configured host.
        host: String,
    },
    /// Nobody accepts a connection.
    #[error("no connection to {host}: {problem}")]
    Connect {
        /// The configured host and port.
        host: String,
        /// What is known of the cause.
        problem: ConnectProblem,
    },
    /// The TLS handshake failed.
    #[error("no secure connection to {host}: {problem}")]
    Tls {
        /// The configured host and port.
        host: String,
        /// What is known of the cause.
        problem: TlsProblem,
    },
    /// Time is over.
    #[error("no {waiting} within {:.1} s", after.as_secs_f64())]
    Timeout {
        /// What was waited for.
        waiting: Waiting,
        /// How long it was waited for.
        after: Duration,
    },
    /// The caller gave up.
    #[error("cancelled")]
    Cancelled,
    /// The connection ended before the answer began. A write may have been done or not.
    #[error("the connection was closed before an answer came")]
    Closed,
    /// What answered does not speak HTTP.
    #[error("what answered does not speak HTTP as it should")]
    NotHttp,
    /// The body ended before it was whole.
    #[error("the answer was cut off")]
    Cut,
    /// The body's compression is broken.
    #[error("the answer's compression is broken")]
    Decode,
    /// The body is larger than the caller takes.
    #[error("the answer is larger than {limit} bytes")]
    BodyTooLarge {
        /// What the caller takes, in bytes, after decompression.
        limit: usize,
    },
    /// There is no credential to send. Nothing was sent.
    #[error(transparent)]
    Credential(#[from] AuthError),
    /// The path would not have been sent as it was meant. Nothing was sent.
    #[error("the path cannot be sent as it is written")]
    Path,
    /// A parameter that travels as a header holds line breaks or the like. Nothing was sent.
    #[error("a parameter holds characters that a header cannot carry")]
    Header,
    /// What stands in Airflow's place is a recording, which holds no whole answer. What it says of
    /// that was written by us or has passed the redactor.
    #[error("{0}")]
    Recorded(String),
    /// The path is longer than this backend takes. Nothing was sent.
    #[error("the path is longer than {limit} bytes")]
    LongPath {
        /// What the backend takes, in bytes.
        limit: usize,
    },
}

/// What a timeout waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// A connection.
    Connection,
    /// The answer's head.
    Answer,
    /// The next piece of the body.
    Body,
    /// Whatever it was, the call's deadline came first.
    Deadline,
    /// The token command.
    TokenCommand,
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "connection",
            Self::Answer => "answer",
            Self::Body => "more of the answer",
            Self::Deadline => "whole answer",
            Self::TokenCommand => "token from the token command",
        })
    }
}

/// What is known of a connection that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectProblem {
    /// Nothing listens there.
    #[error("refused")]
    Refused,
    /// The network says that there is no way.
    #[error("unreachable")]
    Unreachable,
    /// It was closed while it was being made.
    #[error("closed while connecting")]
    Reset,
    /// Anything else, a proxy's refusal included.
    #[error("failed")]
    Other,
}

/// What is known of a TLS handshake that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsProblem {
    /// No known authority signed the certificate.
    #[error("its certificate is signed by an unknown authority")]
    UnknownIssuer,
    /// The certificate is for another name.
    #[error("its certificate is for another name")]
    WrongName,
    /// The certificate is no longer or not yet valid.
    #[error("its certificate is expired or not yet valid")]
    Expired,
    /// The certificate is broken, revoked or of a kind that is not accepted.
    #[error("its certificate is not acceptable")]
    Certificate,
    /// The other side speaks no TLS: often a plain HTTP port.
    #[error("it does not speak TLS")]
    NotTls,
    /// Any other failure of the handshake.
    #[error("the handshake failed")]
    Handshake,
}
