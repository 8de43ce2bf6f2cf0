//! Every tool of every profile is called by the other server's names and parameters, on both
//! majors, with the real binary, over MCP. Plain REST then says whether the effect is there; what
//! cannot be on an Airflow is refused with a reason that plain REST bears out.
//!
//! What is called, and what must come of it, is written down in `profiles/*.toml`;
//! `profiles/README.md` describes the form. The other servers, from `PyPI`, say themselves which
//! tools they have.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, reason = "the figures are worth reading")]

#[path = "operations/look.rs"]
mod look;
#[path = "profiles/play.rs"]
mod play;
#[path = "profiles/script.rs"]
mod script;
#[path = "profiles/table.rs"]
mod table;
#[path = "operations/values.rs"]
mod values;
#[path = "operations/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::process::Command;

use airvane_api::AccessLevel;
use airvane_api::profile::{self, Need, PROFILES, Profile, ProfileTool, Target};
use airvane_api::version::ApiVersion;
use airvane_e2e::env::{Airflow, TestEnv};
use airvane_e2e::mcp::{Session, clean};
use airvane_e2e::rest::{Major, Rest};
use anyhow::anyhow;
use serde_json::{Value, json};

use play::Player;
use table::Outcomes;
use world::World;

#[test]
fn every_tool_of_every_profile_is_called() {
    let env = TestEnv::load();
    let (two, three) = std::thread::scope(|scope| {
        let two = scope.spawn(|| play_all(&env, &env.airflow2));
        let three = scope.spawn(|| play_all(&env, &env.airflow3));
        (two.join().unwrap(), three.join().unwrap())
    });
    let mut faults = Vec::new();
    for (profile, (two, three)) in PROFILES.iter().zip(two.into_iter().zip(three)) {
        let columns = [(&*env.airflow2.version, two), (&*env.airflow3.version, three)];
        println!("{}\n", table::of(profile.name, &columns));
        faults.extend(table::faults(profile.name, &columns));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Plays all scripts; the outcomes of each profile.
fn play_all(env: &TestEnv, airflow: &Airflow) -> Vec<Outcomes> {
    let world = World::new(airflow).unwrap();
    PROFILES.iter().map(|profile| play_profile(env, airflow, &world, profile)).collect()
}

fn play_profile(env: &TestEnv, airflow: &Airflow, world: &World, profile: &Profile) -> Outcomes {
    let mut player = Player::new(env, airflow, world, profile.name).unwrap();
    let mut outcomes = Outcomes::new();
    let mut given: BTreeSet<(String, String)> = BTreeSet::new();
    for (number, step) in script::of(profile.name).iter().enumerate() {
        if !step.is_for(world.rest.major) {
            continue;
        }
        let outcome = player.play(step);
        for (tool, name) in
            step.tool.iter().flat_map(|tool| step.arguments.keys().map(move |n| (tool, n)))
        {
            given.insert((tool.clone(), name.clone()));
        }
        let place = format!("step {}", number + 1);
        table::note(&mut outcomes, step.tool.as_deref(), &place, outcome);
    }
    for tool in profile.tools {
        for problem in untried(tool, &outcomes, &given) {
            table::note(&mut outcomes, Some(tool.name), "coverage", Err(anyhow!(problem)));
        }
    }
    outcomes
}

/// What of a tool no step has tried.
fn untried(
    tool: &ProfileTool,
    outcomes: &Outcomes,
    given: &BTreeSet<(String, String)>,
) -> Vec<String> {
    if !outcomes.contains_key(tool.name) {
        return vec!["no step calls it".to_owned()];
    }
    let theirs = tool.parameters.iter().filter(|parameter| parameter.need != Need::Ours);
    theirs
        .map(|parameter| parameter.name)
        .filter(|name| !given.contains(&(tool.name.to_owned(), (*name).to_owned())))
        .map(|name| format!("no step gives `{name}`"))
        .collect()
}

/// What is listed is exactly the profile, as far as the level allows; what is not allowed is
/// refused by the level's name.
#[test]
fn a_profile_is_listed_as_its_server_lists_it_and_obeys_the_level() {
    let env = TestEnv::load();
    for profile in PROFILES {
        for (flags, allowed) in [
            (&[][..], AccessLevel::Read),
            (&["--allow-write"], AccessLevel::Write),
            (&["--allow-destructive"], AccessLevel::Destructive),
            (&["--allow-destructive", "--safe"], AccessLevel::Read),
            (&["--unsafe"], AccessLevel::Read),
        ] {
            let mut arguments = vec!["--profile", profile.name];
            arguments.extend(flags);
            let mut session =
                Session::open(&env.airvane, &env.airflow3, "viewer", &arguments, "warn").unwrap();
            let listed = names(&session.wire.tools().unwrap());
            let expected = profile.tools.iter().filter(|tool| level(tool) <= allowed);
            let expected: BTreeSet<_> = expected.map(|tool| tool.name.to_owned()).collect();
            assert_eq!(listed, expected, "{} {flags:?}", profile.name);
            for tool in profile.tools.iter().filter(|tool| level(tool) > allowed) {
                let answer = session.wire.call(tool.name, &json!({})).unwrap();
                let words = format!("`{}` needs {} access", tool.name, level(tool));
                assert!(answer.is_error && answer.text.contains(&words), "{}", answer.text);
            }
        }
    }
}

fn names(tools: &[Value]) -> BTreeSet<String> {
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

fn level(tool: &ProfileTool) -> AccessLevel {
    match tool.target {
        Target::Operation { v2, .. } => v2.level,
        Target::Adapter(level) => level,
        // What our own tools can change, as anybody would tell by the name.
        Target::Tool(name) => match name.split('_').next().unwrap() {
            "delete" => AccessLevel::Destructive,
            "trigger" | "pause" | "unpause" | "clear" => AccessLevel::Write,
            _ => AccessLevel::Read,
        },
    }
}

/// The other servers, as they are on `PyPI`, list what our data says they list: tools, parameters,
/// which of them are required, resources and prompts.
#[test]
fn the_other_servers_list_what_the_profiles_say() {
    let env = TestEnv::load();
    for name in ["astro-airflow-mcp", "mcp-server-apache-airflow"] {
        let profile = profile::find(name).unwrap();
        let mut peer = Session::start(peer(&env, name)).unwrap();
        let tools = peer.wire.tools().unwrap();
        let theirs: BTreeSet<_> = tools.iter().map(parameters).collect();
        let ours: BTreeSet<_> = profile.tools.iter().map(ours).collect();
        let (more, less): (Vec<_>, Vec<_>) =
            (ours.difference(&theirs).collect(), theirs.difference(&ours).collect());
        assert!(more.is_empty() && less.is_empty(), "{name}: ours {more:#?}, theirs {less:#?}");
        let list =
            |wire: &mut airvane_e2e::mcp::Wire, method: &str, key, id: &str| -> BTreeSet<String> {
                let all = wire.list(method, key).unwrap_or_default();
                all.iter().map(|one| one[id].as_str().unwrap().to_owned()).collect()
            };
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(
            list(&mut peer.wire, "resources/list", "resources", "uri"),
            set(profile.resources)
        );
        assert_eq!(list(&mut peer.wire, "prompts/list", "prompts", "name"), set(profile.prompts));
        let arguments = ["--profile", name];
        let mut airvane =
            Session::open(&env.airvane, &env.airflow3, "viewer", &arguments, "warn").unwrap();
        assert_eq!(
            list(&mut airvane.wire, "resources/list", "resources", "uri"),
            set(profile.resources)
        );
        assert_eq!(
            list(&mut airvane.wire, "prompts/list", "prompts", "name"),
            set(profile.prompts)
        );
        let levels = ["--profile", name, "--allow-write", "--allow-destructive"];
        let mut airvane =
            Session::open(&env.airvane, &env.airflow3, "viewer", &levels, "warn").unwrap();
        println!(
            "{name}: {} tools, {} resources, {} prompts as it lists them; {} tokens there, {} here",
            tools.len(),
            profile.resources.len(),
            profile.prompts.len(),
            tokens(&tools),
            tokens(&airvane.wire.tools().unwrap())
        );
    }
}

/// What a model reads of tools, as `cargo xtask bench` counts it.
fn tokens(tools: &[Value]) -> usize {
    let bpe = tiktoken_rs::o200k_base().unwrap();
    let count = |text: &str| bpe.encode_ordinary(text).len();
    let text = |tool: &Value, key: &str| count(tool[key].as_str().unwrap_or_default());
    let of = |tool: &Value| {
        text(tool, "name") + text(tool, "description") + count(&tool["inputSchema"].to_string())
    };
    tools.iter().map(of).sum()
}

fn peer(env: &TestEnv, name: &str) -> Command {
    let mut command = clean(&env.peers[name]);
    // Nobody answers there: it is only asked what it has.
    for variable in ["AIRFLOW_HOST", "AIRFLOW_API_URL"] {
        command.env(variable, "http://127.0.0.1:9");
    }
    command
}

/// Name, required parameters, all parameters.
type Listed = (String, BTreeSet<String>, BTreeSet<String>);

fn parameters(tool: &Value) -> Listed {
    let schema = &tool["inputSchema"];
    let required = schema["required"].as_array().into_iter().flatten();
    let required = required.map(|name| name.as_str().unwrap().to_owned()).collect();
    let all = schema["properties"].as_object().into_iter().flatten();
    let all = all.map(|(name, _)| name.clone()).collect();
    (tool["name"].as_str().unwrap().to_owned(), required, all)
}

fn ours(tool: &ProfileTool) -> Listed {
    let named = |is: fn(Need) -> bool| {
        let parameters = tool.parameters.iter().filter(|parameter| is(parameter.need));
        parameters.map(|parameter| parameter.name.to_owned()).collect()
    };
    (tool.name.to_owned(), named(|need| need == Need::Required), named(|need| need != Need::Ours))
}

/// `--profile openapi` lists the connected Airflow's own operation ids, and an id of the other
/// major is refused as what it is; plain REST knows no such route either.
#[test]
fn the_profile_openapi_speaks_the_connected_airflows_ids() {
    let env = TestEnv::load();
    for airflow in [&env.airflow2, &env.airflow3] {
        let rest = Rest::login(airflow, "admin").unwrap();
        let (here, there) = match rest.major {
            Major::Two => (ApiVersion::V1, ApiVersion::V2),
            Major::Three => (ApiVersion::V2, ApiVersion::V1),
        };
        let arguments = ["--profile", "openapi", "--allow-destructive"];
        let mut session =
            Session::open(&env.airvane, airflow, "admin", &arguments, "warn").unwrap();
        let listed = names(&session.wire.tools().unwrap());
        let document = rest.openapi().unwrap();
        let served = operation_ids(&document);
        assert_eq!(listed, served, "{}", airflow.version);
        let operations = airvane_api::catalog::OPERATIONS.iter();
        let elsewhere =
            operations.filter(|operation| !operation.refused && operation.endpoint(here).is_none());
        let mut refused = 0;
        for operation in elsewhere {
            let endpoint = operation.endpoint(there).unwrap();
            let answer = session.wire.call(endpoint.operation_id, &json!({})).unwrap();
            let told = answer.is_error && answer.text.contains("exists");
            assert!(told, "{}: {}", operation.name, answer.text);
            let path: String = endpoint.path.replace(['{', '}'], "");
            let reply = rest.send(endpoint.method.as_str(), &path, Some(&json!({}))).unwrap();
            // Airflow 3 takes the word at the end of `…/setNote` for a map index.
            let other_route = reply.status == 422 && reply.text.contains("int_parsing");
            let no_route = matches!(reply.status, 404 | 405) || other_route;
            assert!(no_route, "{path}: {} {}", reply.status, reply.text);
            refused += 1;
        }
        println!(
            "Airflow {}: {} ids, {refused} of the other major refused",
            airflow.version,
            listed.len()
        );
    }
}

/// The ids in an `OpenAPI` document, login and logout apart.
fn operation_ids(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap().iter();
    let called = paths.filter(|(path, _)| !path.contains("/auth/"));
    let operations = called.flat_map(|(_, methods)| methods.as_object().unwrap().values());
    operations
        .filter_map(|operation| operation.get("operationId"))
        .map(|id| id.as_str().unwrap().to_owned())
        .collect()
}
