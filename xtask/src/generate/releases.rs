//! Since when a route or a parameter exists: from the OpenAPI documents that each minor release
//! of Airflow shipped. Their packages are unpacked without dependencies; nothing of them runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Context, Result, bail};

use crate::airflow::{self, Major};
use crate::{install, process};

/// The last patch of every minor release before the ones that we install whole.
const OLDER: [&str; 10] = [
    "apache-airflow==2.4.3",
    "apache-airflow==2.5.3",
    "apache-airflow==2.6.3",
    "apache-airflow==2.7.3",
    "apache-airflow==2.8.4",
    "apache-airflow==2.9.3",
    "apache-airflow==2.10.5",
    "apache-airflow-core==3.0.6",
    "apache-airflow-core==3.1.8",
    "apache-airflow-core==3.2.2",
];

/// A minor release.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Minor(u16, u16);

impl Minor {
    fn parse(text: &str) -> Result<Self> {
        let mut numbers = text.split('.').map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Ok(Self(major, minor)),
            _ => bail!("`{text}` is no release"),
        }
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// The routes of every minor release, each with the names of its parameters.
pub(crate) struct History(BTreeMap<Minor, BTreeMap<String, BTreeSet<String>>>);

/// Reads the documents of all releases we know, installing what is not there.
pub(crate) fn read() -> Result<History> {
    let mut arguments = Vec::new();
    for requirement in OLDER {
        let (_, version) = requirement.split_once("==").context("a release has a version")?;
        let folder = install::unpack(requirement)?;
        arguments.push(format!("{}={}", Minor::parse(version)?, folder.display()));
    }
    for major in [Major::Two, Major::Three] {
        let folder = site_packages(major)?;
        arguments.push(format!("{}={folder}", Minor::parse(major.version())?));
    }
    let bin = airflow::install(Major::Three)?;
    let answer = process::output("since.py", super::python(&bin, "since.py").args(arguments))?;
    let found: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> =
        serde_json::from_str(&answer)?;
    let mut releases = BTreeMap::new();
    for (release, routes) in found {
        let routes = routes.into_iter().map(|(route, names)| (blank(&route), names)).collect();
        releases.insert(Minor::parse(&release)?, routes);
    }
    Ok(History(releases))
}

fn site_packages(major: Major) -> Result<String> {
    let python = airflow::install(major)?.join("python");
    let ask = ["-c", "import sysconfig; print(sysconfig.get_path('purelib'), end='')"];
    process::output("sysconfig", std::process::Command::new(python).args(ask))
}

/// A route whose placeholders have no names: they changed from release to release.
pub(crate) fn blank(route: &str) -> String {
    let mut text = String::new();
    for (place, part) in route.split('{').enumerate() {
        if place > 0 {
            text.push_str("{}");
        }
        text.push_str(if place > 0 {
            part.split_once('}').map_or("", |(_, rest)| rest)
        } else {
            part
        });
    }
    text
}

impl History {
    /// First release of the major with that route.
    pub(crate) fn route(&self, major: u16, route: &str) -> Result<Minor> {
        self.first(major, |routes| routes.contains_key(route))
            .with_context(|| format!("no release has {route}"))
    }

    /// First release of the major whose route has that parameter. Placeholders are as old as the
    /// route: only their names changed.
    pub(crate) fn parameter(&self, major: u16, route: &str, name: &str) -> Result<Minor> {
        self.first(major, |routes| routes.get(route).is_some_and(|names| names.contains(name)))
            .with_context(|| format!("no release has {name} of {route}"))
    }

    fn first(
        &self,
        major: u16,
        has: impl Fn(&BTreeMap<String, BTreeSet<String>>) -> bool,
    ) -> Option<Minor> {
        self.0
            .iter()
            .find(|(release, routes)| release.0 == major && has(routes))
            .map(|(release, _)| *release)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history() -> History {
        let routes = |routes: &[(&str, &[&str])]| {
            let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            routes.iter().map(|(route, given)| ((*route).to_owned(), names(given))).collect()
        };
        History(BTreeMap::from([
            (Minor(2, 10), routes(&[("GET /a/{}", &["limit", "tags"])])),
            (Minor(2, 9), routes(&[("GET /a/{}", &["limit"])])),
            (Minor(3, 0), routes(&[("GET /b", &[])])),
        ]))
    }

    #[test]
    fn placeholders_lose_their_names() {
        assert_eq!(blank("GET /a/{x}/b/{y}"), "GET /a/{}/b/{}");
        assert_eq!(blank("GET /a"), "GET /a");
    }

    #[test]
    fn the_first_release_is_found_by_number_and_within_the_major() {
        let history = history();
        assert_eq!(history.route(2, "GET /a/{}").unwrap().to_string(), "2.9");
        assert_eq!(history.parameter(2, "GET /a/{}", "tags").unwrap().to_string(), "2.10");
        assert!(history.route(2, "GET /b").is_err());
        assert!(history.parameter(2, "GET /a/{}", "offset").is_err());
    }

    #[test]
    fn releases_are_read_by_their_first_two_numbers() {
        assert_eq!(Minor::parse("3.3.2").unwrap().to_string(), "3.3");
        assert!(Minor::parse("3").is_err());
    }
}
