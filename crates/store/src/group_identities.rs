//! The IAM roles of groups of people: a user group of Slack, a group of Microsoft Entra. Who is in a group, the platform says;
//! `app/group_roles` asks it. `bellhop user-identity` writes them. They end with their configuration.

use domain::user_identity::{Group, GroupIdentity};
use wire::ids::{AccountId, Arn, ChatConfigurationArn, Platform};

use crate::sql::{Row, query};
use crate::{Store, StoreError};

const TABLE: &str = "group_identities";
const SLACK: &str = "slack";
const TEAMS: &str = "teams";

/// Groups of one configuration: each is a question to Slack, and all of them are one to Microsoft Graph, which takes 20.
/// Source: <https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups>.
const GROUPS_MAX: i64 = 20;

/// The configuration has as many groups as it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyGroups {
    pub max: i64,
}

impl Store {
    /// Gives a group a role, over what it had before. `false` if the account has no such configuration of the group's platform.
    pub async fn put_group_identity(
        &self,
        account_id: &AccountId,
        configuration_arn: &ChatConfigurationArn,
        group: &Group,
        iam_role_arn: &Arn,
    ) -> Result<Result<bool, TooManyGroups>, StoreError> {
        if configuration_arn.platform() != Some(platform_of(group)) {
            return Ok(Ok(false));
        }
        let mut transaction = self.write_of(account_id.as_str()).await?;
        let others =
            query("SELECT COUNT(*) AS count FROM group_identities WHERE configuration_arn = $1 AND group_id <> $2")
                .bind(configuration_arn.as_str())
                .bind(group.as_str())
                .fetch_one(&mut transaction)
                .await?;
        if others.try_get::<i64>("count")? >= GROUPS_MAX {
            return Ok(Err(TooManyGroups { max: GROUPS_MAX }));
        }
        let put = query(
            "INSERT INTO group_identities (configuration_arn, group_id, account_id, platform, iam_role_arn)
             SELECT c.arn, $1, $2, $3, $4 FROM chat_configurations c WHERE c.arn = $5 AND c.account_id = $2
             ON CONFLICT (configuration_arn, group_id) DO UPDATE SET iam_role_arn = excluded.iam_role_arn",
        )
        .bind(group.as_str())
        .bind(account_id.as_str())
        .bind(platform(group))
        .bind(iam_role_arn.as_str())
        .bind(configuration_arn.as_str())
        .execute(&mut transaction)
        .await?;
        transaction.commit().await?;
        Ok(Ok(put > 0))
    }

    /// All groups of a configuration, by their ids.
    pub async fn group_identities(
        &self,
        configuration_arn: &ChatConfigurationArn,
    ) -> Result<Vec<GroupIdentity>, StoreError> {
        let rows = query("SELECT * FROM group_identities WHERE configuration_arn = $1 ORDER BY group_id LIMIT $2")
            .bind(configuration_arn.as_str())
            .bind(GROUPS_MAX)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(read).collect()
    }

    /// `false` if the group has no role there.
    pub async fn delete_group_identity(
        &self,
        account_id: &AccountId,
        configuration_arn: &ChatConfigurationArn,
        group: &Group,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.write_of(account_id.as_str()).await?;
        let deleted = query(
            "DELETE FROM group_identities
             WHERE configuration_arn = $1 AND group_id = $2 AND account_id = $3 AND platform = $4",
        )
        .bind(configuration_arn.as_str())
        .bind(group.as_str())
        .bind(account_id.as_str())
        .bind(platform(group))
        .execute(&mut transaction)
        .await?;
        transaction.commit().await?;
        Ok(deleted > 0)
    }
}

fn platform(group: &Group) -> &'static str {
    match group {
        Group::MicrosoftTeams(_) => TEAMS,
        Group::Slack(_) => SLACK,
    }
}

fn platform_of(group: &Group) -> Platform {
    match group {
        Group::MicrosoftTeams(_) => Platform::MicrosoftTeamsChannel,
        Group::Slack(_) => Platform::SlackChannel,
    }
}

fn read(row: &Row) -> Result<GroupIdentity, StoreError> {
    let (group_id, platform): (&str, &str) = (row.try_get("group_id")?, row.try_get("platform")?);
    let group = if platform == SLACK {
        Group::Slack(StoreError::parsed(TABLE, "group_id", group_id, group_id)?)
    } else {
        Group::MicrosoftTeams(StoreError::parsed(TABLE, "group_id", group_id, group_id)?)
    };
    let arn: &str = row.try_get("configuration_arn")?;
    Ok(GroupIdentity {
        configuration_arn: StoreError::parsed(TABLE, "configuration_arn", group_id, arn)?,
        group,
        iam_role_arn: StoreError::parsed(TABLE, "iam_role_arn", group_id, row.try_get("iam_role_arn")?)?,
    })
}
