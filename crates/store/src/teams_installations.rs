//! Teams of Microsoft Teams that have the app, and those that had it: what the Bot Framework said of each.
//!
//! `app/teams_installations` writes them. An installation gives no account anything: that is `configured_teams`'.

use wire::ids::Uuid;

use crate::sql::{Row, query};
use crate::{Store, StoreError};

const TABLE: &str = "teams_installations";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamsInstallation {
    /// The ids are in lower case here.
    pub team_id: Uuid,
    pub tenant_id: Uuid,
    /// Teams' own name of the team, `19:…@thread.tacv2`.
    pub thread_id: Option<String>,
    pub team_name: Option<String>,
    /// Where the connector answers for it; a token proved it.
    pub service_url: String,
    /// The object id in Microsoft Entra of whoever added the app.
    pub installed_by: Option<String>,
    /// `None`: the app is there.
    pub removed_reason: Option<String>,
    /// When the Bot Framework said so.
    pub changed_at_ms: i64,
}

impl Store {
    /// Keeps what was said last; of what is not said now, what was said before stays. `false`: something newer is known.
    pub async fn put_teams_installation(&self, installation: &TeamsInstallation) -> Result<bool, StoreError> {
        let put = query(
            "INSERT INTO teams_installations
                 (team_id, tenant_id, thread_id, team_name, service_url, installed_by, removed_reason, changed_at_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (team_id) DO UPDATE SET
                 tenant_id = $2, thread_id = COALESCE($3, teams_installations.thread_id),
                 team_name = COALESCE($4, teams_installations.team_name), service_url = $5,
                 installed_by = COALESCE($6, teams_installations.installed_by), removed_reason = $7, changed_at_ms = $8
             WHERE teams_installations.changed_at_ms <= $8",
        )
        .bind(installation.team_id.as_str().to_lowercase())
        .bind(installation.tenant_id.as_str().to_lowercase())
        .bind(&installation.thread_id)
        .bind(&installation.team_name)
        .bind(&installation.service_url)
        .bind(&installation.installed_by)
        .bind(&installation.removed_reason)
        .bind(installation.changed_at_ms)
        .execute(&self.writer)
        .await?;
        Ok(put == 1)
    }

    pub async fn teams_installation(&self, team_id: &Uuid) -> Result<Option<TeamsInstallation>, StoreError> {
        let row = query("SELECT * FROM teams_installations WHERE team_id = $1")
            .bind(team_id.as_str().to_lowercase())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The team that Teams itself calls so, in a tenant.
    pub async fn teams_installation_of_thread(
        &self,
        tenant_id: &Uuid,
        thread_id: &str,
    ) -> Result<Option<TeamsInstallation>, StoreError> {
        let row = query("SELECT * FROM teams_installations WHERE thread_id = $1 AND tenant_id = $2 LIMIT 1")
            .bind(thread_id)
            .bind(tenant_id.as_str().to_lowercase())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }
}

fn read(row: &Row) -> Result<TeamsInstallation, StoreError> {
    let team_id: &str = row.try_get("team_id")?;
    Ok(TeamsInstallation {
        team_id: StoreError::parsed(TABLE, "team_id", team_id, team_id)?,
        tenant_id: StoreError::parsed(TABLE, "tenant_id", team_id, row.try_get("tenant_id")?)?,
        thread_id: row.try_get("thread_id")?,
        team_name: row.try_get("team_name")?,
        service_url: row.try_get("service_url")?,
        installed_by: row.try_get("installed_by")?,
        removed_reason: row.try_get("removed_reason")?,
        changed_at_ms: row.try_get("changed_at_ms")?,
    })
}
