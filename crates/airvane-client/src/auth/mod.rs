//! Whose credential goes out, and in which form.
//!
//! A fixed token goes out as it is. A password becomes basic authentication for Airflow 2 and is
//! exchanged for a token for Airflow 3 ([`mint`]); a token command is run when a token is needed
//! ([`command`]). Tokens are kept by [`held`]: obtained once for all who wait, again before they
//! expire, and after a refusal with a pause, so that a wrong password does not lock an account.

mod command;
mod held;
mod jwt;
mod mint;

use std::time::Duration;

use airvane_api::{ApiVersion, Untrusted};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use self::held::HeldToken;
use crate::rest::{SettingsError, Wire};
use crate::{Caller, Context, TransportError};

/// What a server was configured to authenticate with.
#[derive(Clone, Debug, Default)]
pub enum Credentials {
    /// Nothing: an Airflow that asks for nothing, or callers that bring their own.
    #[default]
    None,
    /// A token, sent as `Authorization: Bearer`.
    Token(SecretString),
    /// A command line whose output is a token. Run by `sh -c` (`cmd /C` on Windows) with our
    /// environment and no input. The token is kept until 80 % of its life are over if it is a JWT,
    /// for 5 minutes if it is not, or until it is refused.
    TokenCommand(String),
    /// A user of Airflow: basic authentication on Airflow 2, `POST /auth/token` on Airflow 3.
    Password {
        /// The user's name.
        username: String,
        /// The user's password.
        password: SecretString,
    },
}

/// Why there is no credential to send.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// Airflow's token endpoint refused user name and password.
    #[error("Airflow refused the user name and password")]
    Refused {
        /// Airflow's words.
        detail: Untrusted,
    },
    /// This Airflow exchanges no password for a token.
    #[error("Airflow offers no token for a password here (status {status})")]
    NotOffered {
        /// The status of `POST /auth/token`.
        status: u16,
    },
    /// The token endpoint failed.
    #[error("Airflow's token endpoint failed with status {status}")]
    Failed {
        /// Its status.
        status: u16,
    },
    /// The token endpoint or the command gave something that is no token.
    #[error("{source_name} gave no usable token")]
    NotAToken {
        /// Where it came from.
        source_name: &'static str,
    },
    /// The command could not be started.
    #[error("the token command could not be started")]
    CommandNotStarted,
    /// The command failed.
    #[error("the token command failed{}", exit_words(*.code))]
    CommandFailed {
        /// Its exit code, `None` if a signal ended it.
        code: Option<i32>,
        /// What it wrote to stderr, cut. Not for a model's eyes unless cleaned.
        stderr: Untrusted,
    },
    /// What the caller sent as its credential cannot be a header.
    #[error("the caller's credential cannot be forwarded: it is no valid header")]
    Malformed,
}

fn exit_words(code: Option<i32>) -> String {
    code.map_or_else(|| " by a signal".to_owned(), |code| format!(" with exit code {code}"))
}

/// A credential in the form in which it is sent.
pub(crate) struct Authorization {
    /// Marked sensitive, so that no library shows it.
    pub(crate) header: HeaderValue,
    /// Which of the held tokens it is; `None` if it can't be renewed.
    generation: Option<u64>,
}

/// The configured credentials and the token they were exchanged for.
#[derive(Debug)]
pub(crate) struct Auth {
    credentials: Credentials,
    fixed: Option<HeaderValue>,
    held: HeldToken,
    command_timeout: Duration,
}

impl Auth {
    pub(crate) fn new(
        credentials: Credentials,
        command_timeout: Duration,
    ) -> Result<Self, SettingsError> {
        let fixed = match &credentials {
            Credentials::Token(token) => {
                Some(bearer(token).ok_or(SettingsError::Credential { what: "token" })?)
            }
            Credentials::Password { username, password } => Some(
                basic(username, password)
                    .ok_or(SettingsError::Credential { what: "user name or password" })?,
            ),
            Credentials::None | Credentials::TokenCommand(_) => None,
        };
        Ok(Self { credentials, fixed, held: HeldToken::default(), command_timeout })
    }

    /// What to send as `Authorization`, obtaining a token if none is held.
    pub(crate) async fn authorization(
        &self,
        api: ApiVersion,
        wire: &Wire,
        context: &Context,
    ) -> Result<Option<Authorization>, TransportError> {
        if let Caller::Forwarded(value) = &context.caller {
            let header = sensitive(value.expose_secret()).ok_or(AuthError::Malformed)?;
            return Ok(Some(Authorization { header, generation: None }));
        }
        match (&self.credentials, api) {
            (Credentials::TokenCommand(line), _) => {
                let obtain = || command::run(line, self.command_timeout);
                self.held.authorization(context, obtain).await.map(Some)
            }
            (Credentials::Password { username, password }, ApiVersion::V2) => {
                let obtain = || mint::mint(wire, username, password, context);
                self.held.authorization(context, obtain).await.map(Some)
            }
            _ => Ok(self.fixed.clone().map(|header| Authorization { header, generation: None })),
        }
    }

    /// What to send while it is not known which API there is: a password goes to nobody yet.
    pub(crate) async fn while_probing(
        &self,
        wire: &Wire,
        context: &Context,
    ) -> Result<Option<Authorization>, TransportError> {
        match (&self.credentials, &context.caller) {
            (Credentials::Password { .. }, Caller::Configured) => Ok(None),
            _ => self.authorization(ApiVersion::V2, wire, context).await,
        }
    }

    /// Notes that a credential was refused. Says whether another can be had at once.
    pub(crate) async fn refused(&self, credential: &Authorization) -> bool {
        match credential.generation {
            Some(generation) => self.held.refused(generation).await,
            None => false,
        }
    }

    /// The configured secrets and the current token.
    pub(crate) async fn known_secrets(&self) -> Vec<SecretString> {
        let configured = match &self.credentials {
            Credentials::Token(secret) | Credentials::Password { password: secret, .. } => {
                Some(secret.clone())
            }
            Credentials::None | Credentials::TokenCommand(_) => None,
        };
        configured.into_iter().chain(self.held.secret().await).collect()
    }
}

fn sensitive(value: &str) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_str(value).ok()?;
    header.set_sensitive(true);
    Some(header)
}

fn bearer(token: &SecretString) -> Option<HeaderValue> {
    sensitive(&format!("Bearer {}", token.expose_secret()))
}

fn basic(username: &str, password: &SecretString) -> Option<HeaderValue> {
    if username.contains(':') || username.chars().any(char::is_control) {
        return None;
    }
    let pair = format!("{username}:{}", password.expose_secret());
    sensitive(&format!("Basic {}", STANDARD.encode(pair)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_shows_a_secret() {
        let secret = || SecretString::from("hunter2hunter2");
        let all = [
            Credentials::Token(secret()),
            Credentials::Password { username: "ann".to_owned(), password: secret() },
        ];
        for credentials in all {
            let auth = Auth::new(credentials, Duration::from_secs(1)).unwrap();
            let shown = format!("{auth:?}");
            assert!(!shown.contains("hunter2") && !shown.contains("aHVudGVy"), "{shown}");
        }
    }

    #[test]
    fn a_token_with_a_line_break_is_refused_at_once() {
        let credentials = Credentials::Token(SecretString::from("one\ntwo"));
        let error = Auth::new(credentials, Duration::from_secs(1)).unwrap_err();
        assert!(matches!(error, SettingsError::Credential { what: "token" }));
    }
}
