//! Slack workspaces that an account has authorised.

use wire::ids::{MaxResults, PaginationToken, SlackTeamId};
use wire::operations::Operation;

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
        let limit = max_results.get();
        // One more than asked for tells whether there is a next page.
        let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut rows = self.store.slack_workspaces(&caller.account_id, after.as_deref(), wanted).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_token = match rows.last().filter(|_| more) {
            Some(last) => Some(self.next_token(operation, &caller.account_id, last.team_id.as_str())?),
            None => None,
        };
        let workspaces =
            rows.into_iter().map(|row| DescribedWorkspace { team_id: row.team_id, team_name: row.team_name }).collect();
        Ok(WorkspacePage { workspaces, next_token })
    }
}
