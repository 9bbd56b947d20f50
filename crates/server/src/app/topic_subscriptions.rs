//! Bellhop's own subscriptions: SNS is asked for those that are wanted, confirmed when it answers, and looked after.

use domain::sns_message::{TopicArn, Verified, subscribe_url};
use store::{StoreError, SubscriptionState, TopicSubscription};
use tokio_util::sync::CancellationToken;

use super::{App, NotAccepted};
use crate::outbound::http::is_loopback;
use crate::outbound::sns::{SnsError, Subscribed};

const PAGE: i64 = 100;
const MINUTE_MS: i64 = 60 * 1000;
const TURN: &str = "subscriptions";
/// Should the node die in the middle of its pass.
const TURN_LASTS_MS: i64 = MINUTE_MS;

/// How long after SNS was last asked about a topic it is asked again. SNS sends the confirmation within seconds and its
/// link lives three days; one that did not come is asked for again.
const DUE_AFTER_MS: [(SubscriptionState, i64); 5] = [
    (SubscriptionState::Unwanted, MINUTE_MS),
    (SubscriptionState::Wanted, MINUTE_MS),
    (SubscriptionState::Manual, 5 * MINUTE_MS),
    (SubscriptionState::Pending, 10 * MINUTE_MS),
    (SubscriptionState::Confirmed, 15 * MINUTE_MS),
];

/// Why there is no subscription of ours where a queue of the settings brings the topic's messages.
const FED_BY_A_QUEUE: &str = "a queue of `ingest.sqs` brings its messages";

impl App {
    /// Answers a `SubscriptionConfirmation`: visits its URL if a configuration lists the topic.
    pub async fn confirm_subscription(&self, message: &Verified) -> Result<(), NotAccepted> {
        let topic_arn = message.topic_arn.as_str();
        let text = message.subscribe_url.as_deref().unwrap_or_default();
        let url = subscribe_url(text, &message.topic_arn, &self.trusted_hosts)?;
        if !self.store.topic_is_listed(topic_arn).await? {
            return Err(NotAccepted::UnknownTopic(topic_arn.to_owned()));
        }
        let subscription_arn =
            self.sns.confirm(&url).await.map_err(|error| NotAccepted::NotConfirmed(error.to_string()))?;
        self.store.confirm_topic_subscription(topic_arn, subscription_arn.as_deref(), self.clock.now_ms()).await?;
        tracing::info!(topic_arn, subscription_arn, "subscription confirmed");
        Ok(())
    }

    /// Answers an `UnsubscribeConfirmation`: somebody ended the subscription. If it is still wanted, it is asked for again.
    pub async fn subscription_ended(&self, message: &Verified) -> Result<(), NotAccepted> {
        let topic_arn = message.topic_arn.as_str();
        if !self.store.topic_is_listed(topic_arn).await? {
            return Err(NotAccepted::UnknownTopic(topic_arn.to_owned()));
        }
        if self.store.want_topic_again(topic_arn, "ended from outside").await? {
            tracing::warn!(topic_arn, "the subscription was ended from outside; subscribing again");
            self.topics_changed.notify_one();
        }
        Ok(())
    }

    /// One pass over the topics that are due, by one node at a time. `false`: another is at it.
    pub async fn reconcile_topic_subscriptions(&self, stop: &CancellationToken) -> Result<bool, StoreError> {
        let now_ms = self.clock.now_ms();
        if !self.store.take_turn(TURN, now_ms.saturating_add(TURN_LASTS_MS), now_ms).await? {
            return Ok(false);
        }
        let passed = tokio::select! {
            () = stop.cancelled() => Ok(()),
            passed = self.reconcile_due_topics() => passed,
        };
        self.store.end_turn(TURN).await?;
        passed.map(|()| true)
    }

    /// Subscribes, unsubscribes, repairs what drifted.
    async fn reconcile_due_topics(&self) -> Result<(), StoreError> {
        let mut manual = None;
        for (state, quiet_ms) in DUE_AFTER_MS {
            loop {
                let not_after_ms = self.clock.now_ms().saturating_sub(quiet_ms);
                let due = self.store.due_topic_subscriptions(state, not_after_ms, PAGE).await?;
                if due.is_empty() {
                    break;
                }
                // Looking for credentials may take seconds: once a pass, and only if something is to be done.
                let manual = match manual {
                    Some(known) => known,
                    None => *manual.insert(self.why_manual().await),
                };
                for row in &due {
                    self.reconcile(row, manual).await?;
                }
            }
        }
        Ok(())
    }

    /// Asks SNS about one topic and records that it was asked, whatever it said: so every pass ends.
    async fn reconcile(&self, row: &TopicSubscription, manual: Option<&'static str>) -> Result<(), StoreError> {
        use SubscriptionState as State;
        let Some(topic) = TopicArn::parse(&row.topic_arn) else {
            let problem = "not the ARN of a topic".to_owned();
            let (table, column) = ("topic_subscriptions", "topic_arn");
            return Err(StoreError::Corrupt { table, column, row: row.topic_arn.clone(), problem });
        };
        match (row.state, manual) {
            (State::Unwanted, manual) => self.unsubscribe(row, &topic, manual).await,
            // One that is there already stays: ending it before the queue is subscribed would lose messages.
            (State::Wanted | State::Manual | State::Pending, _) if self.is_fed_by_a_queue(&topic) => {
                self.record(row, State::Manual, None, Some(FED_BY_A_QUEUE.to_owned())).await
            }
            (State::Confirmed, None) => self.look(row, &topic).await,
            (State::Confirmed, Some(_)) => self.record(row, State::Confirmed, None, None).await,
            (State::Wanted | State::Manual | State::Pending, None) => self.subscribe(row, &topic).await,
            (State::Wanted | State::Manual | State::Pending, Some(why)) => {
                if row.state != State::Manual {
                    tracing::warn!(topic_arn = %topic, endpoint = %self.sns_endpoint, "{why}: subscribe this endpoint to the topic yourself");
                }
                self.record(row, State::Manual, None, Some(why.to_owned())).await
            }
        }
    }

    /// `None`: Bellhop can subscribe by itself.
    async fn why_manual(&self) -> Option<&'static str> {
        if is_loopback(&self.sns_endpoint) && !self.sns_is_local {
            return Some("Amazon SNS cannot reach a loopback address");
        }
        if !self.sns.has_credentials().await {
            return Some("there are no AWS credentials");
        }
        None
    }

    async fn subscribe(&self, row: &TopicSubscription, topic: &TopicArn) -> Result<(), StoreError> {
        match self.sns.subscribe(topic.as_str(), topic.region(), &self.sns_endpoint).await {
            Ok(Some(arn)) => {
                tracing::info!(topic_arn = %topic, subscription_arn = arn, "subscribed already");
                self.record(row, SubscriptionState::Confirmed, Some(arn), None).await
            }
            Ok(None) => {
                tracing::info!(topic_arn = %topic, endpoint = %self.sns_endpoint, "asked SNS to subscribe");
                self.record(row, SubscriptionState::Pending, None, None).await
            }
            Err(SnsError(reason)) => {
                tracing::warn!(topic_arn = %topic, reason, "SNS did not subscribe; trying again later");
                self.record(row, SubscriptionState::Wanted, None, Some(reason)).await
            }
        }
    }

    async fn unsubscribe(
        &self,
        row: &TopicSubscription,
        topic: &TopicArn,
        manual: Option<&'static str>,
    ) -> Result<(), StoreError> {
        if let Some(arn) = &row.subscription_arn {
            if manual.is_some() {
                tracing::warn!(topic_arn = %topic, subscription_arn = arn, "no configuration lists the topic any more; unsubscribe it yourself");
            } else if let Err(SnsError(reason)) = self.sns.unsubscribe(arn, topic.region()).await {
                tracing::warn!(topic_arn = %topic, reason, "SNS did not unsubscribe; trying again later");
                return self.record(row, SubscriptionState::Unwanted, None, Some(reason)).await;
            } else {
                tracing::info!(topic_arn = %topic, "unsubscribed: no configuration lists the topic any more");
            }
        }
        self.store.forget_topic_subscription(topic.as_str()).await
    }

    async fn look(&self, row: &TopicSubscription, topic: &TopicArn) -> Result<(), StoreError> {
        let Some(arn) = &row.subscription_arn else {
            if self.is_fed_by_a_queue(topic) {
                return self.record(row, SubscriptionState::Confirmed, None, None).await;
            }
            // SNS did not name it when it was confirmed; asking again makes it.
            return self.subscribe(row, topic).await;
        };
        match self.sns.look(arn, topic.region()).await {
            Ok(Subscribed::Yes) => self.record(row, SubscriptionState::Confirmed, None, None).await,
            Ok(Subscribed::Gone) if self.is_fed_by_a_queue(topic) => {
                self.record(row, SubscriptionState::Manual, None, Some(FED_BY_A_QUEUE.to_owned())).await
            }
            Ok(Subscribed::Gone) => {
                tracing::warn!(topic_arn = %topic, "the subscription is gone; subscribing again");
                self.subscribe(row, topic).await
            }
            Err(SnsError(reason)) => {
                tracing::warn!(topic_arn = %topic, reason, "SNS does not say whether the subscription is there");
                self.record(row, SubscriptionState::Confirmed, None, Some(reason)).await
            }
        }
    }

    /// Writes what SNS said, unless the row changed while it was asked: then the next pass asks again.
    async fn record(
        &self,
        row: &TopicSubscription,
        state: SubscriptionState,
        subscription_arn: Option<String>,
        reason: Option<String>,
    ) -> Result<(), StoreError> {
        let topic_arn = row.topic_arn.clone();
        let now = TopicSubscription { topic_arn, state, subscription_arn, reason, asked_at_ms: self.clock.now_ms() };
        self.store.settle_topic_subscription(row.state, &now).await.map(|_| ())
    }
}
