//! Teams of Microsoft Teams that an account may post to.

use store::ConfiguredTeam;
use wire::ids::{MaxResults, TeamName, Uuid};
use wire::operations::Operation;

use super::authorization::Access;
use super::pagination::{Pages, rows_to_read};
use super::{App, AppError, Caller};

#[derive(Debug, Clone)]
pub struct ConfiguredTeamPage {
    pub teams: Vec<ConfiguredTeam>,
    pub next_token: Option<String>,
}

/// Teams of one account, far more than a tenant's administrators look after. Source: assumed.
pub const TEAMS_MAX: u32 = 10_000;

impl App {
    /// Lets an account post to a team; said again, it has the tenant and the name that were said last. AWS does this in its
    /// console.
    pub async fn create_configured_team(
        &self,
        caller: &Caller,
        team_id: Uuid,
        tenant_id: Uuid,
        team_name: &TeamName,
    ) -> Result<ConfiguredTeam, AppError> {
        caller.authorize(&Access::to(Operation::CreateMicrosoftTeamsConfiguredTeam))?;
        let account_id = caller.account_id.clone();
        let team_name = team_name.as_str().to_owned();
        let team = ConfiguredTeam { account_id, team_id, tenant_id, team_name, disabled_reason: None };
        let what = || format!("Microsoft Teams team with ID {}", team.team_id);
        match self.store.create_configured_team(&team, TEAMS_MAX).await? {
            Ok(()) => Ok(team),
            Err(refused) => Err(AppError::of_authorization(refused, &what(), TEAMS_MAX)),
        }
    }

    pub async fn list_configured_teams(
        &self,
        caller: &Caller,
        max_results: MaxResults,
        token: Option<&str>,
    ) -> Result<ConfiguredTeamPage, AppError> {
        let operation = Operation::ListMicrosoftTeamsConfiguredTeams;
        caller.authorize(&Access::to(operation))?;
        let pages = Pages::of(operation, &caller.account_id);
        let after = self.page_start(&pages, token)?;
        let wanted = rows_to_read(max_results);
        let rows = self.store.configured_teams(&caller.account_id, after.as_deref(), wanted).await?;
        let (teams, next_token) = self.page(&pages, rows, max_results, |row| row.team_id.as_str().to_owned())?;
        Ok(ConfiguredTeamPage { teams, next_token })
    }

    pub async fn delete_configured_team(&self, caller: &Caller, team_id: &Uuid) -> Result<(), AppError> {
        caller.authorize(&Access::to(Operation::DeleteMicrosoftTeamsConfiguredTeam))?;
        let deleted = self.store.delete_configured_team(&caller.account_id, team_id).await?;
        let what = || format!("Microsoft Teams team with ID {team_id}");
        match deleted {
            Ok(true) => Ok(()),
            Ok(false) => Err(AppError::TeamNotFound { team_id: team_id.clone() }),
            Err(in_use) => Err(AppError::InUse { what: what(), in_use }),
        }
    }
}
