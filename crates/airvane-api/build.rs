//! Turns `catalog/*.toml` and `catalog/facts/*.toml` into `static` values, so that nothing is
//! parsed when the program starts.
//!
//! Refuses what would make a row lie: facts without a row, a row without facts, a rename of a
//! parameter that the route does not have.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

#[path = "build/profiles.rs"]
mod profiles;

use profiles::{Operations, Taken};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A row of the overlay, written by hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    summary: String,
    level: Level,
    #[serde(default)]
    refused: bool,
    bulk: Option<Level>,
    instead: Option<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    tools: Vec<String>,
    v1: Option<String>,
    v2: Option<String>,
    #[serde(default)]
    v1_names: BTreeMap<String, String>,
    #[serde(default)]
    v2_names: BTreeMap<String, String>,
    #[serde(default)]
    v1_joined: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Read,
    Write,
    Destructive,
}

/// What `cargo xtask generate` found out about a row's routes.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    v1: Option<Endpoint>,
    v2: Option<Endpoint>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Endpoint {
    method: String,
    path: String,
    operation_id: String,
    since: String,
    permission: String,
    #[serde(default)]
    parameters: Vec<Parameter>,
    body: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    name: String,
    r#in: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    joined: bool,
    since: Option<String>,
    schema: String,
    fixed: Option<String>,
}

fn main() -> Result<()> {
    let catalog = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../catalog");
    println!("cargo::rerun-if-changed={}", catalog.display());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    let mut statics = BTreeMap::new();
    let mut operations = Operations::new();
    for file in toml_files(&catalog)? {
        add_file(&mut statics, &mut operations, &catalog, &file)
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let mut code: String = statics.values().map(String::as_str).collect();
    code.push_str(
        "/// Every operation, sorted by name.\npub static OPERATIONS: &[&Operation] = &[",
    );
    for name in statics.keys() {
        write!(code, "&{}, ", name.to_uppercase())?;
    }
    code.push_str("];\n");
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("catalog.rs"), code)?;
    let profiles = profiles::code(&catalog, &operations)?;
    fs::write(Path::new(&out).join("profiles.rs"), profiles)?;
    Ok(())
}

fn toml_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn add_file(
    statics: &mut BTreeMap<String, String>,
    operations: &mut Operations,
    catalog: &Path,
    file: &Path,
) -> Result<()> {
    let file_name = file.file_name().ok_or("no file name")?;
    let toolset = file.file_stem().and_then(|stem| stem.to_str()).ok_or("no file name")?;
    let rows: BTreeMap<String, Row> = toml::from_str(&fs::read_to_string(file)?)?;
    let facts = fs::read_to_string(catalog.join("facts").join(file_name))?;
    let mut facts: BTreeMap<String, Facts> = toml::from_str(&facts)?;
    for (name, row) in rows {
        let facts = facts.remove(&name).unwrap_or_default();
        let code =
            operation(&name, toolset, &row, &facts).map_err(|error| format!("{name}: {error}"))?;
        let taken = Taken {
            v1: profiles::names(facts.v1.as_ref(), &row.v1_names)?,
            v2: profiles::names(facts.v2.as_ref(), &row.v2_names)?,
        };
        operations.insert(name.clone(), taken);
        if statics.insert(name.clone(), code).is_some() {
            return Err(format!("{name} is there twice").into());
        }
    }
    match facts.into_keys().next() {
        Some(name) => Err(format!("facts of {name}, which has no row").into()),
        None => Ok(()),
    }
}

fn operation(name: &str, toolset: &str, row: &Row, facts: &Facts) -> Result<String> {
    let Row { summary, level, refused, instead, tools, words, .. } = row;
    let bulk = row
        .bulk
        .as_ref()
        .map_or("None".to_owned(), |level| format!("Some(AccessLevel::{level:?})"));
    let v1 = endpoint(row.v1.as_deref(), facts.v1.as_ref(), &row.v1_names, &row.v1_joined)?;
    let v2 = endpoint(row.v2.as_deref(), facts.v2.as_ref(), &row.v2_names, &[])?;
    Ok(format!(
        "/// {summary}\npub static {}: Operation = Operation {{ name: {name:?}, summary: {summary:?}, \
         level: AccessLevel::{level:?}, toolset: {toolset:?}, refused: {refused}, bulk: {bulk}, \
         instead: {instead:?}, words: &{words:?}, tools: &{tools:?},\n v1: {v1},\n v2: {v2} }};\n",
        name.to_uppercase()
    ))
}

fn endpoint(
    id: Option<&str>,
    facts: Option<&Endpoint>,
    names: &BTreeMap<String, String>,
    joined: &[String],
) -> Result<String> {
    let facts = match (id, facts) {
        (None, None) => return Ok("None".to_owned()),
        (Some(id), Some(facts)) if id == facts.operation_id => facts,
        _ => return Err("row and facts differ: run `cargo xtask generate`".into()),
    };
    let known = |name: &String| facts.parameters.iter().any(|parameter| parameter.name == *name);
    let in_body = |name: &String| {
        facts.body.as_ref().is_some_and(|body| body.contains(&format!("{name:?}:")))
    };
    if let Some(name) = names.keys().chain(joined).find(|name| !known(name) && !in_body(name)) {
        return Err(format!("the route has no parameter `{name}`").into());
    }
    let renamed = names.iter().filter(|(wire_name, _)| !known(wire_name));
    let body_names: Vec<_> = renamed.map(|(wire_name, name)| (name, wire_name)).collect();
    let mut parameters = String::new();
    for parameter in &facts.parameters {
        parameters.push_str(&self::parameter(parameter, &facts.since, names, joined)?);
    }
    let Endpoint { method, path, operation_id, permission, body, .. } = facts;
    let method = capitalised(method);
    let since = version(&facts.since)?;
    Ok(format!(
        "Some(Endpoint {{ method: Method::{method}, path: {path:?}, operation_id: {operation_id:?}, \
         since: {since}, permission: {permission:?}, body: {body:?}, body_names: &{body_names:?}, parameters: &[{parameters}] }})"
    ))
}

fn parameter(
    parameter: &Parameter,
    endpoint_since: &str,
    names: &BTreeMap<String, String>,
    joined: &[String],
) -> Result<String> {
    let Parameter { name: wire_name, required, schema, fixed, .. } = parameter;
    let name = names.get(wire_name).unwrap_or(wire_name);
    let place = match parameter.r#in.as_str() {
        "tail" => "PathTail".to_owned(),
        place => capitalised(place),
    };
    let since = version(parameter.since.as_deref().unwrap_or(endpoint_since))?;
    let joined = parameter.joined || joined.contains(wire_name);
    Ok(format!(
        "\n  Parameter {{ name: {name:?}, wire_name: {wire_name:?}, place: ParameterPlace::{place}, \
         required: {required}, since: {since}, joined: {joined}, schema: {schema:?}, fixed: {fixed:?} }},"
    ))
}

fn version(text: &str) -> Result<String> {
    let (major, minor) = text.split_once('.').ok_or("a release has two numbers")?;
    let (major, minor): (u16, u16) = (major.parse()?, minor.parse()?);
    Ok(format!("AirflowVersion::new({major}, {minor}, 0)"))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect()
    })
}
