//! `airvane doctor`.

use airvane_server::doctor::{self, Check, Status};
use airvane_server::settings::Settings;

use crate::Exit;

/// Makes the checks and prints them.
pub(crate) async fn run(settings: &Settings, as_json: bool) -> anyhow::Result<Exit> {
    let checks = doctor::run(settings).await?;
    let text = if as_json {
        format!("{}\n", serde_json::to_string_pretty(&checks)?)
    } else {
        checks.iter().map(line).collect()
    };
    crate::print(&text)?;
    let failed = checks.iter().any(|check| check.status == Status::Fail);
    Ok(if failed { Exit::Failure } else { Exit::Success })
}

fn line(check: &Check) -> String {
    let status = match check.status {
        Status::Ok => "ok",
        Status::Warn => "warn",
        Status::Fail => "FAIL",
        Status::Skipped => "skipped",
    };
    let found = format!("{status:8} {:12} {}\n", check.name, check.detail);
    if check.mend.is_empty() {
        return found;
    }
    format!("{found}{:8} {:12} -> {}\n", "", "", check.mend)
}
