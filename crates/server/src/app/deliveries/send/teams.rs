//! Microsoft Teams. A webhook, of a Workflow or a connector, answers no name of what it posted: nothing can reply to it or
//! update it, so every message goes out whole. A route that can do both implements `threads::Conversation`, as Slack's does, and
//! draws with `render::teams::message` and `render::teams::parent_update`.

use domain::notification::{Card, render};
use secrecy::SecretString;

use super::Sent;
use crate::app::App;

impl App {
    pub(super) async fn send_to_teams_webhook(&self, url: &SecretString, card: &Card) -> Sent {
        self.teams.post_to_webhook(url, &render::teams::message(card)).await.into()
    }
}
