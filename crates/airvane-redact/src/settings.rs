//! What a [`Redactor`](crate::Redactor) may be told.

use regex::Regex;
use secrecy::SecretString;

/// Settings of a redactor. The default needs nothing: it knows the names, formats and structures
/// on its own.
#[derive(Clone, Default)]
pub struct Settings {
    pub(crate) sensitive_names: Vec<String>,
    pub(crate) exempt_names: Vec<String>,
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) known_secrets: Vec<SecretString>,
    pub(crate) allow: Vec<String>,
    pub(crate) deny: Vec<String>,
    pub(crate) mask_seed: Option<u64>,
}

impl Settings {
    /// The same as [`Settings::default`].
    pub fn new() -> Self {
        Self::default()
    }

    /// More names whose values are secret. Compared word by word, so `customerPin` covers
    /// `customer_pin` and `CUSTOMER-PIN`.
    #[must_use]
    pub fn sensitive_names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.sensitive_names.extend(names.into_iter().map(Into::into));
        self
    }

    /// Names whose values stay although the name alarms: ids the caller needs back, such as
    /// `file_token` and `next_page_token` (both exempt already).
    #[must_use]
    pub fn exempt_names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.exempt_names.extend(names.into_iter().map(Into::into));
        self
    }

    /// Field names that hold a name and its value in one JSON object, beside the built-in
    /// `("key", "value")` and `("name", "value")`: `{"key": "db_password", "value": "x"}`.
    #[must_use]
    pub fn pair(mut self, name_field: &str, value_field: &str) -> Self {
        self.pairs.push((name_field.to_owned(), value_field.to_owned()));
        self
    }

    /// A value this process knows to be secret. See
    /// [`Redactor::add_known_secret`](crate::Redactor::add_known_secret).
    #[must_use]
    pub fn known_secret(mut self, secret: SecretString) -> Self {
        self.known_secrets.push(secret);
        self
    }

    /// A regular expression for values that are never masked; it must match the whole value.
    /// Known secrets and denied text are masked all the same.
    #[must_use]
    pub fn allow(mut self, pattern: &str) -> Self {
        self.allow.push(pattern.to_owned());
        self
    }

    /// A regular expression for text that is always masked, within one line.
    #[must_use]
    pub fn deny(mut self, pattern: &str) -> Self {
        self.deny.push(pattern.to_owned());
        self
    }

    /// Fixes the key of the two hex digits in masks, so that output is reproducible. For tests:
    /// by default every redactor draws its own.
    #[must_use]
    pub fn mask_seed(mut self, seed: u64) -> Self {
        self.mask_seed = Some(seed);
        self
    }
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A pattern is no regular expression, or too large a one.
    #[error("the {list} pattern `{pattern}` is not a usable regular expression: {source}")]
    Pattern {
        /// `allow` or `deny`.
        list: &'static str,
        /// The pattern as given.
        pattern: String,
        /// What the regex compiler says.
        source: Box<regex::Error>,
    },
    /// A pattern matches the empty string, so it would match everywhere.
    #[error("the {list} pattern `{pattern}` matches the empty string")]
    EmptyMatch {
        /// `allow` or `deny`.
        list: &'static str,
        /// The pattern as given.
        pattern: String,
    },
}

/// The user's patterns, compiled.
#[derive(Default)]
pub(crate) struct Patterns {
    allow: Vec<Regex>,
    pub(crate) deny: Vec<Regex>,
}

impl Patterns {
    pub(crate) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let allow = compile("allow", settings.allow.iter().map(|p| format!("^(?:{p})$")))?;
        let deny = compile("deny", settings.deny.iter().cloned())?;
        Ok(Self { allow, deny })
    }

    pub(crate) fn allows(&self, value: &str) -> bool {
        self.allow.iter().any(|pattern| pattern.is_match(value))
    }
}

fn compile(
    list: &'static str,
    patterns: impl Iterator<Item = String>,
) -> Result<Vec<Regex>, SettingsError> {
    patterns
        .map(|pattern| match Regex::new(&pattern) {
            Ok(regex) if regex.is_match("") => Err(SettingsError::EmptyMatch { list, pattern }),
            Ok(regex) => Ok(regex),
            Err(source) => Err(SettingsError::Pattern { list, pattern, source: Box::new(source) }),
        })
        .collect()
}
