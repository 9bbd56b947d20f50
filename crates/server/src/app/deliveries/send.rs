//! Sending a card by its route: one file a platform. What a message does to its thread is `threads`, for all that have threads.

mod chime;
mod slack;
mod teams;
mod threads;

use domain::delivery::DeliveryOutcome;
use domain::notification::Card;
use store::outbox::{Lease, PendingDelivery};
use store::{StoreError, ThreadEntry};

use super::target::{Route, Target};
use crate::app::App;

/// What came of it.
pub(super) enum Sent {
    /// `thread` is that which it opens, or that which it joined without anything left to do.
    Delivered {
        posted: String,
        thread: Option<ThreadEntry>,
    },
    /// The reply is out, its thread stands as this, and the thread's first message is to be updated.
    Posted {
        posted: String,
        thread: ThreadEntry,
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
            DeliveryOutcome::Delivered { posted } => Self::Delivered { posted, thread: None },
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
        match &target.route {
            Route::Slack { channel, bot_token } => {
                let channel = self.slack_channel(lease, delivery, target, (channel, bot_token));
                self.converse(&channel, lease, delivery, card).await
            }
            Route::TeamsWebhook(url) => Ok(self.send_to_teams_webhook(url, card).await),
            Route::TeamsBot { channel, service_url } => {
                let channel = self.teams_channel(lease, target, (channel, service_url.as_deref()));
                self.converse(&channel, lease, delivery, card).await
            }
            Route::Chime(url) => Ok(self.send_to_chime(url, card).await),
        }
    }
}
