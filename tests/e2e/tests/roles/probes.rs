//! Each tool with the operations behind it, written down by hand as Airflow documents them.

use airvane_e2e::rest::{Major, Rest, run_path, segment};
use serde_json::{Value, json};

use super::world::{CONNECTION, CONNECTION_TYPE, PAUSED, VARIABLE, World};

/// An operation as plain REST.
pub struct Operation {
    /// Its name in the catalog.
    pub name: &'static str,
    pub method: &'static str,
    pub path: String,
    pub body: Option<Value>,
}

impl Operation {
    pub fn status(&self, rest: &Rest) -> u16 {
        rest.send(self.method, &self.path, self.body.as_ref()).unwrap().status
    }

    /// The first item will do: who may see a list may see all of it.
    fn short(mut self) -> Self {
        self.path.push_str("?limit=1");
        self
    }
}

/// A tool that reads.
pub struct Probe {
    pub tool: &'static str,
    pub arguments: Value,
    /// Without these there is no answer.
    pub needs: Vec<Operation>,
    /// Without these the answer says what is missing.
    pub parts: Vec<Operation>,
}

fn get(name: &'static str, path: impl Into<String>) -> Operation {
    Operation { name, method: "GET", path: path.into(), body: None }
}

fn probe(tool: &'static str, arguments: Value, needs: Vec<Operation>) -> Probe {
    Probe { tool, arguments, needs, parts: Vec::new() }
}

/// Every tool that reads, and the one that has Airflow dial out.
pub fn reads(world: &World) -> Vec<Probe> {
    let World { dag_id, run_id, task_id, try_number, map_index, url, .. } = world;
    let two = world.admin.major == Major::Two;
    let dag = format!("/dags/{}", segment(dag_id));
    let run = run_path(dag_id, run_id);
    let task = format!("{run}/taskInstances/{}", segment(task_id));
    let log = format!("{task}/logs/{try_number}?map_index={map_index}");
    let of_dag = json!({"dag_id": dag_id});
    let of_run = json!({"dag_id": dag_id, "dag_run_id": run_id});
    let of_task = json!({"dag_id": dag_id, "dag_run_id": run_id, "task_id": task_id});

    let details = || get("get_dag_details", format!("{dag}/details"));
    let tasks = || get("list_tasks", format!("{dag}/tasks"));
    let runs = || get("list_dag_runs", format!("{dag}/dagRuns")).short();
    let all_runs = || get("list_dag_runs", "/dags/~/dagRuns").short();
    let one_run = || get("get_dag_run", &*run);
    let instances = || get("list_task_instances", format!("{run}/taskInstances")).short();
    let instance = || get("get_task_instance", &*task);
    let logs = || get("get_task_log", &*log);
    let import_errors = || get("list_import_errors", "/importErrors");
    let pools = || get("list_pools", "/pools");
    let health = if two { "/health" } else { "/monitor/health" };
    let assets = if two { "/datasets" } else { "/assets" };
    let source = if two { &world.file_token } else { dag_id };
    let source = get("get_dag_source", format!("/dagSources/{}", segment(source)));

    let mut probes = vec![
        probe(
            "list_failures",
            json!({}),
            vec![get("list_task_instances", "/dags/~/dagRuns/~/taskInstances").short()],
        ),
        probe("get_task_logs", of_task.clone(), vec![instance(), logs()]),
        probe("get_log_tail", of_task.clone(), vec![instance(), logs()]),
        probe("list_dags", json!({}), vec![get("list_dags", "/dags").short()]),
        probe("get_dag_details", of_dag.clone(), vec![details()]),
        probe("get_dag_source", of_dag.clone(), vec![get("get_dag", &*dag), source]),
        probe("list_dag_runs", of_dag.clone(), vec![runs()]),
        probe("get_dag_run", of_run.clone(), vec![one_run()]),
        probe("list_tasks", of_dag.clone(), vec![tasks()]),
        probe("list_task_instances", of_run.clone(), vec![instances()]),
        probe("list_import_errors", json!({}), vec![import_errors()]),
        probe("list_assets", json!({}), vec![get("list_assets", assets)]),
        probe(
            "list_asset_events",
            json!({}),
            vec![get("list_asset_events", format!("{assets}/events"))],
        ),
        probe("list_connections", json!({}), vec![get("list_connections", "/connections")]),
        probe("list_variables", json!({}), vec![get("list_variables", "/variables")]),
        probe(
            "get_variable",
            json!({"variable_key": VARIABLE}),
            vec![get("get_variable", format!("/variables/{VARIABLE}"))],
        ),
        probe("list_pools", json!({}), vec![pools()]),
        // Both read the catalog; only one asks Airflow.
        probe("find_operation", json!({"query": "list the pools"}), vec![]),
        probe("read_operation", json!({"operation": "list_pools"}), vec![pools()]),
        probe("get_airflow_config", json!({}), vec![get("get_config", "/config")]),
        probe("get_airflow_version", json!({}), vec![get("get_version", "/version")]),
        // Reads the link and asks nobody.
        probe("resolve_url", json!({"url": format!("{url}/dags/{dag_id}")}), vec![]),
    ];
    if !two {
        probes.push(test_connections());
    }
    probes.push(Probe {
        tool: "diagnose_dag_run",
        arguments: of_run,
        needs: vec![one_run(), instances()],
        parts: vec![details(), tasks(), logs()],
    });
    probes.push(Probe {
        tool: "explore_dag",
        arguments: of_dag,
        needs: vec![details()],
        parts: vec![tasks(), runs()],
    });
    probes.push(Probe {
        tool: "get_task_instance",
        arguments: of_task,
        needs: vec![instance()],
        parts: vec![get("get_task_instance_tries", format!("{task}/tries"))],
    });
    probes.push(Probe {
        tool: "get_system_health",
        arguments: json!({}),
        needs: Vec::new(),
        parts: vec![
            get("get_version", "/version"),
            get("get_health", health),
            get("list_dag_warnings", "/dagWarnings"),
            import_errors(),
            pools(),
            all_runs(),
        ],
    });
    probes
}

/// Tests a connection that is there.
fn test_connections() -> Probe {
    let list = get("list_connections", "/connections");
    let body = json!({"connection_id": CONNECTION, "conn_type": CONNECTION_TYPE});
    let test = Operation {
        method: "POST",
        body: Some(body),
        ..get("test_connection", "/connections/test")
    };
    let arguments = json!({"connection_id_pattern": CONNECTION});
    probe("test_connections", arguments, vec![list, test])
}

/// A tool that changes something, on a thing of its own.
pub struct Write {
    pub tool: &'static str,
    /// Makes the thing, as admin.
    pub prepare: fn(&World) -> String,
    /// The same by plain REST.
    pub operation: fn(&World, &str) -> Operation,
    pub arguments: Arguments,
    /// Whether it was done, as admin sees it.
    pub done: fn(&World, &str) -> bool,
    /// Undoes it, as admin.
    pub clean: fn(&World, &str),
}

/// Every tool that writes.
pub const WRITES: &[Write] = &[
    trigger("trigger_dag", |_, run| json!({"dag_id": PAUSED, "dag_run_id": run})),
    trigger("trigger_dag_and_wait", |_, run| json!({"dag_id": PAUSED, "dag_run_id": run})),
    trigger("write_operation", |_, run| {
        let arguments = json!({"dag_id": PAUSED, "dag_run_id": run});
        json!({"operation": "trigger_dag_run", "arguments": arguments})
    }),
    pause("pause_dag"),
    unpause("unpause_dag"),
    clear("clear_dag_run", |_, run| json!({"dag_id": PAUSED, "dag_run_id": run, "dry_run": false})),
    clear("clear_task_instances", |_, run| {
        let task = "pay_salaries";
        json!({"dag_id": PAUSED, "dag_run_id": run, "task_ids": [task], "only_failed": false,
            "dry_run": false})
    }),
    delete("delete_dag_run", |_, run| json!({"dag_id": PAUSED, "dag_run_id": run})),
    delete("destroy_operation", |_, run| {
        let arguments = json!({"dag_id": PAUSED, "dag_run_id": run});
        json!({"operation": "delete_dag_run", "arguments": arguments})
    }),
];

/// What the tool is given.
type Arguments = fn(&World, &str) -> Value;

const fn trigger(tool: &'static str, arguments: Arguments) -> Write {
    Write {
        tool,
        prepare: |world| {
            // Only an id that is free.
            let run = world.queued_run();
            world.delete_run(&run);
            run
        },
        operation: |world, run| {
            let mut body = json!({"dag_run_id": run});
            if world.admin.major == Major::Three {
                body["logical_date"] = Value::Null;
            }
            let path = format!("/dags/{PAUSED}/dagRuns");
            Operation { name: "trigger_dag_run", method: "POST", path, body: Some(body) }
        },
        arguments,
        done: |world, run| world.run_exists(run),
        clean: |world, run| world.delete_run(run),
    }
}

const fn delete(tool: &'static str, arguments: Arguments) -> Write {
    Write {
        tool,
        prepare: |world| world.queued_run(),
        operation: |_, run| Operation {
            name: "delete_dag_run",
            method: "DELETE",
            path: run_path(PAUSED, run),
            body: None,
        },
        arguments,
        done: |world, run| !world.run_exists(run),
        clean: |world, run| world.delete_run(run),
    }
}

const fn pause(tool: &'static str) -> Write {
    Write {
        tool,
        prepare: |world| {
            world.set_paused(false);
            String::new()
        },
        operation: |_, _| set_paused(true),
        arguments: |_, _| json!({"dag_id": PAUSED}),
        done: |world, _| world.is_paused(),
        clean: |world, _| world.set_paused(true),
    }
}

const fn unpause(tool: &'static str) -> Write {
    Write {
        prepare: |world| {
            world.set_paused(true);
            String::new()
        },
        operation: |_, _| set_paused(false),
        done: |world, _| !world.is_paused(),
        ..pause(tool)
    }
}

fn set_paused(paused: bool) -> Operation {
    Operation {
        name: "patch_dag",
        method: "PATCH",
        path: format!("/dags/{PAUSED}?update_mask=is_paused"),
        body: Some(json!({"is_paused": paused})),
    }
}

/// A run that somebody failed by hand, whose clearing is seen: it is queued again.
const fn clear(tool: &'static str, arguments: Arguments) -> Write {
    Write {
        tool,
        prepare: |world| {
            let run = world.queued_run();
            let body = json!({"state": "failed"});
            let path = run_path(PAUSED, &run);
            let reply = world.admin.send("PATCH", &path, Some(&body)).unwrap();
            assert_eq!(reply.status, 200, "{reply:?}");
            run
        },
        operation: |_, run| Operation {
            name: "clear_task_instances",
            method: "POST",
            path: format!("/dags/{PAUSED}/clearTaskInstances"),
            body: Some(json!({
                "dag_run_id": run,
                "dry_run": false,
                "only_failed": false,
                "reset_dag_runs": true,
            })),
        },
        arguments,
        done: |world, run| {
            let run = world.admin.get(&run_path(PAUSED, run)).unwrap();
            run["state"] != "failed"
        },
        clean: |world, run| world.delete_run(run),
    }
}
