//! Turns `catalog/profiles/*.toml` into `static` values beside the rows.
//!
//! Refuses what would make a profile lie: an operation that the catalog lacks, a parameter that
//! the operation takes on neither major, and one that it takes on only one of them, unless an
//! adapter looks after it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::{Endpoint, Level, Result, toml_files};

/// The names by which callers know what an operation takes, on each major that has it.
pub(crate) struct Taken {
    pub(crate) v1: Option<BTreeSet<String>>,
    pub(crate) v2: Option<BTreeSet<String>>,
}

/// All operations by name.
pub(crate) type Operations = BTreeMap<String, Taken>;

/// Parameters and fields of the body, by the names callers use.
pub(crate) fn names(
    endpoint: Option<&Endpoint>,
    renamed: &BTreeMap<String, String>,
) -> Result<Option<BTreeSet<String>>> {
    let Some(endpoint) = endpoint else { return Ok(None) };
    let mut wire: Vec<String> =
        endpoint.parameters.iter().map(|parameter| parameter.name.clone()).collect();
    if let Some(body) = &endpoint.body {
        wire.extend(fields(&serde_json::from_str(body)?));
    }
    let name = |wire: String| renamed.get(&wire).cloned().unwrap_or(wire);
    Ok(Some(wire.into_iter().map(name).collect()))
}

/// The fields of a body, which may also be null.
fn fields(body: &Value) -> Vec<String> {
    let options = body.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    let objects = options.chain([body]).filter_map(|schema| schema.get("properties")?.as_object());
    objects.flat_map(|properties| properties.keys().cloned()).collect()
}

/// One file: the tools of another server.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    prompts: Vec<String>,
    every: Option<Every>,
    tools: BTreeMap<String, Tool>,
}

/// What every tool of a profile takes besides its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Every {
    adapter: String,
    given: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_field_names, reason = "fields are named as the files' keys")]
struct Tool {
    operation: Option<String>,
    on_v2: Option<String>,
    tool: Option<String>,
    level: Option<Level>,
    summary: Option<String>,
    adapter: Option<String>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    optional: Vec<String>,
    #[serde(default)]
    more: Vec<String>,
    #[serde(default)]
    names: BTreeMap<String, String>,
    #[serde(default)]
    given: BTreeMap<String, String>,
    #[serde(default)]
    defaults: BTreeMap<String, toml::Value>,
}

/// The code of all profiles.
pub(crate) fn code(catalog: &Path, operations: &Operations) -> Result<String> {
    let mut code =
        "/// All profiles, sorted by name.\npub static PROFILES: &[Profile] = &[".to_owned();
    for file in toml_files(&catalog.join("profiles"))? {
        let name = file.file_stem().and_then(|stem| stem.to_str()).ok_or("no file name")?;
        let text = fs::read_to_string(&file)?;
        let profile: Result<String> = toml::from_str(&text)
            .map_err(Into::into)
            .and_then(|profile: Profile| profile.code(name, operations));
        code.push_str(&profile.map_err(|error| format!("{}: {error}", file.display()))?);
    }
    code.push_str("];\n");
    Ok(code)
}

impl Profile {
    fn code(&self, name: &str, operations: &Operations) -> Result<String> {
        let Self { resources, prompts, .. } = self;
        let adapter = self.every.as_ref().map(|every| &every.adapter);
        let mut code = format!(
            "\nProfile {{ name: {name:?}, resources: &{resources:?}, prompts: &{prompts:?}, \
             adapter: {adapter:?}, tools: &["
        );
        for (name, tool) in &self.tools {
            let tool = tool.code(name, self.every.as_ref(), operations);
            code.push_str(&tool.map_err(|error| format!("{name}: {error}"))?);
        }
        code.push_str("] },");
        Ok(code)
    }
}

impl Tool {
    fn code(&self, name: &str, every: Option<&Every>, operations: &Operations) -> Result<String> {
        let Self { summary, adapter, .. } = self;
        let target = self.target(operations)?;
        let defaults: Vec<(&String, String)> =
            self.defaults.iter().map(|(name, value)| (name, value.to_string())).collect();
        let parameters = self.parameters(every, operations)?;
        Ok(format!(
            "\n ProfileTool {{ name: {name:?}, target: {target}, adapter: {adapter:?}, \
             summary: {summary:?}, defaults: &{defaults:?}, parameters: &[{parameters}] }},"
        ))
    }

    fn target(&self, operations: &Operations) -> Result<String> {
        let known = |name: &String| {
            if operations.contains_key(name) {
                Ok(format!("&catalog::{}", name.to_uppercase()))
            } else {
                Err(format!("no operation `{name}` in the catalog"))
            }
        };
        match (&self.operation, &self.tool, &self.level) {
            (Some(operation), None, None) => {
                let v2 = known(self.on_v2.as_ref().unwrap_or(operation))?;
                Ok(format!("Target::Operation {{ v1: {}, v2: {v2} }}", known(operation)?))
            }
            (None, Some(tool), None) => Ok(format!("Target::Tool({tool:?})")),
            (None, None, Some(level)) if self.adapter.is_some() && self.summary.is_some() => {
                Ok(format!("Target::Adapter(AccessLevel::{level:?})"))
            }
            _ => {
                Err("needs an `operation`, a `tool`, or a `level` with `adapter` and `summary`"
                    .into())
            }
        }
    }

    fn parameters(&self, every: Option<&Every>, operations: &Operations) -> Result<String> {
        let shared = every.map(|every| &every.given);
        let shared_kind = |name: &String| shared.and_then(|shared| shared.get(name));
        let mut code = String::new();
        for (names, need) in
            [(&self.required, "Required"), (&self.optional, "Optional"), (&self.more, "Ours")]
        {
            for name in names {
                let kind = self.given.get(name).or_else(|| shared_kind(name));
                if kind.is_none() {
                    self.check(name, need, operations)?;
                }
                let becomes = self.names.get(name).unwrap_or(name);
                parameter(&mut code, name, becomes, need, kind)?;
            }
        }
        for (name, kind) in shared.into_iter().flatten() {
            if !self.required.contains(name) && !self.optional.contains(name) {
                parameter(&mut code, name, name, "Optional", Some(kind))?;
            }
        }
        Ok(code)
    }

    /// Whether the operation takes a parameter. Our own tools are `airvane-server`'s to check.
    fn check(&self, name: &String, need: &str, operations: &Operations) -> Result<()> {
        let Some(operation) = self.operation.as_ref() else { return Ok(()) };
        let ours = self.names.get(name).unwrap_or(name);
        let on_v2 = self.on_v2.as_ref().unwrap_or(operation);
        let v1 = operations.get(operation).and_then(|taken| taken.v1.as_ref());
        let v2 = operations.get(on_v2).and_then(|taken| taken.v2.as_ref());
        let takes = |names: Option<&BTreeSet<String>>| names.map(|names| names.contains(ours));
        let (v1, v2) = (takes(v1), takes(v2));
        if v1 != Some(true) && v2 != Some(true) {
            return Err(format!("`{operation}` takes no `{ours}`").into());
        }
        let on_one_only = v1 == Some(false) || v2 == Some(false);
        if on_one_only && self.adapter.is_none() && need != "Ours" {
            let problem = format!("`{operation}` takes `{ours}` on one major only: an adapter?");
            return Err(problem.into());
        }
        Ok(())
    }
}

fn parameter(
    code: &mut String,
    name: &str,
    becomes: &str,
    need: &str,
    kind: Option<&String>,
) -> Result<()> {
    write!(
        code,
        "ProfileParameter {{ name: {name:?}, becomes: {becomes:?}, need: Need::{need}, \
         kind: {kind:?} }}, "
    )?;
    Ok(())
}
