//! The tools, one file each.

mod listing;

pub mod clear_dag_run;
pub mod clear_task_instances;
pub mod delete_dag_run;
pub mod destroy_operation;
pub mod diagnose_dag_run;
pub mod explore_dag;
pub mod find_operation;
pub mod get_airflow_config;
pub mod get_airflow_version;
pub mod get_dag_details;
pub mod get_dag_run;
pub mod get_dag_source;
pub mod get_log_tail;
pub mod get_system_health;
pub mod get_task_instance;
pub mod get_task_logs;
pub mod get_variable;
pub mod list_asset_events;
pub mod list_assets;
pub mod list_connections;
pub mod list_dag_runs;
pub mod list_dags;
pub mod list_failures;
pub mod list_import_errors;
pub mod list_pools;
pub mod list_task_instances;
pub mod list_tasks;
pub mod list_variables;
pub mod pause_dag;
pub mod read_operation;
pub mod resolve_url;
pub mod trigger_dag;
pub mod trigger_dag_and_wait;
pub mod unpause_dag;
pub mod write_operation;
