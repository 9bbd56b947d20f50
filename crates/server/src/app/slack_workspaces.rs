//! Slack workspaces that an account has authorised.

use wire::ids::{MaxResults, PaginationToken, SlackTeamId};
use wire::operations::Operation;

use super::pagination::rows_to_read;
use super::{App, AppError, Caller};

#[derive(Debug, Clone)]
pub struct DescribedWorkspace {
    pub team_id: SlackTeamId,
    pub team_name: String,
}

#[derive(Debug, Clone)]
pub struct WorkspacePage {
    pub workspaces: Vec<DescribedWorkspace>,
    pub next_token: Option<String>,
}

impl App {
    pub async fn describe_slack_workspaces(
        &self,
        caller: &Caller,
        max_results: MaxResults,
        token: Option<&PaginationToken>,
    ) -> Result<WorkspacePage, AppError> {
        let operation = Operation::DescribeSlackWorkspaces;
        caller.authorize(operation, "*")?;
        let after = self.page_start(operation, &caller.account_id, token)?;
        let wanted = rows_to_read(max_results);
        let rows = self.store.slack_workspaces(&caller.account_id, after.as_deref(), wanted).await?;
        let (rows, next_token) =
            self.page(operation, &caller.account_id, rows, max_results, |row| row.team_id.as_str())?;
        let workspaces =
            rows.into_iter().map(|row| DescribedWorkspace { team_id: row.team_id, team_name: row.team_name }).collect();
        Ok(WorkspacePage { workspaces, next_token })
    }
}
