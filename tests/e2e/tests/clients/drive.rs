//! Clients that people build on, driven from outside: each lists the tools and calls some.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use airvane_e2e::mcp::clean;
use serde::Deserialize;
use serde_json::Value;

/// Where the clients are installed.
pub struct Installed<'a> {
    /// The folder with `node`.
    pub node: &'a Path,
    /// The folder with `node_modules`.
    pub npm_root: &'a Path,
    /// A Python that can `import mcp`.
    pub python_mcp: &'a Path,
}

/// How a client reaches the server.
pub enum Way<'a> {
    /// It starts the program, with variables for its environment.
    Stdio(&'a Path, &'a [(OsString, OsString)]),
    /// A URL, and what is sent as `Authorization`.
    Http(&'a str, Option<&'a str>),
}

/// What a client saw.
#[derive(Debug, Deserialize)]
pub struct Seen {
    pub tools: Vec<String>,
    pub answers: Vec<Answer>,
}

#[derive(Debug, Deserialize)]
pub struct Answer {
    pub text: String,
    pub is_error: bool,
}

/// One of the clients.
pub type Client = fn(&Installed, &Way, &[(&str, Value)]) -> Seen;

/// `python_client.py`.
pub fn python(installed: &Installed, way: &Way, calls: &[(&str, Value)]) -> Seen {
    let mut command = client_program(installed, way, installed.python_mcp);
    command.arg(script("python_client.py"));
    talk(command, way, calls)
}

/// `typescript_client.mjs`.
pub fn typescript(installed: &Installed, way: &Way, calls: &[(&str, Value)]) -> Seen {
    let mut command = client_program(installed, way, &installed.node.join("node"));
    command.arg(script("typescript_client.mjs")).arg(installed.npm_root);
    talk(command, way, calls)
}

fn talk(mut command: Command, way: &Way, calls: &[(&str, Value)]) -> Seen {
    let calls = serde_json::to_string(calls).unwrap();
    match way {
        Way::Stdio(program, _) => command.args(["stdio", &calls]).arg(program).arg("serve"),
        Way::Http(url, authorization) => {
            command.args(["http", &calls, url]).args(authorization.as_slice())
        }
    };
    let said = stdout(command);
    serde_json::from_str(said.lines().last().unwrap_or_default()).expect(&said)
}

/// One run of the Inspector for the list and one for each call: that is how its command line works.
pub fn inspector(installed: &Installed, way: &Way, calls: &[(&str, Value)]) -> Seen {
    let listed = inspect(installed, way, &["tools/list".to_owned()]);
    let tools = listed["tools"].as_array().unwrap();
    let tools = tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect();
    let call = |(tool, arguments): &(&str, Value)| {
        let mut method = ["tools/call", "--tool-name", tool].map(str::to_owned).to_vec();
        for (name, value) in arguments.as_object().unwrap() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            method.extend(["--tool-arg".to_owned(), format!("{name}={value}")]);
        }
        let result = inspect(installed, way, &method);
        Answer {
            text: result["content"][0]["text"].as_str().unwrap().to_owned(),
            is_error: result["isError"] == true,
        }
    };
    Seen { tools, answers: calls.iter().map(call).collect() }
}

fn inspect(installed: &Installed, way: &Way, method: &[String]) -> Value {
    let mut command = client_program(installed, way, &installed.node.join("node"));
    command.arg(installed.npm_root.join("node_modules/.bin/inspector")).arg("--cli");
    match way {
        Way::Stdio(program, settings) => {
            command.arg(program).arg("serve");
            for (name, value) in *settings {
                let mut setting = name.clone();
                setting.push("=");
                setting.push(value);
                command.arg("-e").arg(setting);
            }
        }
        Way::Http(url, authorization) => {
            command.args([*url, "--transport", "http"]);
            if let Some(authorization) = authorization {
                command.args(["--header", &format!("Authorization: {authorization}")]);
            }
        }
    }
    command.arg("--method").args(method);
    let said = stdout(command);
    serde_json::from_str(&said).expect(&said)
}

/// A client's program, in the environment that it passes on to the server it starts.
fn client_program(installed: &Installed, way: &Way, program: &Path) -> Command {
    let mut command = clean(program);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [installed.node.to_owned()].into_iter().chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).unwrap());
    if let Way::Stdio(_, settings) = way {
        command.envs(settings.iter().map(|(name, value)| (name, value)));
    }
    command
}

fn script(name: &str) -> String {
    format!("{}/clients/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn stdout(mut command: Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}\n{errors}", command.get_program().display());
    said
}
