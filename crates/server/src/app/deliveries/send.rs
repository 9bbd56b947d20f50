//! Sending a card by its route: to Slack with its threads, to a webhook of Teams or Chime.

use aws_lc_rs::digest;
use domain::delivery::DeliveryOutcome;
use domain::notification::{Card, Thread, render};
use store::outbox::{Lease, PendingDelivery};
use store::{StoreError, ThreadParent};
use uuid::Uuid;

use super::compose::read_card;
use super::target::{Route, Target};
use crate::app::App;
use crate::app::pictures::Posted;
use crate::outbound::slack::{Place, SlackChannelCall};

/// What came of it.
pub(super) enum Sent {
    /// `opens_thread` makes it the first message of that thread.
    Delivered {
        posted: String,
        opens_thread: Option<String>,
    },
    /// The reply is out, and its thread's first message is to be updated.
    Posted {
        posted: String,
    },
    Retry {
        after_ms: Option<i64>,
        reason: String,
    },
    Paused {
        reason: String,
    },
    Dead {
        reason: String,
    },
}

impl From<DeliveryOutcome> for Sent {
    fn from(outcome: DeliveryOutcome) -> Self {
        match outcome {
            DeliveryOutcome::Delivered { posted } => Self::Delivered { posted, opens_thread: None },
            DeliveryOutcome::Retry { after_ms, reason } => Self::Retry { after_ms, reason },
            DeliveryOutcome::Paused { reason } => Self::Paused { reason },
            DeliveryOutcome::Dead { reason } => Self::Dead { reason },
        }
    }
}

impl App {
    pub(super) async fn send(
        &self,
        lease: &Lease,
        delivery: &PendingDelivery,
        target: &Target,
        card: &Card,
    ) -> Result<Sent, StoreError> {
        let (channel, bot_token) = match &target.route {
            Route::TeamsWebhook(url) => {
                return Ok(self.teams.post_to_webhook(url, &render::teams::message(card)).await.into());
            }
            Route::Chime(url) => return Ok(self.chime.post(url, &render::chime::message(card)).await.into()),
            Route::Slack { channel, bot_token } => (channel.channel_id.as_str(), bot_token),
        };
        let call = SlackChannelCall { token: bot_token, channel_id: channel };
        let parent = match &card.thread {
            Some(thread) => self.store.thread_parent(&lease.destination, &thread.key).await?,
            None => None,
        };
        Ok(match (&delivery.posted, parent) {
            (Some(posted), Some(parent)) => self.update_parent(&call, lease, target, posted, &parent, card).await,
            (Some(posted), None) => Sent::Delivered { posted: posted.clone(), opens_thread: None },
            (None, parent) => self.post(&call, lease, delivery, target, card, parent.as_ref()).await,
        })
    }

    /// Posts the message: on its own, as the first of its thread, or as a reply.
    async fn post(
        &self,
        call: &SlackChannelCall<'_>,
        lease: &Lease,
        delivery: &PendingDelivery,
        target: &Target,
        card: &Card,
        parent: Option<&ThreadParent>,
    ) -> Sent {
        let message = render::slack::message(card);
        let client_msg_id = client_message_id(delivery);
        let post = |thread_ts| self.slack.post_message(call, Place { thread_ts, client_msg_id }, &message);
        let mut outcome = post(parent.map(|parent| parent.posted.as_str())).await;
        let mut replied = parent.is_some();
        if replied && thread_is_gone(&outcome) {
            replied = false;
            outcome = post(None).await;
        }
        if let (DeliveryOutcome::Delivered { posted }, Route::Slack { channel, .. }) = (&outcome, &target.route) {
            let Target { iam_role_arn: role_arn, scope, .. } = target;
            let (destination, graph) = (lease.destination.as_str(), card.picture.as_ref());
            let team_id = channel.team_id.as_str();
            self.want_picture(
                call,
                &Posted { destination, ts: posted, message: &message, graph, role_arn, team_id, scope },
            );
        }
        match outcome {
            DeliveryOutcome::Delivered { posted } if replied => Sent::Posted { posted },
            DeliveryOutcome::Delivered { posted } => {
                let opens_thread = card.thread.as_ref().map(|Thread { key, .. }| key.clone());
                Sent::Delivered { posted, opens_thread }
            }
            other => other.into(),
        }
    }

    /// Shows the reply in the thread's first message. The reply itself is out: what cannot be updated stays as it is.
    async fn update_parent(
        &self,
        call: &SlackChannelCall<'_>,
        lease: &Lease,
        target: &Target,
        posted: &str,
        parent: &ThreadParent,
        latest: &Card,
    ) -> Sent {
        let delivered = Sent::Delivered { posted: posted.to_owned(), opens_thread: None };
        let Ok(parent_card) = read_card(&parent.body, &self.account_names) else {
            return delivered;
        };
        let message = render::slack::parent_update(&parent_card, latest);
        match self.update_slack_message(call, &lease.destination, &parent.posted, message).await {
            DeliveryOutcome::Delivered { .. } => delivered,
            DeliveryOutcome::Dead { reason } => {
                tracing::warn!(configuration = %target.configuration_arn, reason, "the thread's first message was not updated");
                delivered
            }
            other => other.into(),
        }
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

/// The thread's first message was deleted in Slack: the reply becomes the first of a new one.
fn thread_is_gone(outcome: &DeliveryOutcome) -> bool {
    matches!(outcome, DeliveryOutcome::Dead { reason } if ["thread_not_found", "cannot_reply_to_message"].iter().any(|code| reason.contains(code)))
}
