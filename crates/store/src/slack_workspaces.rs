//! Slack workspaces that an account has authorised, each with its bot token, sealed.

use secrecy::{ExposeSecret as _, SecretString};
use wire::ids::{AccountId, SlackTeamId};

use crate::account_usage::DECLARED;
use crate::oauth_states::{self, SpentState};
use crate::sql::{Row, Transaction, query, query_of};
use crate::team_use::room;
use crate::{InUse, NotAuthorized, Store, StoreError};

const TABLE: &str = "slack_workspaces";

/// Accounts of one workspace that are asked about an event of it.
const ACCOUNTS_OF_TEAM_MAX: i64 = 1000;
/// Workspaces of one organisation, of all accounts, that are looked at when the organisation tells something.
const WORKSPACES_OF_ENTERPRISE_MAX: i64 = 10_000;

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

    /// Gives workspaces to their account, which has `max` at most: all of them, or none. One that it has gets the token of
    /// now, and is enabled. With `spent`, the state that a browser brought back is spent in the same transaction.
    pub async fn authorize_slack_workspaces(
        &self,
        workspaces: &[SlackWorkspace],
        max: u32,
        spent: Option<SpentState<'_>>,
    ) -> Result<Result<(), NotAuthorized>, StoreError> {
        let Some(first) = workspaces.first() else { return Ok(Ok(())) };
        let _change = self.kept.change();
        let mut transaction = self.write_of(first.account_id.as_str()).await?;
        if let Some(spent) = spent
            && !oauth_states::spend(&mut transaction, spent).await?
        {
            return Ok(Err(NotAuthorized::Spent));
        }
        for workspace in workspaces {
            let SlackWorkspace { account_id, team_id, .. } = workspace;
            if let Err(refused) = room(&mut transaction, TABLE, account_id, team_id.as_str(), max).await? {
                return Ok(Err(refused));
            }
            self.put_workspace(&mut transaction, workspace).await?;
        }
        transaction.commit().await?;
        Ok(Ok(()))
    }

    async fn put_workspace(&self, transaction: &mut Transaction, it: &SlackWorkspace) -> Result<(), StoreError> {
        let (account_id, team_id) = (it.account_id.as_str(), it.team_id.as_str());
        let sealed_refresh_token = match &it.rotation {
            Some(rotation) => {
                Some(self.key.seal(&refresh_name(account_id, team_id), rotation.refresh_token.expose_secret())?)
            }
            None => None,
        };
        query(
            "INSERT INTO slack_workspaces (account_id, team_id, team_name, sealed_bot_token, declared, app_id, enterprise_id,
                 bot_user_id, authorized_by, sealed_refresh_token, token_expires_at_ms, disabled_reason)
             VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (account_id, team_id) DO UPDATE SET
                 team_name = excluded.team_name, sealed_bot_token = excluded.sealed_bot_token, app_id = excluded.app_id,
                 enterprise_id = excluded.enterprise_id, bot_user_id = excluded.bot_user_id,
                 authorized_by = excluded.authorized_by, sealed_refresh_token = excluded.sealed_refresh_token,
                 token_expires_at_ms = excluded.token_expires_at_ms, disabled_reason = excluded.disabled_reason",
        )
        .bind(account_id)
        .bind(team_id)
        .bind(&it.team_name)
        .bind(self.key.seal(&row_name(account_id, team_id), it.bot_token.expose_secret())?)
        .bind(&it.app_id)
        .bind(&it.enterprise_id)
        .bind(&it.bot_user_id)
        .bind(&it.authorized_by)
        .bind(sealed_refresh_token)
        .bind(it.rotation.as_ref().map(|rotation| rotation.expires_at_ms))
        .bind(&it.disabled_reason)
        .execute(transaction)
        .await?;
        Ok(())
    }

    /// Says why a workspace is not posted to any more, or that it is again. `false`: there is none.
    pub async fn set_slack_workspace_disabled(
        &self,
        account_id: &AccountId,
        team_id: &SlackTeamId,
        reason: Option<&str>,
    ) -> Result<bool, StoreError> {
        let set = query("UPDATE slack_workspaces SET disabled_reason = $3 WHERE account_id = $1 AND team_id = $2")
            .bind(account_id.as_str())
            .bind(team_id.as_str())
            .bind(reason)
            .execute(&self.writer)
            .await?;
        Ok(set == 1)
    }

    /// Workspaces whose token ends before a time, the first to end first. Those that are disabled are past that.
    pub async fn slack_tokens_that_end(&self, before_ms: i64, limit: i64) -> Result<Vec<SlackWorkspace>, StoreError> {
        let rows = query(
            "SELECT * FROM slack_workspaces WHERE token_expires_at_ms < $1 AND disabled_reason IS NULL
             ORDER BY token_expires_at_ms LIMIT $2",
        )
        .bind(before_ms)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| self.workspace(row)).collect()
    }

    /// Puts a renewed pair in the place of the pair that it was renewed with, wherever that is: an organisation's one token
    /// opens many workspaces. Answers how many; none, if they were authorised anew meanwhile.
    pub async fn renew_slack_tokens(
        &self,
        renewed_with: &SecretString,
        bot_token: &SecretString,
        rotation: &TokenRotation,
    ) -> Result<usize, StoreError> {
        let mut transaction = self.write().await?;
        let lock = transaction.engine().for_update();
        let rows = query_of(format!("SELECT * FROM slack_workspaces WHERE token_expires_at_ms IS NOT NULL{lock}"));
        let rows = rows.fetch_all(&mut transaction).await?;
        let mut renewed = 0_usize;
        for row in rows {
            let mut workspace = self.workspace(&row)?;
            let has = workspace.rotation.as_ref().map(|rotation| rotation.refresh_token.expose_secret());
            if has != Some(renewed_with.expose_secret()) {
                continue;
            }
            workspace.bot_token = bot_token.clone();
            workspace.rotation = Some(rotation.clone());
            self.put_workspace(&mut transaction, &workspace).await?;
            renewed = renewed.saturating_add(1);
        }
        transaction.commit().await?;
        Ok(renewed)
    }

    /// What accounts authorised of an organisation (an enterprise grid).
    pub async fn slack_workspaces_of_enterprise(&self, enterprise_id: &str) -> Result<Vec<SlackWorkspace>, StoreError> {
        let rows =
            query("SELECT * FROM slack_workspaces WHERE enterprise_id = $1 ORDER BY account_id, team_id LIMIT $2")
                .bind(enterprise_id)
                .bind(WORKSPACES_OF_ENTERPRISE_MAX)
                .fetch_all(&self.reader)
                .await?;
        rows.iter().map(|row| self.workspace(row)).collect()
    }

    /// Makes the declared workspaces equal to those of the settings: added, changed and taken away. What the settings say is
    /// stronger than what was authorised otherwise.
    pub async fn declare_slack_workspaces(&self, workspaces: &[SlackWorkspace]) -> Result<(), StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(DECLARED).await?;
        query("DELETE FROM slack_workspaces WHERE declared = 1").execute(&mut transaction).await?;
        for workspace in workspaces {
            let row = row_name(workspace.account_id.as_str(), workspace.team_id.as_str());
            query(
                "INSERT INTO slack_workspaces (account_id, team_id, team_name, sealed_bot_token, app_id, declared)
                 VALUES ($1, $2, $3, $4, $5, 1)
                 ON CONFLICT (account_id, team_id) DO UPDATE SET
                     team_name = excluded.team_name, sealed_bot_token = excluded.sealed_bot_token,
                     app_id = excluded.app_id, declared = 1, enterprise_id = NULL, bot_user_id = NULL,
                     authorized_by = NULL, sealed_refresh_token = NULL, token_expires_at_ms = NULL,
                     disabled_reason = NULL",
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
