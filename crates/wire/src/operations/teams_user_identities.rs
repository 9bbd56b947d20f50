//! `ListMicrosoftTeamsUserIdentities`, `DeleteMicrosoftTeamsUserIdentity`: the IAM roles that people of Microsoft Teams
//! have chosen; and Bellhop's own `CreateMicrosoftTeamsUserIdentity`, for those that an administrator gives them.

use super::members::{input, output};
use crate::ids::{Arn, AwsUserIdentity, ChatConfigurationArn, MaxResults, PaginationToken, TeamsChannelId, Uuid};

input! {
    ListMicrosoftTeamsUserIdentitiesRequest {
        chat_configuration_arn: Option<ChatConfigurationArn> = "ChatConfigurationArn",
        next_token: Option<PaginationToken> = "NextToken",
        max_results: Option<MaxResults> = "MaxResults",
    }
}

output! {
    ListMicrosoftTeamsUserIdentitiesResult {
        teams_user_identities: Vec<TeamsUserIdentity> = "TeamsUserIdentities",
        next_token: Option<PaginationToken> = "NextToken",
    }
}

output! {
    TeamsUserIdentity {
        iam_role_arn: Arn = "IamRoleArn",
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
        team_id: Uuid = "TeamId",
        user_id: Uuid = "UserId",
        /// The AWS principal that linked the person; `null` if an administrator did.
        aws_user_identity: Option<AwsUserIdentity> = "AwsUserIdentity",
        teams_channel_id: TeamsChannelId = "TeamsChannelId",
        teams_tenant_id: Uuid = "TeamsTenantId",
    }
}

input! {
    DeleteMicrosoftTeamsUserIdentityRequest {
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
        user_id: Uuid = "UserId",
    }
}

output! { DeleteMicrosoftTeamsUserIdentityResult {} }

input! {
    CreateMicrosoftTeamsUserIdentityRequest {
        chat_configuration_arn: ChatConfigurationArn = "ChatConfigurationArn",
        user_id: Uuid = "UserId",
        iam_role_arn: Arn = "IamRoleArn",
        aws_user_identity: Option<AwsUserIdentity> = "AwsUserIdentity",
    }
}

output! {
    CreateMicrosoftTeamsUserIdentityResult {
        teams_user_identity: TeamsUserIdentity = "TeamsUserIdentity",
    }
}
