//! The operations on Microsoft Teams user identities, AWS's two and Bellhop's own: wire shapes to the app's and back.

use axum::body::Bytes;
use domain::user_identity::{Person, UserIdentity};
use wire::ids::PaginationToken;
use wire::operations::teams_user_identities::{
    CreateMicrosoftTeamsUserIdentityRequest, CreateMicrosoftTeamsUserIdentityResult,
    DeleteMicrosoftTeamsUserIdentityRequest, ListMicrosoftTeamsUserIdentitiesRequest,
    ListMicrosoftTeamsUserIdentitiesResult, TeamsUserIdentity,
};

use super::{Handled, Refusal, json, next_token};
use crate::app::{Caller, NewUserIdentity, PeopleOf, PersonId, SharedApp};

pub async fn list(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = ListMicrosoftTeamsUserIdentitiesRequest::decode(body)?;
    let token = request.next_token.as_ref().map(PaginationToken::as_str);
    let asked = (request.max_results.unwrap_or_default(), token);
    let arn = request.chat_configuration_arn.as_ref();
    let page = app.user_identities(caller, PeopleOf::MicrosoftTeams, arn, asked).await?;
    json(&ListMicrosoftTeamsUserIdentitiesResult {
        teams_user_identities: page.identities.into_iter().filter_map(shape).collect(),
        next_token: next_token(page.next_token)?,
    })
}

pub async fn create(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = CreateMicrosoftTeamsUserIdentityRequest::decode(body)?;
    let new = NewUserIdentity {
        configuration_arn: request.chat_configuration_arn,
        person: PersonId::MicrosoftTeams(request.user_id),
        iam_role_arn: request.iam_role_arn,
        aws_user_identity: request.aws_user_identity,
    };
    let made = shape(app.create_user_identity(caller, new).await?);
    let teams_user_identity =
        made.ok_or_else(|| Refusal::Unanswerable("a person who is not of Microsoft Teams".to_owned()))?;
    json(&CreateMicrosoftTeamsUserIdentityResult { teams_user_identity })
}

pub async fn delete(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DeleteMicrosoftTeamsUserIdentityRequest::decode(body)?;
    let person = PersonId::MicrosoftTeams(request.user_id);
    app.delete_user_identity(caller, &request.chat_configuration_arn, &person, None).await?;
    Ok(None)
}

/// `None` for a person of another platform, whom the app does not list here.
fn shape(identity: UserIdentity) -> Option<TeamsUserIdentity> {
    let Person::MicrosoftTeams { tenant_id, team_id, channel_id, user_id } = identity.person else { return None };
    Some(TeamsUserIdentity {
        iam_role_arn: identity.iam_role_arn,
        chat_configuration_arn: identity.configuration_arn,
        team_id,
        user_id,
        aws_user_identity: identity.aws_user_identity,
        teams_channel_id: channel_id,
        teams_tenant_id: tenant_id,
    })
}
