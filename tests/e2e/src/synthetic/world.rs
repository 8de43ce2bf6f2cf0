//! What there is: everything follows from its number, so that nothing is held and all can be
//! counted.

use jiff::{SignedDuration, Timestamp};

/// DAGs.
pub const DAGS: usize = 5_000;

/// Runs of each.
pub const RUNS: usize = 60;

/// Instances of the mapped task in a large run.
pub const MAPPED: usize = 10_000;

/// The DAG whose last run has [`MAPPED`] instances, of which [`SOME`] failed.
pub const SOME_FAILED: usize = 42;

/// How many those are.
pub const SOME: usize = 37;

/// The DAG whose last run has [`MAPPED`] instances, which all failed.
pub const ALL_FAILED: usize = 43;

/// Hours between two runs of a DAG: the runs of all reach back over a week.
const EVERY_HOURS: i64 = 3;

/// One of a hundred runs failed, and the last of each of these two.
const FAILS: usize = 100;

/// Everything, as of an instant.
#[derive(Clone, Copy, Debug)]
pub struct World {
    now: Timestamp,
}

/// A run by its numbers; number 0 is the DAG's last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Of which DAG.
    pub dag: usize,
    /// Which of its runs, from the last.
    pub number: usize,
}

/// A task instance of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Instance {
    /// Its run.
    pub run: Run,
    /// Its task.
    pub task: Task,
    /// Its index, −1 if it is not mapped.
    pub map_index: i64,
    /// Its state.
    pub state: &'static str,
}

/// The tasks: every DAG has all three, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// The first; it always succeeds.
    Extract,
    /// What may fail; mapped in the two large DAGs.
    Score,
    /// What comes after.
    Publish,
}

impl Task {
    /// All, in their order.
    pub const ALL: [Self; 3] = [Self::Extract, Self::Score, Self::Publish];

    /// Its id.
    pub fn id(self) -> &'static str {
        match self {
            Self::Extract => "extract",
            Self::Score => "score",
            Self::Publish => "publish",
        }
    }
}

impl Run {
    /// Whether its `score` is mapped.
    pub fn is_large(self) -> bool {
        is_large(self.dag) && self.number == 0
    }

    /// Its state.
    pub fn state(self) -> &'static str {
        let failed = if is_large(self.dag) {
            self.number == 0
        } else {
            mixed(self.dag * RUNS + self.number).is_multiple_of(FAILS)
        };
        if failed { "failed" } else { "success" }
    }

    /// Its instances that are in one of these states (any if there are none), unmapped first.
    pub fn instances<'a>(
        self,
        wanted: impl Fn(&str) -> bool + Copy + 'a,
    ) -> impl Iterator<Item = Instance> + 'a {
        let failed = self.state() == "failed";
        let publish = if failed { "upstream_failed" } else { "success" };
        let single = move |task, state| Instance { run: self, task, map_index: -1, state };
        let extract = single(Task::Extract, "success");
        let publish = single(Task::Publish, publish);
        let score = single(Task::Score, self.state());
        let score = (!self.is_large()).then_some(score);
        let mapped = if self.is_large() { MAPPED } else { 0 };
        let instance = move |index: usize| Instance {
            run: self,
            task: Task::Score,
            map_index: i64::try_from(index).unwrap_or_default(),
            state: if self.has_failed(index) { "failed" } else { "success" },
        };
        [Some(extract), Some(publish), score]
            .into_iter()
            .flatten()
            .chain((0..mapped).map(instance))
            .filter(move |one| wanted(one.state))
    }

    /// Whether the mapped instance of this index failed: 37 of them spread over all, or every one.
    fn has_failed(self, index: usize) -> bool {
        const APART: usize = 270;
        self.dag == ALL_FAILED || (index % APART == 7 && index / APART < SOME)
    }
}

fn is_large(dag: usize) -> bool {
    dag == SOME_FAILED || dag == ALL_FAILED
}

/// A number that looks drawn at random, and is always the same.
fn mixed(number: usize) -> usize {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^= mixed >> 29;
    mixed = mixed.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 32)
}

impl World {
    /// As of now: the last run of each DAG started within three hours.
    pub(super) fn now() -> Self {
        let now = Timestamp::now();
        // Whole seconds: Airflow keeps microseconds, and finds a run by them.
        Self { now: Timestamp::from_second(now.as_second()).unwrap_or(now) }
    }

    /// The instant of which everything is told.
    pub fn at(self) -> Timestamp {
        self.now
    }

    /// When a run started.
    pub fn start(self, run: Run) -> Timestamp {
        let before =
            SignedDuration::from_hours(EVERY_HOURS * i64::try_from(run.number).unwrap_or_default())
                + SignedDuration::from_secs(600 + i64::try_from(run.dag).unwrap_or_default());
        self.now - before
    }

    /// When it ended.
    pub fn end(self, run: Run) -> Timestamp {
        self.start(run) + SignedDuration::from_secs(if run.is_large() { 400 } else { 50 })
    }

    /// When an instance ended: mapped ones one after the other.
    pub fn instance_end(self, instance: &Instance) -> Timestamp {
        let start = self.start(instance.run);
        match instance.task {
            Task::Extract => start + SignedDuration::from_secs(5),
            Task::Score => {
                let after = 20_000 + 30 * instance.map_index.max(0);
                start + SignedDuration::from_millis(after)
            }
            Task::Publish => self.end(instance.run),
        }
    }

    /// All runs of a DAG, or of all DAGs, the last first.
    pub fn runs(self, dag: Option<usize>) -> impl Iterator<Item = Run> {
        let dags = dag.map_or(0..DAGS, |dag| dag..dag + 1);
        (0..RUNS).flat_map(move |number| dags.clone().map(move |dag| Run { dag, number }))
    }

    /// A DAG's id.
    pub fn dag_id(dag: usize) -> String {
        format!("shop_{dag:04}")
    }

    /// A run's id.
    pub fn run_id(run: Run) -> String {
        format!("scheduled__{:02}", RUNS - run.number)
    }

    /// The DAG of an id.
    pub fn dag(dag_id: &str) -> Option<usize> {
        dag_id.strip_prefix("shop_")?.parse().ok().filter(|dag| *dag < DAGS)
    }

    /// The run of an id.
    pub fn run(dag: usize, run_id: &str) -> Option<Run> {
        let number: usize = run_id.strip_prefix("scheduled__")?.parse().ok()?;
        (1..=RUNS).contains(&number).then(|| Run { dag, number: RUNS - number })
    }

    /// Why an instance failed, as its log says it.
    pub fn error(instance: &Instance) -> String {
        match instance.map_index {
            -1 => format!("no scores for {}", Self::dag_id(instance.run.dag)),
            index => format!("model-{index:05}.bin: checksum mismatch"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_large_as_it_says() {
        let world = World::now();
        assert_eq!(world.runs(None).count(), 300_000);
        let failed = |dag| Run { dag, number: 0 }.instances(|state| state == "failed").count();
        assert_eq!((failed(SOME_FAILED), failed(ALL_FAILED)), (SOME, MAPPED));
        let runs = world.runs(None).filter(|run| run.state() == "failed").count();
        assert!((2_000..4_000).contains(&runs), "{runs} runs failed");
    }

    #[test]
    fn ids_lead_back() {
        let run = Run { dag: 4_999, number: 59 };
        assert_eq!(World::dag(&World::dag_id(4_999)), Some(4_999));
        assert_eq!(World::run(4_999, &World::run_id(run)), Some(run));
        assert_eq!((World::dag("shop_5000"), World::run(1, "scheduled__61")), (None, None));
    }
}
