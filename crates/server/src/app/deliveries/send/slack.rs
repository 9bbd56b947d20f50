//! Slack: `chat.postMessage` for a message and a reply, `chat.update` for the first message of a thread.

use aws_lc_rs::digest;
use domain::chat_configuration::SlackChannel;
use domain::delivery::DeliveryOutcome;
use domain::notification::{Card, ThreadUpdate, render};
use secrecy::SecretString;
use store::outbox::{Lease, PendingDelivery};
use uuid::Uuid;

use super::threads::{Conversation, Landed, Reply};
use crate::app::App;
use crate::app::deliveries::target::Target;
use crate::app::notification_buttons::ButtonPlace;
use crate::app::pictures::{Posted, PostedMessage};
use crate::outbound::slack::{Place, SlackChannelCall, refuses_layout};

/// A channel, for one delivery.
pub(super) struct Channel<'a> {
    app: &'a App,
    call: SlackChannelCall<'a>,
    destination: &'a str,
    target: &'a Target,
    team_id: &'a str,
    delivery: &'a PendingDelivery,
    client_msg_id: Uuid,
}

impl App {
    pub(super) fn slack_channel<'a>(
        &'a self,
        lease: &'a Lease,
        delivery: &'a PendingDelivery,
        target: &'a Target,
        (channel, token): (&'a SlackChannel, &'a SecretString),
    ) -> Channel<'a> {
        Channel {
            app: self,
            call: SlackChannelCall { token, channel_id: channel.channel_id.as_str() },
            destination: &lease.destination,
            target,
            team_id: channel.team_id.as_str(),
            delivery,
            client_msg_id: client_message_id(delivery),
        }
    }
}

impl Conversation for Channel<'_> {
    async fn post(&self, card: &Card, reply: Option<Reply<'_>>) -> Landed {
        let place = Place {
            thread_ts: reply.map(|reply| reply.parent_posted),
            reply_broadcast: reply.is_some_and(|reply| reply.shows_in_channel),
            client_msg_id: self.client_msg_id,
        };
        let mut message = render::slack::message(card);
        let mut posted = self.app.slack.post_message(&self.call, place, &message).await;
        if refuses_layout(&posted.outcome) {
            let configuration = self.delivery.configuration_arn.as_str();
            tracing::warn!(configuration, outcome = ?posted.outcome, "Slack refuses a layout: the message is posted plainly");
            message = message.plainly();
            posted = self.app.slack.post_message(&self.call, place, &message).await;
        }
        let crate::outbound::slack::Posted { outcome, beside_thread } = posted;
        let reply = reply.filter(|_| !beside_thread);
        if let DeliveryOutcome::Delivered { posted: ts } = &outcome {
            let Self { destination, team_id, target, .. } = *self;
            let Target { iam_role_arn: role_arn, scope, .. } = target;
            if message.is_cut {
                let thread_ts = reply.map_or(ts.as_str(), |reply| reply.parent_posted);
                self.app.want_whole_text(&self.call, self.delivery, thread_ts, scope);
            }
            let (graph, is_reply) = (card.picture.as_ref(), reply.is_some());
            let posted = Posted { destination, name: ts, is_reply, graph, role_arn, scope };
            self.app.want_picture(&posted, || PostedMessage::Slack {
                message,
                channel_id: self.call.channel_id.to_owned(),
                team_id: team_id.to_owned(),
                bot_token: self.call.token.clone(),
            });
        }
        Landed { outcome, beside_thread }
    }

    async fn update(&self, parent_posted: &str, update: &ThreadUpdate<'_>) -> DeliveryOutcome {
        let message = render::slack::parent_update(update);
        self.app.update_slack_message(&self.call, self.destination, parent_posted, message).await
    }

    fn can_show_replies(&self) -> bool {
        true
    }

    fn buttons(&self) -> Option<ButtonPlace<'_>> {
        let configuration_arn = self.delivery.configuration_arn.as_str();
        self.app.hears_slack.then(|| ButtonPlace { place: format!("slack/{}", self.team_id), configuration_arn })
    }

    fn parent_is_gone(&self, outcome: &DeliveryOutcome) -> bool {
        let codes = ["thread_not_found", "cannot_reply_to_message"];
        matches!(outcome, DeliveryOutcome::Dead { reason } if codes.iter().any(|code| reason.contains(code)))
    }
}

/// The same for every attempt of a delivery, another once it was revived. Slack's reference names `client_msg_id` only in two
/// errors; that it knows a message again by it is assumed.
/// Source: <https://docs.slack.dev/reference/methods/chat.postMessage> (`duplicate_message_not_found`).
fn client_message_id(delivery: &PendingDelivery) -> Uuid {
    let PendingDelivery { topic_arn, message_id, configuration_arn, since_ms, .. } = delivery;
    let named = format!("{topic_arn}\n{message_id}\n{configuration_arn}\n{since_ms}");
    let digest = digest::digest(&digest::SHA256, named.as_bytes());
    let bytes = digest.as_ref().first_chunk::<16>().copied().unwrap_or_default();
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
