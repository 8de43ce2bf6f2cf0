//! Cassettes of our own incidents: recorded beside a real Airflow, replayed without one.

use std::path::PathBuf;
use std::time::Instant;

use airvane_server::cassette::{self, Cassette, Question};
use airvane_server::settings::options::{OptionId, OptionSpec};
use airvane_server::settings::{RawSettings, Settings};
use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::env::Airflow;
use crate::incident::{self, Incident};
use crate::mcp::Answer;
use crate::rest::Major;

/// Its log has 60,000 lines: more than belongs into a repository.
pub const TOO_LARGE: &str = "clickstream_rollup";

/// Where the cassettes of a major are.
pub fn folder(major: Major) -> PathBuf {
    let number = if major == Major::Two { "2" } else { "3" };
    incident::folder().join("cassettes").join(number)
}

/// Asks and records, and writes the cassette without what is only this machine's.
pub fn write(airflow: &Airflow, role: &str, name: &str, question: Question) -> Result<()> {
    let user = airflow.user(role);
    let mut raw = RawSettings::default();
    for (id, value) in [
        (OptionId::ApiUrl, &airflow.url),
        (OptionId::Username, &user.username),
        (OptionId::Password, &user.password),
    ] {
        raw.set_flag(OptionSpec::of(id).context("no such option")?, value);
    }
    let settings = Settings::resolve(&raw)?;
    let recorded = runtime()?.block_on(cassette::record(&settings, question))?;
    let text = portable(airflow, recorded.cassette.to_text()?)?;
    Cassette::parse(&text).context("it can't be read any more without this machine's names")?;
    let major = if airflow.version.starts_with('2') { Major::Two } else { Major::Three };
    let path = folder(major).join(format!("{name}.json"));
    std::fs::create_dir_all(folder(major))?;
    std::fs::write(&path, text).with_context(|| path.display().to_string())
}

/// Paths, addresses and names of this machine become those of an Airflow as people install it.
fn portable(airflow: &Airflow, mut text: String) -> Result<String> {
    let installed = airflow.home.parent().and_then(|homes| homes.parent());
    let installed = installed.context("the home lies in no folder")?.display().to_string();
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let address = airflow.url.trim_start_matches("http://");
    for (ours, theirs) in [
        (airflow.dags.display().to_string().as_str(), "/opt/airflow/dags"),
        (airflow.home.display().to_string().as_str(), "/opt/airflow"),
        (address, "localhost:8080"),
    ] {
        text = text.replace(ours, theirs);
    }
    text = with_words_replaced(&text, &host, "worker-1");
    let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
    text = text.replace(&format!("\"unixname\": \"{user}\""), "\"unixname\": \"airflow\"");
    // `…/venv/NAME/lib/python3.12/site-packages/…`
    let venv = format!("{installed}/venv/");
    while let Some(at) = text.find(&venv) {
        let name = text.get(at + venv.len()..).and_then(|rest| rest.find('/'));
        let end = at + venv.len() + name.context("a path ends with the name of a venv")?;
        text.replace_range(at..end, "/usr/local");
    }
    for ours in [installed.as_str(), address] {
        ensure!(!text.contains(ours), "{ours} is still there");
    }
    Ok(text)
}

/// Replaces a name where it is not a part of a longer word: a host may be called `vm`.
fn with_words_replaced(text: &str, name: &str, by: &str) -> String {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(name) {
        out.push_str(before);
        let inside = part(out.chars().next_back()) || part(after.chars().next());
        out.push_str(if inside { name } else { by });
        rest = after;
    }
    out + rest
}

/// What a cassette answers to its own question.
pub struct Replay {
    /// The answer, text and structured content.
    pub answer: Answer,
    /// Requests that it holds no answer to.
    pub missing: Vec<String>,
    /// All tasks of the DAG, as the recorded Airflow listed them.
    pub tasks: Vec<String>,
}

/// Replays the cassette of an incident.
pub fn replay(major: Major, name: &str) -> Result<Replay> {
    let cassette = read(major, name)?;
    let tasks = tasks(&cassette);
    let settings = Settings::resolve(&RawSettings::default())?;
    let began = Instant::now();
    let replayed = runtime()?.block_on(cassette::replay(&settings, cassette, true))?;
    let answer = Answer {
        text: replayed.answer.text,
        structured: replayed.answer.structured,
        is_error: replayed.answer.is_error,
        time: began.elapsed(),
    };
    Ok(Replay { answer, missing: replayed.missing, tasks })
}

/// The cassette of that name.
pub fn read(major: Major, name: &str) -> Result<Cassette> {
    let path = folder(major).join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Cassette::parse(&text).with_context(|| path.display().to_string())
}

fn tasks(cassette: &Cassette) -> Vec<String> {
    let dag_id = cassette.question.arguments.get("dag_id").and_then(Value::as_str);
    let wanted = format!("GET /dags/{}/tasks", dag_id.unwrap_or_default());
    let answer = cassette.answer_to(&wanted);
    let tasks = answer.and_then(|answer| answer.get("tasks")?.as_array());
    let ids = tasks.into_iter().flatten().filter_map(|task| task.get("task_id")?.as_str());
    ids.map(str::to_owned).collect()
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

impl Incident {
    /// The one call that must explain it.
    pub fn question(&self, run_id: &str) -> Question {
        Question::diagnosis(&self.dag_id, (!run_id.is_empty()).then_some(run_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_replaced_as_a_word() {
        let text = "vm\n*** on vm.\"vm\": llvm vm_x vms";
        let told = with_words_replaced(text, "vm", "worker-1");
        assert_eq!(told, "worker-1\n*** on worker-1.\"worker-1\": llvm vm_x vms");
    }
}
