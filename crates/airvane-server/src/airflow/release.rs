//! Which Airflow is connected, as far as it decides what can be asked of it.

use super::Airflow;
use crate::failure::Failure;
use crate::reach::Release;

impl Airflow {
    /// Its API and release. Asked once and remembered; a release that it hides is `None`.
    pub async fn release(&self) -> Result<Release, Failure> {
        let instance = self.backend()?.detect(&self.context).await;
        instance
            .map(|instance| Release { api: instance.api, version: instance.version })
            .map_err(|error| Failure::from_detect(error, &self.upstream.redactor))
    }
}
