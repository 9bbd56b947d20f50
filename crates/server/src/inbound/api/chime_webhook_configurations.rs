//! The four operations on Chime webhook configurations: wire shapes to the app's and back.

use axum::body::Bytes;
use domain::chat_configuration::{Channel, ChannelUpdate, ChatConfiguration, ChimeWebhook, ConfigurationUpdate};
use domain::organization::Allowed;
use wire::ids::{ChatConfigurationArn, PaginationToken, Platform};
use wire::operations::chime_webhook_configurations::{
    ChimeWebhookConfiguration, CreateChimeWebhookConfigurationRequest, CreateChimeWebhookConfigurationResult,
    DeleteChimeWebhookConfigurationRequest, DescribeChimeWebhookConfigurationsRequest,
    DescribeChimeWebhookConfigurationsResult, UpdateChimeWebhookConfigurationRequest,
    UpdateChimeWebhookConfigurationResult,
};
use wire::operations::tags::Tags;
use wire::operations::{Operation, ResourceState};

use super::{Handled, json, next_token};
use crate::app::{AppError, Caller, NewConfiguration, SharedApp};

const PLATFORM: Platform = Platform::ChimeWebhook;

pub async fn create(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = CreateChimeWebhookConfigurationRequest::decode(body)?;
    let new = NewConfiguration {
        name: request.configuration_name,
        channel: Channel::ChimeWebhook(ChimeWebhook {
            description: request.webhook_description,
            url: request.webhook_url,
        }),
        iam_role_arn: request.iam_role_arn,
        sns_topic_arns: request.sns_topic_arns,
        logging_level: request.logging_level.unwrap_or_default(),
        // A webhook only takes messages: nobody runs commands through it.
        guardrail_policy_arns: Vec::new(),
        user_authorization_required: false,
        tags: request.tags.map(Tags::into_pairs).unwrap_or_default(),
    };
    let created = app.create_chat_configuration(caller, Operation::CreateChimeWebhookConfiguration, new).await?;
    let allowed = app.allowed(&created.configuration).await;
    json(&CreateChimeWebhookConfigurationResult { webhook_configuration: shape(created.configuration, &allowed)? })
}

pub async fn describe(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DescribeChimeWebhookConfigurationsRequest::decode(body)?;
    let operation = Operation::DescribeChimeWebhookConfigurations;
    let token = request.next_token.as_ref().map(PaginationToken::as_str);
    let asked = (request.max_results.unwrap_or_default(), token);
    let arn: Option<&ChatConfigurationArn> = request.chat_configuration_arn.as_ref();
    let page = app.describe_chat_configurations(caller, operation, PLATFORM, arn, asked).await?;
    let allowed = app.all_allowed(page.configurations.iter().map(|listed| &listed.configuration)).await;
    let pairs = page.configurations.into_iter().zip(&allowed);
    let shapes = pairs.map(|(listed, allowed)| shape(listed.configuration, allowed));
    json(&DescribeChimeWebhookConfigurationsResult {
        next_token: next_token(page.next_token)?,
        webhook_configurations: shapes.collect::<Result<_, _>>()?,
    })
}

pub async fn update(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = UpdateChimeWebhookConfigurationRequest::decode(body)?;
    let channel = ChannelUpdate::ChimeWebhook { description: request.webhook_description, url: request.webhook_url };
    let update = ConfigurationUpdate {
        channel: Some(channel),
        iam_role_arn: request.iam_role_arn,
        sns_topic_arns: request.sns_topic_arns,
        logging_level: request.logging_level,
        ..ConfigurationUpdate::default()
    };
    let (operation, arn) = (Operation::UpdateChimeWebhookConfiguration, &request.chat_configuration_arn);
    let updated = app.update_chat_configuration(caller, operation, PLATFORM, arn, update).await?;
    let allowed = app.allowed(&updated.configuration).await;
    json(&UpdateChimeWebhookConfigurationResult { webhook_configuration: shape(updated.configuration, &allowed)? })
}

pub async fn delete(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DeleteChimeWebhookConfigurationRequest::decode(body)?;
    let (operation, arn) = (Operation::DeleteChimeWebhookConfiguration, &request.chat_configuration_arn);
    app.delete_chat_configuration(caller, operation, PLATFORM, arn).await?;
    Ok(None)
}

fn shape(configuration: ChatConfiguration, allowed: &Allowed) -> Result<ChimeWebhookConfiguration, AppError> {
    let Channel::ChimeWebhook(webhook) = configuration.channel else {
        return Err(AppError::NotFound { arn: configuration.arn.as_str().to_owned() });
    };
    let state_reason = allowed.state_reason();
    Ok(ChimeWebhookConfiguration {
        webhook_description: webhook.description,
        chat_configuration_arn: configuration.arn,
        iam_role_arn: configuration.iam_role_arn,
        sns_topic_arns: configuration.sns_topic_arns,
        configuration_name: configuration.name,
        logging_level: configuration.logging_level,
        tags: configuration.tags.into_iter().collect(),
        state: ResourceState::of(state_reason.as_deref()),
        state_reason,
    })
}
