//! The tools of other servers, by the names their users know, compiled in.
//!
//! `catalog/profiles/` has one file a server. What a tool is called and takes is a fact about that
//! server; what it does here is an operation of the catalog or a tool of ours, with its parameters
//! renamed and, where that is not enough, the name of an adapter. This module only holds the data.

use crate::operation::{AccessLevel, Operation};

pub use rows::PROFILES;

mod rows {
    use super::{Need, Profile, ProfileParameter, ProfileTool, Target};
    use crate::catalog;
    use crate::operation::AccessLevel;

    include!(concat!(env!("OUT_DIR"), "/profiles.rs"));
}

/// The tools of one server.
#[derive(Debug)]
pub struct Profile {
    /// The name of its package, and of the profile.
    pub name: &'static str,
    /// Its tools, sorted by name.
    pub tools: &'static [ProfileTool],
    /// The addresses of its resources.
    pub resources: &'static [&'static str],
    /// The names of its prompts.
    pub prompts: &'static [&'static str],
    /// The adapter that sees every call first.
    pub adapter: Option<&'static str>,
}

/// One tool of another server.
#[derive(Debug)]
pub struct ProfileTool {
    /// Its name there.
    pub name: &'static str,
    /// What it is here.
    pub target: Target,
    /// What looks after its arguments where renaming is not enough.
    pub adapter: Option<&'static str>,
    /// What it says of itself, where that is not what its target says.
    pub summary: Option<&'static str>,
    /// Everything it takes, theirs before ours.
    pub parameters: &'static [ProfileParameter],
    /// What holds where the caller gives nothing, by our names: JSON.
    pub defaults: &'static [(&'static str, &'static str)],
}

/// What a tool of another server is here.
#[derive(Debug)]
pub enum Target {
    /// An operation; on Airflow 3 it may be another than on Airflow 2.
    Operation {
        /// On Airflow 2.
        v1: &'static Operation,
        /// On Airflow 3.
        v2: &'static Operation,
    },
    /// A tool of ours.
    Tool(&'static str),
    /// Nothing of Airflow's: the adapter answers.
    Adapter(AccessLevel),
}

/// A parameter by its name there.
#[derive(Debug)]
pub struct ProfileParameter {
    /// The name callers use.
    pub name: &'static str,
    /// Our name for it.
    pub becomes: &'static str,
    /// Whether it has to be given, and whose it is.
    pub need: Need,
    /// Its JSON type where the target has no such parameter and an adapter takes it.
    pub kind: Option<&'static str>,
}

/// Whether a parameter has to be given, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Theirs, and has to be given.
    Required,
    /// Theirs.
    Optional,
    /// Added here, because people need it.
    Ours,
}

/// The profile of a name.
pub fn find(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name)
}

impl Profile {
    /// The tool of a name.
    pub fn tool(&self, name: &str) -> Option<&'static ProfileTool> {
        self.tools.iter().find(|tool| tool.name == name)
    }
}

impl ProfileTool {
    /// The operations it stands for, none if it is a tool of ours.
    pub fn operations(&self) -> impl Iterator<Item = &'static Operation> {
        let (first, second) = match self.target {
            Target::Operation { v1, v2 } if v1.name == v2.name => (Some(v1), None),
            Target::Operation { v1, v2 } => (Some(v1), Some(v2)),
            Target::Tool(_) | Target::Adapter(_) => (None, None),
        };
        first.into_iter().chain(second)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_profile_has_the_tools_of_its_server() {
        let counts: Vec<_> =
            PROFILES.iter().map(|profile| (profile.name, profile.tools.len())).collect();
        let expected = [("astro-airflow-mcp", 34), ("mcp-server-apache-airflow", 68), ("mwaa", 20)];
        assert_eq!(counts, expected);
    }

    #[test]
    fn parameters_are_named_once() {
        for profile in PROFILES {
            for tool in profile.tools {
                let names: BTreeSet<_> = tool.parameters.iter().map(|p| p.name).collect();
                assert_eq!(names.len(), tool.parameters.len(), "{}", tool.name);
            }
        }
    }

    #[test]
    fn what_one_major_lacks_is_another_operation_there() {
        let profile = find("mcp-server-apache-airflow").unwrap();
        let note: Vec<_> =
            profile.tool("set_dag_run_note").unwrap().operations().map(|o| o.name).collect();
        assert_eq!(note, ["set_dag_run_note", "patch_dag_run"]);
        for tool in PROFILES.iter().flat_map(|profile| profile.tools) {
            let Target::Operation { v1, v2 } = tool.target else { continue };
            assert!(v1.v1.is_some() && v2.v2.is_some(), "{}", tool.name);
        }
    }

    #[test]
    fn the_operation_of_two_majors_is_of_one_level() {
        for tool in PROFILES.iter().flat_map(|profile| profile.tools) {
            let levels: BTreeSet<_> = tool.operations().map(|operation| operation.level).collect();
            assert!(levels.len() <= 1, "{}", tool.name);
        }
    }
}
