//! Configuration of the usual AI clients, ready to paste.

use std::path::Path;

use serde_json::{Map, Value, json};

/// How a client starts Airvane.
pub(crate) struct Launch<'a> {
    pub(crate) binary: &'a Path,
    /// Environment variables: where Airflow is and who asks.
    pub(crate) environment: &'a [(&'a str, &'a str)],
}

impl Launch<'_> {
    /// One block of text for all clients.
    pub(crate) fn text(&self) -> String {
        let shared = [
            ("Claude Desktop", "claude_desktop_config.json"),
            ("Cursor", "~/.cursor/mcp.json"),
            ("Windsurf", "~/.codeium/windsurf/mcp_config.json"),
            ("Gemini CLI", "~/.gemini/settings.json"),
        ];
        let names: Vec<String> =
            shared.iter().map(|(client, file)| format!("{client} ({file})")).collect();
        format!(
            "Claude Code\n\n{}\n\nCodex (~/.codex/config.toml)\n\n{}\n\n{}\n\n{}\n\n\
             VS Code (.vscode/mcp.json)\n\n{}\n",
            indent(&self.claude_code()),
            indent(&self.codex()),
            names.join("\n"),
            indent(&pretty(&json!({"mcpServers": {"airvane": self.entry()}}))),
            indent(&pretty(&json!({"servers": {"airvane": self.typed_entry()}}))),
        )
    }

    fn claude_code(&self) -> String {
        let environment: Vec<String> = self
            .environment
            .iter()
            .map(|(name, value)| format!("--env {} ", shell(&format!("{name}={value}"))))
            .collect();
        // The name comes before `--env`, which would take it for one more variable.
        format!(
            "claude mcp add airvane {}-- {} serve",
            environment.concat(),
            shell(&self.binary.display().to_string())
        )
    }

    fn codex(&self) -> String {
        let environment: Vec<String> = self
            .environment
            .iter()
            .map(|(name, value)| format!("{name} = {}", Value::from(*value)))
            .collect();
        format!(
            "[mcp_servers.airvane]\ncommand = {}\nargs = [\"serve\"]\nenv = {{ {} }}",
            json!(self.binary),
            environment.join(", ")
        )
    }

    fn entry(&self) -> Value {
        let environment: Map<String, Value> = self
            .environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
            .collect();
        json!({"command": self.binary, "args": ["serve"], "env": environment})
    }

    fn typed_entry(&self) -> Value {
        let mut entry = self.entry();
        entry["type"] = Value::from("stdio");
        entry
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn indent(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

/// Quotes a word for the shell when it needs it.
fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-=:".contains(c);
    if word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Launch, shell};

    #[test]
    fn every_client_gets_the_whole_launch() {
        let launch = Launch {
            binary: Path::new("/opt/air vane/airvane"),
            environment: &[("AIRFLOW_API_URL", "http://127.0.0.1:1"), ("AIRFLOW_PASSWORD", "a\"b")],
        };
        let text = launch.text();
        for client in [
            "Claude Code",
            "Claude Desktop",
            "Cursor",
            "VS Code",
            "Windsurf",
            "Codex",
            "Gemini CLI",
        ] {
            assert!(text.contains(client), "{client} is missing");
        }
        assert!(text.contains("-- '/opt/air vane/airvane' serve"));
        assert!(text.contains("--env 'AIRFLOW_PASSWORD=a\"b'"));
        let codex: String = text
            .lines()
            .map(|line| line.trim_start().to_owned() + "\n")
            .skip_while(|line| !line.starts_with("[mcp_servers"))
            .take(4)
            .collect();
        let parsed: toml::Value = toml::from_str(&codex).unwrap();
        let server = &parsed["mcp_servers"]["airvane"];
        assert_eq!(server["env"]["AIRFLOW_PASSWORD"].as_str(), Some("a\"b"));
    }

    #[test]
    fn words_survive_the_shell() {
        assert_eq!(shell("it's"), "'it'\\''s'");
        assert_eq!(shell("/usr/bin/x"), "/usr/bin/x");
    }
}
