//! What becomes of a payload that came through a socket of Slack's, and what operators hear of sockets that do not open.
//!
//! `worker/slack_socket` calls it, for each envelope and each change. It knows no WebSocket.

use domain::conversation::slack::{Envelope, PayloadKind, of_json};
use domain::slack_request::Verified;
use domain::watch::Finding;
use serde_json::Value;

use super::{App, Heard};
use crate::metrics::{SlackDoor, SlackOutcome};

impl App {
    /// Hears a payload that the socket of `app_id` brought. `false`: Slack is to say it again.
    pub async fn hear_slack_socket(&self, app_id: &str, kind: PayloadKind, payload: &Value) -> bool {
        let outcome = match of_json(kind, payload) {
            Ok(envelope) => self.hear_of_socket(app_id, kind, &envelope).await,
            Err(error) => {
                tracing::warn!(app_id, ?kind, %error, "what Slack said is not understood; nobody is answered");
                SlackOutcome::Malformed
            }
        };
        self.metrics.slack_request(SlackDoor::Socket, outcome);
        // What nobody could ever read, or is nobody's, would be no better if it were said again.
        !matches!(outcome, SlackOutcome::Unavailable | SlackOutcome::OtherApp)
    }

    async fn hear_of_socket(&self, app_id: &str, kind: PayloadKind, envelope: &Envelope) -> SlackOutcome {
        let verified = Verified::by_socket(app_id, envelope.json.clone());
        if envelope.app_id != verified.app_id() {
            tracing::error!(app_id, other = envelope.app_id, "a socket brought what is another app's; it is not heard");
            return SlackOutcome::OtherApp;
        }
        match self.hear_slack(kind, envelope).await {
            Ok(Heard::New) => SlackOutcome::Heard,
            Ok(Heard::Repeated) => SlackOutcome::Repeated,
            Ok(Heard::Foreign) => {
                let team_id = &envelope.team_id;
                tracing::info!(app_id, team_id, "what a workspace says that no account authorised is forgotten");
                SlackOutcome::Foreign
            }
            Err(error) => {
                tracing::error!(app_id, %error, "what Slack said waits for the store; Slack says it again");
                SlackOutcome::Unavailable
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
