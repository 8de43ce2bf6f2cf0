//! `airvane call`.

use airvane_server::registry::{self, Registered};
use airvane_server::settings::Settings;
use airvane_server::tool::Progress;
use airvane_server::{Answer, CallerContext, Server};
use clap::ArgMatches;
use serde_json::{Map, Value};

use crate::Exit;
use crate::cli::UsageError;

/// Calls a tool and prints its answer.
pub(crate) async fn run(settings: &Settings, matches: &ArgMatches) -> anyhow::Result<Exit> {
    let server = Server::new(settings)?;
    let tool = tool(&server, matches.get_one::<String>("tool").map_or("", String::as_str))?;
    let pairs = matches.get_many::<String>("arguments").into_iter().flatten();
    let arguments = arguments(pairs.map(String::as_str))?;
    let as_json = matches.get_flag("json");
    let context = CallerContext { structured: as_json, ..CallerContext::configured() };
    let answer = server.call(tool, arguments, &context, progress()).await;
    crate::print(&shown(&answer, as_json)?)?;
    Ok(if answer.is_error { Exit::Failure } else { Exit::Success })
}

/// An answer as it is printed.
pub(crate) fn shown(answer: &Answer, as_json: bool) -> serde_json::Result<String> {
    Ok(match &answer.structured {
        Some(structured) if as_json => format!("{}\n", serde_json::to_string_pretty(structured)?),
        _ => format!("{}\n", answer.text),
    })
}

fn tool(server: &Server, name: &str) -> Result<&'static Registered, UsageError> {
    server.find(name).ok_or_else(|| {
        let near = airvane_server::nearest(name, registry::all().map(|tool| tool.name));
        let hint = near.map_or_else(
            || "`airvane tools` lists all".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        UsageError(format!("unknown tool `{name}`; {hint}"))
    })
}

/// Values are texts; the tool's own schema says what becomes of them.
fn arguments<'a>(pairs: impl Iterator<Item = &'a str>) -> Result<Map<String, Value>, UsageError> {
    let mut arguments = Map::new();
    for pair in pairs {
        let Some((key, value)) = pair.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(UsageError(format!("`{pair}` is not of the form key=value")));
        };
        let value = Value::from(value);
        match arguments.get_mut(key) {
            None => {
                arguments.insert(key.to_owned(), value);
            }
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Ok(arguments)
}

/// Reports of a long call, on standard error.
fn progress() -> Progress {
    let (sender, mut reports) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(report) = reports.recv().await {
            eprintln!("{report}");
        }
    });
    Progress::to(sender)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_that_is_given_again_makes_a_list() {
        let given = ["dag_id=a", "tags=x", "tags=y", "tags=z", "note=a=b"];
        let arguments = arguments(given.into_iter()).unwrap();
        let expected = json!({"dag_id": "a", "tags": ["x", "y", "z"], "note": "a=b"});
        assert_eq!(Value::Object(arguments), expected);
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        assert!(arguments(["dag_id"].into_iter()).is_err());
        assert!(arguments(["=x"].into_iter()).is_err());
    }
}
