//! Where things lie: the repository, and everything we install under `target/airvane`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The folder for all that is installed, cached or logged; `cargo clean` removes it.
pub(crate) fn base() -> PathBuf {
    root().join("target").join("airvane")
}

/// A folder under [`base`], created when it is missing.
pub(crate) fn folder(name: &str) -> Result<PathBuf> {
    let path = base().join(name);
    std::fs::create_dir_all(&path).with_context(|| format!("create {}", path.display()))?;
    Ok(path)
}

/// The log file of one step or process.
pub(crate) fn log(name: &str) -> Result<PathBuf> {
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    Ok(folder("logs")?.join(format!("{safe}.log")))
}

/// The incidents: DAGs that fail on purpose.
pub(crate) fn incident_dags() -> PathBuf {
    root().join("incidents").join("dags")
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| format!("read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
