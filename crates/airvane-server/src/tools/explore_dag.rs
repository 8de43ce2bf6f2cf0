//! `explore_dag`: what a DAG is, how its tasks follow, how it has been doing, which other DAGs it is
//! tied to, and whether the variables and connections it names exist.

use std::collections::BTreeSet;

use airvane_api::ids::DagId;
use airvane_api::models::{Asset, Connection, Dag, DagRun, Page, Task, Variable};
use airvane_api::{Operation, catalog};
use futures::FutureExt;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{get_dag_details, get_dag_source, list_tasks};
use crate::airflow::Airflow;
use crate::failure::Failure;
use crate::output::{Document, time};
use crate::references::References;
use crate::tool::{Call, Tool, ToolResult};

/// Explains a DAG.
pub struct ExploreDag;

/// Which DAG.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[schemars(with = "String")]
    dag_id: DagId,
    /// Adds the graph as Mermaid.
    mermaid: Option<bool>,
}

impl Tool for ExploreDag {
    const NAME: &'static str = "explore_dag";
    const TITLE: &'static str = "Explore DAG";
    const DESCRIPTION: &'static str = "What a DAG does: schedule, owners, tasks and how they follow, runs, typical duration, \
        upstream and downstream DAGs, variables and connections it names and which are missing.";
    const TOOLSET: &'static str = "dag";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let airflow = &call.airflow;
        let dag_id = &input.dag_id;
        let (dag, tasks, runs, good, assets, named) = tokio::join!(
            airflow.ask::<Dag>(&catalog::GET_DAG_DETAILS, |request| request.path("dag_id", dag_id)),
            airflow
                .ask::<Page<Task>>(&catalog::LIST_TASKS, |request| request.path("dag_id", dag_id)),
            runs(airflow, dag_id, 5, None),
            runs(airflow, dag_id, 10, Some("success")),
            airflow.ask::<Page<Asset>>(&catalog::LIST_ASSETS, |request| {
                request.query("dag_ids", dag_id).query("limit", 100)
            }),
            named(airflow, dag_id).boxed(),
        );
        let mut document = Document::new();
        get_dag_details::settings(&mut document, &dag?);
        let unknown =
            |what: &str, failure: &Failure| format!("[unknown: {what}: {}]", failure.message);
        match &good {
            Ok(page) => document.field_some("typical_duration", typical_duration(&page.items)),
            Err(failure) => document.line(unknown("its typical duration", failure)),
        };
        let (references, missing) = match named {
            Ok((references, missing)) => (references, missing),
            Err(failure) => {
                (References::default(), vec![unknown("what its source names", &failure)])
            }
        };
        match &assets {
            Ok(page) => {
                for line in neighbours(&page.items, dag_id.as_str(), &references) {
                    document.line(line);
                }
            }
            Err(failure) => {
                document.line(unknown("which assets tie it to other DAGs", failure));
            }
        }
        for line in missing {
            document.line(line);
        }
        match &tasks {
            Ok(page) => {
                document.line(format!("{} tasks", page.items.len()));
                list_tasks::table(&mut document, &page.items);
                if input.mermaid.unwrap_or(false) {
                    document.text("mermaid", mermaid(&page.items));
                }
            }
            Err(failure) => {
                document.line(unknown("its tasks", failure));
            }
        }
        match &runs {
            Ok(page) => recent_runs(&mut document, page),
            Err(failure) => {
                document.line(unknown("its runs", failure));
            }
        }
        document.next("get_dag_source shows the code; diagnose_dag_run explains its last failure");
        Ok(document)
    }
}

async fn runs(
    airflow: &Airflow,
    dag_id: &DagId,
    limit: u32,
    state: Option<&str>,
) -> Result<Page<DagRun>, Failure> {
    airflow
        .ask(&catalog::LIST_DAG_RUNS, |request| {
            request
                .path("dag_id", dag_id)
                .query("limit", limit)
                .query("order_by", "-start_date")
                .query_some("state", state)
        })
        .await
}

/// The median of the last successes.
fn typical_duration(runs: &[DagRun]) -> Option<String> {
    let took =
        |run: &DagRun| time::seconds_between(run.start_date.as_deref(), run.end_date.as_deref());
    let mut took: Vec<f64> = runs.iter().filter_map(took).collect();
    took.sort_by(f64::total_cmp);
    let median = *took.get(took.len() / 2)?;
    Some(format!("{} (median of the last {} good runs)", time::duration(median), took.len()))
}

/// DAGs before and after it, by assets and by what its source names.
fn neighbours(assets: &[Asset], dag_id: &str, references: &References) -> Vec<String> {
    let mut upstream: BTreeSet<String> =
        references.waits_for.iter().map(|dag| format!("{dag} (sensor)")).collect();
    let mut downstream: BTreeSet<String> =
        references.triggers.iter().map(|dag| format!("{dag} (triggered)")).collect();
    for asset in assets {
        let produces = asset.producing_tasks.iter().any(|by| by.dag_id == dag_id);
        let consumes = asset.scheduled_dags.iter().any(|dag| dag.dag_id == dag_id);
        let by = |dag: &str| format!("{dag} (asset {})", asset.uri);
        if produces {
            let others = asset.scheduled_dags.iter().map(|dag| dag.dag_id.as_str());
            downstream.extend(others.filter(|dag| *dag != dag_id).map(by));
        }
        if consumes {
            let others = asset.producing_tasks.iter().map(|task| task.dag_id.as_str());
            upstream.extend(others.filter(|dag| *dag != dag_id).map(by));
        }
    }
    [("Upstream DAGs", upstream), ("Downstream DAGs", downstream)]
        .into_iter()
        .filter(|(_, dags)| !dags.is_empty())
        .map(|(name, dags)| format!("{name}: {}", shown(&dags)))
        .collect()
}

fn shown(names: &BTreeSet<String>) -> String {
    const SHOWN: usize = 8;
    let more = names.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let names: Vec<&str> = names.iter().map(String::as_str).take(SHOWN).collect();
    format!("{}{more}", names.join(", "))
}

/// What its source names, and a line on each kind with those that Airflow does not list.
async fn named(airflow: &Airflow, dag_id: &DagId) -> Result<(References, Vec<String>), Failure> {
    let references = References::of(&get_dag_source::source(airflow, dag_id).await?);
    let (variables, connections) = tokio::join!(
        listed::<Variable>(airflow, &catalog::LIST_VARIABLES, &references.variables, |one| one.key),
        listed::<Connection>(airflow, &catalog::LIST_CONNECTIONS, &references.connections, |one| {
            one.connection_id
        }),
    );
    let mut lines = Vec::new();
    lines.extend(told("Variables", &references.variables, variables));
    lines.extend(told("Connections", &references.connections, connections));
    Ok((references, lines))
}

/// All names of a kind that Airflow lists; `None` if there are too many to list.
async fn listed<T: DeserializeOwned + Send + 'static>(
    airflow: &Airflow,
    operation: &'static Operation,
    wanted: &BTreeSet<String>,
    name: fn(T) -> String,
) -> Result<Option<BTreeSet<String>>, Failure> {
    const PAGES: usize = 5;
    let mut names = BTreeSet::new();
    if wanted.is_empty() {
        return Ok(Some(names));
    }
    let mut read = 0_usize;
    for _ in 0..PAGES {
        let page: Page<T> = airflow
            .ask(operation, |request| request.query("limit", 100).query("offset", read))
            .await?;
        let (total, received) = (page.total_or_shown(), page.items.len());
        read += received;
        names.extend(page.items.into_iter().map(name));
        if received == 0 || read as u64 >= total {
            return Ok(Some(names));
        }
    }
    Ok(wanted.is_subset(&names).then_some(names))
}

/// A name that is not listed may still come from the environment or a secrets backend.
fn told(
    what: &str,
    wanted: &BTreeSet<String>,
    listed: Result<Option<BTreeSet<String>>, Failure>,
) -> Option<String> {
    if wanted.is_empty() {
        return None;
    }
    let names = shown(wanted);
    Some(match listed {
        Ok(Some(listed)) => {
            let missing: BTreeSet<String> = wanted.difference(&listed).cloned().collect();
            if missing.is_empty() {
                format!("{what} its source names: {names}; all are set")
            } else {
                format!(
                    "{what} its source names: {names}. NOT SET in Airflow: {} (unless the \
                     environment or a secrets backend has them)",
                    shown(&missing)
                )
            }
        }
        Ok(None) => {
            format!("{what} its source names: {names} [unknown: which are set, there are too many]")
        }
        Err(failure) => {
            format!(
                "{what} its source names: {names} [unknown: which are set: {}]",
                failure.message
            )
        }
    })
}

/// The graph as Mermaid draws it.
fn mermaid(tasks: &[Task]) -> String {
    let number = |task_id: &str| tasks.iter().position(|task| task.task_id == task_id);
    let mut lines = vec!["flowchart LR".to_owned()];
    lines.extend(tasks.iter().enumerate().map(|(at, task)| format!("t{at}[\"{}\"]", task.task_id)));
    for (at, task) in tasks.iter().enumerate() {
        let after = task.downstream_task_ids.iter().filter_map(|next| number(next));
        lines.extend(after.map(|next| format!("t{at} --> t{next}")));
    }
    lines.join("\n")
}

fn recent_runs(document: &mut Document, page: &Page<DagRun>) {
    document.line(match page.total_or_shown() {
        0 => "it has never run".to_owned(),
        total => format!("last {} of {total} runs", page.items.len()),
    });
    let row = |run: &DagRun| {
        vec![
            run.dag_run_id.clone(),
            run.state.to_string(),
            time::short_some(run.start_date.as_deref()),
            time::elapsed(run.start_date.as_deref(), run.end_date.as_deref()),
        ]
    };
    document.table(
        "dag_runs",
        &["dag_run_id", "state", "start", "duration"],
        page.items.iter().map(row).collect(),
    );
}

#[cfg(test)]
mod tests {
    use airvane_api::models::AssetRef;

    use super::*;

    fn task(id: &str, after: &[&str]) -> Task {
        Task {
            task_id: id.to_owned(),
            downstream_task_ids: after.iter().map(|id| (*id).to_owned()).collect(),
            ..Task::default()
        }
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_graph_is_drawn_by_numbers_as_ids_may_hold_anything() {
        let drawn = mermaid(&[task("a.b", &["end"]), task("end", &[])]);
        assert_eq!(drawn, "flowchart LR\nt0[\"a.b\"]\nt1[\"end\"]\nt0 --> t1");
    }

    #[test]
    fn the_typical_duration_is_the_median() {
        let run = |minutes: u32| DagRun {
            start_date: Some("2026-01-01T00:00:00Z".to_owned()),
            end_date: Some(format!("2026-01-01T00:{minutes:02}:00Z")),
            ..DagRun::default()
        };
        assert_eq!(
            typical_duration(&[run(3), run(50), run(2)]).as_deref(),
            Some("3m 0s (median of the last 3 good runs)")
        );
        assert_eq!(typical_duration(&[]), None);
    }

    #[test]
    fn neighbours_come_from_assets_and_from_the_source() {
        let one = |dag: &str| vec![AssetRef { dag_id: dag.to_owned(), task_id: None }];
        let asset = |uri: &str, by: &str, starts: &str| Asset {
            uri: uri.to_owned(),
            producing_tasks: one(by),
            scheduled_dags: one(starts),
            ..Asset::default()
        };
        let references = References { triggers: set(&["mail"]), ..References::default() };
        let assets = [asset("s3://in", "load", "sum"), asset("s3://out", "sum", "report")];
        assert_eq!(
            neighbours(&assets, "sum", &references),
            [
                "Upstream DAGs: load (asset s3://in)",
                "Downstream DAGs: mail (triggered), report (asset s3://out)"
            ]
        );
    }

    #[test]
    fn a_name_is_missing_only_if_the_whole_list_was_read() {
        let wanted = set(&["rate", "site"]);
        let told = |listed| told("Variables", &wanted, listed).unwrap();
        assert!(told(Ok(Some(set(&["rate"])))).contains("NOT SET in Airflow: site ("));
        assert!(told(Ok(Some(set(&["rate", "site"])))).ends_with("all are set"));
        assert!(told(Ok(None)).contains("[unknown: which are set"));
        assert!(told(Err(Failure::not_found("gone"))).contains("[unknown: which are set: gone]"));
    }
}
