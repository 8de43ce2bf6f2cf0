//! How each AI client is told of Airvane: what to run, or what to write into which file.
//!
//! The one place that knows. The demo prints it, the page in Airflow shows it, and the guide is
//! held to it by a test.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

/// How a client reaches Airvane.
#[derive(Clone, Copy, Debug)]
pub enum Reach<'a> {
    /// It starts the program, which finds Airflow by environment variables.
    Program {
        /// The program, by name or path.
        command: &'a str,
        /// Names and values.
        environment: &'a [(&'a str, &'a str)],
    },
    /// It connects to a URL with the caller's own credential.
    Endpoint {
        /// Where MCP is spoken.
        url: &'a str,
        /// The value of `Authorization`, such as `Bearer …`.
        authorization: &'a str,
    },
}

/// What one client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The client, as its makers call it.
    pub client: &'static str,
    /// The file to write to; `None` for a command to run.
    pub file: Option<&'static str>,
    /// What to write or run.
    pub text: String,
}

/// A client and the form of its configuration.
struct Client {
    name: &'static str,
    file: Option<&'static str>,
    form: Form,
}

#[derive(Clone, Copy)]
enum Form {
    /// `claude mcp add`.
    ClaudeCode,
    /// TOML with a table for each server.
    Codex,
    /// JSON with `servers`, each of a type.
    VsCode,
    /// JSON with `mcpServers`; the name of a URL's key, if it connects to URLs with a header.
    McpServers(Option<&'static str>),
}

const CLIENTS: [Client; 7] = [
    Client { name: "Claude Code", file: None, form: Form::ClaudeCode },
    Client {
        name: "Claude Desktop",
        file: Some("claude_desktop_config.json"),
        form: Form::McpServers(None),
    },
    Client {
        name: "Cursor",
        file: Some("~/.cursor/mcp.json"),
        form: Form::McpServers(Some("url")),
    },
    Client { name: "VS Code", file: Some(".vscode/mcp.json"), form: Form::VsCode },
    Client {
        name: "Windsurf",
        file: Some("~/.codeium/windsurf/mcp_config.json"),
        form: Form::McpServers(Some("serverUrl")),
    },
    Client { name: "Codex", file: Some("~/.codex/config.toml"), form: Form::Codex },
    Client {
        name: "Gemini CLI",
        file: Some("~/.gemini/settings.json"),
        form: Form::McpServers(Some("httpUrl")),
    },
];

/// The configuration of every client that can reach Airvane so.
pub fn configurations(reach: Reach<'_>) -> impl Iterator<Item = Configuration> {
    CLIENTS.iter().filter_map(move |client| {
        let text = reach.text(client.form)?;
        Some(Configuration { client: client.name, file: client.file, text })
    })
}

impl Reach<'_> {
    fn text(self, form: Form) -> Option<String> {
        Some(match form {
            Form::ClaudeCode => self.claude_code(),
            Form::Codex => self.codex(),
            Form::VsCode => pretty(&self.vs_code()),
            Form::McpServers(url_key) => {
                pretty(&json!({"mcpServers": {"airvane": self.entry(url_key)?}}))
            }
        })
    }

    fn claude_code(self) -> String {
        match self {
            Self::Program { command, environment } => {
                let variables: Vec<String> = environment
                    .iter()
                    .map(|(name, value)| format!("--env {} ", shell(&format!("{name}={value}"))))
                    .collect();
                // The name comes before `--env`, which would take it for one more variable.
                let variables = variables.concat();
                format!("claude mcp add airvane {variables}-- {} serve", shell(command))
            }
            Self::Endpoint { url, authorization } => format!(
                "claude mcp add --transport http airvane {} --header {}",
                shell(url),
                shell(&format!("Authorization: {authorization}"))
            ),
        }
    }

    /// A basic string of TOML is one of JSON.
    fn codex(self) -> String {
        let lines = match self {
            Self::Program { command, environment } => {
                let pair = |(name, value): &(&str, &str)| format!("{name} = {}", json!(value));
                let pairs: Vec<String> = environment.iter().map(pair).collect();
                let pairs = pairs.join(", ");
                format!("command = {}\nargs = [\"serve\"]\nenv = {{ {pairs} }}", json!(command))
            }
            Self::Endpoint { url, authorization } => format!(
                "url = {}\nhttp_headers = {{ Authorization = {} }}",
                json!(url),
                json!(authorization)
            ),
        };
        format!("[mcp_servers.airvane]\n{lines}")
    }

    fn vs_code(self) -> Value {
        let (kind, entry) = match self {
            Self::Program { .. } => ("stdio", self.entry(None)),
            Self::Endpoint { .. } => ("http", self.entry(Some("url"))),
        };
        let typed = entry.map(|mut entry| {
            entry.insert("type".to_owned(), kind.into());
            entry
        });
        json!({"servers": {"airvane": typed}})
    }

    fn entry(self, url_key: Option<&'static str>) -> Option<Map<String, Value>> {
        let entry = match self {
            Self::Program { command, environment } => {
                let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), json!(value));
                let variables: Map<String, Value> = environment.iter().map(pair).collect();
                json!({"command": command, "args": ["serve"], "env": variables})
            }
            Self::Endpoint { url, authorization } => {
                json!({url_key?: url, "headers": {"Authorization": authorization}})
            }
        };
        entry.as_object().cloned()
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// Quotes a word for the shell where it needs it.
pub(crate) fn shell(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-=:".contains(c);
    if word.chars().all(plain) {
        return word.into();
    }
    format!("'{}'", word.replace('\'', "'\\''")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUIDE: &str = include_str!("../../../docs/guides/clients.md");

    fn text_of(reach: Reach<'_>, client: &str) -> String {
        configurations(reach).find(|found| found.client == client).unwrap().text
    }

    #[test]
    fn every_client_starts_the_program() {
        let reach = Reach::Program {
            command: "/opt/air vane/airvane",
            environment: &[("AIRFLOW_API_URL", "http://127.0.0.1:1"), ("AIRFLOW_PASSWORD", "a\"b")],
        };
        assert_eq!(configurations(reach).count(), CLIENTS.len());
        let claude = text_of(reach, "Claude Code");
        assert!(claude.contains("-- '/opt/air vane/airvane' serve"), "{claude}");
        assert!(claude.contains("--env 'AIRFLOW_PASSWORD=a\"b'"), "{claude}");
        let codex: toml::Value = toml::from_str(&text_of(reach, "Codex")).unwrap();
        let server = &codex["mcp_servers"]["airvane"];
        assert_eq!(server["env"]["AIRFLOW_PASSWORD"].as_str(), Some("a\"b"));
        let cursor: Value = serde_json::from_str(&text_of(reach, "Cursor")).unwrap();
        assert_eq!(cursor["mcpServers"]["airvane"]["env"]["AIRFLOW_PASSWORD"], "a\"b");
    }

    #[test]
    fn those_that_can_send_a_header_connect_to_a_url() {
        let url = "https://airflow.example.com/it's/mcp/v1/";
        let reach = Reach::Endpoint { url, authorization: "Bearer x" };
        let names: Vec<_> = configurations(reach).map(|found| found.client).collect();
        assert_eq!(names, ["Claude Code", "Cursor", "VS Code", "Windsurf", "Codex", "Gemini CLI"]);
        let claude = text_of(reach, "Claude Code");
        assert!(claude.ends_with("it'\\''s/mcp/v1/' --header 'Authorization: Bearer x'"));
        for (client, key) in
            [("Cursor", "url"), ("Windsurf", "serverUrl"), ("Gemini CLI", "httpUrl")]
        {
            let entry: Value = serde_json::from_str(&text_of(reach, client)).unwrap();
            let entry = &entry["mcpServers"]["airvane"];
            assert_eq!(entry[key], url, "{client}");
            assert_eq!(entry["headers"]["Authorization"], "Bearer x", "{client}");
        }
        let codex: toml::Value = toml::from_str(&text_of(reach, "Codex")).unwrap();
        let server = &codex["mcp_servers"]["airvane"];
        assert_eq!(server["http_headers"]["Authorization"].as_str(), Some("Bearer x"));
        let code: Value = serde_json::from_str(&text_of(reach, "VS Code")).unwrap();
        assert_eq!(code["servers"]["airvane"]["type"], "http");
    }

    #[test]
    fn the_guide_shows_each() {
        let program = Reach::Program {
            command: "airvane",
            environment: &[
                ("AIRFLOW_API_URL", "https://airflow.example.com"),
                ("AIRFLOW_USERNAME", "me"),
                ("AIRFLOW_PASSWORD", "…"),
            ],
        };
        let endpoint = Reach::Endpoint {
            url: "https://airflow.example.com/mcp/v1/",
            authorization: "Bearer …",
        };
        for found in configurations(program).chain(configurations(endpoint)) {
            let Configuration { client, file, text } = found;
            assert!(GUIDE.contains(&format!("\n{text}\n```")), "{client}:\n{text}");
            assert!(file.is_none_or(|file| GUIDE.contains(file)), "{client}");
        }
    }

    #[test]
    fn words_survive_the_shell() {
        assert_eq!(shell("it's"), "'it'\\''s'");
        assert_eq!(shell("/usr/bin/x"), "/usr/bin/x");
    }
}
