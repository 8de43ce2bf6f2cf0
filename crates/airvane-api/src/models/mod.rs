//! What Airflow answers, decoded leniently.
//!
//! Every release of Airflow adds fields and enum values, so a field may be missing, unknown fields
//! are passed over and states are text ([`State`]). Where the two APIs name the same thing
//! differently (`execution_date`, `logical_date`), one field takes both.

mod admin;
mod asset;
mod backfill;
mod dag;
mod dag_run;
mod hitl;
mod page;
mod rendered_fields;
mod state;
mod task;
mod task_instance;

pub use admin::{
    Config, ConfigOption, ConfigSection, Connection, DagWarning, EventLog, Health, HealthPart,
    ImportError, Pool, Variable, Version,
};
pub use asset::{Asset, AssetEvent, AssetRef, QueuedAssetEvent};
pub use backfill::Backfill;
pub use dag::{Dag, DagSource, DagVersion, Tag};
pub use dag_run::DagRun;
pub use hitl::{HitlDetail, HitlUser};
pub use page::Page;
pub use rendered_fields::RenderedFields;
pub use state::State;
pub use task::{Task, TimeDelta};
pub use task_instance::{Job, TaskInstance, TaskInstanceKey, Trigger};

use serde::{Deserialize, Deserializer};

/// Takes `null` as the default: Airflow 2 answers `null` where Airflow 3 leaves a field out, and
/// the other way round.
fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
