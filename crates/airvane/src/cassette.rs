//! `airvane record` and `airvane replay`: a diagnosis in a file, to attach to a report.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use airvane_server::cassette::{self, Cassette, Question, Recorded};
use airvane_server::settings::Settings;
use anyhow::{Context, bail};
use clap::ArgMatches;

use crate::Exit;

/// Larger files are not read: a recording has some hundred kilobytes.
const LARGEST: u64 = 256 << 20;

/// Diagnoses a run, prints that, and writes what Airflow answered.
pub(crate) async fn record(settings: &Settings, matches: &ArgMatches) -> anyhow::Result<Exit> {
    let text = |name| matches.get_one::<String>(name).map(String::as_str);
    let dag_id = text("dag_id").unwrap_or_default();
    let question = Question::diagnosis(dag_id, text("dag_run_id"));
    if text("out") == Some("-") {
        let recorded = cassette::record(settings, question).await?;
        crate::print(&recorded.cassette.to_text()?)?;
        return Ok(Exit::Success);
    }
    let path = text("out").map_or_else(|| default_path(dag_id), PathBuf::from);
    let file = create(&path)?;
    let recorded = record_into(settings, question, file).await.inspect_err(|_| {
        // What is not whole is of no use, and in the way of the next try.
        let _ = std::fs::remove_file(&path);
    });
    let recorded = recorded.with_context(|| format!("{} was not written", path.display()))?;
    crate::print(&crate::call::shown(&recorded.answer, false)?)?;
    eprintln!(
        "{} answers of Airflow are in {}. Secrets are masked; names, hosts and data are not: look \
         through it before you pass it on. `airvane replay {}` diagnoses it again.",
        recorded.cassette.answers.len(),
        path.display(),
        path.display()
    );
    Ok(if recorded.answer.is_error { Exit::Failure } else { Exit::Success })
}

async fn record_into(
    settings: &Settings,
    question: Question,
    mut file: std::fs::File,
) -> anyhow::Result<Recorded> {
    let recorded = cassette::record(settings, question).await?;
    file.write_all(recorded.cassette.to_text()?.as_bytes())?;
    Ok(recorded)
}

/// Diagnoses what was recorded.
pub(crate) async fn replay(settings: &Settings, matches: &ArgMatches) -> anyhow::Result<Exit> {
    let path = matches.get_one::<String>("file").map(PathBuf::from).unwrap_or_default();
    let as_json = matches.get_flag("json");
    let replayed = cassette::replay(settings, read(&path)?, as_json).await?;
    crate::print(&crate::call::shown(&replayed.answer, as_json)?)?;
    if !replayed.missing.is_empty() {
        eprintln!(
            "note: this airvane also asks for what the cassette does not hold; what follows from \
             it is unknown:\n  {}",
            replayed.missing.join("\n  ")
        );
    }
    Ok(if replayed.answer.is_error { Exit::Failure } else { Exit::Success })
}

/// `orders.cassette.json`; what a DAG id may hold and a file name should not becomes `_`.
fn default_path(dag_id: &str) -> PathBuf {
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name: String = dag_id.chars().map(plain).collect();
    PathBuf::from(format!("{}.cassette.json", name.trim_start_matches('.')))
}

/// Before Airflow is asked, and never over another file.
fn create(path: &Path) -> anyhow::Result<std::fs::File> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} is there already: choose another name with --out", path.display())
        }
        Err(error) => Err(error).with_context(|| format!("can't write {}", path.display())),
    }
}

fn read(path: &Path) -> anyhow::Result<Cassette> {
    let cannot = || format!("can't read {}", path.display());
    let size = std::fs::metadata(path).with_context(cannot)?.len();
    if size > LARGEST {
        bail!("{} has {} MiB: no cassette is that large", path.display(), size >> 20);
    }
    let bytes = std::fs::read(path).with_context(cannot)?;
    let text = String::from_utf8_lossy(&bytes);
    Cassette::parse(&text).with_context(|| format!("can't replay {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dag_names_a_file_in_this_folder() {
        let name = |dag_id: &str| default_path(dag_id).display().to_string();
        assert_eq!(name("orders_daily"), "orders_daily.cassette.json");
        assert_eq!(name("../etc/a b"), "_etc_a_b.cassette.json");
    }
}
