//! The index of configurations by topic, which the outbox reads. It is written where configurations are, in their
//! transaction; what is listed becomes a subscription that is wanted.

use domain::chat_configuration::ChatConfiguration;
use wire::ids::{Arn, ChatConfigurationArn};

use crate::sql::{Transaction, query, query_of};
use crate::{Store, StoreError};

impl Store {
    /// Whether any configuration listens to the topic.
    pub async fn topic_is_listed(&self, topic_arn: &str) -> Result<bool, StoreError> {
        let row = query("SELECT 1 FROM topic_listeners WHERE topic_arn = $1 LIMIT 1")
            .bind(topic_arn)
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.is_some())
    }
}

pub(crate) async fn index_topics(
    transaction: &mut Transaction,
    configuration: &ChatConfiguration,
) -> Result<(), StoreError> {
    let destination = configuration.channel.destination();
    for topic in &configuration.sns_topic_arns {
        query(
            "INSERT INTO topic_listeners (topic_arn, configuration_arn, destination) VALUES ($1, $2, $3)
             ON CONFLICT (topic_arn, configuration_arn) DO UPDATE SET destination = excluded.destination",
        )
        .bind(topic.as_str())
        .bind(configuration.arn.as_str())
        .bind(&destination)
        .execute(&mut *transaction)
        .await?;
        query(
            "INSERT INTO topic_subscriptions (topic_arn, state, asked_at_ms) VALUES ($1, 'wanted', 0)
             ON CONFLICT (topic_arn) DO UPDATE SET state = 'wanted', asked_at_ms = 0
                 WHERE topic_subscriptions.state = 'unwanted'",
        )
        .bind(topic.as_str())
        .execute(&mut *transaction)
        .await?;
    }
    Ok(())
}

/// Takes a configuration's topics out of the index, but for those that it still lists: their subscriptions stay
/// untouched. A topic that nobody lists any more becomes `unwanted`.
pub(crate) async fn unindex_topics(
    transaction: &mut Transaction,
    arn: &ChatConfigurationArn,
    still_listed: &[Arn],
) -> Result<(), StoreError> {
    let rows = query("SELECT topic_arn FROM topic_listeners WHERE configuration_arn = $1")
        .bind(arn.as_str())
        .fetch_all(&mut *transaction)
        .await?;
    for row in rows {
        let topic: String = row.try_get("topic_arn")?;
        if still_listed.iter().any(|listed| listed.as_str() == topic) {
            continue;
        }
        query("DELETE FROM topic_listeners WHERE topic_arn = $1 AND configuration_arn = $2")
            .bind(&topic)
            .bind(arn.as_str())
            .execute(&mut *transaction)
            .await?;
        // Who else takes away a listener at this moment waits here, and then sees that this one is gone.
        let lock = transaction.engine().for_update();
        query_of(format!("SELECT 1 FROM topic_subscriptions WHERE topic_arn = $1{lock}"))
            .bind(&topic)
            .fetch_optional(&mut *transaction)
            .await?;
        query(
            "UPDATE topic_subscriptions SET state = 'unwanted', asked_at_ms = 0 WHERE topic_arn = $1
             AND NOT EXISTS (SELECT 1 FROM topic_listeners WHERE topic_listeners.topic_arn = $1)",
        )
        .bind(&topic)
        .execute(&mut *transaction)
        .await?;
    }
    Ok(())
}
