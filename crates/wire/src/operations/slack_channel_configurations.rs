//! `CreateSlackChannelConfiguration`, `DescribeSlackChannelConfigurations`, `UpdateSlackChannelConfiguration`,
//! `DeleteSlackChannelConfiguration`.
//!
//! Decoding checks shape alone. That a workspace is authorised, a name is free, a default applies: that is the app's.

use super::ResourceState;
use super::members::{input, output};
use super::tags::Tags;
use crate::ids::{
    Arn, ChatConfigurationArn, ConfigurationName, GuardrailPolicyArn, LoggingLevel, MaxResults, PaginationToken,
    SlackChannelId, SlackChannelName, SlackTeamId,
};

input! {
    CreateSlackChannelConfigurationRequest {
        slack_team_id: SlackTeamId = "SlackTeamId",
        slack_channel_id: SlackChannelId = "SlackChannelId",
        slack_channel_name: Option<SlackChannelName> = "SlackChannelName",
        sns_topic_arns: Option<Vec<Arn>> = "SnsTopicArns",
        iam_role_arn: Arn = "IamRoleArn",
        configuration_name: ConfigurationName = "ConfigurationName",
        logging_level: Option<LoggingLevel> = "LoggingLevel",
        guardrail_policy_arns: Option<Vec<GuardrailPolicyArn>> = "GuardrailPolicyArns",
        user_authorization_required: Option<bool> = "UserAuthorizationRequired",
        tags: Option<Tags> = "Tags",
    }
}

output! {
    CreateSlackChannelConfigurationResult {
        channel_configuration: SlackChannelConfiguration = "ChannelConfiguration",
    }
}

input! {
    DescribeSlackChannelConfigurationsRequest {
        max_results: Option<MaxResults> = "MaxResults",
        next_token: Option<PaginationToken> = "NextToken",
        chat_configuration_arn: Option<ChatConfigurationArn> = "ChatConfigurationArn",
    }
}

output! {
    DescribeSlackChannelConfigurationsResult {
        /// `null` on the last page. Source: observed.
        next_token: Option<PaginationToken> = "NextToken",
        slack_channel_configurations: Vec<SlackChannelConfiguration> = "SlackChannelConfigurations",
    }
}

input! {
    /// `None` leaves a member as it is; an empty list empties it.
    UpdateSlackChannelConfigurationRequest {
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
        slack_channel_id: SlackChannelId = "SlackChannelId",
        slack_channel_name: Option<SlackChannelName> = "SlackChannelName",
        sns_topic_arns: Option<Vec<Arn>> = "SnsTopicArns",
        iam_role_arn: Option<Arn> = "IamRoleArn",
        logging_level: Option<LoggingLevel> = "LoggingLevel",
        guardrail_policy_arns: Option<Vec<GuardrailPolicyArn>> = "GuardrailPolicyArns",
        user_authorization_required: Option<bool> = "UserAuthorizationRequired",
    }
}

output! {
    UpdateSlackChannelConfigurationResult {
        channel_configuration: SlackChannelConfiguration = "ChannelConfiguration",
    }
}

input! {
    DeleteSlackChannelConfigurationRequest {
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
    }
}

output! { DeleteSlackChannelConfigurationResult {} }

output! {
    /// A configuration as it is answered. Source: model (names, order).
    SlackChannelConfiguration {
        /// Never empty: clients rely on it. Source: observed.
        slack_team_name: String = "SlackTeamName",
        slack_team_id: SlackTeamId = "SlackTeamId",
        slack_channel_id: SlackChannelId = "SlackChannelId",
        /// Never empty, even where none was ever sent. Source: observed.
        slack_channel_name: SlackChannelName = "SlackChannelName",
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
        iam_role_arn: Arn = "IamRoleArn",
        sns_topic_arns: Vec<Arn> = "SnsTopicArns",
        configuration_name: ConfigurationName = "ConfigurationName",
        logging_level: LoggingLevel = "LoggingLevel",
        guardrail_policy_arns: Vec<GuardrailPolicyArn> = "GuardrailPolicyArns",
        user_authorization_required: bool = "UserAuthorizationRequired",
        tags: Tags = "Tags",
        state: ResourceState = "State",
        state_reason: Option<String> = "StateReason",
    }
}

#[cfg(test)]
mod tests;
