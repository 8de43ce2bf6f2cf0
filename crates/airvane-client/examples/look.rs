//! Looks at an Airflow: which one it is, its DAGs, and a task's log as it streams.
//!
//! ```console
//! $ AIRFLOW_USERNAME=admin AIRFLOW_PASSWORD=… cargo run --example look -- http://localhost:8080
//! $ … -- http://localhost:8080 DAG_ID RUN_ID TASK_ID TRY_NUMBER
//! ```
#![allow(clippy::print_stdout, reason = "an example talks to a person")]

use std::error::Error;
use std::time::{Duration, Instant};

use airvane_api::ids::{DagId, DagRunId, TaskId};
use airvane_api::{Accept, ApiVersion, Request, catalog};
use airvane_client::{
    Backend, Caller, Context, Credentials, RestBackend, RestSettings, SecretString, call, success,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (url, log) = arguments.split_first().ok_or("which URL?")?;
    let credentials = credentials();
    let backend =
        RestBackend::new(RestSettings { credentials, ..RestSettings::new(url.parse()?) })?;
    let context = Context::within(Caller::Configured, Duration::from_secs(50));

    let api = timed("detect", backend.detect(&context)).await?.api;
    dags(&backend, api, &context).await?;
    if let [dag_id, run_id, task_id, try_number] = log {
        let request = Request::builder(&catalog::GET_TASK_LOG, api)
            .path("dag_id", &DagId::new(dag_id)?)
            .path("dag_run_id", &DagRunId::new(run_id)?)
            .path("task_id", &TaskId::new(task_id)?)
            .path("try_number", &try_number.parse::<u32>()?)
            .query("full_content", true)
            .accept(if api == ApiVersion::V2 { Accept::Ndjson } else { Accept::Text })
            .build()?;
        stream(&backend, &request, &context).await?;
    }
    Ok(())
}

fn credentials() -> Credentials {
    let variable = |name| std::env::var(name).ok();
    if let Some(line) = variable("AIRFLOW_TOKEN_COMMAND") {
        return Credentials::TokenCommand(line);
    }
    match (variable("AIRFLOW_USERNAME"), variable("AIRFLOW_PASSWORD")) {
        (Some(username), Some(password)) => {
            Credentials::Password { username, password: SecretString::from(password) }
        }
        _ => Credentials::None,
    }
}

async fn dags(
    backend: &RestBackend,
    api: ApiVersion,
    context: &Context,
) -> Result<(), Box<dyn Error>> {
    let request = Request::builder(&catalog::LIST_DAGS, api).query("limit", 100).build()?;
    for round in ["first", "second"] {
        let answer = timed(round, call(backend as &dyn Backend, &request, context)).await?;
        let total = answer.value.get("total_entries");
        println!("  total_entries {}", total.ok_or("no total")?);
    }
    Ok(())
}

async fn stream(
    backend: &RestBackend,
    request: &Request,
    context: &Context,
) -> Result<(), Box<dyn Error>> {
    let response = timed("log", backend.send(request, context)).await?;
    let mut response = success(response, request.permission()).await?;
    println!("  {} {:?}", response.status, response.headers.get("content-type"));
    let (mut pieces, mut bytes) = (0, 0);
    while let Some(piece) = response.chunk().await? {
        if pieces == 0 {
            println!("  {}", String::from_utf8_lossy(piece.get(..200).unwrap_or(&piece)));
        }
        (pieces, bytes) = (pieces + 1, bytes + piece.len());
    }
    println!("  {pieces} pieces, {bytes} bytes");
    Ok(())
}

async fn timed<T: std::fmt::Debug, E>(
    what: &str,
    future: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let began = Instant::now();
    let outcome = future.await;
    println!("{what}: {} ms, {}", began.elapsed().as_millis(), outcome.is_ok());
    outcome
}
