//! The operations on configured teams: wire shapes to the app's and back.

use axum::body::Bytes;
use wire::ids::PaginationToken;
use wire::operations::ResourceState;
use wire::operations::configured_teams::{
    ConfiguredTeam, CreateMicrosoftTeamsConfiguredTeamRequest, CreateMicrosoftTeamsConfiguredTeamResult,
    DeleteTeamsConfiguredTeamRequest, ListMicrosoftTeamsConfiguredTeamsRequest,
    ListMicrosoftTeamsConfiguredTeamsResult,
};

use super::{Handled, json, next_token};
use crate::app::{Caller, SharedApp};

pub async fn create(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = CreateMicrosoftTeamsConfiguredTeamRequest::decode(body)?;
    let (team_id, tenant_id) = (request.team_id, request.tenant_id);
    let configured = app.create_configured_team(caller, team_id, tenant_id, &request.team_name).await?;
    json(&CreateMicrosoftTeamsConfiguredTeamResult { configured_team: shown(app, configured) })
}

pub async fn list(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = ListMicrosoftTeamsConfiguredTeamsRequest::decode(body)?;
    let token = request.next_token.as_ref().map(PaginationToken::as_str);
    let page = app.list_configured_teams(caller, request.max_results.unwrap_or_default(), token).await?;
    json(&ListMicrosoftTeamsConfiguredTeamsResult {
        configured_teams: page.teams.into_iter().map(|team| shown(app, team)).collect(),
        next_token: next_token(page.next_token)?,
    })
}

pub async fn delete(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DeleteTeamsConfiguredTeamRequest::decode(body)?;
    app.delete_configured_team(caller, &request.team_id).await?;
    Ok(None)
}

/// A policy of the organisation may deny it.
fn shown(app: &SharedApp, team: crate::app::ConfiguredTeam) -> ConfiguredTeam {
    let denied = app.team_denied(&team.account_id, &team.tenant_id, &team.team_id);
    let state_reason = team.disabled_reason.or_else(|| denied.map(|denied| denied.to_string()));
    ConfiguredTeam {
        tenant_id: team.tenant_id,
        team_id: team.team_id,
        team_name: Some(team.team_name),
        state: ResourceState::of(state_reason.as_deref()),
        state_reason,
    }
}
