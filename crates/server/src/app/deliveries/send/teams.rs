//! Microsoft Teams. A webhook, of a Workflow or a connector, answers no name of what it posted: nothing can reply to it or
//! update it, so every message goes out whole. A bot can do both.

use domain::chat_configuration::TeamsChannel;
use domain::delivery::{DeliveryOutcome, TeamsActivity};
use domain::notification::{Card, ThreadUpdate, render};
use secrecy::SecretString;
use store::outbox::Lease;

use super::Sent;
use super::threads::{Conversation, Landed, Reply};
use crate::app::App;
use crate::app::deliveries::target::Target;
use crate::app::notification_buttons::ButtonPlace;
use crate::app::pictures::{Posted, PostedMessage};

/// A channel that the bot is in, for one delivery.
pub(super) struct Channel<'a> {
    app: &'a App,
    destination: &'a str,
    target: &'a Target,
    to: &'a TeamsChannel,
    /// Where the connector serves its team, if it said so.
    service_url: Option<&'a str>,
}

impl App {
    pub(super) async fn send_to_teams_webhook(&self, url: &SecretString, card: &Card) -> Sent {
        self.teams.post_to_webhook(url, &render::teams::webhook_message(card)).await.into()
    }

    pub(super) fn teams_channel<'a>(
        &'a self,
        lease: &'a Lease,
        target: &'a Target,
        (to, service_url): (&'a TeamsChannel, Option<&'a str>),
    ) -> Channel<'a> {
        Channel { app: self, destination: &lease.destination, target, to, service_url }
    }
}

/// A reply never shows in the channel by itself: in the layout "Posts" Teams moves its whole thread to the end of the channel, in
/// "Threads", which new channels have, it does not.
impl Conversation for Channel<'_> {
    async fn post(&self, card: &Card, reply: Option<Reply<'_>>) -> Landed {
        let message = render::teams::message(card);
        let teams = &self.app.teams;
        let outcome = match reply.map(|reply| TeamsActivity::parse(reply.parent_posted)) {
            None => teams.post(self.service_url, self.to, &message).await,
            Some(Some(parent)) => teams.reply(self.service_url, &parent, &message).await,
            Some(None) => nameless(),
        };
        if let DeliveryOutcome::Delivered { posted: name } = &outcome {
            let Target { iam_role_arn: role_arn, scope, .. } = self.target;
            let (graph, is_reply) = (card.picture.as_ref(), reply.is_some());
            let posted = Posted { destination: self.destination, name, is_reply, graph, role_arn, scope };
            let tenant_id = self.to.tenant_id.as_str().to_lowercase();
            let service_url = self.service_url.map(str::to_owned);
            self.app.want_picture(&posted, || PostedMessage::Teams { message, tenant_id, service_url });
        }
        Landed { outcome, beside_thread: false }
    }

    async fn update(&self, parent_posted: &str, update: &ThreadUpdate<'_>) -> DeliveryOutcome {
        match TeamsActivity::parse(parent_posted) {
            Some(parent) => {
                let message = render::teams::parent_update(update);
                self.app.update_teams_message(self.destination, (self.service_url, &parent), message).await
            }
            None => nameless(),
        }
    }

    fn can_show_replies(&self) -> bool {
        false
    }

    fn buttons(&self) -> Option<ButtonPlace<'_>> {
        let place = format!("teams/{}", self.to.tenant_id.as_str().to_lowercase());
        Some(ButtonPlace { place, configuration_arn: self.target.configuration_arn.as_str() })
    }

    fn parent_is_gone(&self, outcome: &DeliveryOutcome) -> bool {
        let said = [NAMELESS, UPDATES_NOTHING, "ConversationNotFound", "ActivityNotFoundInConversation"];
        matches!(outcome, DeliveryOutcome::Dead { reason } if said.iter().any(|said| reason.contains(said)))
    }
}

/// Also what a webhook posted, before there was a bot.
const NAMELESS: &str = "the thread's first message has no name of a bot";
/// The meaning that domain's table has for an update of what somebody deleted.
const UPDATES_NOTHING: &str = "the message to update is gone";

fn nameless() -> DeliveryOutcome {
    DeliveryOutcome::Dead { reason: NAMELESS.to_owned() }
}
