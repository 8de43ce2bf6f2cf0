//! What people changed, by the audit log: variables, connections, pools, pauses.
//!
//! The two majors name the same edit differently, and each by the way it was made:
//!
//! | by | Airflow 2 | Airflow 3 |
//! |---|---|---|
//! | REST | `api.variable.edit` | `patch_variable` |
//! | UI | `variable.edit` | `patch_variable` (its UI uses the REST API) |
//! | CLI | `cli_variables_set` | `cli_variables_set` |
//!
//! (Airflow's `www/decorators.py`, `api_fastapi/logging/decorators.py` and `utils/cli.py`.) An
//! entry is written before the edit is made, so one that Airflow then refused is among them. Airflow
//! 2 also writes one when its UI shows a form; that one names nothing and is passed over. Only names
//! are taken from an entry, never values.

use airvane_api::catalog;
use airvane_api::ids::DagId;
use airvane_api::models::{EventLog, Page};
use serde_json::Value;

use crate::airflow::Airflow;
use crate::failure::Failure;
use crate::output::time;

/// Entries that are looked at; the newest come first.
const ENTRIES: u32 = 100;

/// What an entry is about, and what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    Variable,
    Connection,
    Pool,
    Dag,
}

/// Event names, what they are about and what they do.
const EVENTS: &[(&str, Thing, &str)] = &[
    ("post_variable", Thing::Variable, "created"),
    ("patch_variable", Thing::Variable, "changed"),
    ("delete_variable", Thing::Variable, "deleted"),
    ("bulk_variables", Thing::Variable, "changed"),
    ("api.variable.create", Thing::Variable, "created"),
    ("api.variable.edit", Thing::Variable, "changed"),
    ("api.variable.delete", Thing::Variable, "deleted"),
    ("variable.create", Thing::Variable, "created"),
    ("variable.edit", Thing::Variable, "changed"),
    ("variable.delete", Thing::Variable, "deleted"),
    ("variables.varimport", Thing::Variable, "imported"),
    ("cli_variables_set", Thing::Variable, "set"),
    ("cli_variables_delete", Thing::Variable, "deleted"),
    ("cli_variables_import", Thing::Variable, "imported"),
    ("post_connection", Thing::Connection, "created"),
    ("patch_connection", Thing::Connection, "changed"),
    ("delete_connection", Thing::Connection, "deleted"),
    ("bulk_connections", Thing::Connection, "changed"),
    ("api.connection.create", Thing::Connection, "created"),
    ("api.connection.edit", Thing::Connection, "changed"),
    ("api.connection.delete", Thing::Connection, "deleted"),
    ("connection.create", Thing::Connection, "created"),
    ("connection.edit", Thing::Connection, "changed"),
    ("connection.delete", Thing::Connection, "deleted"),
    ("cli_connections_add", Thing::Connection, "created"),
    ("cli_connections_delete", Thing::Connection, "deleted"),
    ("cli_connections_import", Thing::Connection, "imported"),
    ("post_pool", Thing::Pool, "created"),
    ("patch_pool", Thing::Pool, "changed"),
    ("delete_pool", Thing::Pool, "deleted"),
    ("bulk_pools", Thing::Pool, "changed"),
    ("api.post_pool", Thing::Pool, "created"),
    ("api.patch_pool", Thing::Pool, "changed"),
    ("api.delete_pool", Thing::Pool, "deleted"),
    ("pool.create", Thing::Pool, "created"),
    ("pool.edit", Thing::Pool, "changed"),
    ("pool.delete", Thing::Pool, "deleted"),
    ("cli_pool_set", Thing::Pool, "set"),
    ("cli_pool_delete", Thing::Pool, "deleted"),
    ("patch_dag", Thing::Dag, "changed"),
    ("api.patch_dag", Thing::Dag, "changed"),
    ("paused", Thing::Dag, "changed"),
    ("cli_dag_pause", Thing::Dag, "paused"),
    ("cli_dag_unpause", Thing::Dag, "unpaused"),
];

/// What people changed between two instants.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// Newest first.
    items: Vec<Edit>,
    /// Entries beyond those looked at.
    unread: u64,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Edit {
    thing: Thing,
    /// Where the entry says it.
    name: Option<String>,
    done: &'static str,
    who: Option<String>,
    when: Option<String>,
}

/// Reads the audit log between two instants: what concerns all DAGs, and this one.
pub(super) async fn between(
    airflow: &Airflow,
    dag_id: &DagId,
    after: &str,
    before: Option<&str>,
) -> Result<Edits, Failure> {
    let page: Page<EventLog> = airflow
        .ask(&catalog::LIST_EVENT_LOGS, |request| {
            request
                .query_each("included_events", EVENTS.iter().map(|(event, ..)| *event))
                .query("after", after)
                .query_some("before", before)
                .query("order_by", "-when")
                .query("limit", ENTRIES)
        })
        .await?;
    let unread = page.total_or_shown().saturating_sub(page.items.len() as u64);
    Ok(Edits { items: edits(&page.items, dag_id.as_str()), unread })
}

/// What entries tell; of several edits of one thing the last, as it is what counts.
fn edits(entries: &[EventLog], dag_id: &str) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for edit in entries.iter().filter_map(|entry| Edit::of(entry, dag_id)) {
        if !edits.iter().any(|later| later.thing == edit.thing && later.name == edit.name) {
            edits.push(edit);
        }
    }
    edits
}

impl Edit {
    fn of(entry: &EventLog, dag_id: &str) -> Option<Self> {
        let (_, thing, done) = EVENTS.iter().find(|(event, ..)| *event == entry.event)?;
        let extra = entry.extra.as_deref().unwrap_or_default();
        let done = match thing {
            Thing::Dag if entry.dag_id.as_deref() != Some(dag_id) => return None,
            Thing::Dag => paused(extra).unwrap_or(done),
            _ => done,
        };
        let name = thing.name_in(extra);
        if name.is_none() && is_form(&entry.event) {
            return None;
        }
        Some(Self { thing: *thing, name, done, who: entry.owner.clone(), when: entry.when.clone() })
    }

    fn what(&self) -> String {
        match (self.thing, &self.name) {
            (Thing::Dag, _) => "the DAG was".to_owned(),
            (thing, Some(name)) => format!("{} {name}", thing.text()),
            (thing, None) => format!("{}s", thing.text()),
        }
    }

    fn text(&self) -> String {
        let what = self.what();
        let who = self.who.as_deref().map(|who| format!(" by {who}")).unwrap_or_default();
        format!("{what} {}{who} at {}", self.done, time::short_some(self.when.as_deref()))
    }
}

impl Thing {
    fn text(self) -> &'static str {
        match self {
            Self::Variable => "variable",
            Self::Connection => "connection",
            Self::Pool => "pool",
            Self::Dag => "DAG",
        }
    }

    /// The name of what was changed, as the entry's detail has it.
    fn name_in(self, extra: &str) -> Option<String> {
        let keys: &[&str] = match self {
            Self::Variable => &["key", "variable_key"],
            Self::Connection => &["connection_id", "conn_id"],
            Self::Pool => &["pool_name", "name", "pool"],
            Self::Dag => &[],
        };
        let extra: Value = serde_json::from_str(extra).ok()?;
        let text = |key: &&str| extra.get(key)?.as_str().filter(|name| !name.is_empty());
        let name = keys.iter().find_map(text).map(str::to_owned);
        name.or_else(|| named_in_command(extra.get("full_command")?.as_str()?))
    }
}

/// The UI of Airflow 2: `variable.edit`.
fn is_form(event: &str) -> bool {
    ["variable.", "connection.", "pool."].iter().any(|form| event.starts_with(form))
}

/// `['airflow', 'variables', 'set', 'rate', '***']` is about `rate`.
fn named_in_command(command: &str) -> Option<String> {
    let mut words = command.split('\'').skip(1).step_by(2);
    words.find(|word| ["set", "add", "delete"].contains(word))?;
    words.next().filter(|word| !word.starts_with('-')).map(str::to_owned)
}

/// What the switch was set to.
fn paused(extra: &str) -> Option<&'static str> {
    let extra: Value = serde_json::from_str(extra).ok()?;
    match extra.get("is_paused")? {
        Value::Bool(true) => Some("paused"),
        Value::Bool(false) => Some("unpaused"),
        _ => None,
    }
}

impl Edits {
    /// Those that matter, as text: what the DAG's file or its error names, then the DAG itself.
    /// The rest is counted, or named in brief where nothing is closer: a module that the file
    /// imports may use it.
    pub(super) fn told(&self, concerns: impl Fn(&str) -> bool, file_read: bool) -> Vec<String> {
        const SHOWN: usize = 3;
        if self.is_empty() {
            return Vec::new();
        }
        let named = |edit: &&Edit| edit.name.as_deref().is_some_and(&concerns);
        let mut first: Vec<&Edit> = self.items.iter().filter(named).collect();
        let (own, rest): (Vec<&Edit>, Vec<&Edit>) = self
            .items
            .iter()
            .filter(|edit| !named(edit))
            .partition(|edit| edit.thing == Thing::Dag);
        first.extend(own);
        if first.is_empty() {
            return self.in_brief(&rest, file_read);
        }
        let mut told: Vec<String> = first.iter().take(SHOWN).map(|edit| edit.text()).collect();
        let left = self.items.len() - told.len();
        told.extend(match (left as u64, self.unread) {
            (0, 0) => None,
            (1, 0) => Some("1 other edit".to_owned()),
            (left, 0) => Some(format!("{left} other edits")),
            (left, unread) => Some(format!("{} other edits, not all read", left + unread)),
        });
        told
    }

    fn in_brief(&self, edits: &[&Edit], file_read: bool) -> Vec<String> {
        const SHOWN: usize = 3;
        let whose = if file_read {
            "edits of things that its file does not name"
        } else {
            "edits [unknown: whether its file names them]"
        };
        let mut names: Vec<String> = edits.iter().take(SHOWN).map(|edit| edit.what()).collect();
        let more = (edits.len() - names.len()) as u64 + self.unread;
        if more > 0 {
            names.push(format!("{more} more"));
        }
        vec![format!("{whose}: {}", names.join(", "))]
    }

    /// Whether nothing was changed.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.unread == 0
    }

    /// Whether any names a thing that a DAG's source may name.
    pub(super) fn has_names(&self) -> bool {
        self.items.iter().any(|edit| edit.name.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(event: &str, dag_id: Option<&str>, extra: &str) -> EventLog {
        EventLog {
            when: Some("2026-11-20T09:30:00Z".to_owned()),
            event: event.to_owned(),
            owner: Some("anna".to_owned()),
            dag_id: dag_id.map(str::to_owned),
            extra: Some(extra.to_owned()),
            ..EventLog::default()
        }
    }

    fn told(entries: &[EventLog], names: impl Fn(&str) -> bool) -> Vec<String> {
        Edits { items: edits(entries, "orders"), unread: 0 }.told(names, true)
    }

    #[test]
    fn both_majors_name_the_same_edit_differently() {
        let edits = [
            entry("patch_variable", None, r#"{"key": "rate", "value": "***", "method": "PATCH"}"#),
            entry("api.variable.edit", None, r#"{"key": "rate", "value": "x"}"#),
            entry("delete_variable", None, r#"{"variable_key": "rate", "method": "DELETE"}"#),
            entry(
                "cli_variables_set",
                None,
                r#"{"full_command": "['airflow', 'variables', 'set', 'rate', '***']"}"#,
            ),
        ];
        for (edit, done) in edits.iter().zip(["changed", "changed", "deleted", "set"]) {
            let line = format!("variable rate {done} by anna at 2026-11-20 09:30:00Z");
            assert_eq!(told(std::slice::from_ref(edit), |_| true), [line]);
        }
        assert_eq!(
            told(&edits, |_| true),
            ["variable rate changed by anna at 2026-11-20 09:30:00Z"]
        );
        assert_eq!(
            told(&edits, |_| false),
            ["edits of things that its file does not name: variable rate"]
        );
    }

    #[test]
    fn what_the_source_names_comes_first_and_other_dags_do_not_count() {
        let edits = [
            entry("patch_variable", None, r#"{"key": "other"}"#),
            entry("patch_connection", None, r#"{"connection_id": "shop"}"#),
            entry("patch_dag", Some("orders"), r#"{"is_paused": true}"#),
            entry("patch_dag", Some("invoices"), r#"{"is_paused": true}"#),
        ];
        assert_eq!(
            told(&edits, |name| name == "shop"),
            [
                "connection shop changed by anna at 2026-11-20 09:30:00Z",
                "the DAG was paused by anna at 2026-11-20 09:30:00Z",
                "1 other edit",
            ]
        );
    }

    #[test]
    fn an_entry_that_names_nothing_is_told_without_a_name() {
        let edits = [entry("patch_connection", None, "no JSON")];
        assert_eq!(
            told(&edits, |_| true),
            ["edits of things that its file does not name: connections"]
        );
        assert!(told(&[entry("variable.edit", None, r#"{"pk": "3"}"#)], |_| true).is_empty());
    }
}
