//! The operations on Slack workspaces, AWS's two and Bellhop's own: wire shapes to the app's and back.

use axum::body::Bytes;
use wire::ids::PaginationToken;
use wire::operations::ResourceState;
use wire::operations::slack_workspaces::{
    CreateSlackWorkspaceAuthorizationRequest, CreateSlackWorkspaceAuthorizationResult,
    DeleteSlackWorkspaceAuthorizationRequest, DescribeSlackWorkspacesRequest, DescribeSlackWorkspacesResult,
    GetSlackOauthParametersRequest, GetSlackOauthParametersResult, SlackWorkspace,
};

use super::{Handled, json, next_token};
use crate::app::{self, Caller, SharedApp};
use crate::clock::iso8601;

pub async fn describe(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DescribeSlackWorkspacesRequest::decode(body)?;
    let token = request.next_token.as_ref().map(PaginationToken::as_str);
    let page = app.describe_slack_workspaces(caller, request.max_results.unwrap_or_default(), token).await?;
    json(&DescribeSlackWorkspacesResult {
        slack_workspaces: page.workspaces.into_iter().map(|workspace| shown(app, workspace)).collect(),
        next_token: next_token(page.next_token)?,
    })
}

pub async fn delete_authorization(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DeleteSlackWorkspaceAuthorizationRequest::decode(body)?;
    app.delete_slack_workspace_authorization(caller, &request.slack_team_id).await?;
    Ok(None)
}

pub async fn create_authorization(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = CreateSlackWorkspaceAuthorizationRequest::decode(body)?;
    let token = request.bot_token.as_str().into();
    let opened = app.create_slack_workspace_authorization(caller, &token, request.app_id.as_ref()).await?;
    json(&CreateSlackWorkspaceAuthorizationResult {
        slack_workspaces: opened.workspaces.into_iter().map(|workspace| shown(app, workspace)).collect(),
        missing_scopes: opened.missing_scopes,
    })
}

pub fn oauth_parameters(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = GetSlackOauthParametersRequest::decode(body)?;
    let link = app.slack_oauth_parameters(caller, request.app_id.as_ref())?;
    json(&GetSlackOauthParametersResult {
        authorize_url: link.url.to_string(),
        expires_at: iso8601(link.expires_at_ms),
    })
}

/// Its token is none any more, or a policy of the organisation denies it.
fn shown(app: &SharedApp, workspace: app::SlackWorkspace) -> SlackWorkspace {
    let denied = app.workspace_denied(&workspace.account_id, &workspace.team_id);
    let state_reason = workspace.disabled_reason.or_else(|| denied.map(|denied| denied.to_string()));
    SlackWorkspace {
        slack_team_id: workspace.team_id,
        slack_team_name: workspace.team_name,
        state: ResourceState::of(state_reason.as_deref()),
        state_reason,
    }
}
