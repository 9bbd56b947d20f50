//! The five operations on Microsoft Teams channel configurations: wire shapes to the app's and back.

use axum::body::Bytes;
use domain::chat_configuration::{Channel, ChannelUpdate, ConfigurationUpdate, TeamsChannel};
use domain::organization::Allowed;
use wire::ids::{PaginationToken, Platform, Uuid};
use wire::operations::tags::Tags;
use wire::operations::teams_channel_configurations::{
    CreateTeamsChannelConfigurationRequest, CreateTeamsChannelConfigurationResult,
    DeleteTeamsChannelConfigurationRequest, GetTeamsChannelConfigurationRequest, GetTeamsChannelConfigurationResult,
    ListTeamsChannelConfigurationsRequest, ListTeamsChannelConfigurationsResult, TeamsChannelConfiguration,
    UpdateTeamsChannelConfigurationRequest, UpdateTeamsChannelConfigurationResult,
};
use wire::operations::{Operation, ResourceState};

use super::{Handled, json, next_token};
use crate::app::{AppError, Caller, ListedConfiguration, NewConfiguration, SharedApp, guardrails_in_force};

const PLATFORM: Platform = Platform::MicrosoftTeamsChannel;

pub async fn create(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = CreateTeamsChannelConfigurationRequest::decode(body)?;
    let new = NewConfiguration {
        name: request.configuration_name,
        channel: Channel::MicrosoftTeams(TeamsChannel {
            tenant_id: request.tenant_id,
            team_id: request.team_id,
            team_name: request.team_name,
            channel_id: request.channel_id,
            channel_name: request.channel_name,
        }),
        iam_role_arn: request.iam_role_arn,
        sns_topic_arns: request.sns_topic_arns.unwrap_or_default(),
        logging_level: request.logging_level.unwrap_or_default(),
        guardrail_policy_arns: request.guardrail_policy_arns.unwrap_or_default(),
        user_authorization_required: request.user_authorization_required.unwrap_or_default(),
        tags: request.tags.map(Tags::into_pairs).unwrap_or_default(),
    };
    let operation = Operation::CreateMicrosoftTeamsChannelConfiguration;
    let created = app.create_chat_configuration(caller, operation, new).await?;
    let allowed = app.allowed(&created.configuration).await;
    json(&CreateTeamsChannelConfigurationResult { channel_configuration: shape(created, &allowed)? })
}

/// One that is not there is a `ResourceNotFoundException`, though none is declared. Source: observed.
pub async fn get(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = GetTeamsChannelConfigurationRequest::decode(body)?;
    let (operation, arn) = (Operation::GetMicrosoftTeamsChannelConfiguration, &request.chat_configuration_arn);
    let found = app.get_chat_configuration(caller, operation, PLATFORM, arn).await?;
    let allowed = app.allowed(&found.configuration).await;
    json(&GetTeamsChannelConfigurationResult { channel_configuration: shape(found, &allowed)? })
}

pub async fn list(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = ListTeamsChannelConfigurationsRequest::decode(body)?;
    let operation = Operation::ListMicrosoftTeamsChannelConfigurations;
    let team_id = request.team_id.as_ref().map(Uuid::as_str);
    let token = request.next_token.as_ref().map(PaginationToken::as_str);
    let asked = (request.max_results.unwrap_or_default(), token);
    let page = app.chat_configurations(caller, operation, PLATFORM, team_id, asked).await?;
    let allowed = app.all_allowed(page.configurations.iter().map(|listed| &listed.configuration)).await;
    let shapes = page.configurations.into_iter().zip(&allowed).map(|(listed, allowed)| shape(listed, allowed));
    json(&ListTeamsChannelConfigurationsResult {
        next_token: next_token(page.next_token)?,
        team_channel_configurations: shapes.collect::<Result<_, _>>()?,
    })
}

pub async fn update(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = UpdateTeamsChannelConfigurationRequest::decode(body)?;
    let (channel_id, channel_name) = (request.channel_id, request.channel_name);
    let update = ConfigurationUpdate {
        channel: Some(ChannelUpdate::MicrosoftTeams { channel_id, channel_name }),
        iam_role_arn: request.iam_role_arn,
        sns_topic_arns: request.sns_topic_arns,
        logging_level: request.logging_level,
        guardrail_policy_arns: request.guardrail_policy_arns,
        user_authorization_required: request.user_authorization_required,
    };
    let (operation, arn) = (Operation::UpdateMicrosoftTeamsChannelConfiguration, &request.chat_configuration_arn);
    let updated = app.update_chat_configuration(caller, operation, PLATFORM, arn, update).await?;
    let allowed = app.allowed(&updated.configuration).await;
    json(&UpdateTeamsChannelConfigurationResult { channel_configuration: shape(updated, &allowed)? })
}

pub async fn delete(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DeleteTeamsChannelConfigurationRequest::decode(body)?;
    let (operation, arn) = (Operation::DeleteMicrosoftTeamsChannelConfiguration, &request.chat_configuration_arn);
    app.delete_chat_configuration(caller, operation, PLATFORM, arn).await?;
    Ok(None)
}

fn shape(listed: ListedConfiguration, allowed: &Allowed) -> Result<TeamsChannelConfiguration, AppError> {
    let guardrail_policy_arns = guardrails_in_force(&listed.configuration);
    let ListedConfiguration { configuration, team_name } = listed;
    let Channel::MicrosoftTeams(channel) = configuration.channel else {
        return Err(AppError::NotFound { arn: configuration.arn.as_str().to_owned() });
    };
    let unauthorized = || {
        let account_id = &configuration.account_id;
        format!("Microsoft Teams team with ID {} is not configured with AWS account {account_id}", channel.team_id)
    };
    let state_reason = allowed.state_reason().or_else(|| team_name.is_none().then(unauthorized));
    Ok(TeamsChannelConfiguration {
        channel_id: channel.channel_id,
        channel_name: channel.channel_name,
        team_id: channel.team_id,
        team_name: channel.team_name,
        tenant_id: channel.tenant_id,
        chat_configuration_arn: configuration.arn,
        iam_role_arn: configuration.iam_role_arn,
        sns_topic_arns: configuration.sns_topic_arns,
        configuration_name: configuration.name,
        logging_level: configuration.logging_level,
        guardrail_policy_arns,
        user_authorization_required: configuration.user_authorization_required,
        tags: configuration.tags.into_iter().collect(),
        state: ResourceState::of(state_reason.as_deref()),
        state_reason,
    })
}
