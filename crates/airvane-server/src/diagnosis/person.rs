//! Tasks that wait for a person's answer (Airflow 3.1 and later).
//!
//! Since Airflow 3.3 such a task is in a state of its own, `awaiting_input`, before that it is
//! deferred. The questions themselves are listed, so that both are found: a filter by a state that
//! an older Airflow does not know would be refused.

use airvane_api::models::{HitlDetail, Page, TaskInstanceKey};
use airvane_api::{ApiVersion, catalog};

use super::picture::Picture;
use crate::failure::Failure;
use crate::output::time;
use crate::tool::Call;

/// A question nobody has answered.
pub(super) struct Question {
    pub(super) key: TaskInstanceKey,
    pub(super) line: String,
}

/// The open questions of a run.
pub(super) async fn questions(call: &Call, picture: &Picture) -> Result<Vec<Question>, Failure> {
    if call.airflow.api().await? == ApiVersion::V1 {
        return Ok(Vec::new());
    }
    let page: Result<Page<HitlDetail>, Failure> = call
        .airflow
        .ask(&catalog::LIST_HITL_DETAILS, |request| {
            request
                .path("dag_id", &picture.dag_id)
                .path("dag_run_id", &picture.run_id)
                .query("response_received", false)
                .query("limit", 100)
        })
        .await;
    match page {
        Ok(page) => Ok(page.items.iter().filter(|one| !one.response_received).map(told).collect()),
        // Airflow 3.0 has no such list, nor questions.
        Err(failure) if failure.is_not_found() => Ok(Vec::new()),
        Err(failure) => Err(failure),
    }
}

fn told(detail: &HitlDetail) -> Question {
    const CHARS: usize = 160;
    let key = detail.task_instance.key();
    let subject: String = detail.subject.chars().take(CHARS).collect();
    let options = if detail.options.is_empty() {
        String::new()
    } else {
        format!(" ({})", detail.options.join(" / "))
    };
    let who: Vec<&str> = detail.assigned_users.iter().map(|user| user.name.as_str()).collect();
    let who = if who.is_empty() { "a person".to_owned() } else { who.join(" or ") };
    let since = time::short_some(detail.created_at.as_deref());
    let line = format!(
        "{key} waits for {who} to answer \"{subject}\"{options}, asked {since}; it is answered in \
         Airflow's UI under Required Actions"
    );
    Question { key, line }
}

#[cfg(test)]
mod tests {
    use airvane_api::models::{HitlUser, TaskInstance};

    use super::*;

    #[test]
    fn a_question_names_who_is_asked_and_what_may_be_answered() {
        let mut detail = HitlDetail {
            subject: "Pay 9,120 EUR?".to_owned(),
            options: vec!["Approve".to_owned(), "Reject".to_owned()],
            created_at: Some("2026-11-20T09:30:00Z".to_owned()),
            task_instance: TaskInstance {
                task_id: "approve".to_owned(),
                ..TaskInstance::default()
            },
            ..HitlDetail::default()
        };
        assert!(told(&detail).line.starts_with(
            "approve waits for a person to answer \"Pay 9,120 EUR?\" (Approve / Reject), asked \
             2026-11-20 09:30:00Z"
        ));
        detail.assigned_users = vec![HitlUser { name: "anna".to_owned() }];
        assert!(told(&detail).line.contains("waits for anna to answer"));
    }
}
