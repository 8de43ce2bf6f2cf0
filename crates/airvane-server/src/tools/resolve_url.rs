//! `resolve_url`: from a link of Airflow's UI to dag, run, task and try.

use airvane_api::catalog;
use airvane_api::ids::DagId;
use airvane_api::models::{DagRun, Page};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use crate::failure::Failure;
use crate::output::{Document, time};
use crate::tool::{Call, Tool, ToolResult};

/// Takes a link apart.
pub struct ResolveUrl;

/// The link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    url: String,
}

impl Tool for ResolveUrl {
    const NAME: &'static str = "resolve_url";
    const TITLE: &'static str = "Resolve UI link";
    const DESCRIPTION: &'static str =
        "Turn a pasted Airflow UI link into dag_id, dag_run_id, task_id, map_index, try.";
    const TOOLSET: &'static str = "dag";
    type Input = Input;

    async fn call(call: &Call, input: Input) -> ToolResult {
        let mut place = Place::of(&input.url).ok_or_else(|| {
            Failure::arguments("this is no link to a DAG, run or task of Airflow's UI")
                .hint("paste the address of a DAG, run, task or log page")
        })?;
        let mut note = None;
        if place.dag_run_id.is_none()
            && let Some(date) = place.logical_date.clone()
        {
            (place.dag_run_id, note) = run_of_date(call, &place, &date).await?;
        }
        let mut document = document(call, &place);
        if let Some(note) = note {
            document.line(note);
        }
        Ok(document)
    }
}

/// What a link says.
#[derive(Debug, Default, PartialEq)]
struct Place {
    host: String,
    dag_id: String,
    dag_run_id: Option<String>,
    task_id: Option<String>,
    map_index: Option<String>,
    try_number: Option<String>,
    /// Old links of Airflow 2 name a run by its date.
    logical_date: Option<String>,
}

impl Place {
    /// Reads the links of both majors: `/dags/D/runs/R/tasks/T/mapped/3?try_number=2` and
    /// `/dags/D/grid?dag_run_id=R&task_id=T&map_index=3`, `/log?dag_id=D&execution_date=…`, and the
    /// older `/graph?dag_id=D`, `/admin/airflow/log?…`. What a link says of tabs, filters and colours
    /// names nothing.
    fn of(link: &str) -> Option<Self> {
        let url = Url::parse(link.trim()).ok()?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut place = Self { host, ..Self::default() };
        place.read_path(&url);
        place.read_query(&url);
        (!place.dag_id.is_empty()).then_some(place)
    }

    fn read_path(&mut self, url: &Url) {
        let mut parts = url.path_segments().into_iter().flatten().map(decoded);
        while let Some(part) = parts.next() {
            match part.as_str() {
                "dags" if self.dag_id.is_empty() => self.dag_id = parts.next().unwrap_or_default(),
                "runs" => self.dag_run_id = parts.next(),
                "tasks" if !self.dag_id.is_empty() => {
                    self.task_id = parts.next().filter(|id| id != "group");
                }
                "mapped" => self.map_index = parts.next().filter(|index| !index.is_empty()),
                _ => {}
            }
        }
    }

    fn read_query(&mut self, url: &Url) {
        for (name, value) in url.query_pairs().filter(|(_, value)| !value.is_empty()) {
            let value = value.into_owned();
            match &*name {
                "dag_id" => self.dag_id = value,
                "dag_run_id" | "run_id" => self.dag_run_id = Some(value),
                "task_id" => self.task_id = Some(value),
                "map_index" => self.map_index = Some(value).filter(|index| index != "-1"),
                "try_number" => self.try_number = Some(value),
                "execution_date" | "logical_date" => self.logical_date = Some(value),
                _ => {}
            }
        }
    }
}

fn decoded(part: &str) -> String {
    // `form_urlencoded` would turn `+` into a blank, and run ids hold `+`.
    url::form_urlencoded::parse(part.replace('+', "%2B").as_bytes())
        .next()
        .map(|(text, _)| text.into_owned())
        .unwrap_or_default()
}

/// The run of a date, or a note that there is none. Links of Airflow 2 often end their date in
/// `+00:00` unencoded, whose `+` reads as a blank.
async fn run_of_date(
    call: &Call,
    place: &Place,
    date: &str,
) -> Result<(Option<String>, Option<String>), Failure> {
    let dag_id = DagId::new(place.dag_id.as_str())?;
    let date = date.trim().replace(' ', "+");
    if date.parse::<Timestamp>().is_err() {
        let shown = call.airflow.redact(&date);
        return Ok((None, Some(format!("[the link's date {} is none]", shown.as_str()))));
    }
    let page: Page<DagRun> = call
        .airflow
        .ask(&catalog::LIST_DAG_RUNS, |request| {
            request
                .path("dag_id", &dag_id)
                .query("logical_date_gte", &date)
                .query("logical_date_lte", &date)
                .query("limit", 1)
        })
        .await?;
    match page.items.into_iter().next() {
        Some(run) => Ok((Some(run.dag_run_id), None)),
        None => {
            Ok((None, Some(format!("[no run of it has the link's date {}]", time::short(&date)))))
        }
    }
}

fn document(call: &Call, place: &Place) -> Document {
    let safe =
        |text: &Option<String>| text.as_deref().map(|text| call.airflow.redact(text).into_string());
    let mut document = Document::new();
    if let Some(warning) = elsewhere(call, place) {
        document.line(warning);
    }
    document
        .field("dag_id", call.airflow.redact(&place.dag_id).into_string())
        .field_some("dag_run_id", safe(&place.dag_run_id))
        .field_some("task_id", safe(&place.task_id))
        .field_some("map_index", safe(&place.map_index))
        .field_some("try_number", safe(&place.try_number));
    match (&place.dag_run_id, &place.task_id) {
        (Some(_), Some(_)) => {
            document.next("diagnose_dag_run for the run, get_task_logs for this task")
        }
        (Some(_), None) => document.next("diagnose_dag_run"),
        _ => document.next("explore_dag"),
    };
    document
}

/// A link to another Airflow names DAGs that may exist here too, and mean something else.
fn elsewhere(call: &Call, place: &Place) -> Option<String> {
    let ours = Url::parse(call.airflow.url()?).ok()?;
    let ours = ours.host_str()?;
    if place.host == ours {
        return None;
    }
    let host = call.airflow.redact(&place.host);
    Some(format!("[the link is to {}, this server asks {ours}]", host.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(link: &str) -> Place {
        Place::of(link).unwrap()
    }

    #[test]
    fn links_of_airflow_3_are_read() {
        let found = place(
            "https://h/base/dags/orders/runs/manual__2026-01-01T00:00:00+00:00/tasks/load/mapped/137?try_number=2",
        );
        assert_eq!(found.dag_id, "orders");
        assert_eq!(found.dag_run_id.as_deref(), Some("manual__2026-01-01T00:00:00+00:00"));
        assert_eq!(found.task_id.as_deref(), Some("load"));
        assert_eq!(found.map_index.as_deref(), Some("137"));
        assert_eq!(found.try_number.as_deref(), Some("2"));
        assert_eq!(place("http://h/dags/orders").dag_run_id, None);
    }

    #[test]
    fn links_of_airflow_2_are_read() {
        let found = place(
            "http://h:8080/dags/orders/grid?dag_run_id=manual__2026-01-01T00%3A00%3A00%2B00%3A00&task_id=load&map_index=-1&tab=logs",
        );
        assert_eq!(found.dag_run_id.as_deref(), Some("manual__2026-01-01T00:00:00+00:00"));
        assert_eq!((found.task_id.as_deref(), found.map_index), (Some("load"), None));
        let old = place(
            "http://h/log?dag_id=orders&task_id=load&execution_date=2026-01-01T00%3A00%3A00%2B00%3A00",
        );
        assert_eq!(old.logical_date.as_deref(), Some("2026-01-01T00:00:00+00:00"));
    }

    #[test]
    fn older_links_are_read() {
        for link in [
            "http://h/graph?dag_id=orders&execution_date=2026-01-01T00%3A00%3A00%2B00%3A00",
            "http://h/admin/airflow/log?task_id=load&dag_id=orders&execution_date=2026-01-01T00:00:00+00:00",
            "http://h/dags/orders/graph?tab=code&execution_date=2026-01-01T00%3A00%3A00%2B00%3A00&root=",
            "http://h/task?dag_id=orders&task_id=load&execution_date=2026-01-01T00:00:00+00:00&map_index=-1",
        ] {
            let found = place(link);
            assert_eq!(found.dag_id, "orders", "{link}");
            assert!(found.logical_date.is_some() && found.dag_run_id.is_none(), "{link}");
        }
        let bare = place("http://h/dags/orders/grid?tab=details&dag_run_id=&task_id=");
        assert_eq!((bare.dag_run_id, bare.task_id), (None, None));
        let v3 = place("http://h/dags/orders/tasks/load?state=failed&tab=graph");
        assert_eq!((v3.dag_run_id, v3.task_id.as_deref()), (None, Some("load")));
    }

    #[test]
    fn other_addresses_are_refused() {
        assert_eq!(Place::of("https://example.com/home"), None);
        assert_eq!(Place::of("not a link"), None);
    }
}
