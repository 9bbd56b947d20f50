//! One attempt to deliver: what is due on a lane goes out, and what came of it is recorded.

use domain::chat_configuration::{Channel, SlackChannel};
use domain::delivery::DeliveryOutcome;
use domain::notification::{Card, Incoming, Thread, card, render};
use domain::sns_message::SnsMessage;
use secrecy::SecretString;
use store::outbox::{Lease, PendingDelivery, Settled, Settlement};
use store::{StoreError, ThreadParent};
use tracing::Instrument as _;
use wire::ids::ChatConfigurationArn;

use super::App;
use crate::metrics::AttemptOutcome;
use crate::outbound::slack::Place;
use crate::traces;

/// What an attempt did to the lane beside its settlement.
struct Attempt {
    settlement: Settlement,
    /// The platform said how long to wait.
    wait_ms: Option<i64>,
    /// A request went out: it counts toward the pace.
    sent: bool,
}

/// All that one delivery needs.
struct Target {
    configuration_arn: ChatConfigurationArn,
    channel: SlackChannel,
    bot_token: SecretString,
}

impl App {
    /// Sends what is due on a leased lane, and gives the lane back.
    pub async fn deliver(&self, lease: &Lease) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        let ready_at_ms = self.pace.ready_at_ms(lease.arrival_ms);
        if ready_at_ms > now_ms {
            let settled = Settled { now_ms, next_at_ms: ready_at_ms, arrival_ms: lease.arrival_ms };
            return self.store.release(lease, settled).await.map(|_| ());
        }
        let Some(delivery) = self.store.head(lease).await? else {
            let settled = Settled { now_ms, next_at_ms: now_ms, arrival_ms: lease.arrival_ms };
            return self.store.release(lease, settled).await.map(|_| ());
        };
        let span = traces::delivery_attempt(&lease.destination, &delivery);
        let attempt = self.attempt(lease, &delivery).instrument(span.clone()).await?;
        self.settle(lease, &delivery, attempt, now_ms).instrument(span).await
    }

    async fn settle(
        &self,
        lease: &Lease,
        delivery: &PendingDelivery,
        attempt: Attempt,
        sent_at_ms: i64,
    ) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        let Attempt { mut settlement, wait_ms, sent } = attempt;
        let arrival_ms = if sent { self.pace.spend(lease.arrival_ms, sent_at_ms) } else { lease.arrival_ms };
        let mut next_at_ms = self.pace.ready_at_ms(arrival_ms);
        if let Settlement::Retry { reason } = &settlement {
            if let Some(DeliveryOutcome::Dead { reason }) = self.backoff.given_up(delivery.since_ms, now_ms, reason) {
                settlement = Settlement::Dead { reason };
            } else {
                let failed = delivery.attempts.saturating_add(1);
                let wait = wait_ms.unwrap_or_else(|| self.backoff.delay_ms(failed, self.random.fraction()));
                next_at_ms = next_at_ms.max(now_ms.saturating_add(wait));
            }
        }
        self.observe_settlement(delivery, &settlement).await;
        self.report(delivery, &settlement, next_at_ms.saturating_sub(now_ms));
        let settled = Settled { now_ms, next_at_ms, arrival_ms };
        if !self.store.settle(lease, delivery, &settlement, settled).await? {
            tracing::warn!(
                delivery = delivery.id,
                "another worker took the channel over meanwhile; this message may come twice"
            );
        }
        Ok(())
    }

    async fn attempt(&self, lease: &Lease, delivery: &PendingDelivery) -> Result<Attempt, StoreError> {
        let target = match self.target(&delivery.configuration_arn).await? {
            Ok(target) => target,
            Err(reason) => {
                return Ok(Attempt { settlement: Settlement::Dead { reason }, wait_ms: None, sent: false });
            }
        };
        let card = match read_card(&delivery.body) {
            Ok(card) => card,
            Err(reason) => {
                return Ok(Attempt { settlement: Settlement::Dead { reason }, wait_ms: None, sent: false });
            }
        };
        self.observe_arrival(delivery, card.source).await;
        let parent = match &card.thread {
            Some(thread) => self.store.thread_parent(&lease.destination, &thread.key).await?,
            None => None,
        };
        let (settlement, wait_ms) = match (&delivery.posted, parent) {
            (Some(posted), Some(parent)) => self.update_parent(&target, posted, &parent, &card).await,
            (Some(posted), None) => (Settlement::Delivered { posted: posted.clone(), opens_thread: None }, None),
            (None, parent) => self.post(&target, &card, parent.as_ref()).await,
        };
        Ok(Attempt { settlement, wait_ms, sent: true })
    }

    /// Posts the message: on its own, as the first of its thread, or as a reply.
    async fn post(&self, target: &Target, card: &Card, parent: Option<&ThreadParent>) -> (Settlement, Option<i64>) {
        let message = render::slack::message(card);
        let channel_id = target.channel.channel_id.as_str();
        let place = Place { channel_id, thread_ts: parent.map(|parent| parent.posted.as_str()) };
        let mut outcome = self.slack.post_message(&target.bot_token, place, &message).await;
        let mut replied = parent.is_some();
        if replied && thread_is_gone(&outcome) {
            replied = false;
            let place = Place { channel_id, thread_ts: None };
            outcome = self.slack.post_message(&target.bot_token, place, &message).await;
        }
        match outcome {
            DeliveryOutcome::Delivered { posted } if replied => (Settlement::Posted { posted }, None),
            DeliveryOutcome::Delivered { posted } => {
                let opens_thread = card.thread.as_ref().map(|Thread { key, .. }| key.clone());
                (Settlement::Delivered { posted, opens_thread }, None)
            }
            DeliveryOutcome::Retry { after_ms, reason } => (Settlement::Retry { reason }, after_ms),
            DeliveryOutcome::Dead { reason } => (Settlement::Dead { reason }, None),
        }
    }

    /// Shows the reply in the thread's first message. The reply itself is out: what cannot be updated stays as it is.
    async fn update_parent(
        &self,
        target: &Target,
        posted: &str,
        parent: &ThreadParent,
        latest: &Card,
    ) -> (Settlement, Option<i64>) {
        let delivered = Settlement::Delivered { posted: posted.to_owned(), opens_thread: None };
        let Ok(parent_card) = read_card(&parent.body) else {
            return (delivered, None);
        };
        let message = render::slack::parent_update(&parent_card, latest);
        let channel_id = target.channel.channel_id.as_str();
        match self.slack.update_message(&target.bot_token, channel_id, &parent.posted, &message).await {
            DeliveryOutcome::Delivered { .. } => (delivered, None),
            DeliveryOutcome::Retry { after_ms, reason } => (Settlement::Retry { reason }, after_ms),
            DeliveryOutcome::Dead { reason } => {
                tracing::warn!(configuration = %target.configuration_arn, reason, "the thread's first message was not updated");
                (delivered, None)
            }
        }
    }

    /// Where a delivery goes now, or why it can go nowhere.
    async fn target(&self, configuration_arn: &str) -> Result<Result<Target, String>, StoreError> {
        let arn = ChatConfigurationArn::parse(configuration_arn).ok();
        let Some((arn, account_id)) = arn.and_then(|arn| arn.account_id().map(|account_id| (arn, account_id))) else {
            return Err(StoreError::Corrupt {
                table: "deliveries",
                column: "configuration_arn",
                row: configuration_arn.to_owned(),
                problem: "not the ARN of a configuration".to_owned(),
            });
        };
        let Some(listed) = self.store.chat_configuration(&account_id, &arn).await? else {
            return Ok(Err("its configuration was deleted".to_owned()));
        };
        let channel = match listed.configuration.channel {
            Channel::Slack(channel) => channel,
            Channel::ChimeWebhook(_) => return Ok(Err(not_delivered_yet("Amazon Chime"))),
            Channel::MicrosoftTeams(_) => return Ok(Err(not_delivered_yet("Microsoft Teams"))),
        };
        let Some(workspace) = self.store.slack_workspace(&account_id, &channel.team_id).await? else {
            let team = &channel.team_id;
            return Ok(Err(format!("the Slack workspace {team} is not authorised any more; authorise it and retry")));
        };
        Ok(Ok(Target { configuration_arn: arn, channel, bot_token: workspace.bot_token }))
    }

    fn report(&self, delivery: &PendingDelivery, settlement: &Settlement, wait_ms: i64) {
        let (id, configuration) = (delivery.id, delivery.configuration_arn.as_str());
        let outcome = match settlement {
            Settlement::Delivered { posted, .. } => {
                tracing::info!(delivery = id, configuration, posted, "delivered");
                AttemptOutcome::Delivered
            }
            // The reply is out; the update of its thread's first message follows and is counted then.
            Settlement::Posted { .. } => return,
            Settlement::Retry { reason } => {
                tracing::warn!(delivery = id, configuration, reason, wait_ms, "not delivered; trying again");
                AttemptOutcome::Retry
            }
            Settlement::Dead { reason } => {
                tracing::error!(
                    delivery = id,
                    configuration,
                    reason,
                    "not delivered; `bellhop deliveries retry {id}` revives it"
                );
                AttemptOutcome::Dead
            }
        };
        traces::attempted(outcome.as_str(), outcome == AttemptOutcome::Delivered);
        self.metrics.delivery_attempt("slack", outcome);
    }
}

fn not_delivered_yet(platform: &str) -> String {
    format!("this version of bellhop does not post to {platform} yet; retry with one that does")
}

/// The card of an envelope that was accepted before.
fn read_card(body: &str) -> Result<Card, String> {
    let message =
        SnsMessage::parse(body.as_bytes()).map_err(|error| format!("the stored message is damaged: {error}"))?;
    Ok(card(&Incoming {
        topic_arn: message.topic_arn.as_str(),
        subject: message.subject.as_deref(),
        message: &message.message,
        timestamp: &message.timestamp,
    }))
}

/// The thread's first message was deleted in Slack: the reply becomes the first of a new one.
fn thread_is_gone(outcome: &DeliveryOutcome) -> bool {
    matches!(outcome, DeliveryOutcome::Dead { reason } if ["thread_not_found", "cannot_reply_to_message"].iter().any(|code| reason.contains(code)))
}
