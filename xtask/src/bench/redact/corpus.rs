//! The corpus: documented formats in hundreds of surroundings, for figures or for tuning.
//!
//! Surroundings, services and seeds for figures are others than those for tuning. What the
//! redactor misses in `tuning.txt` may be looked at and mended; `figures.txt` is only counted.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::ValueEnum;
use serde_json::json;

use super::template::{self, Template};

/// Which half.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Half {
    /// Surroundings and seeds that nobody tuned for.
    #[default]
    Figures,
    /// The half to work with.
    Tuning,
}

impl Half {
    fn templates(self) -> &'static str {
        match self {
            Self::Figures => include_str!("figures.txt"),
            Self::Tuning => include_str!("tuning.txt"),
        }
    }

    fn services(self) -> &'static str {
        match self {
            Self::Figures => include_str!("figures-services.txt"),
            Self::Tuning => include_str!("tuning-services.txt"),
        }
    }

    fn seeds(self) -> std::ops::Range<u64> {
        match self {
            Self::Figures => 1000..1003,
            Self::Tuning => 0..3,
        }
    }
}

/// How many surroundings each service's key is put in.
const SURROUNDINGS: usize = 3;

/// Writes the corpus as JSON lines (`rule`, `is_secret`, `text` and `secret` in base64); returns
/// the number of examples and of surroundings.
pub(crate) fn write(half: Half, path: &Path) -> Result<(usize, usize)> {
    let mut out = BufWriter::new(File::create(path).context("create the corpus")?);
    let (keys, others): (Vec<_>, Vec<_>) = template::read(half.templates())
        .into_iter()
        .partition(|template| template.class == "service keys");
    let mut count = 0;
    for (i, template) in others.iter().enumerate() {
        for seed in half.seeds() {
            count += add(template, seed * 10_000 + i as u64, &mut out)?;
        }
    }
    for (i, service) in half.services().lines().enumerate() {
        let Some((name, key)) = service.split_once(' ') else { continue };
        for round in 0..SURROUNDINGS {
            // A stride that shares no factor with the number of templates visits all of them.
            let place = (i * SURROUNDINGS + round) * 7 % keys.len();
            let template = Template {
                class: keys[place].class.clone(),
                text: named(&keys[place].text, name, key),
            };
            count += add(
                &template,
                half.seeds().start * 10_000 + (i * SURROUNDINGS + round) as u64,
                &mut out,
            )?;
        }
    }
    out.flush()?;
    Ok((count, keys.len() + others.len()))
}

/// The tuning half's surroundings, each filled once, without those of the services' keys.
pub(crate) fn tuning_texts() -> Vec<String> {
    let templates = template::read(Half::Tuning.templates());
    let whole = templates.iter().filter(|template| template.class != "service keys");
    whole.zip(0..).map(|(template, seed)| template::fill(&template.text, seed).text).collect()
}

/// Puts a service's name and the format of its key into a template.
fn named(template: &str, service: &str, key: &str) -> String {
    let pascal: String = service.split('_').map(capital).collect();
    template
        .replace("⟦key⟧", key)
        .replace("⟦service⟧", service)
        .replace("⟦SERVICE⟧", &service.to_uppercase())
        .replace("⟦Service⟧", &pascal)
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_uppercase() + rest
}

fn add(template: &Template, seed: u64, out: &mut impl Write) -> Result<usize> {
    let example = template::fill(&template.text, seed);
    for secret in &example.secrets {
        let row = json!({
            "rule": template.class,
            "is_secret": true,
            "text": STANDARD.encode(&example.text),
            "secret": STANDARD.encode(secret),
        });
        writeln!(out, "{row}")?;
    }
    Ok(example.secrets.len())
}
