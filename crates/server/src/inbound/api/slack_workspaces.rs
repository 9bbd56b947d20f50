//! The two operations on Slack workspaces: wire shapes to the app's and back.

use axum::body::Bytes;
use wire::ids::PaginationToken;
use wire::operations::ResourceState;
use wire::operations::slack_workspaces::{
    DeleteSlackWorkspaceAuthorizationRequest, DescribeSlackWorkspacesRequest, DescribeSlackWorkspacesResult,
    SlackWorkspace,
};

use super::{Handled, json, next_token};
use crate::app::{Caller, SharedApp};

pub async fn describe(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DescribeSlackWorkspacesRequest::decode(body)?;
    let token = request.next_token.as_ref().map(PaginationToken::as_str);
    let page = app.describe_slack_workspaces(caller, request.max_results.unwrap_or_default(), token).await?;
    let workspaces = page.workspaces.into_iter().map(|workspace| {
        let denied = app.workspace_denied(&caller.account_id, &workspace.team_id);
        let state_reason = denied.map(|denied| denied.to_string());
        SlackWorkspace {
            slack_team_id: workspace.team_id,
            slack_team_name: workspace.team_name,
            state: ResourceState::of(state_reason.as_deref()),
            state_reason,
        }
    });
    json(&DescribeSlackWorkspacesResult {
        slack_workspaces: workspaces.collect(),
        next_token: next_token(page.next_token)?,
    })
}

pub async fn delete_authorization(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DeleteSlackWorkspaceAuthorizationRequest::decode(body)?;
    app.delete_slack_workspace_authorization(caller, &request.slack_team_id).await?;
    Ok(None)
}
