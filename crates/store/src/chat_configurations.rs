//! Chat configurations of every platform: created, read, changed and deleted with all that hangs on them.

use domain::chat_configuration::{Channel, ChatConfiguration, ConfigurationUpdate};
use serde_json::json;
use wire::ids::{AccountId, ChatConfigurationArn, Platform};

pub(crate) use self::row::row_name;
use self::row::{Columns, read};
use crate::account_usage::{self, Limited};
use crate::sql::{Query, Transaction, query};
use crate::topic_listeners::{index_topics, unindex_topics};
use crate::{Store, StoreError};

mod kept;
mod row;

pub(crate) use kept::KeptConfigurations;
use kept::PageKey;

/// Accounts that share a channel: as many as a person could choose among.
const CONFIGURATIONS_OF_CHANNEL_MAX: i64 = 100;

/// Why a configuration is not made, or not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    NameTaken,
    /// The same channel in the same account.
    ChannelTaken,
    /// The account may not post to the Slack workspace or the team.
    NotAuthorized,
    /// The account has as many as it may have.
    LimitReached,
}

/// A configuration, and the workspace or team that its account may post to by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedConfiguration {
    pub configuration: ChatConfiguration,
    /// What the workspace or team is called; `None` if it is not authorised (any more), and for Chime.
    pub team_name: Option<String>,
}

/// The columns of [`read`], from the one table and what it hangs on.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.*, w.team_name AS workspace_name, t.team_name AS configured_team_name
             FROM chat_configurations c
             LEFT JOIN slack_workspaces w ON w.account_id = c.account_id AND w.team_id = c.team_id
             LEFT JOIN configured_teams t ON t.account_id = c.account_id AND t.team_id = c.team_id ",
            $rest
        )
    };
}

impl Store {
    /// Inserts a configuration and answers the name of its team, or says why not and changes nothing.
    pub async fn create_chat_configuration(
        &self,
        configuration: &ChatConfiguration,
        limit: u32,
        now_ms: i64,
    ) -> Result<Result<Option<String>, Refused>, StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(configuration.account_id.as_str()).await?;
        let team_name = match authorized_team(&mut transaction, configuration).await? {
            Ok(team_name) => team_name,
            Err(refused) => return Ok(Err(refused)),
        };
        if self.load(&mut transaction, &configuration.account_id, &configuration.arn).await?.is_some() {
            return Ok(Err(Refused::NameTaken));
        }
        if channel_is_taken(&mut transaction, configuration).await? {
            return Ok(Err(Refused::ChannelTaken));
        }
        let account_id = &configuration.account_id;
        if !account_usage::take(&mut transaction, account_id, Limited::ChatConfigurations, limit).await? {
            return Ok(Err(Refused::LimitReached));
        }
        let columns = Columns::of(&configuration.channel, &configuration.arn, &self.key)?;
        query(
            "INSERT INTO chat_configurations (arn, account_id, name, destination, tenant_id, team_id, team_name, channel_id,
                 channel_name, webhook_description, sealed_webhook_url, iam_role_arn, sns_topic_arns, logging_level,
                 guardrail_policy_arns, user_authorization_required, tags, created_at_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        )
        .bind(configuration.arn.as_str())
        .bind(account_id.as_str())
        .bind(configuration.name.as_str())
        .bind(columns.destination)
        .bind(columns.tenant_id)
        .bind(columns.team_id)
        .bind(columns.team_name)
        .bind(columns.channel_id)
        .bind(columns.channel_name)
        .bind(columns.webhook_description)
        .bind(columns.sealed_webhook_url)
        .bind(configuration.iam_role_arn.as_str())
        .bind(json!(configuration.sns_topic_arns).to_string())
        .bind(configuration.logging_level.as_str())
        .bind(json!(configuration.guardrail_policy_arns).to_string())
        .bind(i64::from(configuration.user_authorization_required))
        .bind(json!(configuration.tags).to_string())
        .bind(now_ms)
        .execute(&mut transaction)
        .await?;
        index_topics(&mut transaction, configuration).await?;
        transaction.commit().await?;
        Ok(Ok(team_name))
    }

    pub async fn chat_configuration(
        &self,
        account_id: &AccountId,
        arn: &ChatConfigurationArn,
    ) -> Result<Option<ListedConfiguration>, StoreError> {
        if let Some(kept) = self.kept.get(arn.as_str()) {
            return Ok((kept.configuration.account_id == *account_id).then(|| ListedConfiguration::clone(&kept)));
        }
        let generation = self.kept.generation();
        let row = query(select!("WHERE c.arn = $1 AND c.account_id = $2"))
            .bind(arn.as_str())
            .bind(account_id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        let listed = row.map(|row| read(&row, &self.key)).transpose()?;
        if let Some(listed) = &listed {
            self.kept.put(generation, listed);
        }
        Ok(listed)
    }

    /// The configurations of a channel, by its lane: of all accounts, in the order of their ARNs.
    pub async fn chat_configurations_of_channel(
        &self,
        destination: &str,
    ) -> Result<Vec<ListedConfiguration>, StoreError> {
        let rows = query(select!("WHERE c.destination = $1 ORDER BY c.arn LIMIT $2"))
            .bind(destination)
            .bind(CONFIGURATIONS_OF_CHANNEL_MAX)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| read(row, &self.key)).collect()
    }

    /// Calls a channel by its new name in every configuration of it.
    pub async fn rename_channel(&self, destination: &str, name: &str) -> Result<(), StoreError> {
        let _change = self.kept.change();
        query("UPDATE chat_configurations SET channel_name = $1 WHERE destination = $2")
            .bind(name)
            .bind(destination)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// A page of an account's configurations of a platform in the order of their ARNs, beginning after `after`.
    pub async fn chat_configurations(
        &self,
        account_id: &AccountId,
        platform: Platform,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ListedConfiguration>, StoreError> {
        let (first, end) = range(account_id, platform);
        let query = query(select!("WHERE c.account_id = $1 AND c.arn > $2 AND c.arn < $3 ORDER BY c.arn LIMIT $4"))
            .bind(account_id.as_str())
            .bind(after.unwrap_or(&first).to_owned())
            .bind(end)
            .bind(limit);
        let key = PageKey { account_id: account_id.clone(), of: first, after: after.map(str::to_owned), limit };
        self.page(key, query).await
    }

    /// The same of one Slack workspace or one team.
    pub async fn chat_configurations_of_team(
        &self,
        account_id: &AccountId,
        team_id: &str,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ListedConfiguration>, StoreError> {
        let query = query(select!("WHERE c.account_id = $1 AND c.team_id = $2 AND c.arn > $3 ORDER BY c.arn LIMIT $4"))
            .bind(account_id.as_str())
            .bind(team_id)
            .bind(after.unwrap_or_default())
            .bind(limit);
        let (of, after) = (team_id.to_owned(), after.map(str::to_owned));
        self.page(PageKey { account_id: account_id.clone(), of, after, limit }, query).await
    }

    async fn page(&self, key: PageKey, query: Query<'_>) -> Result<Vec<ListedConfiguration>, StoreError> {
        if let Some(page) = self.kept.page(&key) {
            return Ok(page.to_vec());
        }
        let generation = self.kept.generation();
        let rows = query.fetch_all(&self.reader).await?;
        let page: Vec<_> = rows.iter().map(|row| read(row, &self.key)).collect::<Result<_, _>>()?;
        self.kept.put_page(generation, key, &page);
        Ok(page)
    }

    /// Changes a configuration and answers it as it is now; `None` if there is none of this ARN in the account.
    /// What still waits for it (and what died) follows it to its new channel.
    pub async fn update_chat_configuration(
        &self,
        account_id: &AccountId,
        arn: &ChatConfigurationArn,
        update: ConfigurationUpdate,
        now_ms: i64,
    ) -> Result<Option<Result<ListedConfiguration, Refused>>, StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(account_id.as_str()).await?;
        let Some(ListedConfiguration { configuration: before, team_name }) =
            self.load(&mut transaction, account_id, arn).await?
        else {
            return Ok(None);
        };
        let was_at = before.channel.destination();
        let after = before.updated(update);
        let is_at = after.channel.destination();
        if is_at != was_at && channel_is_taken(&mut transaction, &after).await? {
            return Ok(Some(Err(Refused::ChannelTaken)));
        }
        let columns = Columns::of(&after.channel, arn, &self.key)?;
        query(
            "UPDATE chat_configurations SET destination = $1, channel_id = $2, channel_name = $3, webhook_description = $4,
                 sealed_webhook_url = $5, iam_role_arn = $6, sns_topic_arns = $7, logging_level = $8,
                 guardrail_policy_arns = $9, user_authorization_required = $10 WHERE arn = $11",
        )
        .bind(columns.destination)
        .bind(columns.channel_id)
        .bind(columns.channel_name)
        .bind(columns.webhook_description)
        .bind(columns.sealed_webhook_url)
        .bind(after.iam_role_arn.as_str())
        .bind(json!(after.sns_topic_arns).to_string())
        .bind(after.logging_level.as_str())
        .bind(json!(after.guardrail_policy_arns).to_string())
        .bind(i64::from(after.user_authorization_required))
        .bind(arn.as_str())
        .execute(&mut transaction)
        .await?;
        index_topics(&mut transaction, &after).await?;
        unindex_topics(&mut transaction, arn, &after.sns_topic_arns).await?;
        let moved = is_at != was_at;
        let woken = moved && crate::outbox::redirect(&mut transaction, arn.as_str(), &is_at, now_ms).await?;
        transaction.commit().await?;
        if woken {
            self.waker.wake();
        }
        Ok(Some(Ok(ListedConfiguration { configuration: after, team_name })))
    }

    /// Deletes a configuration, its associations and its people's identities; what still waits for it is dead, with
    /// this as its reason. `false` if there is none.
    pub async fn delete_chat_configuration(
        &self,
        account_id: &AccountId,
        arn: &ChatConfigurationArn,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(account_id.as_str()).await?;
        let deleted = query("DELETE FROM chat_configurations WHERE arn = $1 AND account_id = $2")
            .bind(arn.as_str())
            .bind(account_id.as_str())
            .execute(&mut transaction)
            .await?;
        if deleted == 0 {
            return Ok(false);
        }
        for sql in [
            "DELETE FROM associations WHERE configuration_arn = $1",
            "DELETE FROM user_identities WHERE configuration_arn = $1",
            "DELETE FROM group_identities WHERE configuration_arn = $1",
            "DELETE FROM links WHERE configuration_arn = $1",
        ] {
            query(sql).bind(arn.as_str()).execute(&mut transaction).await?;
        }
        account_usage::give_back(&mut transaction, account_id, Limited::ChatConfigurations).await?;
        unindex_topics(&mut transaction, arn, &[]).await?;
        crate::outbox::bury(&mut transaction, arn.as_str(), "its configuration was deleted", now_ms).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn load(
        &self,
        transaction: &mut Transaction,
        account_id: &AccountId,
        arn: &ChatConfigurationArn,
    ) -> Result<Option<ListedConfiguration>, StoreError> {
        let row = query(select!("WHERE c.arn = $1 AND c.account_id = $2"))
            .bind(arn.as_str())
            .bind(account_id.as_str())
            .fetch_optional(&mut *transaction)
            .await?;
        row.map(|row| read(&row, &self.key)).transpose()
    }
}

/// The ARNs of an account's configurations of a platform lie between these two: no name has a `~`, the last of the
/// characters that can be typed.
fn range(account_id: &AccountId, platform: Platform) -> (String, String) {
    let prefix = platform.arn_prefix(account_id);
    let end = format!("{prefix}~");
    (prefix, end)
}

/// The name of the workspace or team, if the account may post to it; Chime has none and needs none.
async fn authorized_team(
    transaction: &mut Transaction,
    configuration: &ChatConfiguration,
) -> Result<Result<Option<String>, Refused>, StoreError> {
    let account_id = configuration.account_id.as_str();
    let found = match &configuration.channel {
        Channel::ChimeWebhook(_) => return Ok(Ok(None)),
        Channel::MicrosoftTeams(channel) => {
            let sql =
                "SELECT team_name FROM configured_teams WHERE account_id = $1 AND team_id = $2 AND tenant_id = $3";
            query(sql)
                .bind(account_id)
                .bind(channel.team_id.as_str())
                .bind(channel.tenant_id.as_str())
                .fetch_optional(&mut *transaction)
                .await?
        }
        Channel::Slack(channel) => {
            query("SELECT team_name FROM slack_workspaces WHERE account_id = $1 AND team_id = $2")
                .bind(account_id)
                .bind(channel.team_id.as_str())
                .fetch_optional(&mut *transaction)
                .await?
        }
    };
    let team_name = found.map(|row| row.try_get("team_name")).transpose()?;
    Ok(team_name.map(Some).ok_or(Refused::NotAuthorized))
}

async fn channel_is_taken(
    transaction: &mut Transaction,
    configuration: &ChatConfiguration,
) -> Result<bool, StoreError> {
    let row = query(
        "SELECT 1 FROM chat_configurations WHERE account_id = $1 AND destination = $2 AND channel_id IS NOT NULL AND arn <> $3",
    )
    .bind(configuration.account_id.as_str())
    .bind(configuration.channel.destination())
    .bind(configuration.arn.as_str())
    .fetch_optional(&mut *transaction)
    .await?;
    Ok(row.is_some())
}
