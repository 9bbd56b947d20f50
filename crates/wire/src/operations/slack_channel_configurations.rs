//! `CreateSlackChannelConfiguration`, `DescribeSlackChannelConfigurations`, `UpdateSlackChannelConfiguration`,
//! `DeleteSlackChannelConfiguration`.
//!
//! Decoding checks shape alone. That a workspace is authorised, a name is free, a default applies: that is the app's.

use super::ResourceState;
use super::members::{DecodeError, Members};
use super::tags::Tag;
use crate::ids::{
    Arn, ChatConfigurationArn, ConfigurationName, GuardrailPolicyArn, LoggingLevel, MaxResults, PaginationToken,
    SlackChannelId, SlackChannelName, SlackTeamId,
};
use serde::Serialize;
use std::collections::HashSet;

/// Topics in one request. AWS sets no limit (reference, model); this one stands against hostile input only.
pub const MAX_SNS_TOPIC_ARNS: usize = 1_000;
/// Guardrail policies in one request, likewise.
pub const MAX_GUARDRAIL_POLICY_ARNS: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateSlackChannelConfigurationRequest {
    pub slack_team_id: SlackTeamId,
    pub slack_channel_id: SlackChannelId,
    pub slack_channel_name: Option<SlackChannelName>,
    /// A set, kept in the order sent: one listed twice is one.
    pub sns_topic_arns: Option<Vec<Arn>>,
    pub iam_role_arn: Arn,
    pub configuration_name: ConfigurationName,
    pub logging_level: Option<LoggingLevel>,
    /// In the order sent.
    pub guardrail_policy_arns: Option<Vec<GuardrailPolicyArn>>,
    pub user_authorization_required: Option<bool>,
    /// No key twice.
    pub tags: Option<Vec<Tag>>,
}

impl CreateSlackChannelConfigurationRequest {
    pub fn decode(body: &[u8]) -> Result<Self, DecodeError> {
        let mut members = Members::read(body)?;
        let slack_team_id = members.required("SlackTeamId");
        let slack_channel_id = members.required("SlackChannelId");
        let slack_channel_name = members.optional("SlackChannelName");
        let sns_topic_arns = sns_topic_arns(&mut members);
        let iam_role_arn = members.required("IamRoleArn");
        let configuration_name = members.required("ConfigurationName");
        let logging_level = members.optional("LoggingLevel");
        let guardrail_policy_arns = members.list("GuardrailPolicyArns", MAX_GUARDRAIL_POLICY_ARNS);
        let user_authorization_required = members.boolean("UserAuthorizationRequired");
        let tags = members.tags("Tags");
        members.finish(|| {
            Some(Self {
                slack_team_id: slack_team_id?,
                slack_channel_id: slack_channel_id?,
                slack_channel_name,
                sns_topic_arns,
                iam_role_arn: iam_role_arn?,
                configuration_name: configuration_name?,
                logging_level,
                guardrail_policy_arns,
                user_authorization_required,
                tags,
            })
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeSlackChannelConfigurationsRequest {
    pub max_results: Option<MaxResults>,
    pub next_token: Option<PaginationToken>,
    pub chat_configuration_arn: Option<ChatConfigurationArn>,
}

impl DescribeSlackChannelConfigurationsRequest {
    pub fn decode(body: &[u8]) -> Result<Self, DecodeError> {
        let mut members = Members::read(body)?;
        let max_results = members.max_results("MaxResults");
        let next_token = members.optional("NextToken");
        let chat_configuration_arn = members.optional("ChatConfigurationArn");
        members.finish(|| Some(Self { max_results, next_token, chat_configuration_arn }))
    }
}

/// `None` leaves a member as it is; an empty list empties it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateSlackChannelConfigurationRequest {
    pub chat_configuration_arn: ChatConfigurationArn,
    pub slack_channel_id: SlackChannelId,
    pub slack_channel_name: Option<SlackChannelName>,
    /// A set, kept in the order sent: one listed twice is one.
    pub sns_topic_arns: Option<Vec<Arn>>,
    pub iam_role_arn: Option<Arn>,
    pub logging_level: Option<LoggingLevel>,
    /// In the order sent.
    pub guardrail_policy_arns: Option<Vec<GuardrailPolicyArn>>,
    pub user_authorization_required: Option<bool>,
}

impl UpdateSlackChannelConfigurationRequest {
    pub fn decode(body: &[u8]) -> Result<Self, DecodeError> {
        let mut members = Members::read(body)?;
        let chat_configuration_arn = members.required("ChatConfigurationArn");
        let slack_channel_id = members.required("SlackChannelId");
        let slack_channel_name = members.optional("SlackChannelName");
        let sns_topic_arns = sns_topic_arns(&mut members);
        let iam_role_arn = members.optional("IamRoleArn");
        let logging_level = members.optional("LoggingLevel");
        let guardrail_policy_arns = members.list("GuardrailPolicyArns", MAX_GUARDRAIL_POLICY_ARNS);
        let user_authorization_required = members.boolean("UserAuthorizationRequired");
        members.finish(|| {
            Some(Self {
                chat_configuration_arn: chat_configuration_arn?,
                slack_channel_id: slack_channel_id?,
                slack_channel_name,
                sns_topic_arns,
                iam_role_arn,
                logging_level,
                guardrail_policy_arns,
                user_authorization_required,
            })
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteSlackChannelConfigurationRequest {
    pub chat_configuration_arn: ChatConfigurationArn,
}

impl DeleteSlackChannelConfigurationRequest {
    pub fn decode(body: &[u8]) -> Result<Self, DecodeError> {
        let mut members = Members::read(body)?;
        let chat_configuration_arn = members.required("ChatConfigurationArn");
        members.finish(|| Some(Self { chat_configuration_arn: chat_configuration_arn? }))
    }
}

fn sns_topic_arns(members: &mut Members) -> Option<Vec<Arn>> {
    let mut topics: Vec<Arn> = members.list("SnsTopicArns", MAX_SNS_TOPIC_ARNS)?;
    let mut seen = HashSet::new();
    topics.retain(|topic| seen.insert(topic.clone()));
    Some(topics)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateSlackChannelConfigurationResult {
    pub channel_configuration: SlackChannelConfiguration,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSlackChannelConfigurationsResult {
    /// `null` on the last page. Source: observed.
    pub next_token: Option<PaginationToken>,
    pub slack_channel_configurations: Vec<SlackChannelConfiguration>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateSlackChannelConfigurationResult {
    pub channel_configuration: SlackChannelConfiguration,
}

/// A configuration as it is answered. Absent members are explicit nulls.
/// Source: model (names, order), observed (nulls).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SlackChannelConfiguration {
    /// Never empty: clients rely on it. Source: observed.
    pub slack_team_name: String,
    pub slack_team_id: SlackTeamId,
    pub slack_channel_id: SlackChannelId,
    /// Never empty, even where none was ever sent. Source: observed.
    pub slack_channel_name: SlackChannelName,
    pub chat_configuration_arn: ChatConfigurationArn,
    pub iam_role_arn: Arn,
    pub sns_topic_arns: Vec<Arn>,
    pub configuration_name: ConfigurationName,
    pub logging_level: LoggingLevel,
    pub guardrail_policy_arns: Vec<GuardrailPolicyArn>,
    pub user_authorization_required: bool,
    pub tags: Vec<Tag>,
    pub state: ResourceState,
    pub state_reason: Option<String>,
}

#[cfg(test)]
mod tests;
