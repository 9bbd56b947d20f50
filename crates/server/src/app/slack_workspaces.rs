//! Slack workspaces that an account has authorised: with a token, or by OAuth (`slack_oauth`); until it is taken back.
//!
//! Each account has an authorisation of its own: another's is none of its business, whatever workspace it is of. Taking one
//! from an account does not revoke the token with Slack (`auth.revoke`): another account may post with the same one. Source:
//! assumed, AWS's reference does not say.

mod opened;
mod renewed;
mod revoked;

use secrecy::SecretString;
use store::{NotAuthorized, SlackWorkspace, SpentState, StoreError};
use wire::ids::{MaxResults, SlackAppId, SlackTeamId};
use wire::operations::Operation;

use super::authorization::Access;
use super::deliveries::slack_scope;
use super::pagination::{Pages, rows_to_read};
use super::{App, AppError, Caller};

pub(super) use self::opened::missing_scopes;
pub use self::opened::{NotOpened, Offered, Opened, opened_by};

/// Workspaces of one account, far more than an organisation has. Source: assumed.
pub const WORKSPACES_MAX: u32 = 10_000;

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

    /// Authorises what a bot token opens; again, with the token of now. AWS does it by OAuth in its console alone.
    pub async fn create_slack_workspace_authorization(
        &self,
        caller: &Caller,
        token: &SecretString,
        app_id: Option<&SlackAppId>,
    ) -> Result<Opened, AppError> {
        caller.authorize(&Access::to(Operation::CreateSlackWorkspaceAuthorization))?;
        let by = Some(caller.principal.arn.as_str());
        let offered = Offered { account_id: &caller.account_id, token, app_id: app_id.map(SlackAppId::as_str), by };
        let opened = match opened_by(&self.slack, offered).await {
            Ok(opened) => opened,
            Err(NotOpened::Away(problem)) => return Err(AppError::SlackAway(problem)),
            Err(refused) => return Err(AppError::InvalidRequest(refused.to_string())),
        };
        match self.authorize_slack_workspaces(&opened.workspaces, None).await? {
            Ok(()) => Ok(opened),
            Err(refused) => {
                Err(AppError::of_authorization(refused, &spoken_workspaces(&opened.workspaces), WORKSPACES_MAX))
            }
        }
    }

    /// Stores authorisations, and lets out what was held for want of them.
    pub(super) async fn authorize_slack_workspaces(
        &self,
        workspaces: &[SlackWorkspace],
        spent: Option<SpentState<'_>>,
    ) -> Result<Result<(), NotAuthorized>, StoreError> {
        if let Err(refused) = self.store.authorize_slack_workspaces(workspaces, WORKSPACES_MAX, spent).await? {
            return Ok(Err(refused));
        }
        for SlackWorkspace { account_id, team_id, .. } in workspaces {
            tracing::info!(%account_id, %team_id, "a Slack workspace is authorised");
            self.end_pause_of_new_credentials(&slack_scope(account_id.as_str(), team_id.as_str())).await?;
        }
        Ok(Ok(()))
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

/// The first of them stands for all: a refusal is of one.
fn spoken_workspaces(workspaces: &[SlackWorkspace]) -> String {
    match workspaces {
        [one] => format!("Slack workspace with ID {}", one.team_id),
        _ => format!("one of {} Slack workspaces of the organization", workspaces.len()),
    }
}
