//! `airflow://` addresses. Ids in them are percent-encoded; each is checked by its own type, so
//! that no address can lead to another endpoint than its own.

use airvane_api::ids::{DagId, DagRunId, IdError, TaskId};
use percent_encoding::percent_decode_str;

/// What an address names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Address {
    Version,
    Providers,
    Plugins,
    Config,
    DagSource(DagId),
    DagRun(DagId, DagRunId),
    TaskLog(DagId, DagRunId, TaskId),
}

/// Why a text is no address.
#[derive(Debug, thiserror::Error)]
pub(super) enum AddressError {
    #[error("no such resource; resources/list and resources/templates/list show all")]
    Unknown,
    #[error("an id is not UTF-8 when percent-decoded")]
    Encoding,
    #[error(transparent)]
    Id(#[from] IdError),
}

impl Address {
    pub(super) fn parse(uri: &str) -> Result<Self, AddressError> {
        let rest = uri.strip_prefix("airflow://").ok_or(AddressError::Unknown)?;
        let parts: Vec<&str> = rest.split('/').collect();
        match parts.as_slice() {
            ["version"] => Ok(Self::Version),
            ["providers"] => Ok(Self::Providers),
            ["plugins"] => Ok(Self::Plugins),
            ["config"] => Ok(Self::Config),
            ["dags", dag, "source"] => Ok(Self::DagSource(DagId::new(decoded(dag)?)?)),
            ["dags", dag, "runs", run] => {
                Ok(Self::DagRun(DagId::new(decoded(dag)?)?, DagRunId::new(decoded(run)?)?))
            }
            ["dags", dag, "runs", run, "tasks", task, "log"] => Ok(Self::TaskLog(
                DagId::new(decoded(dag)?)?,
                DagRunId::new(decoded(run)?)?,
                TaskId::new(decoded(task)?)?,
            )),
            _ => Err(AddressError::Unknown),
        }
    }
}

fn decoded(part: &str) -> Result<String, AddressError> {
    let text = percent_decode_str(part).decode_utf8().map_err(|_| AddressError::Encoding)?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_decoded() {
        let uri = "airflow://dags/orders/runs/scheduled__2026-01-01T00%3A00%3A00%2B00%3A00";
        let run = DagRunId::new("scheduled__2026-01-01T00:00:00+00:00").unwrap();
        assert_eq!(
            Address::parse(uri).unwrap(),
            Address::DagRun(DagId::new("orders").unwrap(), run)
        );
    }

    #[test]
    fn no_id_climbs_out_of_its_place() {
        for uri in [
            "airflow://dags/../source",
            "airflow://dags/%2e%2e/source",
            "airflow://dags/%252e%252e/source",
            "airflow://dags/a%2Fb/source",
            "airflow://dags/a%00/source",
            "airflow://dags/%ff/source",
            "airflow://dags//source",
            "airflow://dags/a/source/",
            "airflow://variables",
            "file:///etc/passwd",
            "AIRFLOW://version",
            "airflow://",
        ] {
            assert!(Address::parse(uri).is_err(), "{uri}");
        }
    }
}
