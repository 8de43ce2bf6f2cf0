//! The generated layer of the catalog: what installed Airflows say of their own REST APIs.
//!
//! `catalog/*.toml` is written by people and only read here. `catalog/facts/*.toml` is written
//! here and only here: methods, paths, parameters, bodies, permissions, and since when each
//! exists. An operation of Airflow without a row, or a row without an operation, is an error.

mod facts;
mod releases;
mod rows;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::airflow::{self, Major};
use crate::{paths, process};
use facts::Fact;
use releases::History;
use rows::Row;

/// What to do with the facts.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Write nothing; fail if the facts differ from what the Airflows say.
    #[arg(long)]
    check: bool,
}

/// Writes `catalog/facts`, or checks it.
pub(crate) fn run(options: &Options) -> Result<()> {
    let catalog = paths::root().join("catalog");
    let rows = rows::read(&catalog)?;
    let history = releases::read()?;
    let v1 = ask(Major::Two, "airflow2.py")?;
    let v2 = ask(Major::Three, "airflow3.py")?;
    println!("Airflow {}: {}", Major::Two.version(), covered(&v1, &rows, Row::v1)?);
    println!("Airflow {}: {}", Major::Three.version(), covered(&v2, &rows, Row::v2)?);
    let files = render(&rows, &v1, &v2, &history)?;
    let changed = changed(&catalog.join("facts"), &files)?;
    if changed.is_empty() {
        println!("The facts are as they should be.");
    } else if options.check {
        bail!("out of date, run `cargo xtask generate`: {}", changed.join(", "));
    } else {
        write(&catalog.join("facts"), &files)?;
        println!("Written: {}", changed.join(", "));
    }
    Ok(())
}

/// Runs one of our programs in an Airflow's own environment.
fn ask(major: Major, program: &str) -> Result<BTreeMap<String, Fact>> {
    let bin = airflow::install(major)?;
    let home = paths::folder(&format!("generate/{}", major.version()))?;
    let answer = process::output(program, python(&bin, program).env("AIRFLOW_HOME", home))?;
    let facts: Vec<Fact> = serde_json::from_str(&answer).context(program.to_owned())?;
    let mut named = BTreeMap::new();
    for fact in facts {
        if let Some(twin) = named.insert(fact.operation_id.clone(), fact) {
            bail!("two operations are called {}", twin.operation_id);
        }
    }
    Ok(named)
}

fn python(bin: &Path, program: &str) -> Command {
    let mut command = Command::new(bin.join("python"));
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/generate").join(program))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("AIRFLOW__CORE__LOAD_EXAMPLES", "False");
    command
}

/// Says how many operations have a row, or which have none, or too many.
fn covered(
    facts: &BTreeMap<String, Fact>,
    rows: &[Row],
    id: fn(&Row) -> Option<&str>,
) -> Result<String> {
    let mut open: BTreeMap<&str, &Fact> =
        facts.iter().map(|(id, fact)| (id.as_str(), fact)).collect();
    for row in rows {
        if let Some(id) = id(row)
            && open.remove(id).is_none()
        {
            bail!("{} in {}: no operation `{id}`, or two rows have it", row.name, row.file);
        }
    }
    if !open.is_empty() {
        let open: Vec<String> =
            open.values().map(|fact| format!("{} ({})", fact.operation_id, fact.route())).collect();
        bail!("no row in catalog/ for {}", open.join(", "));
    }
    let refused = rows.iter().filter(|row| row.refused && id(row).is_some()).count();
    let reached = facts.len() - refused;
    Ok(match refused {
        0 => format!("{reached} of {reached} operations have a row"),
        _ => format!(
            "{reached} of {reached} operations have a row, and the {refused} that are refused"
        ),
    })
}

/// The text of each facts file, by its name.
fn render(
    rows: &[Row],
    v1: &BTreeMap<String, Fact>,
    v2: &BTreeMap<String, Fact>,
    history: &History,
) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for row in rows {
        let text = files.entry(row.file.clone()).or_insert_with(heading);
        for (api, facts, id) in [("v1", v1, row.v1()), ("v2", v2, row.v2())] {
            if let Some(fact) = id.and_then(|id| facts.get(id)) {
                text.push('\n');
                text.push_str(&fact.render(&format!("{}.{api}", row.name), history)?);
            }
        }
    }
    Ok(files)
}

fn heading() -> String {
    let (v2, v3) = (Major::Two.version(), Major::Three.version());
    format!("# Written by `cargo xtask generate` from Airflow {v2} and {v3}. Don't edit.\n")
}

fn changed(folder: &Path, files: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let mut names: Vec<String> = files
        .iter()
        .filter(|(name, text)| {
            std::fs::read_to_string(folder.join(name)).ok().as_ref() != Some(*text)
        })
        .map(|(name, _)| name.clone())
        .collect();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !files.contains_key(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

fn write(folder: &Path, files: &BTreeMap<String, String>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        std::fs::remove_file(entry?.path())?;
    }
    for (name, text) in files {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
