//! Teams of Microsoft Teams that an account may post to.

use wire::ids::{AccountId, Uuid};

use crate::account_usage::DECLARED;
use crate::sql::{Row, query};
use crate::team_use::room;
use crate::{InUse, NotAuthorized, Store, StoreError};

const TABLE: &str = "configured_teams";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredTeam {
    pub account_id: AccountId,
    pub team_id: Uuid,
    pub tenant_id: Uuid,
    pub team_name: String,
    /// Why nothing goes there: the app was taken away. Read, never written.
    pub disabled_reason: Option<String>,
}

impl Store {
    /// A page of an account's teams in the order of their ids, beginning after `after`.
    pub async fn configured_teams(
        &self,
        account_id: &AccountId,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ConfiguredTeam>, StoreError> {
        let rows = query(
            "SELECT configured_teams.*, removed_reason FROM configured_teams
                 LEFT JOIN teams_installations ON teams_installations.team_id = LOWER(configured_teams.team_id)
                 WHERE account_id = $1 AND configured_teams.team_id > $2 ORDER BY configured_teams.team_id LIMIT $3",
        )
        .bind(account_id.as_str())
        .bind(after.unwrap_or_default())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Gives a team to an account, which has `max` at most; one that it has gets the tenant and the
    /// name that are said now, unless the settings declare it.
    pub async fn create_configured_team(
        &self,
        team: &ConfiguredTeam,
        max: u32,
    ) -> Result<Result<(), NotAuthorized>, StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(team.account_id.as_str()).await?;
        if let Err(refused) = room(&mut transaction, TABLE, &team.account_id, team.team_id.as_str(), max).await? {
            return Ok(Err(refused));
        }
        query(
            "INSERT INTO configured_teams (account_id, team_id, tenant_id, team_name, declared)
             VALUES ($1, $2, $3, $4, 0)
             ON CONFLICT (account_id, team_id) DO UPDATE SET tenant_id = excluded.tenant_id, team_name = excluded.team_name
             WHERE configured_teams.declared = 0",
        )
        .bind(team.account_id.as_str())
        .bind(team.team_id.as_str())
        .bind(team.tenant_id.as_str())
        .bind(&team.team_name)
        .execute(&mut transaction)
        .await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// A team has another name now, for all accounts but those whose settings declare it.
    pub async fn rename_configured_team(&self, team_id: &Uuid, team_name: &str) -> Result<(), StoreError> {
        query(
            "UPDATE configured_teams SET team_name = $2 WHERE LOWER(team_id) = $1 AND declared = 0 AND team_name <> $2",
        )
        .bind(team_id.as_str().to_lowercase())
        .bind(team_name)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Whether any account may post to a team of this tenant.
    pub async fn is_tenant_configured(&self, tenant_id: &Uuid) -> Result<bool, StoreError> {
        let row = query("SELECT 1 AS found FROM configured_teams WHERE LOWER(tenant_id) = $1 LIMIT 1")
            .bind(tenant_id.as_str().to_lowercase())
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.is_some())
    }

    /// Takes a team from an account. `Ok(Ok(false))`: there is none.
    pub async fn delete_configured_team(
        &self,
        account_id: &AccountId,
        team_id: &Uuid,
    ) -> Result<Result<bool, InUse>, StoreError> {
        let delete = "DELETE FROM configured_teams WHERE account_id = $1 AND team_id = $2";
        self.delete_team(delete, account_id, team_id.as_str()).await
    }

    /// Makes the declared teams equal to those of the settings: added, changed and taken away. What the settings say is
    /// stronger than what was said by the API before.
    pub async fn declare_configured_teams(&self, teams: &[ConfiguredTeam]) -> Result<(), StoreError> {
        let _change = self.kept.change();
        let mut transaction = self.write_of(DECLARED).await?;
        query("DELETE FROM configured_teams WHERE declared = 1").execute(&mut transaction).await?;
        for team in teams {
            query(
                "INSERT INTO configured_teams (account_id, team_id, tenant_id, team_name, declared)
                 VALUES ($1, $2, $3, $4, 1)
                 ON CONFLICT (account_id, team_id) DO UPDATE SET
                     tenant_id = excluded.tenant_id, team_name = excluded.team_name, declared = 1",
            )
            .bind(team.account_id.as_str())
            .bind(team.team_id.as_str())
            .bind(team.tenant_id.as_str())
            .bind(&team.team_name)
            .execute(&mut transaction)
            .await?;
        }
        transaction.commit().await
    }
}

fn read(row: &Row) -> Result<ConfiguredTeam, StoreError> {
    let (account_id, team_id): (&str, &str) = (row.try_get("account_id")?, row.try_get("team_id")?);
    let name = format!("{account_id}/{team_id}");
    Ok(ConfiguredTeam {
        account_id: StoreError::parsed(TABLE, "account_id", &name, account_id)?,
        team_id: StoreError::parsed(TABLE, "team_id", &name, team_id)?,
        tenant_id: StoreError::parsed(TABLE, "tenant_id", &name, row.try_get("tenant_id")?)?,
        team_name: row.try_get("team_name")?,
        disabled_reason: row.try_get("removed_reason")?,
    })
}
