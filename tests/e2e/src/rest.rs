//! Plain REST: what Airflow itself says, without Airvane in between.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use ureq::Agent;
use ureq::http::Request;

use crate::env::Airflow;

/// Which generation of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Major {
    /// `/api/v1`
    Two,
    /// `/api/v2`
    Three,
}

impl Major {
    /// Whether what is written down for one major only, or for both, is for this one.
    ///
    /// # Panics
    /// When there is no such major here.
    #[allow(clippy::panic, reason = "a test that is written wrongly can only fail")]
    pub fn is_meant_by(self, only: Option<u8>) -> bool {
        match only {
            None => true,
            Some(2) => self == Self::Two,
            Some(3) => self == Self::Three,
            Some(other) => panic!("there is no Airflow {other} here"),
        }
    }
}

/// A status and a body.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub text: String,
}

impl Reply {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// An Airflow as one of its users.
pub struct Rest {
    /// Which generation.
    pub major: Major,
    agent: Agent,
    url: String,
    authorization: String,
}

impl Rest {
    /// As nobody in particular.
    pub fn anonymous(major: Major, url: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            // Only ever this machine: a proxy in the environment is not for us.
            .proxy(None)
            .build()
            .into();
        Self { major, agent, url: url.to_owned(), authorization: String::new() }
    }

    /// Logs in as the user of a role.
    pub fn login(airflow: &Airflow, role: &str) -> Result<Self> {
        let major = if airflow.version.starts_with('2') { Major::Two } else { Major::Three };
        let mut rest = Self::anonymous(major, &airflow.url);
        let user = airflow.user(role);
        let (name, password) = (&user.username, &user.password);
        rest.authorization = match major {
            Major::Two => {
                let pair = format!("{name}:{password}");
                format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
            }
            Major::Three => {
                let login = json!({"username": name, "password": password});
                let url = format!("{}/auth/token", rest.url);
                let reply = rest.exchange("POST", &url, &[], Some(&login))?;
                let body = reply.json();
                let token = body.get("access_token").and_then(Value::as_str);
                format!("Bearer {}", token.with_context(|| format!("{reply:?}"))?)
            }
        };
        Ok(rest)
    }

    /// The whole `Authorization` value.
    pub fn authorization(&self) -> &str {
        &self.authorization
    }

    /// Sends a request to a path below `/api/v1` or `/api/v2`; any status is a reply.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Reply> {
        self.send_with(method, path, &[("Accept", "application/json".to_owned())], body)
    }

    /// The same, with headers.
    pub fn send_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Option<&Value>,
    ) -> Result<Reply> {
        self.exchange(method, &self.below(path), headers, body)
    }

    fn below(&self, path: &str) -> String {
        let version = if self.major == Major::Two { "v1" } else { "v2" };
        format!("{}/api/{version}{path}", self.url)
    }

    fn exchange(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, String)],
        body: Option<&Value>,
    ) -> Result<Reply> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if !self.authorization.is_empty() {
            request = request.header("Authorization", &self.authorization);
        }
        let response = match body {
            Some(body) => {
                let request = request.header("Content-Type", "application/json");
                self.agent.run(request.body(body.to_string())?)
            }
            None => self.agent.run(request.body(())?),
        };
        let response = response.with_context(|| format!("{method} {url}"))?;
        let status = response.status().as_u16();
        let text = response.into_body().with_config().limit(64 << 20).read_to_string()?;
        Ok(Reply { status, text })
    }

    /// The JSON of a path that has to be there. A busy Airflow is asked again.
    pub fn get(&self, path: &str) -> Result<Value> {
        const TRIES: u32 = 4;
        let mut attempt = 1;
        loop {
            match self.send("GET", path, None) {
                Ok(reply) if reply.status == 200 => return Ok(reply.json()),
                Ok(reply) if reply.status < 500 || attempt == TRIES => {
                    bail!("GET {path}: {} {}", reply.status, reply.text)
                }
                Err(error) if attempt == TRIES => return Err(error),
                _ => std::thread::sleep(Duration::from_secs(2)),
            }
            attempt += 1;
        }
    }

    /// The OpenAPI document that it serves.
    pub fn openapi(&self) -> Result<Value> {
        // Airflow 3 describes its login as well and so serves it above the API.
        let above = if self.major == Major::Two { "/api/v1" } else { "" };
        let url = format!("{}{above}/openapi.json", self.url);
        let reply = self.exchange("GET", &url, &[], None)?;
        if reply.status != 200 {
            bail!("GET {url}: {}", reply.status);
        }
        Ok(reply.json())
    }

    /// All items of a list, page by page. `path` has no limit and no offset.
    pub fn all(&self, path: &str, key: &str) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mark = if path.contains('?') { '&' } else { '?' };
        loop {
            let mut page = self.get(&format!("{path}{mark}limit=100&offset={}", items.len()))?;
            let total = page.get("total_entries").and_then(Value::as_u64).unwrap_or_default();
            let Some(Value::Array(more)) = page.get_mut(key).map(Value::take) else {
                bail!("GET {path}: no `{key}` in {page}");
            };
            let last = more.is_empty();
            items.extend(more);
            if last || items.len() as u64 >= total {
                return Ok(items);
            }
        }
    }

    /// Makes something, or changes what there is by that name.
    pub fn put(&self, collection: &str, name: &str, body: &Value) -> Result<()> {
        let made = self.send("POST", collection, Some(body))?;
        if made.status == 409 {
            let path = format!("{collection}/{}", segment(name));
            let changed = self.send("PATCH", &path, Some(body))?;
            if changed.status != 200 {
                bail!("PATCH {path}: {} {}", changed.status, changed.text);
            }
        } else if !matches!(made.status, 200 | 201) {
            bail!("POST {collection}: {} {}", made.status, made.text);
        }
        Ok(())
    }

    /// Starts a run; the id is ours, so that a request whose answer was lost can be repeated.
    pub fn trigger(&self, dag_id: &str, conf: &Map<String, Value>, dated: bool) -> Result<String> {
        const TRIES: u32 = 5;
        let now = jiff::Timestamp::now();
        let run_id = format!("e2e:{dag_id}+{}", now.as_microsecond());
        let mut body = json!({"dag_run_id": run_id, "conf": conf});
        if let Some(object) = body.as_object_mut() {
            if dated {
                object.insert("logical_date".to_owned(), json!(format!("{now:.3}")));
            } else if self.major == Major::Three {
                object.insert("logical_date".to_owned(), Value::Null);
            }
        }
        let path = format!("/dags/{}/dagRuns", segment(dag_id));
        let mut said = String::new();
        for attempt in 1..=TRIES {
            match self.send("POST", &path, Some(&body)) {
                Ok(reply) if reply.status == 200 => return Ok(run_id),
                Ok(reply) if reply.status == 409 && attempt > 1 => return Ok(run_id),
                // A new DAG file may not be read yet, and SQLite may be locked.
                Ok(reply) if !matches!(reply.status, 404 | 500..) => {
                    bail!("POST {path}: {} {}", reply.status, reply.text)
                }
                Ok(reply) => write!(said, "{} {}; ", reply.status, reply.text)?,
                Err(error) => write!(said, "{error:#}; ")?,
            }
            std::thread::sleep(Duration::from_secs(3));
        }
        bail!("POST {path}: {said}")
    }

    /// The id of a DAG's last run.
    pub fn last_run(&self, dag_id: &str) -> Result<String> {
        let path = format!("/dags/{}/dagRuns?order_by=-start_date&limit=1", segment(dag_id));
        let page = self.get(&path)?;
        let run = page.get("dag_runs").and_then(|runs| runs.get(0)?.get("dag_run_id")?.as_str());
        Ok(run.with_context(|| format!("{dag_id} has no run"))?.to_owned())
    }

    /// The task instances of a run.
    pub fn task_instances(&self, dag_id: &str, run_id: &str) -> Result<Vec<Value>> {
        self.all(&format!("{}/taskInstances", run_path(dag_id, run_id)), "task_instances")
    }

    /// The log of the latest try, as Airflow gives it.
    pub fn log(&self, dag_id: &str, run_id: &str, instance: &Value) -> Result<String> {
        let number = |key: &str| instance.get(key).and_then(Value::as_i64);
        let task_id = instance.get("task_id").and_then(Value::as_str).unwrap_or_default();
        let path = format!(
            "{}/taskInstances/{}/logs/{}?full_content=true&map_index={}",
            run_path(dag_id, run_id),
            segment(task_id),
            number("try_number").unwrap_or(1).max(1),
            number("map_index").unwrap_or(-1),
        );
        let accept = if self.major == Major::Two { "text/plain" } else { "application/json" };
        let reply = self.send_with("GET", &path, &[("Accept", accept.to_owned())], None)?;
        if reply.status != 200 {
            bail!("GET {path}: {} {}", reply.status, reply.text);
        }
        Ok(reply.text)
    }
}

/// The path of a run.
pub fn run_path(dag_id: &str, run_id: &str) -> String {
    format!("/dags/{}/dagRuns/{}", segment(dag_id), segment(run_id))
}

/// An id as one segment of a path.
pub fn segment(id: &str) -> String {
    const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.').remove(b'~');
    utf8_percent_encode(id, &KEPT).to_string()
}
