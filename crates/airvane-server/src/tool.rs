//! What a tool is: one type, one file, everything about it top to bottom.

use std::future::Future;
use std::time::Duration;

use airvane_api::AccessLevel;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::airflow::Airflow;
use crate::failure::Failure;
use crate::output::Document;
use crate::policy::Policy;

/// A question a person has of their Airflow, or something they want done.
pub trait Tool: 'static {
    /// The name clients call it by.
    const NAME: &'static str;
    /// The name people see.
    const TITLE: &'static str;
    /// What a model reads to choose it: one or two short sentences.
    const DESCRIPTION: &'static str;
    /// What it can change.
    const LEVEL: AccessLevel = AccessLevel::Read;
    /// Its group, for `--toolsets`.
    const TOOLSET: &'static str;
    /// Whether it is shown by default. A tool that another answers as well stays callable by name.
    const LISTED: bool = true;
    /// Whether a second call like the first changes nothing more.
    const IDEMPOTENT: bool = false;
    /// Longest time of a call; what takes longer says how to continue.
    const TIME: Duration = Duration::from_secs(25);

    /// Its arguments.
    type Input: DeserializeOwned + JsonSchema + Send;

    /// Does it.
    fn call(call: &Call, input: Self::Input) -> impl Future<Output = ToolResult> + Send;
}

/// What a tool gives.
pub type ToolResult = Result<Document, Failure>;

/// What a tool is given besides its arguments.
#[derive(Clone)]
pub struct Call {
    /// The connected Airflow, as this caller.
    pub airflow: Airflow,
    /// What this caller may do.
    pub policy: Policy,
    /// Tells the client how far a long call is.
    pub progress: Progress,
}

/// Reports how far a call is, where the client asked for it.
#[derive(Clone, Default)]
pub struct Progress {
    report: Option<tokio::sync::mpsc::UnboundedSender<String>>,
}

impl Progress {
    /// Reports into a channel.
    pub fn to(channel: tokio::sync::mpsc::UnboundedSender<String>) -> Self {
        Self { report: Some(channel) }
    }

    /// Says what is being waited for.
    pub fn say(&self, message: impl Into<String>) {
        if let Some(report) = &self.report {
            // The client may have gone; the call itself is cancelled elsewhere.
            let _ = report.send(message.into());
        }
    }
}
