//! Plays a step: asks Airvane by another server's names, and asks Airflow whether it is true.

use airvane_e2e::env::{Airflow, TestEnv};
use airvane_e2e::mcp::Session;
use airvane_e2e::rest::{Major, Rest, segment};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::script::Step;
use crate::values::Values;
use crate::world::World;

/// What came of a call.
pub enum Played {
    Done,
    /// It cannot be here, for this reason.
    Refused(String),
}

/// One Airflow, and Airvane in front of it in the clothes of another server.
pub struct Player<'a> {
    pub session: Session,
    world: &'a World,
    values: Values,
}

impl<'a> Player<'a> {
    pub fn new(env: &TestEnv, airflow: &Airflow, world: &'a World, profile: &str) -> Result<Self> {
        let arguments = ["--profile", profile, "--allow-write", "--allow-destructive"];
        let session = Session::open(&env.airvane, airflow, "admin", &arguments, "warn")?;
        let path = format!("/dags/calls_main/dagRuns/{}", segment(&world.main));
        let main = world.rest.get(&path)?;
        let mut values = Values::default();
        for (name, value) in [
            ("main", json!(world.main)),
            ("dated", main.get("logical_date").cloned().unwrap_or_default()),
            ("now", json!(jiff::Timestamp::now().as_second().to_string())),
            ("major", json!(if world.rest.major == Major::Two { "2" } else { "3" })),
            ("version", json!(airflow.version)),
            ("owner", json!(airflow.user("admin").username)),
        ] {
            values.keep(name, value);
        }
        Ok(Self { session, world, values })
    }

    fn rest(&self) -> &'a Rest {
        &self.world.rest
    }

    /// Does all that a step says.
    pub fn play(&mut self, step: &Step) -> Result<Played> {
        if let Some(file) = &step.remove {
            self.world.remove(file)?;
        }
        if let (Some(request), None) = (&step.rest, &step.refuses) {
            let (status, text) = self.plain(request, step.body.as_ref())?;
            ensure!(status < 300, "{request}: {status} {text}");
        }
        let played = match &step.tool {
            Some(tool) => self.call(tool, step)?,
            None => Played::Done,
        };
        if let Some(look) = &step.then {
            look.until_seen(self.rest(), &self.path(&look.path)?, &mut self.values)?;
        }
        if let Some(path) = &step.gone {
            let (status, text) = self.plain(&format!("GET {path}"), None)?;
            ensure!(status == 404, "{path} is still there: {status} {text}");
        }
        if let Some(path) = &step.empties {
            let (status, text) = self.plain(&format!("GET {path}"), None)?;
            let empty =
                text.contains("\"total_entries\":0") || text.contains("\"total_entries\": 0");
            ensure!(status == 404 || empty, "{path} is not empty: {status} {text}");
        }
        Ok(played)
    }

    fn plain(&self, request: &str, body: Option<&Value>) -> Result<(u16, String)> {
        let (method, path) = request.split_once(' ').context("METHOD PATH")?;
        let body = body.map(|body| self.values.value(body)).transpose()?;
        let reply = self.rest().send(method, &self.path(path)?, body.as_ref())?;
        Ok((reply.status, reply.text))
    }

    /// In the words of this Airflow.
    fn path(&self, path: &str) -> Result<String> {
        let path = self.values.text(path, segment)?;
        Ok(match self.rest().major {
            Major::Two => path.replace("/assets/queuedEvents", "/datasets/queuedEvent"),
            Major::Three => path,
        })
    }

    fn call(&mut self, tool: &str, step: &Step) -> Result<Played> {
        ensure!(step.proves(), "what must come of it?");
        let arguments = self.values.object(&step.arguments)?;
        let answer = self.session.wire.call(tool, &Value::Object(arguments))?;
        if let Some(reason) = &step.refuses {
            return self.refused(step, reason, answer.is_error, &answer.text);
        }
        ensure!(!answer.is_error, "Airvane fails: {}", answer.text);
        for text in &step.says {
            let text = self.values.text(text, str::to_owned)?;
            ensure!(answer.text.contains(&text), "does not say {text}: {}", answer.text);
        }
        for text in &step.hides {
            ensure!(!answer.text.contains(text), "says {text}: {}", answer.text);
        }
        Ok(Played::Done)
    }

    /// The reason is given, and plain REST has no such thing either.
    fn refused(&self, step: &Step, reason: &str, is_error: bool, text: &str) -> Result<Played> {
        ensure!(is_error && text.contains(reason), "is not refused with `{reason}`: {text}");
        if let Some(request) = &step.rest {
            let (status, said) = self.plain(request, step.body.as_ref())?;
            ensure!(step.status.contains(&status), "plain REST: {request}: {status} {said}");
        }
        let told = text.lines().find(|line| line.contains(reason)).unwrap_or(reason);
        Ok(Played::Refused(told.to_owned()))
    }
}
