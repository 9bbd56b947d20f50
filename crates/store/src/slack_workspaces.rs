//! Slack workspaces that an account has authorised, each with its bot token, sealed.

use secrecy::{ExposeSecret as _, SecretString};
use wire::ids::{AccountId, SlackTeamId};

use crate::account_usage::DECLARED;
use crate::sql::{Row, query};
use crate::{InUse, Store, StoreError};

const TABLE: &str = "slack_workspaces";

/// Accounts of one workspace that are asked about an event of it.
const ACCOUNTS_OF_TEAM_MAX: i64 = 1000;

#[derive(Debug, Clone)]
pub struct SlackWorkspace {
    pub account_id: AccountId,
    pub team_id: SlackTeamId,
    pub team_name: String,
    pub bot_token: SecretString,
    /// Whose token it is, where that is known.
    pub app_id: Option<String>,
    /// The enterprise grid that it is of.
    pub enterprise_id: Option<String>,
    /// As whom the app posts.
    pub bot_user_id: Option<String>,
    /// The principal who authorised it; `None`: the settings, or the command line.
    pub authorized_by: Option<String>,
    /// What its token is renewed with, where it is one that expires.
    pub rotation: Option<TokenRotation>,
    /// Why its token is none any more: the app was uninstalled, the token revoked.
    pub disabled_reason: Option<String>,
}

/// <https://docs.slack.dev/authentication/using-token-rotation>
#[derive(Debug, Clone)]
pub struct TokenRotation {
    pub refresh_token: SecretString,
    pub expires_at_ms: i64,
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

    /// The accounts that authorised a workspace, each with what it authorised.
    pub async fn slack_workspaces_of_team(&self, team_id: &SlackTeamId) -> Result<Vec<SlackWorkspace>, StoreError> {
        let rows = query("SELECT * FROM slack_workspaces WHERE team_id = $1 ORDER BY account_id LIMIT $2")
            .bind(team_id.as_str())
            .bind(ACCOUNTS_OF_TEAM_MAX)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| self.workspace(row)).collect()
    }

    /// Whether an account authorised a workspace with an app, and still does.
    pub async fn is_slack_team_authorized(&self, team_id: &SlackTeamId, app_id: &str) -> Result<bool, StoreError> {
        let row = query(
            "SELECT 1 AS found FROM slack_workspaces WHERE team_id = $1 AND COALESCE(app_id, $2) = $2
             AND disabled_reason IS NULL LIMIT 1",
        );
        Ok(row.bind(team_id.as_str()).bind(app_id).fetch_optional(&self.reader).await?.is_some())
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
                "INSERT INTO slack_workspaces (account_id, team_id, team_name, sealed_bot_token, app_id, declared)
                 VALUES ($1, $2, $3, $4, $5, 1)",
            )
            .bind(workspace.account_id.as_str())
            .bind(workspace.team_id.as_str())
            .bind(&workspace.team_name)
            .bind(self.key.seal(&row, workspace.bot_token.expose_secret())?)
            .bind(&workspace.app_id)
            .execute(&mut transaction)
            .await?;
        }
        transaction.commit().await
    }

    fn workspace(&self, row: &Row) -> Result<SlackWorkspace, StoreError> {
        let (account_id, team_id): (String, String) = (row.try_get("account_id")?, row.try_get("team_id")?);
        let name = row_name(&account_id, &team_id);
        let opened = |column: &'static str, purpose: &str, sealed: Vec<u8>| {
            let opened = self.key.unseal(purpose, &sealed);
            opened.ok_or_else(|| StoreError::corrupt(TABLE, column, &name, &"the encryption key does not open it"))
        };
        let refresh: Option<Vec<u8>> = row.try_get("sealed_refresh_token")?;
        let expires_at_ms: Option<i64> = row.try_get("token_expires_at_ms")?;
        let rotation = match (refresh, expires_at_ms) {
            (Some(sealed), Some(expires_at_ms)) => Some(TokenRotation {
                refresh_token: opened("sealed_refresh_token", &refresh_name(&account_id, &team_id), sealed)?,
                expires_at_ms,
            }),
            _ => None,
        };
        Ok(SlackWorkspace {
            account_id: StoreError::parsed(TABLE, "account_id", &name, &account_id)?,
            team_id: StoreError::parsed(TABLE, "team_id", &name, &team_id)?,
            team_name: row.try_get("team_name")?,
            bot_token: opened("sealed_bot_token", &name, row.try_get("sealed_bot_token")?)?,
            app_id: row.try_get("app_id")?,
            enterprise_id: row.try_get("enterprise_id")?,
            bot_user_id: row.try_get("bot_user_id")?,
            authorized_by: row.try_get("authorized_by")?,
            rotation,
            disabled_reason: row.try_get("disabled_reason")?,
        })
    }
}

pub(crate) fn row_name(account_id: &str, team_id: &str) -> String {
    format!("slack_workspaces/{account_id}/{team_id}")
}

pub(crate) fn refresh_name(account_id: &str, team_id: &str) -> String {
    format!("slack_workspaces/{account_id}/{team_id}/refresh")
}
