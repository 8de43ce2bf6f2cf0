//! Log levels as Python's `logging` and structlog spell them.

use std::fmt;

/// How severe a line says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// `DEBUG` and below.
    Debug,
    /// `INFO`.
    Info,
    /// `WARNING`, `WARN`.
    Warning,
    /// `ERROR`, and structlog's `exception`.
    Error,
    /// `CRITICAL`, `FATAL`.
    Critical,
    /// A level this crate does not know, such as a custom `NOTICE`. Ranks as `INFO`.
    Unknown(LevelName),
}

/// The name of an unknown level: at most twelve ASCII letters, so it can hold no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LevelName([u8; 12]);

impl LevelName {
    fn new(name: &str) -> Option<Self> {
        let mut bytes = [0; 12];
        if name.len() < 2 || !name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return None;
        }
        bytes.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        Some(Self(bytes))
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        let bytes = self.0.split(|byte| *byte == 0).next().unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl Level {
    /// A level by its name, in any case; `None` for a word that is not a plausible level.
    pub fn named(name: &str) -> Option<Self> {
        Self::known(name).or_else(|| LevelName::new(name).map(Self::Unknown))
    }

    /// A level this crate knows by name, in any case.
    pub(crate) fn known(name: &str) -> Option<Self> {
        let is = |word: &str| name.eq_ignore_ascii_case(word);
        // Sorted by how often they are seen.
        Some(match name.len() {
            4 if is("info") => Self::Info,
            4 if is("warn") => Self::Warning,
            5 if is("error") => Self::Error,
            5 if is("debug") || is("trace") => Self::Debug,
            5 if is("fatal") => Self::Critical,
            7 if is("warning") => Self::Warning,
            8 if is("critical") => Self::Critical,
            9 if is("exception") => Self::Error,
            _ => return None,
        })
    }

    /// A level by Python's number: 10 is `DEBUG`, 50 `CRITICAL`.
    pub(crate) fn numbered(number: i64) -> Self {
        match number {
            ..20 => Self::Debug,
            20..30 => Self::Info,
            30..40 => Self::Warning,
            40..50 => Self::Error,
            50.. => Self::Critical,
        }
    }

    /// The name as Python's `logging` prints it.
    pub fn name(&self) -> &str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
            Self::Unknown(name) => name.as_str(),
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Debug => 0,
            Self::Info | Self::Unknown(_) => 1,
            Self::Warning => 2,
            Self::Error => 3,
            Self::Critical => 4,
        }
    }

    /// Whether this is `least` or more severe.
    pub fn at_least(self, least: Self) -> bool {
        self.rank() >= least.rank()
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_level_is_data_and_ranks_as_info() {
        let level = Level::named("NOTICE").unwrap();
        assert_eq!(level.name(), "NOTICE");
        assert!(level.at_least(Level::Info) && !level.at_least(Level::Warning));
        assert_eq!(Level::named("s3cr3t"), None);
        assert_eq!(Level::named("ABCDEFGHIJKLM"), None);
    }

    #[test]
    fn names_in_any_case_and_numbers() {
        assert_eq!(Level::named("warning"), Some(Level::Warning));
        assert_eq!(Level::named("FATAL"), Some(Level::Critical));
        assert_eq!(Level::numbered(40), Level::Error);
    }
}
