//! `tools/call`.

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, MetaObject,
    ProgressNotificationParam, ProgressToken,
};
use rmcp::service::{Peer, RequestContext, RoleServer};
use serde_json::json;
use tokio::sync::mpsc;

use super::Mcp;
use crate::nearest::nearest;
use crate::server::Answer;
use crate::tool::Progress;

impl Mcp {
    pub(super) async fn run_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let caller = self.caller(&context)?;
        let Some(tool) = self.server.find(&request.name) else {
            let listed = self.server.tools(&caller).await.map(|tool| tool.name);
            return Err(unknown(&self.server.redact(&caller, &request.name), listed));
        };
        let (progress, reports) = channel(context.meta.get_progress_token(), &context.peer);
        let arguments = request.arguments.unwrap_or_default();
        let answer = {
            // Dropped with the call's own copy, the channel ends and with it the forwarding.
            let call = self.server.call(tool, arguments, &caller, progress);
            let (answer, ()) = tokio::join!(call, reports.forward());
            answer
        };
        let key = caller.caller.cache_key();
        self.logging.call_ended(key, &context.peer, tool.name, &answer).await;
        Ok(result(answer).into())
    }
}

fn unknown(name: &str, known: impl Iterator<Item = &'static str>) -> ErrorData {
    let name: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    let hint = match nearest(&name, known) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => "; tools/list shows all".to_owned(),
    };
    ErrorData::invalid_params(format!("unknown tool `{name}`{hint}"), None)
}

/// The answer in the protocol's form. `_meta` says what of it is data that nobody should obey.
fn result(answer: Answer) -> CallToolResult {
    let content = vec![ContentBlock::text(answer.text)];
    let mut result = if answer.is_error {
        CallToolResult::error(content)
    } else {
        CallToolResult::success(content)
    };
    result.structured_content = answer.structured;
    result.meta = Some(untrusted(&answer.marker));
    result
}

/// Which part of a text came from Airflow.
pub(super) fn untrusted(marker: &str) -> MetaObject {
    let mut meta = MetaObject::new();
    meta.0.insert("airvane/untrusted".to_owned(), json!({ "marker": marker }));
    meta
}

/// Where a client asked for progress, its reports; otherwise nothing.
fn channel(token: Option<ProgressToken>, peer: &Peer<RoleServer>) -> (Progress, Reports) {
    let Some(token) = token else { return (Progress::default(), Reports(None)) };
    let (sender, receiver) = mpsc::unbounded_channel();
    (Progress::to(sender), Reports(Some(Forwarding { receiver, token, peer: peer.clone() })))
}

struct Reports(Option<Forwarding>);

struct Forwarding {
    receiver: mpsc::UnboundedReceiver<String>,
    token: ProgressToken,
    peer: Peer<RoleServer>,
}

impl Reports {
    /// Passes reports on until the call has ended.
    async fn forward(self) {
        let Some(Forwarding { mut receiver, token, peer }) = self.0 else { return };
        let mut count = 0.0;
        while let Some(message) = receiver.recv().await {
            count += 1.0;
            let report = ProgressNotificationParam::new(token.clone(), count).with_message(message);
            if peer.notify_progress(report).await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_tool_names_the_nearest() {
        let error = unknown("diagnose_dagrun", ["list_dags", "diagnose_dag_run"].into_iter());
        assert_eq!(
            error.message,
            "unknown tool `diagnose_dagrun`; did you mean `diagnose_dag_run`?"
        );
    }

    #[test]
    fn a_failed_call_is_a_result_that_says_so() {
        let answer = Answer {
            text: "[airflow 0001]\nNot found.\n[/airflow 0001]".to_owned(),
            structured: None,
            is_error: true,
            marker: "0001".to_owned(),
        };
        let result = serde_json::to_value(result(answer)).unwrap();
        assert_eq!(result["isError"], true);
        assert_eq!(result["_meta"]["airvane/untrusted"]["marker"], "0001");
    }
}
