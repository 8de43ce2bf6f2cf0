//! The steps of `*.toml`. A key that is not understood is an error, so that nothing is written in
//! vain.

use std::path::Path;

use airvane_e2e::rest::Major;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::look::Look;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    step: Vec<Step>,
}

/// One step; `README.md` describes the keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    on: Option<u8>,
    pub remove: Option<String>,
    pub rest: Option<String>,
    pub body: Option<Value>,
    pub tool: Option<String>,
    #[serde(default)]
    pub arguments: Map<String, Value>,
    #[serde(default)]
    pub says: Vec<String>,
    #[serde(default)]
    pub hides: Vec<String>,
    pub then: Option<Look>,
    pub gone: Option<String>,
    pub empties: Option<String>,
    pub refuses: Option<String>,
    #[serde(default)]
    pub status: Vec<u16>,
}

impl Step {
    /// Whether it is played on this major.
    pub fn is_for(&self, major: Major) -> bool {
        major.is_meant_by(self.on)
    }

    /// Whether something is said about what must come of its call.
    pub fn proves(&self) -> bool {
        !self.says.is_empty()
            || self.then.is_some()
            || self.gone.is_some()
            || self.empties.is_some()
            || self.refuses.is_some()
    }
}

/// The steps of a profile.
pub fn of(profile: &str) -> Vec<Step> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/profiles");
    let text = std::fs::read_to_string(folder.join(format!("{profile}.toml"))).unwrap();
    let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{profile}: {error}"));
    file.step
}
