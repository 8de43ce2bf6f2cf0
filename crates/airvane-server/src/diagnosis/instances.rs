//! Task instances of one state: which tasks have them and how many, also where a mapped task has
//! ten thousand.
//!
//! A first page says how many there are. Where it does not hold them all, each mapped task is
//! asked for its number and its last instance, in one request of one row; further pages are
//! fetched only while that leaves some to no task.

use std::collections::{BTreeMap, HashSet};

use airvane_api::catalog;
use airvane_api::ids::{DagId, DagRunId, TaskId};
use airvane_api::models::{Page, Task, TaskInstance};
use futures::future::join_all;

use crate::airflow::Airflow;
use crate::failure::Failure;

/// Rows of a page: what Airflow gives at most by default.
const PAGE: u32 = 100;

/// Pages that are fetched; what is beyond is counted, not listed.
const PAGES: usize = 5;

/// Mapped tasks whose instances are counted one by one.
const MAPPED: usize = 6;

/// Where the instances are: a run, and the state they are in.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) airflow: &'a Airflow,
    pub(super) dag_id: &'a DagId,
    pub(super) run_id: &'a DagRunId,
    pub(super) state: &'static str,
}

/// Task instances of one state: those listed, and how many there are.
#[derive(Default)]
pub(super) struct Instances {
    pub(super) items: Vec<TaskInstance>,
    pub(super) total: u64,
    /// How many a mapped task has, where it was asked.
    counted: BTreeMap<String, u64>,
}

impl Instances {
    /// The first page.
    pub(super) async fn first(place: Place<'_>) -> Result<Self, Failure> {
        let page = place.page(0).await?;
        let total = page.total_or_shown();
        Ok(Self { items: page.items, total, ..Self::default() })
    }

    /// What the first page does not hold, as far as it can be had.
    pub(super) async fn complete(&mut self, place: Place<'_>, tasks: &[Task]) {
        if self.unassigned() == 0 {
            return;
        }
        let counts = self.mapped(tasks).into_iter().map(|task_id| place.count(task_id));
        let counts: Vec<_> = join_all(counts).await;
        for (task_id, page) in counts.into_iter().flatten() {
            self.counted.insert(task_id, page.total_or_shown());
            self.add(page.items);
        }
        let mut received = PAGE as usize;
        for _ in 1..PAGES {
            if self.unassigned() == 0 || received as u64 >= self.total {
                return;
            }
            // What a page that failed leaves open is said to be unknown.
            let Ok(page) = place.page(received).await else { return };
            if page.items.is_empty() {
                return;
            }
            received += page.items.len();
            self.add(page.items);
        }
    }

    /// How many instances a task has.
    pub(super) fn count_of(&self, task_id: &str) -> u64 {
        let listed = || self.items.iter().filter(|one| one.task_id == task_id).count() as u64;
        self.counted.get(task_id).copied().unwrap_or_else(listed)
    }

    /// How many there are of which the task is not known.
    pub(super) fn unassigned(&self) -> u64 {
        let assigned: u64 = self.tasks().into_iter().map(|task_id| self.count_of(task_id)).sum();
        self.total.saturating_sub(assigned)
    }

    /// Ids of the tasks that have some, each once, in the order of the list.
    pub(super) fn tasks(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        let ids = self.items.iter().map(|one| one.task_id.as_str());
        ids.filter(|id| seen.insert(*id)).collect()
    }

    /// Airflow 2 can't order this list, so the same one may come on two pages and another on none:
    /// each counts once.
    fn add(&mut self, items: Vec<TaskInstance>) {
        let mut seen: HashSet<_> = self.items.iter().map(TaskInstance::key).collect();
        self.items.extend(items.into_iter().filter(|instance| seen.insert(instance.key())));
    }

    /// Tasks that may have many instances, those first that are known to have some.
    fn mapped(&self, tasks: &[Task]) -> Vec<TaskId> {
        let listed = self.items.iter().filter(|one| one.map_index >= 0);
        let listed = listed.map(|one| one.task_id.as_str());
        let mapped = tasks.iter().filter(|task| task.is_mapped == Some(true));
        let mut seen = HashSet::new();
        let ids = listed.chain(mapped.map(|task| task.task_id.as_str()));
        ids.filter(|id| seen.insert(*id))
            .filter_map(|id| TaskId::new(id).ok())
            .take(MAPPED)
            .collect()
    }
}

impl Place<'_> {
    async fn page(self, offset: usize) -> Result<Page<TaskInstance>, Failure> {
        self.airflow
            .ask(&catalog::LIST_TASK_INSTANCES, |request| {
                // Tasks that are not mapped come first, and then some of each that is.
                let ordered = request.knows("order_by");
                let request =
                    if ordered { request.query("order_by", "map_index") } else { request };
                request
                    .path("dag_id", self.dag_id)
                    .path("dag_run_id", self.run_id)
                    .query("state", self.state)
                    .query("limit", PAGE)
                    .query("offset", offset)
            })
            .await
    }

    /// How many instances a mapped task has, and the last of them.
    async fn count(self, task_id: TaskId) -> Option<(String, Page<TaskInstance>)> {
        let page = self
            .airflow
            .ask(&catalog::LIST_MAPPED_TASK_INSTANCES, |request| {
                request
                    .path("dag_id", self.dag_id)
                    .path("dag_run_id", self.run_id)
                    .path("task_id", &task_id)
                    .query("state", self.state)
                    .query("order_by", "-map_index")
                    .query("limit", 1)
            })
            .await;
        // A task that has not been expanded is answered with 404: it has none.
        page.ok().map(|page| (task_id.to_string(), page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(task_id: &str, map_index: i64) -> TaskInstance {
        TaskInstance { task_id: task_id.to_owned(), map_index, ..TaskInstance::default() }
    }

    #[test]
    fn each_counts_once_and_what_belongs_to_no_task_is_known() {
        let mut list = Instances { total: 10_003, ..Instances::default() };
        list.add(vec![instance("extract", -1), instance("load", 0), instance("load", 1)]);
        list.add(vec![instance("load", 1), instance("load", 9_999)]);
        assert_eq!((list.items.len(), list.unassigned()), (4, 9_999));
        list.counted.insert("load".to_owned(), 10_000);
        assert_eq!((list.count_of("extract"), list.count_of("load")), (1, 10_000));
        assert_eq!((list.unassigned(), list.tasks()), (2, vec!["extract", "load"]));
    }

    #[test]
    fn mapped_tasks_are_those_with_an_index_and_those_that_say_so() {
        let mut list = Instances::default();
        list.add(vec![instance("extract", -1), instance("grouped", 3)]);
        let task = |id: &str, mapped| Task {
            task_id: id.to_owned(),
            is_mapped: Some(mapped),
            ..Task::default()
        };
        let tasks = [task("extract", false), task("load", true), task("grouped", false)];
        let ids: Vec<String> = list.mapped(&tasks).iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["grouped", "load"]);
    }
}
