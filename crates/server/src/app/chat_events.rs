//! Hearing: what somebody vouched for is committed, once, before the platform is told that it was heard.
//!
//! The front doors call it; `conversations` answers what it keeps.

use domain::conversation::slack::{Envelope, PayloadKind};
use secrecy::SecretString;
use store::{ChatEventKind, NewChatEvent, StoreError};
use wire::ids::SlackTeamId;

use super::App;

/// What became of something that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    New,
    /// It was heard before; platforms repeat what they are not sure of.
    Repeated,
    /// Of a workspace or tenant that no account authorised: it is forgotten.
    Foreign,
}

impl App {
    /// Commits what Slack said to an app, if an account authorised the workspace with it.
    pub async fn hear_slack(&self, kind: PayloadKind, said: &Envelope) -> Result<Heard, StoreError> {
        let team_id = said.team_id.as_deref().and_then(|team_id| SlackTeamId::parse(team_id).ok());
        let Some(team_id) = team_id else { return Ok(Heard::Foreign) };
        if !self.store.is_slack_team_authorized(&team_id, &said.app_id).await? {
            return Ok(Heard::Foreign);
        }
        let kind = match kind {
            PayloadKind::Event => ChatEventKind::SlackEvent,
            PayloadKind::Command => ChatEventKind::SlackCommand,
            PayloadKind::Interaction => ChatEventKind::SlackInteraction,
        };
        let key = format!("slack/{}/{}", said.app_id, said.id);
        self.hear(kind, key, said.json.as_str()).await
    }

    pub(super) async fn hear(&self, kind: ChatEventKind, key: String, body: &str) -> Result<Heard, StoreError> {
        let event = NewChatEvent { key, kind, body: SecretString::from(body), received_at_ms: self.clock.now_ms() };
        Ok(if self.store.hear(&event).await? { Heard::New } else { Heard::Repeated })
    }
}
