//! The SNS subscriptions that Bellhop keeps for the topics of its configurations.
//!
//! Configurations write `wanted` and `unwanted` rows in their own transactions; `worker/subscribe_topics` turns them
//! into calls of SNS and records what came of it.

use crate::sql::{Row, query};
use crate::{Store, StoreError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionState {
    /// A configuration lists the topic; nothing was asked of SNS yet, or it must be asked again.
    Wanted,
    /// SNS was asked and will send a `SubscriptionConfirmation`.
    Pending,
    Confirmed,
    /// There are no AWS credentials: a person subscribes the URL that the log names.
    Manual,
    /// No configuration lists the topic any more.
    Unwanted,
}

impl SubscriptionState {
    pub const ALL: [Self; 5] = [Self::Wanted, Self::Pending, Self::Confirmed, Self::Manual, Self::Unwanted];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Manual => "manual",
            Self::Unwanted => "unwanted",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicSubscription {
    pub topic_arn: String,
    pub state: SubscriptionState,
    /// Known once the subscription is confirmed.
    pub subscription_arn: Option<String>,
    /// Why it is not confirmed, if something went wrong.
    pub reason: Option<String>,
    /// When SNS was last asked about it; 0: not since a configuration changed its state.
    pub asked_at_ms: i64,
}

impl Store {
    /// Topics in the given state that SNS was last asked about at `not_after_ms` or before, the longest ago first.
    pub async fn due_topic_subscriptions(
        &self,
        state: SubscriptionState,
        not_after_ms: i64,
        limit: i64,
    ) -> Result<Vec<TopicSubscription>, StoreError> {
        let rows = query(
            "SELECT * FROM topic_subscriptions WHERE state = $1 AND asked_at_ms <= $2 ORDER BY asked_at_ms LIMIT $3",
        )
        .bind(state.as_str())
        .bind(not_after_ms)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Topics that are wanted and whose subscription does not come about, with the reason that SNS gave.
    pub async fn failing_topic_subscriptions(&self, limit: i64) -> Result<Vec<TopicSubscription>, StoreError> {
        let rows = query(
            "SELECT * FROM topic_subscriptions WHERE state IN ('wanted', 'pending') AND reason IS NOT NULL
             ORDER BY state, asked_at_ms LIMIT $1",
        )
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(read).collect()
    }

    pub async fn topic_subscription(&self, topic_arn: &str) -> Result<Option<TopicSubscription>, StoreError> {
        let row = query("SELECT * FROM topic_subscriptions WHERE topic_arn = $1")
            .bind(topic_arn)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Records what SNS said of a topic, unless the row has left `from` meanwhile.
    pub async fn settle_topic_subscription(
        &self,
        from: SubscriptionState,
        now: &TopicSubscription,
    ) -> Result<bool, StoreError> {
        let changed = query(
            "UPDATE topic_subscriptions SET state = $1, subscription_arn = COALESCE($2, subscription_arn), reason = $3,
                 asked_at_ms = $4 WHERE topic_arn = $5 AND state = $6",
        )
        .bind(now.state.as_str())
        .bind(&now.subscription_arn)
        .bind(&now.reason)
        .bind(now.asked_at_ms)
        .bind(&now.topic_arn)
        .bind(from.as_str())
        .execute(&self.writer)
        .await?;
        Ok(changed == 1)
    }

    /// Records that SNS confirmed the subscription to a topic that is still wanted.
    pub async fn confirm_topic_subscription(
        &self,
        topic_arn: &str,
        subscription_arn: Option<&str>,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE topic_subscriptions SET state = 'confirmed', subscription_arn = COALESCE($2, subscription_arn),
                 reason = NULL, asked_at_ms = $3 WHERE topic_arn = $1 AND state <> 'unwanted'",
        )
        .bind(topic_arn)
        .bind(subscription_arn)
        .bind(now_ms)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// A confirmed subscription is gone: it is asked for again at once. `false` if it was not confirmed.
    pub async fn want_topic_again(&self, topic_arn: &str, reason: &str) -> Result<bool, StoreError> {
        let changed = query(
            "UPDATE topic_subscriptions SET state = 'wanted', subscription_arn = NULL, reason = $2, asked_at_ms = 0
             WHERE topic_arn = $1 AND state = 'confirmed'",
        )
        .bind(topic_arn)
        .bind(reason)
        .execute(&self.writer)
        .await?;
        Ok(changed == 1)
    }

    /// Forgets an unwanted topic, unless a configuration wants it again.
    pub async fn forget_topic_subscription(&self, topic_arn: &str) -> Result<(), StoreError> {
        query("DELETE FROM topic_subscriptions WHERE topic_arn = $1 AND state = 'unwanted'")
            .bind(topic_arn)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

fn read(row: &Row) -> Result<TopicSubscription, StoreError> {
    let (topic_arn, state): (String, String) = (row.try_get("topic_arn")?, row.try_get("state")?);
    let known = SubscriptionState::ALL.into_iter().find(|known| known.as_str() == state);
    Ok(TopicSubscription {
        state: known.ok_or_else(|| StoreError::corrupt("topic_subscriptions", "state", &topic_arn, &"unknown"))?,
        subscription_arn: row.try_get("subscription_arn")?,
        reason: row.try_get("reason")?,
        asked_at_ms: row.try_get("asked_at_ms")?,
        topic_arn,
    })
}
