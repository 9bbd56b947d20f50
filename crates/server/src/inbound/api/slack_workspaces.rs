//! `DescribeSlackWorkspaces`: wire shapes to the app's and back.

use axum::body::Bytes;
use wire::ids::PaginationToken;
use wire::operations::slack_workspaces::{
    DescribeSlackWorkspacesRequest, DescribeSlackWorkspacesResult, SlackWorkspace,
};
use wire::operations::{Operation, ResourceState};

use super::errors::ApiError;
use super::{Answered, json};
use crate::app::{Caller, SharedApp};

pub async fn describe(app: &SharedApp, caller: &Caller, body: &Bytes) -> Answered {
    let request = DescribeSlackWorkspacesRequest::decode(body)?;
    let page = app
        .describe_slack_workspaces(caller, request.max_results.unwrap_or_default(), request.next_token.as_ref())
        .await
        .map_err(|error| ApiError::of(Operation::DescribeSlackWorkspaces, &error))?;
    let workspace = |workspace: crate::app::DescribedWorkspace| SlackWorkspace {
        slack_team_id: workspace.team_id,
        slack_team_name: workspace.team_name,
        state: ResourceState::Enabled,
        state_reason: None,
    };
    json(&DescribeSlackWorkspacesResult {
        slack_workspaces: page.workspaces.into_iter().map(workspace).collect(),
        next_token: page.next_token.and_then(|token| PaginationToken::parse(&token).ok()),
    })
}
