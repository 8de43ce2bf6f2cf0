//! Where an Astro project runs its local Airflow.
//!
//! `astro config set webserver.port 8081` (`api-server.port` for Airflow 3) writes it to the
//! project's `.astro/config.yaml`. Of that file only this one number is read, so this is no YAML
//! parser: a section at the start of a line, and below it, indented, the port.

use std::path::Path;

/// The port, if the project's file names one.
pub(super) fn port(project: &Path) -> Option<u16> {
    let text = std::fs::read_to_string(project.join(".astro/config.yaml")).ok()?;
    ["api-server", "webserver"].iter().find_map(|section| port_in(&text, section))
}

fn port_in(text: &str, section: &str) -> Option<u16> {
    let lines = text.lines().map(|line| line.split(" #").next().unwrap_or(line));
    let after = lines.skip_while(|line| line.trim_end() != format!("{section}:")).skip(1);
    let inside = after.take_while(|line| line.trim().is_empty() || line.starts_with([' ', '\t']));
    let mut ports = inside.filter_map(|line| line.trim().strip_prefix("port:"));
    ports.next()?.trim().trim_matches(['"', '\'']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_the_section_is_found() {
        let text = "project:\n  name: x\n  port: 1\nwebserver:\n  # of the UI\n  port: \"8081\"\npostgres:\n  port: 5433\n";
        assert_eq!(port_in(text, "webserver"), Some(8081));
        assert_eq!(port_in(text, "postgres"), Some(5433));
        assert_eq!(port_in(text, "api-server"), None);
        assert_eq!(port_in("webserver:\nport: 1\n", "webserver"), None);
        assert_eq!(port_in("webserver:\n  port: many\n", "webserver"), None);
    }

    #[test]
    fn airflow_3s_section_comes_first_and_no_file_is_no_port() {
        let folder = std::env::temp_dir().join(format!("airvane-astro-{}", std::process::id()));
        std::fs::create_dir_all(folder.join(".astro")).unwrap();
        let file = folder.join(".astro/config.yaml");
        std::fs::write(file, "webserver:\n  port: 1\napi-server:\n  port: 2 # two\n").unwrap();
        assert_eq!(port(&folder), Some(2));
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(port(&folder), None);
    }
}
