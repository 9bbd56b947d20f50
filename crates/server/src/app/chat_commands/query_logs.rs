//! `logs start-query`: AWS answers it with the query's number, and whoever asks wants its rows. They are waited for.

use serde_json::{Map, Value, json};

use super::Settled;
use crate::app::App;
use crate::app::command_permissions::CommandCredentials;
use crate::outbound::aws::{AwsError, Limits, call_of};

const LOOK_EVERY_MS: i64 = 500;

/// Whether a command starts a query of Logs Insights.
pub(super) fn starts_query(settled: &Settled) -> bool {
    let call = &settled.line.call;
    call.service.name == "logs" && call.operation.name == "StartQuery"
}

impl App {
    /// The rows of a query that was started, under the same role. The command's own deadline ends the waiting.
    pub(super) async fn rows_of_query(
        &self,
        settled: &Settled,
        credentials: &CommandCredentials,
        started: &Map<String, Value>,
    ) -> Result<Map<String, Value>, AwsError> {
        let query = json!({"queryId": started.get("queryId").cloned().unwrap_or_default()});
        let call = call_of("logs", "GetQueryResults", query)?;
        loop {
            let output = self.aws.call(&call, credentials, &settled.region, &Limits::default()).await?;
            // Scheduled and Running go on; all others are the end of it. Source: the model's `QueryStatus`.
            if !matches!(output.get("status").and_then(Value::as_str), Some("Scheduled" | "Running")) {
                return Ok(output);
            }
            self.clock.sleep_until_ms(self.clock.now_ms().saturating_add(LOOK_EVERY_MS)).await;
        }
    }
}
