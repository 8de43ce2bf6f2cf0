//! The server as an AI client meets it, beside other MCP servers for Airflow.
//!
//! All run in the same minutes against the same Airflow 3 and are asked the same: start, list
//! the tools, make twenty calls, and say why a run failed whose log has 60,000 lines.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use airvane_e2e::mcp::memory;
use anyhow::Result;
use serde_json::{Value, json};
use tiktoken_rs::{CoreBPE, o200k_base};

use crate::airflow::{self, Airflow, Home, Major, Store};
use crate::artifact::{self, Profile};
use crate::mcp::{self, Session};
use crate::test::install_peers;

/// The incident with the big log, and its failed task.
const DAG: &str = "clickstream_rollup";
const TASK: &str = "roll_up";
/// The line in its middle that says why, as `incidents/expect` has it.
const REASON: &str = "shard 17: checksum mismatch in clicks-2026-05-02-17.parquet";
/// Starts are measured this often; the median counts.
const STARTS: usize = 7;
/// Calls before memory is read a second time.
const CALLS: usize = 20;

/// A server in the comparison.
struct Server {
    name: &'static str,
    program: PathBuf,
    args: Vec<String>,
    environment: Vec<(&'static str, String)>,
    /// A cheap call to repeat.
    list: (&'static str, Value),
    /// The calls that lead from a run's id to the reason of its failure.
    question: Vec<(&'static str, Value)>,
}

/// What was measured.
struct Figures {
    initialize: Duration,
    listed: Duration,
    tools: usize,
    tool_tokens: usize,
    memory_listed: u64,
    memory_called: u64,
    question: Result<Answered>,
}

struct Answered {
    calls: usize,
    tokens: usize,
    time: Duration,
    /// Whether the answers hold the line that says why.
    right: bool,
}

/// Measures all servers and prints one table.
pub(crate) fn run() -> Result<()> {
    println!("building airvane (release), installing Airflow 3 and the other servers");
    let binary = artifact::airvane(Profile::Release)?;
    let peers = install_peers()?;
    let home = Home::fresh("bench-3.3.2", airflow::install(Major::Three)?)?;
    let tell = |what: &str| println!("  {what}");
    let airflow = airflow::start(Major::Three, &home, Store::Sqlite, &tell)?;
    println!("running {DAG}");
    airflow.wait_for_dags(&[DAG.to_owned()])?;
    let client = airflow.client("admin")?;
    let run = airflow.trigger(&client, DAG)?;
    airflow.wait_for_run(&client, DAG, &run)?;
    let tokens = o200k_base()?;
    let mut rows = Vec::new();
    for server in servers(&airflow, &binary, &peers, &run)? {
        println!("measuring {}", server.name);
        rows.push((server.name, measure(&server, &tokens)));
    }
    drop(airflow);
    print(&rows);
    Ok(())
}

fn servers(airflow: &Airflow, binary: &Path, peers: &Path, run: &str) -> Result<Vec<Server>> {
    let (url, password) = (airflow.url.clone(), airflow.password("admin")?.to_owned());
    let login = |host: &'static str| {
        vec![
            (host, url.clone()),
            ("AIRFLOW_USERNAME", "admin".to_owned()),
            ("AIRFLOW_PASSWORD", password.clone()),
        ]
    };
    let mut old = login("AIRFLOW_HOST");
    old.push(("AIRFLOW_API_VERSION", "v2".to_owned()));
    old.push(("AIRFLOW_JWT_TOKEN", airflow.token("admin")?));
    let run_of_dag = json!({"dag_id": DAG, "dag_run_id": run});
    let log = json!({"dag_id": DAG, "dag_run_id": run, "task_id": TASK, "try_number": 1});
    let old_log = json!({"dag_id": DAG, "dag_run_id": run, "task_id": TASK, "task_try_number": 1});
    Ok(vec![
        Server {
            name: "airvane",
            program: binary.to_owned(),
            args: vec!["serve".to_owned()],
            environment: login("AIRFLOW_API_URL"),
            list: ("list_dags", json!({})),
            question: vec![("diagnose_dag_run", run_of_dag.clone())],
        },
        Server {
            name: "astro-airflow-mcp",
            program: peers.join("astro-airflow-mcp"),
            args: Vec::new(),
            environment: login("AIRFLOW_API_URL"),
            list: ("list_dags", json!({})),
            question: vec![("diagnose_dag_run", run_of_dag.clone()), ("get_task_logs", log)],
        },
        Server {
            name: "mcp-server-apache-airflow",
            program: peers.join("mcp-server-apache-airflow"),
            args: Vec::new(),
            environment: old,
            list: ("fetch_dags", json!({})),
            question: vec![("list_task_instances", run_of_dag), ("get_log", old_log)],
        },
    ])
}

impl Server {
    fn open(&self) -> Result<Session> {
        let mut command: Command = mcp::clean(&self.program);
        command.args(&self.args).envs(self.environment.iter().map(|(name, value)| (name, value)));
        Session::open(self.name, &mut command)
    }
}

fn measure(server: &Server, tokens: &CoreBPE) -> Result<Figures> {
    let (mut initialized, mut listed) = (Vec::new(), Vec::new());
    // The first start fills the machine's file cache and does not count.
    for round in 0..=STARTS {
        let start = Instant::now();
        let mut session = server.open()?;
        let shaken = start.elapsed();
        session.tools()?;
        if round > 0 {
            initialized.push(shaken);
            listed.push(start.elapsed());
        }
    }
    let mut session = server.open()?;
    let tools = session.tools()?;
    let memory_listed = memory(session.pid(), "VmRSS:")?;
    for _ in 0..CALLS {
        session.call(server.list.0, &server.list.1)?;
    }
    let memory_called = memory(session.pid(), "VmRSS:")?;
    Ok(Figures {
        initialize: median(initialized),
        listed: median(listed),
        tools: tools.len(),
        tool_tokens: tools.iter().map(|tool| tool_tokens(tool, tokens)).sum(),
        memory_listed,
        memory_called,
        question: ask(&mut session, server, tokens),
    })
}

fn ask(session: &mut Session, server: &Server, tokens: &CoreBPE) -> Result<Answered> {
    let start = Instant::now();
    let mut answers = String::new();
    for (tool, arguments) in &server.question {
        answers += &session.call(tool, arguments)?;
    }
    let time = start.elapsed();
    Ok(Answered {
        calls: server.question.len(),
        tokens: tokens.encode_ordinary(&answers).len(),
        time,
        right: answers.contains(REASON),
    })
}

/// What a model reads of a tool: name, description, input schema.
fn tool_tokens(tool: &Value, tokens: &CoreBPE) -> usize {
    let text = |key: &str| tool[key].as_str().unwrap_or("").to_owned();
    [text("name"), text("description"), tool["inputSchema"].to_string()]
        .iter()
        .map(|part| tokens.encode_ordinary(part).len())
        .sum()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn print(rows: &[(&str, Result<Figures>)]) {
    println!();
    let base = rows.first().and_then(|(_, figures)| figures.as_ref().ok());
    for (name, figures) in rows {
        println!("{name}");
        match figures {
            Ok(figures) => figures.print(base),
            Err(error) => println!("  could not be measured: {error:#}"),
        }
        println!();
    }
    println!("Starts: median of {STARTS}. Tokens: o200k. Times the first server's in brackets.");
}

impl Figures {
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    fn print(&self, base: Option<&Self>) {
        let row = |what: &str, unit: &str, value: f64, of: fn(&Self) -> f64| {
            let ratio = match base.map(of) {
                Some(first) if first > 0.0 => format!("  ({:.1} x)", value / first),
                _ => String::new(),
            };
            println!("  {what:<34} {value:>12.1} {unit:<7}{ratio}");
        };
        let show = |what: &str, unit: &str, of: fn(&Self) -> f64| row(what, unit, of(self), of);
        show("start to initialize", "ms", |f| f.initialize.as_secs_f64() * 1e3);
        show("start to tools/list", "ms", |f| f.listed.as_secs_f64() * 1e3);
        show("resident after tools/list", "MiB", |f| f.memory_listed as f64 / 1024.0);
        show("resident after 20 calls", "MiB", |f| f.memory_called as f64 / 1024.0);
        show("tools", "", |f| f.tools as f64);
        show("tools/list", "tokens", |f| f.tool_tokens as f64);
        match &self.question {
            Ok(answered) if answered.right => println!("  why did it fail: answered"),
            Ok(_) => println!("  why did it fail: the reason is not among the answers"),
            Err(error) => {
                println!("  why did it fail: not answered: {error:#}");
                return;
            }
        }
        show("why did it fail: calls", "", |f| f.answered(|a| a.calls as f64));
        show("why did it fail: tokens", "tokens", |f| f.answered(|a| a.tokens as f64));
        show("why did it fail: time", "ms", |f| f.answered(|a| a.time.as_secs_f64() * 1e3));
    }

    fn answered(&self, of: fn(&Answered) -> f64) -> f64 {
        self.question.as_ref().map_or(0.0, of)
    }
}
