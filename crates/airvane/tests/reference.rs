//! The reference pages and the README's table say what the code says.
//!
//! `AIRVANE_WRITE_REFERENCE=1 cargo test -p airvane --test reference` writes them anew.

#![expect(clippy::unwrap_used, reason = "a test says so by failing")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use airvane_api::profile::{Need, PROFILES, Profile, ProfileTool};
use airvane_api::{AirflowVersion, Endpoint, Operation, catalog};
use airvane_server::reach::takes;
use airvane_server::registry::{self, Registered, TOOLS};
use airvane_server::settings::OPTIONS;
use airvane_server::settings::options::{ALIASES, Group, OptionSpec, Takes};
use serde_json::Value;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Holds a file against what it should be, or writes it.
fn check(path: &str, expected: &str) {
    let path = repository().join(path);
    if std::env::var_os("AIRVANE_WRITE_REFERENCE").is_some() {
        std::fs::write(&path, expected).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{} is out of date: run AIRVANE_WRITE_REFERENCE=1 cargo test -p airvane --test reference",
        path.display()
    );
}

#[test]
fn the_tool_reference_is_up_to_date() {
    check("docs/reference/tools.md", &tool_reference());
}

#[test]
fn the_operation_reference_is_up_to_date() {
    check("docs/reference/operations.md", &operation_reference());
}

#[test]
fn the_option_reference_is_up_to_date() {
    check("docs/reference/options.md", &option_reference());
}

#[test]
fn the_profile_reference_is_up_to_date() {
    check("docs/reference/profiles.md", &profile_reference());
}

#[test]
fn the_table_in_the_readme_is_up_to_date() {
    const BEGIN: &str = "<!-- tools: begin -->\n";
    const END: &str = "<!-- tools: end -->";
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the README marks where its table begins");
    let (_, after) = rest.split_once(END).expect("the README marks where its table ends");
    check("README.md", &format!("{before}{BEGIN}{}{END}{after}", tool_table()));
}

fn tool_table() -> String {
    let mut out = String::from("| tool | what it answers or does | access |\n|---|---|---|\n");
    for tool in TOOLS.iter().filter(|tool| tool.listed) {
        let _ = writeln!(out, "| `{}` | {} | {} |", tool.name, tool.description, tool.level);
    }
    let hidden: Vec<String> =
        TOOLS.iter().filter(|tool| !tool.listed).map(|tool| format!("`{}`", tool.name)).collect();
    let _ = writeln!(out, "\nCallable by name, not listed by default: {}.", hidden.join(", "));
    out
}

fn tool_reference() -> String {
    let mut out = String::from(
        "# Tools\n\nGenerated from the registry. `airvane tools` prints what a server with your settings shows.\n",
    );
    for tool in TOOLS {
        write_tool(&mut out, tool);
    }
    out
}

fn operation_reference() -> String {
    let mut out = String::from(
        "# Operations\n\nEvery operation of Airflow's two REST APIs, generated from the catalog. \
         `find_operation` searches them; `read_operation`, `write_operation` and `destroy_operation` \
         run them by name, as a tool of the same name does. Arguments go by these names on both \
         majors; `*` marks what is required. A body may also be given whole, as `body`. An \
         operation that a newer Airflow describes in its own OpenAPI document is found and run in \
         the same way: a GET as a read, all else as destructive.\n",
    );
    let mut toolsets: Vec<&str> = catalog::OPERATIONS.iter().map(|row| row.toolset).collect();
    toolsets.sort_unstable();
    toolsets.dedup();
    for toolset in toolsets {
        let _ = write!(out, "\n## Toolset `{toolset}`\n");
        for operation in catalog::OPERATIONS.iter().filter(|row| row.toolset == toolset) {
            write_operation(&mut out, operation);
        }
    }
    out
}

fn write_operation(out: &mut String, operation: &'static Operation) {
    let _ = write!(out, "\n### {}\n\n{}\n\n", operation.name, operation.summary);
    let bulk = operation.bulk.map_or(String::new(), |level| {
        format!("; {level} if the body updates, destructive if it deletes")
    });
    let access = if operation.refused {
        "never called".to_owned()
    } else {
        format!("{}{bulk}", operation.level)
    };
    let instead = operation
        .instead
        .map(|name| format!(" Where it is missing: `{name}`."))
        .unwrap_or_default();
    let _ = writeln!(out, "Access: {access}.{instead}\n");
    for (major, endpoint) in [(2, &operation.v1), (3, &operation.v2)] {
        if let Some(endpoint) = endpoint {
            write_endpoint(out, major, endpoint);
        }
    }
}

fn write_endpoint(out: &mut String, major: u16, endpoint: &'static Endpoint) {
    let Endpoint { method, path, since, permission, .. } = endpoint;
    let since = if *since == AirflowVersion::new(2, 4, 0) {
        "2.4 or older".to_owned()
    } else {
        format!("{}.{}", since.major, since.minor)
    };
    let permission = if permission.is_empty() {
        String::new()
    } else {
        format!(", permission \"{permission}\"")
    };
    let arguments = match takes(endpoint) {
        nothing if nothing == "nothing" => nothing,
        arguments => format!("`{arguments}`"),
    };
    let method = method.as_str();
    let _ = writeln!(
        out,
        "- Airflow {major}, since {since}: `{method} {path}`{permission}. Takes {arguments}."
    );
}

fn write_tool(out: &mut String, tool: &Registered) {
    let _ = write!(out, "\n## {}\n\n{}\n\n", tool.name, tool.description);
    let listed = if tool.listed { "" } else { ", not listed by default" };
    let _ = writeln!(out, "Access: {}. Toolset: {}{listed}.", tool.level, tool.toolset);
    let schema = tool.input_schema();
    let Some(Value::Object(properties)) = schema.get("properties") else { return };
    if properties.is_empty() {
        return;
    }
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let _ = writeln!(out, "\n| argument | type | |\n|---|---|---|");
    for (name, property) in properties {
        let needed = if required.iter().any(|item| item == name) { "required. " } else { "" };
        let about = property.get("description").and_then(Value::as_str).unwrap_or_default();
        let _ = writeln!(
            out,
            "| `{name}` | {} | {} |",
            kind(property),
            format!("{needed}{about}").trim()
        );
    }
}

fn kind(property: &Value) -> String {
    let kind = property.get("type").and_then(Value::as_str).unwrap_or("any");
    match (kind, property.pointer("/items/type").and_then(Value::as_str)) {
        ("array", Some(items)) => format!("list of {items}"),
        (kind, _) => kind.to_owned(),
    }
}

fn profile_reference() -> String {
    let mut out = String::from(
        "# Profiles\n\nGenerated from `catalog/profiles/`. `--profile NAME` lists the tools of another \
         server by its names; whatever is listed, a tool of any profile may be called by name. A \
         parameter that is called otherwise here stands with our name behind it, required ones are \
         marked `*`, and after `+` stands what is added here. The profile `openapi` lists every \
         operation by its id in the connected Airflow's own OpenAPI document.\n",
    );
    for profile in PROFILES {
        write_profile(&mut out, profile);
    }
    out
}

fn write_profile(out: &mut String, profile: &Profile) {
    let _ = writeln!(
        out,
        "\n## {}\n\n| tool | is | parameters | access |\n|---|---|---|---|",
        profile.name
    );
    for tool in registry::of_profile(profile) {
        let Some(theirs) = profile.tool(tool.name) else { continue };
        let is: Vec<String> = tool.targets().iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} |",
            tool.name,
            is.join(", on Airflow 3 "),
            parameters(theirs),
            tool.level
        );
    }
    for (what, names) in [("Resources", profile.resources), ("Prompts", profile.prompts)] {
        if !names.is_empty() {
            let _ = writeln!(out, "\n{what}: `{}`.", names.join("`, `"));
        }
    }
}

fn parameters(tool: &ProfileTool) -> String {
    let named = |ours: bool| {
        let parameters = tool.parameters.iter().filter(|p| (p.need == Need::Ours) == ours);
        let names: Vec<String> = parameters
            .map(|p| {
                let mark = if p.need == Need::Required { "*" } else { "" };
                let becomes =
                    if p.name == p.becomes { String::new() } else { format!(" ({})", p.becomes) };
                format!("{}{mark}{becomes}", p.name)
            })
            .collect();
        names.join(", ")
    };
    match (named(false), named(true)) {
        (theirs, ours) if ours.is_empty() => theirs,
        (theirs, ours) => format!("{theirs} + {ours}").trim().to_owned(),
    }
}

fn option_reference() -> String {
    let mut out = String::from(
        "# Options\n\nGenerated from the table of options. A flag wins over its variable; of several \
         variables the first that is set wins; an empty variable counts as unset. `.env` files are \
         not read.\n",
    );
    let aliases = |option: &OptionSpec| {
        let same = ALIASES.iter().filter(|alias| alias.option == option.id);
        let named: Vec<String> = same
            .map(|alias| match alias.value {
                None => format!("`--{}`", alias.flag),
                Some(value) => format!("`--{}` ({value})", alias.flag),
            })
            .collect();
        if named.is_empty() { String::new() } else { format!(". Also {}", named.join(", ")) }
    };
    for group in Group::ALL {
        let _ = write!(out, "\n## {}\n\n| flag | variable | |\n|---|---|---|\n", group.title());
        for option in OPTIONS.iter().filter(|option| option.group == group) {
            let _ = writeln!(
                out,
                "| `{}` | {} | {}{} |",
                flag(option),
                variables(option),
                option.help,
                aliases(option)
            );
        }
    }
    out
}

fn flag(option: &OptionSpec) -> String {
    match option.takes {
        Takes::Switch => format!("--{}", option.flag),
        Takes::Value(name) | Takes::List(name) => {
            format!("--{} {}", option.flag, name.replace('|', "\\|"))
        }
    }
}

fn variables(option: &OptionSpec) -> String {
    option.env.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
