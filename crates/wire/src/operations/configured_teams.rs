//! `ListMicrosoftTeamsConfiguredTeams`, `DeleteMicrosoftTeamsConfiguredTeam`: the teams of Microsoft Teams that an
//! account may post to. `CreateMicrosoftTeamsConfiguredTeam` is Bellhop's own: AWS does it in its console.

use super::ResourceState;
use super::members::{input, output};
use crate::ids::{MaxResults, PaginationToken, TeamName, Uuid};

input! {
    ListMicrosoftTeamsConfiguredTeamsRequest {
        max_results: Option<MaxResults> = "MaxResults",
        next_token: Option<PaginationToken> = "NextToken",
    }
}

output! {
    ListMicrosoftTeamsConfiguredTeamsResult {
        configured_teams: Vec<ConfiguredTeam> = "ConfiguredTeams",
        next_token: Option<PaginationToken> = "NextToken",
    }
}

output! {
    ConfiguredTeam {
        tenant_id: Uuid = "TenantId",
        team_id: Uuid = "TeamId",
        /// The model gives it the shape of a UUID, which a team's name is not; answers are not held to it.
        team_name: Option<String> = "TeamName",
        state: ResourceState = "State",
        state_reason: Option<String> = "StateReason",
    }
}

input! {
    DeleteTeamsConfiguredTeamRequest {
        team_id: Uuid = "TeamId",
    }
}

output! { DeleteTeamsConfiguredTeamResult {} }

input! {
    CreateMicrosoftTeamsConfiguredTeamRequest {
        team_id: Uuid = "TeamId",
        tenant_id: Uuid = "TenantId",
        team_name: TeamName = "TeamName",
    }
}

output! {
    CreateMicrosoftTeamsConfiguredTeamResult {
        configured_team: ConfiguredTeam = "ConfiguredTeam",
    }
}
