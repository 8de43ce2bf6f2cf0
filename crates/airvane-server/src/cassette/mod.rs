//! Cassettes: what Airflow answered to one question, in a file.
//!
//! [`record`] asks a tool once, beside a real Airflow, and keeps every answer that came, redacted.
//! [`replay`] asks the same again with the [`Cassette`] in Airflow's place: no network, no
//! credential, the clock of the recording, the same text. So a wrong diagnosis can be attached to
//! a report, and held right in a test.
//!
//! What is written has passed the redactor before it is kept, with the credentials of the
//! recording known to it; a request's own credential and all headers but the content type and
//! `Retry-After` are not kept at all. Only reads are recorded.

mod body;
mod file;
mod layout;
mod player;
mod recorder;

use std::sync::Arc;

use airvane_api::AccessLevel;
use airvane_client::{Backend, Caller, Context};
use serde_json::{Map, Value};

use crate::failure::{Failure, FailureKind};
use crate::server::{self, Answer, CallerContext, Server, StartError};
use crate::settings::Settings;
use crate::tool::Progress;

pub use file::{Cassette, FORMAT, FileError, Question};
use player::Player;
use recorder::Recorder;

/// Why nothing was recorded, or nothing can be replayed.
#[derive(Debug, thiserror::Error)]
pub enum CassetteError {
    /// The settings.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Airflow did not answer at all.
    #[error("{}{}", .0.message, .0.hint.map(|hint| format!("; {hint}")).unwrap_or_default())]
    Airflow(Failure),
    /// Airflow answered with errors only: there is nothing to look into.
    #[error("Airflow answered none of the requests, so there is nothing to record:\n{0}")]
    Refused(String),
    /// There is no such tool.
    #[error("the cassette asks for the tool `{0}`, which this airvane does not have")]
    Tool(String),
}

/// A question that was asked of a real Airflow.
#[derive(Debug)]
pub struct Recorded {
    /// What a caller reads, made of exactly what the cassette holds.
    pub answer: Answer,
    /// What Airflow answered.
    pub cassette: Cassette,
}

/// A question that was asked of a cassette.
#[derive(Debug)]
pub struct Replayed {
    /// What a caller reads.
    pub answer: Answer,
    /// Requests that the cassette has no answer to: it is older or younger than this program.
    pub missing: Vec<String>,
}

/// Asks the configured Airflow and keeps what it answers.
pub async fn record(settings: &Settings, question: Question) -> Result<Recorded, CassetteError> {
    let Some(airflow) = &settings.airflow else {
        let failure = Failure::new(FailureKind::NotConfigured, "no Airflow is configured");
        return Err(CassetteError::Airflow(failure.hint("set AIRFLOW_API_URL")));
    };
    let rest = server::rest_backend(airflow).map_err(StartError::from)?;
    let recorder = Arc::new(Recorder::new(Arc::new(rest)));
    let server = Server::with_backend(settings, Arc::clone(&recorder) as Arc<dyn Backend>)?;
    let instance = server.airflow(&CallerContext::configured(), PATIENCE).release().await;
    instance.map_err(CassetteError::Airflow)?;
    let answer = ask(&server, &question, false).await?;
    let context = Context::within(Caller::Configured, PATIENCE);
    let cassette = recorder.cassette(&question, &context).await.map_err(CassetteError::Airflow)?;
    if !cassette.has_success() {
        return Err(CassetteError::Refused(answer.text));
    }
    Ok(Recorded { answer, cassette })
}

/// How long it may take to find out which Airflow answers.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(25);

/// Asks a cassette what was asked when it was recorded.
pub async fn replay(
    settings: &Settings,
    cassette: Cassette,
    structured: bool,
) -> Result<Replayed, CassetteError> {
    let question = cassette.question.clone();
    let player = Arc::new(Player::new(cassette));
    let server = Server::with_backend(settings, Arc::clone(&player) as Arc<dyn Backend>)?;
    let answer = ask(&server, &question, structured).await?;
    Ok(Replayed { answer, missing: player.missing() })
}

/// Never more than reads, whatever the settings allow or a file asks for: the same question gives
/// the same text then.
async fn ask(
    server: &Server,
    question: &Question,
    structured: bool,
) -> Result<Answer, CassetteError> {
    let tool = server.find(&question.tool);
    let tool = tool.ok_or_else(|| CassetteError::Tool(question.tool.clone()))?;
    let at_most = Some(AccessLevel::Read);
    let context = CallerContext { at_most, structured, ..CallerContext::configured() };
    Ok(server.call(tool, question.arguments.clone(), &context, Progress::default()).await)
}

impl Question {
    /// Why a run failed, or what it waits for; without a run, as `diagnose_dag_run` chooses it.
    pub fn diagnosis(dag_id: &str, dag_run_id: Option<&str>) -> Self {
        let mut arguments = Map::new();
        arguments.insert("dag_id".to_owned(), Value::from(dag_id));
        if let Some(run_id) = dag_run_id {
            arguments.insert("dag_run_id".to_owned(), Value::from(run_id));
        }
        Self { tool: "diagnose_dag_run".to_owned(), arguments }
    }
}
