//! The two operations on configured teams: wire shapes to the app's and back.

use axum::body::Bytes;
use wire::ids::PaginationToken;
use wire::operations::ResourceState;
use wire::operations::configured_teams::{
    ConfiguredTeam, DeleteTeamsConfiguredTeamRequest, ListMicrosoftTeamsConfiguredTeamsRequest,
    ListMicrosoftTeamsConfiguredTeamsResult,
};

use super::{Handled, json, next_token};
use crate::app::{Caller, SharedApp};

pub async fn list(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = ListMicrosoftTeamsConfiguredTeamsRequest::decode(body)?;
    let token = request.next_token.as_ref().map(PaginationToken::as_str);
    let page = app.list_configured_teams(caller, request.max_results.unwrap_or_default(), token).await?;
    let teams = page.teams.into_iter().map(|team| {
        let denied = app.team_denied(&caller.account_id, &team.tenant_id, &team.team_id);
        let state_reason = denied.map(|denied| denied.to_string()).or(team.disabled_reason);
        ConfiguredTeam {
            tenant_id: team.tenant_id,
            team_id: team.team_id,
            team_name: Some(team.team_name),
            state: ResourceState::of(state_reason.as_deref()),
            state_reason,
        }
    });
    json(&ListMicrosoftTeamsConfiguredTeamsResult {
        configured_teams: teams.collect(),
        next_token: next_token(page.next_token)?,
    })
}

pub async fn delete(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DeleteTeamsConfiguredTeamRequest::decode(body)?;
    app.delete_configured_team(caller, &request.team_id).await?;
    Ok(None)
}
