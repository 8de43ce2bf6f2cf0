//! Settings of the plugin, which lives in Airflow's own web server.
//!
//! They come from the environment and from `[airvane]` in `airflow.cfg`, whose keys are the flags
//! with `_` for `-`; the environment wins. There is no address to listen on and no credential of
//! our own: callers bring theirs. Only `AIRFLOW_API_URL` by its own name leads away from the
//! Airflow that the plugin lives in; the other names may be set there for somebody else.

use std::collections::HashMap;

use super::options::OptionId as Id;
use super::{OPTIONS, OptionSpec, RawSettings, Settings, SettingsError, Source};
use crate::nearest::nearest;

/// What there is to set.
const OFFERED: [Id; 15] = [
    Id::ApiUrl,
    Id::VerifySsl,
    Id::CaCert,
    Id::ApiVersion,
    Id::MwaaEnvironment,
    Id::AllowWrite,
    Id::AllowDestructive,
    Id::ReadOnly,
    Id::Profile,
    Id::Toolsets,
    Id::Tools,
    Id::ExcludeTools,
    Id::Structured,
    Id::MaxTokens,
    Id::AllowedOrigins,
];

const URL_VARIABLE: &str = "AIRFLOW_API_URL";

impl Settings {
    /// Reads the environment through a look-up, then the entries of `airflow.cfg`. A key that
    /// nothing has is an error: one that was meant to forbid something must not pass unseen.
    pub fn within_airflow(
        variable: impl Fn(&str) -> Option<String>,
        config: &HashMap<String, String>,
    ) -> Result<Self, SettingsError> {
        let mut raw = RawSettings::from_environment(|name| {
            let misleading = is_of(Id::ApiUrl, name) && name != URL_VARIABLE;
            if misleading { None } else { variable(name) }
        });
        raw.values.retain(|id, _| is_offered(*id));
        for (key, value) in config {
            raw.add_from_airflow_cfg(key, value)?;
        }
        for (id, value) in [(Id::Transport, "http"), (Id::Auth, "passthrough")] {
            if let Some(option) = OptionSpec::of(id) {
                raw.set_flag(option, value);
            }
        }
        let elsewhere = raw.get(Id::ApiUrl).is_some();
        let settings = Self::resolve(&raw)?;
        // Profiles know where a local Airflow usually is; this one is nearer.
        Ok(Self { airflow: settings.airflow.filter(|_| elsewhere), ..settings })
    }
}

impl RawSettings {
    fn add_from_airflow_cfg(&mut self, key: &str, value: &str) -> Result<(), SettingsError> {
        let source = Source::AirflowCfg(key.to_owned());
        let offered = || OPTIONS.iter().filter(|option| is_offered(option.id));
        let Some(option) = offered().find(|option| key_of(option) == key) else {
            let keys: Vec<String> = offered().map(key_of).collect();
            let near = nearest(key, keys.iter().map(String::as_str));
            let hint = near.map(|near| format!("; did you mean `{near}`?"));
            return Err(SettingsError::Invalid {
                source_name: source.to_string(),
                problem: format!("there is no such setting{}", hint.unwrap_or_default()),
            });
        };
        let is_set = self.get(option.id).is_some();
        if !is_set && !value.trim().is_empty() {
            self.values.insert(option.id, (value.to_owned(), source));
        }
        Ok(())
    }
}

fn is_offered(id: Id) -> bool {
    OFFERED.contains(&id)
}

fn is_of(id: Id, variable: &str) -> bool {
    OptionSpec::of(id).is_some_and(|option| option.env.contains(&variable))
}

fn key_of(option: &OptionSpec) -> String {
    option.flag.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use airvane_api::AccessLevel;

    use super::*;
    use crate::settings::{CallerAuth, Transport};

    fn settings(
        environment: &[(&str, &str)],
        config: &[(&str, &str)],
    ) -> Result<Settings, SettingsError> {
        let config = config.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        let variable = |name: &str| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Settings::within_airflow(variable, &config)
    }

    #[test]
    fn nothing_set_is_read_only_with_the_callers_credential_and_this_airflow() {
        let settings = settings(&[], &[]).unwrap();
        assert_eq!(settings.access, AccessLevel::Read);
        assert!(settings.airflow.is_none());
        let Transport::Http(http) = settings.transport else { panic!("no HTTP") };
        assert!(matches!(http.auth, CallerAuth::Passthrough));
    }

    #[test]
    fn the_environment_wins_over_airflow_cfg() {
        let config = [("allow_write", "True"), ("max_tokens", "500"), ("tools", " ")];
        let both = settings(&[("AIRVANE_MAX_TOKENS", "900")], &config).unwrap();
        assert_eq!((both.access, both.output.max_tokens), (AccessLevel::Write, 900));
        let less = settings(&[("AIRVANE_ALLOW_WRITE", "false")], &config).unwrap();
        assert_eq!(less.access, AccessLevel::Read);
    }

    #[test]
    fn only_one_name_leads_to_another_airflow_and_no_credential_does() {
        let misleading = [
            ("AIRFLOW_HOST", "https://elsewhere.example.com"),
            ("AIRFLOW_BASE_URL", "https://elsewhere.example.com"),
            ("AIRVANE_PROFILE", "astro-airflow-mcp"),
        ];
        assert!(settings(&misleading, &[]).unwrap().airflow.is_none());
        let meant = [
            ("AIRFLOW_API_URL", "https://elsewhere.example.com"),
            ("AIRFLOW_USERNAME", "ann"),
            ("AIRFLOW_PASSWORD", "hunter2-hunter2"),
        ];
        let airflow = settings(&meant, &[]).unwrap().airflow.unwrap();
        assert!(matches!(airflow.credentials, airvane_client::Credentials::None));
    }

    #[test]
    fn a_typing_error_in_airflow_cfg_is_told() {
        let error = settings(&[], &[("exclude_tool", "trigger_dag")]).unwrap_err().to_string();
        assert_eq!(
            error,
            "airflow.cfg [airvane] exclude_tool: there is no such setting; did you mean \
             `exclude_tools`?"
        );
        let error = settings(&[], &[("max_tokens", "many")]).unwrap_err().to_string();
        assert!(error.starts_with("airflow.cfg [airvane] max_tokens: "), "{error}");
        assert!(settings(&[], &[("token", "x")]).is_err());
    }
}
