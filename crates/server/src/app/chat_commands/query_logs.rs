//! `logs start-query`: AWS answers it with the query's number, and whoever asks wants its rows. They are waited for.

use serde_json::{Map, Value, json};

use super::Settled;
use crate::app::App;
use crate::app::command_permissions::CommandCredentials;
use crate::outbound::aws::{AwsError, Limits, call_of};

const LOOK_EVERY_MS: i64 = 500;
/// What is left of a command's time when the waiting ends: what there is by then is told, for the query goes on and costs.
const TOLD_BEFORE_MS: i64 = 2_000;

/// Whether a command starts a query of Logs Insights.
pub(super) fn starts_query(settled: &Settled) -> bool {
    let call = &settled.line.call;
    call.service.name == "logs" && call.operation.name == "StartQuery"
}

impl App {
    /// The rows of a query that was started, under the same role; of one that takes longer than the command may, those so far, with the
    /// query's number.
    pub(super) async fn rows_of_query(
        &self,
        settled: &Settled,
        credentials: &CommandCredentials,
        started: &Map<String, Value>,
    ) -> Result<Map<String, Value>, AwsError> {
        let query_id = started.get("queryId").cloned().unwrap_or_default();
        let call = call_of("logs", "GetQueryResults", json!({"queryId": query_id}))?;
        let ends_ms = self.clock.now_ms().saturating_add(self.commands.timeout_ms() - TOLD_BEFORE_MS);
        loop {
            let mut output = self.aws.call(&call, credentials, &settled.region, &Limits::default()).await?;
            // Scheduled and Running go on; all others are the end of it. Source: the model's `QueryStatus`.
            if !matches!(output.get("status").and_then(Value::as_str), Some("Scheduled" | "Running")) {
                return Ok(output);
            }
            if self.clock.now_ms() >= ends_ms {
                output.insert("queryId".to_owned(), query_id);
                return Ok(output);
            }
            self.clock.sleep_until_ms(self.clock.now_ms().saturating_add(LOOK_EVERY_MS)).await;
        }
    }
}
