//! A look at Airflow, repeated until it sees what it should.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use airvane_e2e::rest::Rest;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::values::{self, Values};

/// For effects that the scheduler or a parser has to bring about.
const PATIENCE: Duration = Duration::from_secs(240);

/// What to keep: a name, and a JSON pointer to its value.
pub type Names = BTreeMap<String, String>;

/// What should be there, what should not, and what of it later steps name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    pub path: String,
    holds: Option<Value>,
    lacks: Option<Value>,
    #[serde(default)]
    keep: Names,
}

impl Look {
    /// Looks at `path`, which is ours with its values filled in.
    pub fn until_seen(&self, rest: &Rest, path: &str, values: &mut Values) -> Result<()> {
        let wanted = self.holds.as_ref().map(|wanted| values.value(wanted)).transpose()?;
        let unwanted = self.lacks.as_ref().map(|unwanted| values.value(unwanted)).transpose()?;
        let until = Instant::now() + PATIENCE;
        let seen = loop {
            let reply = rest.send("GET", path, None)?;
            let seen = reply.json();
            let is = |wanted: &Option<Value>| wanted.as_ref().map(|one| values::holds(&seen, one));
            if reply.status == 200 && is(&wanted) != Some(false) && is(&unwanted) != Some(true) {
                break seen;
            }
            if Instant::now() > until {
                bail!("{path} is {} {}", reply.status, reply.text);
            }
            std::thread::sleep(Duration::from_millis(500));
        };
        keep(&seen, &self.keep, values)
    }
}

/// Keeps what is named of what was seen.
pub fn keep(seen: &Value, names: &Names, values: &mut Values) -> Result<()> {
    for (name, pointer) in names {
        let value = seen.pointer(pointer).with_context(|| format!("no {pointer} in {seen}"))?;
        values.keep(name, value.clone());
    }
    Ok(())
}
