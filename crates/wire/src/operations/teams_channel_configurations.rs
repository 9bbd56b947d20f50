//! `CreateMicrosoftTeamsChannelConfiguration`, `GetMicrosoftTeamsChannelConfiguration`,
//! `ListMicrosoftTeamsChannelConfigurations`, `UpdateMicrosoftTeamsChannelConfiguration`,
//! `DeleteMicrosoftTeamsChannelConfiguration`; their shapes say `Teams` alone.

use super::ResourceState;
use super::members::{input, output};
use super::tags::Tags;
use crate::ids::{
    Arn, ChatConfigurationArn, ConfigurationName, GuardrailPolicyArn, LoggingLevel, MaxResults, PaginationToken,
    TeamName, TeamsChannelId, TeamsChannelName, Uuid,
};

input! {
    CreateTeamsChannelConfigurationRequest {
        channel_id: TeamsChannelId = "ChannelId",
        channel_name: Option<TeamsChannelName> = "ChannelName",
        team_id: Uuid = "TeamId",
        team_name: Option<TeamName> = "TeamName",
        tenant_id: Uuid = "TenantId",
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
    CreateTeamsChannelConfigurationResult {
        channel_configuration: TeamsChannelConfiguration = "ChannelConfiguration",
    }
}

input! {
    GetTeamsChannelConfigurationRequest {
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
    }
}

output! {
    GetTeamsChannelConfigurationResult {
        channel_configuration: TeamsChannelConfiguration = "ChannelConfiguration",
    }
}

input! {
    ListTeamsChannelConfigurationsRequest {
        max_results: Option<MaxResults> = "MaxResults",
        next_token: Option<PaginationToken> = "NextToken",
        team_id: Option<Uuid> = "TeamId",
    }
}

output! {
    ListTeamsChannelConfigurationsResult {
        next_token: Option<PaginationToken> = "NextToken",
        team_channel_configurations: Vec<TeamsChannelConfiguration> = "TeamChannelConfigurations",
    }
}

input! {
    /// `None` leaves a member as it is; an empty list empties it.
    UpdateTeamsChannelConfigurationRequest {
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
        channel_id: TeamsChannelId = "ChannelId",
        channel_name: Option<TeamsChannelName> = "ChannelName",
        sns_topic_arns: Option<Vec<Arn>> = "SnsTopicArns",
        iam_role_arn: Option<Arn> = "IamRoleArn",
        logging_level: Option<LoggingLevel> = "LoggingLevel",
        guardrail_policy_arns: Option<Vec<GuardrailPolicyArn>> = "GuardrailPolicyArns",
        user_authorization_required: Option<bool> = "UserAuthorizationRequired",
    }
}

output! {
    UpdateTeamsChannelConfigurationResult {
        channel_configuration: TeamsChannelConfiguration = "ChannelConfiguration",
    }
}

input! {
    DeleteTeamsChannelConfigurationRequest {
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
    }
}

output! { DeleteTeamsChannelConfigurationResult {} }

output! {
    TeamsChannelConfiguration {
        channel_id: TeamsChannelId = "ChannelId",
        /// As it was sent, `null` if it never was. Source: observed.
        channel_name: Option<TeamsChannelName> = "ChannelName",
        team_id: Uuid = "TeamId",
        /// As it was sent, `null` if it never was. Source: observed.
        team_name: Option<TeamName> = "TeamName",
        tenant_id: Uuid = "TenantId",
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
