//! `get_airflow_config`: Airflow's configuration, where Airflow exposes it.

use airvane_api::catalog;
use airvane_api::models::{Config, ConfigOption};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::failure::{Failure, FailureKind};
use crate::output::Document;
use crate::tool::{Call, Tool, ToolResult};

/// Shows the configuration.
pub struct GetAirflowConfig;

/// Which part.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// For example core, scheduler.
    section: Option<String>,
    /// Part of an option's name.
    option_pattern: Option<String>,
}

impl Tool for GetAirflowConfig {
    const NAME: &'static str = "get_airflow_config";
    const TITLE: &'static str = "Airflow configuration";
    const DESCRIPTION: &'static str = "Show airflow.cfg: list the sections, or the options of one.";
    const TOOLSET: &'static str = "config";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let config = config(call, input.section.as_deref()).await?;
        let mut document = Document::new();
        let pattern = input.option_pattern.unwrap_or_default().to_lowercase();
        if input.section.is_none() && pattern.is_empty() {
            let rows =
                config.sections.iter().map(|s| vec![s.name.clone(), s.options.len().to_string()]);
            document
                .line(format!("{} sections; name one to see its options", config.sections.len()));
            document.table("sections", &["section", "options"], rows.collect());
            return Ok(document);
        }
        let rows = rows(call, &config, |option| option.to_lowercase().contains(&pattern));
        document.line(format!("{} options", rows.len()));
        document.table("options", &["section", "option", "value"], rows);
        document.more("get_airflow_config with section or option_pattern");
        Ok(document)
    }
}

async fn config(call: &Call, section: Option<&str>) -> Result<Config, Failure> {
    let mut config: Config = call
        .airflow
        .ask(&catalog::GET_CONFIG, |request| request.query_some("section", section))
        .await
        .map_err(explain)?;
    if let Some(section) = section {
        // Airflow before 2.7 gives all of them.
        config.sections.retain(|found| found.name == section);
        if config.sections.is_empty() {
            return Err(Failure::not_found(format!("there is no section `{section}`"))
                .hint("get_airflow_config without section lists them"));
        }
    }
    Ok(config)
}

fn rows(call: &Call, config: &Config, shown: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
    let sections = config.sections.iter();
    sections
        .flat_map(|section| section.options.iter().map(move |option| (section, option)))
        .filter(|(_, option)| shown(&option.key))
        .map(|(section, option)| {
            vec![section.name.clone(), option.key.clone(), value(call, option)]
        })
        .collect()
}

/// One option, for those who know its name.
pub(crate) async fn option(call: &Call, section: &str, option: &str) -> ToolResult {
    let config = config(call, Some(section)).await?;
    let Some(row) = rows(call, &config, |name| name == option).pop() else {
        let message = format!("the section `{section}` has no option `{option}`");
        return Err(
            Failure::not_found(message).hint("get_airflow_config with section shows its options")
        );
    };
    let mut document = Document::new();
    document.table("options", &["section", "option", "value"], vec![row]);
    Ok(document)
}

/// An option that several sources set comes as a list of value and source.
fn value(call: &Call, option: &ConfigOption) -> String {
    let text = match &option.value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.first().and_then(Value::as_str).unwrap_or_default().to_owned(),
        other => other.to_string(),
    };
    call.airflow.redact_named(&option.key, &text).into_string()
}

/// `[api] expose_config` is off by default, and Airflow answers 403 then, whatever the role.
fn explain(mut failure: Failure) -> Failure {
    if failure.kind != FailureKind::Forbidden {
        return failure;
    }
    if failure.detail.as_ref().is_some_and(|detail| detail.contains("chose not to expose")) {
        "Airflow does not show its configuration (403)".clone_into(&mut failure.message);
    }
    failure.hint(
        "Airflow shows its configuration only if `expose_config` is on ([api] on Airflow 3, \
         [webserver] on Airflow 2) and the role may read it",
    )
}
