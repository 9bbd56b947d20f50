//! Slack workspaces that an account has authorised, each with its bot token, sealed.

use secrecy::{ExposeSecret as _, SecretString};
use wire::ids::{AccountId, SlackTeamId};

use crate::account_usage::DECLARED;
use crate::sql::{Row, query};
use crate::{InUse, Store, StoreError};

const TABLE: &str = "slack_workspaces";

#[derive(Debug, Clone)]
pub struct SlackWorkspace {
    pub account_id: AccountId,
    pub team_id: SlackTeamId,
    pub team_name: String,
    pub bot_token: SecretString,
}

impl Store {
    pub async fn slack_workspace(
        &self,
        account_id: &AccountId,
        team_id: &SlackTeamId,
    ) -> Result<Option<SlackWorkspace>, StoreError> {
        let row = query("SELECT * FROM slack_workspaces WHERE account_id = $1 AND team_id = $2")
            .bind(account_id.as_str())
            .bind(team_id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| self.workspace(&row)).transpose()
    }

    /// A page of an account's workspaces in the order of their team ids, beginning after `after`.
    pub async fn slack_workspaces(
        &self,
        account_id: &AccountId,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<SlackWorkspace>, StoreError> {
        let rows =
            query("SELECT * FROM slack_workspaces WHERE account_id = $1 AND team_id > $2 ORDER BY team_id LIMIT $3")
                .bind(account_id.as_str())
                .bind(after.unwrap_or_default())
                .bind(limit)
                .fetch_all(&self.reader)
                .await?;
        rows.iter().map(|row| self.workspace(row)).collect()
    }

    /// Takes a workspace from an account. `Ok(Ok(false))`: there is none.
    pub async fn delete_slack_workspace(
        &self,
        account_id: &AccountId,
        team_id: &SlackTeamId,
    ) -> Result<Result<bool, InUse>, StoreError> {
        let delete = "DELETE FROM slack_workspaces WHERE account_id = $1 AND team_id = $2";
        self.delete_team(delete, account_id, team_id.as_str()).await
    }

    /// Makes the declared workspaces equal to those of the settings: added, changed and taken away.
    pub async fn declare_slack_workspaces(&self, workspaces: &[SlackWorkspace]) -> Result<(), StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(DECLARED).await?;
        query("DELETE FROM slack_workspaces WHERE declared = 1").execute(&mut transaction).await?;
        for workspace in workspaces {
            let row = row_name(workspace.account_id.as_str(), workspace.team_id.as_str());
            query(
                "INSERT INTO slack_workspaces (account_id, team_id, team_name, sealed_bot_token, declared)
                 VALUES ($1, $2, $3, $4, 1)",
            )
            .bind(workspace.account_id.as_str())
            .bind(workspace.team_id.as_str())
            .bind(&workspace.team_name)
            .bind(self.key.seal(&row, workspace.bot_token.expose_secret())?)
            .execute(&mut transaction)
            .await?;
        }
        transaction.commit().await
    }

    fn workspace(&self, row: &Row) -> Result<SlackWorkspace, StoreError> {
        let (account_id, team_id): (String, String) = (row.try_get("account_id")?, row.try_get("team_id")?);
        let name = row_name(&account_id, &team_id);
        let sealed_for_another_key =
            || StoreError::corrupt(TABLE, "sealed_bot_token", &name, &"the encryption key does not open it");
        let sealed: Vec<u8> = row.try_get("sealed_bot_token")?;
        Ok(SlackWorkspace {
            account_id: StoreError::parsed(TABLE, "account_id", &name, &account_id)?,
            team_id: StoreError::parsed(TABLE, "team_id", &name, &team_id)?,
            team_name: row.try_get("team_name")?,
            bot_token: self.key.unseal(&name, &sealed).ok_or_else(sealed_for_another_key)?,
        })
    }
}

pub(crate) fn row_name(account_id: &str, team_id: &str) -> String {
    format!("slack_workspaces/{account_id}/{team_id}")
}
