//! How the tasks of a DAG follow each other.

use std::collections::{HashMap, HashSet};

use airvane_api::models::Task;

/// The edges of a DAG.
#[derive(Debug, Default)]
pub(super) struct Graph {
    upstream: HashMap<String, Vec<String>>,
}

impl Graph {
    /// From the tasks and what each names as following it.
    pub(super) fn new(tasks: &[Task]) -> Self {
        let mut graph = Self::default();
        for task in tasks {
            for follower in &task.downstream_task_ids {
                graph.upstream.entry(follower.clone()).or_default().push(task.task_id.clone());
            }
        }
        graph
    }

    /// How many of the given tasks come before this one, at any distance: none for a root cause.
    pub(super) fn ancestors_among(&self, task_id: &str, tasks: &[&str]) -> usize {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut open: Vec<&str> = vec![task_id];
        while let Some(next) = open.pop() {
            for before in self.upstream.get(next).into_iter().flatten() {
                if seen.insert(before) {
                    open.push(before);
                }
            }
        }
        tasks.iter().filter(|task| **task != task_id && seen.contains(*task)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(id: &str, downstream: &[&str]) -> Task {
        Task {
            task_id: id.to_owned(),
            downstream_task_ids: downstream.iter().map(|id| (*id).to_owned()).collect(),
            ..Task::default()
        }
    }

    #[test]
    fn a_root_cause_has_no_failed_task_before_it() {
        let graph = Graph::new(&[
            task("extract", &["clean"]),
            task("clean", &["load"]),
            task("load", &["report"]),
            task("report", &[]),
        ]);
        let failed = ["report", "extract"];
        assert_eq!(graph.ancestors_among("extract", &failed), 0);
        assert_eq!(graph.ancestors_among("report", &failed), 1);
        assert_eq!(graph.ancestors_among("unheard_of", &failed), 0);
    }
}
