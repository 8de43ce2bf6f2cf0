//! Ordinary logs: made ones in the style of the programs that tasks run, and real ones.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use super::template::{self, Maker, Template};
use crate::paths;

/// One file for each program, and one with all of them.
pub(crate) struct Logs {
    pub(crate) each: Vec<PathBuf>,
    pub(crate) all: PathBuf,
}

/// How often a line names something that could be a secret.
#[derive(Clone, Copy)]
pub(crate) enum Rate {
    /// As in real logs, where it is one line in 30 (npm) to one in 18,000 (tasks of Airflow).
    Ordinary,
    /// As often as in `logs.txt`, which is made of what could be masked in vain.
    Alarming,
}

/// One line in so many of an ordinary log is alarming.
const ORDINARY: u32 = 50;

impl Rate {
    fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Alarming => "alarming",
        }
    }

    fn pick<'a>(self, lines: &'a [Template], maker: &mut Maker) -> Option<&'a Template> {
        let (alarming, plain): (Vec<_>, Vec<_>) = lines.iter().partition(|line| alarms(&line.text));
        let lines = match self {
            Self::Alarming => return lines.choose(&mut maker.0),
            Self::Ordinary if maker.0.random_ratio(1, ORDINARY) => alarming,
            Self::Ordinary => plain,
        };
        lines.choose(&mut maker.0).copied()
    }
}

/// Whether a line holds a word that occurs in names of secrets.
fn alarms(line: &str) -> bool {
    const WORDS: &[&str] =
        &["pass", "token", "secret", "key", "credential", "auth", "cookie", "cert", "session"];
    let line = line.to_lowercase();
    WORDS.iter().any(|word| line.contains(word))
}

/// Makes `size` bytes of log for each section of `logs.txt`.
pub(crate) fn make(folder: &Path, size: usize, rate: Rate) -> Result<Logs> {
    let lines = template::read(include_str!("logs.txt"));
    let mut each = Vec::new();
    let mut together = String::new();
    for section in lines.chunk_by(|a, b| a.class == b.class) {
        let Some(first) = section.first() else { continue };
        let mut maker = Maker(StdRng::seed_from_u64(size as u64));
        let mut text = String::new();
        while text.len() < size {
            let Some(line) = rate.pick(section, &mut maker) else { continue };
            let line = maker.fill(&line.text);
            writeln!(text, "{line}")?;
        }
        let path = folder.join(format!("{}-{}.log", rate.name(), first.class));
        fs::write(&path, &text)?;
        together.push_str(&text);
        each.push(path);
    }
    let all = folder.join(format!("{}-all.log", rate.name()));
    fs::write(&all, together)?;
    Ok(Logs { each, all })
}

/// The same log over and over, too long for a processor's own caches: as a log that arrives is
/// in none of them.
pub(crate) fn long(folder: &Path, log: &Path) -> Result<PathBuf> {
    const SIZE: usize = 256_000_000;
    let text = fs::read(log).context("read a log")?;
    let path = folder.join("long.log");
    fs::write(&path, text.repeat(SIZE.div_ceil(text.len().max(1))))?;
    Ok(path)
}

/// Most bytes taken of one kind of real log.
const MOST: usize = 40_000_000;

/// Logs that package managers and Airflows left here, one file for each kind. Logs of the
/// incidents that print invented secrets are left out.
pub(crate) fn real(folder: &Path) -> Result<Vec<PathBuf>> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let installed = paths::base();
    let kinds: [(&str, Vec<PathBuf>); 5] = [
        ("real-apt", vec!["/var/log/dpkg.log".into(), "/var/log/apt".into()]),
        ("real-npm", vec![home.join(".npm/_logs"), installed.join("cache/npm/_logs")]),
        ("real-airflow", vec![installed.join("homes")]),
        ("real-install", vec![installed.join("logs")]),
        ("real-python-build", found("/tmp", "python-build.")),
    ];
    let mut files = Vec::new();
    for (name, roots) in kinds {
        let mut text = Vec::new();
        for root in &roots {
            gather(root, &mut text);
        }
        if !text.is_empty() {
            let path = folder.join(format!("{name}.log"));
            fs::write(&path, text).context("write a log")?;
            files.push(path);
        }
    }
    Ok(files)
}

fn found(folder: &str, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    named.map(|entry| entry.path()).collect()
}

fn gather(path: &Path, text: &mut Vec<u8>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Components repeat what tasks print; only folders of tasks can be left out by name.
    // A database logs what tests planted in it, fuzzing what it was given.
    let told = name.contains("postgres") || name.starts_with("fuzz-");
    let planted = told || name.contains("leaky") || name.starts_with("airflow-");
    if planted || text.len() >= MOST {
        return;
    }
    if path.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.for_each(|entry| gather(&entry.path(), text));
    } else if name.ends_with(".log") {
        text.extend(fs::read(path).unwrap_or_default().into_iter().take(MOST));
    }
}
