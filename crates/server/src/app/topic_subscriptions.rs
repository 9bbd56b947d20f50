//! Bellhop's own subscriptions: SNS is asked for those that are wanted, confirmed when it answers, and looked after.

use domain::sns_message::{TopicArn, Verified, subscribe_url};
use store::{StoreError, SubscriptionState, TopicSubscription};

use super::{App, NotAccepted};
use crate::outbound::sns::{SnsError, Subscribed};

const PAGE: i64 = 100;
/// SNS sends the confirmation within seconds and its link lives three days; one that did not come is asked for again.
const ASK_AGAIN_AFTER_MS: i64 = 10 * 60 * 1000;
/// How often a confirmed subscription is looked at.
const LOOK_AGAIN_AFTER_MS: i64 = 15 * 60 * 1000;

impl App {
    /// Answers a `SubscriptionConfirmation`: visits its URL if a configuration lists the topic.
    pub async fn confirm_subscription(&self, message: &Verified) -> Result<(), NotAccepted> {
        let topic_arn = message.topic_arn.as_str();
        let text = message.subscribe_url.as_deref().unwrap_or_default();
        let url = subscribe_url(text, &message.topic_arn, &self.trusted_hosts)?;
        if !self.store.topic_is_listed(topic_arn).await? {
            return Err(NotAccepted::UnknownTopic(topic_arn.to_owned()));
        }
        let subscription_arn = self
            .sns
            .confirm(&url)
            .await
            .map_err(|error| NotAccepted::NotConfirmed(error.to_string()))?;
        self.store
            .confirm_topic_subscription(topic_arn, subscription_arn.as_deref(), self.clock.now_ms())
            .await?;
        tracing::info!(topic_arn, subscription_arn, "subscription confirmed");
        Ok(())
    }

    /// Answers an `UnsubscribeConfirmation`: somebody ended the subscription. If it is still wanted, it is asked for again.
    pub async fn subscription_ended(&self, message: &Verified) -> Result<(), NotAccepted> {
        let topic_arn = message.topic_arn.as_str();
        if let Some(row) = self.store.topic_subscription(topic_arn).await? {
            if row.state == SubscriptionState::Confirmed {
                tracing::warn!(topic_arn, "the subscription was ended from outside; subscribing again");
                self.record(&row, SubscriptionState::Wanted, Some("ended from outside".to_owned()))
                    .await?;
                self.wake.topic_subscriptions.notify_one();
            }
            return Ok(());
        }
        Err(NotAccepted::UnknownTopic(topic_arn.to_owned()))
    }

    /// One pass over all topics: subscribes, unsubscribes, repairs what drifted.
    pub async fn reconcile_topic_subscriptions(&self) -> Result<(), StoreError> {
        for state in [
            SubscriptionState::Unwanted,
            SubscriptionState::Wanted,
            SubscriptionState::Manual,
            SubscriptionState::Pending,
            SubscriptionState::Confirmed,
        ] {
            let mut after = None;
            loop {
                let page = self.store.topic_subscriptions(state, after.as_deref(), PAGE).await?;
                for row in &page {
                    self.reconcile(row).await?;
                }
                match page.last() {
                    Some(last) => after = Some(last.topic_arn.clone()),
                    None => break,
                }
            }
        }
        Ok(())
    }

    async fn reconcile(&self, row: &TopicSubscription) -> Result<(), StoreError> {
        // Configurations list topic ARNs only; a row of another form is nothing that SNS could be asked about.
        let Some(topic) = TopicArn::parse(&row.topic_arn) else {
            return Ok(());
        };
        let quiet_for_ms = self.clock.now_ms().saturating_sub(row.updated_at_ms);
        match row.state {
            SubscriptionState::Unwanted => self.unsubscribe(row, &topic).await,
            SubscriptionState::Wanted | SubscriptionState::Manual => self.subscribe(row, &topic).await,
            SubscriptionState::Pending if quiet_for_ms >= ASK_AGAIN_AFTER_MS => self.subscribe(row, &topic).await,
            SubscriptionState::Confirmed if quiet_for_ms >= LOOK_AGAIN_AFTER_MS => self.look(row, &topic).await,
            SubscriptionState::Pending | SubscriptionState::Confirmed => Ok(()),
        }
    }

    async fn subscribe(&self, row: &TopicSubscription, topic: &TopicArn) -> Result<(), StoreError> {
        if let Some(why) = self.why_manual().await {
            if row.state != SubscriptionState::Manual {
                tracing::warn!(topic_arn = %topic, endpoint = %self.sns_endpoint, "{why}: subscribe this endpoint to the topic yourself");
            }
            return self.record(row, SubscriptionState::Manual, Some(why.to_owned())).await;
        }
        match self
            .sns
            .subscribe(topic.as_str(), topic.region(), &self.sns_endpoint)
            .await
        {
            Ok(()) => {
                tracing::info!(topic_arn = %topic, endpoint = %self.sns_endpoint, "asked SNS to subscribe");
                self.record(row, SubscriptionState::Pending, None).await
            }
            Err(SnsError(reason)) => {
                tracing::warn!(topic_arn = %topic, reason, "SNS did not subscribe; trying again later");
                self.record(row, SubscriptionState::Wanted, Some(reason)).await
            }
        }
    }

    /// `None`: Bellhop can subscribe by itself.
    async fn why_manual(&self) -> Option<&'static str> {
        let loopback = matches!(self.sns_endpoint.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if loopback && !self.sns_is_local {
            return Some("Amazon SNS cannot reach a loopback address");
        }
        if !self.sns.has_credentials().await {
            return Some("there are no AWS credentials");
        }
        None
    }

    async fn unsubscribe(&self, row: &TopicSubscription, topic: &TopicArn) -> Result<(), StoreError> {
        if let Some(arn) = &row.subscription_arn {
            if self.why_manual().await.is_some() {
                tracing::warn!(topic_arn = %topic, subscription_arn = arn, "no configuration lists the topic any more; unsubscribe it yourself");
            } else if let Err(SnsError(reason)) = self.sns.unsubscribe(arn, topic.region()).await {
                tracing::warn!(topic_arn = %topic, reason, "SNS did not unsubscribe; trying again later");
                return Ok(());
            } else {
                tracing::info!(topic_arn = %topic, "unsubscribed: no configuration lists the topic any more");
            }
        }
        self.store.forget_topic_subscription(topic.as_str()).await
    }

    async fn look(&self, row: &TopicSubscription, topic: &TopicArn) -> Result<(), StoreError> {
        let Some(arn) = &row.subscription_arn else {
            return Ok(());
        };
        if self.why_manual().await.is_some() {
            return Ok(());
        }
        match self.sns.look(arn, topic.region()).await {
            Ok(Subscribed::Yes) => self.record(row, SubscriptionState::Confirmed, None).await,
            Ok(Subscribed::Gone) => {
                tracing::warn!(topic_arn = %topic, "the subscription is gone; subscribing again");
                self.record(row, SubscriptionState::Wanted, Some("gone".to_owned()))
                    .await?;
                self.subscribe(
                    &TopicSubscription {
                        state: SubscriptionState::Wanted,
                        ..row.clone()
                    },
                    topic,
                )
                .await
            }
            Err(SnsError(reason)) => {
                tracing::warn!(topic_arn = %topic, reason, "SNS does not say whether the subscription is there");
                Ok(())
            }
        }
    }

    async fn record(
        &self,
        row: &TopicSubscription,
        state: SubscriptionState,
        reason: Option<String>,
    ) -> Result<(), StoreError> {
        let updated_at_ms = self.clock.now_ms();
        let now = TopicSubscription {
            state,
            reason,
            updated_at_ms,
            ..row.clone()
        };
        self.store.settle_topic_subscription(row.state, &now).await.map(|_| ())
    }
}
