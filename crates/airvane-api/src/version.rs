//! The two REST APIs and the releases of Airflow that speak them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A major version of Airflow's stable REST API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApiVersion {
    /// `/api/v1`: Airflow 2.
    V1,
    /// `/api/v2`: Airflow 3.
    V2,
}

impl ApiVersion {
    /// Where the API lives below the web server's base URL, without a trailing slash.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::V1 => "/api/v1",
            Self::V2 => "/api/v2",
        }
    }

    /// The major version of Airflow that speaks it.
    pub fn airflow_major(self) -> u16 {
        match self {
            Self::V1 => 2,
            Self::V2 => 3,
        }
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        })
    }
}

/// A value of `AIRFLOW_API_VERSION` that names neither API.
#[derive(Debug, thiserror::Error)]
#[error("unknown API version `{0}`: use `v1` (Airflow 2) or `v2` (Airflow 3)")]
pub struct UnknownApiVersion(String);

impl FromStr for ApiVersion {
    type Err = UnknownApiVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().trim_start_matches('/').trim_start_matches("api/") {
            "v1" | "1" => Ok(Self::V1),
            "v2" | "2" => Ok(Self::V2),
            other => Err(UnknownApiVersion(other.to_owned())),
        }
    }
}

/// A release of Airflow: what `/version` answers, compared by its numbers.
///
/// Suffixes (`3.1.0rc1`, `2.11.0+astro.1`) are dropped for comparison: managed services append
/// their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AirflowVersion {
    /// First number.
    pub major: u16,
    /// Second number.
    pub minor: u16,
    /// Third number.
    pub patch: u16,
}

impl AirflowVersion {
    /// A release by its numbers.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// Reads `MAJOR.MINOR[.PATCH]` and whatever follows; `None` if it does not begin so.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.trim().trim_start_matches('v').splitn(3, '.').map(leading_number);
        let major = numbers.next()??;
        let minor = numbers.next()??;
        let patch = numbers.next().flatten().unwrap_or(0);
        Some(Self { major, minor, patch })
    }
}

fn leading_number(text: &str) -> Option<u16> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

impl fmt::Display for AirflowVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_compare_by_number() {
        let parse = |text| AirflowVersion::parse(text).unwrap();
        assert!(parse("2.9.3") < parse("2.11.2"));
        assert_eq!(parse("3.1.0rc1"), AirflowVersion::new(3, 1, 0));
        assert_eq!(parse("2.11.2+astro.1"), AirflowVersion::new(2, 11, 2));
        assert_eq!(parse("3.2"), AirflowVersion::new(3, 2, 0));
        assert_eq!(AirflowVersion::parse("main"), None);
        assert_eq!(AirflowVersion::parse(""), None);
    }

    #[test]
    fn api_versions_are_read_in_the_forms_people_write() {
        for text in ["v2", "2", "/api/v2", "api/v2"] {
            assert_eq!(text.parse::<ApiVersion>().unwrap(), ApiVersion::V2);
        }
        assert!("v3".parse::<ApiVersion>().unwrap_err().to_string().contains("`v1`"));
    }
}
