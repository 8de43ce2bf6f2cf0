//! Ids that can only ever be one path segment.
//!
//! An id pasted into a URL lets `..` climb to another endpoint, and URL parsers collapse
//! `%2e%2e` as well, so encoding alone is not enough: dot segments, empty ids and control
//! characters are refused when the id is made, and the rest is encoded when it is written.
//!
//! `/` is allowed only where Airflow itself routes a path (`{variable_key:path}`,
//! `{pool_name:path}`, `{xcom_key:path}`), and there each part obeys the same rule. URIs of assets
//! have slashes as well, empty parts among them, and travel as one encoded segment.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::operation::{Parameter, ParameterPlace};

/// RFC 3986 unreserved characters stay readable; everything else is encoded, `:` and `+` of run
/// ids included.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Longest id Airflow stores: `StringID` columns hold 250 characters; run ids and dotted task ids
/// stay below it. The limit here is generous, it only keeps URLs bounded.
const MAX_CHARS: usize = 1024;

/// Why a text cannot be an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing, or only white space.
    #[error("{kind} is empty")]
    Empty {
        /// What was asked for, for example `dag_id`.
        kind: &'static str,
    },
    /// `.` or `..`, alone or as a part between slashes.
    #[error("{kind} may not contain `.` or `..` as a path component")]
    DotSegment {
        /// What was asked for.
        kind: &'static str,
    },
    /// A slash or backslash where Airflow routes no path.
    #[error("{kind} may not contain `/` or `\\`")]
    Slash {
        /// What was asked for.
        kind: &'static str,
    },
    /// A control character: line breaks, tabs, NUL.
    #[error("{kind} may not contain control characters")]
    Control {
        /// What was asked for.
        kind: &'static str,
    },
    /// Longer than any id Airflow stores.
    #[error("{kind} is longer than {MAX_CHARS} characters")]
    TooLong {
        /// What was asked for.
        kind: &'static str,
    },
}

/// A value that is safe as part of a URL's path.
pub trait PathSegment {
    /// The percent-encoded form.
    fn encoded(&self) -> String;
}

impl PathSegment for i64 {
    fn encoded(&self) -> String {
        self.to_string()
    }
}

impl PathSegment for u32 {
    fn encoded(&self) -> String {
        self.to_string()
    }
}

fn check(kind: &'static str, text: &str, slash_allowed: bool) -> Result<(), IdError> {
    if text.trim().is_empty() {
        return Err(IdError::Empty { kind });
    }
    if text.chars().any(char::is_control) {
        return Err(IdError::Control { kind });
    }
    if text.chars().nth(MAX_CHARS).is_some() {
        return Err(IdError::TooLong { kind });
    }
    if text.contains('\\') || (!slash_allowed && text.contains('/')) {
        return Err(IdError::Slash { kind });
    }
    if text.split('/').any(is_dot_segment) {
        return Err(IdError::DotSegment { kind });
    }
    if text.split('/').any(str::is_empty) {
        return Err(IdError::Empty { kind });
    }
    Ok(())
}

/// Whether URL parsers treat the text as `.` or `..`, percent-encoded forms included
/// (<https://url.spec.whatwg.org/#double-dot-path-segment>).
fn is_dot_segment(part: &str) -> bool {
    let plain = part.trim().to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal, slash: $slash:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// What errors call it: Airflow's own parameter name.
            pub const KIND: &'static str = $kind;

            /// Takes a text as an id, or says why it can't be one.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                check(Self::KIND, &text, $slash)?;
                Ok(Self(text))
            }

            /// The id as Airflow spells it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl PathSegment for $name {
            fn encoded(&self) -> String {
                let parts: Vec<String> =
                    self.0.split('/').map(|part| utf8_percent_encode(part, SEGMENT).to_string()).collect();
                parts.join("/")
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A DAG.
    DagId = "dag_id", slash: false;
    /// A run of a DAG. Contains `:` and `+` as a rule (`manual__2026-01-01T00:00:00+00:00`).
    DagRunId = "dag_run_id", slash: false;
    /// A task, with its task groups (`group.task`).
    TaskId = "task_id", slash: false;
    /// A connection.
    ConnectionId = "connection_id", slash: false;
    /// A variable; Airflow routes `{variable_key:path}`.
    VariableKey = "variable_key", slash: true;
    /// A pool; Airflow 3 routes `{pool_name:path}`.
    PoolName = "pool_name", slash: true;
    /// An `XCom` key; Airflow 3 routes `{xcom_key:path}`.
    XcomKey = "xcom_key", slash: true;
    /// A key in the state store of an asset or task; Airflow 3.3 routes `{key:path}`.
    StateKey = "key", slash: true;
    /// An opaque token of Airflow's own (`file_token` of Airflow 2).
    FileToken = "file_token", slash: false;
}

/// The value of whichever parameter of a path a catalog row names, by that row's own rule: one
/// segment, several where Airflow routes the rest of a path, or a URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathValue(String);

impl PathValue {
    /// Takes a text as the value of a parameter, or says why it can't be one.
    pub fn new(parameter: &'static Parameter, text: &str) -> Result<Self, IdError> {
        let encoded = |part: &str| utf8_percent_encode(part, SEGMENT).to_string();
        if parameter.name == "uri" {
            return AssetUri::new(text).map(|uri| Self(uri.encoded()));
        }
        let slash = parameter.place == ParameterPlace::PathTail;
        check(parameter.name, text, slash)?;
        let parts: Vec<String> = text.split('/').map(encoded).collect();
        Ok(Self(parts.join("/")))
    }
}

impl PathSegment for PathValue {
    fn encoded(&self) -> String {
        self.0.clone()
    }
}

/// The URI that Airflow 2 knows an asset (there: dataset) by, for example `s3://bucket/key`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AssetUri(String);

impl AssetUri {
    /// Takes a text as a URI, or says why it can't be sent as one.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        // `//` is part of most URIs; what is between the slashes obeys the rule of all ids.
        let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty()).collect();
        check("uri", &parts.join("/"), true)?;
        Ok(Self(text))
    }

    /// The URI as Airflow spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PathSegment for AssetUri {
    fn encoded(&self) -> String {
        utf8_percent_encode(&self.0, SEGMENT).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::operation::Operation;
    use crate::version::ApiVersion;

    #[test]
    fn a_uri_keeps_its_slashes_encoded() {
        let uri = AssetUri::new("s3://bucket/a b").unwrap();
        assert_eq!(uri.encoded(), "s3%3A%2F%2Fbucket%2Fa%20b");
        let refused = AssetUri::new("s3://bucket/../config");
        assert_eq!(refused, Err(IdError::DotSegment { kind: "uri" }));
        assert_eq!(AssetUri::new("//"), Err(IdError::Empty { kind: "uri" }));
    }

    #[test]
    fn any_parameter_of_a_path_obeys_its_row() {
        let of = |operation: &'static Operation, api, name| {
            operation.endpoint(api).unwrap().parameter(name).unwrap()
        };
        let dag_id = of(&catalog::GET_DAG, ApiVersion::V2, "dag_id");
        assert_eq!(PathValue::new(dag_id, "a b").unwrap().encoded(), "a%20b");
        for text in ["..", "%2e%2e", "", "a/b", "a\nb"] {
            assert!(PathValue::new(dag_id, text).is_err(), "{text}");
        }
        let key = of(&catalog::GET_VARIABLE, ApiVersion::V2, "variable_key");
        assert_eq!(PathValue::new(key, "team/a b").unwrap().encoded(), "team/a%20b");
        assert!(PathValue::new(key, "team/../a").is_err());
        let uri = of(&catalog::GET_ASSET, ApiVersion::V1, "uri");
        assert_eq!(PathValue::new(uri, "s3://b").unwrap().encoded(), "s3%3A%2F%2Fb");
    }

    #[test]
    fn a_run_id_is_encoded_as_one_segment() {
        let id = DagRunId::new("manual__2026-01-01T00:00:00+00:00").unwrap();
        assert_eq!(id.encoded(), "manual__2026-01-01T00%3A00%3A00%2B00%3A00");
        assert_eq!(DagRunId::new("a?b#c%2fd é").unwrap().encoded(), "a%3Fb%23c%252fd%20%C3%A9");
    }

    #[test]
    fn dot_segments_are_refused_in_every_spelling() {
        for text in [".", "..", "%2e", "%2E%2e", ".%2e", " .. "] {
            assert_eq!(DagId::new(text), Err(IdError::DotSegment { kind: "dag_id" }), "{text}");
        }
        for text in ["a/../b", "../a", "a/..", "a/./b", "a/%2e%2e/b"] {
            let refused = VariableKey::new(text);
            assert_eq!(refused, Err(IdError::DotSegment { kind: "variable_key" }), "{text}");
        }
        assert!(DagId::new("a..b").is_ok(), "dots inside an id climb nowhere");
    }

    #[test]
    fn slashes_pass_only_where_airflow_routes_a_path() {
        assert_eq!(VariableKey::new("team/key").unwrap().encoded(), "team/key");
        assert_eq!(DagId::new("a/b"), Err(IdError::Slash { kind: "dag_id" }));
        assert_eq!(VariableKey::new("a\\b"), Err(IdError::Slash { kind: "variable_key" }));
        assert_eq!(VariableKey::new("/a"), Err(IdError::Empty { kind: "variable_key" }));
    }

    #[test]
    fn nothing_and_control_characters_are_refused() {
        assert_eq!(TaskId::new(" "), Err(IdError::Empty { kind: "task_id" }));
        assert_eq!(TaskId::new("a\r\nb"), Err(IdError::Control { kind: "task_id" }));
        assert_eq!(TaskId::new("a\0"), Err(IdError::Control { kind: "task_id" }));
        assert_eq!(TaskId::new("x".repeat(2000)), Err(IdError::TooLong { kind: "task_id" }));
    }
}
