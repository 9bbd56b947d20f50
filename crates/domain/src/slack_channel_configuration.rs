//! A Slack channel configuration as Bellhop keeps it: what the API stores and the worker delivers by.

use wire::ids::{AccountId, Arn, ChatConfigurationArn, ConfigurationName, GuardrailPolicyArn, LoggingLevel};
use wire::ids::{SlackChannelId, SlackChannelName, SlackTeamId, TagKey, TagValue};

/// The guardrail of a configuration that names none. Source: reference.
pub const DEFAULT_GUARDRAIL_POLICY_ARN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlackChannelConfiguration {
    pub arn: ChatConfigurationArn,
    pub account_id: AccountId,
    pub name: ConfigurationName,
    pub team_id: SlackTeamId,
    pub channel_id: SlackChannelId,
    pub channel_name: SlackChannelName,
    pub iam_role_arn: Arn,
    /// A set: no duplicates, in the order in which they were given.
    pub sns_topic_arns: Vec<Arn>,
    pub logging_level: LoggingLevel,
    /// In the order in which they were given; empty means [`DEFAULT_GUARDRAIL_POLICY_ARN`].
    pub guardrail_policy_arns: Vec<GuardrailPolicyArn>,
    pub user_authorization_required: bool,
    pub tags: Vec<(TagKey, TagValue)>,
}

impl SlackChannelConfiguration {
    /// The lane of the outbox that this channel's messages go through. Two accounts may configure one channel: they
    /// share its lane, because Slack's limit is the channel's.
    pub fn destination(&self) -> String {
        format!("slack/{}/{}", self.team_id.as_str(), self.channel_id.as_str())
    }
}
