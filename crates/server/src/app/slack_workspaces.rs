//! Slack workspaces that an account has authorised.

use store::SlackWorkspace;
use wire::ids::{MaxResults, SlackTeamId};
use wire::operations::Operation;

use super::authorization::Access;
use super::pagination::{Pages, rows_to_read};
use super::{App, AppError, Caller};

#[derive(Debug, Clone)]
pub struct WorkspacePage {
    pub workspaces: Vec<SlackWorkspace>,
    pub next_token: Option<String>,
}

impl App {
    pub async fn describe_slack_workspaces(
        &self,
        caller: &Caller,
        max_results: MaxResults,
        token: Option<&str>,
    ) -> Result<WorkspacePage, AppError> {
        let operation = Operation::DescribeSlackWorkspaces;
        caller.authorize(&Access::to(operation))?;
        let pages = Pages::of(operation, &caller.account_id);
        let after = self.page_start(&pages, token)?;
        let wanted = rows_to_read(max_results);
        let rows = self.store.slack_workspaces(&caller.account_id, after.as_deref(), wanted).await?;
        let (workspaces, next_token) = self.page(&pages, rows, max_results, |row| row.team_id.as_str().to_owned())?;
        Ok(WorkspacePage { workspaces, next_token })
    }

    /// One that is not there is no error. Source: observed.
    pub async fn delete_slack_workspace_authorization(
        &self,
        caller: &Caller,
        team_id: &SlackTeamId,
    ) -> Result<(), AppError> {
        caller.authorize(&Access::to(Operation::DeleteSlackWorkspaceAuthorization))?;
        let deleted = self.store.delete_slack_workspace(&caller.account_id, team_id).await?;
        let what = || format!("Slack workspace with ID {team_id}");
        deleted.map(drop).map_err(|in_use| AppError::InUse { what: what(), in_use })
    }
}
