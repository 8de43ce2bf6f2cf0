//! The steps of `*.toml`. A key that is not understood is an error, so that nothing is written in
//! vain.

use std::path::Path;

use airvane_e2e::rest::Major;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::look::{Look, Names};

/// One file.
pub struct Script {
    /// Its name, without folder.
    pub name: String,
    pub steps: Vec<Step>,
}

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
    #[serde(default)]
    pub keep: Names,
    pub operation: Option<String>,
    #[serde(default)]
    pub arguments: Map<String, Value>,
    #[serde(default)]
    pub says: Vec<String>,
    pub then: Option<Look>,
    pub gone: Option<String>,
    #[serde(default)]
    pub again: bool,
    pub excuse: Option<String>,
}

impl Step {
    /// Whether it is played on this major.
    pub fn is_for(&self, major: Major) -> bool {
        major.is_meant_by(self.on)
    }
}

/// All files, by name.
pub fn all() -> Vec<Script> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/operations");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Script {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path).unwrap();
    let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    Script { name, steps: file.step }
}
