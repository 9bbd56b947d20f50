//! The four operations on Slack channel configurations: wire shapes to the app's and back.

use axum::body::Bytes;
use domain::chat_configuration::{Channel, ConfigurationUpdate};
use domain::organization::Allowed;
use wire::ids::{PaginationToken, Platform};
use wire::operations::slack_channel_configurations::{
    CreateSlackChannelConfigurationRequest, CreateSlackChannelConfigurationResult,
    DeleteSlackChannelConfigurationRequest, DescribeSlackChannelConfigurationsRequest,
    DescribeSlackChannelConfigurationsResult, SlackChannelConfiguration, UpdateSlackChannelConfigurationRequest,
    UpdateSlackChannelConfigurationResult,
};
use wire::operations::tags::Tags;
use wire::operations::{Operation, ResourceState};

use super::{Handled, json, next_token};
use crate::app::{AppError, Caller, ListedConfiguration, NewConfiguration, SharedApp, guardrails_in_force};

const PLATFORM: Platform = Platform::SlackChannel;

pub async fn create(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = CreateSlackChannelConfigurationRequest::decode(body)?;
    let channel = (request.slack_team_id, request.slack_channel_id, request.slack_channel_name);
    let new = |channel: Channel| NewConfiguration {
        name: request.configuration_name,
        channel,
        iam_role_arn: request.iam_role_arn,
        sns_topic_arns: request.sns_topic_arns.unwrap_or_default(),
        logging_level: request.logging_level.unwrap_or_default(),
        guardrail_policy_arns: request.guardrail_policy_arns.unwrap_or_default(),
        user_authorization_required: request.user_authorization_required.unwrap_or_default(),
        tags: request.tags.map(Tags::into_pairs).unwrap_or_default(),
    };
    let created = app.create_slack_channel_configuration(caller, channel, new).await?;
    let allowed = app.allowed(&created.configuration).await;
    json(&CreateSlackChannelConfigurationResult { channel_configuration: shape(created, &allowed)? })
}

pub async fn describe(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DescribeSlackChannelConfigurationsRequest::decode(body)?;
    let operation = Operation::DescribeSlackChannelConfigurations;
    let token = request.next_token.as_ref().map(PaginationToken::as_str);
    let asked = (request.max_results.unwrap_or_default(), token);
    let arn = request.chat_configuration_arn.as_ref();
    let page = app.describe_chat_configurations(caller, operation, PLATFORM, arn, asked).await?;
    let allowed = app.all_allowed(page.configurations.iter().map(|listed| &listed.configuration)).await;
    let shapes = page.configurations.into_iter().zip(&allowed).map(|(listed, allowed)| shape(listed, allowed));
    json(&DescribeSlackChannelConfigurationsResult {
        next_token: next_token(page.next_token)?,
        slack_channel_configurations: shapes.collect::<Result<_, _>>()?,
    })
}

pub async fn update(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = UpdateSlackChannelConfigurationRequest::decode(body)?;
    let channel = (request.slack_channel_id, request.slack_channel_name);
    let update = ConfigurationUpdate {
        channel: None,
        iam_role_arn: request.iam_role_arn,
        sns_topic_arns: request.sns_topic_arns,
        logging_level: request.logging_level,
        guardrail_policy_arns: request.guardrail_policy_arns,
        user_authorization_required: request.user_authorization_required,
    };
    let arn = &request.chat_configuration_arn;
    let updated = app.update_slack_channel_configuration(caller, arn, channel, update).await?;
    let allowed = app.allowed(&updated.configuration).await;
    json(&UpdateSlackChannelConfigurationResult { channel_configuration: shape(updated, &allowed)? })
}

pub async fn delete(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DeleteSlackChannelConfigurationRequest::decode(body)?;
    let (operation, arn) = (Operation::DeleteSlackChannelConfiguration, &request.chat_configuration_arn);
    app.delete_chat_configuration(caller, operation, PLATFORM, arn).await?;
    Ok(None)
}

fn shape(listed: ListedConfiguration, allowed: &Allowed) -> Result<SlackChannelConfiguration, AppError> {
    let guardrail_policy_arns = guardrails_in_force(&listed.configuration);
    let ListedConfiguration { configuration, team_name } = listed;
    let Channel::Slack(channel) = configuration.channel else {
        return Err(AppError::NotFound { arn: configuration.arn.as_str().to_owned() });
    };
    let unauthorized = || {
        let (team_id, account_id) = (&channel.team_id, &configuration.account_id);
        format!("Slack workspace with ID {team_id} is not authorized with AWS account {account_id}")
    };
    let state_reason = allowed.state_reason().or_else(|| team_name.is_none().then(unauthorized));
    Ok(SlackChannelConfiguration {
        // Clients expect both names to be there, whatever was sent. Source: observed.
        slack_team_name: team_name.unwrap_or_else(|| channel.team_id.as_str().to_owned()),
        slack_channel_name: channel.channel_name,
        slack_team_id: channel.team_id,
        slack_channel_id: channel.channel_id,
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
