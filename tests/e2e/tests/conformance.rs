//! The conformance suite of the Model Context Protocol against the real binary over HTTP.
//!
//! `conformance/REVISION.toml` lists every check that may fail, and must. The suite's own verdict
//! is not asked: it fails whole scenarios where one check of many needs its demo server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, reason = "the figures are worth reading")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use airvane_e2e::env::TestEnv;
use airvane_e2e::mcp::airvane;
use airvane_e2e::served::Served;
use serde::Deserialize;
use serde_json::Value;

#[test]
fn revision_2025_11_25() {
    run("2025-11-25", include_str!("../conformance/2025-11-25.toml"));
}

#[test]
fn revision_2026_07_28() {
    run("2026-07-28", include_str!("../conformance/2026-07-28.toml"));
}

/// What may fail, and must.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    #[serde(default)]
    not_offered: Vec<NotOffered>,
    expected: Vec<Expected>,
}

/// Scenarios of an extension that the server does not declare.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotOffered {
    /// How their names begin.
    scenarios: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    scenario: String,
    checks: BTreeSet<String>,
    reason: String,
}

/// Checks by scenario: how many passed, and which failed with which words.
type Results = BTreeMap<String, (usize, BTreeMap<String, String>)>;

fn run(revision: &str, exceptions: &str) {
    let exceptions: Exceptions = toml::from_str(exceptions).unwrap();
    let env = TestEnv::load();
    let served = Served::start(airvane(&env.airvane, &env.airflow3, "admin")).unwrap();
    let package = env.npm_root.join("node_modules/@modelcontextprotocol/conformance");
    let required = required(&package, revision);
    let results = results(&env, &package, &served.url, revision);

    let mut faults = Vec::new();
    for scenario in required.iter().filter(|name| !results.contains_key(*name)) {
        faults.push(format!("{scenario} did not run"));
    }
    for extension in &exceptions.not_offered {
        assert!(!extension.reason.is_empty());
        let scored = required.iter().find(|name| name.starts_with(&extension.scenarios));
        faults.extend(scored.map(|name| format!("{name} is required, so it can't be left out")));
    }
    let offered =
        |name: &str| !exceptions.not_offered.iter().any(|left| name.starts_with(&left.scenarios));
    let mut passed = 0;
    for (scenario, (passes, failures)) in results.iter().filter(|(name, _)| offered(name)) {
        passed += passes;
        let expected: BTreeSet<&String> = exceptions
            .expected
            .iter()
            .filter(|expected| expected.scenario == *scenario)
            .inspect(|expected| assert!(!expected.reason.is_empty()))
            .flat_map(|expected| &expected.checks)
            .collect();
        for (check, words) in failures.iter().filter(|(check, _)| !expected.contains(check)) {
            faults.push(format!("{scenario}: {check} fails: {words}"));
        }
        for check in expected.iter().filter(|check| !failures.contains_key(**check)) {
            faults.push(format!("{scenario}: {check} passes and is listed as expected failure"));
        }
    }
    for expected in exceptions.expected.iter().filter(|one| !results.contains_key(&one.scenario)) {
        faults.push(format!("{} is listed and did not run", expected.scenario));
    }
    let excepted: usize = exceptions.expected.iter().map(|expected| expected.checks.len()).sum();
    println!("{revision}: {passed} checks passed, {excepted} expected failures");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The scenarios that the suite says this revision requires of a server.
fn required(package: &Path, revision: &str) -> Vec<String> {
    let path = package.join(format!("requirements/{revision}.yaml"));
    let text = std::fs::read_to_string(path).unwrap();
    let list = text.split("\nserver:\n").nth(1).unwrap();
    let names: Vec<String> = list
        .lines()
        .map_while(|line| line.strip_prefix("  - "))
        .map(|name| name.trim().to_owned())
        .collect();
    assert!(names.len() > 20, "{names:?}");
    names
}

fn results(env: &TestEnv, package: &Path, url: &str, revision: &str) -> Results {
    let folder = Folder::new(revision);
    let output = Command::new(env.node.join("node"))
        .arg(package.join("dist/index.js"))
        .args(["server", "--url", url, "--requirements", revision, "-o"])
        .arg(&folder.0)
        .output()
        .unwrap();
    let mut results = Results::new();
    for entry in std::fs::read_dir(&folder.0).unwrap() {
        let entry = entry.unwrap();
        let scenario = scenario(&entry.file_name().to_string_lossy());
        let text = std::fs::read_to_string(entry.path().join("checks.json")).unwrap();
        let result = results.entry(scenario).or_default();
        for check in serde_json::from_str::<Vec<Value>>(&text).unwrap() {
            let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
            match text("status").as_str() {
                "SUCCESS" => result.0 += 1,
                "FAILURE" => drop(result.1.insert(text("id"), text("errorMessage"))),
                // Told by the suite, and held against nobody.
                "INFO" | "WARNING" | "SKIPPED" => {}
                other => panic!("unknown status {other}"),
            }
        }
    }
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!results.is_empty(), "the suite gave no results: {said}");
    results
}

/// `server-NAME-2026-11-20T22-53-49-162Z` without what is around the name.
fn scenario(folder: &str) -> String {
    const STAMP: usize = "-2026-11-20T22-53-49-162Z".len();
    let name = folder.strip_prefix("server-").unwrap();
    name[..name.len() - STAMP].to_owned()
}

/// A folder of its own, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("airvane-conformance-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left over, it would only take space.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
