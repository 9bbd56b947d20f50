//! Teams of Microsoft Teams that an account may post to.

use store::ConfiguredTeam;
use wire::ids::{MaxResults, Uuid};
use wire::operations::Operation;

use super::authorization::Access;
use super::pagination::{Pages, rows_to_read};
use super::{App, AppError, Caller};

#[derive(Debug, Clone)]
pub struct ConfiguredTeamPage {
    pub teams: Vec<ConfiguredTeam>,
    pub next_token: Option<String>,
}

impl App {
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
