//! The two Airflows from PyPI, with the libraries of their day.

use std::path::PathBuf;

use anyhow::Result;

use super::Major;
use crate::install::Venv;

/// Installs one Airflow, or finds it installed; returns the `bin` of its environment.
pub(crate) fn install(major: Major) -> Result<PathBuf> {
    match major {
        Major::Two => Venv {
            name: "airflow-2",
            packages: &["apache-airflow==2.11.2", "psycopg2-binary"],
            exclude_newer: Some("2026-04-01"),
            newest_python: 12,
        },
        Major::Three => Venv {
            name: "airflow-3",
            packages: &["apache-airflow[standard]==3.3.2", "psycopg2-binary", "asyncpg"],
            exclude_newer: Some("2026-11-15"),
            newest_python: 13,
        },
    }
    .install()
}
