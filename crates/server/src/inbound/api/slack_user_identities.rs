//! The operations on Slack user identities, AWS's two and Bellhop's own: wire shapes to the app's and back.

use axum::body::Bytes;
use domain::user_identity::{Person, UserIdentity};
use wire::ids::PaginationToken;
use wire::operations::slack_user_identities::{
    CreateSlackUserIdentityRequest, CreateSlackUserIdentityResult, DeleteSlackUserIdentityRequest,
    DescribeSlackUserIdentitiesRequest, DescribeSlackUserIdentitiesResult, SlackUserIdentity,
};

use super::{Handled, Refusal, json, next_token};
use crate::app::{Caller, NewUserIdentity, PeopleOf, PersonId, SharedApp};

pub async fn describe(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DescribeSlackUserIdentitiesRequest::decode(body)?;
    let token = request.next_token.as_ref().map(PaginationToken::as_str);
    let asked = (request.max_results.unwrap_or_default(), token);
    let arn = request.chat_configuration_arn.as_ref();
    let page = app.user_identities(caller, PeopleOf::Slack, arn, asked).await?;
    json(&DescribeSlackUserIdentitiesResult {
        slack_user_identities: page.identities.into_iter().filter_map(shape).collect(),
        next_token: next_token(page.next_token)?,
    })
}

pub async fn create(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = CreateSlackUserIdentityRequest::decode(body)?;
    let new = NewUserIdentity {
        configuration_arn: request.chat_configuration_arn,
        person: PersonId::Slack(request.slack_user_id),
        iam_role_arn: request.iam_role_arn,
        aws_user_identity: request.aws_user_identity,
    };
    let made = shape(app.create_user_identity(caller, new).await?);
    let slack_user_identity = made.ok_or_else(|| Refusal::Unanswerable("a person who is not of Slack".to_owned()))?;
    json(&CreateSlackUserIdentityResult { slack_user_identity })
}

pub async fn delete(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DeleteSlackUserIdentityRequest::decode(body)?;
    let (person, team_id) = (PersonId::Slack(request.slack_user_id), Some(request.slack_team_id.as_str()));
    app.delete_user_identity(caller, &request.chat_configuration_arn, &person, team_id).await?;
    Ok(None)
}

/// `None` for a person of another platform, whom the app does not list here.
fn shape(identity: UserIdentity) -> Option<SlackUserIdentity> {
    let Person::Slack { team_id, user_id } = identity.person else { return None };
    Some(SlackUserIdentity {
        iam_role_arn: identity.iam_role_arn,
        chat_configuration_arn: identity.configuration_arn,
        slack_team_id: team_id,
        slack_user_id: user_id,
        aws_user_identity: identity.aws_user_identity,
    })
}
