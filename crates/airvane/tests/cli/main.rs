//! The real binary, without any Airflow.

mod command;
mod http;
mod process;
mod stdio;
