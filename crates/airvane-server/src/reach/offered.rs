//! Whether the connected Airflow has an operation, and what to use where it has not.

use airvane_api::{AirflowVersion, ApiVersion, Endpoint, Operation, Parameter, catalog};

use crate::failure::{Failure, FailureKind};

/// The connected Airflow, as far as it decides what can be asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// The API it speaks.
    pub api: ApiVersion,
    /// Its release, if it said.
    pub version: Option<AirflowVersion>,
}

impl Release {
    /// The route of an operation, or why there is none.
    pub(crate) fn offer(self, operation: &'static Operation) -> Result<&'static Endpoint, Failure> {
        match operation.endpoint(self.api) {
            Some(endpoint) if self.has(endpoint.since) => Ok(endpoint),
            _ => Err(self.not_offered(operation)),
        }
    }

    /// Whether it has what came with a release. One that did not say which it is has everything:
    /// Airflow itself then refuses.
    pub(crate) fn has(self, since: AirflowVersion) -> bool {
        self.version.is_none_or(|version| version >= since)
    }

    /// Refuses a parameter that is newer: Airflow 3 would ignore it without a word.
    pub(crate) fn check(self, operation: &str, parameter: &Parameter) -> Result<(), Failure> {
        if self.has(parameter.since) {
            return Ok(());
        }
        Err(Failure::new(
            FailureKind::NotOffered,
            format!(
                "`{}` of `{operation}` exists since Airflow {}; this is Airflow {}",
                parameter.name,
                short(parameter.since),
                self.name()
            ),
        )
        .hint("nothing was sent; leave it out"))
    }

    fn not_offered(self, operation: &Operation) -> Failure {
        let instead = self
            .instead(operation)
            .map(|instead| format!(". Use `{}` instead: {}", instead.name, instead.summary));
        let message = format!(
            "`{}` {}; this is Airflow {}{}",
            operation.name,
            exists(operation),
            self.name(),
            instead.unwrap_or_default()
        );
        Failure::new(FailureKind::NotOffered, message).hint("nothing was sent")
    }

    /// The operation to use instead, if this Airflow has it.
    pub(crate) fn instead(self, operation: &Operation) -> Option<&'static Operation> {
        let instead = catalog::find(operation.instead?)?;
        instead.endpoint(self.api).is_some_and(|end| self.has(end.since)).then_some(instead)
    }

    fn name(self) -> String {
        let major = self.api.airflow_major().to_string();
        self.version.map_or(major, |version| version.to_string())
    }
}

/// Where an operation is not everywhere, where it is: `Airflow 2 only`, `since Airflow 3.3`.
pub(crate) fn since(operation: &Operation) -> Option<String> {
    match (&operation.v1, &operation.v2) {
        (Some(_), None) => Some("Airflow 2 only".to_owned()),
        (None, Some(v2)) => Some(format!("since Airflow {}", short(v2.since))),
        (Some(v1), Some(_)) if v1.since > OLDEST => {
            Some(format!("since Airflow {}", short(v1.since)))
        }
        _ => None,
    }
}

/// What the catalog calls whatever is older than its knowledge.
const OLDEST: AirflowVersion = AirflowVersion::new(2, 4, 0);

/// Since when an operation is there: `exists since Airflow 3.1`, `exists on Airflow 2 only`.
fn exists(operation: &Operation) -> String {
    let since = |endpoint: &Endpoint| format!("since Airflow {}", short(endpoint.since));
    match (&operation.v1, &operation.v2) {
        (Some(v1), Some(v2)) => format!("exists {} and, on 3, {}", since(v1), since(v2)),
        (Some(_), None) => "exists on Airflow 2 only".to_owned(),
        (None, Some(v2)) => format!("exists {} only", since(v2)),
        (None, None) => "does not exist".to_owned(),
    }
}

/// `3.1`: the catalog knows minor releases.
pub(crate) fn short(version: AirflowVersion) -> String {
    format!("{}.{}", version.major, version.minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(text: &str) -> Release {
        let version = AirflowVersion::parse(text);
        let api = if text.starts_with('2') { ApiVersion::V1 } else { ApiVersion::V2 };
        Release { api, version }
    }

    #[test]
    fn an_older_airflow_is_told_since_when_and_what_instead() {
        let refused = release("3.0.6").offer(&catalog::CLEAR_DAG_RUNS).unwrap_err();
        assert_eq!(refused.kind, FailureKind::NotOffered);
        assert!(
            refused.message.starts_with(
                "`clear_dag_runs` exists since Airflow 3.3 only; this is Airflow 3.0.6. \
                 Use `clear_dag_run` instead:"
            ),
            "{}",
            refused.message
        );
        assert!(release("3.3.2").offer(&catalog::CLEAR_DAG_RUNS).is_ok());
    }

    #[test]
    fn the_other_major_is_told_apart() {
        let only_2 = release("3.3.2").offer(&catalog::SET_DAG_RUN_NOTE).unwrap_err();
        assert!(only_2.message.contains("on Airflow 2 only"), "{}", only_2.message);
        assert!(only_2.message.contains("Use `patch_dag_run`"), "{}", only_2.message);
        let only_3 = release("2.11.2").offer(&catalog::LIST_JOBS).unwrap_err();
        assert!(only_3.message.contains("Use `get_health`"), "{}", only_3.message);
        let young = release("2.4.3").offer(&catalog::GET_DAG_STATS).unwrap_err();
        assert!(young.message.contains("since Airflow 2.10 and, on 3, since Airflow 3.0"));
    }

    #[test]
    fn an_airflow_that_hides_its_release_is_asked() {
        let hidden = Release { api: ApiVersion::V2, version: None };
        assert!(hidden.offer(&catalog::CLEAR_DAG_RUNS).is_ok());
    }
}
