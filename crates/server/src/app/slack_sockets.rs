//! What becomes of a payload that came through a socket of Slack's, and what operators hear of sockets that do not open.
//!
//! `worker/slack_socket` calls it, for each envelope and each change. It knows no WebSocket.

use domain::conversation::slack::{PayloadKind, of_json};
use domain::slack_request::Verified;
use domain::watch::Finding;
use serde_json::Value;

use super::App;

/// What Slack is told of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It is committed, or was before; or nobody could ever read it.
    Acknowledge,
    /// Nothing: Slack says it again.
    Again,
}

impl App {
    /// Hears a payload that the socket of `app_id` brought.
    pub async fn hear_slack_socket(&self, app_id: &str, kind: PayloadKind, payload: &Value) -> Heard {
        let envelope = match of_json(kind, payload) {
            Ok(envelope) => envelope,
            Err(error) => {
                // Said again it would be no better.
                tracing::warn!(app_id, ?kind, %error, "what Slack said is not understood; it is not answered");
                return Heard::Acknowledge;
            }
        };
        let verified = Verified::by_socket(app_id, envelope.json.clone());
        if envelope.app_id != verified.app_id() {
            tracing::error!(app_id, other = envelope.app_id, "a socket brought what is another app's; it is not heard");
            return Heard::Again;
        }
        match self.hear_slack(kind, &envelope).await {
            Ok(is_new) => {
                tracing::debug!(app_id, ?kind, is_new, "heard by Socket Mode");
                Heard::Acknowledge
            }
            Err(error) => {
                tracing::error!(app_id, %error, "what Slack said waits for the store; Slack says it again");
                Heard::Again
            }
        }
    }

    /// Operators are told once, until a socket opens, whichever node finds it.
    pub async fn slack_socket_refused(&self, app_id: &str, reason: &str) {
        match self.store.begin_finding(&finding(app_id), self.clock.now_ms()).await {
            Ok(true) => {
                let (app_id, reason) = (app_id.to_owned(), reason.to_owned());
                self.tell_operators(Finding::SlackSocketRefused { app_id, reason }).await;
            }
            Ok(false) => {}
            Err(error) => tracing::error!(app_id, %error, "operators are not told that Slack opens no socket"),
        }
    }

    pub async fn slack_socket_opened(&self, app_id: &str) {
        match self.store.end_finding(&finding(app_id)).await {
            Ok(true) => self.tell_operators(Finding::SlackSocketOpened { app_id: app_id.to_owned() }).await,
            Ok(false) => {}
            Err(error) => tracing::error!(app_id, %error, "operators are not told that Slack opened a socket"),
        }
    }
}

fn finding(app_id: &str) -> String {
    format!("slack-socket {app_id}")
}
