//! The server without a protocol: settings in, calls in, answers out. MCP, the command line and
//! the plugin are ways to reach it.

use std::sync::Arc;
use std::time::Instant;

use airvane_api::{AccessLevel, ApiVersion};
use airvane_client::{
    Application, Backend, Caller, CancellationToken, Context, RestBackend, RestSettings,
    SharedReads,
};
use airvane_redact::{Redactor, SafeText};
use serde_json::{Map, Value};
use url::Url;

use crate::airflow::{Airflow, Upstream};
use crate::failure::Failure;
use crate::output::{Document, Frame};
use crate::policy::{Policy, UnknownName};
use crate::registry::{self, Registered};
use crate::settings::{AirflowSettings, CallerAuth, OutputSettings, Profile, Settings, Transport};
use crate::suggest;
use crate::tool::{Call, Progress};

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A name that nothing has.
    #[error(transparent)]
    UnknownName(#[from] UnknownName),
    /// The connection's settings.
    #[error("{0}")]
    Connection(#[from] airvane_client::SettingsError),
    /// The redactor's settings.
    #[error("{0}")]
    Redaction(#[from] airvane_redact::SettingsError),
}

/// A server for one Airflow.
#[derive(Clone)]
pub struct Server {
    upstream: Arc<Upstream>,
    policy: Policy,
    shown: Option<Profile>,
    output: OutputSettings,
}

/// What a transport knows of a caller.
#[derive(Clone, Debug)]
pub struct CallerContext {
    /// Whose credential goes upstream.
    pub caller: Caller,
    /// Ends the call.
    pub cancel: CancellationToken,
    /// The level the request itself asked for; can only narrow.
    pub at_most: Option<AccessLevel>,
    /// Whether the request asked for structured content.
    pub structured: bool,
    /// The web application that the request came through, inside Airflow.
    pub application: Option<Arc<dyn Application>>,
}

impl CallerContext {
    /// The configured credential, nothing narrowed.
    pub fn configured() -> Self {
        Self {
            caller: Caller::Configured,
            cancel: CancellationToken::new(),
            at_most: None,
            structured: false,
            application: None,
        }
    }
}

/// What a caller reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The text, framed.
    pub text: String,
    /// The same as JSON, if asked for.
    pub structured: Option<Value>,
    /// Whether the call failed.
    pub is_error: bool,
    /// The marker that frames untrusted text.
    pub marker: String,
}

impl Server {
    /// Prepares a server for the Airflow of the settings. Nothing is sent: it starts while Airflow
    /// is down.
    pub fn new(settings: &Settings) -> Result<Self, StartError> {
        let rest = settings.airflow.as_ref().map(rest_backend).transpose()?;
        let shared = |rest| Arc::new(SharedReads::new(Arc::new(rest))) as Arc<dyn Backend>;
        let environment = settings.airflow.as_ref().and_then(environment);
        Self::start(settings, rest.map(shared), environment)
    }

    /// Prepares a server for an Airflow that is reached another way than the settings' address.
    pub fn with_backend(
        settings: &Settings,
        backend: Arc<dyn Backend>,
    ) -> Result<Self, StartError> {
        let host = backend.url().and_then(|url| Url::parse(url).ok());
        let environment = host.as_ref().and_then(Url::host_str).map(str::to_owned);
        Self::start(settings, Some(backend), environment)
    }

    fn start(
        settings: &Settings,
        backend: Option<Arc<dyn Backend>>,
        environment: Option<String>,
    ) -> Result<Self, StartError> {
        let policy = Policy::new(settings.access, settings.selection.clone())?;
        let redactor = Redactor::new(redaction())?;
        if let Transport::Http(http) = &settings.transport
            && let CallerAuth::Token(token) = &http.auth
        {
            redactor.add_known_secret(token);
        }
        let upstream = Arc::new(Upstream::new(backend, environment, redactor));
        Ok(Self { upstream, policy, shown: settings.profile, output: settings.output })
    }

    /// The rules for one caller.
    pub fn policy(&self, context: &CallerContext) -> Policy {
        context.at_most.map_or_else(|| self.policy.clone(), |level| self.policy.at_most(level))
    }

    /// Whose tools are shown, if not ours.
    pub fn shown(&self) -> Option<Profile> {
        self.shown
    }

    /// The tools that a caller sees of an Airflow that speaks this API.
    pub fn tools_of(
        &self,
        context: &CallerContext,
        api: ApiVersion,
    ) -> impl Iterator<Item = &'static Registered> + use<> {
        let policy = self.policy(context);
        let (ours, theirs) = match self.shown {
            None => (Some(registry::all()), &[][..]),
            Some(Profile::Server(profile)) => (None, registry::of_profile(profile)),
            Some(Profile::OpenApi) => (None, registry::of_document(api)),
        };
        ours.into_iter().flatten().chain(theirs).filter(move |tool| policy.lists(tool))
    }

    /// The tools that a caller sees. Only the ids of operations depend on the connected Airflow;
    /// while that is not known they are Airflow 3's.
    pub async fn tools(
        &self,
        context: &CallerContext,
    ) -> impl Iterator<Item = &'static Registered> + use<> {
        const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
        let api = match self.shown {
            Some(Profile::OpenApi) => self.airflow(context, PATIENCE).api().await.ok(),
            _ => None,
        };
        self.tools_of(context, api.unwrap_or(ApiVersion::V2))
    }

    /// The tool of a name, shown or not.
    pub fn find(&self, name: &str) -> Option<&'static Registered> {
        registry::find_for(self.shown, name)
    }

    /// The connected Airflow for one call that ends in time.
    pub fn airflow(&self, context: &CallerContext, time: std::time::Duration) -> Airflow {
        let upstream = Context {
            caller: context.caller.clone(),
            deadline: tokio::time::Instant::now() + time,
            cancel: context.cancel.clone(),
            application: context.application.clone(),
        };
        Airflow::new(Arc::clone(&self.upstream), upstream)
    }

    /// Calls a tool.
    pub async fn call(
        &self,
        tool: &'static Registered,
        arguments: Map<String, Value>,
        context: &CallerContext,
        progress: Progress,
    ) -> Answer {
        let started = Instant::now();
        let call = Call {
            airflow: self.airflow(context, tool.time),
            policy: self.policy(context),
            progress,
        };
        let result = match call.policy.permits(tool) {
            Ok(()) => match tool.run(&call, arguments.clone()).await {
                Err(failure) if failure.is_not_found() => {
                    Err(suggest::explain(&call.airflow, &arguments, failure).await)
                }
                result => result,
            },
            Err(refusal) => Err(refusal.into()),
        };
        audit(tool, &result, started);
        match result {
            Ok(document) => self.answer(document, false, context),
            Err(failure) => self.failed(failure, context),
        }
    }

    /// A failure as an answer. It may repeat what the caller wrote, or an address, and that may
    /// hold a secret, too.
    pub(crate) fn failed(&self, mut failure: Failure, context: &CallerContext) -> Answer {
        failure.message = self.redact(context, &failure.message).into_string();
        self.answer(failure.document(), true, context)
    }

    /// Makes a text that came from a caller safe to repeat to it.
    pub fn redact(&self, context: &CallerContext, text: &str) -> SafeText {
        self.upstream.redactor_for(&context.caller).text(text)
    }

    /// Cuts, frames and writes a document.
    pub fn answer(&self, document: Document, is_error: bool, context: &CallerContext) -> Answer {
        let document = document.cut_to(self.output.max_tokens);
        let body = document.body();
        let frame = Frame::for_text(&body);
        let mut text = frame.wrap(&body);
        for proposal in document.proposals() {
            text.push_str("\nNext: ");
            text.push_str(proposal);
        }
        let structured =
            (self.output.structured || context.structured).then(|| document.structured());
        Answer { text, structured, is_error, marker: frame.marker().to_owned() }
    }
}

/// One line a call: who did what is Airflow's to log, what was asked of us is ours.
fn audit(tool: &Registered, result: &Result<Document, Failure>, started: Instant) {
    let outcome = result.as_ref().err().map(|failure| failure.kind);
    tracing::info!(
        target: "airvane::audit",
        tool = tool.name,
        level = %tool.level,
        outcome = ?outcome,
        milliseconds = started.elapsed().as_millis(),
        "call"
    );
}

/// What people call the Airflow: what they said, or its host.
fn environment(airflow: &AirflowSettings) -> Option<String> {
    let said = airflow.environment.clone();
    said.or_else(|| airflow.url.host_str().map(str::to_owned))
}

pub(crate) fn rest_backend(
    settings: &AirflowSettings,
) -> Result<RestBackend, airvane_client::SettingsError> {
    let mut rest = RestSettings::new(settings.url.clone());
    rest.credentials = settings.credentials.clone();
    rest.api = settings.api;
    rest.verify_ssl = settings.verify_ssl;
    rest.ca_certificate = settings.ca_cert.clone().map(airvane_client::CaCertificate::File);
    RestBackend::new(rest)
}

/// What the redactor must know of Airflow.
fn redaction() -> airvane_redact::Settings {
    // Airflow wants these back: a signed path, marks in a list, and what a queued test is asked by.
    airvane_redact::Settings::new().exempt_names([
        "file_token",
        "next_cursor",
        "previous_cursor",
        "continuation_token",
        "connection_test_token",
    ])
}
