//! Microsoft Teams. A webhook, of a Workflow or a connector, answers no name of what it posted: nothing can reply to it or
//! update it, so every message goes out whole. A bot can do both.

use domain::chat_configuration::TeamsChannel;
use domain::delivery::{DeliveryOutcome, TeamsActivity};
use domain::notification::{Card, ThreadUpdate, render};
use secrecy::SecretString;

use super::Sent;
use super::threads::{Conversation, Reply};
use crate::app::App;
use crate::outbound::teams::TeamsClient;

/// A channel that the bot is in, for one delivery.
pub(super) struct Channel<'a> {
    teams: &'a TeamsClient,
    channel: &'a TeamsChannel,
}

impl App {
    pub(super) async fn send_to_teams_webhook(&self, url: &SecretString, card: &Card) -> Sent {
        self.teams.post_to_webhook(url, &render::teams::message(card)).await.into()
    }

    pub(super) fn teams_channel<'a>(&'a self, channel: &'a TeamsChannel) -> Channel<'a> {
        Channel { teams: &self.teams, channel }
    }
}

/// A reply never shows in the channel by itself: Teams moves its whole thread to the end of the channel.
impl Conversation for Channel<'_> {
    async fn post(&self, card: &Card, reply: Option<Reply<'_>>) -> DeliveryOutcome {
        let message = render::teams::message(card);
        match reply.map(|reply| TeamsActivity::parse(reply.parent_posted)) {
            None => self.teams.post(self.channel, &message).await,
            Some(Some(parent)) => self.teams.reply(&parent, &message).await,
            Some(None) => nameless(),
        }
    }

    async fn update(&self, parent_posted: &str, update: &ThreadUpdate<'_>) -> DeliveryOutcome {
        match TeamsActivity::parse(parent_posted) {
            Some(parent) => self.teams.update(&parent, &render::teams::parent_update(update)).await,
            None => nameless(),
        }
    }

    fn parent_is_gone(&self, outcome: &DeliveryOutcome) -> bool {
        let said = [NAMELESS, "ConversationNotFound", "ActivityNotFoundInConversation"];
        matches!(outcome, DeliveryOutcome::Dead { reason } if said.iter().any(|said| reason.contains(said)))
    }
}

/// Also what a webhook posted, before there was a bot.
const NAMELESS: &str = "the thread's first message has no name of a bot";

fn nameless() -> DeliveryOutcome {
    DeliveryOutcome::Dead { reason: NAMELESS.to_owned() }
}
