//! The four operations on Slack channel configurations: wire shapes to the app's and back.

use axum::body::Bytes;
use wire::ids::PaginationToken;
use wire::operations::slack_channel_configurations::{
    CreateSlackChannelConfigurationRequest, CreateSlackChannelConfigurationResult,
    DeleteSlackChannelConfigurationRequest, DescribeSlackChannelConfigurationsRequest,
    DescribeSlackChannelConfigurationsResult, SlackChannelConfiguration, UpdateSlackChannelConfigurationRequest,
    UpdateSlackChannelConfigurationResult,
};
use wire::operations::tags::Tags;
use wire::operations::{Operation, ResourceState};

use super::errors::ApiError;
use super::{Answered, json};
use crate::app::{Caller, ConfigurationUpdate, DescribedConfiguration, NewConfiguration, SharedApp};

pub async fn create(app: &SharedApp, caller: &Caller, body: &Bytes) -> Answered {
    let request = CreateSlackChannelConfigurationRequest::decode(body)?;
    let new = NewConfiguration {
        name: request.configuration_name,
        team_id: request.slack_team_id,
        channel_id: request.slack_channel_id,
        channel_name: request.slack_channel_name,
        iam_role_arn: request.iam_role_arn,
        sns_topic_arns: request.sns_topic_arns.unwrap_or_default(),
        logging_level: request.logging_level.unwrap_or_default(),
        guardrail_policy_arns: request.guardrail_policy_arns.unwrap_or_default(),
        user_authorization_required: request.user_authorization_required.unwrap_or_default(),
        tags: request.tags.map(Tags::into_pairs).unwrap_or_default(),
    };
    let created = app.create_slack_channel_configuration(caller, new).await;
    let created = created.map_err(|error| ApiError::of(Operation::CreateSlackChannelConfiguration, &error))?;
    json(&CreateSlackChannelConfigurationResult { channel_configuration: shape(created) })
}

pub async fn describe(app: &SharedApp, caller: &Caller, body: &Bytes) -> Answered {
    let request = DescribeSlackChannelConfigurationsRequest::decode(body)?;
    let page = app
        .describe_slack_channel_configurations(
            caller,
            request.chat_configuration_arn.as_ref(),
            request.max_results.unwrap_or_default(),
            request.next_token.as_ref(),
        )
        .await
        .map_err(|error| ApiError::of(Operation::DescribeSlackChannelConfigurations, &error))?;
    json(&DescribeSlackChannelConfigurationsResult {
        next_token: page.next_token.and_then(|token| PaginationToken::parse(&token).ok()),
        slack_channel_configurations: page.configurations.into_iter().map(shape).collect(),
    })
}

pub async fn update(app: &SharedApp, caller: &Caller, body: &Bytes) -> Answered {
    let request = UpdateSlackChannelConfigurationRequest::decode(body)?;
    let update = ConfigurationUpdate {
        channel_id: Some(request.slack_channel_id),
        channel_name: request.slack_channel_name,
        iam_role_arn: request.iam_role_arn,
        sns_topic_arns: request.sns_topic_arns,
        logging_level: request.logging_level,
        guardrail_policy_arns: request.guardrail_policy_arns,
        user_authorization_required: request.user_authorization_required,
    };
    let updated = app.update_slack_channel_configuration(caller, &request.chat_configuration_arn, update).await;
    let updated = updated.map_err(|error| ApiError::of(Operation::UpdateSlackChannelConfiguration, &error))?;
    json(&UpdateSlackChannelConfigurationResult { channel_configuration: shape(updated) })
}

pub async fn delete(app: &SharedApp, caller: &Caller, body: &Bytes) -> Answered {
    let request = DeleteSlackChannelConfigurationRequest::decode(body)?;
    let deleted = app.delete_slack_channel_configuration(caller, &request.chat_configuration_arn).await;
    deleted.map_err(|error| ApiError::of(Operation::DeleteSlackChannelConfiguration, &error))?;
    Ok(None)
}

fn shape(described: DescribedConfiguration) -> SlackChannelConfiguration {
    let guardrail_policy_arns = described.guardrail_policy_arns();
    let DescribedConfiguration { configuration, team_name } = described;
    let state_reason = team_name.is_none().then(|| {
        let (team_id, account_id) = (&configuration.team_id, &configuration.account_id);
        format!("Slack workspace with ID {team_id} is not authorized with AWS account {account_id}")
    });
    SlackChannelConfiguration {
        // Clients expect both names to be there, whatever was sent. Source: observed.
        slack_team_name: team_name.unwrap_or_else(|| configuration.team_id.as_str().to_owned()),
        slack_channel_name: configuration.channel_name,
        slack_team_id: configuration.team_id,
        slack_channel_id: configuration.channel_id,
        chat_configuration_arn: configuration.arn,
        iam_role_arn: configuration.iam_role_arn,
        sns_topic_arns: configuration.sns_topic_arns,
        configuration_name: configuration.name,
        logging_level: configuration.logging_level,
        guardrail_policy_arns,
        user_authorization_required: configuration.user_authorization_required,
        tags: configuration.tags.into_iter().collect(),
        state: if state_reason.is_some() { ResourceState::Disabled } else { ResourceState::Enabled },
        state_reason,
    }
}
