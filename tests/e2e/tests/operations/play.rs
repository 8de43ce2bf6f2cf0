//! Plays a step: asks Airvane, and asks Airflow whether it is true.

use airvane_api::catalog;
use airvane_api::operation::{AccessLevel, Endpoint, Method};
use airvane_api::version::ApiVersion;
use airvane_e2e::env::{Airflow, TestEnv};
use airvane_e2e::mcp::{Answer, Session};
use airvane_e2e::rest::{Major, Rest, segment};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};

use crate::look::{self, Names};
use crate::plain;
use crate::script::Step;
use crate::values::Values;
use crate::world::World;

/// What came of a step.
pub enum Played {
    Done,
    /// Airflow refuses it, in these words.
    Refused(String),
}

/// By which names Airvane is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The tool of the operation's level, with ours.
    Level,
    /// The operation's id and parameters as Airflow's own document has them: `--profile openapi`.
    Id,
}

/// One Airflow, and Airvane in front of it.
pub struct Player {
    by: By,
    world: World,
    session: Session,
    values: Values,
}

impl Player {
    pub fn new(env: &TestEnv, airflow: &Airflow, by: By) -> Self {
        let world = World::new(airflow).unwrap();
        let mut flags = vec!["--allow-write", "--allow-destructive"];
        if by == By::Id {
            flags.extend(["--profile", "openapi"]);
        }
        let session = Session::open(&env.airvane, airflow, "admin", &flags, "warn").unwrap();
        let mut values = Values::default();
        values.keep("main", json!(world.main));
        values.keep("now", json!(jiff::Timestamp::now().as_second().to_string()));
        Self { by, world, session, values }
    }

    pub fn major(&self) -> Major {
        self.world.rest.major
    }

    pub fn api(&self) -> ApiVersion {
        if self.major() == Major::Two { ApiVersion::V1 } else { ApiVersion::V2 }
    }

    pub fn play(&mut self, step: &Step) -> Result<Played> {
        if let Some(file) = &step.remove {
            self.world.remove(file)?;
        }
        if let Some(request) = &step.rest {
            self.prepare(request, step.body.as_ref(), &step.keep)?;
        }
        let played = match &step.operation {
            Some(name) => self.call(name, step)?,
            None => Played::Done,
        };
        if let Some(look) = &step.then {
            let path = self.values.text(&look.path, segment)?;
            look.until_seen(&self.world.rest, &path, &mut self.values)?;
        }
        if let Some(path) = &step.gone {
            self.is_gone(path)?;
        }
        if let Some(name) = step.operation.as_deref().filter(|_| matches!(played, Played::Done)) {
            self.delete_again(name, step)?;
        }
        Ok(played)
    }

    /// Plain REST, to make what a call acts on.
    fn prepare(&mut self, request: &str, body: Option<&Value>, keep: &Names) -> Result<()> {
        let (method, path) = request.split_once(' ').context("METHOD PATH")?;
        let path = self.values.text(path, segment)?;
        let body = body.map(|body| self.values.value(body)).transpose()?;
        let reply = self.world.rest.send(method, &path, body.as_ref())?;
        ensure!(reply.status < 300, "{method} {path}: {} {}", reply.status, reply.text);
        look::keep(&reply.json(), keep, &mut self.values)
    }

    fn call(&mut self, name: &str, step: &Step) -> Result<Played> {
        let operation = catalog::find(name).context("there is no such operation")?;
        let endpoint = operation.endpoint(self.api()).context("this Airflow has no such thing")?;
        let arguments = self.values.object(&step.arguments)?;
        let level = operation.level_of(Some(&Value::Object(arguments.clone())));
        self.is_refused_below(level, name, &arguments)?;
        let answer = self.ask(tool(level), name, &arguments)?;
        if let Some(words) = &step.excuse {
            return refused(&self.world.rest, endpoint, &arguments, &answer, words);
        }
        ensure!(!answer.is_error, "Airvane fails: {}", answer.text);
        let said = step.says.iter().map(|text| self.values.text(text, str::to_owned));
        let said = said.collect::<Result<Vec<_>>>()?;
        if level == AccessLevel::Read {
            ensure!(!said.is_empty(), "what does it say?");
            self.plain_says_so(endpoint, &arguments, &said)?;
        } else {
            ensure!(step.then.is_some() || step.gone.is_some(), "what is its effect?");
        }
        let missing = said.iter().find(|text| !answer.text.contains(*text));
        match missing {
            Some(text) => bail!("the answer does not say {text}: {}", answer.text),
            None => Ok(Played::Done),
        }
    }

    fn ask(&mut self, tool: &str, name: &str, arguments: &Map<String, Value>) -> Result<Answer> {
        if self.by == By::Level {
            let arguments = json!({"operation": name, "arguments": arguments});
            return self.session.wire.call(tool, &arguments);
        }
        let endpoint = catalog::find(name).and_then(|operation| operation.endpoint(self.api()));
        let endpoint = endpoint.context("this Airflow has no such thing")?;
        let named = |(name, value): (&String, &Value)| (wire_name(endpoint, name), value.clone());
        let arguments: Map<String, Value> = arguments.iter().map(named).collect();
        self.session.wire.call(endpoint.operation_id, &Value::Object(arguments))
    }

    /// A tool of a lower level does not do it.
    fn is_refused_below(
        &mut self,
        level: AccessLevel,
        name: &str,
        arguments: &Map<String, Value>,
    ) -> Result<()> {
        if self.by == By::Id {
            return Ok(());
        }
        for lower in [AccessLevel::Read, AccessLevel::Write] {
            if lower < level {
                let answer = self.ask(tool(lower), name, arguments)?;
                ensure!(answer.is_error, "{} does it: {}", tool(lower), answer.text);
                let right = tool(level);
                ensure!(answer.text.contains(right), "names no `{right}`: {}", answer.text);
            }
        }
        Ok(())
    }

    /// What an answer has to say must be Airflow's word.
    fn plain_says_so(
        &self,
        endpoint: &Endpoint,
        arguments: &Map<String, Value>,
        said: &[String],
    ) -> Result<()> {
        let reply = plain::send(&self.world.rest, endpoint, arguments)?;
        ensure!(reply.status < 300, "plain REST: {} {}", reply.status, reply.text);
        let told = format!("{}\n{}", reply.text, reply.json());
        match said.iter().find(|text| !told.contains(*text)) {
            Some(text) => bail!("plain REST does not say {text}: {}", reply.text),
            None => Ok(()),
        }
    }

    fn is_gone(&self, path: &str) -> Result<()> {
        let path = self.values.text(path, segment)?;
        let reply = self.world.rest.send("GET", &path, None)?;
        ensure!(reply.status == 404, "{path} is still there: {} {}", reply.status, reply.text);
        Ok(())
    }

    /// A second delete says that there is nothing, unless Airflow itself is content (`again`).
    fn delete_again(&mut self, name: &str, step: &Step) -> Result<()> {
        let operation = catalog::find(name).context("there is no such operation")?;
        let endpoint = operation.endpoint(self.api()).context("this Airflow has no such thing")?;
        if endpoint.method != Method::Delete {
            return Ok(());
        }
        let arguments = self.values.object(&step.arguments)?;
        let plain = plain::send(&self.world.rest, endpoint, &arguments)?;
        let answer = self.ask(tool(operation.level), name, &arguments)?;
        if step.again {
            ensure!(plain.status < 300, "plain REST is not content: {}", plain.status);
            ensure!(!answer.is_error, "a second delete fails: {}", answer.text);
        } else {
            ensure!(plain.status == 404, "plain REST: a second delete is {}", plain.status);
            let told = ["there is no ", " has no ", "404"];
            let told = answer.is_error && told.iter().any(|words| answer.text.contains(words));
            ensure!(told, "a second delete does not say so: {}", answer.text);
        }
        Ok(())
    }
}

/// A parameter's or field's name in Airflow's own document.
fn wire_name(endpoint: &Endpoint, name: &str) -> String {
    let field = endpoint.body_names.iter().find(|(ours, _)| *ours == name).map(|(_, wire)| *wire);
    let wire = endpoint.parameter(name).map(|parameter| parameter.wire_name).or(field);
    wire.unwrap_or(name).to_owned()
}

/// The tool for operations of a level.
fn tool(level: AccessLevel) -> &'static str {
    match level {
        AccessLevel::Read => "read_operation",
        AccessLevel::Write => "write_operation",
        AccessLevel::Destructive => "destroy_operation",
    }
}

/// Airflow's own refusal, word for word, and Airvane's account of it.
fn refused(
    rest: &Rest,
    endpoint: &Endpoint,
    arguments: &Map<String, Value>,
    answer: &Answer,
    words: &str,
) -> Result<Played> {
    let reply = plain::send(rest, endpoint, arguments)?;
    let (status, text) = (reply.status, &reply.text);
    ensure!(status >= 400 && text.contains(words), "plain REST has no excuse: {status} {text}");
    ensure!(
        answer.is_error && answer.text.contains(words),
        "Airvane does not tell: {}",
        answer.text
    );
    Ok(Played::Refused(format!("{status} {text}")))
}
