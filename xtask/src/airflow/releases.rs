//! The Airflows from PyPI, each with the libraries of its day.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Airflow, Home, Major, Store, v2, v3};
use crate::install::{self, Venv};

/// One release of Airflow.
pub(crate) struct Release {
    pub(crate) major: Major,
    pub(crate) version: &'static str,
    packages: &'static [&'static str],
    exclude_newer: &'static str,
    /// The newest minor version of Python 3 that it runs on.
    newest_python: u32,
    /// Whether users and roles are those of FAB, as on Airflow 2, where another would be the usual.
    pub(super) has_fab: bool,
}

/// Airflow 2 as it is supported last.
pub(super) static TWO: Release = Release {
    major: Major::Two,
    version: "2.11.2",
    packages: &["apache-airflow==2.11.2", "psycopg2-binary"],
    exclude_newer: "2026-04-01",
    newest_python: 12,
    has_fab: false,
};

/// Airflow 3 as it is now.
pub(super) static THREE: Release = Release {
    major: Major::Three,
    version: "3.3.2",
    packages: &["apache-airflow[standard]==3.3.2", "psycopg2-binary", "asyncpg"],
    exclude_newer: "2026-11-15",
    newest_python: 13,
    has_fab: false,
};

/// What people still run.
pub(crate) static OLDER: [Release; 3] = [
    Release {
        major: Major::Two,
        version: "2.4.3",
        packages: &["apache-airflow==2.4.3", "psycopg2-binary"],
        exclude_newer: "2022-12-01",
        newest_python: 10,
        has_fab: false,
    },
    Release {
        major: Major::Two,
        version: "2.7.3",
        packages: &["apache-airflow==2.7.3", "psycopg2-binary"],
        exclude_newer: "2023-12-15",
        newest_python: 11,
        has_fab: false,
    },
    Release {
        major: Major::Three,
        version: "3.0.6",
        packages: &["apache-airflow[standard]==3.0.6", "psycopg2-binary", "asyncpg"],
        exclude_newer: "2025-09-15",
        newest_python: 12,
        has_fab: false,
    },
];

/// What else the plugin is tried in.
static EARLIER_TWO: Release = Release {
    major: Major::Two,
    version: "2.8.4",
    packages: &["apache-airflow==2.8.4", "psycopg2-binary"],
    exclude_newer: "2024-04-15",
    newest_python: 11,
    has_fab: false,
};

/// The same.
static THREE_WITH_FAB: Release = Release {
    major: Major::Three,
    version: "3.3.2",
    packages: &[
        "apache-airflow[standard]==3.3.2",
        "apache-airflow-providers-fab",
        "psycopg2-binary",
        "asyncpg",
    ],
    exclude_newer: "2026-11-15",
    newest_python: 13,
    has_fab: true,
};

/// Those that the plugin is tried in.
pub(crate) fn with_plugin() -> impl Iterator<Item = &'static Release> {
    let three = OLDER.iter().filter(|release| release.major == Major::Three);
    [&THREE, &THREE_WITH_FAB].into_iter().chain(three).chain([&TWO, &EARLIER_TWO])
}

impl Release {
    /// Its version, and what sets it apart from others of that version.
    pub(crate) fn name(&self) -> String {
        format!("{}{}", self.version, if self.has_fab { "-fab" } else { "" })
    }

    /// Installs it, or finds it installed; returns the `bin` of its environment.
    pub(crate) fn install(&self) -> Result<PathBuf> {
        self.install_as(&format!("airflow-{}", self.name()))
    }

    /// Installs it with a wheel of ours, in an environment that nobody else uses.
    pub(crate) fn install_with(&self, wheel: &Path) -> Result<PathBuf> {
        let bin = self.install_as(&format!("plugin-{}", self.name()))?;
        install::add(&bin, wheel)?;
        Ok(bin)
    }

    /// Installs it with another package of `PyPI` in an environment that nobody else uses.
    pub(crate) fn install_beside(&self, package: &str) -> Result<PathBuf> {
        let packages: Vec<&str> = self.packages.iter().copied().chain([package]).collect();
        self.install_packages(&format!("beside-{package}"), &packages)
    }

    fn install_as(&self, name: &str) -> Result<PathBuf> {
        self.install_packages(name, self.packages)
    }

    fn install_packages(&self, name: &str, packages: &[&str]) -> Result<PathBuf> {
        Venv {
            name,
            packages,
            exclude_newer: Some(self.exclude_newer),
            newest_python: self.newest_python,
        }
        .install()
    }

    /// Starts it and returns when it is healthy. `tell` hears what is being waited for.
    pub(crate) fn start(
        &'static self,
        home: &Home,
        store: Store,
        tell: &(dyn Fn(&str) + Sync),
    ) -> Result<Airflow> {
        match self.major {
            Major::Two => v2::start(self, home, store, tell),
            Major::Three => v3::start(self, home, store, tell),
        }
    }

    /// Whether it has to do without: Python 3.10 is at the end of its days and 2.4 all the more.
    pub(crate) fn is_left_out(&self) -> bool {
        self.newest_python == 10 && install::python(self.newest_python).is_err()
    }
}
