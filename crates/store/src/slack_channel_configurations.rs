//! Slack channel configurations, and the index of their topics that the outbox reads.

use std::str::FromStr;

use domain::slack_channel_configuration::SlackChannelConfiguration;
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Transaction};
use wire::ids::{
    AccountId, Arn, ChatConfigurationArn, GuardrailPolicyArn, LoggingLevel, SlackChannelId, SlackChannelName,
};

use crate::{Store, StoreError};

const TABLE: &str = "slack_channel_configurations";

/// Which of a configuration's unique things another one has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Name,
    /// The same Slack channel in the same account.
    Channel,
}

/// What an update changes; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ConfigurationUpdate {
    pub channel_id: Option<SlackChannelId>,
    pub channel_name: Option<SlackChannelName>,
    pub iam_role_arn: Option<Arn>,
    pub sns_topic_arns: Option<Vec<Arn>>,
    pub logging_level: Option<LoggingLevel>,
    pub guardrail_policy_arns: Option<Vec<GuardrailPolicyArn>>,
    pub user_authorization_required: Option<bool>,
}

impl Store {
    /// Inserts a configuration, or says what is taken and changes nothing.
    pub async fn create_slack_channel_configuration(
        &self,
        configuration: &SlackChannelConfiguration,
        now_ms: i64,
    ) -> Result<Result<(), Taken>, StoreError> {
        let mut transaction = self.write().await?;
        if load(&mut transaction, &configuration.account_id, &configuration.arn).await?.is_some() {
            return Ok(Err(Taken::Name));
        }
        if channel_is_taken(&mut transaction, configuration).await? {
            return Ok(Err(Taken::Channel));
        }
        sqlx::query(
            "INSERT INTO slack_channel_configurations (arn, account_id, name, team_id, channel_id, channel_name, iam_role_arn,
                 sns_topic_arns, logging_level, guardrail_policy_arns, user_authorization_required, tags, created_at_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(configuration.arn.as_str())
        .bind(configuration.account_id.as_str())
        .bind(configuration.name.as_str())
        .bind(configuration.team_id.as_str())
        .bind(configuration.channel_id.as_str())
        .bind(configuration.channel_name.as_str())
        .bind(configuration.iam_role_arn.as_str())
        .bind(json!(configuration.sns_topic_arns).to_string())
        .bind(configuration.logging_level.as_str())
        .bind(json!(configuration.guardrail_policy_arns).to_string())
        .bind(i64::from(configuration.user_authorization_required))
        .bind(json!(configuration.tags).to_string())
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        index_topics(&mut transaction, configuration).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    pub async fn slack_channel_configuration(
        &self,
        account_id: &AccountId,
        arn: &ChatConfigurationArn,
    ) -> Result<Option<SlackChannelConfiguration>, StoreError> {
        let row = sqlx::query("SELECT * FROM slack_channel_configurations WHERE arn = $1 AND account_id = $2")
            .bind(arn.as_str())
            .bind(account_id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// A page of an account's configurations in the order of their ARNs, beginning after `after`.
    pub async fn slack_channel_configurations(
        &self,
        account_id: &AccountId,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<SlackChannelConfiguration>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM slack_channel_configurations WHERE account_id = $1 AND arn > $2 ORDER BY arn LIMIT $3",
        )
        .bind(account_id.as_str())
        .bind(after.unwrap_or_default())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Changes a configuration and answers it as it is now; `None` if there is none of this ARN in the account.
    /// What still waits for it (and what died) follows it to its new channel.
    pub async fn update_slack_channel_configuration(
        &self,
        account_id: &AccountId,
        arn: &ChatConfigurationArn,
        update: ConfigurationUpdate,
        now_ms: i64,
    ) -> Result<Option<Result<SlackChannelConfiguration, Taken>>, StoreError> {
        let mut transaction = self.write().await?;
        let Some(before) = load(&mut transaction, account_id, arn).await? else {
            return Ok(None);
        };
        let after = apply(before.clone(), update);
        if after.channel_id != before.channel_id && channel_is_taken(&mut transaction, &after).await? {
            return Ok(Some(Err(Taken::Channel)));
        }
        sqlx::query(
            "UPDATE slack_channel_configurations SET channel_id = $1, channel_name = $2, iam_role_arn = $3, sns_topic_arns = $4,
                 logging_level = $5, guardrail_policy_arns = $6, user_authorization_required = $7 WHERE arn = $8",
        )
        .bind(after.channel_id.as_str())
        .bind(after.channel_name.as_str())
        .bind(after.iam_role_arn.as_str())
        .bind(json!(after.sns_topic_arns).to_string())
        .bind(after.logging_level.as_str())
        .bind(json!(after.guardrail_policy_arns).to_string())
        .bind(i64::from(after.user_authorization_required))
        .bind(arn.as_str())
        .execute(&mut *transaction)
        .await?;
        index_topics(&mut transaction, &after).await?;
        unindex_topics(&mut transaction, arn, &after.sns_topic_arns).await?;
        let moved = after.destination() != before.destination();
        let woken =
            moved && crate::outbox::redirect(&mut transaction, arn.as_str(), &after.destination(), now_ms).await?;
        transaction.commit().await?;
        if woken {
            self.lane_due.notify_one();
        }
        Ok(Some(Ok(after)))
    }

    /// Deletes a configuration; what still waits for it is dead, with this as its reason. `false` if there is none.
    pub async fn delete_slack_channel_configuration(
        &self,
        account_id: &AccountId,
        arn: &ChatConfigurationArn,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let deleted = sqlx::query("DELETE FROM slack_channel_configurations WHERE arn = $1 AND account_id = $2")
            .bind(arn.as_str())
            .bind(account_id.as_str())
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        if deleted == 0 {
            return Ok(false);
        }
        unindex_topics(&mut transaction, arn, &[]).await?;
        crate::outbox::bury(&mut transaction, arn.as_str(), "its configuration was deleted", now_ms).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Whether an account has at least so many configurations. Reads no more than that.
    pub async fn has_slack_channel_configurations(
        &self,
        account_id: &AccountId,
        at_least: u32,
    ) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS found FROM
                 (SELECT 1 FROM slack_channel_configurations WHERE account_id = $1 LIMIT $2) AS some_of_them",
        )
        .bind(account_id.as_str())
        .bind(i64::from(at_least))
        .fetch_one(&self.reader)
        .await?;
        Ok(row.try_get::<i64, _>("found")? >= i64::from(at_least))
    }

    /// Whether any configuration listens to the topic.
    pub async fn topic_is_listed(&self, topic_arn: &str) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT 1 FROM topic_listeners WHERE topic_arn = $1 LIMIT 1")
            .bind(topic_arn)
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.is_some())
    }
}

fn apply(configuration: SlackChannelConfiguration, update: ConfigurationUpdate) -> SlackChannelConfiguration {
    SlackChannelConfiguration {
        channel_id: update.channel_id.unwrap_or(configuration.channel_id),
        channel_name: update.channel_name.unwrap_or(configuration.channel_name),
        iam_role_arn: update.iam_role_arn.unwrap_or(configuration.iam_role_arn),
        sns_topic_arns: update.sns_topic_arns.unwrap_or(configuration.sns_topic_arns),
        logging_level: update.logging_level.unwrap_or(configuration.logging_level),
        guardrail_policy_arns: update.guardrail_policy_arns.unwrap_or(configuration.guardrail_policy_arns),
        user_authorization_required: update
            .user_authorization_required
            .unwrap_or(configuration.user_authorization_required),
        ..configuration
    }
}

async fn load(
    transaction: &mut Transaction<'static, Sqlite>,
    account_id: &AccountId,
    arn: &ChatConfigurationArn,
) -> Result<Option<SlackChannelConfiguration>, StoreError> {
    let row = sqlx::query("SELECT * FROM slack_channel_configurations WHERE arn = $1 AND account_id = $2")
        .bind(arn.as_str())
        .bind(account_id.as_str())
        .fetch_optional(&mut **transaction)
        .await?;
    row.as_ref().map(read).transpose()
}

async fn channel_is_taken(
    transaction: &mut Transaction<'static, Sqlite>,
    configuration: &SlackChannelConfiguration,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT 1 FROM slack_channel_configurations WHERE account_id = $1 AND team_id = $2 AND channel_id = $3 AND arn <> $4",
    )
    .bind(configuration.account_id.as_str())
    .bind(configuration.team_id.as_str())
    .bind(configuration.channel_id.as_str())
    .bind(configuration.arn.as_str())
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(row.is_some())
}

async fn index_topics(
    transaction: &mut Transaction<'static, Sqlite>,
    configuration: &SlackChannelConfiguration,
) -> Result<(), StoreError> {
    for topic in &configuration.sns_topic_arns {
        sqlx::query(
            "INSERT INTO topic_listeners (topic_arn, configuration_arn, destination) VALUES ($1, $2, $3)
             ON CONFLICT (topic_arn, configuration_arn) DO UPDATE SET destination = excluded.destination",
        )
        .bind(topic.as_str())
        .bind(configuration.arn.as_str())
        .bind(configuration.destination())
        .execute(&mut **transaction)
        .await?;
        sqlx::query(
            "INSERT INTO topic_subscriptions (topic_arn, state, asked_at_ms) VALUES ($1, 'wanted', 0)
             ON CONFLICT (topic_arn) DO UPDATE SET state = 'wanted', asked_at_ms = 0
                 WHERE topic_subscriptions.state = 'unwanted'",
        )
        .bind(topic.as_str())
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

/// Takes a configuration's topics out of the index, but for those that it still lists: their subscriptions stay
/// untouched. A topic that nobody lists any more becomes `unwanted`.
async fn unindex_topics(
    transaction: &mut Transaction<'static, Sqlite>,
    arn: &ChatConfigurationArn,
    still_listed: &[Arn],
) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT topic_arn FROM topic_listeners WHERE configuration_arn = $1")
        .bind(arn.as_str())
        .fetch_all(&mut **transaction)
        .await?;
    for row in rows {
        let topic: String = row.try_get("topic_arn")?;
        if still_listed.iter().any(|listed| listed.as_str() == topic) {
            continue;
        }
        sqlx::query("DELETE FROM topic_listeners WHERE topic_arn = $1 AND configuration_arn = $2")
            .bind(&topic)
            .bind(arn.as_str())
            .execute(&mut **transaction)
            .await?;
        sqlx::query(
            "UPDATE topic_subscriptions SET state = 'unwanted', asked_at_ms = 0 WHERE topic_arn = $1
             AND NOT EXISTS (SELECT 1 FROM topic_listeners WHERE topic_listeners.topic_arn = $1)",
        )
        .bind(&topic)
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

fn read(row: &SqliteRow) -> Result<SlackChannelConfiguration, StoreError> {
    let arn: String = row.try_get("arn")?;
    let text = |column: &'static str| row.try_get::<String, _>(column).map_err(StoreError::from);
    let corrupt = |column| StoreError::corrupt(TABLE, column, &arn, &"not the JSON that was written");
    let list = |column: &'static str| -> Result<Vec<String>, StoreError> {
        serde_json::from_str(&text(column)?).map_err(|_| corrupt(column))
    };
    let tags: Vec<(String, String)> = serde_json::from_str(&text("tags")?).map_err(|_| corrupt("tags"))?;
    Ok(SlackChannelConfiguration {
        arn: StoreError::parsed(TABLE, "arn", &arn, &arn)?,
        account_id: StoreError::parsed(TABLE, "account_id", &arn, &text("account_id")?)?,
        name: StoreError::parsed(TABLE, "name", &arn, &text("name")?)?,
        team_id: StoreError::parsed(TABLE, "team_id", &arn, &text("team_id")?)?,
        channel_id: StoreError::parsed(TABLE, "channel_id", &arn, &text("channel_id")?)?,
        channel_name: StoreError::parsed(TABLE, "channel_name", &arn, &text("channel_name")?)?,
        iam_role_arn: StoreError::parsed(TABLE, "iam_role_arn", &arn, &text("iam_role_arn")?)?,
        sns_topic_arns: parsed_all("sns_topic_arns", &arn, &list("sns_topic_arns")?)?,
        logging_level: StoreError::parsed(TABLE, "logging_level", &arn, &text("logging_level")?)?,
        guardrail_policy_arns: parsed_all("guardrail_policy_arns", &arn, &list("guardrail_policy_arns")?)?,
        user_authorization_required: row.try_get::<i64, _>("user_authorization_required")? != 0,
        tags: tags
            .iter()
            .map(|(key, value)| {
                Ok((StoreError::parsed(TABLE, "tags", &arn, key)?, StoreError::parsed(TABLE, "tags", &arn, value)?))
            })
            .collect::<Result<_, StoreError>>()?,
    })
}

fn parsed_all<T: FromStr<Err: ToString>>(
    column: &'static str,
    row: &str,
    texts: &[String],
) -> Result<Vec<T>, StoreError> {
    texts.iter().map(|text| StoreError::parsed(TABLE, column, row, text)).collect()
}
