//! What a run that does not finish waits for.

use airvane_api::ids::{DagRunId, PoolName, TaskId};
use airvane_api::models::{DagRun, Health, HealthPart, Page, Pool, TaskInstance};
use airvane_api::{ApiVersion, catalog};
use serde_json::Value;

use super::cause::LogAddress;
use super::chain::{self, Lead};
use super::picture::Picture;
use super::{backfill, person, unknown};
use crate::failure::Failure;
use crate::output::{Document, time};
use crate::tool::Call;
use crate::tools::list_dag_runs::every_dag;
use crate::tools::list_task_instances::state;

/// States in which a task is on its way.
const ON_THE_WAY: [&str; 7] = [
    "running",
    "queued",
    "scheduled",
    "deferred",
    "up_for_reschedule",
    "up_for_retry",
    "restarting",
];

/// Task instances that are explained one by one.
const EXPLAINED: usize = 5;

/// Adds what the run waits for.
pub(super) async fn explain(call: &Call, picture: &Picture, document: &mut Document) {
    let (health, ()) = tokio::join!(health(call), async {
        if picture.dag.as_ref().is_some_and(|dag| dag.is_paused) {
            document.line(
                "It waits because the DAG is paused: none of its runs start or go on until \
                 somebody unpauses it",
            );
            if call.policy.permits_name("unpause_dag") {
                document.next("unpause_dag lets its runs go on");
            }
        }
        if picture.run.state.as_str() == "queued" {
            let lines = backfill::lines(call, picture).await;
            if lines.is_empty() {
                queued_run(call, picture, document).await;
            }
            for line in lines {
                document.line(line);
            }
        } else {
            tasks(call, picture, document).await;
        }
    });
    for line in health {
        document.line(line);
    }
}

/// Parts of Airflow that do not work, without which nothing moves.
async fn health(call: &Call) -> Vec<String> {
    let health: Health = match call.airflow.ask(&catalog::GET_HEALTH, |request| request).await {
        Ok(health) => health,
        Err(failure) => {
            return vec![format!(
                "[{}]",
                unknown("unknown: whether the scheduler works", &failure)
            )];
        }
    };
    let parts = [
        ("scheduler", health.scheduler, "no task starts"),
        ("triggerer", health.triggerer, "deferred tasks don't wake up"),
        ("dag_processor", health.dag_processor, "DAG files are not read"),
    ];
    parts.into_iter().filter_map(|(name, part, effect)| trouble(name, &part?, effect)).collect()
}

fn trouble(name: &str, part: &HealthPart, effect: &str) -> Option<String> {
    let status = part.status.as_deref().filter(|status| *status != "healthy")?;
    let seen = part
        .latest_heartbeat
        .as_deref()
        .map_or_else(|| "never seen".to_owned(), |at| format!("last seen {}", time::short(at)));
    Some(format!("The {name} is {status} ({seen}): {effect}"))
}

async fn queued_run(call: &Call, picture: &Picture, document: &mut Document) {
    let Some(limit) = picture.dag.as_ref().and_then(|dag| dag.max_active_runs) else { return };
    let running: Result<Page<DagRun>, _> = call
        .airflow
        .ask(&catalog::LIST_DAG_RUNS, |request| {
            request.path("dag_id", &picture.dag_id).query("state", "running").query("limit", 5)
        })
        .await;
    match running {
        Ok(page) if page.total_or_shown() >= u64::from(limit) => {
            let ids: Vec<&str> = page.items.iter().map(|run| run.dag_run_id.as_str()).collect();
            document.line(format!(
                "It waits for its turn: {} runs of this DAG are running and max_active_runs is {limit} ({})",
                page.total_or_shown(),
                ids.join(", ")
            ));
        }
        Ok(_) => {}
        Err(failure) => {
            document.line(format!("[unknown: {}]", unknown("how many runs are running", &failure)));
        }
    }
}

async fn tasks(call: &Call, picture: &Picture, document: &mut Document) {
    let (questions, page) =
        tokio::join!(person::questions(call, picture), on_the_way(call, picture));
    let questions = questions.unwrap_or_else(|failure| {
        document.line(format!("[unknown: {}]", unknown("whether it waits for a person", &failure)));
        Vec::new()
    });
    for question in &questions {
        document.line(question.line.as_str());
    }
    let (mut instances, total) = match page {
        Ok(page) => (page.items.clone(), page.total_or_shown()),
        Err(failure) => {
            document.line(format!("[unknown: {}]", unknown("what its tasks do", &failure)));
            return;
        }
    };
    let asked =
        |instance: &TaskInstance| questions.iter().any(|question| question.key == instance.key());
    let told = instances.iter().filter(|instance| asked(instance)).count() as u64;
    instances.retain(|instance| !asked(instance));
    let total = total - told;
    // What does not move is the question; what runs is its explanation at best.
    instances.sort_by_key(|instance| instance.state.as_str() == "running");
    if instances.is_empty() && questions.is_empty() {
        document.line("No task of it is running, queued or scheduled");
        blocked_task(call, picture, document).await;
    }
    for instance in instances.iter().take(EXPLAINED) {
        let text = waiting_for(call, picture, instance).await;
        document.line(format!("{} is {}: {text}", instance.key(), state(instance)));
    }
    let explained = instances.len().min(EXPLAINED) as u64;
    if total > explained {
        document
            .line(format!("[{} more are on their way: list_task_instances]", total - explained));
    }
}

/// Task instances that have started or are about to.
async fn on_the_way(call: &Call, picture: &Picture) -> Result<Page<TaskInstance>, Failure> {
    call.airflow
        .ask(&catalog::LIST_TASK_INSTANCES, |request| {
            request
                .path("dag_id", &picture.dag_id)
                .path("dag_run_id", &picture.run_id)
                .query_each("state", ON_THE_WAY)
                .query("limit", 100)
        })
        .await
}

async fn waiting_for(call: &Call, picture: &Picture, instance: &TaskInstance) -> String {
    match instance.state.as_str() {
        "scheduled" => scheduled(call, picture, instance).await,
        "queued" => queued(instance),
        "deferred" => {
            let lead = Lead::of(instance, std::iter::empty());
            format!("{}{}", deferred(instance), dependence(call, lead).await)
        }
        "running" => running(call, picture, instance).await,
        "up_for_reschedule" => sensor(call, picture, instance).await,
        "up_for_retry" => format!(
            "it failed and will be tried again (try {})",
            crate::tools::list_task_instances::tries(instance)
        ),
        other => format!("Airflow calls it {other}"),
    }
}

/// The scheduler would start it, but something is full.
async fn scheduled(call: &Call, picture: &Picture, instance: &TaskInstance) -> String {
    let (pool, limit, blocked) = tokio::join!(
        pool_without_slots(call, instance),
        too_many_tasks(call, picture),
        blocked_by(call, picture, instance),
    );
    let mut reasons = Vec::new();
    let mut unknowns = Vec::new();
    for (what, found) in [("its pool", pool), ("how many tasks run", limit)] {
        match found {
            Ok(reason) => reasons.extend(reason),
            Err(failure) => unknowns.push(unknown(what, &failure)),
        }
    }
    match blocked {
        Ok(blocked) if reasons.is_empty() => reasons.extend(blocked),
        Ok(_) => {}
        Err(failure) => unknowns.push(unknown("what Airflow says holds it back", &failure)),
    }
    match (reasons.is_empty(), unknowns.is_empty()) {
        (true, true) => "the scheduler has chosen it; it should be queued soon".to_owned(),
        (true, false) => format!("[unknown: {}]", unknowns.join("; ")),
        (false, _) => reasons.join("; "),
    }
}

async fn pool_without_slots(
    call: &Call,
    instance: &TaskInstance,
) -> Result<Option<String>, Failure> {
    let Some(name) = instance.pool.as_deref() else { return Ok(None) };
    let id = PoolName::new(name)?;
    let wanted = i64::from(instance.pool_slots.unwrap_or(1));
    let pool: Pool =
        call.airflow.ask(&catalog::GET_POOL, |request| request.path("pool_name", &id)).await?;
    if pool.slots < 0 || pool.open_slots >= wanted {
        return Ok(None);
    }
    let holders = holders(call, name).await;
    Ok(Some(format!(
        "it waits for {wanted} slot{} of pool `{name}`, which has {} and {} open{holders}",
        if wanted == 1 { "" } else { "s" },
        pool.slots,
        pool.open_slots.max(0)
    )))
}

/// Who holds the slots of a pool.
async fn holders(call: &Call, pool: &str) -> String {
    let every_run = DagRunId::new("~");
    let Ok(every_run) = every_run else { return String::new() };
    let page: Result<Page<TaskInstance>, _> = call
        .airflow
        .ask(&catalog::LIST_TASK_INSTANCES, |request| {
            request
                .path("dag_id", &every_dag())
                .path("dag_run_id", &every_run)
                .query("pool", pool)
                .query_each("state", ["running", "queued"])
                .query("limit", 3)
        })
        .await;
    let Ok(page) = page else { return String::new() };
    let names: Vec<String> = page
        .items
        .iter()
        .map(|holder| format!("{}.{} in {}", holder.dag_id, holder.key(), holder.dag_run_id))
        .collect();
    if names.is_empty() { String::new() } else { format!(", taken by {}", names.join(", ")) }
}

/// Airflow 2 counts `max_active_tasks` over all runs of the DAG, Airflow 3 within one run.
async fn too_many_tasks(call: &Call, picture: &Picture) -> Result<Option<String>, Failure> {
    let Some(limit) = picture.dag.as_ref().and_then(|dag| dag.max_active_tasks) else {
        return Ok(None);
    };
    let (run_id, whole) = match call.airflow.api().await? {
        ApiVersion::V1 => (DagRunId::new("~")?, "DAG"),
        ApiVersion::V2 => (picture.run_id.clone(), "run"),
    };
    let page: Page<TaskInstance> = call
        .airflow
        .ask(&catalog::LIST_TASK_INSTANCES, |request| {
            request
                .path("dag_id", &picture.dag_id)
                .path("dag_run_id", &run_id)
                .query_each("state", ["running", "queued"])
                .query("limit", 1)
        })
        .await?;
    let running = page.total_or_shown();
    Ok((running >= u64::from(limit)).then(|| {
        format!(
            "{running} tasks of this {whole} are running or queued and max_active_tasks is {limit}"
        )
    }))
}

/// Airflow's own list of what holds a task back.
async fn blocked_by(
    call: &Call,
    picture: &Picture,
    instance: &TaskInstance,
) -> Result<Vec<String>, Failure> {
    const SHOWN: usize = 3;
    let task_id = TaskId::new(instance.task_id.as_str())?;
    let operation = if instance.map_index < 0 {
        &catalog::GET_TASK_INSTANCE_DEPENDENCIES
    } else {
        &catalog::GET_MAPPED_TASK_INSTANCE_DEPENDENCIES
    };
    let answer: Value = call
        .airflow
        .ask(operation, |request| {
            let request = request
                .path("dag_id", &picture.dag_id)
                .path("dag_run_id", &picture.run_id)
                .path("task_id", &task_id);
            if instance.map_index < 0 {
                request
            } else {
                request.path("map_index", &instance.map_index)
            }
        })
        .await?;
    let reasons = answer.get("dependencies").and_then(Value::as_array);
    let text = |reason: &Value| {
        let field =
            |name: &str| reason.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("{}: {}", field("name"), field("reason"))
    };
    Ok(reasons.into_iter().flatten().take(SHOWN).map(text).collect())
}

/// Nothing moves: the first task without a state tells why.
async fn blocked_task(call: &Call, picture: &Picture, document: &mut Document) {
    let page: Result<Page<TaskInstance>, _> = call
        .airflow
        .ask(&catalog::LIST_TASK_INSTANCES, |request| {
            request
                .path("dag_id", &picture.dag_id)
                .path("dag_run_id", &picture.run_id)
                .query("state", "none")
                .query("limit", EXPLAINED as u64)
        })
        .await;
    let instances = match page {
        Ok(page) => page.items,
        Err(failure) => {
            document.line(format!("[{}]", unknown("unknown: which tasks wait", &failure)));
            return;
        }
    };
    for instance in instances {
        match blocked_by(call, picture, &instance).await {
            Ok(reasons) if reasons.is_empty() => {}
            Ok(reasons) => {
                let reasons = reasons.join("; ");
                document.line(format!("{} is held back: {reasons}", instance.key()));
            }
            Err(failure) => {
                let what = format!("unknown: what holds {} back", instance.key());
                document.line(format!("[{}]", unknown(&what, &failure)));
            }
        }
    }
}

fn queued(instance: &TaskInstance) -> String {
    let since = instance
        .queued_when
        .as_deref()
        .map(|at| format!(" since {}", time::short(at)))
        .unwrap_or_default();
    let queue = instance.queue.as_deref().unwrap_or("default");
    format!(
        "it waits{since} for the executor to start it (queue `{queue}`): are workers running and free?"
    )
}

fn deferred(instance: &TaskInstance) -> String {
    const ARGUMENTS: usize = 200;
    let Some(trigger) = &instance.trigger else {
        return "it waits in the triggerer".to_owned();
    };
    let class = trigger.classpath.as_deref().unwrap_or_default();
    let class = class.rsplit('.').next().unwrap_or_default();
    let arguments: String =
        trigger.kwargs.iter().flat_map(|text| text.chars()).take(ARGUMENTS).collect();
    let since = trigger
        .created_date
        .as_deref()
        .map(|at| format!(" since {}", time::short(at)))
        .unwrap_or_default();
    let nobody = if trigger.triggerer_id.is_none() {
        "; no triggerer has taken it: is one running?"
    } else {
        ""
    };
    format!("it waits{since} for {class}({arguments}){nobody}")
}

/// A sensor says in its log what it looks for.
async fn sensor(call: &Call, picture: &Picture, instance: &TaskInstance) -> String {
    let looks = "a sensor whose condition does not hold yet; it looks again later";
    let words = last_words(call, picture, instance, |line| line.contains("oking")).await;
    let lead = Lead::of(instance, words.as_deref().into_iter());
    let dependence = dependence(call, lead).await;
    match words {
        Some(line) => format!("{looks}; its log says: {line}{dependence}"),
        None => format!("{looks}{dependence}"),
    }
}

/// The run of another DAG that a task waits for.
async fn dependence(call: &Call, lead: Option<Lead>) -> String {
    match lead {
        Some(lead) => format!("; it {}", chain::follow(&call.airflow, lead).await),
        None => String::new(),
    }
}

/// A running task's last words say what it does.
async fn running(call: &Call, picture: &Picture, instance: &TaskInstance) -> String {
    let took = time::elapsed_at(call.airflow.now(), instance.start_date.as_deref(), None);
    let words = last_words(call, picture, instance, |line| !line.starts_with("::")).await;
    let dependence = dependence(call, Lead::of(instance, words.as_deref().into_iter())).await;
    match words {
        Some(line) => format!("for {took}; its log ends: {line}{dependence}"),
        None => format!("for {took}{dependence}"),
    }
}

/// The last line of a log that says something.
async fn last_words(
    call: &Call,
    picture: &Picture,
    instance: &TaskInstance,
    telling: impl Fn(&str) -> bool,
) -> Option<String> {
    const CHARS: usize = 200;
    let address = LogAddress { dag_id: &picture.dag_id, dag_run_id: &picture.run_id };
    let scan = address.read(call, instance, instance.try_number).await.ok()?;
    let line = scan.findings.tail.iter().rev().find(|line| telling(&line.text))?;
    Some(line.text.trimmed().truncate_chars(CHARS).into_string())
}
