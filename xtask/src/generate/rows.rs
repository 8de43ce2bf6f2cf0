//! The overlay, as far as facts have to be found for it.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// An operation that somebody has named.
pub(crate) struct Row {
    /// The file it is in, for example `dag.toml`.
    pub(crate) file: String,
    /// Our name for it.
    pub(crate) name: String,
    /// Whether it is never called.
    pub(crate) refused: bool,
    ids: Ids,
}

/// The rest of a row is `airvane-api`'s business; its build script refuses what it doesn't know.
#[derive(Deserialize)]
struct Ids {
    v1: Option<String>,
    v2: Option<String>,
    #[serde(default)]
    refused: bool,
}

impl Row {
    /// The operation id on Airflow 2.
    pub(crate) fn v1(&self) -> Option<&str> {
        self.ids.v1.as_deref()
    }

    /// The operation id on Airflow 3.
    pub(crate) fn v2(&self) -> Option<&str> {
        self.ids.v2.as_deref()
    }
}

/// All rows, by file and name.
pub(crate) fn read(catalog: &Path) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for entry in std::fs::read_dir(catalog)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let table: BTreeMap<String, Ids> =
                toml::from_str(&std::fs::read_to_string(&path)?).with_context(|| file.clone())?;
            rows.extend(table.into_iter().map(|(name, ids)| Row {
                file: file.clone(),
                name,
                refused: ids.refused,
                ids,
            }));
        }
    }
    rows.sort_by(|a, b| (&a.file, &a.name).cmp(&(&b.file, &b.name)));
    Ok(rows)
}
