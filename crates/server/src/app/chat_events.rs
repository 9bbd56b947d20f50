//! Hears what people say in chat: durable, once. The front doors call it, and answer the platform when it returns.

use domain::conversation::slack::{Envelope, PayloadKind};
use store::{ChatEventKind, NewChatEvent, StoreError};

use super::App;

impl App {
    /// Commits what Slack said. `false`: it was heard before.
    pub async fn hear_slack(&self, kind: PayloadKind, envelope: &Envelope) -> Result<bool, StoreError> {
        let event = NewChatEvent {
            key: format!("slack/{}/{}", envelope.app_id, envelope.id),
            kind: match kind {
                PayloadKind::Event => ChatEventKind::SlackEvent,
                PayloadKind::Command => ChatEventKind::SlackCommand,
                PayloadKind::Interaction => ChatEventKind::SlackInteraction,
            },
            body: envelope.json.clone().into(),
            received_at_ms: self.clock.now_ms(),
        };
        self.store.hear(&event).await
    }
}
